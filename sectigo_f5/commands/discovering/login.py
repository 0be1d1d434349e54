"""The login of a command without a YAML file: a credentials file, or what somebody types at a terminal."""

from __future__ import annotations

import getpass
import logging
import os
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sectigo_f5.configuration import checks
from sectigo_f5.configuration.credentials.file import credentials_in
from sectigo_f5.configuration.credentials.inline import Credentials
from sectigo_f5.configuration.sources.content import UnreadableFileError
from sectigo_f5.configuration.sources.handed_over import PREFIX, located
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.secret import Secret

TRUTH = {"true": True, "false": False}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Login:
    """User name and password, and the file that they are from, as the YAML names it, if any."""

    credentials: Credentials
    file: str | None


def login_for(hosts: Sequence[str], file: Path | None) -> Login:
    """Read the file, or ask; raises :class:`ConfigurationError` with what to write."""
    if file is None:
        return Login(_asked(", ".join(hosts)), None)
    try:
        found = located(str(file), Path.cwd(), os.environ)
    except UnreadableFileError as error:
        raise ConfigurationError(f"--credentials-file: {file} {error}") from error
    credentials, said = credentials_in(found)
    for warning in said:
        logger.warning("%s", warning)
    return Login(credentials, str(file if str(file).startswith(PREFIX) else found))


def _asked(what: str) -> Credentials:
    """Ask on the terminal; the password is not shown while it is typed."""
    if not sys.stdin.isatty():
        raise ConfigurationError(
            f"the login of {what} is not known, and there is no terminal to ask on; write a file with username: and "
            "password:, and name it by --credentials-file"
        )
    try:
        sys.stderr.write(f"User name on {what}: ")
        sys.stderr.flush()
        username = sys.stdin.readline().strip()
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)  # it would be shown
            password = getpass.getpass(f"Password of {username}: ") if username else ""
    except (KeyboardInterrupt, EOFError, OSError, getpass.GetPassWarning):
        sys.stderr.write("\n")
        username = password = ""
    if not (username and password):
        raise ConfigurationError("no user name and password were typed; nothing was asked of the BIG-IP")
    return Credentials(username, Secret(password))


def hosts_in(texts: Sequence[str]) -> tuple[str, ...]:
    """Check the management addresses; raises :class:`ConfigurationError`."""
    for text in texts:
        if fault := checks.device_host_fault(text.lower()):
            raise ConfigurationError(f"--host: {fault}")
    return tuple(dict.fromkeys(text.lower() for text in texts))


def verify_tls_in(text: str) -> bool | Path:
    """Read true, false or a CA file, as the YAML has it; raises :class:`ConfigurationError`."""
    if text.lower() in TRUTH:
        return TRUTH[text.lower()]
    file = Path(text).absolute()
    if fault := checks.certificate_file_fault(file):
        raise ConfigurationError(f"--verify-tls: {fault}; write true, false, or the file of a CA")
    return file
