"""One BIG-IP, or one unit of an HA group: whether it answers, is trusted, lets us in, and keeps time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sectigo_f5.bigip.unit import Unit
from sectigo_f5.checkup import management_tls
from sectigo_f5.checkup.acme_server import difference
from sectigo_f5.checkup.management_tls import how_to_pin
from sectigo_f5.decision.clocks import agree, compare_clocks
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import TOKENS
from sectigo_f5.icontrol.errors import UnreachableError, UntrustedDeviceError
from sectigo_f5.icontrol.management_certificate import end_of, remark
from sectigo_f5.model import Device
from sectigo_f5.report.looks import Look, doubtful, judged, well, wrong

REACHED, TRUST, LOGIN, SLOTS = "reachability", "TLS trust", "login", "login tokens"
CERTIFICATE = "management certificate"
MOST_TOKENS = 100  # of one user (AskF5 K59142111)
FEW = 10  # free ones: Certbot's plugin takes several for each order
REMEDY_TOKENS = "find what logs in and never logs out; delete its tokens, or wait 20 minutes (AskF5 K59142111)"
NOBODY = "anyone between here and the BIG-IP can read the password"


def answered(unit: Unit, now: datetime, ca_ahead: timedelta | None) -> Iterator[Look]:
    """Look at a unit that we are logged in to; that asks it for the tokens, and for nothing else."""
    yield well(REACHED, f"{unit.client.origin} answers")
    yield _trust(unit)
    ends = end_of(unit.client.certificate)
    said = remark(unit.client.host, unit.client.certificate, unit.device.verify_tls, now)
    until = f"it ends on {ends:%Y-%m-%d}" if ends else "when it ends cannot be read"
    yield doubtful(CERTIFICATE, said) if said else well(CERTIFICATE, until)
    yield well(LOGIN, f"{unit.device.username} is logged in; TMOS {unit.release}")
    yield _tokens(unit)
    yield clock(now, unit.client.date, ca_ahead, unit.client.host)


def failed(device: Device, host: str, error: BaseException) -> Iterator[Look]:
    """Look at a unit that nobody could log in to; if TLS failed, it is asked which certificate it has."""
    text = str(error)
    if isinstance(error, UntrustedDeviceError):
        yield well(REACHED, f"{host} port {device.port} answers")
        yield wrong(TRUST, text, *how_to_pin(device, host, management_tls.ask(host, device.port)))
    else:
        yield wrong(REACHED if isinstance(error, UnreachableError) else LOGIN, text)


def _trust(unit: Unit) -> Look:
    device, host, der = unit.device, unit.client.host, unit.client.certificate
    found = management_tls.presented(der) if der else None
    if device.verify_tls is False:
        return doubtful(TRUST, f"verify_tls is false: {NOBODY}", *how_to_pin(device, host, found))
    by = device.verify_tls if isinstance(device.verify_tls, Path) else "the CAs of this system"
    return well(TRUST, f"its certificate is trusted by {by}{f'; SHA-256 {found.fingerprint}' if found else ''}")


def _tokens(unit: Unit) -> Look:
    """Count the user's own tokens; not every role, nor every release, may be told them."""
    try:
        listed = unit.client.get(TOKENS).get("items") or []
    except ConnectorError as error:
        return well(SLOTS, f"how many are free is not known: {error}")
    name = unit.device.username
    held = sum(each.get("userName") in (name, None) for each in listed)
    if not held:  # ours is not among them, so others may be missing too
        return well(SLOTS, "how many are free is not known: the BIG-IP does not list them")
    free = max(0, MOST_TOKENS - held)
    text = f"{name} holds {held} of {MOST_TOKENS}, this login's among them"
    return doubtful(SLOTS, text, REMEDY_TOKENS) if free < FEW else well(SLOTS, text)


def clock(now: datetime, told: datetime | None, ca_ahead: timedelta | None, host: str) -> Look:
    """Look at how far a BIG-IP's clock is from ours; more than an hour is a failure.

    ``ca_ahead`` is how far the CA's is ahead: if that agrees with ours, ours is right.
    """
    if told is None:
        return well("clock", f"{host} does not tell the time")
    ahead = told - now
    verdict = compare_clocks(now, ca_ahead if agree(ca_ahead) else None, ahead, host)
    return judged("clock", verdict.refusal or verdict.doubt, f"{difference(ahead)} that of {host}")
