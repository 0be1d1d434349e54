"""What other users of the machine can see of a run while it lasts, and what it leaves on disk."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from sectigo_f5.simulator import SimulatedBigIP

INTERVAL = 0.02  # seconds between two looks
LOOKS = 10  # per process: enough to see it after it has executed its program


class Watch:
    """The command line and environment of every process, and the modes of files, for the length of the block."""

    def __init__(self, private: Path | None = None) -> None:
        self.commands: set[bytes] = set()
        self.environments: dict[bytes, bytes] = {}  # by command line
        self.modes: set[tuple[str, int]] = set()  # of the folder ``private`` and the files in it
        self._looks: Counter[str] = Counter()
        self._private = private
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.is_set():
            for process in os.listdir("/proc"):  # noqa: PTH208  # what costs less is seen more often
                if process.isdecimal() and self._looks[process] < LOOKS:
                    self._looks[process] += 1
                    with contextlib.suppress(OSError):  # it has just ended
                        command = Path(f"/proc/{process}/cmdline").read_bytes()
                        self.commands.add(command)
                        self.environments[command] = Path(f"/proc/{process}/environ").read_bytes()
            with contextlib.suppress(OSError):  # its folder has just been deleted
                self._look_at_files()
            time.sleep(INTERVAL)

    def _look_at_files(self) -> None:
        if self._private:
            for file in self._private.rglob("certbot.ini"):
                self.modes |= {(path.name, path.stat().st_mode & 0o777) for path in (file, self._private)}

    def must_not_have_seen(self, secrets: Iterable[str], but: str = "") -> None:
        """Fail if a secret was in a command line, or in an environment other than that of the command ``but``."""
        assert any(b"inside_certbot" in command for command in self.commands), "the watch saw nothing"
        for secret in map(str.encode, secrets):
            assert [command for command in self.commands if secret in command] == []
            holding = [command for command, environment in self.environments.items() if secret in environment]
            assert [command for command in holding if not but or but.encode() not in command] == []


def must_not_be_kept(secrets: Iterable[str], folder: Path, *texts: str) -> None:
    """Fail if a secret is in a file below ``folder``, or in a text."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    for secret in secrets:
        assert [file for file in files if secret.encode() in file.read_bytes()] == []
        assert [text for text in texts if secret in text] == []


def collect_passphrases(device: SimulatedBigIP) -> set[str]:
    """Return a set that collects the passphrase of each key that the device receives, even if it is deleted later."""
    passphrases: set[str] = set()

    def collect(_: object) -> None:
        keys = device.get("/mgmt/tm/sys/file/ssl-key")["items"]
        sealed = {key["passphrase"] for key in keys if "example" in key["name"] and "passphrase" in key}
        passphrases.update(passphrase for text in sealed if (passphrase := device.engine.world.vault.open(text)))

    device.hook = collect
    return passphrases
