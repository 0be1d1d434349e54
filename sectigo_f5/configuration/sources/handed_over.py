"""``credential:NAME``: a file that systemd hands over to the service alone (``LoadCredential=``, systemd.exec(5))."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sectigo_f5.configuration.sources.content import UnreadableFileError

CREDENTIALS_DIRECTORY = "CREDENTIALS_DIRECTORY"  # systemd sets it
PREFIX = "credential:"  # a file that is really called so is written ./credential:…
LONGEST_NAME = 255  # characters


def located(text: str, directory: Path, environ: Mapping[str, str]) -> Path:
    """Return the file that a setting means: of systemd, or one relative to ``directory``.

    Raises :class:`UnreadableFileError`, whose text goes behind what is written.
    """
    if not text.startswith(PREFIX):
        return directory / text
    name = text.removeprefix(PREFIX)
    if not re.fullmatch(r"[!-~]+", name) or re.search("[/:]", name) or name in (".", "..") or len(name) > LONGEST_NAME:
        raise UnreadableFileError(
            "is not the name of a credential; write credential:NAME, with the NAME of LoadCredential=NAME:/path"
        )
    remedy = f"systemd hands it over to the service alone: add LoadCredential={name}:/path by systemctl edit sectigo-f5"
    handed_over = environ.get(CREDENTIALS_DIRECTORY)
    if not handed_over:
        raise UnreadableFileError(f"cannot be used, because $CREDENTIALS_DIRECTORY is not set; {remedy}")
    file = Path(handed_over) / name
    if not _is_there(file):
        raise UnreadableFileError(f"is not in $CREDENTIALS_DIRECTORY ({handed_over}); {remedy}")
    return file


def _is_there(file: Path) -> bool:
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):  # reading it says why
        return True
    return True
