"""The login tokens that certbot-bigip obtains and never deletes; handed back when Certbot ends.

A user may hold 100 (AskF5 K59142111), some releases never purge expired ones (Bug ID1787517), and then nobody can log
in. Only Certbot's process knows them. Like the launcher, this module imports nothing of the connector.
"""

from __future__ import annotations

import functools
import logging
import warnings
from collections.abc import Callable
from typing import Any

HAND_BACK_TIMEOUT = 10.0  # seconds per BIG-IP

Tokens = list[tuple[str, str, Any]]  # host:port, token, ``verify=`` for TLS to it


def remember_tokens(tokens: Tokens) -> None:
    """Add each token that the plugin's library obtains to ``tokens``; do nothing if it is not installed."""
    try:
        from icontrol.authtoken import iControlRESTTokenAuth
    except ImportError:
        return
    obtain: Callable[[Any, str], None] = iControlRESTTokenAuth.get_new_token

    @functools.wraps(obtain)
    def obtain_and_remember(self: Any, netloc: str) -> None:
        before = self.token
        try:
            obtain(self, netloc)
        finally:  # even an answer that the library rejects may contain a token
            if self.token and self.token != before:
                tokens.append((netloc, self.token, self.verify))

    iControlRESTTokenAuth.get_new_token = obtain_and_remember


def hand_back(tokens: Tokens, warn: Callable[[str], None]) -> None:
    """Delete each token on its BIG-IP; a failure is one line of warning and never changes the exit status.

    A BIG-IP that does not answer is not asked again. The texts of errors are not shown, and urllib3
    is silenced: both contain the URL, and with it the token.
    """
    import requests

    logging.getLogger("urllib3").setLevel(logging.WARNING)
    silent: set[str] = set()
    for netloc, token, verify in reversed(tokens):
        if netloc in silent:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # TLS to the BIG-IP may be unverified: the connector warns of it
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
            warn(
                f"a login token of certbot-bigip on {netloc} could not be handed back ({problem}); it expires by itself"
            )
