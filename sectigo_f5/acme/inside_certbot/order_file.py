"""The file that remembers an order at the CA from run to run (RFC 8555 section 7.1.3); nothing in it is secret.

Certbot's process writes it, the connector reads it, so this module imports nothing of either: the launcher loads it
from beside itself.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from pathlib import Path

UNKNOWN = "unknown"  # finalize was sent, and the CA has not told what became of it
REFUSED = "refused"  # by a problem document (RFC 8555 section 6.7)
FINALIZED = ("processing", "valid")
DEAD = ("invalid", REFUSED)
KEYS = ("url", "account", "status", "at")


class OrderFile:
    """The order at work, and the file that remembers it, if there is one.

    ``kept`` has the order's URL, the account's, the CA's last word for its status (section 7.1.6), or
    :data:`UNKNOWN` or :data:`REFUSED`, and when it was placed (UTC); it is empty if there is no order. A
    file that cannot be read remembers nothing; for one that cannot be written ``warn`` is called.
    """

    def __init__(self, path: Path | None, warn: Callable[[str], None]) -> None:
        self.path = path
        self.warn = warn
        self.kept = read(path) if path else {}
        self.sent = False  # finalize was, by this process: the CA may have it
        self.told = 0  # how often the CA has told the status to this process

    @property
    def url(self) -> str | None:
        """The order's URL."""
        return self.kept.get("url")

    @property
    def is_dead(self) -> bool:
        """The CA will never issue for it."""
        return self.kept.get("status") in DEAD

    def place(self, url: str, account: str, status: str) -> None:
        """Remember a new order."""
        at = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.kept = {"url": url, "account": account, "status": status, "at": at}
        self._write()

    def note(self, status: str) -> None:
        """Remember what the CA says now; as long as it may have our finalize, ``ready`` says nothing new."""
        self.told += 1
        if self.sent and status not in (*FINALIZED, *DEAD):
            status = UNKNOWN
        if self.kept and self.kept["status"] != status:
            self.kept["status"] = status
            self._write()

    def note_tokens(self, tokens: Iterable[str]) -> None:
        """Remember the tokens of challenges (RFC 8555 section 8.3): what answers them may outlive a run."""
        known = self.kept.get("tokens", "").split()
        new = [token for token in tokens if token not in known]
        if self.kept and new:
            self.kept["tokens"] = " ".join((*known, *new))
            self._write()

    def send(self) -> None:
        """Remember that finalize is about to be sent."""
        self.sent = True
        self.note(UNKNOWN)

    def refuse(self) -> None:
        """Remember that the CA has refused."""
        self.note(REFUSED)

    def forget(self) -> None:
        """Remember no order."""
        self.kept, self.sent = {}, False
        if self.path:
            try:
                self.path.unlink(missing_ok=True)
            except OSError as error:
                self.warn(f"{self.path} cannot be deleted ({error.strerror})")

    def _write(self) -> None:
        if not self.path:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as opened:
                    json.dump(self.kept, opened)
                    opened.flush()
                    os.fsync(opened.fileno())
                Path(name).replace(self.path)
            finally:
                Path(name).unlink(missing_ok=True)
        except OSError as error:
            self.warn(f"the order {self.url} cannot be remembered in {self.path} ({error.strerror})")


def read(path: Path) -> dict[str, str]:
    """Return what a file remembers; empty if it cannot be read, or is not such a file."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    is_order = isinstance(found, dict) and all(isinstance(found.get(key), str) for key in KEYS)
    return found if is_order and found["url"].startswith("http") else {}


def is_awaited(kept: dict[str, str]) -> bool:
    """Return True if the CA may still issue, or has issued, for what a file remembers."""
    return kept.get("status") in (*FINALIZED, UNKNOWN)
