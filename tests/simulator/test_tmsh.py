"""``tmsh`` through ``util/bash``, as public scripts use it."""

from __future__ import annotations

import contextlib
import re

import pytest
from cryptography import x509

from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.simulator.conftest import Make
from tests.simulator.rest import PASSPHRASE, Rest, add_pair, key_pem, rsa_key

DOWNLOADS = "/var/config/rest/downloads"
PROFILE = "ltm/profile/client-ssl/~Common~www"


def printed_request(text: str) -> x509.CertificateSigningRequest:
    match = re.search("-----BEGIN CERTIFICATE REQUEST-----.*-----END CERTIFICATE REQUEST-----\n", text, re.DOTALL)
    assert match, text
    return x509.load_pem_x509_csr(match[0].encode())


@pytest.mark.parametrize(("tmos", "name", "prints"), [("13.1.1", "n.csr", False), ("16.1.4", "n.key", True)])
def test_key_with_csr_is_created_as_by_the_digicert_plugin(make: Make, tmos: str, name: str, prints: bool) -> None:
    create = (
        "tmsh create /sys crypto key /Common/n.key key-type rsa-private key-size 2048 security-type normal gen-csr "
        'common-name www.example.com subject-alternative-name "DNS:www.example.com,DNS:api.example.com" '
        'organization "Example Inc" ou IT country US state WA city Seattle'
    )
    with contextlib.closing(Rest(make(tmos=tmos))) as rest:
        rest.login()
        output = rest.bash(create)
        assert ("BEGIN CERTIFICATE REQUEST" in output) is prints
        listed = printed_request(rest.bash(f"tmsh list sys crypto csr {name}"))
        assert rest.get("sys/file/ssl-key/~Common~n.key")["keySize"] == 2048
        assert rest.bash(f"tmsh delete sys crypto csr {name}") == ""
        assert "01020036:3: The requested" in rest.bash(f"tmsh list sys crypto csr {name}")
    assert listed.subject.rfc4514_string() == "CN=www.example.com,OU=IT,O=Example Inc,L=Seattle,ST=WA,C=US"
    names = listed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["www.example.com", "api.example.com"]


def test_certificate_names_and_expiry_are_printed_for_kojot_acme(rest: Rest) -> None:
    add_pair(rest.device, "www", "www.example.com", "api.example.com")
    names = rest.bash('tmsh list sys crypto cert www.crt | grep subject-alternative-name | awk "{\\$1=\\$1}1"')
    assert names == 'subject-alternative-name "DNS:www.example.com, DNS:api.example.com"\n'
    assert "GMT" in rest.bash("tmsh list sys crypto cert www.crt | grep expiration")
    rest.bash('tmsh create sys crypto csr www common-name www.example.com subject-alternative-name "DNS:a" key www.key')
    assert printed_request(
        rest.bash("tmsh list sys crypto csr www | sed -n /-----BEGIN/,/-----END/p")
    ).is_signature_valid


def test_protected_key_is_installed_as_by_the_cloud_libraries(rest: Rest) -> None:
    rest.upload("k", key_pem(rsa_key(), PASSPHRASE).encode())
    install = f"tmsh install sys crypto key /Common/k.key from-local-file {DOWNLOADS}/k passphrase"
    assert rest.bash(f"{install} {PASSPHRASE}") == ""
    assert rest.get("sys/file/ssl-key/~Common~k.key")["securityType"] == "password"
    assert "security-type password" in rest.bash("tmsh list sys crypto key k.key")
    assert "is protected by provided passphrase" in rest.bash(f"{install} wrong; echo $?")


def test_profile_is_created_and_changed_as_by_acme_sh(rest: Rest) -> None:
    for number, name in enumerate(("a", "b")):
        add_pair(rest.device, name, key=rsa_key(number))
    chain = 'cert-key-chain add "{" ACME "{" cert a.crt key a.key chain b.crt "}" "}" options {no-tlsv1 no-tlsv1.1}'
    assert rest.bash(f'tmsh create ltm profile client-ssl www {chain} server-name "www.example.com"') == ""
    profile = rest.get(PROFILE)
    assert (profile["serverName"], profile["tmOptions"]) == ("www.example.com", ["no-tlsv1", "no-tlsv1.1"])
    assert rest.bash("tmsh list ltm profile client-ssl www cert") == "ltm profile client-ssl www {\n    cert a.crt\n}\n"
    rest.bash("tmsh modify ltm profile client-ssl www cert-key-chain replace-all-with { x { cert b.crt key b.key } }")
    (entry,) = rest.get(PROFILE)["certKeyChain"]
    assert (entry["name"], entry["cert"], entry["chain"]) == ("x", "/Common/b.crt", "none")
    rest.bash("tmsh modify ltm profile client-ssl www cert-key-chain modify { x { chain a.crt } }")
    (entry,) = rest.get(PROFILE)["certKeyChain"]
    assert (entry["cert"], entry["chain"]) == ("/Common/b.crt", "/Common/a.crt")
    output = rest.bash("tmsh modify ltm profile client-ssl www cert-key-chain modify { x { key a.key } }")
    assert output.startswith("01070317:3: ")
    assert rest.get(PROFILE)["certKeyChain"] == [entry]


def test_profiles_of_a_virtual_server_are_added_and_removed(rest: Rest) -> None:
    rest.device.add_virtual_server("/Common/vs", "192.0.2.1:443")
    rest.bash("tmsh modify ltm virtual vs profiles add { /Common/clientssl { context clientside } }")
    names = [item["name"] for item in rest.get("ltm/virtual/vs/profiles")["items"]]
    assert names == ["clientssl", "http", "tcp"]
    rest.device.add_rule("/Common/r", "when CLIENT_ACCEPTED { }")
    rest.bash("tmsh modify ltm virtual vs rules { r } description none")
    rest.bash("tmsh modify ltm virtual vs profiles delete { clientssl }")
    assert [item["name"] for item in rest.get("ltm/virtual/vs/profiles")["items"]] == ["http", "tcp"]
    assert rest.get("ltm/virtual/vs")["rules"] == ["/Common/r"]
    assert "ltm virtual vs {\n" in rest.bash("tmsh list ltm virtual vs")


def test_several_commands_in_one_call_as_sent_by_ansible(rest: Rest, device: SimulatedBigIP) -> None:
    device.add_partition("Shop")
    command = (
        '-c "tmsh -c \\"cd /Shop; create ltm data-group internal d type string; list ltm data-group internal d\\""'
    )
    answer = rest.post("util/bash", {"command": "run", "utilCmdArgs": command})
    assert answer["commandResult"].startswith("ltm data-group internal /Shop/d {\n")
    assert rest.get("ltm/data-group/internal/~Shop~d")["kind"] == "tm:ltm:data-group:internal:internalstate"
    one_line = rest.bash("tmsh list ltm data-group internal /Shop/d one-line")
    assert one_line == "ltm data-group internal /Shop/d { type string }\n"
    rest.bash('tmsh modify ltm data-group internal /Shop/d records add { "token" { data "value" } }')
    assert rest.get("ltm/data-group/internal/~Shop~d")["records"] == [{"name": "token", "data": "value"}]


def test_save_includes_the_commands_before_it(rest: Rest, device: SimulatedBigIP) -> None:
    rest.bash("tmsh create ltm rule r; tmsh save sys config")
    assert (device.rules, device.saved, device.saved_is_current) == (["/Common/r"], 1, True)


@pytest.mark.parametrize(
    "command",
    [
        "show sys cpu",
        "list",
        "list net vlan",
        "create sys crypto key x gen-certificate common-name x",
        "modify sys crypto key x",
        "create cli transaction",
        "save sys ucs x",
        "install ltm rule r",
    ],
)
def test_unsimulated_commands_are_reported_and_change_nothing(command: str) -> None:
    with SimulatedBigIP(Switches()) as device, contextlib.closing(Rest(device)) as rest:
        rest.login()
        before = device.engine.configuration
        body = {"command": "run", "utilCmdArgs": f"-c 'tmsh create ltm rule r; tmsh {command}'"}
        status = rest.call("POST", "util/bash", body).status_code
        assert (status, device.engine.configuration) == (501, before)
        assert len(device.unknown) == 1
        device.unknown.clear()


@pytest.mark.parametrize("command", ["create ltm rule r {", "create ltm pool p members add", "create ltm pool p a }"])
def test_unfinished_command_is_a_syntax_error(rest: Rest, command: str) -> None:
    assert "Syntax Error" in rest.bash(f"tmsh {command}")


def test_file_store_has_the_paths_of_a_device(rest: Rest) -> None:
    add_pair(rest.device, "www")
    content = rest.device.engine.configuration.items["sys/file/ssl-cert", "/Common/www.crt"].content.decode()
    assert rest.bash("cat /config/filestore/files_d/Common_d/certificate_d/:Common:www.crt_*") == content
    encoded = rest.bash("cat /config/filestore/files_d/Common_d/certificate_d/:Common:www.crt_* | base64")
    assert encoded.startswith("LS0t")
    assert rest.bash("ls /config/filestore/files_d/Common_d/certificate_key_d/ | grep -c www.key") == "1\n"
    rest.call("DELETE", "sys/file/ssl-cert/www.crt")
    assert "No such file" in rest.bash("cat /config/filestore/files_d/Common_d/certificate_d/:Common:www.crt_*")
