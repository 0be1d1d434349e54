"""Arguments to exit code: the lock, the log, the summary."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from types import FrameType

from sectigo_f5 import __version__, log
from sectigo_f5.acme.authority import Authority
from sectigo_f5.commands.check import check
from sectigo_f5.commands.plan import plan
from sectigo_f5.commands.revoke import revoke
from sectigo_f5.commands.rollback import rollback
from sectigo_f5.commands.run import run
from sectigo_f5.commands.session import Options, Session
from sectigo_f5.commands.status import status
from sectigo_f5.configuration.environment import find_env_file, read_settings
from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.configuration.selection import select
from sectigo_f5.errors import ConfigurationError, ConnectorError, InterruptedRunError
from sectigo_f5.model import Job, Settings
from sectigo_f5.report import results, stdout
from sectigo_f5.run import Run
from sectigo_f5.state.directory import StateDirectory
from sectigo_f5.state.lock import LockedError
from sectigo_f5.x509.revocation import RevocationChecker

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Command:
    """One command: what the command line, the lock and the reader of ``--help`` need to know of it."""

    name: str
    help: str
    function: Callable[[Session], int]
    options: frozenset[str] = frozenset()  # those of OWN_OPTIONS that it takes
    writes: bool = False  # it takes the lock
    needs_only: bool = False  # it never acts on everything
    confirmation: str | None = None  # what it asks about, unless --yes is given: it cannot be undone


COMMANDS = {
    command.name: command
    for command in (
        Command(
            "run",
            "bring everything up to date; what cron runs (default)",
            run,
            options=frozenset({"force", "json"}),
            writes=True,
        ),
        Command(
            "check",
            "configuration, credentials, permissions, virtual servers, ACME directory, plugin; writes nothing",
            check,
        ),
        Command(
            "plan",
            "what run would do, and why, per certificate; reads only",
            plan,
            options=frozenset({"force", "json"}),
        ),
        Command(
            "status",
            "every managed certificate: names, device, virtual servers, key, days left, next renewal, last result",
            status,
            options=frozenset({"html", "json"}),
        ),
        Command(
            "revoke",
            "revoke the certificate in service at the CA (the next run replaces it)",
            revoke,
            options=frozenset({"reason", "yes"}),
            writes=True,
            needs_only=True,
            confirmation="revoke the certificate in service of",
        ),
        Command(
            "rollback",
            "put the previous key and certificate back in service",
            rollback,
            options=frozenset({"yes"}),  # accepted for runbooks: it can be undone, so it never asks
            writes=True,
            needs_only=True,
        ),
    )
}
OWN_OPTIONS = ("force", "json", "html", "reason", "yes")  # options that not every command takes
REASONS = ("unspecified", "keycompromise", "affiliationchanged", "superseded", "cessationofoperation")
INSTALLED_COMMAND = "sectigo-f5"
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
    line.add_argument("--jobs", type=_positive, default=4, metavar="N", help="devices at a time (default: 4)")
    line.add_argument("--log-level", type=str.upper, choices=log.LEVELS, metavar="LEVEL", help=", ".join(log.LEVELS))
    line.add_argument("--quiet", action="store_true", help="say nothing on the terminal unless something is wrong")
    line.add_argument("--json", action="store_true", help="run, plan, status: one JSON object on standard output")
    line.add_argument("--force", action="store_true", help="run, plan: renew now, even if it is not due")
    line.add_argument("--html", type=Path, metavar="FILE", help="status: write a page as well")
    line.add_argument("--reason", choices=REASONS, metavar="R", help=f"revoke: {', '.join(REASONS)}")
    line.add_argument("--yes", action="store_true", help="revoke: do not ask")
    line.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return line


def main(
    argv: Sequence[str] | None = None, *, script: Path | None = None, clock: Callable[[], datetime] | None = None
) -> int:
    """Run one command; returns the exit code.

    ``script`` is start_acme.py, and ``env`` is looked for beside it; None for the installed command,
    beside which only programs lie (/usr/bin/env is one of them).
    """
    stdout.prepare()
    options = _parse(argv, script.name if script else INSTALLED_COMMAND)
    clock = clock or (lambda: datetime.now(timezone.utc))
    os.umask(0o027)
    try:
        env_file = find_env_file(options.env_file, os.environ, script.parent if script else None)
        settings, warnings = read_settings(env_file, os.environ)
    except ConfigurationError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201  # there is no log yet
        return results.EXIT_CONFIGURATION
    known = [settings.account.eab_hmac_key] if settings.account.eab_hmac_key else []
    level = options.log_level or settings.log_level
    with log.opened(level, settings.log_file, options.quiet, known) as secrets:
        for warning in warnings:
            logger.warning("%s", warning)
        try:
            return _with_configuration(options, settings, clock, secrets)
        except LockedError as error:
            logger.error("%s", error)
            return results.EXIT_LOCKED
        except ConfigurationError as error:
            logger.error("%s", error)
            return results.EXIT_CONFIGURATION
        except (ConnectorError, InterruptedRunError) as error:
            logger.error("%s", error)
            return results.EXIT_FAILED
        except Exception:  # the one place where a bug ends
            logger.exception("this is a bug, please report it with the lines below")
            return results.EXIT_BUG


def _parse(argv: Sequence[str] | None, program: str) -> Options:
    line = parser(program)
    options = Options(**vars(line.parse_args(argv)))
    command = COMMANDS[options.command]
    for option in OWN_OPTIONS:
        if getattr(options, option) and option not in command.options:
            takers = " and ".join(other.name for other in COMMANDS.values() if option in other.options)
            line.error(f"--{option} belongs to {takers}, not to {command.name}")
    if command.needs_only and not options.only:
        line.error(f"{command.name} needs --only: it never acts on everything")
    return replace(options, only=tuple(options.only))


def _with_configuration(
    options: Options, settings: Settings, clock: Callable[[], datetime], secrets: log.Secrets
) -> int:
    started, command = clock(), COMMANDS[options.command]
    configuration = read_configuration(options.config_dir)  # 1
    secrets.extend(job.device.password for job in configuration.jobs)
    for mistake in configuration.mistakes:
        logger.error("%s", mistake)
    for warning in configuration.warnings:
        logger.warning("%s", warning)
    jobs = select(configuration.jobs, options.only)
    logger.info("1 read %s: %d certificate(s) on %d BIG-IP(s)", options.config_dir, *_counts(jobs))
    _ask_first(command, options, jobs)
    state = StateDirectory(settings.state_dir)
    with contextlib.ExitStack() as held:
        state.prepare()
        if command.writes:
            held.enter_context(state.locked(started))
        stop = held.enter_context(_stopped_by_signals())
        authority = Authority(settings.account, settings.state_dir, clock=clock)
        if command.writes:
            authority.clear_up()
        shared = Run(
            authority=authority,
            state=state,
            revocation=RevocationChecker(settings.state_dir, clock=clock),
            clock=clock,
            managed=frozenset(job.profile for job in configuration.jobs),
            force=options.force,
            reads_only=not command.writes,
            stop=stop,
        )
        return command.function(Session(options, settings, configuration, jobs, shared, started))


def _ask_first(command: Command, options: Options, jobs: Sequence[Job]) -> None:
    """Ask for confirmation of what cannot be undone; raises :class:`ConfigurationError` without it.

    Before the lock is taken: a question that nobody answers must not keep runs from renewing.
    """
    if command.confirmation is None or options.yes:
        return
    what = f"{command.confirmation} {', '.join(job.label for job in jobs)}"
    if not sys.stdin.isatty():
        raise ConfigurationError(f"to {what} needs confirmation: add --yes")
    sys.stderr.write(f"Really {what}? This cannot be undone. [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise ConfigurationError("nothing was revoked")


def _counts(jobs: Sequence[Job]) -> tuple[int, int]:
    return len(jobs), len({(job.device.hosts, job.device.port) for job in jobs})


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """Turn the first SIGTERM, SIGINT or SIGHUP into an orderly end: what was begun is undone.

    A second signal is ignored, so that undoing is not interrupted.
    """
    stop = threading.Event()

    def handle(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            return
        stop.set()
        rest = "what is not in service yet is undone, and the next run does it"
        raise InterruptedRunError(f"stopped by {signal.Signals(number).name}; {rest}")

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        yield stop
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not possible; write a number of 1 or more")
    return int(text)
