"""Mistakes that concern more than one line: broken files, credentials, lists, and several at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.configuration.findings import Findings
from tests.configuration.directory import GOOD, configuration, mistakes, private


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ["shop.yaml: is empty; write a configuration, or delete the file"]),
        (b"# only a comment\n", ["shop.yaml: is empty; write a configuration, or delete the file"]),
        (b"- name: shop\n", ["shop.yaml:1: is a list; a file begins with name:, version: and devices:"]),
        (b"shop\n", ["shop.yaml:1: is text; a file begins with name:, version: and devices:"]),
        (b"name: caf\xe9\n", ["shop.yaml:1: is not UTF-8 text; save the file as UTF-8"]),
        (b"name: shop\nversion: v\x07\n", ["shop.yaml:2: contains a control character; remove it"]),
        (
            b"name: shop\ndevices:\n\t- name: x\n",
            [
                "shop.yaml:3: column 1: broken YAML: found character '\\t' that cannot start any token; "
                "indent with spaces, not tabs; quote text that begins with a special character"
            ],
        ),
        (
            b"name: shop\nversion v1\ndevices:\n",
            [
                "shop.yaml:3: column 1: broken YAML: could not find expected ':'; "
                "write a colon and a space after the key"
            ],
        ),
        (
            b"name: shop\n---\nname: other\n",
            [
                "shop.yaml:2: column 1: broken YAML: but found another document; one file holds one configuration: "
                "split it at the line ---"
            ],
        ),
        (
            b"name: [shop\n",
            ["shop.yaml:2: column 1: broken YAML: expected ',' or ']', but got '<stream end>'; correct the line"],
        ),
        (
            b"username: sectigo\npassword: hunter2hunter2\n",
            [
                "shop.yaml:1: is a credentials file; "
                "move it to a directory of its own and write credentials_file: credentials/…"
            ],
        ),
        (b"- " * 1500, ["shop.yaml: is nested too deeply; a configuration has four levels"]),
    ],
)
def test_a_file_without_a_configuration_has_one_mistake(tmp_path: Path, content: bytes, expected: list[str]) -> None:
    assert mistakes(tmp_path, content) == expected


@pytest.mark.parametrize(
    "password",
    [
        "*hunter2",
        "!hunter2",
        "&hunter2",
        "&hunter2 x y",
        "hunter2: x",
        "[hunter2]",
        "{hunter2: 1}",
        "20261124",
        "'[hunter2]'",
        "@hunter2",
        "%hunter2",
        '"hunter2\\q"',
        "'--'",
        '"hunter2\\nx"',
        '''"hunter2' #x"''',
        "!!int hunter2",
        "{*hunter2}",
    ],
)
def test_messages_never_show_a_password(tmp_path: Path, password: str) -> None:
    inline = f"username: sectigo\n  password: {password}"
    read = configuration(tmp_path, shop=GOOD.replace("credentials_file: credentials/bigip-fra.yaml", inline))
    assert read.mistakes or password == "&hunter2 x y"
    assert not [text for text in (*read.mistakes, *read.warnings) if "hunter2" in text or "20261124" in text]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("username: sectigo\n", "credentials/bigip-fra.yaml:1: password: missing; write password: and its value"),
        ("password: secret\n", "credentials/bigip-fra.yaml:1: username: missing; write username: and its value"),
        (
            "username: s\npasswort: x\npassword: y\n",
            "credentials/bigip-fra.yaml:2: passwort: unknown key; did you mean password?",
        ),
        (
            "username: s\npassword: 12345\n",
            "credentials/bigip-fra.yaml:2: password: must be text, not a number; quote it",
        ),
        (
            "username: s\npassword: '[x]'\n",
            "credentials/bigip-fra.yaml:2: password: is bracketed by [ and ], which Certbot cannot",
        ),
        (
            "username: --\npassword: x\n",
            "credentials/bigip-fra.yaml:1: username: is --, which Certbot cannot be given; choose",
        ),
        ("- sectigo\n", "credentials/bigip-fra.yaml:1: is a list; write the two lines username: … and password: …"),
        ("", "credentials/bigip-fra.yaml: is empty; "),
        ("username: [\n", "credentials/bigip-fra.yaml:2: column 1: broken YAML: "),
    ],
)
def test_a_mistake_in_a_credentials_file_names_that_file(tmp_path: Path, content: str, expected: str) -> None:
    configuration(tmp_path, shop=GOOD)
    private(tmp_path / "credentials" / "bigip-fra.yaml", content)
    private(
        tmp_path / "other.yaml", GOOD.replace("www.", "other.")
    )  # a second file that names it adds no second mistake
    read = read_configuration(tmp_path)
    assert len(read.mistakes) == 1
    assert read.mistakes[0].startswith(f"{tmp_path}/{expected}")
    assert read.jobs == ()


def test_an_oversized_file_does_not_delay_the_others(tmp_path: Path) -> None:
    read = configuration(tmp_path, bad="- name: b\n" * 200_000, good=GOOD)
    assert read.mistakes == (f"{tmp_path}/bad.yaml: is longer than 1048576 bytes; split it into several files",)
    assert len(read.jobs) == 1


def test_mistakes_after_the_fiftieth_are_only_mentioned(tmp_path: Path) -> None:
    messages = mistakes(tmp_path, "name: shop\nversion: v1\ndevices:\n" + "- host: x\n" * 200)
    assert len(messages) == 51
    assert messages[0].startswith("shop.yaml:4: name: missing")
    assert messages[-1] == "shop.yaml: has more than 50 mistakes; fix these first"


def test_a_repeated_mistake_counts_once() -> None:
    findings = Findings(Path("shop.yaml"))
    for line in [*range(1, 51), *range(1, 51)]:
        findings.mistake(line, "host", "missing")
    assert len(findings.mistakes) == 50
    assert findings.mistakes[-1] == "shop.yaml:50: host: missing"


def test_every_bad_item_of_a_list_is_reported_at_its_line(tmp_path: Path) -> None:
    text = GOOD.replace("[vs_www_https]", "\n  - vs,1\n  - vs_2\n  - 3") + (
        "  sans: [a b]\n  keys:\n  - type: dsa\n  - size: 1\n  dns_options:\n    a: [1]\n    B: 2\n"
    )
    assert [message.split(" ")[:2] for message in mistakes(tmp_path, text)] == [
        ["shop.yaml:9:", "virtual_servers:"],
        ["shop.yaml:11:", "virtual_servers:"],
        ["shop.yaml:12:", "sans:"],
        ["shop.yaml:14:", "keys:"],
        ["shop.yaml:15:", "keys:"],
        ["shop.yaml:17:", "dns_options:"],
        ["shop.yaml:18:", "dns_options:"],
    ]


def test_a_missing_credentials_file_is_named(tmp_path: Path) -> None:
    (message,) = mistakes(tmp_path, GOOD.replace("bigip-fra.yaml", "none.yaml"))
    assert message == (
        "shop.yaml:6: credentials_file: credentials/none.yaml cannot be read (No such file or directory); "
        "check the path and its permissions"
    )
    (message,) = mistakes(tmp_path, GOOD.replace("credentials/bigip-fra.yaml", "credentials"))
    assert message == "shop.yaml:6: credentials_file: credentials is a directory, not a file; name a file"
    (message,) = mistakes(tmp_path, GOOD.replace("credentials/bigip-fra.yaml", "x" * 300))
    assert "cannot be read (File name too long); check the path and its permissions" in message


@pytest.mark.parametrize(
    ("inline", "expected"),
    [
        (
            "  username: x\n",
            "shop.yaml:6: credentials_file: cannot be combined with username or password; keep the file or the two",
        ),
        (
            "  password: x\n",
            "shop.yaml:6: credentials_file: cannot be combined with username or password; keep the file or the two",
        ),
    ],
)
def test_credentials_in_both_forms_at_one_level_are_a_mistake(tmp_path: Path, inline: str, expected: str) -> None:
    (message,) = mistakes(tmp_path, GOOD + inline)
    assert message.startswith(expected)


def test_a_username_without_a_password_is_a_mistake(tmp_path: Path) -> None:
    text = GOOD.replace("  credentials_file: credentials/bigip-fra.yaml\n", "  username: sectigo\n")
    (message,) = mistakes(tmp_path, text)
    assert message == "shop.yaml:6: password: missing; username is set here without it: write password: as well"


def test_mistakes_of_all_files_are_collected_and_a_good_file_counts(tmp_path: Path) -> None:
    bad = GOOD.replace("v1", "v9").replace("host:", "hots:").replace("www.example.com", "www_.example.com")
    read = configuration(tmp_path, a_bad=bad, b_broken="name: [", c_good=GOOD)
    assert [mistake.split(": ")[0].removeprefix(f"{tmp_path}/") for mistake in read.mistakes] == [
        "a_bad.yaml:2",
        "a_bad.yaml:5",
        "a_bad.yaml:7",
        "a_bad.yaml:4",
        "b_broken.yaml:1",
    ]
    assert [job.label for job in read.jobs] == ["www.example.com@bigip-fra"]
    assert len([text for text in read.warnings if "none of its certificates is managed" in text]) == 2


def test_a_wrong_certificate_excludes_its_whole_file(tmp_path: Path) -> None:
    text = GOOD.replace(
        "  common_name: www.example.com\n",
        "  certificates:\n  - common_name: one.example.com\n  - common_name: two_.example.com\n",
    )
    (message,) = mistakes(tmp_path, text)
    assert message.startswith("shop.yaml:9: common_name: 'two_.example.com' is not a host name")


@pytest.mark.parametrize(
    ("certificates", "expected"),
    [
        (
            "certificates: []\n",
            "shop.yaml:8: certificates: must be a list with at least one item; write - common_name: www.exam",
        ),
        (
            "certificates: [www.example.com]\n",
            "shop.yaml:8: certificates: must hold settings, not text; write - com",
        ),
        ("certificates: [{sans: [a.example.com]}]\n", "shop.yaml:8: common_name: missing; write common_name:"),
        (
            "certificates: [{common_name: a.example.com, port: 1}]\n",
            "shop.yaml:8: port: cannot be set for one certificate; move",
        ),
        (
            "certificates: [{common_name: a.example.com, name: x}]\n",
            "shop.yaml:8: name: unknown key; allowed on a certificate: ",
        ),
    ],
)
def test_a_mistake_in_the_list_of_certificates_is_reported(tmp_path: Path, certificates: str, expected: str) -> None:
    messages = mistakes(tmp_path, GOOD.replace("  common_name: www.example.com\n", "") + f"  {certificates}")
    assert len(messages) == 1
    assert messages[0].startswith(expected)


def test_a_common_name_together_with_certificates_is_a_mistake(tmp_path: Path) -> None:
    (message,) = mistakes(tmp_path, GOOD + "  certificates: [{common_name: api.example.com}]\n")
    assert message == (
        "shop.yaml:7: common_name: cannot be combined with certificates; "
        "move this certificate into the list as an item of its own"
    )


def test_a_common_name_at_the_top_is_not_for_listed_certificates(tmp_path: Path) -> None:
    text = "common_name: www.example.com\n" + GOOD.replace("  common_name: www.example.com\n", "")
    (message,) = mistakes(tmp_path, text + "  certificates: [{sni: true}]\n")
    assert message.startswith("shop.yaml:9: common_name: missing")


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        (
            "devices: []\n",
            "shop.yaml:3: devices: must be a list with at least one item; write - name: bigip-fra",
        ),
        ("devices: bigip-fra\n", "shop.yaml:3: devices: must be a list with at least one item"),
        (
            "devices: [bigip-fra]\n",
            "shop.yaml:3: devices: must hold settings, not text; write - name: bigip-fra",
        ),
        ("", "shop.yaml:1: devices: missing; write devices: and a list below it: - name: bigip-fra"),
    ],
)
def test_a_mistake_in_the_list_of_devices_is_reported(tmp_path: Path, devices: str, expected: str) -> None:
    (message,) = mistakes(tmp_path, "name: shop\nversion: v1\n" + devices)
    assert message.startswith(expected)


def test_a_device_name_is_unique_in_a_file(tmp_path: Path) -> None:
    second = GOOD[GOOD.index("- name") :].replace("www.", "api.")
    (message,) = mistakes(tmp_path, GOOD + second)
    assert message.startswith(
        "shop.yaml:9: name: 'bigip-fra' is used twice, first at line 4; give each device a name of its own"
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("credentials/bigip-fra.yaml", '"\\0"', "is not a valid file path; correct it"),
        ("credentials/bigip-fra.yaml", '"\\ud800"', "\\ud800 is not a valid file path; correct it"),
        ("www.example.com", '"\\ud800.example.com"', "is not ASCII; and not an internationalised host name either"),
        ("host: 192.0.2.10", '"ho\\nst": 192.0.2.10', "shop.yaml:5: ho\\nst: unknown key; did you mean host?"),
        ("192.0.2.10", "!local x", "shop.yaml:5: has a YAML tag; quote text that begins with ! or ="),
        ("192.0.2.10", "2026-13-45", "shop.yaml:5: looks like a date or a number but is neither; quote it"),
        ("192.0.2.10", "9" * 5000, "shop.yaml:5: looks like a date or a number but is neither; quote it"),
        (
            "host: 192.0.2.10",
            "? [a]\n  : b",
            "shop.yaml:5: a key must be one word; check the brackets and the indentation",
        ),
    ],
)
def test_oddities_of_yaml_are_reported_on_one_printable_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    messages = mistakes(tmp_path, GOOD.replace(old, new))
    assert [mistake for mistake in messages if expected in mistake], messages
    assert all(mistake.isprintable() for mistake in messages)
