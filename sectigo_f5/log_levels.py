"""The levels of the log, as operators write them."""

from __future__ import annotations

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
