"""The proxy that leads to the CA: from the ``env`` file into the environment, where requests and Certbot look."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from sectigo_f5.secret import Secret

PROXIES = (
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
)  # or all in lower case
EXEMPTIONS = "NO_PROXY"  # hosts, not a URL

T = TypeVar("T")


def is_proxy(name: str) -> bool:
    """Return whether the name is one of these variables, in one of its two spellings."""
    return name in PROXIES or name.upper() in PROXIES and name.islower()


def by_name(variables: Mapping[str, T]) -> dict[str, T]:
    """Return the proxies by their names in capitals; of two spellings the small one counts, as in requests."""
    spellings = [(name, spelling) for name in PROXIES for spelling in (name, name.lower())]
    return {name: variables[spelling] for name, spelling in spellings if spelling in variables}


def exemptions_fault(text: str) -> str | None:
    """Check a list of hosts that are reached without a proxy."""
    return None if text.isprintable() else "is not a list of hosts; write one like localhost,.example.com"


def proxy_fault(text: str) -> str | None:
    """Check the URL of a proxy, which requests takes without a scheme too; never shows it: it may hold a password."""
    try:
        parts = urlsplit(_with_scheme(text))
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if host and text.isprintable() and " " not in text:
        return None
    return "is not the URL of a proxy; write one like http://proxy.example.com:3128"


def hides_a_password(text: str) -> bool:
    """Return whether the URL of a proxy holds a password."""
    return bool(_passwords(text))


def passwords(environ: Mapping[str, str]) -> tuple[Secret, ...]:
    """Return the passwords of all proxies in an environment, as they are written and as they are meant."""
    return tuple(Secret(text) for name, value in environ.items() if _is_url(name) for text in _passwords(value))


@contextlib.contextmanager
def in_environment(proxies: Mapping[str, Secret | str]) -> Iterator[None]:
    """Set the variables, in both spellings, for the length of the block; requests and Certbot read them there."""
    clear = {name: value.reveal() if isinstance(value, Secret) else value for name, value in proxies.items()}
    wanted = {spelling: value for name, value in clear.items() for spelling in (name, name.lower())}
    before = {name: os.environ[name] for name in wanted if name in os.environ}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name in wanted:
            os.environ.pop(name, None)
        os.environ.update(before)


def _is_url(name: str) -> bool:
    return is_proxy(name) and name.upper() != EXEMPTIONS


def _with_scheme(text: str) -> str:
    return text if "://" in text else f"http://{text}"


def _passwords(text: str) -> set[str]:
    try:
        password = urlsplit(_with_scheme(text)).password
    except ValueError:
        return set()
    return {password, unquote(password)} if password and password.isprintable() else set()
