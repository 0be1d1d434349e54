"""The ACME server: its directory, its clock, and our account there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sectigo_f5.acme.failures.known import BINDING_REQUIRED
from sectigo_f5.decision.clocks import agree, compare_clocks
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Account
from sectigo_f5.report.looks import ACME, Group, Look, judged, well, wrong
from sectigo_f5.run import CertificateAuthority

NAME, BINDING = "ACME server", "external account binding"


def group(account: Account, authority: CertificateAuthority, now: datetime) -> Group:
    """Look at the ACME server; it is asked for its directory, once."""
    try:
        authority.connect()
    except ConnectorError as error:
        looks = (wrong("directory", str(error)), _files(authority, "what there is of it is whole"))
        return Group(ACME, NAME, (*looks, well(BINDING, credentials(account))), account.server)
    return Group(ACME, NAME, tuple(_answers(account, authority, now)), account.server)


def _answers(account: Account, authority: CertificateAuthority, now: datetime) -> Iterator[Look]:
    yield well("directory", f"{account.server} answers")
    yield clock(now, authority.clock_ahead())
    required = f"the CA {'requires' if authority.requires_binding() else 'does not require'} it"
    try:
        status = authority.account_status()
    except ConnectorError as error:
        yield wrong(BINDING if str(error) == BINDING_REQUIRED else "account", str(error))
        return
    yield well(BINDING, f"{required}; {credentials(account)}")
    yield _files(authority, status)


def _files(authority: CertificateAuthority, status: str) -> Look:
    return judged("account", authority.account_problem(), status)


def clock(now: datetime, ahead: timedelta | None) -> Look:
    """Look at how far the clock of the CA is ahead of ours: more than an hour, and no order could succeed."""
    if ahead is None:
        return well("clock", "the ACME server does not tell the time")
    refusal = None if agree(ahead) else compare_clocks(now, ahead, None, "").refusal
    return judged("clock", refusal, f"{difference(ahead)} that of the ACME server")


def difference(ahead: timedelta) -> str:
    """Say in seconds how a clock that is so far ahead of ours compares."""
    seconds = round(ahead.total_seconds())
    if seconds == 0:
        return "the clock of this host agrees with"
    return f"the clock of this host is {abs(seconds)} s {'behind' if seconds > 0 else 'ahead of'}"


def credentials(account: Account) -> str:
    """Say whether there are credentials of external account binding, and never which."""
    if account.eab_kid and account.eab_hmac_key:  # that it is base64url is known by now: the env file was read
        return "ACME_EAB_KID and ACME_EAB_HMAC_KEY are set, and the key can be decoded"
    return "ACME_EAB_KID is not set"
