"""What is known of each BIG-IP from earlier logins, under ``STATE_DIR/learned``: losing it costs a few requests."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import write_atomically

logger = logging.getLogger(__name__)

Json = dict[str, Any]


class LearnedStore:
    """One file per device of the YAML; what is in it is checked by whoever uses it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, device: str) -> Json:
        """Return what is known of the units of a device, by host; nothing if it cannot be read."""
        try:
            content = json.loads(self._file(device).read_text(encoding="utf-8"))
            return content if isinstance(content, dict) else {}
        except (OSError, ValueError, RecursionError) as error:
            logger.debug("%s cannot be read (%s): looking again", self._file(device), error)
            return {}

    def note(self, device: str, units: Mapping[str, Json]) -> None:
        """Remember what is known of units, by host; if that cannot be written, they are looked at again next time."""
        before = self.of(device)
        after = {**before, **units}
        if after != before:
            try:
                write_atomically(self._file(device), json.dumps(after, indent=1, sort_keys=True))
            except ConnectorError as error:
                logger.debug("what is known of %s is not kept: %s", device, error)

    def _file(self, device: str) -> Path:
        return self._folder / f"{device}.json"
