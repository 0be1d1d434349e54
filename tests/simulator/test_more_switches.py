"""Differences between devices that only a probe of real ones can tell: the effect of every choice of each switch."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sectigo_f5.simulator.switches import Switches
from tests.simulator.conftest import Make
from tests.simulator.rest import PASSPHRASE, Rest, add_pair, certificate_pem, ec_key, entry, key_pem, rsa_key
from tests.simulator.test_switches import logged_in

SSL = "ltm/profile/client-ssl"
PROTECTED = {"keyType": "ec-private", "securityType": "password", "passphrase": PASSPHRASE}
WITH_CSR = {**PROTECTED, "commonName": "www.example.com", "options": [{"gen-csr": "value"}]}
SERIAL = 0x0A1B2C3D4E5F60718293A4B5


def status(rest: Rest, method: str, path: str, body: Any = None) -> int:
    return rest.call(method, path, body).status_code


def certificate(rest: Rest) -> Any:
    rest.device.add_certificate(
        "/Common/x.crt", certificate_pem(rsa_key().public_key(), "www.example.com", serial=SERIAL)
    )
    return rest.get("sys/file/ssl-cert/x.crt")


@pytest.mark.parametrize(
    ("switches", "seconds", "code"),
    [
        ({}, 36000, 200),
        ({}, 36001, 406),
        ({"token_beyond_ten_hours": "works"}, 36001, 200),
        ({"token_extension": "rejected"}, 3600, 400),
    ],
)
def test_token_may_live_longer_or_not(make: Make, switches: dict[str, Any], seconds: int, code: int) -> None:
    with logged_in(make, **switches) as rest:
        token = f"/mgmt/shared/authz/tokens/{rest.token}"
        assert status(rest, "PATCH", token, {"timeout": seconds}) == code


@pytest.mark.parametrize(
    ("switches", "shell"),
    [
        ({}, None),
        ({"shell_told": "none"}, "none"),
        ({"role": "manager"}, "bash"),
        ({"role": "manager", "shell_told": "not-told"}, None),
        ({"role": "guest", "bash": False}, "tmsh"),
    ],
)
def test_shell_of_the_user_is_told_or_not(make: Make, switches: dict[str, Any], shell: str | None) -> None:
    with logged_in(make, **switches) as rest:
        assert rest.get("auth/user/admin").get("shell") == shell


def test_remote_user_is_not_among_the_local_ones(make: Make) -> None:
    with logged_in(make, user_shown=False) as rest:
        assert rest.refusal("GET", "auth/user/admin")[0] == 404
        assert rest.get("auth/user")["items"] == []


@pytest.mark.parametrize(("choice", "code"), [("manager", 200), ("admin", 401)])
def test_role_besides_the_administrators_may_upload(make: Make, choice: str, code: int) -> None:
    with logged_in(make, role="manager", upload_role=choice) as rest:
        assert rest.upload("f", b"x").status_code == code


@pytest.mark.parametrize(("choice", "told"), [("disabled", "disabled"), ("not-told", None)])
def test_export_of_keys_is_told_or_not(make: Make, choice: str, told: str | None) -> None:
    with logged_in(make, key_export=choice) as rest:
        assert rest.get("sys/crypto/allow-key-export").get("value") == told


@pytest.mark.parametrize(("choice", "pattern"), [("yes", r"\$M\$.+"), ("no", "none"), ("not-told", "absent")])
def test_key_object_shows_its_passphrase_or_not(make: Make, choice: str, pattern: str) -> None:
    with logged_in(make, key_in_use_opens=choice) as rest:
        rest.post("sys/crypto/key", {"name": "k.key", **PROTECTED})
        assert re.fullmatch(pattern, rest.get("sys/file/ssl-key/k.key").get("passphrase", "absent"))
        rest.post("sys/crypto/csr", {"name": "k.csr", "key": "/Common/k.key", "commonName": "www.example.com"})


def test_certificates_and_virtual_servers_are_refused_but_not_to_a_test(make: Make) -> None:
    with logged_in(make, certificate="rejected", virtual_servers="rejected") as rest:
        certificate(rest)
        rest.device.add_virtual_server("/Common/vs", "192.0.2.1:443")
        rest.upload("f", certificate_pem(rsa_key().public_key(), "www.example.com").encode())
        body = {"name": "y.crt", "sourcePath": "file:/var/config/rest/downloads/f"}
        assert status(rest, "POST", "sys/file/ssl-cert", body) == 400
        assert status(rest, "POST", "ltm/virtual", {"name": "x", "destination": "192.0.2.2:443"}) == 400


def test_partitions_may_have_a_default_route_domain(make: Make) -> None:
    with logged_in(make, partitions=("Shop",), default_route_domain=7, default_route_domain_shown=True) as rest:
        assert rest.get("auth/partition/Shop")["defaultRouteDomain"] == 7
        rest.device.add_virtual_server("/Shop/vs", "192.0.2.1:443")
        assert rest.get("ltm/virtual/~Shop~vs")["destination"].endswith("%7:443")


@pytest.mark.parametrize(("auto_sync", "word"), [(True, "enabled"), (False, "disabled")])
def test_group_of_a_pair_syncs_by_itself_or_not(make: Make, auto_sync: bool, word: str) -> None:
    with logged_in(make, ha="active", auto_sync=auto_sync) as rest:
        groups = {one["name"]: one["autoSync"] for one in rest.get("cm/device-group")["items"]}
        assert groups["sync-failover"] == word


@pytest.mark.parametrize(
    ("switches", "key", "both", "csr"),
    [
        ({}, 200, 200, 200),
        ({"native_password_ec_keys": "rejected"}, 400, 400, 400),
        ({"csr_with_key": "rejected"}, 200, 400, 200),
        ({"csr_for_password_keys": "rejected", "csr_with_key": "works"}, 200, 200, 400),
    ],
)
def test_protected_keys_and_their_csrs(make: Make, switches: dict[str, Any], key: int, both: int, csr: int) -> None:
    with logged_in(make, **switches) as rest:
        assert status(rest, "POST", "sys/crypto/key", {"name": "a.key", **PROTECTED}) == key
        assert status(rest, "POST", "sys/crypto/key", {"name": "b.key", **WITH_CSR}) == both
        body = {"name": "a.csr", "key": "/Common/a.key", "commonName": "www.example.com"}
        assert status(rest, "POST", "sys/crypto/csr", body) == csr


def test_ec_key_may_be_silently_normal_beside_protected_rsa_keys(make: Make) -> None:
    with logged_in(make, native_password_ec_keys="silently-normal") as rest:
        rest.post("sys/crypto/key", {"name": "a.key", **PROTECTED})
        assert rest.get("sys/file/ssl-key/a.key")["securityType"] == "normal"
    assert Switches(native_password_ec_keys="rejected").password_keys(curve=False) == "works"


@pytest.mark.parametrize(
    ("switches", "name", "printed"),
    [
        ({}, "/Common/k.key", False),
        ({"csr_name": "csr", "csr_with_key_in_answer": True}, "/Common/k.csr", True),
        ({"tmos": "13.1.1", "csr_pem_in_answer": True}, "/Common/k.csr", True),
        ({"tmos": "13.1.1", "csr_name": "as-the-key"}, "/Common/k.key", False),
        ({"csr_pem_in_answer": True, "csr_with_key_in_answer": False}, "/Common/k.key", False),
    ],
)
def test_csr_made_with_its_key(make: Make, switches: dict[str, Any], name: str, printed: bool) -> None:
    with logged_in(make, **switches) as rest:
        answer = rest.post("sys/crypto/key", {"name": "k.key", **WITH_CSR})
        assert (rest.device.csrs, "commandResult" in answer) == ([name], printed)


@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"csr_file": "nowhere"},
        {"csr_by_tmsh": "rejected"},
        {"csr_by_filestore": "rejected"},
        {"csr_in_file_objects": True},
    ],
)
def test_csr_is_read_in_some_ways(make: Make, switches: dict[str, Any]) -> None:
    with logged_in(make, **switches) as rest:
        rest.post("sys/crypto/csr", {"name": "c.csr", "key": "/Common/default.key", "commonName": "c"})
        found = {
            "csr_file": "c.csr" in rest.bash("ls /config/ssl/ssl.csr"),
            "csr_by_tmsh": "BEGIN CERTIFICATE REQUEST" in rest.bash("tmsh list sys crypto csr c.csr"),
            "csr_by_filestore": "c.csr" in rest.bash("ls /config/filestore/files_d/Common_d/*"),
            "csr_in_file_objects": [one["fullPath"] for one in rest.get("sys/file/ssl-csr")["items"]]
            == ["/Common/c.csr"],
        }
    assert found == {name: (name in switches) == (name == "csr_in_file_objects") for name in found}


@pytest.mark.parametrize(
    ("choice", "told"),
    [("as-sent", "DNS:a.test, DNS:b.test"), ("typed", "dns:a.test, dns:b.test"), ("other", "names: 2"), ("none", None)],
)
def test_names_of_a_csr_are_shown_somehow(make: Make, choice: str, told: str | None) -> None:
    with logged_in(make, csr_names=choice) as rest:
        names = {"commonName": "a.test", "subjectAlternativeName": "DNS:a.test, DNS:b.test"}
        rest.post("sys/crypto/csr", {"name": "c.csr", "key": "/Common/default.key", **names})
        assert rest.get("sys/crypto/csr/c.csr").get("subjectAlternativeName") == told


@pytest.mark.parametrize(("choice", "printed"), [("works", "OpenSSL "), ("rejected", "bash: openssl: command")])
def test_shell_has_openssl_or_not(make: Make, choice: str, printed: str) -> None:
    with logged_in(make, openssl_route=choice) as rest:
        assert rest.bash("openssl version").startswith(printed)
        assert rest.bash("openssl version >/dev/null 2>&1 || echo no; echo end").endswith("end\n")


@pytest.mark.parametrize(("protected", "kind"), [(True, "password"), (False, "normal")])
def test_installed_key_stays_encrypted_or_not(make: Make, protected: bool, kind: str) -> None:
    with logged_in(make, openssl_protected=protected) as rest:
        rest.upload("f", key_pem(rsa_key(), PASSPHRASE).encode())
        source = {"from-local-file": "/var/config/rest/downloads/f", "passphrase": PASSPHRASE}
        rest.post("sys/crypto/key", {"command": "install", "name": "k.key", **source})
        assert rest.get("sys/file/ssl-key/k.key")["securityType"] == kind


@pytest.mark.parametrize(("choice", "code"), [("works", 200), ("rejected", 400)])
def test_server_ssl_profile_takes_a_pair_or_not(make: Make, choice: str, code: int) -> None:
    with logged_in(make, server_ssl=choice) as rest:
        add_pair(rest.device, "a")
        rest.post("ltm/profile/server-ssl", {"name": "x"})
        body = {"cert": "/Common/a.crt", "key": "/Common/a.key"}
        assert status(rest, "PATCH", "ltm/profile/server-ssl/x", body) == code


@pytest.mark.parametrize(
    ("switches", "made", "removed"),
    [({}, 200, 200), ({"challenge_rule": "rejected"}, 400, 404), ({"challenge_rule_removal": "rejected"}, 200, 400)],
)
def test_irule_is_made_and_removed_or_not(make: Make, switches: dict[str, Any], made: int, removed: int) -> None:
    with logged_in(make, **switches) as rest:
        assert status(rest, "POST", "ltm/rule", {"name": "r", "apiAnonymous": "when CLIENT_ACCEPTED { }"}) == made
        if made == 200:
            rest.device.add_virtual_server("/Common/vs", "192.0.2.1:443", rules=["/Common/r"])
            transaction = rest.begin()
            rest.patch("ltm/virtual/vs", {"rules": []}, transaction)
            rest.call("DELETE", "ltm/rule/r", transaction=transaction)
            assert rest.commit(transaction).status_code == removed
        assert status(rest, "GET", "ltm/rule/r") == (200 if (made, removed) == (200, 400) else 404)


@pytest.mark.parametrize(
    ("switch", "choice", "name", "pattern"),
    [
        ("certificate_checksum", "of-the-file", "checksum", r"SHA1:\d+:[0-9a-f]{40}"),
        ("certificate_checksum", "other", "checksum", r"MD5:\d+:0{32}"),
        ("certificate_checksum", "none", "checksum", ""),
        ("certificate_fingerprint", "sha256", "fingerprint", r"SHA256/[0-9A-F:]{95}"),
        ("certificate_fingerprint", "other", "fingerprint", r"SHA1/[0-9A-F:]{59}"),
        ("certificate_fingerprint", "none", "fingerprint", ""),
        ("serial_spelling", None, "serialNumber", "0a:1b:2c:.*"),
        ("serial_spelling", "decimal", "serialNumber", str(SERIAL)),
        ("serial_spelling", "colons", "serialNumber", "0a:1b:2c:.*"),
        ("serial_spelling", "hexadecimal", "serialNumber", "0a1b2c3d4e5f60718293a4b5"),
        ("serial_spelling", "none", "serialNumber", ""),
        ("subject_begins", "CN", "subject", "CN=www.example.com,.*C=US"),
        ("subject_begins", "other", "subject", "C=US,.*CN=www.example.com"),
    ],
)
def test_certificate_is_described_in_one_of_several_ways(
    make: Make, switch: str, choice: str | None, name: str, pattern: str
) -> None:
    with logged_in(make, **{switch: choice}) as rest:
        assert re.fullmatch(pattern, certificate(rest).get(name, ""))


@pytest.mark.parametrize(("switch", "code"), [("works", 200), ("rejected", 400)])
def test_certificate_and_key_names_may_begin_with_a_digit_or_not(make: Make, switch: str, code: int) -> None:
    with logged_in(make, digit_first_certificates=switch) as rest:
        rest.upload("f", certificate_pem(rsa_key().public_key(), "www.example.com").encode())
        source = "/var/config/rest/downloads/f"
        install = {"command": "install", "name": "1.crt", "from-local-file": source}
        assert status(rest, "POST", "sys/crypto/cert", install) == code
        assert status(rest, "POST", "sys/file/ssl-cert", {"name": "2.crt", "sourcePath": f"file:{source}"}) == code
        assert status(rest, "POST", "sys/crypto/key", {"name": "3.key", "keyType": "ec-private"}) == code


@pytest.mark.parametrize(
    ("switch", "choice", "code"),
    [
        ("rsa_and_ec", "works", 200),
        ("rsa_and_ec", "rejected", 400),
        ("two_of_a_kind", "works", 200),
        ("two_of_a_kind", "rejected", 400),
        ("profile_with_passphrase", "works", 200),
        ("profile_with_passphrase", "rejected", 400),
    ],
)
def test_profile_takes_some_pairs(make: Make, switch: str, choice: str, code: int) -> None:
    with logged_in(make, **{switch: choice}) as rest:
        for name, key in (("a", rsa_key()), ("b", rsa_key()), ("e", ec_key())):
            add_pair(rest.device, name, key=key)
        add_protected_pair(rest)
        chains = {
            "rsa_and_ec": [entry("a"), entry("e")],
            "two_of_a_kind": [entry("a"), entry("b")],
            "profile_with_passphrase": [entry("p", passphrase=PASSPHRASE)],
        }
        assert status(rest, "POST", SSL, {"name": "x", "certKeyChain": chains[switch]}) == code


def add_protected_pair(rest: Rest) -> None:
    pem = certificate_pem(rsa_key().public_key(), "www.example.com")
    rest.device.add_certificate("/Common/p.crt", pem, key_pem(rsa_key(), PASSPHRASE), PASSPHRASE)


@pytest.mark.parametrize(("choice", "pattern"), [("ciphertext", r"\$M\$.+"), ("other", r"\*+"), ("none", "None")])
def test_passphrase_of_a_profile_is_shown_somehow(make: Make, choice: str, pattern: str) -> None:
    with logged_in(make, profile_shows=choice) as rest:
        add_protected_pair(rest)
        shown = rest.post(SSL, {"name": "x", "certKeyChain": [entry("p", passphrase=PASSPHRASE)]})
        for one in (shown, *shown["certKeyChain"]):
            assert re.fullmatch(pattern, str(one.get("passphrase")))


@pytest.mark.parametrize(
    ("switch", "choice", "code"),
    [
        ("two_defaults", "works", 200),
        ("two_defaults", "rejected", 400),
        ("no_default", "works", 200),
        ("no_default", "rejected", 400),
        ("attachment", "works", 200),
        ("attachment", "rejected", 400),
    ],
)
def test_second_client_ssl_profile_is_attached_or_not(make: Make, switch: str, choice: str, code: int) -> None:
    flags = {"two_defaults": ("true", "true"), "no_default": ("false", "false"), "attachment": ("true", "false")}
    with logged_in(make, **{switch: choice}) as rest:
        for name, default in zip("ab", flags[switch], strict=True):
            rest.post(SSL, {"name": name, "sniDefault": default})
        rest.device.add_virtual_server("/Common/vs", "192.0.2.1:443", ("/Common/tcp", "/Common/a"))
        body = {"name": "b", "partition": "Common", "context": "clientside"}
        assert status(rest, "POST", "ltm/virtual/vs/profiles", body) == code


@pytest.mark.parametrize("choice", ["works", "rejected"])
@pytest.mark.parametrize(
    ("switch", "path"),
    [
        ("delete_used_certificate", "sys/file/ssl-cert/a.crt"),
        ("delete_used_key", "sys/file/ssl-key/a.key"),
        ("delete_used_profile", f"{SSL}/x"),
    ],
)
def test_what_is_in_use_is_deleted_or_not(make: Make, switch: str, path: str, choice: str) -> None:
    with logged_in(make, **{switch: choice}) as rest:
        add_pair(rest.device, "a")
        rest.post(SSL, {"name": "x", "certKeyChain": [entry("a")]})
        rest.device.add_virtual_server("/Common/vs", "192.0.2.1:443", ("/Common/tcp", "/Common/x"))
        assert status(rest, "DELETE", path) == (200 if choice == "works" else 400)
        assert status(rest, "GET", path) == (404 if choice == "works" else 200)
        assert status(rest, "GET", "ltm/virtual/vs/profiles") == 200
        assert status(rest, "DELETE", "ltm/virtual/vs") == 200


@pytest.mark.parametrize(
    ("switches", "plain", "partition", "tasks"),
    [
        ({}, 200, 200, 200),
        ({"save": "rejected"}, 400, 400, 200),
        ({"save_by_partition": "rejected"}, 200, 400, 200),
        ({"task_save": "rejected"}, 200, 200, 404),
    ],
)
def test_configuration_is_saved_in_some_ways(
    make: Make, switches: dict[str, Any], plain: int, partition: int, tasks: int
) -> None:
    with logged_in(make, **switches) as rest:
        body = {"command": "save"}
        assert status(rest, "POST", "sys/config", body) == plain
        assert status(rest, "POST", "sys/config", {**body, "options": [{"partitions": "{ Common }"}]}) == partition
        assert status(rest, "GET", "task/sys/config") == tasks
        assert status(rest, "POST", "task/sys/config", body) == tasks
        listed = rest.call("GET", "task/sys/config").json().get("items", [])
        assert [one["_taskState"] for one in listed] == (["STARTED"] if tasks == 200 else [])


# -- transactions ------------------------------------------------------------------------------


def test_transaction_cannot_be_committed(make: Make) -> None:
    with logged_in(make, transaction_commit="rejected") as rest:
        transaction = rest.begin()
        rest.post(SSL, {"name": "x"}, transaction)
        assert rest.commit(transaction).status_code == 400
        assert not rest.device.exists("/mgmt/tm/ltm/profile/client-ssl/x")


def test_key_is_made_at_once_beside_a_transaction(make: Make) -> None:
    with logged_in(make, transactions_take="neither") as rest:
        transaction = rest.begin()
        rest.post("sys/crypto/key", {"name": "k.key", "keyType": "ec-private"}, transaction)
        assert rest.get("sys/file/ssl-key/k.key")["keyType"] == "ec-private"
        assert rest.get(f"transaction/{transaction}/commands")["items"] == []


@pytest.mark.parametrize(("judges", "code"), [(True, 400), (False, 200)])
def test_validation_judges_or_says_yes_to_everything(make: Make, judges: bool, code: int) -> None:
    with logged_in(make, validate_only_judges=judges) as rest:
        transaction = rest.begin()
        rest.post(SSL, {"name": "y", "defaultsFrom": "/Common/no"}, transaction)
        assert rest.commit(transaction, validateOnly=True).status_code == code


@pytest.mark.parametrize("undone", [True, False])
def test_refused_transaction_leaves_nothing_or_what_came_first(make: Make, undone: bool) -> None:
    with logged_in(make, transaction_undone=undone) as rest:
        transaction = rest.begin()
        for body in ({"name": "x"}, {"name": "y", "defaultsFrom": "/Common/no"}, {"name": "z"}):
            rest.post(SSL, body, transaction)
        assert rest.commit(transaction).status_code == 400
        paths = [one["name"] for one in rest.get(SSL)["items"] if one["name"] in "xyz"]
        assert paths == ([] if undone else ["x"])


@pytest.mark.parametrize(("expires", "code"), [(True, 404), (False, 200)])
def test_transaction_expires_after_its_time_or_never(make: Make, expires: bool, code: int) -> None:
    with logged_in(make, transaction_timeout=30, transaction_expires=expires) as rest:
        shown = rest.post("transaction", {})
        assert shown["timeoutSeconds"] == 30
        rest.device.engine.transactions.find(str(shown["transId"])).used -= 31
        assert status(rest, "GET", f"transaction/{shown['transId']}") == code
