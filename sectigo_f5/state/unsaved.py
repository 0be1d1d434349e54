"""Marks of devices whose configuration is not saved yet, under ``STATE_DIR/unsaved``."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import write_atomically

logger = logging.getLogger(__name__)


class UnsavedDevices:
    """One empty file per device that was changed and not saved."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def mark(self, device: str) -> None:
        """Remember, before the change, that a device will hold something that is not saved yet.

        Only a run that dies before it saves needs the mark, so failing here is only a warning.
        """
        try:
            write_atomically(self._folder / device, "")
        except ConnectorError as error:
            logger.warning(
                "if this run dies before it saves the BIG-IP's configuration, no later run will save it: %s", error
            )

    def clear(self, device: str) -> None:
        """Remove the mark after the save; a mark that stays makes the next run save once more."""
        with contextlib.suppress(OSError):
            (self._folder / device).unlink(missing_ok=True)

    def is_marked(self, device: str) -> bool:
        """Return True if an earlier run changed the device and did not save it."""
        try:
            return (self._folder / device).exists()
        except OSError:
            return True  # it cannot be determined, and saving once too often does no harm
