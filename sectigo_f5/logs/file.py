"""The log file, mode 0640."""

from __future__ import annotations

import errno
import logging
from io import TextIOWrapper
from pathlib import Path

from sectigo_f5.files import descriptor, fault_of_log_directory
from sectigo_f5.logs.giving_up import give_up


def file_handler(file: Path) -> logging.Handler:
    """Open a log file; raises :class:`OSError`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fault = fault_of_log_directory(file.parent)
    if fault:
        raise OSError(errno.EPERM, fault)
    return _LogFile(file, encoding="utf-8")


class _LogFile(logging.FileHandler):
    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding=self.encoding, opener=descriptor)  # noqa: PTH123

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the name is logging's
        """Give up a file that takes no more lines (a full disk)."""
        if not give_up(self, self.baseFilename):
            super().handleError(record)
