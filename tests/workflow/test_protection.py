"""Rule 2 on a device: what a virtual server asks of its clients never becomes less, on whichever way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job, Outcome
from tests.support.hierarchy import new_authority
from tests.support.names import ONLY_EC, PROFILE, PROFILE_URL
from tests.support.spread import spread
from tests.support.three_commands import done_as_planned, refused
from tests.support.virtual_servers import attach, attached, hand_made, profile
from tests.support.world import World

WWW, SHOP = "www.example.com", "shop.example.com"
STRICT, LENIENT = "/Common/strict", "/Common/lenient"
OUR_CA, OTHER_CA = "/Common/our_ca.crt", "/Common/other_ca.crt"
ASKED = {"peerCertMode": "require", "caFile": OUR_CA}


@dataclass(frozen=True)
class Cell:
    """A setting of two profiles that are alike but for it."""

    name: str
    strict: Any
    lenient: Any
    both: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return self.name


def asked(name: str, strict: Any, lenient: Any) -> Cell:
    """Return a setting that matters where clients are asked for a certificate."""
    return Cell(name, strict, lenient, tuple((key, value) for key, value in ASKED.items() if key != name))


CELLS = [
    asked("peerCertMode", "require", "ignore"),
    asked("authenticate", "always", "once"),
    asked("authenticateDepth", 2, 9),
    asked("caFile", OUR_CA, OTHER_CA),
    asked("crlFile", "/Common/revoked.crl", "none"),
    asked("allowExpiredCrl", "disabled", "enabled"),
    asked("clientCertCa", OUR_CA, "none"),
    Cell("allowNonSsl", "disabled", "enabled"),
    Cell("ocspStapling", "enabled", "disabled"),
    Cell("tmOptions", ["dont-insert-empty-fragments", "no-tlsv1.2"], ["dont-insert-empty-fragments"]),
    Cell("renegotiation", "disabled", "enabled"),
    Cell("secureRenegotiation", "require-strict", "require"),
    Cell("maxRenegotiationsPerMinute", 1, 5),
    Cell("strictResume", "enabled", "disabled"),
    Cell("ciphers", "ECDHE+AES-GCM", "DEFAULT"),
    Cell("cipherGroup", "/Common/strong", "none"),
]
KINDS = ("authenticateDepth", "caFile", "allowNonSsl", "tmOptions", "cipherGroup")
every_setting = pytest.mark.parametrize("cell", spread(CELLS, days=4), ids=str)
each_kind = pytest.mark.parametrize(  # of comparison; on one way all settings are compared
    "cell", spread([cell for cell in CELLS if cell.name in KINDS], days=3), ids=str
)


@pytest.fixture(autouse=True)
def equipped(world: World) -> None:
    for path in (OUR_CA, OTHER_CA):
        world.device.add_certificate(path, new_authority(path, world.now).certificate_pem)
    world.device.add("ltm/cipher/group", "/Common/strong")


def lenient_parent(world: World, cell: Cell) -> str:
    world.device.add_profile("client-ssl", LENIENT, **dict(cell.both), **{cell.name: cell.lenient})
    return LENIENT


def strict_profile(world: World, cell: Cell, *names: str, **more: Any) -> str:
    """Create a profile that asks for more, with a certificate for ``names``."""
    properties: dict[str, Any] = {**dict(cell.both), cell.name: cell.strict, **more}
    return hand_made(world, STRICT, *names, **properties)


def job_for(world: World, **changes: Any) -> Job:
    return world.job(WWW, keys=ONLY_EC, **changes)


def ours(world: World, cell: Cell) -> Any:
    return profile(world, PROFILE)[cell.name]


def less(cell: Cell) -> str:
    """Return how a refusal names the setting."""
    if cell.name == "tmOptions":
        return "tmOptions dont-insert-empty-fragments instead of dont-insert-empty-fragments no-tlsv1.2"
    lenient = "DEFAULT" if cell.name == "cipherGroup" else cell.lenient
    return f"{'ciphers' if cell.name == 'cipherGroup' else cell.name} {lenient} instead of {cell.strict}"


@each_kind
def test_a_profile_that_asks_more_is_not_taken_off(world: World, cell: Cell) -> None:
    attach(world, strict_profile(world, cell, WWW))
    refusal = refused(world, job_for(world, parent_profile=lenient_parent(world, cell)))
    assert f"/Common/vs_www would ask less of its clients than {STRICT} does now" in refusal
    assert less(cell) in refusal
    assert f"write `parent_profile: {STRICT}` for {WWW} to keep its settings" in refusal
    result = done_as_planned(world, job_for(world, parent_profile=STRICT))
    assert (result.error, attached(world)) == (None, {PROFILE})
    assert (ours(world, cell), len(world.authority.issued)) == (cell.strict, 1)


@every_setting
def test_another_parent_asks_no_less(world: World, cell: Cell) -> None:
    """The line `parent_profile` is deleted, or names another profile; what is due is renewed all the same."""
    strict = job_for(world, parent_profile=strict_profile(world, cell, SHOP))
    assert done_as_planned(world, strict).error is None
    lenient = replace(strict, parent_profile=lenient_parent(world, cell))
    refusal = refused(world, lenient)
    assert f"/Common/vs_www would ask less of its clients than {PROFILE} does now" in refusal
    assert less(cell) in refusal
    assert f"write `parent_profile: {STRICT}` for {WWW} to keep its settings" in refusal
    world.wait(days=80)
    renewed = done_as_planned(world, lenient)
    assert (renewed.outcome, len(world.authority.issued)) == (Outcome.RENEWED, 2)
    assert less(cell) in (renewed.error or "")
    assert (ours(world, cell), profile(world, PROFILE)["defaultsFrom"]) == (cell.strict, STRICT)


@each_kind
def test_a_name_asks_no_less_beside_its_wildcard(world: World, cell: Cell) -> None:
    """The wildcard's profile stays, but clients of www get ours."""
    attach(world, strict_profile(world, cell, "*.example.com", sniDefault="true"))
    job = job_for(world, sni=True, parent_profile=lenient_parent(world, cell))
    assert less(cell) in refused(world, job)
    assert done_as_planned(world, replace(job, parent_profile=STRICT)).error is None
    assert ours(world, cell) == cell.strict


# what cannot be compared, and what serves clients without TLS
NEVER_MORE = {
    "caFile": f"caFile {OUR_CA}",
    "cipherGroup": "ciphers /Common/strong",
    "allowNonSsl": "clients without TLS",
}


@each_kind
def test_a_stricter_parent_is_noted(world: World, cell: Cell) -> None:
    lenient = job_for(world, parent_profile=lenient_parent(world, cell))
    done_as_planned(world, lenient)
    stricter = replace(lenient, parent_profile=strict_profile(world, cell, SHOP))
    if cell.name in NEVER_MORE:
        assert NEVER_MORE[cell.name] in refused(world, stricter)
        return
    result = done_as_planned(world, stricter)
    assert (result.outcome, result.error) == (Outcome.REPAIRED, None)
    assert "/Common/vs_www: " in result.notes[0]
    assert ours(world, cell) == cell.strict


# -- other ways to ask for less ----------------------------------------------------------------

REQUIRED = CELLS[0]
LESS = "peerCertMode ignore instead of require"


def test_clients_without_sni_are_asked_no_less(world: World) -> None:
    """They get the default, which `sni_default` makes ours."""
    strict, hand = strict_profile(world, REQUIRED, SHOP, sniDefault="true"), hand_made(world, "hand", WWW)
    attach(world, strict, hand)
    assert LESS in refused(world, job_for(world, sni=True, sni_default=True))
    assert done_as_planned(world, job_for(world, sni=True)).error is None
    assert (attached(world), world.seen_by_client().names) == ({strict, PROFILE}, frozenset({WWW}))


def test_a_new_name_is_no_way_round_the_door_of_another(world: World) -> None:
    """Today every client of vs_www has to show a certificate, whichever name it asks for."""
    attach(world, strict_profile(world, REQUIRED, SHOP, sniDefault="true"))
    assert LESS in refused(world, job_for(world, sni=True))
    assert done_as_planned(world, job_for(world, sni=True, parent_profile=STRICT)).error is None


def test_a_profile_that_may_go_leaves_its_protection(world: World) -> None:
    """`replace_profiles` says that its names may go, not that its door may open."""
    attach(world, strict_profile(world, REQUIRED, SHOP))
    assert LESS in refused(world, job_for(world, replace_profiles=(STRICT,)))
    assert done_as_planned(world, job_for(world, replace_profiles=(STRICT,), parent_profile=STRICT)).error is None


def test_the_stock_profile_keeps_what_was_set_on_it(world: World) -> None:
    world.device.set("/mgmt/tm/ltm/profile/client-ssl/~Common~clientssl", peerCertMode="require")
    attach(world, "/Common/clientssl")
    world.device.add_profile("client-ssl", LENIENT, peerCertMode="ignore")
    assert LESS in refused(world, job_for(world, parent_profile=LENIENT))
    assert done_as_planned(world, job_for(world)).error is None
    assert ours(world, REQUIRED) == "require"


def test_an_adopted_profile_keeps_its_own_settings(world: World) -> None:
    attach(world, hand_made(world, PROFILE, WWW, peerCertMode="require"))
    assert done_as_planned(world, job_for(world)).error is None
    assert ours(world, REQUIRED) == "require"


def test_an_adopted_profile_may_lose_its_own_by_a_parent(world: World) -> None:
    """Whether a profile keeps its own settings under another parent is not documented: so it gets none."""
    world.device.add_profile("client-ssl", LENIENT)
    attach(world, hand_made(world, PROFILE, WWW, peerCertMode="require"))
    assert LESS in refused(world, job_for(world, parent_profile=LENIENT))


def test_an_unlisted_virtual_server_is_asked_no_less(world: World) -> None:
    """Our profile, made by hand, is on another virtual server alone; the YAML lists vs_www."""
    world.device.add_profile("client-ssl", STRICT, **ASKED)
    world.add_virtual_server("/Common/vs_b", hand_made(world, PROFILE, WWW, defaultsFrom=STRICT))
    assert f"/Common/vs_b would ask less of its clients than {PROFILE} does now: {LESS}" in refused(
        world, job_for(world)
    )
    assert attached(world) == set()


def test_a_profile_off_the_virtual_servers_may_get_any_parent(world: World) -> None:
    world.device.add_profile("client-ssl", STRICT, **ASKED)
    hand_made(world, PROFILE, WWW, defaultsFrom=STRICT)
    assert done_as_planned(world, job_for(world)).error is None
    assert ours(world, REQUIRED) == "ignore"


def test_a_door_shut_by_the_parent_stays_shut(world: World) -> None:
    """As a client sees it: without a certificate nobody gets in, before and after the line is deleted."""
    world.device.add_profile("client-ssl", STRICT, **ASKED)
    job = job_for(world, parent_profile=STRICT)
    done_as_planned(world, job)
    for each in (job, replace(job, parent_profile="/Common/clientssl")):
        world.one(each)
        with pytest.raises(ConnectorError, match="handshake"):
            world.seen_by_client()
    world.device.set(PROFILE_URL, peerCertMode="ignore")
    assert world.seen_by_client().names == {WWW}


def test_one_more_name_does_not_open_the_door(world: World) -> None:
    """With one name our profile has a server name, with two it has none: then a wildcard beside may answer, too."""
    attach(world, hand_made(world, "wild", "*.example.com", sniDefault="true", tmOptions=[]))
    world.device.add_profile("client-ssl", STRICT, peerCertMode="require", tmOptions=[])
    job = job_for(world, sni=True, parent_profile=STRICT)
    done_as_planned(world, job)
    more = replace(job, names=(WWW, "mail.example.net"))
    world.wait(days=80)
    renewed = done_as_planned(world, more)
    assert (renewed.outcome, LESS in (renewed.error or "")) == (Outcome.RENEWED, True)
    assert f"write `server_name: {WWW}` for {WWW} to go on answering it" in refused(world, more)
    assert world.seen_by_client().serial == renewed.serial
