"""Revocation with the key of an account (RFC 8555 section 7.6): of the one that ordered the certificate.

A new ``ACME_EAB_KID`` makes a new account, to which a CA grants nothing that an earlier one ordered. The keys of
those are still under ``STATE_DIR``, so each account of the server is tried in turn, ours first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from sectigo_f5.acme.account_files import account_folders, fault
from sectigo_f5.acme.certbot_program import Answer, Certbot, Task
from sectigo_f5.acme.failures import certbot_errors
from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import create_private
from sectigo_f5.model import Account
from sectigo_f5.progress import doing

logger = logging.getLogger(__name__)

TIMEOUT = 300.0  # seconds for a handful of requests; Certbot gives each of them 45


def revoke(account: Account, certbot: Certbot, register: Callable[[], None], certificate_pem: str, reason: str) -> None:
    """Revoke; a certificate that is revoked already is not a failure. Raises :class:`ConnectorError`.

    ``register`` is for a CA at which we have no account yet; some let any account revoke that has validated the names.
    """
    refused = list[Answer]()
    own = _usable(certbot.accounts, account)
    for folder in (*own, *_of_others(account, certbot)):
        if _is_revoked(certbot, folder, certificate_pem, reason, refused):
            return
    if not own:
        _register_after(register, refused)
        for folder in _usable(certbot.accounts, account):
            if _is_revoked(certbot, folder, certificate_pem, reason, refused):
                return
    others = f" (tried with {len(refused)} accounts of this CA)" if len(refused) > 1 else ""
    raise certbot_errors.failure(f"the certificate was not revoked{others}", refused[0])


def _register_after(register: Callable[[], None], refused: list[Answer]) -> None:
    try:
        register()
    except ConnectorError:
        if not refused:  # else what the account of the certificate was told says more
            raise
        raise certbot_errors.failure("the certificate was not revoked", refused[0]) from None


def _usable(home: Path, account: Account) -> list[Path]:
    return [folder for folder in account_folders(home, account.server) if fault(folder) is None]


def _of_others(account: Account, certbot: Certbot) -> list[Path]:
    """Return the folders of the accounts of other credentials at this server, the newest first."""
    homes = [home for home in certbot.accounts.parent.glob("*/") if home != certbot.accounts]
    found = [folder for home in homes for folder in _usable(home, account)]
    return sorted(found, key=lambda folder: folder.stat().st_mtime, reverse=True)


def _is_revoked(certbot: Certbot, folder: Path, certificate_pem: str, reason: str, refused: list[Answer]) -> bool:
    """Try one account; returns False, and adds to ``refused``, if another one may be allowed what this one is not."""
    home = next(parent for parent in folder.parents if parent.parent == certbot.accounts.parent)
    with certbot.workplace(home) as workplace:
        certificate = workplace / "certificate.pem"
        create_private(certificate, certificate_pem)
        # Otherwise Certbot looks for a lineage to delete, finds none, and fails after the CA has revoked.
        arguments = ["--cert-path", str(certificate), "--reason", reason, "--no-delete-after-revoke"]
        doing("Certbot: waiting for the CA to revoke")
        answer = certbot.run(workplace, Task("revoke", [*arguments, "--account", folder.name], {}, TIMEOUT))
    if not answer.finished.status or certbot_errors.is_already_revoked(answer.finished, answer.logged):
        if home != certbot.accounts:
            logger.info("revoked with an earlier account, %s", folder)
        return True
    if not certbot_errors.is_refused_to_the_account(answer):
        raise certbot_errors.failure("the certificate was not revoked", answer)
    refused.append(answer)
    return False
