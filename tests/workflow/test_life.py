"""The years after the first day: renewal, re-keying, replacement, and the repair of drift."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.icontrol.client import object_url
from sectigo_f5.model import KeySpec, Outcome, RenewalInformation, Result
from sectigo_f5.simulator import Fault
from sectigo_f5.x509.revocation import RevocationChecker
from tests.support.console import Console
from tests.support.hierarchy import new_authority, new_server
from tests.support.issuing import new_crl, new_leaf, pem
from tests.support.names import BOTH_KEYS, EC_384, ONLY_EC, PROFILE, PROFILE_URL, RSA
from tests.support.serving import QuietHandler, serving
from tests.support.virtual_servers import attach
from tests.support.world import World, bigip


def run(world: World, *names: str, force: bool = False, **changes: Any) -> Result:
    job = world.job(*names or ("www.example.com",), **{"keys": ONLY_EC, **changes})
    return world.one(job, force=force)


def key_in_service(world: World) -> str:
    (entry,) = world.device.get(PROFILE_URL)["certKeyChain"]
    return str(entry["key"])


# -- when ------------------------------------------------------------------------------------------


def test_the_window_of_the_ca_decides_and_the_time_in_it_is_fixed(world: World) -> None:
    run(world)
    start = world.now + timedelta(days=20)
    world.authority.window = RenewalInformation(start, start + timedelta(days=4), world.now)
    planned = set()
    while (result := run(world)).outcome is Outcome.KEPT:
        planned.add(result.reason)
        world.wait(hours=12)
    assert len(planned) == 1
    assert start <= world.now <= start + timedelta(days=4, hours=12)
    assert result.outcome is Outcome.RENEWED
    assert "the CA suggests renewal between" in result.reason
    assert "(ARI)" in result.reason


def test_a_window_in_the_past_renews_once(world: World) -> None:
    """A CA announces a revocation this way; the new certificate is newer than the window."""
    run(world)
    world.wait(days=3)
    world.authority.window = RenewalInformation(world.now - timedelta(days=2), world.now - timedelta(days=1), world.now)
    assert run(world).outcome is Outcome.RENEWED
    for _ in range(3):
        world.wait(days=1)
        assert run(world).outcome is Outcome.KEPT


def test_a_third_of_the_lifetime_decides_without_a_window(world: World) -> None:
    first = run(world)
    world.wait(days=59)
    assert run(world).outcome is Outcome.KEPT
    world.wait(days=1)
    result = run(world)
    assert (result.outcome, result.serial != first.serial) == (Outcome.RENEWED, True)
    assert result.reason.endswith("less than a third of its lifetime is left")


def test_the_renew_before_days_setting_overrides_the_window(world: World) -> None:
    run(world)
    world.authority.window = RenewalInformation(world.now, world.now + timedelta(days=1), world.now)
    world.wait(days=40)
    assert run(world, renew_before_days=30).outcome is Outcome.KEPT
    world.wait(days=20)
    assert "(renew_before_days)" in run(world, renew_before_days=30).reason


def test_a_clock_set_back_does_not_restore_an_older_certificate(world: World) -> None:
    """The newest is determined by the time in its name; one of a wrong clock would be the newest for years."""
    world.wait(days=400)
    run(world)
    world.wait(days=-400)
    second = run(world, force=True)
    for _ in range(3):
        world.wait(hours=12)
        kept = run(world)
        assert (kept.outcome, kept.serial) == (Outcome.KEPT, second.serial)
    assert world.seen_by_client().serial == second.serial


# -- what ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [((RSA,), ONLY_EC), (ONLY_EC, (RSA,)), (ONLY_EC, (EC_384,)), ((RSA,), BOTH_KEYS), (BOTH_KEYS, ONLY_EC)],
)
def test_another_key_in_the_yaml_gets_a_new_pair(
    world: World, before: tuple[KeySpec, ...], after: tuple[KeySpec, ...]
) -> None:
    run(world, keys=before)
    world.wait(days=1)
    result = run(world, keys=after)
    assert (result.outcome, result.error) == (Outcome.REKEYED, None)
    assert result.reason.startswith(f"the key is {' and '.join(map(str, sorted(before)))}, the configuration asks for")
    keys = {world.seen_by_client(only=spec.type if len(after) > 1 else None).key for spec in after}
    assert keys == set(after)
    assert run(world, keys=after).outcome is Outcome.KEPT


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ((), ("api.example.com",), "it lacks api.example.com"),
        (("api.example.com",), (), "it also covers api.example.com"),
        (("a.example.com",), ("b.example.com",), "it lacks b.example.com and also covers a.example.com"),
    ],
)
def test_other_names_in_the_yaml_get_a_new_certificate(
    world: World, before: tuple[str, ...], after: tuple[str, ...], sentence: str
) -> None:
    run(world, "www.example.com", *before)
    old = key_in_service(world)
    world.wait(days=1)
    result = run(world, "www.example.com", *after)
    assert (result.outcome, sentence in result.reason) == (Outcome.REPLACED, True)
    assert world.seen_by_client().names == {"www.example.com", *after}
    assert key_in_service(world) != old


def test_order_and_letter_case_of_names_are_not_a_change(world: World) -> None:
    run(world, "www.example.com", "a.example.com", "b.example.com")
    written = {"virtual_servers": ["vs_www"], "common_name": "WWW.Example.com"}
    console = Console(world, {**written, "sans": ["b.example.com", "A.EXAMPLE.COM", "www.example.com"]})
    output = console.say("plan", "--json")
    assert (output.code, output.json["summary"]) == (0, {"kept": 1})


def test_the_option_force_renews_now_with_a_new_key(world: World) -> None:
    run(world)
    old = key_in_service(world)
    world.wait(hours=1)
    result = run(world, force=True)
    assert (result.outcome, result.reason) == (Outcome.RENEWED, "renewal was forced (--force)")
    assert key_in_service(world) != old


# -- revoked ---------------------------------------------------------------------------------------


class Crl(ThreadingHTTPServer):
    content = b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ca.crl"


@pytest.fixture
def crl() -> Iterator[Crl]:
    class Handler(QuietHandler):
        def do_GET(self) -> None:  # noqa: N802  # the name is http.server's
            self.respond(server.content, 200 if server.content else 503)

    with serving(Crl(("127.0.0.1", 0), Handler)) as server:
        yield server


def test_a_certificate_listed_in_the_crl_is_replaced_with_a_new_key(
    world: World, crl: Crl, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world.authority.crl_url = crl.url
    first = run(world, revocation_check=True)
    old, issued = key_in_service(world), world.authority.issued[0]

    def checked() -> Result:
        world.revocation = RevocationChecker(tmp_path, clock=world.clock)  # type: ignore[assignment]  # the real one
        return run(world, revocation_check=True)

    assert checked().outcome is Outcome.KEPT
    assert "could not determine whether the certificate is revoked" in caplog.text
    crl.content = new_crl(world.authority.issuer, begins=world.now)
    assert checked().outcome is Outcome.KEPT
    caplog.clear()
    crl.content = b""
    assert checked().outcome is Outcome.KEPT
    assert "could not determine" not in caplog.text, "the CRL that was kept is good until its nextUpdate"
    crl.content = new_crl(world.authority.issuer, issued, begins=world.now)
    result = checked()  # although the CRL that was kept would be good
    assert (result.outcome, result.reason) == (Outcome.REPLACED, "the certificate was revoked: superseded (CRL)")
    assert world.seen_by_client().serial == result.serial != first.serial
    assert key_in_service(world) != old
    assert checked().outcome is Outcome.KEPT


# -- drift -----------------------------------------------------------------------------------------

Arrange = Callable[[World], None]


@dataclass(frozen=True)
class Drift:
    """A difference between device and YAML, and the smallest change that repairs it."""

    name: str
    arrange: Arrange
    pattern: str  # regular expression
    writes: tuple[str, ...]  # what is written under ltm
    changes: tuple[tuple[str, Any], ...] = ()  # of the job
    outcome: Outcome = Outcome.REPAIRED
    sni: bool = False


def detach(world: World) -> None:
    attach(world)


def put_foreign_pair(world: World) -> None:
    """Replace the pair in our profile with a foreign one."""
    identity = new_server(["www.example.com"], world.now, new_authority("Hand CA", world.now))
    world.device.add_certificate("/Common/hand.crt", identity.certificate_pem, identity.key_pem)
    entry = {"name": "default", "cert": "/Common/hand.crt", "key": "/Common/hand.key"}
    world.device.set(PROFILE_URL, certKeyChain=[entry])


def newest(world: World, suffix: str) -> str:
    """Return the newest of our objects with a suffix: ``.key``, ``.crt``, ``_chain.crt``."""
    kind = "ssl-key" if suffix == ".key" else "ssl-cert"
    paths = [str(item["fullPath"]) for item in world.device.get(f"/mgmt/tm/sys/file/{kind}")["items"]]
    return max(path for path in paths if re.fullmatch(rf"/Common/www\.example\.com_\d+T\d+Z{suffix}", path))


def delete(world: World, suffix: str) -> None:
    kind = "ssl-key" if suffix == ".key" else "ssl-cert"
    world.device.delete(object_url(f"sys/file/{kind}", newest(world, suffix)))


def delete_profile(world: World) -> None:
    detach(world)
    world.device.delete(PROFILE_URL)


def delete_profile_and(suffix: str) -> Arrange:
    def arrange(world: World) -> None:
        delete_profile(world)
        delete(world, suffix)

    return arrange


def send_no_chain(world: World) -> None:
    (entry,) = world.device.get(PROFILE_URL)["certKeyChain"]
    wanted = {name: entry[name] for name in ("name", "cert", "key", "passphrase")}
    world.device.set(PROFILE_URL, certKeyChain=[wanted])


def send_another_chain(world: World) -> None:
    world.device.add_certificate("/Common/other_chain.crt", new_authority("Another CA", world.now).certificate_pem)
    (entry,) = world.device.get(PROFILE_URL)["certKeyChain"]
    wanted = {name: entry[name] for name in ("name", "cert", "key", "passphrase")}
    world.device.set(PROFILE_URL, certKeyChain=[{**wanted, "chain": "/Common/other_chain.crt"}])


def lose_the_chain(world: World) -> None:
    send_no_chain(world)
    delete(world, "_chain.crt")


def second_server(world: World) -> None:
    world.add_virtual_server("/Common/vs_new")


PATCHED = ("PATCH",)
DRIFTS = (
    Drift("profile off the virtual server", detach, "attach to /Common/vs_www", ("POST",)),
    Drift(
        "another profile in its place",
        lambda world: attach(world, "/Common/clientssl"),
        "attach to /Common/vs_www, take /Common/clientssl off /Common/vs_www",
        ("DELETE", "POST"),
    ),
    Drift(
        "virtual server newly listed",
        second_server,
        "attach to /Common/vs_new",
        ("POST",),
        (("virtual_servers", ("/Common/vs_www", "/Common/vs_new")),),
    ),
    Drift(
        "another parent in the YAML",
        lambda world: world.device.add_profile("client-ssl", "/Common/hardened"),
        "the profile's parent is /Common/clientssl, not /Common/hardened",
        PATCHED,
        (("parent_profile", "/Common/hardened"),),
    ),
    Drift(
        "another server name in the YAML",
        lambda _: None,
        "the profile's server name is www.example.com, not shop.example.com",
        PATCHED,
        (("server_name", "shop.example.com"), ("verify_handshake", "off")),
        sni=True,
    ),
    Drift(
        "server name changed by hand",
        lambda world: world.device.set(PROFILE_URL, serverName="x.example.com"),
        "the profile's server name is x.example.com, not www.example.com",
        PATCHED,
        sni=True,
    ),
    Drift(
        "SNI default asked for",
        lambda _: None,
        "the profile is not the SNI default",
        PATCHED,
        (("sni_default", True),),
        sni=True,
    ),
    Drift(
        "SNI required",
        lambda _: None,
        "the profile is not the SNI default; the profile does not require SNI",
        PATCHED,
        (("sni_default", True), ("sni_require", True)),
        sni=True,
    ),
    Drift("another pair by hand", put_foreign_pair, "the profile points at /Common/hand.crt instead of", PATCHED),
    Drift("chain taken out of the profile", send_no_chain, "the profile sends no chain instead of", PATCHED),
    Drift("another chain by hand", send_another_chain, "the profile sends /Common/other_chain.crt instead of", PATCHED),
    Drift("chain deleted", lose_the_chain, r"the chain /Common/www\S+_chain.crt is missing", PATCHED),
    Drift("profile deleted", delete_profile, "the client SSL profile .* is missing", ("POST", "POST")),
    Drift(
        "profile and chain deleted",
        delete_profile_and("_chain.crt"),
        "the client SSL profile .* is missing; the chain .* is missing",
        ("POST", "POST"),
    ),
)


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: drift.name)
def test_drift_is_reported_and_repaired_without_a_new_certificate(world: World, drift: Drift) -> None:
    first = run(world, sni=drift.sni)
    drift.arrange(world)
    job = world.job(keys=ONLY_EC, sni=drift.sni, **dict(drift.changes))
    before = len(world.device.writes())
    result = world.one(job)
    assert (result.outcome, result.error) == (Outcome.REPAIRED, None)
    assert re.search(drift.pattern, result.reason), result.reason
    writes = [call.method for call in world.device.writes()[before:] if "/mgmt/tm/ltm/" in call.path]
    assert tuple(writes) == drift.writes
    assert (len(world.authority.issued), result.serial) == (1, first.serial)
    assert {world.seen_by_client(path).serial for path in job.virtual_servers} == {first.serial}
    (entry,) = world.device.get(PROFILE_URL)["certKeyChain"]
    assert entry["chain"] == newest(world, "_chain.crt")
    assert world.leftovers() == {}
    assert world.one(job).outcome is Outcome.KEPT


WRITES = (
    ("POST", r"/mgmt/tm/transaction/?$"),
    ("POST", r"client-ssl/?$"),
    ("POST", r"vs_www/profiles/?$"),
    ("PATCH", r"/mgmt/tm/transaction/\d+/?$"),
    ("POST", r"/mgmt/tm/sys/config/?$"),
)


@pytest.mark.parametrize(
    "way", ["error:400:01070734:3: Configuration error: refused", "drop", "drop-after", "html:502"]
)
def test_a_repair_survives_a_fault_at_every_write(world: World, way: str) -> None:
    first = run(world)
    for method, path in WRITES:
        delete_profile(world)
        world.device.fault(Fault(method=method, path=path, action=way))
        world.wait(hours=1)
        result = run(world)
        assert result.outcome in (Outcome.REPAIRED, Outcome.FAILED)
        mended = run(world)
        assert (mended.error, mended.serial) == (None, first.serial), f"{way} at {method} {path}"
        assert world.seen_by_client().serial == first.serial
        assert (world.device.saved_is_current, world.leftovers()) == (True, {})
    assert len(world.authority.issued) == 1


@pytest.mark.parametrize(
    ("suffix", "pattern"),
    [
        (".crt", "found no certificate for www.example.com on the BIG-IP"),
        (".key", r"the key of /Common/www.example.com_\d+T\d+Z.crt is missing on the BIG-IP"),
    ],
)
def test_half_a_pair_is_replaced_by_a_new_certificate(world: World, suffix: str, pattern: str) -> None:
    run(world)
    delete_profile_and(suffix)(world)
    world.wait(days=1)
    result = run(world)
    assert (result.outcome, result.error) == (Outcome.ENROLLED, None)
    assert re.fullmatch(pattern, result.reason), result.reason
    assert world.seen_by_client().serial == result.serial


@pytest.mark.parametrize("suffix", [".crt", ".key"])
def test_half_a_pair_is_repaired_with_the_good_generation_before_it(world: World, suffix: str) -> None:
    first = run(world)
    world.wait(days=1)
    run(world, force=True)
    delete_profile_and(suffix)(world)
    result = run(world)
    assert (result.outcome, result.serial) == (Outcome.REPAIRED, first.serial)
    assert world.seen_by_client().serial == first.serial
    assert run(world).outcome is Outcome.KEPT


def test_a_foreign_certificate_in_our_profile_is_replaced_by_ours(world: World) -> None:
    """The profile with our name existed before us, and no object on the device is ours."""
    identity = new_server(["www.example.com"], world.now, new_authority("Hand CA", world.now))
    world.device.add_certificate("/Common/hand.crt", identity.certificate_pem, identity.key_pem)
    entry = {"name": "default", "cert": "/Common/hand.crt", "key": "/Common/hand.key"}
    world.device.add_profile("client-ssl", PROFILE, certKeyChain=[entry])
    attach(world, PROFILE)
    result = run(world)
    assert (result.outcome, world.seen_by_client().serial) == (Outcome.ENROLLED, result.serial)
    assert world.device.get("/mgmt/tm/sys/file/ssl-cert/~Common~hand.crt")


def test_a_certificate_replaced_by_hand_is_reported_and_kept_until_due(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody had the same key certified again and replaced ours: it works, so it stays until it is due."""
    run(world)
    (ours,) = world.authority.issued
    other = new_leaf(
        world.authority.issuer,
        ours,
        "www.example.com",
        begins=world.now,
        lifetime=timedelta(days=30),
    )
    world.device.add_certificate(newest(world, ".crt"), pem(other))
    for _ in range(2):
        kept = run(world, revocation_check=True)
        assert (kept.outcome, kept.serial) == (Outcome.KEPT, f"{other.serial_number:x}")
        world.wait(days=10)
    assert "is not the certificate that was kept under STATE_DIR/certificates" in caplog.text
    assert run(world).outcome is Outcome.RENEWED


# -- pairs that the device refuses -----------------------------------------------------------------


def test_key_and_certificate_of_different_pairs_are_replaced(world: World) -> None:
    """The newest objects exist but do not belong together: only the device can detect it."""
    run(world)
    world.wait(days=1)
    second = run(world, force=True)
    delete_profile(world)
    identity = new_server(["www.example.com"], world.now, new_authority("Hand CA", world.now))
    world.device.add_certificate(newest(world, ".crt"), identity.certificate_pem)
    world.wait(hours=1)
    result = run(world)
    assert (result.outcome, result.error) == (Outcome.REPLACED, None)
    assert "is missing; attach to /Common/vs_www, but the pair is refused: " in result.reason
    assert "do not match" in result.reason
    assert world.seen_by_client().serial == result.serial != second.serial
    assert run(world).outcome is Outcome.KEPT


@pytest.fixture
def stubborn(tmp_path: Path) -> Iterator[World]:
    """A BIG-IP that does not accept its own ciphertext: no earlier key can be put in service again."""
    with bigip(tmp_path, own_ciphertext="rejected") as world:
        yield world


def test_a_new_key_is_created_if_no_earlier_key_can_be_opened(stubborn: World) -> None:
    first = run(stubborn)
    delete_profile(stubborn)
    stubborn.wait(hours=1)
    result = run(stubborn)
    assert (result.outcome, result.error) == (Outcome.REPLACED, None)
    assert "the passphrase does not open the key" in result.reason
    assert stubborn.seen_by_client().serial == result.serial != first.serial


def test_a_repair_that_keeps_the_pair_needs_no_ciphertext(stubborn: World) -> None:
    first = run(stubborn)
    detach(stubborn)
    result = run(stubborn)
    assert (result.outcome, stubborn.seen_by_client().serial) == (Outcome.REPAIRED, first.serial)
    assert run(stubborn, sni=True, sni_default=True).outcome is Outcome.REPAIRED
    assert len(stubborn.authority.issued) == 1


def test_a_refusal_unrelated_to_the_pair_gets_no_new_certificate(world: World) -> None:
    run(world)
    world.device.add_application("/Common/shop.app/shop")
    world.device.set(PROFILE_URL, appService="/Common/shop.app/shop", defaultsFrom="/Common/clientssl")
    put_foreign_pair(world)
    result = run(world)
    assert (result.outcome, len(world.authority.issued)) == (Outcome.FAILED, 1)
    assert "strict updates" in str(result.error)


def test_ten_renewals_in_a_row_leave_two_generations(world: World) -> None:
    """Each is served, the pair before it is kept, and nothing accumulates."""
    serials = set()
    for _ in range(10):
        result = run(world)
        assert result.outcome in (Outcome.ENROLLED, Outcome.RENEWED)
        assert world.seen_by_client().serial == result.serial
        serials.add(result.serial)
        world.wait(days=62)
    assert len(serials) == 10
    items = world.device.get("/mgmt/tm/sys/file/ssl-key")["items"]
    assert len([item for item in items if item["name"].startswith("www.")]) == 2
