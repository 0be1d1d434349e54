"""The answers have the keys and types of the table in :mod:`tests.simulator.shapes`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from sectigo_f5.simulator.switches import RELEASES
from tests.simulator.conftest import Make
from tests.simulator.rest import PASSPHRASE, Rest, certificate_pem, entry, key_pem, rsa_key
from tests.simulator.shapes import COMMANDS, FAILOVER_STATE, SHAPES, STATISTICS, TOKEN, TYPES, UPLOAD


@pytest.fixture(params=RELEASES)
def shown(request: pytest.FixtureRequest, make: Make) -> Iterator[Rest]:
    """A device of each release with one of everything."""
    device = make(tmos=request.param)
    certificate = certificate_pem(rsa_key().public_key(), "p.example.com")
    device.add_certificate("/Common/p.crt", certificate, key_pem(rsa_key(), PASSPHRASE), PASSPHRASE)
    device.add_rule("/Common/r", "when CLIENT_ACCEPTED { }")
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        rest.post("ltm/pool", {"name": "pool"})
        profiles = ("/Common/tcp", "/Common/clientssl")
        device.add_virtual_server("/Common/vs", "192.0.2.1:443", profiles, pool="/Common/pool")
        rest.post("sys/crypto/csr", {"name": "c.csr", "key": "default.key", "commonName": "c", "country": "US"})
        yield rest


def wanted(shape: dict[str, str], major: int) -> dict[str, type]:
    found = {}
    for kind, names in shape.items():
        for name in names.split():
            if not name.startswith("+") or major >= 14:
                found[name.removeprefix("+")] = TYPES[kind]
    return found


def types_of(answer: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in answer.items()}


def test_objects_have_the_keys_and_types_of_their_release(shown: Rest) -> None:
    major = shown.device.switches.major
    for path, shape in SHAPES.items():
        assert types_of(shown.get(path)) == wanted(shape, major), f"{path} on {shown.device.switches.tmos}"


def test_collections_show_the_same_objects(shown: Rest) -> None:
    major = shown.device.switches.major
    for path, shape in SHAPES.items():
        collection, _, segment = path.rpartition("/")
        if "~" not in segment or collection.startswith("sys/crypto") or "/profiles/" in path:
            continue
        answer = shown.get(collection)
        last = collection.rpartition("/")[2]
        assert answer["kind"] == f"tm:{collection.replace('/', ':')}:{last}collectionstate"
        assert answer["selfLink"] == f"https://localhost/mgmt/tm/{collection}?ver={shown.device.switches.tmos}"
        found = next(item for item in answer["items"] if item["fullPath"] == segment.replace("~", "/"))
        types = wanted(shape, major) | ({"tmOptions": str} if "tmOptions" in found and major >= 14 else {})
        assert types_of(found) == types, f"{collection} on {shown.device.switches.tmos}"


def test_crypto_objects_carry_their_full_path_as_name(shown: Rest) -> None:
    for what, name in (("key", "p.key"), ("cert", "p.crt"), ("csr", "c.csr")):
        found = {item["name"]: item for item in shown.get(f"sys/crypto/{what}")["items"]}[f"/Common/{name}"]
        assert (found["fullPath"], "partition" in found) == (f"/Common/{name}", False)


def test_entries_of_a_client_ssl_profile(shown: Rest) -> None:
    body = {"name": "p", "certKeyChain": [entry("p", passphrase=PASSPHRASE, chain="/Common/ca-bundle.crt")]}
    found = shown.post("ltm/profile/client-ssl", body)["certKeyChain"][0]
    names = "name appService cert certReference chain chainReference key keyReference passphrase"
    later = {"usage"} if shown.device.switches.major >= 14 else set()
    assert set(found) == {*names.split(), *later}
    assert found.get("usage", "SERVER") == "SERVER"


def test_every_link_is_of_localhost_and_of_this_release(shown: Rest) -> None:
    ending = f"?ver={shown.device.switches.tmos}"

    def links(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (text for name, text in value.items() if name in ("link", "selfLink"))
            for inner in value.values():
                yield from links(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from links(inner)

    for path in SHAPES:
        found = list(links(shown.get(path)))
        assert found
        assert all(text.startswith("https://localhost/mgmt/tm/") and text.endswith(ending) for text in found), path


def test_statistics_nest_as_they_do(shown: Rest) -> None:
    for path, names in STATISTICS.items():
        answer = shown.get(path)
        assert set(answer) == {"kind", "selfLink", "entries"}
        assert answer["kind"] == f"tm:{path.replace('/', ':')}:{path.rpartition('/')[2]}stats"
        entries = answer["entries"][f"https://localhost/mgmt/tm/{path}/0"]["nestedStats"]["entries"]
        described = {name: value for name, value in entries.items() if not name.startswith("https:")}
        assert set(described) == set(names.split())
        assert all(isinstance(value["description"], str) for value in described.values())
        assert bool(set(entries) - set(described)) == path.startswith("cm/")


def test_an_empty_collection(shown: Rest) -> None:
    found = shown.get("sys/file/ssl-csr")
    assert found.get("items") == ([] if shown.device.switches.major >= 14 else None)


def test_the_release_shows_where_clients_look_for_it(shown: Rest) -> None:
    assert shown.get("sys")["selfLink"] == f"https://localhost/mgmt/tm/sys?ver={shown.device.switches.tmos}"
    query = {"expandSubcollections": "true"}
    found = shown.get("ltm/virtual/~Common~vs", **query)
    assert found["selfLink"].endswith(f"?expandSubcollections=true&ver={shown.device.switches.tmos}")
    assert [item["name"] for item in found["profilesReference"]["items"]] == ["clientssl", "tcp"]
    assert found["policiesReference"]["items"] == []


def test_a_profile_that_inherits_also_points_at_its_parent(shown: Rest) -> None:
    major = shown.device.switches.major
    wanted_types = wanted(SHAPES["ltm/profile/client-ssl/~Common~clientssl"], major) | {"defaultsFromReference": dict}
    assert types_of(shown.get("ltm/profile/client-ssl/~Common~clientssl-secure")) == wanted_types


def test_a_virtual_server_shows_what_it_has(shown: Rest) -> None:
    """Rules, VLANs and metadata show only where there are any, with a reference for each."""
    more = {"rules": ["r"], "vlans": ["/Common/Internal"], "vlansEnabled": True}
    found = shown.patch("ltm/virtual/~Common~vs", {**more, "metadata": [{"name": "n", "value": "v"}]})
    shape = wanted(SHAPES["ltm/virtual/~Common~vs"], 17)
    del shape["vlansDisabled"]
    lists = dict.fromkeys(("rules", "rulesReference", "vlans", "vlansReference", "metadata"), list)
    assert types_of(found) == shape | lists | {"vlansEnabled": bool}
    assert [list(one) for one in found["rulesReference"] + found["vlansReference"]] == [["link"], ["link"]]
    assert found["metadata"] == [{"persist": "true", "name": "n", "value": "v"}]


@pytest.mark.parametrize(("path", "body", "kind", "names"), COMMANDS)
def test_answers_to_commands(rest: Rest, path: str, body: dict[str, str], kind: str, names: str) -> None:
    found = rest.post(f"/mgmt/{path}", body)
    assert (found["kind"], set(found) - {"kind"}) == (kind, set(names.split()))


def test_answers_of_the_rest_service_itself(rest: Rest) -> None:
    assert set(rest.upload("f", b"x").json()) == set(UPLOAD.split())
    assert set(rest.get(f"/mgmt/shared/authz/tokens/{rest.token}")) == set(TOKEN.split())
    assert set(rest.get("/mgmt/shared/bigip-failover-state")) == set(FAILOVER_STATE.split())


def test_the_state_of_logins(rest: Rest) -> None:
    found = rest.get("auth/login-failures")
    assert found["kind"] == "tm:auth:login-failures:login-failurescollectionstats"
    stats = found["entries"]["https://localhost/mgmt/tm/auth/login-failures/admin"]["nestedStats"]
    assert set(stats) == {"kind", "selfLink", "entries"}
    entries = stats["entries"]
    assert {name: list(value) for name, value in entries.items()} == {
        "loginAttempts": ["value"],
        **dict.fromkeys(("failTime", "lockedOut", "tty", "username"), ["description"]),
    }
