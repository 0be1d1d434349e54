"""What was told, and what is still to be told by each URL, in ``STATE_DIR/told.json``."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import write_atomically
from sectigo_f5.notifications.news import KINDS, Event, Told

logger = logging.getLogger(__name__)

MOST = 200  # events that wait for a URL that does not take them; the newest

Unsent = Mapping[str, Sequence[Event]]  # by the name of a URL


def read(file: Path) -> tuple[Told, dict[str, list[Event]]]:
    """Return what the file holds; nothing if there is none, or another release wrote something else."""
    try:
        content: Any = json.loads(file.read_text(encoding="utf-8"))
        failing = {str(label): int(stage) for label, stage in content["failing"].items()}
        unsent = {name: [_event(each) for each in events] for name, events in content["unsent"].items()}
        return Told(failing, tuple(map(str, content["problems"]))), unsent
    except FileNotFoundError:
        return Told(), {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        logger.warning("%s cannot be read (%s): what was told may be told once more", file, type(error).__name__)
        return Told(), {}


def _event(entry: Any) -> Event:
    event = Event(str(entry["kind"]), str(entry["text"]))
    if event.kind not in KINDS:
        raise ValueError(event.kind)
    return event


def write(file: Path, told: Told, unsent: Unsent) -> None:
    """Replace the file; if that fails it is a warning: told twice is better than never."""
    waiting = {name: [asdict(event) for event in events[-MOST:]] for name, events in unsent.items() if events}
    content = {"failing": told.failing, "problems": told.problems, "unsent": waiting}
    try:
        write_atomically(file, json.dumps(content, indent=1))
    except ConnectorError as error:
        logger.warning("NOTIFY_URLS: %s", error)
