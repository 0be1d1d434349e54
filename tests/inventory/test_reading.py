"""What is read of a BIG-IP: everything, whoever put it there, and nothing is written."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa

from sectigo_f5.bigip import ha_group
from sectigo_f5.errors import ConnectorError
from sectigo_f5.inventory.nouns import Custody, Holds, Item, Listener, Role, Severity, UseKind, Word
from sectigo_f5.inventory.reading import Survey
from sectigo_f5.model import Job
from sectigo_f5.simulator import Fault
from tests.support.ha_pair import ha_pair
from tests.support.hierarchy import Identity, new_authority, new_server
from tests.support.issuing import new_key, new_leaf, pem
from tests.support.names import PROFILE
from tests.support.world import World, bigip

DAY = timedelta(days=1)
CERTIFICATES, KEYS = "/mgmt/tm/sys/file/ssl-cert", "/mgmt/tm/sys/file/ssl-key"


def survey(world: World, *jobs: Job) -> tuple[dict[str, Item], tuple[str, ...]]:
    """Return the items by what tells them apart, and what could not be read."""
    with world.session() as unit:
        found = Survey(unit, world.now, jobs, world.state.certificates)
        listed = list(found.items())
        items = {item.object_path: item for item in listed}
        assert len(items) == len(listed), "an object is listed twice"
        return items, found.notes


def words(item: Item) -> list[str]:
    return [str(finding.word) for finding in item.findings]


def add_pair(world: World, path: str, *names: str, **options: Any) -> Identity:
    """Put somebody else's certificate and key on the device."""
    authority = new_authority("Some CA", world.now)
    pair = new_server(names or ("intranet.example.com",), world.now, authority, options.pop("days", 200))
    world.device.add_certificate(path, pair.certificate_pem, options.pop("key", pair.key_pem), **options)
    return pair


def entry(path: str, **more: str) -> list[dict[str, str]]:
    return [{"name": "default", "cert": f"{path}.crt", "key": f"{path}.key", **more}]


def test_a_certificate_of_ours_has_all_that_the_program_knows(world: World) -> None:
    job = world.job()
    world.one(job)
    items, notes = survey(world, job)
    (ours,) = [item for item in items.values() if item.is_ours and item.key]
    served = world.seen_by_client()
    assert notes == ()
    assert (ours.device, ours.unit, ours.holds, ours.partition) == (
        "bigip-sim",
        "/Common/bigip1.example.net",
        Holds.PAIR,
        "Common",
    )
    assert (ours.serial, ours.fingerprint, ours.not_before) == (served.serial, served.fingerprint, served.not_before)
    assert (ours.signature, ours.names, ours.configured_as) == ("sha256", ("www.example.com",), job.label)
    assert ours.chain_not_after is not None
    assert ours.custody == Custody("password", protected=True, exportable=True)
    (use,) = ours.uses
    address, port = world.addresses["/Common/vs_www"]
    assert (use.path, use.kind, use.role) == (PROFILE, UseKind.CLIENT_SSL, Role.PAIR)
    assert use.servers == (Listener("/Common/vs_www", (address,), (str(port),)),)
    assert use.tls is not None
    assert (use.tls.protocols, use.tls.ciphers) == (("TLSv1", "TLSv1.1", "TLSv1.2"), "DEFAULT")
    assert words(ours) == ["weak-protocol"]
    (chain,) = [item for item in items.values() if item.is_ours and not item.key]
    assert (chain.holds, chain.configured_as, [use.role for use in chain.uses]) == (
        Holds.CERTIFICATE,
        job.label,
        [Role.CHAIN],
    )


def test_reading_sends_nothing_but_gets_a_login_and_a_logout(world: World) -> None:
    add_pair(world, "/Common/a.crt")
    survey(world)
    assert world.device.writes() == []
    assert {call.method for call in world.device.journal} == {"GET", "POST", "DELETE"}
    assert world.device.tokens == []


def test_objects_of_every_partition_and_kind_are_listed(tmp_path: Path) -> None:
    with bigip(tmp_path, partitions=("Shop",)) as world:
        pair = add_pair(world, "/Shop/lone.crt", key=None)
        world.device.add_certificate("/Shop/twice.crt", pair.certificate_pem * 2)
        add_pair(world, "/Shop/folderless.crt")
        items, _ = survey(world)
    assert items["/Shop/lone.crt"].holds is Holds.CERTIFICATE
    assert items["/Shop/twice.crt"].holds is Holds.BUNDLE
    assert items["/Shop/folderless.crt"].key == "/Shop/folderless.key"
    assert items["/Shop/folderless.crt"].partition == "Shop"
    assert items["/Common/f5_api_com.key"].holds is Holds.KEY
    assert items["/Common/ca-bundle.crt"].holds is Holds.BUNDLE
    assert {Word.UNUSED, Word.UNPROTECTED_KEY} == {f.word for f in items["/Shop/folderless.crt"].findings}
    assert items["/Common/ca-bundle.crt"].findings == items["/Common/f5_api_com.key"].findings == ()


@pytest.mark.parametrize(
    ("security_type", "protected", "exportable"),
    [("normal", False, True), ("password", True, True), ("fips", True, False), ("nethsm", True, False)],
)
def test_custody_is_what_the_device_says(world: World, security_type: str, protected: bool, exportable: bool) -> None:
    add_pair(world, "/Common/a.crt", security_type=security_type)
    items, _ = survey(world)
    assert items["/Common/a.crt"].custody == Custody(security_type, protected, exportable)
    assert (Word.UNPROTECTED_KEY in [f.word for f in items["/Common/a.crt"].findings]) is not protected


def test_a_device_that_forbids_export_says_so(tmp_path: Path) -> None:
    with bigip(tmp_path, key_export="disabled") as world:
        assert survey(world)[0]["/Common/default.crt"].custody.exportable is False


def test_a_key_is_found_by_the_profile_whatever_it_is_called(world: World) -> None:
    add_pair(world, "/Common/a.crt", key_path="/Common/of-another-name.key")
    chain = [{"name": "default", "cert": "/Common/a.crt", "key": "/Common/of-another-name.key"}]
    world.device.add_profile("client-ssl", "/Common/p", certKeyChain=chain)
    items, _ = survey(world)
    assert items["/Common/a.crt"].key == "/Common/of-another-name.key"
    assert "/Common/of-another-name.key" not in items


def test_a_key_of_the_same_name_and_another_kind_is_not_its_key(world: World) -> None:
    rsa = Identity(new_server(["a"], world.now, new_authority("A", world.now)).certificate, new_key("rsa"))
    add_pair(world, "/Common/a.crt", key=rsa.key_pem)
    items, _ = survey(world)
    assert items["/Common/a.crt"].holds is Holds.CERTIFICATE
    assert items["/Common/a.key"].holds is Holds.KEY


def test_protocols_and_ciphers_are_those_of_the_parents(world: World) -> None:
    add_pair(world, "/Common/a.crt")
    add = world.device.add_profile
    add("client-ssl", "/Common/top", ciphers="ECDHE:RSA+3DES", tmOptions=["no-tlsv1", "no-ssl"])
    add("client-ssl", "/Common/middle", defaultsFrom="/Common/top")
    add("client-ssl", "/Common/bottom", defaultsFrom="/Common/middle", certKeyChain=entry("/Common/a"))
    world.add_virtual_server("/Common/vs_a", "/Common/bottom")
    items, _ = survey(world)
    (use,) = items["/Common/a.crt"].uses
    assert use.tls is not None
    assert (use.tls.ciphers, use.tls.options) == ("ECDHE:RSA+3DES", ("no-tlsv1", "no-ssl"))
    assert use.tls.protocols == ("TLSv1.1", "TLSv1.2", "TLSv1.3")
    assert words(items["/Common/a.crt"])[:3] == ["unprotected-key", "weak-protocol", "weak-cipher"]


def test_a_cipher_group_is_told_with_the_strings_that_it_allows(world: World) -> None:
    add_pair(world, "/Common/a.crt")
    world.device.add("ltm/cipher/rule", "/Common/old", cipher="RC4-SHA")
    allow, exclude = [{"name": "/Common/f5-aes"}, {"name": "/Common/old"}], [{"name": "/Common/f5-secure"}]
    world.device.add("ltm/cipher/group", "/Common/mixed", allow=allow)
    world.device.add("ltm/cipher/group", "/Common/less", allow=allow, exclude=[{"name": "/Common/old"}])
    world.device.add("ltm/cipher/group", "/Common/both", allow=allow, require=exclude)
    for group in ("mixed", "less", "both"):
        path = f"/Common/{group}_p"
        settings = {"cipherGroup": f"/Common/{group}", "ciphers": "none"}
        world.device.add_profile("client-ssl", path, certKeyChain=entry("/Common/a"), **settings)
        world.add_virtual_server(f"/Common/vs_{group}", path)
    item = survey(world)[0]["/Common/a.crt"]
    tls = {use.path: use.tls for use in item.uses}
    assert {path: each.allowed for path, each in tls.items() if each} == {
        "/Common/mixed_p": ("AES-GCM:AES", "RC4-SHA"),
        "/Common/less_p": ("AES-GCM:AES:!RC4-SHA", "RC4-SHA:!RC4-SHA"),
        "/Common/both_p": (),  # what two strings have in common is not guessed
    }
    assert all(each.ciphers is None for each in tls.values() if each)
    weak = [finding.sentence for finding in item.findings if finding.word is Word.WEAK_CIPHER]
    assert weak == ["/Common/mixed_p allows RC4"]


def test_every_role_in_every_kind_of_profile_is_a_use(world: World) -> None:
    for name in ("pair", "chain", "trusted", "advertised"):
        add_pair(world, f"/Common/{name}.crt")
    roles = {"caFile": "/Common/trusted.crt", "clientCertCa": "/Common/advertised.crt"}
    chained = entry("/Common/pair", chain="/Common/chain.crt")
    world.device.add_profile("client-ssl", "/Common/in", certKeyChain=chained, **roles)
    back = {"cert": "/Common/pair.crt", "key": "/Common/pair.key", "caFile": "/Common/trusted.crt"}
    world.device.add_profile("server-ssl", "/Common/out", **back)
    world.add_virtual_server("/Common/vs_a", "/Common/in", "/Common/out")
    world.device.add("ltm/monitor/https", "/Common/probe", cert="/Common/pair.crt", key="/Common/pair.key")
    world.device.set(f"{CERTIFICATES}/~Common~pair.crt", issuerCert="/Common/chain.crt")
    items, _ = survey(world)
    found = {
        name: {(str(use.kind), use.path, str(use.role), len(use.servers)) for use in items[f"/Common/{name}.crt"].uses}
        for name in ("pair", "chain", "trusted", "advertised")
    }
    assert found == {
        "pair": {
            ("client-ssl", "/Common/in", "pair", 1),
            ("server-ssl", "/Common/out", "pair", 1),
            ("other", "HTTPS monitor /Common/probe", "pair", 0),
        },
        "chain": {("client-ssl", "/Common/in", "chain", 1), ("other", "/Common/pair.crt", "issuer", 0)},
        "trusted": {("client-ssl", "/Common/in", "trusted-ca", 1), ("server-ssl", "/Common/out", "trusted-ca", 1)},
        "advertised": {("client-ssl", "/Common/in", "advertised-ca", 1)},
    }
    assert not any("unused" in words(items[f"/Common/{name}.crt"]) for name in found)


def test_a_profile_on_no_virtual_server_leaves_its_certificate_unused(world: World) -> None:
    add_pair(world, "/Common/a.crt")
    world.device.add_profile("client-ssl", "/Common/p", certKeyChain=entry("/Common/a"))
    item = survey(world)[0]["/Common/a.crt"]
    assert item.findings[-1].sentence == "it is only in /Common/p, and on no virtual server"


def test_an_intermediate_that_ends_before_its_leaf_is_found(world: World) -> None:
    add_pair(world, "/Common/a.crt")
    authority = new_authority("Short CA", world.now, days=60)
    world.device.add_certificate("/Common/short.crt", authority.certificate_pem)
    chain = entry("/Common/a", chain="/Common/short.crt")
    world.device.add_profile("client-ssl", "/Common/p", certKeyChain=chain)
    world.add_virtual_server("/Common/vs_a", "/Common/p")
    item = survey(world)[0]["/Common/a.crt"]
    assert item.chain_not_after == authority.certificate.not_valid_after_utc
    assert words(item)[0] in ("chain-ends-first", "unprotected-key")
    assert "chain-ends-first" in words(item)


def test_a_dsa_key_and_an_expired_certificate_in_service_are_critical(world: World) -> None:
    authority, key = new_authority("Some CA", world.now), new_key()
    begins = world.now - 90 * DAY
    expired = Identity(new_leaf(authority, key, "old.example.com", begins=begins, lifetime=60 * DAY), key)
    world.device.add_certificate("/Common/old.crt", expired.certificate_pem, expired.key_pem)
    odd: Any = dsa.generate_private_key(1024)  # noqa: S505  quickly made
    world.device.add_certificate("/Common/dsa.crt", pem(new_leaf(authority, odd, "dsa.example.com", begins=begins)))
    world.device.add_profile("client-ssl", "/Common/p", certKeyChain=entry("/Common/old"))
    world.add_virtual_server("/Common/vs_a", "/Common/p")
    items, _ = survey(world)
    assert (words(items["/Common/old.crt"])[0], items["/Common/old.crt"].severity) == ("expired", Severity.CRITICAL)
    assert (items["/Common/dsa.crt"].key_type, words(items["/Common/dsa.crt"])[0]) == ("dsa", "expired")
    assert "weak-key" in words(items["/Common/dsa.crt"])


def test_the_management_certificate_is_an_item_with_its_protocols(world: World) -> None:
    item = survey(world)[0]["/Common/bigip1.example.net"]
    assert (item.holds, item.signature, item.certificate) == (Holds.MANAGEMENT, "sha256", None)
    (use,) = item.uses
    assert use.kind is UseKind.MANAGEMENT
    assert use.tls is not None
    assert use.tls.protocols == ("TLSv1.1", "TLSv1.2")
    assert words(item) == ["weak-protocol"]


def test_each_unit_of_a_pair_has_a_management_certificate_and_one_is_read(tmp_path: Path) -> None:
    with ha_pair(tmp_path) as pair:
        add_pair(pair.world, "/Common/a.crt")
        with ha_group.connected(pair.job().device) as group:
            first, second = group.answering
            items = list(Survey(first, pair.world.now, others=(second,)).items())
    management = [item for item in items if item.holds is Holds.MANAGEMENT]
    assert len({item.unit for item in management}) == len({item.fingerprint for item in management}) == 2
    assert {item.unit for item in items if item.holds is not Holds.MANAGEMENT} == {first.name}
    assert [use.tls is None for item in management for use in item.uses] == [False, True]


# -- what cannot be read ---------------------------------------------------------------------------

DENIED = "error:403:Authorization failed: user=https://localhost/mgmt/shared/authz/users/admin resource=/x"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/profile/server-ssl$", "uses in server-ssl profiles are not known"),
        ("/profile/client-ssl$", "uses in client-ssl profiles are not known"),
        ("/ltm/virtual$", "on which virtual servers profiles are is not known"),
    ],
)
@pytest.mark.parametrize("action", [DENIED, "error:404:01020036:3: The requested folder (/x) was not found."])
def test_nothing_is_called_unused_where_uses_cannot_be_seen(world: World, path: str, said: str, action: str) -> None:
    add_pair(world, "/Common/a.crt")
    world.device.fault(Fault("GET", path, action=action, times=99))
    items, notes = survey(world)
    assert words(items["/Common/a.crt"]) == ["unprotected-key"]
    (note,) = notes
    assert said in note


def test_of_common_nothing_is_called_unused_by_a_user_of_one_partition(tmp_path: Path) -> None:
    with bigip(tmp_path, partitions=("Shop",), role_partition="Shop") as world:
        add_pair(world, "/Common/a.crt")
        add_pair(world, "/Shop/a.crt")
        items, (note,) = survey(world)
    assert note.startswith("admin has a role in Shop alone: what is in other partitions is not listed")
    assert words(items["/Common/a.crt"]) == ["unprotected-key"]
    assert words(items["/Shop/a.crt"]) == ["unprotected-key", "unused"]


def test_what_is_called_like_a_certificate_is_no_use_of_it(world: World) -> None:
    add_pair(world, "/Common/probe", key=None)
    world.device.add("ltm/monitor/https", "/Common/probe", defaultsFrom="/Common/probe")
    assert survey(world)[0]["/Common/probe"].uses == ()


def test_a_disabled_virtual_server_shows_nothing(world: World) -> None:
    add_pair(world, "/Common/a.crt", days=1)
    world.wait(days=2)
    world.device.add_profile("client-ssl", "/Common/p", certKeyChain=entry("/Common/a"))
    world.add_virtual_server("/Common/vs_a", "/Common/p", disabled=True)
    item = survey(world)[0]["/Common/a.crt"]
    assert [(str(finding.word), finding.severity) for finding in item.findings][:2] == [
        ("expired", Severity.WARNING),
        ("unprotected-key", Severity.WARNING),
    ]
    assert not item.is_shown


def test_monitors_that_cannot_be_read_leave_uses_unknown(world: World) -> None:
    add_pair(world, "/Common/a.crt")
    world.device.fault(Fault("GET", "/monitor/https$", action=DENIED, times=99))
    items, (note,) = survey(world)
    assert words(items["/Common/a.crt"]) == ["unprotected-key"]
    assert note == "the HTTPS monitors cannot be read: uses in them are not known"


def test_keys_that_cannot_be_seen_have_no_custody(world: World) -> None:
    add_pair(world, "/Common/a.crt")
    world.device.add_profile("client-ssl", "/Common/p", certKeyChain=entry("/Common/a"))
    world.device.fault(Fault("GET", "/ssl-key$", action=DENIED, times=99))
    items, notes = survey(world)
    assert (items["/Common/a.crt"].key, items["/Common/a.crt"].custody) == ("/Common/a.key", Custody())
    assert "custody of keys" in notes[0]


def test_a_unit_that_does_not_tell_its_name_is_called_by_its_address(world: World) -> None:
    world.device.fault(Fault("GET", "/cm/device$", action=DENIED, times=99))
    items, _ = survey(world)
    assert {item.unit for item in items.values()} == {world.device.address}


def test_certificates_that_cannot_be_seen_are_an_error(world: World) -> None:
    world.device.fault(Fault("GET", "/ssl-cert$", action=DENIED, times=99))
    with pytest.raises(ConnectorError, match="Authorization failed"):
        survey(world)


def test_a_device_that_fails_is_an_error_and_not_an_empty_collection(world: World) -> None:
    world.device.fault(Fault("GET", "/profile/server-ssl$", action="error:500:01070000:3: failed", times=99))
    with pytest.raises(ConnectorError, match="failed"):
        survey(world)


@pytest.mark.parametrize("switches", [{"tmos": "13.1.1", "apm": False}, {"paging": "ignored", "select": "rejected"}])
def test_what_a_release_does_not_have_is_not_mentioned(tmp_path: Path, switches: dict[str, Any]) -> None:
    with bigip(tmp_path, **switches) as world:
        add_pair(world, "/Common/a.crt")
        items, notes = survey(world)
    assert notes == ()
    assert items["/Common/a.crt"].key == "/Common/a.key"
    assert (items["/Common/a.crt"].fingerprint is None) is ("tmos" in switches)
