"""The answers have the keys and types of the table in :mod:`tests.simulator.shapes`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from sectigo_f5.simulator.releases import RELEASES
from tests.simulator.conftest import Make
from tests.simulator.rest import PASSPHRASE, Rest, certificate_pem, entry, key_pem, rsa_key
from tests.simulator.shapes import COMMANDS, FAILOVER_STATE, SHAPES, STATISTICS, TOKEN, TYPES, UPLOAD


@pytest.fixture(params=RELEASES)
def populated(request: pytest.FixtureRequest, make: Make) -> Iterator[Rest]:
    """A device of each release, with one object of each kind."""
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


def expected_types(shape: dict[str, str], major: int) -> dict[str, type]:
    types = {}
    for kind, names in shape.items():
        for name in names.split():
            if major >= {"+": 14, "*": 21}.get(name[0], 0):
                types[name.lstrip("+*")] = TYPES[kind]
    return types


def types_of(answer: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in answer.items()}


def test_objects_have_the_keys_and_types_of_their_release(populated: Rest) -> None:
    major = populated.device.switches.major
    for path, shape in SHAPES.items():
        assert types_of(populated.get(path)) == expected_types(shape, major), (
            f"{path} on {populated.device.switches.tmos}"
        )


def test_collections_show_objects_with_the_same_keys(populated: Rest) -> None:
    major = populated.device.switches.major
    for path, shape in SHAPES.items():
        collection, _, segment = path.rpartition("/")
        if "~" not in segment or collection.startswith("sys/crypto") or "/profiles/" in path:
            continue
        answer = populated.get(collection)
        last = collection.rpartition("/")[2]
        assert answer["kind"] == f"tm:{collection.replace('/', ':')}:{last}collectionstate"
        assert answer["selfLink"] == f"https://localhost/mgmt/tm/{collection}?ver={populated.device.switches.tmos}"
        one = next(one for one in answer["items"] if one["fullPath"] == segment.replace("~", "/"))
        types = expected_types(shape, major) | ({"tmOptions": str} if "tmOptions" in one and major >= 14 else {})
        assert types_of(one) == types, f"{collection} on {populated.device.switches.tmos}"


def test_crypto_objects_have_their_full_path_as_name(populated: Rest) -> None:
    for what, name in (("key", "p.key"), ("cert", "p.crt"), ("csr", "c.csr")):
        item = {item["name"]: item for item in populated.get(f"sys/crypto/{what}")["items"]}[f"/Common/{name}"]
        assert (item["fullPath"], "partition" in item) == (f"/Common/{name}", False)


def test_entries_of_a_client_ssl_profile_have_their_keys(populated: Rest) -> None:
    body = {"name": "p", "certKeyChain": [entry("p", passphrase=PASSPHRASE, chain="/Common/ca-bundle.crt")]}
    first = populated.post("ltm/profile/client-ssl", body)["certKeyChain"][0]
    names = "name appService cert certReference chain chainReference key keyReference passphrase"
    later = {"usage"} if populated.device.switches.major >= 14 else set()
    assert set(first) == {*names.split(), *later}
    assert first.get("usage", "SERVER") == "SERVER"


def test_links_contain_localhost_and_the_release(populated: Rest) -> None:
    ending = f"?ver={populated.device.switches.tmos}"

    def links(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (link for name, link in value.items() if name in ("link", "selfLink"))
            for inner in value.values():
                yield from links(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from links(inner)

    for path in SHAPES:
        texts = list(links(populated.get(path)))
        assert texts
        assert all(link.startswith("https://localhost/mgmt/tm/") and link.endswith(ending) for link in texts), path


def test_statistics_are_nested_like_those_of_a_device(populated: Rest) -> None:
    for path, names in STATISTICS.items():
        answer = populated.get(path)
        assert set(answer) == {"kind", "selfLink", "entries"}
        assert answer["kind"] == f"tm:{path.replace('/', ':')}:{path.rpartition('/')[2]}stats"
        entries = answer["entries"][f"https://localhost/mgmt/tm/{path}/0"]["nestedStats"]["entries"]
        described = {name: value for name, value in entries.items() if not name.startswith("https:")}
        assert set(described) == set(names.split())
        assert all(isinstance(value["description"], str) for value in described.values())
        assert bool(set(entries) - set(described)) == path.startswith("cm/")


def test_empty_collection_has_items_only_from_tmos_14(populated: Rest) -> None:
    answer = populated.get("sys/file/ssl-csr")
    assert answer.get("items") == ([] if populated.device.switches.major >= 14 else None)


def test_self_links_show_the_release(populated: Rest) -> None:
    assert populated.get("sys")["selfLink"] == f"https://localhost/mgmt/tm/sys?ver={populated.device.switches.tmos}"
    query = {"expandSubcollections": "true"}
    answer = populated.get("ltm/virtual/~Common~vs", **query)
    assert answer["selfLink"].endswith(f"?expandSubcollections=true&ver={populated.device.switches.tmos}")
    assert [item["name"] for item in answer["profilesReference"]["items"]] == ["clientssl", "tcp"]
    assert answer["policiesReference"]["items"] == []


def test_inheriting_profile_has_a_reference_to_its_parent(populated: Rest) -> None:
    major = populated.device.switches.major
    own = expected_types(SHAPES["ltm/profile/client-ssl/~Common~clientssl"], major)
    answer = populated.get("ltm/profile/client-ssl/~Common~clientssl-secure")
    assert types_of(answer) == own | {"defaultsFromReference": dict}


def test_virtual_server_shows_lists_only_if_it_has_them(populated: Rest) -> None:
    """Rules, VLANs and metadata appear only if there are any, with a reference for each."""
    more = {"rules": ["r"], "vlans": ["/Common/Internal"], "vlansEnabled": True}
    answer = populated.patch("ltm/virtual/~Common~vs", {**more, "metadata": [{"name": "n", "value": "v"}]})
    shape = expected_types(SHAPES["ltm/virtual/~Common~vs"], 17)
    del shape["vlansDisabled"]
    lists = dict.fromkeys(("rules", "rulesReference", "vlans", "vlansReference", "metadata"), list)
    assert types_of(answer) == shape | lists | {"vlansEnabled": bool}
    assert [list(one) for one in answer["rulesReference"] + answer["vlansReference"]] == [["link"], ["link"]]
    assert answer["metadata"] == [{"persist": "true", "name": "n", "value": "v"}]


@pytest.mark.parametrize(("path", "body", "kind", "names"), COMMANDS)
def test_command_answers_have_their_keys(rest: Rest, path: str, body: dict[str, str], kind: str, names: str) -> None:
    answer = rest.post(f"/mgmt/{path}", body)
    assert (answer["kind"], set(answer) - {"kind"}) == (kind, set(names.split()))


def test_answers_of_the_rest_service_have_their_keys(rest: Rest) -> None:
    assert set(rest.upload("f", b"x").json()) == set(UPLOAD.split())
    assert set(rest.get(f"/mgmt/shared/authz/tokens/{rest.token}")) == set(TOKEN.split())
    assert set(rest.get("/mgmt/shared/bigip-failover-state")) == set(FAILOVER_STATE.split())


def test_login_failures_have_their_keys(rest: Rest) -> None:
    answer = rest.get("auth/login-failures")
    assert answer["kind"] == "tm:auth:login-failures:login-failurescollectionstats"
    stats = answer["entries"]["https://localhost/mgmt/tm/auth/login-failures/admin"]["nestedStats"]
    assert set(stats) == {"kind", "selfLink", "entries"}
    entries = stats["entries"]
    assert {name: list(value) for name, value in entries.items()} == {
        "loginAttempts": ["value"],
        **dict.fromkeys(("failTime", "lockedOut", "tty", "username"), ["description"]),
    }
