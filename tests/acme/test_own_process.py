"""The process of the connector and of Certbot: no core file, and no memory for other programs of the same user."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sectigo_f5.acme.inside_certbot import own_process

SCRIPT = """
import ctypes, runpy, subprocess, sys
loaded = runpy.run_path(sys.argv[1])
loaded["forbid_core_dumps"]()
loaded["hide_memory"]()
get_dumpable = 3
print(ctypes.CDLL(None).prctl(get_dumpable, 0, 0, 0, 0), flush=True)
subprocess.run(["/bin/sh", "-c", "ulimit -c; ulimit -Hc"])
"""


def test_neither_it_nor_what_it_starts_leaves_a_core_file() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", SCRIPT, str(Path(own_process.__file__))],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["0", "0", "0"]
