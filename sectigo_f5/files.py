"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from sectigo_f5.errors import ConnectorError

REMEDY = "make room, or correct its owner and rights"


def write_atomically(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Replace a file as a whole: a reader, or a power cut, sees the old or the new one. Text is UTF-8.

    Raises :class:`ConnectorError` with the reason that the file system gives, and the remedy.
    """
    try:
        with contextlib.ExitStack() as undo:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            undo.callback(Path(name).unlink, missing_ok=True)
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(mode)
            Path(name).replace(path)
            undo.pop_all()
    except OSError as error:
        raise ConnectorError(f"{path} cannot be written ({error.strerror}); {REMEDY}") from error
