"""Which BIG-IP answers at an address, as far as it is known, in ``STATE_DIR/devices.json``."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import changed_by_one, write_atomically

logger = logging.getLogger(__name__)


class KnownDevices:
    """What each BIG-IP says that it is, by ``host:port`` as the YAML writes it; losing the file costs a login each."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def identities(self) -> dict[str, str]:
        """Return what is known; nothing if the file cannot be read."""
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
            return {str(at): str(identity) for at, identity in content.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError, RecursionError) as error:
            logger.debug("%s cannot be read (%s): asking the BIG-IPs again", self._file, error)
            return {}

    def note(self, found: Mapping[str, str]) -> None:
        """Remember who has answered; if that cannot be written, it is asked again next time."""
        if found.items() <= self.identities().items():
            return
        try:
            with changed_by_one(self._file):
                known = {**self.identities(), **found}
                write_atomically(self._file, json.dumps(dict(sorted(known.items())), indent=1))
        except ConnectorError as error:
            logger.debug("the identity of a BIG-IP is not kept: %s", error)
