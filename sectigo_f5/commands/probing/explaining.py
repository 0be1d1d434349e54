"""``probe --explain``: what a report says, for a person; asks no BIG-IP and reads no configuration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sectigo_f5 import log
from sectigo_f5.commands.options import Options
from sectigo_f5.errors import ConfigurationError, ConnectorError
from sectigo_f5.probe.explaining.explanation import explanation
from sectigo_f5.probe.nouns import Report
from sectigo_f5.probe.report_file import read_report
from sectigo_f5.report import stdout
from sectigo_f5.report.answer import Answer


def explain(options: Options, clock: Callable[[], datetime], secrets: log.Secrets) -> int:
    """Print what the report settles; raises :class:`ConfigurationError` if the file holds none."""
    started, file = clock(), options.explain or Path()
    text = explanation(_read(file))
    if options.json:
        answer = Answer(options.command, started, clock(), 0, documents={"explanation": text})
        stdout.say(answer.to_json())
    else:
        stdout.say(text.rstrip("\n"))
    return 0


def _read(file: Path) -> Report:
    try:
        return read_report(file)
    except ConnectorError as error:
        raise ConfigurationError(f"--explain: {error}; name a report that probe --output has written") from error
