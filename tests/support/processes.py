"""Other processes, as the kernel sees them."""

from __future__ import annotations

import time
from pathlib import Path


def is_running(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def is_gone(number: int) -> bool:
    """Wait for the kernel to remove a process that was killed."""
    deadline = time.monotonic() + 10
    while is_running(number) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_running(number)
