"""What a run needs of the machine that it runs on: its own files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sectigo_f5.errors import ConfigurationError
from sectigo_f5.files import REMEDY, descriptor, fault_of_log_directory
from sectigo_f5.log_levels import Service
from sectigo_f5.model import Settings
from sectigo_f5.state import lock
from sectigo_f5.state.directory import FOLDERS

FILES = ("audit.begun", "audit.jsonl", "devices.json", "results.json", "told.json")

APPENDED_TO = FILES[:2]  # the trail; the others are replaced


def problems_of_files(settings: Settings) -> dict[str, str | None]:
    """Return for each file or directory of the ``env`` file why a run cannot write it; None if it can."""
    found = {"STATE_DIR": _problem_with_state(settings.state_dir), "LOG_FILE": _problem_with_log(settings.log_file)}
    if settings.metrics_file:
        found["METRICS_FILE"] = _problem_with_metrics(settings.metrics_file)
    return found


def _problem_with_state(state: Path) -> str | None:
    """Return what is wrong below ``STATE_DIR``; that it can be written itself is known by now."""
    try:
        lock.must_be_possible(state / "lock")
    except ConfigurationError as error:
        return str(error)
    problems = [*_wrong_kind(state), *_closed(state)]
    return f"{'; '.join(problems)}; {REMEDY}" if problems else None


def _wrong_kind(state: Path) -> Iterator[str]:
    for name in FOLDERS:
        if os.path.lexists(state / name) and not (state / name).is_dir():
            yield f"{state / name} is not a directory"
    for name in FILES:
        if (state / name).is_dir():
            yield f"{state / name} is a directory"


def _closed(state: Path) -> Iterator[str]:
    for folder, _, _ in os.walk(state):
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            yield f"{folder} cannot be written"
    for name in APPENDED_TO:
        if (state / name).exists() and not os.access(state / name, os.W_OK):
            yield f"{state / name} cannot be written"


def _problem_with_log(file: Path | Service) -> str | None:
    if not isinstance(file, Path):
        return None  # a service that does not listen is a warning of every command
    fault = fault_of_log_directory(file.parent)
    if fault:
        return f"{file} is not written: {fault}"
    try:
        os.close(descriptor(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT))
    except OSError as error:
        return f"{file} cannot be written ({error.strerror}); {REMEDY}"
    return None


def _problem_with_metrics(file: Path) -> str | None:
    try:
        if file.is_dir():
            return f"{file} is a directory; name a file in it, such as {file / 'sectigo.prom'}"
        there = next(parent for parent in file.absolute().parents if parent.exists())
        with tempfile.TemporaryFile(dir=there):
            return None
    except OSError as error:
        return f"{file} cannot be written ({error.strerror}); {REMEDY}"
