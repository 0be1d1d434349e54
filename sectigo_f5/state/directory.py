"""``STATE_DIR``: what outlives a run.

Nothing here is secret, and nothing here is needed to keep a site up: losing the directory costs the
history, the account (it is registered again) and the renewal information of older certificates. So
after the CA has issued, a file that cannot be written is a warning, and the certificate goes into
service. If losing a file would deceive an operator, the command is refused before anything is changed.

Who may write what: a command that acts holds the lock of the directory, so two processes never act at
once. Certificates are worked on in parallel by the threads of one process, a device by one at a time. A
file that they share and change (read, change, write) is changed under
:func:`sectigo_f5.files.changed_by_one`: the last results, and which BIG-IP answers where. Every other file
belongs to one device or certificate, or holds the same answer whoever asked for it (CRL, renewal
information); it is replaced as a whole, so readers need no lock. Where two files make one copy, the one
that is looked for is written last.
"""

from __future__ import annotations

import tempfile
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from sectigo_f5.errors import ConfigurationError
from sectigo_f5.files import fault_of_directory
from sectigo_f5.state import lock
from sectigo_f5.state.certificate_store import CertificateStore
from sectigo_f5.state.history import History
from sectigo_f5.state.inventory import KnownItems
from sectigo_f5.state.known_devices import KnownDevices
from sectigo_f5.state.learned import LearnedStore
from sectigo_f5.state.orders import OrderStore
from sectigo_f5.state.unsaved import UnsavedDevices

OF_CERTBOT = ("certbot", "certbot/accounts", "certbot/logs", "certbot/private")
FOLDERS = ("ari", *OF_CERTBOT, "certificates", "inventory", "learned", "orders", "unsaved")
ROOM = 1 << 16  # bytes that must be free: about what an order writes, Certbot's log included


class StateDirectory:
    """The files under ``STATE_DIR``; every write is atomic."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.history = History(path / "results.json")
        self.certificates = CertificateStore(path / "certificates")
        self.orders = OrderStore(path / "orders")
        self.devices = KnownDevices(path / "devices.json")
        self.unsaved = UnsavedDevices(path / "unsaved")
        self.inventory = KnownItems(path / "inventory")
        self.learned = LearnedStore(path / "learned")

    def prepare(self) -> None:
        """Make the directory; raises :class:`ConfigurationError` if it cannot be written, or others can write there."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            faults = [fault_of_directory(self.path / name) for name in ("", *FOLDERS)]
            if any(faults):
                raise ConfigurationError(f"STATE_DIR: {next(filter(None, faults))}")
            with tempfile.TemporaryFile(dir=self.path) as file:
                file.write(bytes(ROOM))
        except OSError as error:
            raise ConfigurationError(
                f"STATE_DIR {self.path}: cannot be written ({error.strerror}); run as root or set STATE_DIR"
            ) from error

    def locked(self, now: datetime, shard: object = None) -> AbstractContextManager[int]:
        """Hold the lock of this directory, an open file; raises :class:`lock.LockedError` that says who holds it."""
        return lock.locked(self.path / "lock", now, shard)
