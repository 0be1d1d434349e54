"""Each mistake an operator can make in a YAML file: the exact line, the key, what is wrong, what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.configuration.directory import GOOD, mistakes

DEVICE = "- name: bigip-fra\n"
LONG = "a" * 60


EDITS = [
    (
        "www.example.com",
        "'*.example.com'",
        "shop.yaml:7: validation: http-01 cannot prove the wildcard *.example.com; ",
    ),
    (DEVICE, DEVICE + "  sans: ['*.example.com']\n", "shop.yaml:5: validation: http-01 cannot prove the wildcard *.ex"),
    (
        "[vs_www_https]",
        "[]",
        "shop.yaml:8: validation: http-01 has no virtual server to answer on; write challenge_",
    ),
    ("  host:", "  hots:", "shop.yaml:5: hots: unknown key; did you mean host?"),
    ("name: shop\n", "name: shop\nzzz: 1\n", "shop.yaml:2: zzz: unknown key; allowed at the top: "),
    (
        "  host: 192.0.2.10\n",
        "  host: 192.0.2.10\n  host: 192.0.2.11\n",
        "shop.yaml:6: host: is set twice, first at line 5",
    ),
    ("name: shop\n", "", "shop.yaml:1: name: missing; write name: shop"),
    ("version: v1\n", "", "shop.yaml:1: version: missing; write version: v1"),
    ("- name: bigip-fra\n  host", "- host", "shop.yaml:4: name: missing; write name: bigip-fra"),
    ("  host: 192.0.2.10\n", "", "shop.yaml:4: host: missing; write host: 192.0.2.10"),
    ("  common_name: www.example.com\n", "", "shop.yaml:4: common_name: missing; write common_name: www.example.com"),
    ("  virtual_servers: [vs_www_https]\n", "", "shop.yaml:4: virtual_servers: missing; write virtual_servers: [vs_"),
    ("  credentials_file: credentials/bigip-fra.yaml\n", "", "shop.yaml:4: credentials_file: missing; write cred"),
    ("name: shop\n", "name: shop\ncertificates: []\n", "shop.yaml:2: certificates: is not allowed here; put it on a d"),
    ("version: v1", "version: v2", "shop.yaml:2: version: 'v2' is not supported; write v1"),
    ("version: v1", "version: 1", 'shop.yaml:2: version: must be text, not a number; quote it: "1"'),
    (DEVICE, "- name: 123\n", 'shop.yaml:4: name: must be text, not a number; quote it: "123"'),
    (
        DEVICE,
        "- name: 2026-11-24\n",
        'shop.yaml:4: name: must be text, not a date; quote it: "2026-11-24"',
    ),
    (
        DEVICE,
        "- name: yes\n",
        'shop.yaml:4: name: must be text, not a truth value; quote it: "yes"',
    ),
    (DEVICE, "- name:\n", "shop.yaml:4: name: has no value; write one, or delete the key"),
    (DEVICE, "- name: [a]\n", "shop.yaml:4: name: must be text, not a list; write one value"),
    (DEVICE, "- name: ../fra\n", "shop.yaml:4: name: '../fra' is not valid; use letters, digits"),
    (DEVICE, f"- name: {'x' * 201}\n", "shop.yaml:4: name: has 201 characters; write at most 200"),
    (
        "www.example.com\n",
        f"{LONG}.example.com\n  key_route: native\n",
        "shop.yaml:7: common_name: has 72 characters, and a BIG-IP makes no CSR with a common name of more than 64, or",
    ),
    (DEVICE, "- name: fra/1\n", "shop.yaml:4: name: 'fra/1' is not valid; use letters, digits"),
    (
        DEVICE,
        DEVICE + "  sans:\n  - api.example.com\n  - 5\n",
        'shop.yaml:7: sans: must be text, not a number; quote it: "5"',
    ),
    (
        DEVICE,
        DEVICE + "  keys:\n  - type: rsa\n  - type: rsa\n",
        "shop.yaml:5: keys: contains two keys of one type; write at most",
    ),
    (
        DEVICE,
        DEVICE + "  keys: [{type: rsa}]\n  key_type: rsa\n",
        "shop.yaml:6: key_type: cannot be combined with keys (line 5); write it",
    ),
    (
        DEVICE,
        DEVICE + "  sans: ['*.example.com']\n  validation: http-01\n",
        "shop.yaml:6: validation: http-01 cannot prove the w",
    ),
    (
        DEVICE,
        DEVICE + "  dns_options:\n    seconds: [1]\n",
        "shop.yaml:6: dns_options: seconds is a list; write one value",
    ),
    (
        DEVICE,
        DEVICE + "  dns_options:\n    key: '[x]'\n",
        "shop.yaml:6: dns_options: key is bracketed by [ and ], which Certbot",
    ),
]

DEVICE_LINES = [
    ("devices: []", "devices: is not allowed here; put it at the top"),
    ("type: f5", "type: 'f5' is not valid; write F5"),
    ("protocol: http", "protocol: 'http' is not valid; write https"),
    ("key_type: dsa", "key_type: 'dsa' is not valid; write rsa or ecdsa"),
    ("key_size: 1024", "key_size: '1024' is not valid; write 2048, 3072"),
    (
        "key_size: secp256k1",
        "key_size: 'secp256k1' is not valid; write 2048, 3072, 4096, secp256r1 or secp384r1; did you mean secp2",
    ),
    ("key_size: secp256r1", "key_size: secp256r1 is not a size for rsa; write 2048, 3072 or 4096"),
    ("validation: dns", "validation: 'dns' is not valid; write http-01, dns-01 or"),
    ("verify_handshake: no", "verify_handshake: 'no' is not valid; write auto"),
    ("key_route: ssh", "key_route: 'ssh' is not valid; write auto, native or openssl"),
    ("port: '443'", "port: '443' is not valid; write a number from 1 to 65535"),
    ("port: 0", "port: '0' is not valid; write a number from 1"),
    ("port: true", "port: 'true' is not valid; write a number"),
    ("sni: 'true'", "sni: 'true' is neither true nor false; write true or false, without"),
    ("sni:", "sni: an empty value is neither true nor false"),
    ("renew_before_days: 0", "renew_before_days: '0' is not valid; write a number from 1 to 397"),
    ("renew_before_days: 398", "renew_before_days: '398' is not valid; write a number from 1 to 397"),
    ("owner: 4711", 'owner: must be text, not a number; quote it: "4711"'),
    ('owner: "a\\tb"', "owner: has a line break, or a character that cannot be shown; write one line"),
    ("purpose: |\n    one\n    two", "purpose: has a line break, or a character that cannot be shown; write one line"),
    (f"purpose: {'x' * 201}", "purpose: has 201 characters; write at most 200"),
    ("renew_before_days: 3.5", "renew_before_days: '3.5' is not valid"),
    ("sans: api.example.com", "sans: must be a list, not text; write [api.example.com]"),
    ("sans:", "sans: must be a list, not an empty value"),
    (
        f"sans: [{'.'.join([LONG] * 5)}]",
        "sans: 'aaaaa",
    ),
    ("server_name: a b", "server_name: 'a b' is not a host name"),
    (
        "server_name: wwww.example.com",
        "server_name: wwww.example.com is not a name of the certificate; write one of www.example.com, or leave it out",
    ),
    ("replace_profiles: old", "replace_profiles: must be a list, not text; write [old]"),
    ("replace_profiles: ['a,b']", "replace_profiles: 'a,b' is not a name on a BIG-IP; use letters"),
    ("partition: a;b", "partition: 'a;b' is not a safe name; use letters"),
    ("partition: /Shop", "partition: '/Shop' begins with a slash; write 'Shop'"),
    ("partition: ..", "partition: '..' is not a safe name"),
    ("partition: -x", "partition: '-x' is not a safe name"),
    (
        f"partition: {'p' * 210}",
        "partition: makes object names of 260 characters, but BIG-IP has room for 243; write a shorter partition, or a",
    ),
    ("parent_profile: $(id)", "parent_profile: '$(id)' is not a name on a BIG-IP"),
    ("challenge_virtual_servers: ['`id`']", "challenge_virtual_servers: '`id`' is not a name on a BIG-IP"),
    ("keys: rsa", "keys: must be a list of keys; write [{type: rsa, size: 2048}"),
    ("keys: []", "keys: must be a list of keys"),
    ("keys: [rsa]", "keys: contains a key without a type; write {type: rsa, size: 2048}"),
    ("keys: [{type: dsa}]", "keys: type 'dsa' is not valid; write rsa or ecdsa"),
    ("keys: [{type: rsa, size: 1}]", "keys: size '1' is not valid for rsa; write 2048, 3"),
    ("keys: [{type: rsa, bits: 1}]", "keys: 'bits' is unknown; a key has a type and a size"),
    ("validation: dns-01", "dns_authenticator: missing; dns-01 needs a Certbot plugin: write"),
    ("dns_authenticator: dns route", "dns_authenticator: 'dns route' is not the name of a Certbot plugin"),
    ("dns_options: [a]", "dns_options: must be a mapping, not a list"),
    ("dns_options: {A_b: 1}", "dns_options: 'A_b' is not an option of a Certbot plugin; use lower-case"),
    (
        "verify_tls: ca.pem",
        "verify_tls: the CA file ca.pem cannot be read (No such file or directory); check the path and its p",
    ),
    (
        "verify_tls: 'false'",
        "verify_tls: the CA file false cannot be read (No such file or directory); check the path and its permissi",
    ),
    (
        "verify_tls: credentials/bigip-fra.yaml",
        "verify_tls: the CA file credentials/bigip-fra.yaml holds no certificate in PEM (-----BEGIN CERTIFICATE-----)",
    ),
]

COMMON_NAMES = [
    ("https://www.example.com", "'https://www.example.com' is not a host name because of"),
    ("www_1.example.com", "is not a host name because of 'www_1'; each label has 1 to 63 letters"),
    ("-www.example.com", "is not a host name because of '-www'"),
    ("www..example.com", "is not a host name because of ''"),
    (
        f"{LONG}aaaa.example.com",
        "is not a host name because of 'aaaa",
    ),
    (f"{'.'.join([LONG] * 4)}.com", "makes object names of 288 characters, but BIG-IP has room for 243; write a sh"),
    ("www.example.com.", "'www.example.com.' ends with a dot; leave the dot out"),
    ("192.0.2.1", "'192.0.2.1' is an IP address; write the host name"),
    ("'2001:db8::1'", "'2001:db8::1' is an IP address; write the host name"),
    ("www", "'www' is not a full name; write the domain too: www.example.com"),
    ("www.example.1", "the last label of a name is never a number"),
    ("straße.example.com", "is not ASCII; write its punycode form: xn--strae-oqa.example.com"),
    ("'*.münchen.de'", "is not ASCII; write its punycode form: *.xn--mnchen-3ya.de"),
    ("'*.com'", "'*.com' is too broad; a wildcard needs two more labels: *.example.com"),
    ("'www.*.example.com'", "has a wildcard in the wrong place; only the whole first label may be *"),
    ("'w*.example.com'", "has a wildcard in the wrong place"),
    ("'*.*.example.com'", "has a wildcard in the wrong place"),
    ('"www.example.com\\n"', "'www.example.com\\n' is not a host name because of"),
    ("'www.example.com;reboot'", "is not a host name because of 'com;reboot'"),
]

VIRTUAL_SERVERS = [
    ("vs_www", "must be a list, not text; write [vs_www]"),
    ("[all]", "contains the word all; write virtual_servers: all"),
    ("['vs~1']", "'vs~1' is not a name on a BIG-IP; use letters, digits, _ . : % - and spaces between them"),
    ("['vs ']", "'vs ' is not a name on a BIG-IP"),
    ("[Shop/vs1]", "is neither a name nor a full path; a full path begins with a slash: '/Shop/vs1'"),
    ("[/vs1]", "'/vs1' has no partition; write '/Common/vs1', or the bare name"),
    ("[/Common//vs1]", "'' is not a name on a BIG-IP"),
    ("[/Common/../vs1]", "'..' is not a name on a BIG-IP"),
    (
        f"[/Common/{'v' * 250}]",
        "has 258 characters; BIG-IP allows 255",
    ),
]

HOSTS = [
    ("https://192.0.2.10", "'https://192.0.2.10' is a URL; write the address alone"),
    ("192.0.2.10:8443", "is more than an address; write it without brackets, and the port as port: 8443"),
    ("'[2001:db8::1]'", "is more than an address"),
    ("192.0.2.300", "is neither a host name nor an IP address"),
    ("[]", "is an empty list; write the address of the BIG-IP"),
    ("[192.0.2.10, 5]", 'must be text, not a number; quote it: "5"'),
]


def with_line(number: int, text: str) -> str:
    """Return the good file with one line replaced."""
    lines = GOOD.splitlines()
    lines[number - 1] = text
    return "\n".join(lines)


@pytest.mark.parametrize(("old", "new", "expected"), EDITS)
def test_a_changed_line_is_reported(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    messages = mistakes(tmp_path, GOOD.replace(old, new, 1))
    assert messages[0].startswith(expected)
    assert len(messages) == (2 if "did you mean host" in expected else 1)  # that key is missing, too


@pytest.mark.parametrize(("line", "expected"), DEVICE_LINES)
def test_an_added_line_on_the_device_is_reported(tmp_path: Path, line: str, expected: str) -> None:
    (message,) = mistakes(tmp_path, GOOD.replace(DEVICE, f"{DEVICE}  {line}\n"))
    assert message.startswith(f"shop.yaml:5: {expected[: expected.index(':')]}: ")
    assert expected in message


@pytest.mark.parametrize(("written", "expected"), COMMON_NAMES)
def test_a_common_name_is_checked(tmp_path: Path, written: str, expected: str) -> None:
    (message,) = mistakes(tmp_path, with_line(7, f"  common_name: {written}"))
    assert message.startswith("shop.yaml:7: common_name: ")
    assert expected in message


@pytest.mark.parametrize(("written", "expected"), VIRTUAL_SERVERS)
def test_a_virtual_server_is_checked(tmp_path: Path, written: str, expected: str) -> None:
    (message,) = mistakes(tmp_path, with_line(8, f"  virtual_servers: {written}"))
    assert message.startswith("shop.yaml:8: virtual_servers: ")
    assert expected in message


@pytest.mark.parametrize(("written", "expected"), HOSTS)
def test_an_address_is_checked(tmp_path: Path, written: str, expected: str) -> None:
    (message,) = mistakes(tmp_path, with_line(5, f"  host: {written}"))
    assert message.startswith("shop.yaml:5: host: ")
    assert expected in message
