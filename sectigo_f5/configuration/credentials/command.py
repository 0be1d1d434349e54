"""``credentials_command``: the program that prints the credentials of a BIG-IP, as it is written in the YAML."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from sectigo_f5.configuration.findings import quote
from sectigo_f5.configuration.setting_readers import RawSetting, read_each, text_of
from sectigo_f5.configuration.sources.content import reason
from sectigo_f5.configuration.sources.permissions import warn_if_others_may_change

EXAMPLE = "[vault, kv, get, -format=json, secret/bigip-fra]"


def credentials_command(raw: RawSetting) -> tuple[str, ...]:
    """Read the program, as a full path, and its arguments; it is not run yet.

    A name is looked for in PATH; a path is relative to the YAML file, as that of a credentials file is.
    """
    if not raw.items:
        raise raw.wrong(f"must be a list of the program and its arguments, not {_kind(raw)}; write {EXAMPLE}")
    program, *arguments = read_each(_word, raw.items)
    file = _program(program, raw)
    for decides in (file, *_files(arguments)):
        warn_if_others_may_change(raw.findings.about(decides))
    return (str(file), *arguments)


def _kind(raw: RawSetting) -> str:
    return "an empty list" if raw.items is not None else raw.value.kind


def _word(raw: RawSetting) -> str:
    text = text_of(raw)
    try:
        os.fsencode(text)
    except UnicodeEncodeError as error:
        raise raw.wrong("contains a character that no program can be given; leave it out") from error
    if "\0" in text:
        raise raw.wrong("contains a character that no program can be given; leave it out")
    return text


def _program(text: str, raw: RawSetting) -> Path:
    if "/" not in text:
        path = os.environ.get("PATH", os.defpath)
        found = shutil.which(text, path=path)
        if found is None:
            raise raw.wrong(f"{quote(text)} is no program in PATH ({path}); write its full path")
        return Path(found).absolute()
    if text.startswith("~"):
        raise raw.wrong(f"{quote(text)} is used literally, and only a shell expands ~; write the full path")
    file = (raw.findings.file.parent / text).absolute()
    try:
        mode = file.stat().st_mode
    except OSError as error:
        raise raw.wrong(f"{file} cannot be run ({reason(error)}); write the full path of the program") from error
    if not stat.S_ISREG(mode):
        raise raw.wrong(f"{file} is no file, so it cannot be run; write the full path of the program")
    if not os.access(file, os.X_OK):
        raise raw.wrong(f"{file} may not be run; make it executable: chmod +x {shlex.quote(str(file))}")
    return file


def _files(arguments: list[str]) -> Iterator[Path]:
    """Yield what the program is told to read: a script decides as much as the shell that runs it."""
    return (Path(text) for text in arguments if text.startswith("/") and _is_file(text))


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:
        return False
