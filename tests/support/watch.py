"""What other users of the machine can see of a run while it lasts, and what it leaves on disk."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sectigo_f5.simulator import SimulatedBigIP
from tests.support.canaries import Canaries

INTERVAL = 0.02  # seconds between two looks
LOOKS = 10  # per process: enough to see it after it has executed its program
PRIVATE = "certbot.ini"  # the one file that holds secrets, while Certbot runs
NO_CORE_DUMP = b"Max core file size        1                    1"


class Watch:
    """The command line, environment and limits of every process, and the files, for the length of the block."""

    def __init__(self, *folders: Path) -> None:
        self.commands: set[bytes] = set()
        self.environments: dict[bytes, bytes] = {}  # by command line
        self.limits: dict[bytes, bytes] = {}  # by command line
        self.modes: set[tuple[str, int]] = set()  # of the private file and the folder of such files
        self.files: dict[str, set[bytes]] = {}  # what each file held at any time, but for the private one
        self._seen: set[tuple[str, int, int]] = set()
        self._looks: Counter[str] = Counter()
        self._folders = folders
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
                        self.limits[command] = Path(f"/proc/{process}/limits").read_bytes()
            for folder in self._folders:
                for file in files_in(folder):
                    with contextlib.suppress(OSError):  # it has just been deleted
                        self._look_at(file)
            time.sleep(INTERVAL)

    def _look_at(self, file: Path) -> None:
        found = file.stat()
        if file.name == PRIVATE:
            private = file.parents[1]
            self.modes |= {(file.name, found.st_mode & 0o777), (private.name, private.stat().st_mode & 0o777)}
        elif (state := (str(file), found.st_mtime_ns, found.st_size)) not in self._seen:
            self._seen.add(state)
            self.files.setdefault(str(file), set()).add(file.read_bytes())

    def must_not_have_seen(
        self, canaries: Canaries, but: str = "", given: frozenset[str] = frozenset(), its: str = ""
    ) -> None:
        """Fail if a secret was in a command line, in a file, or in an environment.

        The environment of the command ``but`` may hold any of ``given``; that of the connector's children, ``its``.
        """
        assert any(b"inside_certbot" in command for command in self.commands), "the watch saw nothing"
        assert [command for command in self.commands if canaries.found_in(command)] == []
        for command, environment in self.environments.items():
            may = {*(given if but and but.encode() in command else ()), its}
            assert canaries.found_in(environment) <= may, command
        assert [path for path, held in self.files.items() if any(map(canaries.found_in, held))] == []

    def must_not_have_seen_core_files(self) -> None:
        """Fail if the kernel might have written a core file of a program that the connector had started."""
        ours = bytes(self._folders[0])  # other tests start Certbot too
        certbot = [command for command in self.limits if b"inside_certbot" in command and ours in command]
        told = [self.limits[command] for command in certbot if self.limits[command]]  # nothing of one that has ended
        assert told
        assert [limits for limits in told if NO_CORE_DUMP not in limits] == []


def files_in(folder: Path) -> Iterator[Path]:
    """Yield all files below a folder, without stumbling over what is deleted meanwhile."""
    return (Path(at) / name for at, _, names in os.walk(folder) for name in names)


def must_not_be_kept(canaries: Canaries, folder: Path, *texts: str) -> None:
    """Fail if a secret is in a file below ``folder``, or in a text."""
    files = [file for file in files_in(folder) if file.is_file()]
    assert files
    assert [file for file in files if canaries.found_in(file.read_bytes())] == []
    assert [text for text in texts if canaries.found_in(text)] == []


def collect_secrets(device: SimulatedBigIP, canaries: Canaries) -> Canaries:
    """Have the passphrase of each key that the device receives collected, even if it is deleted later; tokens too."""
    canaries.forget("passphrase", "token")

    def collect(_: object) -> None:
        keys = device.get("/mgmt/tm/sys/file/ssl-key")["items"]
        for key in keys:
            sealed = key.get("passphrase", "") if "example" in key["name"] else ""
            if sealed and (passphrase := device.engine.world.vault.open(sealed)):
                canaries.add("passphrase", passphrase)
        for token in device.tokens:
            canaries.add("token", token)

    device.hook = collect
    return canaries
