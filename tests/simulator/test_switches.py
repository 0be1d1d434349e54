"""Differences between devices on which public sources disagree: the effect of every choice of each switch."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from sectigo_f5.simulator import Switches
from tests.simulator.conftest import Make
from tests.simulator.rest import PASSPHRASE, Rest, add_pair, certificate_pem, entry, rsa_key

SSL = "ltm/profile/client-ssl"
BASH = {"command": "run", "utilCmdArgs": "-c 'echo out; echo error >&2'"}


@contextlib.contextmanager
def logged_in(make: Make, **switches: Any) -> Iterator[Rest]:
    with contextlib.closing(Rest(make(**switches))) as rest:
        rest.login()
        yield rest


def test_unknown_switch_values_are_refused() -> None:
    with pytest.raises(ValueError, match=r"curve_name 'odd': choose one of works, ignored, rejected"):
        Switches(curve_name="odd")
    assert Switches(ec_only=None, bulk_download=None).bulk_status == 200


@pytest.mark.parametrize(("switch", "size"), [("works", 384), ("ignored", 256), ("rejected", None)])
def test_curve_name_works_is_ignored_or_is_rejected(make: Make, switch: str, size: int | None) -> None:
    with logged_in(make, curve_name=switch) as rest:
        body = {"name": "e.key", "keyType": "ec-private", "curveName": "secp384r1"}
        if size is None:
            assert rest.refusal("POST", "sys/crypto/key", body)[0] == 400
        else:
            rest.post("sys/crypto/key", body)
            assert rest.get("sys/file/ssl-key/e.key")["keySize"] == size


@pytest.mark.parametrize(("switch", "name"), [("ignored", "/Common/k.key"), ("names-the-csr", "/Common/value")])
def test_gen_csr_value_is_ignored_or_names_the_csr(make: Make, switch: str, name: str) -> None:
    with logged_in(make, gen_csr_value=switch) as rest:
        rest.post("sys/crypto/key", {"name": "k.key", "keyType": "ec-private", "options": [{"gen-csr": "value"}]})
        assert rest.device.csrs == [name]


@pytest.mark.parametrize(("switch", "files"), [("every-partition", "c.csr\ns.csr\n"), ("common-only", "c.csr\n")])
def test_csr_files_exist_for_every_partition_or_common_only(make: Make, switch: str, files: str) -> None:
    with logged_in(make, csr_file=switch, partitions=("Shop",)) as rest:
        for name in ("/Common/c.csr", "/Shop/s.csr"):
            rest.post("sys/crypto/csr", {"name": name, "key": "/Common/default.key", "commonName": "c"})
        assert rest.bash("ls /config/ssl/ssl.csr") == files
        assert rest.device.csrs == ["/Common/c.csr", "/Shop/s.csr"]


@pytest.mark.parametrize(("mixed", "output"), [(True, "out\nerror\n"), (False, "out\n")])
def test_standard_error_is_in_the_answer_or_not(make: Make, mixed: bool, output: str) -> None:
    with logged_in(make, stderr_in_answer=mixed) as rest:
        assert rest.post("util/bash", BASH)["commandResult"] == output


@pytest.mark.parametrize(("switch", "name"), [("first", "leaf.example.com"), ("last", "ca.example.com")])
def test_bundle_describes_its_first_or_last_certificate(make: Make, switch: str, name: str) -> None:
    with logged_in(make, bundle_describes=switch) as rest:
        both = [certificate_pem(rsa_key().public_key(), f"{one}.example.com") for one in ("leaf", "ca")]
        rest.device.add_certificate("/Common/b.crt", "".join(both))
        assert rest.get("sys/file/ssl-cert/b.crt")["subjectAlternativeName"] == f"DNS:{name}"
        assert rest.get("sys/crypto/cert/b.crt")["commonName"] == name


@pytest.mark.parametrize(("switch", "status"), [("replaces", 200), ("adds", 400)])
def test_patch_replaces_the_list_or_adds_to_it(make: Make, switch: str, status: int) -> None:
    with logged_in(make, cert_key_chain_patch=switch) as rest:
        for name in ("a", "b"):
            add_pair(rest.device, name)
        rest.post(SSL, {"name": "x", "certKeyChain": [entry("a")]})
        answer = rest.call("PATCH", f"{SSL}/x", {"certKeyChain": [entry("b")]})  # a second RSA pair, if it is added
        assert answer.status_code == status
        assert [one["name"] for one in rest.get(f"{SSL}/x")["certKeyChain"]] == ["b" if answer.ok else "a"]


@pytest.mark.parametrize("shown", [True, False])
def test_name_reference_shows_the_profile_type_or_not(make: Make, shown: bool) -> None:
    with logged_in(make, name_reference=shown) as rest:
        rest.device.add_virtual_server("/Common/vs", "192.0.2.1:443")
        assert ["nameReference" in item for item in rest.get("ltm/virtual/vs/profiles")["items"]] == [shown, shown]


@pytest.mark.parametrize(("checked", "status"), [(True, 400), (False, 200)])
def test_sni_rules_are_checked_or_not_when_a_profile_changes(make: Make, checked: bool, status: int) -> None:
    with logged_in(make, sni_checked_on_profile=checked) as rest:
        for name, default in (("a", "true"), ("b", "false")):
            rest.post(SSL, {"name": name, "sniDefault": default})
        profiles = ("/Common/tcp", "/Common/a", "/Common/b")
        rest.device.add_virtual_server("/Common/vs", "192.0.2.1:443", profiles)
        assert rest.call("PATCH", f"{SSL}/a", {"sniDefault": "false"}).status_code == status
        patched = rest.call("PATCH", "ltm/virtual/vs", {"description": "touched"})
        assert patched.status_code == (200 if checked else 400)


@pytest.mark.parametrize(("allowed", "status"), [(True, 200), (False, 400)])
def test_same_server_name_twice_is_accepted_or_not(make: Make, allowed: bool, status: int) -> None:
    with logged_in(make, same_server_names=allowed) as rest:
        for name, default in (("a", "true"), ("b", "false")):
            rest.post(SSL, {"name": name, "sniDefault": default, "serverName": "www.example.com"})
        rest.device.add_virtual_server("/Common/vs", "192.0.2.1:443", ("/Common/tcp", "/Common/a"))
        body = {"name": "b", "partition": "Common", "context": "clientside"}
        assert rest.call("POST", "ltm/virtual/vs/profiles", body).status_code == status


@pytest.mark.parametrize(("allowed", "status"), [(True, 200), (False, 401)])
def test_unix_tools_are_allowed_or_not(make: Make, allowed: bool, status: int) -> None:
    with logged_in(make, unix_tools=allowed) as rest:
        rest.upload("f", PASSPHRASE.encode())
        for tool in ("unix-ls", "unix-rm"):
            body = {"command": "run", "utilCmdArgs": "/var/config/rest/downloads/f"}
            assert rest.call("POST", f"util/{tool}", body).status_code == status
        assert rest.bash("echo hello") == "hello\n"
