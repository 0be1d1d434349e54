"""Run Certbot in this process, and mend what it and its BIG-IP plugin leave undone.

certbot-bigip 1.2.1 logs in to n BIG-IPs n + 2 times and never deletes a token. A user may hold 100
(AskF5 K59142111), some releases never purge expired ones (Bug ID1787517), and then nobody can log
in. So each token that the plugin's library obtains is remembered here, and handed back when Certbot
has ended: well, badly, or by SIGTERM. Nobody else could do it: the tokens are known in this process
alone. No request of the plugin has a time-out either (f5-sdk sets it on the session, where requests
ignores it), so a silent BIG-IP would hold Certbot forever: here a default is given. Certbot itself
tries a request whose nonce the CA refuses only once again (RFC 8555 section 6.5 sets no limit), and
an order dies of the second refusal: here it goes on. And the options of some other Certbot on this
host (``/etc/letsencrypt/cli.ini``: hooks, another authenticator) are not read: this one is told
everything.

A program of its own, which imports nothing of the connector: the Python that has Certbot runs this
file with Certbot's own arguments, or with :data:`LIST_PLUGINS` alone.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.metadata
import logging
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

WARNING = "sectigo-f5 warning: "  # how our own lines begin in the output that is shared with Certbot
LIST_PLUGINS = "--list-plugins"  # no option of Certbot's
READ_TIMEOUT = 90.0  # seconds; BIG-IP itself gives up on a request after 60
NONCE_TRIES = 5  # of two requests each
HAND_BACK_TIMEOUT = 10.0  # seconds for each BIG-IP

Tokens = list[tuple[str, str, Any]]  # host:port, token, what TLS to it is verified with


def main() -> int | str | None:
    """Run Certbot with our own command line; returns its exit status."""
    here = Path(__file__).parent.resolve()
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != here]  # not for Certbot to find
    if sys.argv[1:] == [LIST_PLUGINS]:
        list_plugins()
        return 0
    signal.signal(signal.SIGTERM, _stop)
    tokens: Tokens = []
    give_requests_a_timeout()
    remember_tokens(tokens)
    try_other_nonces()
    forget_other_configurations()
    try:
        status: int | str | None = importlib.import_module("certbot.main").main()
        return status
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what is left to do takes seconds
        hand_back(tokens)


def list_plugins() -> None:
    """Write each plugin's name, and after it what is wrong where it cannot be loaded.

    ``certbot plugins`` leaves some out (``manual``), and one plugin that cannot be loaded stops it.
    """
    for entry in importlib.metadata.entry_points(group="certbot.plugins"):
        try:
            entry.load()
            problem = ""
        except Exception as error:  # noqa: BLE001  # a plugin's module may raise anything
            problem = f" {type(error).__name__}: {error}"
        sys.stdout.write(f"{entry.name}{problem}\n")


def _stop(number: int, _frame: FrameType | None) -> None:
    """End as Certbot would, but through every ``finally``; it calls this after it has cleaned up."""
    raise SystemExit(128 + number)


def give_requests_a_timeout() -> None:
    """Have every request that names no time-out end after :data:`READ_TIMEOUT`."""
    session = importlib.import_module("requests").Session
    send = session.send

    @functools.wraps(send)
    def send_in_time(self: Any, request: Any, **options: Any) -> Any:
        if options.get("timeout") is None:
            options["timeout"] = READ_TIMEOUT
        return send(self, request, **options)

    session.send = send_in_time


def remember_tokens(tokens: Tokens) -> None:
    """Note each token that the plugin's library obtains; nothing where the library is not installed."""
    try:
        authentication = importlib.import_module("icontrol.authtoken").iControlRESTTokenAuth
    except ImportError:
        return
    obtain: Callable[[Any, str], None] = authentication.get_new_token

    @functools.wraps(obtain)
    def obtain_and_remember(self: Any, netloc: str) -> None:
        before = self.token
        try:
            obtain(self, netloc)
        finally:  # an answer that the library refuses may have brought a token all the same
            if self.token and self.token != before:
                tokens.append((netloc, self.token, self.verify))

    authentication.get_new_token = obtain_and_remember


def try_other_nonces() -> None:
    """Send a request again whose nonce was refused: the CA has not looked at anything else in it."""
    network = importlib.import_module("acme.client").ClientNetwork
    refusal = importlib.import_module("acme.messages").Error
    post = network.post

    @functools.wraps(post)
    def post_until_accepted(self: Any, *arguments: Any, **options: Any) -> Any:
        for _ in range(NONCE_TRIES - 1):
            try:
                return post(self, *arguments, **options)
            except refusal as error:
                if error.code != "badNonce":
                    raise
        return post(self, *arguments, **options)

    network.post = post_until_accepted


def forget_other_configurations() -> None:
    """Have Certbot read no configuration file but the one that it is given."""
    importlib.import_module("certbot._internal.constants").CLI_DEFAULTS["config_files"] = []


def hand_back(tokens: Tokens) -> None:
    """Delete each token; a failure is one line of warning and never changes the exit status.

    A BIG-IP that does not answer is not asked again. The errors' texts are not shown and urllib3 is
    silenced: both hold the URL, and with it the token.
    """
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    requests = importlib.import_module("requests")
    silent: set[str] = set()
    for netloc, token, verify in reversed(tokens):
        if netloc in silent:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # TLS to the BIG-IP may be unchecked: the connector says so
                answer = requests.delete(
                    f"https://{netloc}/mgmt/shared/authz/tokens/{token}",
                    headers={"X-F5-Auth-Token": token},
                    verify=verify,
                    timeout=HAND_BACK_TIMEOUT,
                )
            problem = "" if answer.ok else f"HTTP {answer.status_code}"
        except (requests.RequestException, OSError) as error:
            silent.add(netloc)
            problem = type(error).__name__
        if problem:
            _warn(
                f"a login token of certbot-bigip on {netloc} could not be handed back ({problem}); it expires by itself"
            )


def _warn(text: str) -> None:
    with contextlib.suppress(OSError):  # nobody may be reading any more
        sys.stderr.write(f"{WARNING}{text}\n")


if __name__ == "__main__":
    sys.exit(main())
