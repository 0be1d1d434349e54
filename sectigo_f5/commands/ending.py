"""How a command ends that could not do its work: one object for ``--json``, and the metrics."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sectigo_f5 import log
from sectigo_f5.commands.options import Options
from sectigo_f5.errors import ConfigurationError, ConnectorError, InterruptedRunError
from sectigo_f5.model import Configuration
from sectigo_f5.monitoring import Command, note_in_metrics
from sectigo_f5.report import results, stdout
from sectigo_f5.report.answer import Answer
from sectigo_f5.report.metrics.known import End
from sectigo_f5.state.directory import StateDirectory
from sectigo_f5.state.lock import LockedError

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Files:
    """Where the command looks and writes, as far as the ``env`` file can be read."""

    state_dir: Path
    metrics_file: Path | None


def exit_code_of(error: BaseException) -> int:
    """Return the exit code of a command that an error has ended."""
    if isinstance(error, LockedError):
        return results.EXIT_LOCKED
    if isinstance(error, ConfigurationError):
        return results.EXIT_CONFIGURATION
    return results.EXIT_FAILED if isinstance(error, ConnectorError | InterruptedRunError) else results.EXIT_BUG


def log_error(error: BaseException) -> str:
    """Log what has ended the command, and return it in a line."""
    if exit_code_of(error) == results.EXIT_BUG:
        logger.error("this is a bug, please report it with the lines below", exc_info=error)
        return f"bug: {type(error).__name__}"
    logger.error("%s", error)
    return str(error)


def end_without_results(
    options: Options,
    files: Files,
    configuration: Configuration | None,
    times: tuple[datetime, datetime],
    code: int,
    errors: Sequence[str],
) -> int:
    """Print the object that ``--json`` promises, without results, and write the metrics; returns ``code``.

    ``times`` are start and end. A complete run that could not begin is still one that ended: an alert on the
    exit code, or on the age of the last success, must not fall silent.
    """
    started, finished = times
    if options.is_complete_run and files.metrics_file:
        state = StateDirectory(files.state_dir)
        command = Command(configuration, state, options.shard)
        note_in_metrics(files.metrics_file, command, state.history.results(), End(finished, code))
    if options.json:
        mistakes = configuration.mistakes if configuration else ()
        answer = Answer(options.command, started, finished, code, errors=(*mistakes, *errors), more=options.shard_field)
        stdout.say(answer.to_json())
    elif log.are_held():  # cron mails them; they follow
        stdout.say(f"no certificate was looked at (exit code {code}): {'; '.join(errors)}")
    return code
