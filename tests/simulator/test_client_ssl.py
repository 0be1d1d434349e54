"""Client SSL profiles: which pairs a device accepts, how lists are spelled, what is inherited."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from sectigo_f5.simulator import SimulatedBigIP
from tests.simulator.conftest import Make
from tests.simulator.rest import (
    PASSPHRASE,
    Rest,
    add_pair,
    certificate_pem,
    ec_key,
    entry,
    key_pem,
    rsa_key,
)

URL = "ltm/profile/client-ssl"
DEFAULT = {"cert": "/Common/default.crt", "key": "/Common/default.key", "chain": "none"}


def add_protected(device: SimulatedBigIP, name: str) -> None:
    certificate = certificate_pem(rsa_key().public_key(), f"{name}.example.com")
    device.add_certificate(f"/Common/{name}.crt", certificate, key_pem(rsa_key(), PASSPHRASE), PASSPHRASE)


def test_new_profile_inherits_from_the_stock_profile(rest: Rest) -> None:
    answer = rest.post(URL, {"name": "x", "partition": "Common"})
    assert (answer["defaultsFrom"], answer["inheritCertkeychain"]) == ("/Common/clientssl", "true")
    assert {name: answer[name] for name in DEFAULT} == DEFAULT
    assert answer["certKeyChain"][0]["cert"] == "/Common/default.crt"


@pytest.mark.parametrize("spelling", ["list", "map", "hyphens"])
def test_cert_key_chain_has_three_spellings(rest: Rest, spelling: str) -> None:
    add_pair(rest.device, "w")
    bodies: dict[str, Any] = {
        "list": {"certKeyChain": [entry("w")]},
        "map": {"certKeyChain": {"w": {"cert": "/Common/w.crt", "key": "/Common/w.key"}}},
        "hyphens": {"cert-key-chain": {"w": {"cert": "/Common/w.crt", "key": "/Common/w.key"}}, "app-service": ""},
    }
    body = {"name": "/Common/w_clientssl", "sniDefault": True, **bodies[spelling]}
    answer = rest.post(URL, body)
    assert (answer["name"], answer["partition"], answer["sniDefault"]) == ("w_clientssl", "Common", "true")
    assert (answer["inheritCertkeychain"], answer["cert"], answer["key"]) == ("false", "/Common/w.crt", "/Common/w.key")
    assert [(one["name"], one["cert"]) for one in answer["certKeyChain"]] == [("w", "/Common/w.crt")]


def test_protected_key_needs_its_passphrase(rest: Rest) -> None:
    add_protected(rest.device, "p")
    for given in ({}, {"passphrase": "wrong"}, {"passphrase": "$M$ab$bm9uc2Vuc2U="}):
        status, message = rest.refusal("POST", URL, {"name": "p", "certKeyChain": [entry("p", **given)]})
        assert status == 400
        assert message.startswith("01070313:3: Error reading key PEM file /Common/p.key for profile /Common/p: error:")
    answer = rest.post(URL, {"name": "p", "certKeyChain": [entry("p", passphrase=PASSPHRASE)]})
    assert PASSPHRASE not in str(answer)
    assert answer["certKeyChain"][0]["passphrase"].startswith("$M$")


def test_ciphertext_from_the_device_opens_the_key(rest: Rest) -> None:
    add_protected(rest.device, "p")
    sealed = rest.get("sys/file/ssl-key/~Common~p.key")["passphrase"]
    rest.post(URL, {"name": "p", "certKeyChain": [entry("p", passphrase=sealed)]})


def test_own_ciphertext_may_count_as_a_wrong_passphrase(make: Make) -> None:
    device = make(own_ciphertext="rejected")
    add_protected(device, "p")
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        rest.post(URL, {"name": "p", "certKeyChain": [entry("p", passphrase=PASSPHRASE)]})
        (shown,) = rest.get(f"{URL}/p")["certKeyChain"]
        again = {"certKeyChain": [entry("p", passphrase=shown["passphrase"])]}
        status, message = rest.refusal("PATCH", f"{URL}/p", again)
        assert (status, message[:8]) == (400, "01070313")


@pytest.mark.parametrize(("switch", "status"), [("required", 400), ("optional", 200)])
def test_passphrase_of_the_key_object_is_enough_only_by_switch(make: Make, switch: str, status: int) -> None:
    device = make(profile_passphrase=switch)
    add_protected(device, "p")
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        assert rest.call("POST", URL, {"name": "p", "certKeyChain": [entry("p")]}).status_code == status


def test_key_and_certificate_must_match(rest: Rest) -> None:
    add_pair(rest.device, "a", key=ec_key())
    body = {"name": "x", "certKeyChain": [{"name": "x", "cert": "/Common/default.crt", "key": "/Common/a.key"}]}
    expected = "01070317:3: profile /Common/x's key(/Common/a.key) and certificate(/Common/default.crt) do not match."
    assert rest.refusal("POST", URL, body) == (400, expected)


@pytest.mark.parametrize(
    ("name", "what", "path"),
    [
        ("cert", "certificate", "/Common/no.crt"),
        ("key", "key", "/Common/no.key"),
        ("chain", "certificate", "/Common/no"),
    ],
)
def test_files_of_an_entry_must_exist(rest: Rest, name: str, what: str, path: str) -> None:
    body = {"name": "x", "certKeyChain": [{"name": "x", **DEFAULT, name: path}]}
    expected = f"01070277:3: The requested {what} ({path}) was not found."
    assert rest.refusal("POST", URL, body) == (400, expected)


def test_profile_takes_one_pair_of_each_key_type(rest: Rest) -> None:
    add_pair(rest.device, "r")
    add_pair(rest.device, "e", key=ec_key())
    answer = rest.post(URL, {"name": "both", "certKeyChain": [entry("r"), entry("e")]})
    assert [one["name"] for one in answer["certKeyChain"]] == ["r", "e"]
    status, _ = rest.refusal("POST", URL, {"name": "two", "certKeyChain": [entry("r"), {"name": "d", **DEFAULT}]})
    assert status == 400


def test_patch_replaces_the_whole_list(rest: Rest) -> None:
    add_pair(rest.device, "r")
    rest.post(URL, {"name": "x", "certKeyChain": [{"name": "d", **DEFAULT}]})
    answer = rest.patch(f"{URL}/~Common~x", {"certKeyChain": [entry("r", chain="/Common/ca-bundle.crt")]})
    assert [one["name"] for one in answer["certKeyChain"]] == ["r"]
    assert answer["chainReference"]["link"].startswith(
        "https://localhost/mgmt/tm/sys/file/ssl-cert/~Common~ca-bundle.crt"
    )
    assert answer["chain"] == "/Common/ca-bundle.crt"


def test_put_of_a_whole_profile_changes_nothing(rest: Rest) -> None:
    add_protected(rest.device, "p")
    rest.post(URL, {"name": "p", "certKeyChain": [entry("p", passphrase=PASSPHRASE)], "serverName": "p.example.com"})
    rest.post(URL, {"name": "heir", "defaultsFrom": "/Common/p"})
    for name in ("p", "heir", "clientssl"):
        before = rest.get(f"{URL}/~Common~{name}")
        answer = rest.call("PUT", f"{URL}/~Common~{name}/", before)
        assert answer.status_code == 200, answer.text
        after = rest.get(f"{URL}/~Common~{name}")
        assert after.pop("generation") > before.pop("generation")
        assert after == before


@pytest.mark.parametrize(("tmos", "refused"), [("14.1.2", False), ("15.1.5", True), ("17.1.2", True)])
def test_both_spellings_of_a_pair_are_refused_from_tmos_15(make: Make, tmos: str, refused: bool) -> None:
    device = make(tmos=tmos)
    add_pair(device, "r")
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        body = {"name": "x", "certKeyChain": [entry("r")], "cert": "/Common/default.crt"}
        answer = rest.call("POST", URL, body)
    assert (answer.status_code == 400) == refused
    if refused:
        assert answer.json()["message"] == (
            "01b4002a:3: Client SSL profile (/Common/x):cert-key-chain and profile cert/key/chain/passphrase options "
            "cannot be specified together."
        )


def test_old_spelling_changes_the_first_entry(rest: Rest) -> None:
    add_pair(rest.device, "r")
    rest.post(URL, {"name": "x"})
    answer = rest.patch(f"{URL}/~Common~x", {"cert": "/Common/r.crt", "key": "/Common/r.key"})
    assert [(one["cert"], one["key"]) for one in answer["certKeyChain"]] == [("/Common/r.crt", "/Common/r.key")]
    assert answer["inheritCertkeychain"] == "false"


def test_old_spelling_takes_only_rsa(rest: Rest) -> None:
    add_pair(rest.device, "e", key=ec_key())
    rest.post(URL, {"name": "x"})
    status, message = rest.refusal("PATCH", f"{URL}/~Common~x", {"cert": "/Common/e.crt", "key": "/Common/e.key"})
    assert (status, message[:12]) == (400, "01b40029:3: ")
    assert "/Common/e.key is not RSA key." in message


def test_child_profile_follows_changes_of_its_parent(rest: Rest) -> None:
    add_pair(rest.device, "r")
    rest.post(URL, {"name": "parent", "ciphers": "HIGH"})
    rest.post(URL, {"name": "heir", "defaultsFrom": "/Common/parent"})
    rest.patch(f"{URL}/~Common~parent", {"certKeyChain": [entry("r")], "ciphers": "NATIVE"})
    answer = rest.get(f"{URL}/~Common~heir")
    assert (answer["cert"], answer["ciphers"], answer["inheritCertkeychain"]) == ("/Common/r.crt", "NATIVE", "true")
    expected = (
        "01070265:3: The ClientSSL Profile (/Common/parent) cannot be deleted because it is in use by a "
        "ClientSSL Profile (/Common/heir)."
    )
    assert rest.refusal("DELETE", f"{URL}/~Common~parent") == (400, expected)


def test_new_file_contents_must_match_the_profiles_that_use_them(rest: Rest) -> None:
    add_pair(rest.device, "r")
    rest.post(URL, {"name": "x", "certKeyChain": [entry("r")]})
    rest.upload("other.crt", certificate_pem(ec_key().public_key(), "r.example.com").encode())
    change = {"sourcePath": "file:/var/config/rest/downloads/other.crt"}
    status, message = rest.refusal("PATCH", "sys/file/ssl-cert/~Common~r.crt", change)
    assert (status, message[:12]) == (400, "01070317:3: ")
    assert rest.get("sys/file/ssl-cert/~Common~r.crt")["revision"] == 1


@pytest.mark.parametrize("name", ["*.example.com", "a b/c", ""])
def test_invalid_profile_names_are_refused(rest: Rest, name: str) -> None:
    assert rest.refusal("POST", URL, {"name": name, "partition": "Common"})[0] in (400, 404)


def test_profiles_of_all_types_share_one_namespace(rest: Rest) -> None:
    expected = "01020066:3: The requested ClientSSL Profile (/Common/http) already exists in partition Common."
    assert rest.refusal("POST", URL, {"name": "http", "partition": "Common"}) == (409, expected)


def test_parent_profile_must_exist(rest: Rest) -> None:
    status, message = rest.refusal("POST", URL, {"name": "x", "defaultsFrom": "/Common/nope"})
    assert (status, message) == (404, "01020036:3: The requested ClientSSL Profile (/Common/nope) was not found.")
