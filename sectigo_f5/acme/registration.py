"""The account at the CA: registered once, with external account binding if the CA requires it (RFC 8555, 7.3.4)."""

from __future__ import annotations

from collections.abc import Callable

from sectigo_f5.acme import certbot_errors, directory
from sectigo_f5.acme.certbot_program import Certbot, Task
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Account
from sectigo_f5.secret import Secret

TIMEOUT = 300.0  # seconds for a handful of requests; Certbot gives each of them 45


def status(account: Account, certbot: Certbot, read_directory: Callable[[], directory.Directory]) -> str:
    """Return in words whether there is an account; raises :class:`ConnectorError` if there can be none."""
    if certbot.has_account():
        return "the connector is registered there"
    if directory.requires_binding(read_directory()) and not account.eab_kid:
        raise ConnectorError(certbot_errors.BINDING_REQUIRED)
    return "the first order registers the connector there"


def register(account: Account, certbot: Certbot, read_directory: Callable[[], directory.Directory]) -> None:
    """Register the account, unless there is one; raises :class:`ConnectorError`."""
    status(account, certbot, read_directory)
    if certbot.has_account():
        return
    options: dict[str, str] = {}
    known: tuple[Secret, ...] = ()
    if account.eab_kid and account.eab_hmac_key:
        options = {"eab-kid": account.eab_kid, "eab-hmac-key": account.eab_hmac_key.reveal()}
        known = (account.eab_hmac_key,)
    contact = ["--email", account.email] if account.email else ["--register-unsafely-without-email"]
    with certbot.workplace() as workplace:
        task = Task("register", ["--agree-tos", "--no-eff-email", *contact], options, TIMEOUT, known)
        answer = certbot.run(workplace, task)
    if answer.finished.status and not certbot.has_account():
        raise certbot_errors.failure("the ACME account could not be registered", answer)
