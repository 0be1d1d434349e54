"""One command, from its options to its exit code: the settings, the log, the lock, and what it does."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from sectigo_f5 import log, recording, stopping
from sectigo_f5.acme.authority import Authority
from sectigo_f5.acme.inside_certbot import own_process
from sectigo_f5.commands import revoke as revoking
from sectigo_f5.commands.auditing.audit import audit
from sectigo_f5.commands.auditing.trail import recorded
from sectigo_f5.commands.check import check
from sectigo_f5.commands.confirmation import Confirmation
from sectigo_f5.commands.discovering.discover import discover
from sectigo_f5.commands.ending import Files, end_without_results, exit_code_of, log_error
from sectigo_f5.commands.inventory.command import inventory
from sectigo_f5.commands.options import Options
from sectigo_f5.commands.plan import plan
from sectigo_f5.commands.probing import consent
from sectigo_f5.commands.probing.choosing import of_device
from sectigo_f5.commands.probing.command import probe
from sectigo_f5.commands.probing.explaining import explain
from sectigo_f5.commands.rollback import rollback
from sectigo_f5.commands.run import run
from sectigo_f5.commands.session import Session
from sectigo_f5.commands.status.command import status
from sectigo_f5.commands.table import COMMANDS, Command
from sectigo_f5.configuration.credentials import asking
from sectigo_f5.configuration.credentials.asking import Answers
from sectigo_f5.configuration.environment import proxies
from sectigo_f5.configuration.environment.reading import paths_despite_mistakes, read_settings
from sectigo_f5.configuration.environment.search import find_env_file
from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.configuration.selection import select
from sectigo_f5.configuration.shards import divided, in_shard, why_empty
from sectigo_f5.errors import ConfigurationError, InterruptedRunError
from sectigo_f5.model import Configuration, Job, Settings
from sectigo_f5.notifications.news import Ended
from sectigo_f5.notifications.telling import tell
from sectigo_f5.notifications.urls import parts
from sectigo_f5.progress import Step
from sectigo_f5.recording import NOBODY, Recorder
from sectigo_f5.report import results
from sectigo_f5.run import Run
from sectigo_f5.state.directory import StateDirectory
from sectigo_f5.stopping import StopRequest
from sectigo_f5.x509.revocation import RevocationChecker

logger = logging.getLogger(__name__)

FUNCTIONS: Mapping[str, Callable[[Session], int]] = {
    "run": run,
    "check": check,
    "plan": plan,
    "status": status,
    "inventory": inventory,
    "probe": probe,
    "revoke": revoking.revoke,
    "rollback": rollback,
}
WITHOUT_CONFIGURATION: Mapping[str, Callable[[Options, Callable[[], datetime], log.Secrets], int]] = {
    "discover": discover,
    "probe": explain,  # with --explain
}
CONFIRMATIONS: Mapping[str, Callable[[Options, Sequence[Job]], Confirmation]] = {
    "probe": consent.confirmation,
    "revoke": revoking.confirmation,
}

WITHOUT_YAML: Mapping[str, Callable[[Options, Settings, Callable[[], datetime]], int]] = {
    "audit": audit,
}


@dataclass(frozen=True)
class Start:
    """What a command begins with."""

    options: Options
    settings: Settings
    clock: Callable[[], datetime]
    started: datetime
    stop: StopRequest
    ended: list[Ended]


def run_command(options: Options, beside: Path | None, clock: Callable[[], datetime]) -> int:
    """Run one command; returns the exit code. ``beside`` is a directory where ``env`` is looked for first."""
    os.umask(0o027)
    if not COMMANDS[options.command].configured or options.explain:
        return _without_configuration(options, clock)
    env_file = None
    try:
        env_file = find_env_file(options.env_file, os.environ, beside)
        settings, warnings = read_settings(env_file, os.environ)
    except ConfigurationError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201  # there is no log yet
        files, now = Files(*paths_despite_mistakes(env_file, os.environ)), clock()
        return end_without_results(options, files, None, (now, now), results.EXIT_CONFIGURATION, [str(error)])
    known = [settings.account.eab_hmac_key] if settings.account.eab_hmac_key else []
    beat = [settings.heartbeat_url] if settings.heartbeat_url else []
    known += [part for url in (*settings.notify_urls, *beat) for part in parts(url)]
    level = options.log_level or settings.log_level
    with contextlib.ExitStack() as opened:
        opened.enter_context(proxies.in_environment(settings.proxies))
        known.extend(proxies.passwords(os.environ))
        secrets = opened.enter_context(
            log.opened(level, settings.log_file, options.quiet, known, form=settings.log_format, run=token_hex(6))
        )
        for warning in warnings:
            logger.warning("%s", warning)
        return _with_log(options, settings, clock, secrets)


def _without_configuration(options: Options, clock: Callable[[], datetime]) -> int:
    """Run a command that reads neither YAML files nor the env file; its log goes to standard error alone."""
    with log.opened(options.log_level or "INFO", None, options.quiet, ()) as secrets:
        started = clock()
        try:
            return WITHOUT_CONFIGURATION[options.command](options, clock, secrets)
        except (Exception, InterruptedRunError) as error:  # noqa: BLE001  # as below
            code, text = exit_code_of(error), log_error(error)
            nowhere = Files(Path(os.devnull), None)
            return end_without_results(options, nowhere, None, (started, clock()), code, [text])


def _with_log(options: Options, settings: Settings, clock: Callable[[], datetime], secrets: log.Secrets) -> int:
    """Run the command; whatever ends it before it has results is told here, and nowhere else."""
    started, configuration, ended = None, None, list[Ended]()
    with stopping.by_signals(_announce) as stop, stopping.obeying(stop):
        try:
            started = clock()
            if not COMMANDS[options.command].reads_yaml:
                return WITHOUT_YAML[options.command](options, settings, clock)
            configuration = read_configuration(options.config_dir)  # 1
            code = _with_configuration(Start(options, settings, clock, started, stop, ended), configuration, secrets)
        except (Exception, InterruptedRunError) as error:  # noqa: BLE001  # the one place where a bug ends
            code, text, finished = exit_code_of(error), log_error(error), clock()
            files = Files(settings.state_dir, settings.metrics_file)
            end_without_results(options, files, configuration, (started or finished, finished), code, [text])
            if options.command == "run":
                ended.append(Ended(code, finished, problems=[text], complete=options.is_complete_run))
        for end in ended:
            tell(settings, end)
        return code


def _announce(why: str) -> None:
    logger.warning("%s: nothing new is begun, and what was begun is undone or completed", why)


def _with_configuration(start: Start, configuration: Configuration, secrets: log.Secrets) -> int:
    options, settings, clock, command = start.options, start.settings, start.clock, COMMANDS[start.options.command]
    read = clock() - start.started
    secrets.extend({job.device.password.reveal(): job.device.password for job in configuration.jobs}.values())
    for mistake in configuration.mistakes:
        logger.error("%s", mistake)
    for warning in configuration.warnings:
        logger.warning("%s", warning)
    every = configuration.jobs
    selected = of_device(every, options.device) if options.device else select(every, options.only)
    jobs = in_shard(options.shard, selected, configuration.jobs)
    share = f" in shard {options.shard}" if options.shard else ""
    logger.info("1 read %s: %d certificate(s) on %d BIG-IP(s)%s", options.config_dir, *_counts(jobs), share)
    if options.shard and not jobs:
        logger.info("%s", why_empty(options.shard, selected, configuration.jobs))
    _ask_first(command, options, jobs)
    state = StateDirectory(settings.state_dir)
    with contextlib.ExitStack() as held:
        state.prepare()
        for warning in divided(options.shard, configuration.jobs, state.devices.identities()) if options.shard else ():
            logger.warning("%s", warning)
        locks = (held.enter_context(state.locked(start.started, options.shard)),) if command.writes else ()
        trail: Recorder = NOBODY
        if command.writes:
            trail = held.enter_context(recorded(options, settings, secrets, clock))
        held.enter_context(recording.told(trail))
        authority = Authority(settings.account, settings.state_dir, clock=clock, holds=locks)
        if command.writes:
            own_process.hide_memory()
            authority.clear_up()
        answers = _asked(start, jobs)
        secrets.extend(answers.passwords)
        configuration, jobs = replace(configuration, jobs=answers.given_to(configuration.jobs)), answers.given_to(jobs)
        devices = {host for job in configuration.jobs for host in job.device.hosts}
        shared = Run(
            authority=authority,
            state=state,
            revocation=RevocationChecker(settings.state_dir, clock=clock, devices=devices),
            clock=clock,
            managed=frozenset(path for job in configuration.jobs for path in job.profiles),
            configured=configuration.jobs,
            began=start.started,
            force=options.force,
            reads_only=not command.writes,
            time_limit=settings.run_time_limit if command.name == "run" else None,
            stop=start.stop,
            recorder=trail,
        )
        shared.figures.note_duration(Step.CONFIGURATION, read.total_seconds())
        return FUNCTIONS[command.name](
            Session(options, settings, configuration, jobs, shared, start.started, start.ended)
        )


def _asked(start: Start, jobs: Sequence[Job]) -> Answers:
    """Run the programs that print the credentials of the BIG-IPs that the command will log in to."""
    environment = asking.environment(os.environ, ours=start.settings.proxies)
    return asking.Asking(environment, start.stop).ask(jobs, start.options.jobs)


def _ask_first(command: Command, options: Options, jobs: Sequence[Job]) -> None:
    """Ask for confirmation where a command needs it; raises :class:`ConfigurationError` without it.

    Before the lock is taken: a question that nobody answers must not keep runs from renewing.
    """
    if command.name in CONFIRMATIONS and jobs:
        confirmation = CONFIRMATIONS[command.name](options, jobs)
        if not options.yes:
            confirmation.ask()


def _counts(jobs: Sequence[Job]) -> tuple[int, int]:
    return len(jobs), len({(job.device.hosts, job.device.port) for job in jobs})
