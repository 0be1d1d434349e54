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
from datetime import datetime, timezone
from pathlib import Path
from types import FrameType

from sectigo_f5 import __version__, commands, log, output, report
from sectigo_f5.acme import Authority
from sectigo_f5.commands import Session
from sectigo_f5.config import find_env_file, read_configuration, read_settings, select
from sectigo_f5.errors import ConfigurationError, ConnectorError, InterruptedRunError
from sectigo_f5.model import Job, Settings
from sectigo_f5.revocation import RevocationChecker
from sectigo_f5.state import LockedError, StateDirectory
from sectigo_f5.workflow import Run

logger = logging.getLogger(__name__)

COMMANDS = {
    "run": "bring everything up to date; what cron runs; no word at all means run",
    "check": "configuration, credentials, permissions, virtual servers, ACME directory, plugin; writes nothing",
    "plan": "what run would do, and why, per certificate; reads only",
    "status": "every managed certificate: names, device, virtual servers, key, days left, next renewal, last result",
    "revoke": "revoke the certificate in service at the CA (the next run replaces it)",
    "rollback": "put the previous key and certificate back in service",
}
WRITING = ("run", "revoke", "rollback")
REASONS = ("unspecified", "keycompromise", "affiliationchanged", "superseded", "cessationofoperation")
EXIT_CODES = "0 all well · 1 a certificate failed · 2 usage or configuration · 3 a bug · 75 another run holds the lock"


def parser() -> argparse.ArgumentParser:
    """Return the command line of the contract."""
    made = argparse.ArgumentParser(
        prog="start_acme.py",
        description="Keep the TLS certificates of BIG-IP virtual servers alive.",
        epilog="commands:\n"
        + "\n".join(f"  {name:<9} {told}" for name, told in COMMANDS.items())
        + f"\n\nexit codes: {EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("command", nargs="?", default="run", choices=COMMANDS, help="what to do (default: run)")
    made.add_argument("--config-dir", type=Path, default=Path("/etc/sectigo"), metavar="DIR", help="YAML files")
    made.add_argument("--env-file", type=Path, metavar="FILE", help="the env file (default: env beside this script)")
    made.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="only these: shell wildcards over common_name, device or common_name@device; repeatable",
    )
    made.add_argument("--jobs", type=_positive, default=4, metavar="N", help="devices at a time (default: 4)")
    made.add_argument("--log-level", type=str.upper, choices=log.LEVELS, metavar="LEVEL", help=", ".join(log.LEVELS))
    made.add_argument("--quiet", action="store_true", help="say nothing on the terminal unless something is wrong")
    made.add_argument("--json", action="store_true", help="run, plan, status: one JSON object on standard output")
    made.add_argument("--force", action="store_true", help="run, plan: renew now whatever the date")
    made.add_argument("--html", type=Path, metavar="FILE", help="status: write a page as well")
    made.add_argument("--reason", choices=REASONS, metavar="R", help=f"revoke: {', '.join(REASONS)}")
    made.add_argument("--yes", action="store_true", help="revoke: do not ask")
    made.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return made


def main(argv: Sequence[str] | None = None, *, script: Path, clock: Callable[[], datetime] | None = None) -> int:
    """Run one command; returns the exit code. ``script`` is start_acme.py: ``env`` is looked for beside it."""
    output.prepare()
    arguments = _parse(argv)
    clock = clock or (lambda: datetime.now(timezone.utc))
    os.umask(0o027)
    try:
        env_file = find_env_file(arguments.env_file, os.environ, script.parent)
        settings, warnings = read_settings(env_file, os.environ)
    except ConfigurationError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201  # there is no log yet
        return report.EXIT_CONFIGURATION
    known = [settings.account.eab_hmac_key] if settings.account.eab_hmac_key else []
    level = arguments.log_level or settings.log_level
    with log.opened(level, settings.log_file, arguments.quiet, known) as secrets:
        for warning in warnings:
            logger.warning("%s", warning)
        try:
            return _with_configuration(arguments, settings, clock, secrets)
        except LockedError as error:
            logger.error("%s", error)
            return report.EXIT_LOCKED
        except ConfigurationError as error:
            logger.error("%s", error)
            return report.EXIT_CONFIGURATION
        except (ConnectorError, InterruptedRunError) as error:
            logger.error("%s", error)
            return report.EXIT_FAILED
        except Exception:  # the one place where a bug ends
            logger.exception("this is a bug, please report it with the lines below")
            return report.EXIT_BUG


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    made = parser()
    arguments = made.parse_args(argv)
    allowed = {
        "force": ("run", "plan"),
        "json": ("run", "plan", "status"),
        "html": ("status",),
        "reason": ("revoke",),
        "yes": ("revoke", "rollback"),
    }
    for option, of in allowed.items():
        if getattr(arguments, option) and arguments.command not in of:
            made.error(f"--{option} belongs to {' and '.join(of)}, not to {arguments.command}")
    if arguments.command in ("revoke", "rollback") and not arguments.only:
        made.error(f"{arguments.command} needs --only: it never acts on everything")
    return arguments


def _with_configuration(
    arguments: argparse.Namespace, settings: Settings, clock: Callable[[], datetime], secrets: log.Secrets
) -> int:
    started = clock()
    configuration = read_configuration(arguments.config_dir)  # 1
    secrets.extend(job.device.password for job in configuration.jobs)
    for mistake in configuration.mistakes:
        logger.error("%s", mistake)
    for warning in configuration.warnings:
        logger.warning("%s", warning)
    jobs = select(configuration.jobs, arguments.only)
    logger.info("1 read %s: %d certificate(s) on %d BIG-IP(s)", arguments.config_dir, *_counts(jobs))
    commands.ask_first(arguments, jobs)
    state = StateDirectory(settings.state_dir)
    with contextlib.ExitStack() as held:
        state.prepare()
        if arguments.command in WRITING:
            held.enter_context(state.locked(started))
        stop = held.enter_context(_stopped_by_signals())
        authority = Authority(settings.account, settings.state_dir, clock=clock)
        if arguments.command in WRITING:
            authority.clear_up()
        run = Run(
            authority=authority,
            state=state,
            revocation=RevocationChecker(settings.state_dir, clock=clock),
            clock=clock,
            managed=frozenset(job.profile for job in configuration.jobs),
            force=arguments.force,
            reads_only=arguments.command not in WRITING,
            stop=stop,
        )
        session = Session(arguments, settings, configuration, jobs, run, authority, started)
        return commands.TABLE[arguments.command](session)


def _counts(jobs: Sequence[Job]) -> tuple[int, int]:
    return len(jobs), len({(job.device.hosts, job.device.port) for job in jobs})


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """Turn the first SIGTERM, SIGINT or SIGHUP into an orderly end: what had begun is undone.

    A second signal is ignored, so that the undoing itself is not broken off.
    """
    stop = threading.Event()

    def handle(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            return
        stop.set()
        told = "what is not in service yet is undone, and the next run does it"
        raise InterruptedRunError(f"stopped by {signal.Signals(number).name}; {told}")

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
