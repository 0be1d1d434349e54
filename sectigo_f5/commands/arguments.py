"""The command line: its options, and which command takes which."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sectigo_f5 import __version__
from sectigo_f5.commands.auditing import since
from sectigo_f5.commands.options import Options
from sectigo_f5.commands.table import COMMANDS, Command
from sectigo_f5.configuration import shards
from sectigo_f5.log_levels import LEVELS
from sectigo_f5.printable import one_line

OF_DISCOVER = ("host", "port", "partition", "credentials_file", "verify_tls")
OF_AUDIT = ("since", "verify")
OF_PROBE = ("device", "output", "explain", "save", "allow_sync")
# options that not every command takes
OWN_OPTIONS = ("verbose", "all", "force", "html", "csv", "reason", "yes", "ticket", *OF_AUDIT, *OF_DISCOVER, *OF_PROBE)
REASONS = ("unspecified", "keycompromise", "affiliationchanged", "superseded", "cessationofoperation")
HIGHEST_PORT = 65535
LONGEST_TICKET = 200  # characters
EXIT_CODES = "0 all well · 1 a certificate failed · 2 usage or configuration · 3 a bug · 75 another run holds the lock"


def parser(program: str = "start_acme.py") -> argparse.ArgumentParser:
    """Return the command line of the contract."""
    line = argparse.ArgumentParser(
        prog=program,
        description="Keep the TLS certificates of BIG-IP virtual servers alive.",
        epilog="commands:\n"
        + "\n".join(f"  {command.name:<9} {command.help}" for command in COMMANDS.values())
        + f"\n\nexit codes: {EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    line.add_argument("command", nargs="?", default="run", choices=COMMANDS, help="what to do (default: run)")
    line.add_argument("--config-dir", type=Path, default=Path("/etc/sectigo"), metavar="DIR", help="YAML files")
    line.add_argument(
        "--env-file",
        type=Path,
        metavar="FILE",
        help="the env file (default: env beside start_acme.py, then /etc/sectigo/env)",
    )
    line.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="only these: shell wildcards over common_name, device or common_name@device; repeatable",
    )
    line.add_argument(
        "--shard",
        type=_shard,
        metavar="I/N",
        help="only share I of N of the BIG-IPs, I from 0 to N-1; /N takes I from $JOB_COMPLETION_INDEX",
    )
    line.add_argument("--jobs", type=_positive, default=8, metavar="N", help="certificates at a time (default: 8)")
    line.add_argument("--log-level", type=str.upper, choices=LEVELS, metavar="LEVEL", help=", ".join(LEVELS))
    line.add_argument("--quiet", action="store_true", help="say nothing on the terminal unless something is wrong")
    line.add_argument("--json", action="store_true", help="one JSON object on standard output, and nothing else there")
    line.add_argument("--verbose", action="store_true", help="check: show what is well, too, line by line")
    line.add_argument("--force", action="store_true", help="run, plan: renew now, even if it is not due")
    line.add_argument("--all", action="store_true", help="status: everything else in use on the BIG-IPs, too")
    line.add_argument("--html", type=Path, metavar="FILE", help="status: write a page as well; inventory: write a page")
    line.add_argument("--csv", type=Path, metavar="FILE", help="inventory: write a CSV file")
    line.add_argument("--reason", choices=REASONS, metavar="R", help=f"revoke: {', '.join(REASONS)}")
    line.add_argument("--yes", action="store_true", help="revoke, probe: do not ask")
    line.add_argument(
        "--ticket",
        type=_ticket,
        metavar="TEXT",
        help="run, revoke, rollback, probe: what it is done for; the trail keeps it",
    )
    line.add_argument("--since", type=_since, metavar="TIME", help="audit: only from then on; 2026-11-26, 7d, 12h")
    line.add_argument("--verify", action="store_true", help="audit: tell whether anybody has changed the trail")
    line.add_argument(
        "--host",
        action="append",
        default=[],
        metavar="HOST",
        help="discover: management address of the BIG-IP; repeatable, for the units of one HA group",
    )
    line.add_argument("--port", type=_port, metavar="N", help="discover: port of the management interface (443)")
    line.add_argument(
        "--partition",
        action="append",
        default=[],
        metavar="P",
        help="discover: only this partition; repeatable; probe: where scratch objects are made",
    )
    line.add_argument(
        "--credentials-file",
        type=Path,
        metavar="FILE",
        help="discover: YAML file with username and password (default: ask on the terminal)",
    )
    line.add_argument(
        "--verify-tls", metavar="X", help="discover: true (default), false, or the file of the CA, as in the YAML"
    )
    line.add_argument("--device", metavar="D", help="probe: this BIG-IP; its name in the YAML, or one of its hosts")
    line.add_argument("--output", type=Path, metavar="FILE", help="probe: write the report there (default: print it)")
    line.add_argument(
        "--explain", type=Path, metavar="FILE", help="probe: say what this report settles; asks no BIG-IP"
    )
    line.add_argument("--save", action="store_true", help="probe: try to save, too: the whole running configuration")
    line.add_argument(
        "--allow-sync", action="store_true", help="probe: also a unit of a group that syncs by itself, or may do so"
    )
    line.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return line


def parse(argv: Sequence[str] | None, program: str) -> Options:
    """Read the command line; a mistake in it ends the program with exit code 2."""
    line = parser(program)
    options = Options(**vars(line.parse_args(argv)))
    command = COMMANDS[options.command]
    fault = next(_faults(command, options), None)
    if fault:
        line.error(fault)
    typed = (program, *(sys.argv[1:] if argv is None else argv))
    only, host, partition = tuple(options.only), tuple(options.host), tuple(options.partition)
    return replace(options, only=only, host=host, partition=partition, typed=typed)


def _faults(command: Command, options: Options) -> Iterator[str]:
    """Yield what is wrong with a command line as a whole."""
    name = command.name
    for option in OWN_OPTIONS:
        if getattr(options, option) and option not in command.options:
            takers = " and ".join(other.name for other in COMMANDS.values() if option in other.options)
            yield f"{_spelt(option)} belongs to {takers}, not to {name}"
    if sum(map(bool, (getattr(options, option) for option in command.at_most_one))) > 1:
        yield f"{name} takes only one of {', '.join(f'--{each}' for each in command.at_most_one)}"
    if command.needs_only and not options.only:
        yield f"{name} needs --only: it never acts on everything"
    if not command.configured and not options.host:
        yield f"{name} needs --host: the management address of a BIG-IP"
    if not command.configured and (options.only or options.shard):
        yield f"{name} takes neither --only nor --shard: there are no entries yet"
    if command.configured and not command.reads_yaml and options.shard:
        yield f"{name} takes no --shard: it is about one STATE_DIR, and each shard has its own"
    if command.of_one_device:
        yield from _faults_of_one_device(command, options)
    elif command.reads_yaml and options.shard is None and (problem := shards.forgotten(os.environ)):
        yield problem
    if options.verify and (options.only or options.since):
        yield "--verify looks at the whole trail: it takes neither --only nor --since"


def _faults_of_one_device(command: Command, options: Options) -> Iterator[str]:
    name = command.name
    if options.only or options.shard:
        yield f"{name} takes neither --only nor --shard: --device says which BIG-IP"
    if options.explain:
        others = [option for option in sorted(command.options) if option != "explain" and getattr(options, option)]
        if others:
            yield f"--explain only reads a report: it takes no {_spelt(others[0])}"
    elif not options.device:
        yield f"{name} needs --device with the name of a BIG-IP in the YAML, or --explain with a report"
    if len(options.partition) > 1:
        yield f"{name} makes scratch objects in one partition: write --partition once"


def _spelt(option: str) -> str:
    return f"--{option.replace('_', '-')}"


def _ticket(text: str) -> str:
    if not text.strip() or one_line(text) != text or len(text) > LONGEST_TICKET:
        raise argparse.ArgumentTypeError(f"write one printable line of at most {LONGEST_TICKET} characters")
    return text


def _since(text: str) -> since.Since:
    try:
        return since.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _shard(text: str) -> shards.Shard:
    try:
        return shards.parse(text, os.environ)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _port(text: str) -> int:
    port = _positive(text)
    if port > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not possible; write a number from 1 to {HIGHEST_PORT}")
    return port


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not possible; write a number of 1 or more")
    return int(text)
