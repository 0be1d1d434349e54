"""The process of the connector and of Certbot: no core file, and no memory for other programs of the same user."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sectigo_f5.acme.inside_certbot import own_process

SCRIPT = """
import ctypes, os, resource, runpy, subprocess, sys
loaded = runpy.run_path(sys.argv[1])
loaded["forbid_core_dumps"]()
loaded["hide_memory"]()
get_dumpable = 3
print(ctypes.CDLL(None).prctl(get_dumpable, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE), flush=True)
child = os.posix_spawn("/bin/sh", ["sh", "-c", "kill -ABRT $$"], os.environ)
print(os.WCOREDUMP(os.waitpid(child, 0)[1]))
"""


def test_neither_it_nor_what_it_starts_leaves_a_core_dump(tmp_path: Path) -> None:
    """A limit of one byte is too little for a file, and for a program what keeps it from being asked."""
    command = [sys.executable, "-I", "-c", SCRIPT, str(Path(own_process.__file__))]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=tmp_path)
    assert done.stdout.split() == ["0", "1", "1", "False"]
    assert list(tmp_path.iterdir()) == []
