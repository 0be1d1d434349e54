"""The meaning of good files: defaults, levels, lists, paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.model import Device, Job, KeySpec, Place
from sectigo_f5.secret import Secret
from tests.configuration.directory import GOOD, configuration, only_job, private

RSA, ECDSA = KeySpec("rsa", "2048"), KeySpec("ecdsa", "secp256r1")


def test_the_smallest_file_has_every_default(tmp_path: Path) -> None:
    place = Place(tmp_path / "shop.yaml", 4)
    device = Device("bigip-fra", ("192.0.2.10",), 443, "sectigo", Secret("long enough"), True, place)
    assert only_job(tmp_path, GOOD) == Job(
        device=device,
        common_name="www.example.com",
        names=("www.example.com",),
        keys=(RSA,),
        partition="Common",
        parent_profile="/Common/clientssl",
        replace_profiles=(),
        virtual_servers=("/Common/vs_www_https",),
        sni=False,
        server_name=None,
        sni_default=False,
        sni_require=False,
        validation="http-01",
        challenge_virtual_servers=(),
        dns_authenticator=None,
        dns_options={},
        renew_before_days=None,
        revocation_check=True,
        verify_handshake="auto",
        key_route="auto",
        place=place,
    )


def test_the_nearest_setting_wins(tmp_path: Path) -> None:
    text = """\
name: shop
version: v1
partition: Top
renew_before_days: 10
credentials_file: credentials/bigip-fra.yaml
virtual_servers: [vs]
validation: prevalidated
devices:
- name: one
  host: 192.0.2.1
  common_name: one.example.com
- name: two
  host: 192.0.2.2
  partition: Device
  certificates:
  - common_name: two.example.com
  - common_name: three.example.com
    partition: Certificate
    renew_before_days: 20
"""
    jobs = configuration(tmp_path, shop=text).jobs
    assert [(job.label, job.partition, job.renew_before_days, job.virtual_servers) for job in jobs] == [
        ("one.example.com@one", "Top", 10, ("/Top/vs",)),
        ("two.example.com@two", "Device", 10, ("/Device/vs",)),
        ("three.example.com@two", "Certificate", 20, ("/Certificate/vs",)),
    ]


@pytest.mark.parametrize(
    ("top", "device", "certificate", "keys"),
    [
        ("", "", "", [RSA]),
        ("key_type: ecdsa", "", "", [ECDSA]),
        ("key_size: 4096", "", "", [KeySpec("rsa", "4096")]),
        ("key_size: '3072'", "", "", [KeySpec("rsa", "3072")]),
        ("key_type: ecdsa, key_size: secp384r1", "", "", [KeySpec("ecdsa", "secp384r1")]),
        ("key_type: rsa, key_size: 4096", "key_type: ecdsa", "", [ECDSA]),
        ("key_type: rsa, key_size: 4096", "key_type: ecdsa", "key_type: rsa", [KeySpec("rsa", "4096")]),
        ("key_type: rsa", "key_size: 4096", "key_type: ecdsa", [ECDSA]),
        ("key_size: 4096", "key_type: rsa", "", [KeySpec("rsa", "4096")]),
        ("key_type: ecdsa", "", "key_size: secp384r1", [KeySpec("ecdsa", "secp384r1")]),
        ("key_type: ecdsa", "keys: [{type: ecdsa}, {type: rsa, size: 4096}]", "", [KeySpec("rsa", "4096"), ECDSA]),
        ("keys: [{type: rsa}, {type: ecdsa}]", "", "keys: [{type: ecdsa}]", [ECDSA]),
    ],
)
def test_the_key_follows_the_nearest_type(
    tmp_path: Path, top: str, device: str, certificate: str, keys: list[KeySpec]
) -> None:
    def below(indent: str, settings: str) -> str:
        lines = [settings] if settings.startswith("keys") else settings.split(", ")
        return "".join(f"{indent}{line}\n" for line in lines if line)

    text = below("", top) + GOOD.replace("  common_name: www.example.com\n", "") + below("  ", device)
    text += "  certificates:\n  - common_name: www.example.com\n" + below("    ", certificate)
    assert list(only_job(tmp_path, text).keys) == keys


def test_names_are_lower_case_sorted_and_unique(tmp_path: Path) -> None:
    text = (
        GOOD.replace("www.example.com", "WWW.Example.com") + "  sans: [b.example.com, www.example.com, A.example.com]\n"
    )
    assert only_job(tmp_path, text).names == ("www.example.com", "a.example.com", "b.example.com")


def test_a_common_name_may_be_too_long_for_x509(tmp_path: Path) -> None:
    long = f"{'a' * 60}.example.com"
    job = only_job(tmp_path, GOOD.replace("www.example.com", long))
    assert (job.common_name, job.names) == (long, (long,))
    other = GOOD.replace("www.example.com", long) + "  sans: [www.example.com]\n  key_route: native\n"
    assert only_job(tmp_path, other).names == (long, "www.example.com")


def test_punycode_and_wildcards_are_names(tmp_path: Path) -> None:
    text = GOOD.replace("www.example.com", "'*.xn--mnchen-3ya.de'") + "  validation: prevalidated\n"
    job = only_job(tmp_path, text)
    assert (job.common_name, job.base) == ("*.xn--mnchen-3ya.de", "wildcard.xn--mnchen-3ya.de")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("all", ("all",)),
        ("[vs1, /Shop/app.app/vs2, vs1]", ("/Common/vs1", "/Shop/app.app/vs2")),
        ("[/Common/all]", ("/Common/all",)),
        (
            "['vs_10.0.0.1:443', '10.0.0.1%2:443', 'Web site', /My Shop/-old]",
            ("/Common/vs_10.0.0.1:443", "/Common/10.0.0.1%2:443", "/Common/Web site", "/My Shop/-old"),
        ),
    ],
)
def test_virtual_servers_are_full_paths_or_all(tmp_path: Path, written: str, meant: tuple[str, ...]) -> None:
    job = only_job(tmp_path, GOOD.replace("[vs_www_https]", written))
    assert job.virtual_servers == meant
    assert job.every_virtual_server == (written == "all")


def test_an_empty_list_of_virtual_servers_is_allowed(tmp_path: Path) -> None:
    text = GOOD.replace("[vs_www_https]", "[]") + "  validation: prevalidated\n"
    assert only_job(tmp_path, text).virtual_servers == ()


@pytest.mark.parametrize(
    ("line", "field", "meant"),
    [
        ("parent_profile: my_parent", "parent_profile", "/Common/my_parent"),
        ("parent_profile: /Shop/my_parent", "parent_profile", "/Shop/my_parent"),
        ("verify_handshake: off", "verify_handshake", "off"),
        ("verify_handshake: required", "verify_handshake", "required"),
        ("update_other_references: true", "update_other_references", True),
        ("sni: on", "sni", True),
        ("revocation_check: no", "revocation_check", False),
        (
            "challenge_virtual_servers: [vs_80, /Shop/vs_80]",
            "challenge_virtual_servers",
            ("/Common/vs_80", "/Shop/vs_80"),
        ),
        ("renew_before_days: 397", "renew_before_days", 397),
        ("key_route: openssl", "key_route", "openssl"),
        ("server_name: WWW.example.com", "server_name", "www.example.com"),
        ("owner: 'Team Shop, shop@example.com'", "owner", "Team Shop, shop@example.com"),
        ("purpose: >\n    Customer portal,\n    Zürich", "purpose", "Customer portal, Zürich"),
        ("replace_profiles: [old, /Shop/old]", "replace_profiles", ("/Common/old", "/Shop/old")),
    ],
)
def test_a_setting_reaches_the_job(tmp_path: Path, line: str, field: str, meant: object) -> None:
    assert getattr(only_job(tmp_path, f"{GOOD}  {line}\n"), field) == meant


def test_plugin_options_are_text_in_the_name_space_of_the_plugin(tmp_path: Path) -> None:
    text = GOOD + (
        "  validation: dns-01\n  dns_authenticator: dns-route53\n"
        "  dns_options: {propagation-seconds: 030, dns-route53-wait: yes, deploy-hook: reboot}\n"
    )
    assert only_job(tmp_path, text).dns_options == {
        "dns-route53-propagation-seconds": "030",
        "dns-route53-wait": "yes",
        "dns-route53-deploy-hook": "reboot",
    }


@pytest.mark.parametrize(
    ("written", "hosts"),
    [
        ("[192.0.2.21, BIGIP-2.example.net]", ("192.0.2.21", "bigip-2.example.net")),
        ("'2001:DB8:0::1'", ("2001:db8::1",)),
        ("localhost", ("localhost",)),
    ],
)
def test_hosts_are_addresses_or_names(tmp_path: Path, written: str, hosts: tuple[str, ...]) -> None:
    assert only_job(tmp_path, GOOD.replace("192.0.2.10", written)).device.hosts == hosts


@pytest.mark.parametrize(("written", "meant"), [("true", True), ("no", False)])
def test_tls_verification_can_be_switched_off(tmp_path: Path, written: str, meant: bool) -> None:
    assert only_job(tmp_path, f"{GOOD}  verify_tls: {written}\n").device.verify_tls is meant


def test_a_ca_file_is_relative_to_the_yaml_file(tmp_path: Path, ca_pem: str) -> None:
    private(tmp_path / "tls" / "ca.pem", ca_pem)
    assert only_job(tmp_path, f"{GOOD}  verify_tls: tls/ca.pem\n").device.verify_tls == tmp_path / "tls" / "ca.pem"


def test_the_nearest_credentials_win(tmp_path: Path) -> None:
    text = "username: top\npassword: 'top secret'\n" + GOOD.replace(
        "  credentials_file: credentials/bigip-fra.yaml\n", ""
    )
    inherited = only_job(tmp_path / "1", text).device
    assert (inherited.username, inherited.password) == ("top", Secret("top secret"))
    changed = only_job(tmp_path / "2", text + "  password: 'near secret'\n").device
    assert (changed.username, changed.password) == ("top", Secret("near secret"))
    from_file = only_job(tmp_path / "3", text + "  credentials_file: credentials/bigip-fra.yaml\n").device
    assert (from_file.username, from_file.password) == ("sectigo", Secret("long enough"))


def test_anchors_and_merge_keys_work(tmp_path: Path) -> None:
    text = GOOD.replace("- name: bigip-fra", "- &fra\n  name: bigip-fra") + (
        "- <<: *fra\n  name: bigip-muc\n  host: 192.0.2.20\n- <<: [{name: bigip-ber, host: 192.0.2.30}, *fra]\n"
    )
    read = configuration(tmp_path, shop=text)
    assert read.mistakes == ()
    assert [(job.device.name, job.device.hosts, job.common_name) for job in read.jobs] == [
        ("bigip-fra", ("192.0.2.10",), "www.example.com"),
        ("bigip-muc", ("192.0.2.20",), "www.example.com"),
        ("bigip-ber", ("192.0.2.30",), "www.example.com"),
    ]


def test_a_recursive_anchor_and_a_wrong_merge_are_mistakes(tmp_path: Path) -> None:
    read = configuration(tmp_path, a="name: &a [*a]\n", b="name: shop\n<<: [5]\n")
    assert f"{tmp_path}/a.yaml:1: an anchor is used inside itself; write the settings out" in read.mistakes
    assert f"{tmp_path}/b.yaml:2: <<: must name a mapping; write <<: *anchor" in read.mistakes


def test_nested_aliases_are_read_once(tmp_path: Path) -> None:
    lines = ["name: &a0 [x, x]"] + [f"k{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 40)]
    text = "has more than 500000 values where anchors are used; write what is meant"
    assert configuration(tmp_path, shop="\n".join(lines)).mistakes == (f"{tmp_path}/shop.yaml: {text}",)
    four = configuration(tmp_path, shop="\n".join(lines[:5])).mistakes
    assert len(four) == 7  # 4 unknown, 1 wrong, 2 missing keys


def test_a_secret_that_others_can_read_is_only_a_warning(tmp_path: Path) -> None:
    inline = GOOD.replace("  credentials_file: credentials/bigip-fra.yaml\n", "  username: x\n  password: secret\n")
    configuration(tmp_path, a=GOOD, b=inline.replace("bigip-fra", "bigip-b").replace("www.", "b."))
    (tmp_path / "b.yaml").chmod(0o640)
    (tmp_path / "credentials" / "bigip-fra.yaml").chmod(0o604)
    (tmp_path / "a.yaml").chmod(0o644)  # without a secret
    read = read_configuration(tmp_path)
    assert read.mistakes == ()
    assert len(read.jobs) == 2
    text = "holds a password and can be read by its group or by others; run: chmod 600"
    assert read.warnings == tuple(
        f"{file}: {text} {file}" for file in (tmp_path / "credentials" / "bigip-fra.yaml", tmp_path / "b.yaml")
    )


@pytest.mark.parametrize("key", ["sni_default", "sni_require"])
def test_an_sni_flag_without_sni_is_a_warning(tmp_path: Path, key: str) -> None:
    read = configuration(tmp_path, a=GOOD + f"  {key}: true\n", b=GOOD.replace("www.", "b.") + f"  {key}: false\n")
    assert read.warnings == (f"{tmp_path}/a.yaml: line 9: {key} has no effect without `sni: true`",)
    assert len(read.jobs) == 2
    assert configuration(tmp_path, a=GOOD + f"  sni: true\n  {key}: true\n").warnings == ()


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    (job,) = configuration(tmp_path, shop=b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()).jobs
    assert job.place.line == 4
