"""What besides client SSL profiles uses keys and certificates: server SSL profiles, APM, monitors; and AS3."""

from __future__ import annotations

import pytest

from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.simulator.rest import PASSPHRASE, Rest, add_pair, certificate_pem, ec_key, key_pem

SERVER_SSL, PAIR = "ltm/profile/server-ssl", {"cert": "/Common/a.crt", "key": "/Common/a.key"}


@pytest.fixture
def protected(rest: Rest) -> Rest:
    """A device with a pair whose key is protected."""
    key = ec_key()
    certificate = certificate_pem(key.public_key(), "a.example.com")
    rest.device.add_certificate("/Common/a.crt", certificate, key_pem(key, PASSPHRASE), PASSPHRASE)
    return rest


def test_a_server_ssl_profile_needs_files_that_are_there(rest: Rest) -> None:
    assert rest.refusal("POST", SERVER_SSL, {"name": "x", **PAIR})[1].startswith("01070277:3: ")
    add_pair(rest.device, "a")
    rest.device.delete("/mgmt/tm/sys/file/ssl-key/~Common~a.key")
    assert rest.refusal("POST", SERVER_SSL, {"name": "x", "cert": "a.crt"})[1].startswith("01070315:3: ")


def test_a_server_ssl_profile_opens_a_protected_key_in_the_same_request(protected: Rest) -> None:
    """F5 Ansible #2435; and the device's own ciphertext does, as in a client SSL profile."""
    assert protected.refusal("POST", SERVER_SSL, {"name": "x", **PAIR})[1].startswith("01070313:3: ")
    shown = protected.post(SERVER_SSL, {"name": "x", **PAIR, "passphrase": PASSPHRASE})
    assert shown["passphrase"].startswith("$M$")
    ciphertext = protected.get("sys/file/ssl-key/~Common~a.key")["passphrase"]
    assert protected.post(SERVER_SSL, {"name": "y", **PAIR, "passphrase": ciphertext})["cert"] == "/Common/a.crt"


def test_a_child_inherits_the_pair_of_a_server_ssl_profile(rest: Rest) -> None:
    add_pair(rest.device, "a")
    rest.post(SERVER_SSL, {"name": "x", **PAIR})
    assert rest.post(SERVER_SSL, {"name": "child", "defaultsFrom": "/Common/x"})["key"] == "/Common/a.key"


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        (SERVER_SSL, PAIR),
        ("apm/sso/saml", {"idpCertificate": "/Common/a.crt", "idpSignkey": "/Common/a.key"}),
        ("ltm/monitor/https", PAIR),
    ],
)
def test_files_that_something_uses_are_not_deleted(rest: Rest, kind: str, properties: dict[str, str]) -> None:
    add_pair(rest.device, "a")
    rest.post(kind, {"name": "x", **properties})
    for file in ("sys/file/ssl-cert/~Common~a.crt", "sys/file/ssl-key/~Common~a.key"):
        assert "in use" in rest.refusal("DELETE", file)[1]
    assert rest.call("DELETE", f"{kind}/~Common~x").ok
    assert rest.call("DELETE", "sys/file/ssl-key/~Common~a.key").ok


def test_the_management_interface_names_its_files(rest: Rest) -> None:
    assert rest.get("sys/httpd")["sslCertfile"] == "/etc/httpd/conf/ssl.crt/server.crt"


def test_as3_says_its_version_or_is_not_registered(rest: Rest) -> None:
    path = "/mgmt/shared/appsvcs/info"
    assert rest.refusal("GET", path) == (404, "Public URI path not registered: /shared/appsvcs/info")
    with SimulatedBigIP(Switches(as3=True)) as device:
        assert device.get(path)["version"]
