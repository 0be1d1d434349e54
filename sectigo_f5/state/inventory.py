"""What the last inventory found on each BIG-IP, under ``STATE_DIR/inventory``: what is not among it is new."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import write_atomically
from sectigo_f5.timestamps import from_iso, to_iso

logger = logging.getLogger(__name__)

DIGITS = 24  # of the SHA-256 of what identifies an item: 96 bits, so two of 50,000 never meet
MOST = 50_000  # items of one device that are remembered; a BIG-IP slows down long before it has so many


@dataclass(frozen=True)
class LastInventory:
    """What was found on one device, and when."""

    at: datetime
    items: frozenset[str]

    def has(self, identity: str) -> bool:
        """Tell whether an item was there."""
        return digest(identity) in self.items


class KnownItems:
    """One file per device of the YAML: an inventory of others, or one that fails, leaves it as it is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, device: str) -> LastInventory | None:
        """Return the last inventory of a device; None if there was none, or if it cannot be read."""
        file = self._file(device)
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            return LastInventory(from_iso(content["at"]), frozenset(map(str, content["items"])))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            logger.warning("%s cannot be read (%s): nothing on %s counts as new", file, error, device)
            return None

    def note(self, device: str, identities: Iterable[str], now: datetime, also: frozenset[str] = frozenset()) -> None:
        """Remember an inventory; if that cannot be written, the next one compares with the one before.

        ``also`` are the items of the one before, if not everything could be read.
        """
        found = sorted(set(map(digest, identities)))
        items = [*found, *sorted(also.difference(found))][:MOST]
        try:
            write_atomically(self._file(device), json.dumps({"at": to_iso(now), "items": items}, indent=0))
        except ConnectorError as error:
            logger.warning("%s: the next inventory compares with an earlier one", error)

    def _file(self, device: str) -> Path:
        return self._folder / f"{device}.json"


def digest(identity: str) -> str:
    """Return by what an item is remembered."""
    return hashlib.sha256(identity.encode()).hexdigest()[:DIGITS]
