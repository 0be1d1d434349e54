"""Certificates that exclude each other: in one file, across files, and across names for the same BIG-IP."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.configuration.conflicts import conflicts
from sectigo_f5.model import Device, Job, Place
from tests.configuration.directory import CREDENTIALS, GOOD, configuration, mistakes, private
from tests.support import builders
from tests.support.properties import generated

PREVALIDATED = GOOD + "  validation: prevalidated\n"


def test_a_profile_used_twice_in_a_file_is_reported_with_both_lines(tmp_path: Path) -> None:
    text = GOOD.replace("  common_name: www.example.com\n", "") + (
        "  certificates:\n  - common_name: www.example.com\n  - common_name: WWW.example.com\n"
    )
    (message,) = mistakes(tmp_path, text)
    assert message == (
        "shop.yaml:10: common_name: the client SSL profile /Common/www.example.com_clientssl already belongs to "
        "the certificate at line 9; give one of them another common_name, partition or device, or delete it"
    )


@pytest.mark.parametrize(
    "other",
    [
        GOOD.replace("name: shop", "name: other"),
        GOOD.replace("bigip-fra\n", "bigip-other\n"),
        GOOD.replace("bigip-fra\n", "bigip-other\n").replace("192.0.2.10", "[192.0.2.9, 192.0.2.10]"),
    ],
    ids=["same device", "another name for the BIG-IP", "a unit of a group"],
)
def test_a_profile_used_in_two_files_is_a_mistake_in_both(tmp_path: Path, other: str) -> None:
    read = configuration(tmp_path, a=GOOD, b=other, c=GOOD.replace("www.", "third."))
    profile = "the client SSL profile /Common/www.example.com_clientssl"
    problem = f"common_name: {profile} already belongs to the certificate at"
    assert [mistake.split(";")[0] for mistake in read.mistakes] == [
        f"{tmp_path}/a.yaml:4: {problem} {tmp_path}/b.yaml:4",
        f"{tmp_path}/b.yaml:4: {problem} {tmp_path}/a.yaml:4",
    ]
    assert [job.common_name for job in read.jobs] == ["third.example.com"]


def test_a_wildcard_and_its_spelling_share_a_profile(tmp_path: Path) -> None:
    one = PREVALIDATED.replace("www.example.com", "'*.example.com'")
    read = configuration(tmp_path, a=one, b=PREVALIDATED.replace("www.", "wildcard."))
    assert len(read.mistakes) == 2
    assert "/Common/wildcard.example.com_clientssl already belongs to the certificate at" in read.mistakes[0]


@pytest.mark.parametrize(
    "other",
    [
        GOOD.replace("bigip-fra\n", "bigip-b\n").replace("host: 192.0.2.10", "host: 192.0.2.10\n  port: 8443"),
        GOOD.replace("bigip-fra\n", "bigip-b\n").replace("host: 192.0.2.10", "host: 192.0.2.10\n  partition: Shop"),
        GOOD.replace("bigip-fra\n", "bigip-b\n").replace("192.0.2.10", "192.0.2.11"),
        GOOD.replace("www.", "api."),
    ],
    ids=["another port", "another partition", "another BIG-IP", "another name"],
)
def test_similar_certificates_do_not_conflict(tmp_path: Path, other: str) -> None:
    read = configuration(tmp_path, a=GOOD, b=other)
    assert read.mistakes == ()
    assert len(read.jobs) == 2


def test_addresses_are_compared_in_their_canonical_form(tmp_path: Path) -> None:
    one = GOOD.replace("192.0.2.10", "2001:db8::1")
    other = GOOD.replace("192.0.2.10", "2001:DB8:0:0::1").replace("bigip-fra\n", "bigip-b\n")
    assert len(configuration(tmp_path, a=one, b=other).mistakes) == 2


def test_a_label_is_unique(tmp_path: Path) -> None:
    text = GOOD.replace("  common_name: www.example.com\n", "") + (
        "  certificates:\n  - common_name: www.example.com\n  - {common_name: www.example.com, partition: Shop}\n"
    )
    (message,) = mistakes(tmp_path, text)
    assert message.startswith(
        "shop.yaml:10: common_name: www.example.com@bigip-fra is already the name of the certificate at line 9; "
        "give one"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("192.0.2.10", "192.0.2.11"),
        ("192.0.2.10", "192.0.2.10\n  port: 8443"),
        ("192.0.2.10", "192.0.2.10\n  verify_tls: false"),
        ("bigip-fra.yaml", "other.yaml"),
    ],
)
def test_one_device_name_means_one_address_and_login(tmp_path: Path, old: str, new: str) -> None:
    private(tmp_path / "credentials" / "other.yaml", CREDENTIALS.replace("long", "short"))
    read = configuration(tmp_path, a=GOOD, b=GOOD.replace("www.", "api.").replace(old, new))
    text = "name: bigip-fra is reached differently from the device of the same name at"
    assert [mistake.split(";")[0] for mistake in read.mistakes] == [
        f"{tmp_path}/a.yaml:4: {text} {tmp_path}/b.yaml:4",
        f"{tmp_path}/b.yaml:4: {text} {tmp_path}/a.yaml:4",
    ]


def two_defaults(first: str, second: str) -> str:
    return GOOD[: GOOD.index("  common_name")] + (
        "  sni: true\n  sni_default: true\n  validation: prevalidated\n  certificates:\n"
        f"  - common_name: www.example.com\n    virtual_servers: {first}\n"
        f"  - common_name: api.example.com\n    virtual_servers: {second}\n"
    )


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ("[vs_a, vs_b]", "[vs_b]", "/Common/vs_b"),
        ("[vs_a]", "[/Common/vs_a]", "/Common/vs_a"),
        ("all", "[vs_a]", "/Common/vs_a"),
        ("[/Shop/vs_a, /Common/app/vs_b]", "all", "/Common/app/vs_b"),
        ("all", "all", "every virtual server of Common"),
    ],
)
def test_a_virtual_server_has_one_sni_default(tmp_path: Path, first: str, second: str, shared: str) -> None:
    text = two_defaults(first, second)
    assert mistakes(tmp_path, text) == [
        f"shop.yaml:13: sni_default: {shared} already has its SNI default from the certificate at line 11; "
        "write `sni_default: true` for one of them only"
    ]
    text = text.replace("    virtual_servers: " + second, f"    virtual_servers: {second}\n    sni_default: false")
    assert len(configuration(tmp_path, shop=text).jobs) == 2


def test_a_virtual_server_has_one_sni_default_in_two_files(tmp_path: Path) -> None:
    text = two_defaults("[vs_a]", "[vs_b]")
    other = text.replace("bigip-fra\n", "bigip-b\n").replace("example.com", "example.net")
    read = configuration(tmp_path, a=text, b=other)
    what = "sni_default: /Common/vs_a already has its SNI default from the certificate at"
    assert [mistake.split(";")[0] for mistake in read.mistakes][:2] == [
        f"{tmp_path}/a.yaml:11: {what} {tmp_path}/b.yaml:11",
        f"{tmp_path}/a.yaml:13: {what.replace('vs_a', 'vs_b')} {tmp_path}/b.yaml:13",
    ]
    assert len(read.mistakes) == 4


@pytest.mark.parametrize(
    ("first", "second"), [("[vs_a]", "[vs_b]"), ("all", "[/Shop/vs_a]"), ("[vs_a]", "[/Shop/vs_a]")]
)
def test_sni_defaults_of_different_virtual_servers_do_not_conflict(tmp_path: Path, first: str, second: str) -> None:
    assert configuration(tmp_path, shop=two_defaults(first, second)).mistakes == ()


def test_a_broken_copy_of_a_file_does_not_exclude_the_file(tmp_path: Path) -> None:
    read = configuration(tmp_path, a=GOOD.replace("version: v1", "version: v2"), b=GOOD)
    assert len(read.mistakes) == 1
    assert [job.place.file.name for job in read.jobs] == ["b.yaml"]


def test_a_profile_of_another_certificate_cannot_be_replaced(tmp_path: Path) -> None:
    other = GOOD.replace("www.", "api.") + "  replace_profiles: [www.example.com_clientssl]\n"
    read = configuration(tmp_path, a=GOOD, b=other)
    assert len(read.mistakes) == 2
    assert read.mistakes[1] == (
        f"{tmp_path}/b.yaml:4: replace_profiles: /Common/www.example.com_clientssl may not be replaced: it belongs to "
        f"the certificate at {tmp_path}/a.yaml:4; leave it out, or delete the other certificate"
    )


SERVERS = ("/Common/vs_www", "/Common/vs_api", "/Shop/vs_www")
DEFAULTS = st.builds(
    lambda number, host, port, partition, servers: builders.job(
        f"host{number}.example.com",
        device=replace(builders.device(), name=f"bigip-{number}", hosts=tuple(host), port=port),
        place=Place(Path("shop.yaml"), number),
        partition=partition,
        virtual_servers=tuple(servers),
        sni=True,
        sni_default=True,
    ),
    st.integers(0, 10_000),
    st.lists(st.sampled_from(("192.0.2.1", "192.0.2.2", "192.0.2.3")), min_size=1, max_size=2, unique=True),
    st.sampled_from((443, 443, 8443)),
    st.sampled_from(("Common", "Shop")),
    st.just(["all"]) | st.lists(st.sampled_from(SERVERS), max_size=2, unique=True),
)


@generated(80)
@given(st.lists(DEFAULTS, max_size=6, unique_by=lambda job: job.common_name))
def test_each_two_sni_defaults_of_one_virtual_server_conflict(jobs: list[Job]) -> None:
    expected = [(one.place, other.place) for one, other in combinations(jobs, 2) if share_a_server(one, other)]
    assert [(found.earlier, found.later) for found in conflicts(jobs)] == expected


def share_a_server(one: Job, other: Job) -> bool:
    def serves(job: Job, server: str) -> bool:
        return server in job.virtual_servers or (job.every_virtual_server and server.startswith(f"/{job.partition}/"))

    both = [
        server for server in (*SERVERS, "/Common/other", "/Shop/other") if serves(one, server) and serves(other, server)
    ]
    return bool(both) and one.device.meets(other.device)


def test_a_thousand_sni_defaults_are_compared_by_place_not_each_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [
        builders.job(f"host{number}.example.com", virtual_servers=(f"/Common/vs_{number}",), sni=True, sni_default=True)
        for number in range(1000)
    ]
    compared: list[Device] = []
    monkeypatch.setattr(Device, "meets", lambda one, other: compared.append(other))
    assert list(conflicts([*jobs, replace(jobs[7], common_name="other.example.com")])) == []
    assert len(compared) == 1
