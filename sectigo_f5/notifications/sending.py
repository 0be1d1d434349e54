"""Messages by Apprise, in a process of its own: what hangs there is ended, and it gets the URLs by a pipe."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sectigo_f5 import process
from sectigo_f5.secret import Secret

PATIENCE = 30.0  # seconds for all URLs together
MODULE = "sectigo_f5.notifications.apprise_child"
MISSING = (
    "the Python package apprise is not installed, so nobody is told; run: .venv/bin/pip install --require-hashes "
    "-r requirements-notify.txt"
)
# What Apprise needs of our environment: it must not see the rest, such as the token of a vault.
PASSED_ON = re.compile(
    "PATH|HOME|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|LD_LIBRARY_PATH|XDG_.*|DBUS_SESSION_BUS_ADDRESS|APPRISE_.*"
    "|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|(https?|all|no)_proxy",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Message:
    """What one URL is to be told."""

    url: Secret
    title: str
    body: str


def is_possible() -> bool:
    """Tell whether Apprise is installed."""
    return importlib.util.find_spec("apprise") is not None


def send(messages: Sequence[Message], patience: float = PATIENCE) -> list[str]:
    """Send all at once; returns for each what went wrong, or an empty text.

    Raises :class:`ConnectorError` if the process cannot be started.
    """
    tasks = [{"url": each.url.reveal(), "title": each.title, "body": each.body} for each in messages]
    return _done_by_apprise(tasks, [each.url for each in messages], patience)


def faults(urls: Sequence[Secret], patience: float = PATIENCE) -> list[str]:
    """Return for each URL why Apprise cannot use it, or an empty text; nothing is sent. Raises as :func:`send`."""
    return _done_by_apprise([{"url": url.reveal()} for url in urls], urls, patience)


def _done_by_apprise(tasks: Sequence[Mapping[str, str]], known: Sequence[Secret], patience: float) -> list[str]:
    given = os.memfd_create("messages")
    try:
        os.write(given, json.dumps(tasks).encode())
        os.lseek(given, 0, os.SEEK_SET)
        done = process.run(
            [sys.executable, "-m", MODULE],
            timeout=patience,
            env={**environment(os.environ), "PYTHONPATH": str(Path(__file__).parents[2])},
            known=known,
            grace=1.0,
            given=given,
        )
    finally:
        os.close(given)
    told = {int(number): problem for number, problem in re.findall(r"^told (\d+) (.*)$", done.output, re.MULTILINE)}
    late = f"no answer within {patience:.0f} s" if done.timed_out else "Apprise has ended early"
    return [told.get(number, late) for number in range(len(tasks))]


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what Apprise gets of an environment."""
    return {name: value for name, value in environ.items() if PASSED_ON.fullmatch(name)}
