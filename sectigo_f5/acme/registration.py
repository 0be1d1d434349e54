"""The account at the CA: registered once, with external account binding if the CA requires it (RFC 8555, 7.3.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from sectigo_f5 import recording
from sectigo_f5.acme import directory
from sectigo_f5.acme.account_files import account_folders, fault, move_aside
from sectigo_f5.acme.certbot_program import Certbot, Task
from sectigo_f5.acme.failures import certbot_errors
from sectigo_f5.acme.failures.known import BINDING_REQUIRED
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Account
from sectigo_f5.recording import What
from sectigo_f5.secret import Secret

TIMEOUT = 300.0  # seconds for a handful of requests; Certbot gives each of them 45

Read = Callable[[], directory.Directory]


def problem(account: Account, certbot: Certbot) -> str | None:
    """Return what is wrong with the files of the account, with the remedy; None also if there is no account."""
    try:
        found = next(filter(None, map(fault, account_folders(certbot.accounts, account.server))), None)
    except ConnectorError as error:
        return str(error)
    once = ", for which the CA has to take ACME_EAB_KID once more: else set new ones of SCM" if account.eab_kid else ""
    return f"{found}: the next run moves the account aside and registers another one{once}" if found else None


def status(account: Account, certbot: Certbot, read_directory: Read) -> str:
    """Return in words whether there is an account; raises :class:`ConnectorError` if there can be none."""
    faults = [fault(folder) for folder in account_folders(certbot.accounts, account.server)]
    if None not in faults and directory.requires_binding(read_directory()) and not account.eab_kid:
        raise ConnectorError(BINDING_REQUIRED)
    if not faults:
        return "the first order registers the connector there"
    return problem(account, certbot) or "the connector is registered there"


def register(account: Account, certbot: Certbot, read_directory: Read) -> None:
    """Register the account, unless there is one; raises :class:`ConnectorError`.

    Files that Certbot cannot use are moved aside: beside a whole account, too, they make it fail.
    """
    status(account, certbot, read_directory)
    folders = account_folders(certbot.accounts, account.server)
    broken = [folder for folder in folders if fault(folder)]
    aside = [move_aside(folder, certbot.accounts, certbot.clock()) for folder in broken]
    if len(broken) == len(folders):
        _register(account, certbot, aside)


def _register(account: Account, certbot: Certbot, aside: Sequence[Path]) -> None:
    options: dict[str, str] = {}
    known: tuple[Secret, ...] = ()
    if account.eab_kid and account.eab_hmac_key:
        options = {"eab-kid": account.eab_kid, "eab-hmac-key": account.eab_hmac_key.reveal()}
        known = (account.eab_hmac_key,)
    contact = ["--email", account.email] if account.email else ["--register-unsafely-without-email"]
    made = recording.change(What.ACCOUNT, new=account.server, at_once=True)
    with certbot.workplace() as workplace, made:
        task = Task("register", ["--agree-tos", "--no-eff-email", *contact], options, TIMEOUT, known)
        answer = certbot.run(workplace, task)
        if answer.finished.status and not _is_registered(account, certbot):
            instead = f" instead of the damaged one, which is kept in {aside[0]}" if aside else ""
            raise certbot_errors.failure(f"the ACME account could not be registered{instead}", answer)


def _is_registered(account: Account, certbot: Certbot) -> bool:
    return any(fault(folder) is None for folder in account_folders(certbot.accounts, account.server))
