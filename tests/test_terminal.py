"""``start_acme.py`` on a terminal: what an operator sees while it is at work, and what is left of it."""

from __future__ import annotations

import codecs
import json
import os
import pty
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.installation import Installation
from tests.support.terminal import XTERM, Terminal

NOWHERE = SimpleNamespace(
    directory_url="https://127.0.0.1:1/directory", eab_kid="kid-1", eab_hmac_key="bm9ib2R5", ca_bundle="", root=Path()
)
SITE = {"common_name": "www.example.com", "virtual_servers": ["vs_www"], "validation": "prevalidated"}


def chunks(descriptor: int) -> Iterator[str]:
    """Yield what comes out of a terminal until nobody has it open any more."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while read := os.read(descriptor, 4096):
            yield decoder.decode(read)
    except OSError:  # EIO: how Linux tells it
        return
    finally:
        os.close(descriptor)


def test_ctrl_c_leaves_the_log_on_the_terminal_and_json_on_stdout(tmp_path: Path) -> None:
    """The BIG-IP does not answer until the terminal shows what it is asked for, however busy this machine is."""
    terminal, shown = Terminal(width=400), threading.Event()

    def hold(_: object) -> None:
        shown.wait(60)

    with SimulatedBigIP(Switches()) as device:
        here = Installation(tmp_path / "connector", device, NOWHERE)
        here.write_config(SITE)
        device.hook = hold
        reading, writing = pty.openpty()
        process = subprocess.Popen(
            here.command("plan", "--json"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=writing,
            env={**os.environ, **XTERM},
        )
        os.close(writing)
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        for text in chunks(reading):
            terminal.write(text)
            if not shown.is_set() and any("logging in to 127.0.0.1, " in line for line in terminal.seen):
                process.send_signal(signal.SIGINT)
                shown.set()
        out, _ = process.communicate()
        watchdog.cancel()
    assert shown.is_set(), terminal.seen
    assert (process.returncode, json.loads(out)["summary"]) == (1, {"skipped": 1})
    assert terminal.seen == here.log.read_text().splitlines()
    assert "stopped by SIGINT" in "".join(terminal.seen)
