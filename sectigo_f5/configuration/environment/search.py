"""Where the ``env`` file is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sectigo_f5.configuration.sources.content import reason
from sectigo_f5.errors import ConfigurationError

POINTER = "SECTIGO_ENV_FILE"
SYSTEM_ENV_FILE = Path("/etc/sectigo/env")


def find_env_file(given: Path | None, environ: Mapping[str, str], beside: Path | None) -> Path | None:
    """Find the env file: ``--env-file``, ``$SECTIGO_ENV_FILE``, beside the script, ``/etc/sectigo``.

    ``beside`` is the script or its directory, None for the installed command. Returns None if there is
    no file: the environment may have it all. Raises :class:`ConfigurationError` if a file was named and
    does not exist.
    """
    pointer = environ.get(POINTER)
    named = given or (Path(pointer) if pointer else None)
    if named is not None:
        _must_exist(named, "--env-file" if given else POINTER)
        return named
    directory = beside if beside is None or beside.is_dir() else beside.parent
    candidates = ([directory / "env"] if directory else []) + [SYSTEM_ENV_FILE]
    return next(filter(_is_file, candidates), None)


def out_of_sight() -> str | None:
    """Return why nobody can tell whether there is a file in the usual place; None if one can.

    In a directory that we may not enter there is none for us; but its owner should know that it does not count.
    """
    try:
        SYSTEM_ENV_FILE.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        remedy = "run as root, or name a file of your own with --env-file"
        return f"{SYSTEM_ENV_FILE}: cannot be looked at ({reason(error)}), so nothing in it counts; {remedy}"
    return None


def _must_exist(named: Path, how: str) -> None:
    try:
        named.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        text = "there is no such file; correct the path, or copy env.example there"
        raise ConfigurationError(f"{named}: {how}: {text}") from error
    except OSError as error:
        remedy = "correct the path or its permissions"
        raise ConfigurationError(f"{named}: {how}: cannot be read ({reason(error)}); {remedy}") from error
    except ValueError as error:
        raise ConfigurationError(f"{named}: {how}: is not a valid file path; correct it") from error


def _is_file(file: Path) -> bool:
    """Look for a file that nobody named; a directory env, of Python's, is none."""
    try:
        return file.is_file()
    except OSError:
        return False
