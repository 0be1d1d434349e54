"""Mistakes that are more than one line: broken files, credentials, lists, and several at once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sectigo_f5.configuration.files import read_configuration
from tests.configuration.directory import GOOD, configuration, mistakes, private


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ["shop.yaml: is empty; write a configuration, or delete the file"]),
        (b"# only a comment\n", ["shop.yaml: is empty; write a configuration, or delete the file"]),
        (b"- name: shop\n", ["shop.yaml:1: is a list; a file begins with name:, version: and devices:"]),
        (b"shop\n", ["shop.yaml:1: is text; a file begins with name:, version: and devices:"]),
        (b"name: caf\xe9\n", ["shop.yaml:1: is not UTF-8 text; save the file as UTF-8"]),
        (b"name: shop\nversion: v\x07\n", ["shop.yaml:2: holds a control character; remove it"]),
        (
            b"name: shop\ndevices:\n\t- name: x\n",
            [
                "shop.yaml:3: column 1: broken YAML: found character '\\t' that cannot start any token; "
                "indent with spaces, not tabs; text that begins with a special sign must be in quotes"
            ],
        ),
        (
            b"name: shop\nversion v1\ndevices:\n",
            [
                "shop.yaml:3: column 1: broken YAML: could not find expected ':'; "
                "write a colon and a blank after the key"
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
                "move it to a directory of its own, e.g. credentials/, and name it there"
            ],
        ),
        (b"[" * 1500, ["shop.yaml: is nested too deeply; a configuration has four levels"]),
    ],
)
def test_what_is_no_configuration_at_all_says_so(tmp_path: Path, content: bytes, expected: list[str]) -> None:
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
def test_no_message_shows_a_password(tmp_path: Path, password: str) -> None:
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
            "credentials/bigip-fra.yaml:2: password: is a number where text is expected; quote it",
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
    )  # the second file that names it adds no second line
    read = read_configuration(tmp_path)
    assert len(read.mistakes) == 1
    assert read.mistakes[0].startswith(f"{tmp_path}/{expected}")
    assert read.jobs == ()


def test_a_file_that_is_much_too_long_does_not_hold_up_the_others(tmp_path: Path) -> None:
    read = configuration(tmp_path, bad="- name: b\n" * 200_000, good=GOOD)
    assert read.mistakes == (f"{tmp_path}/bad.yaml: is longer than 1048576 bytes; split it into several files",)
    assert len(read.jobs) == 1


def test_of_very_many_mistakes_the_first_are_told(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "name: shop\nversion: v1\ndevices:\n" + "- host: x\n" * 200)
    assert len(found) == 51
    assert found[0].startswith("shop.yaml:4: name: missing")
    assert found[-1] == "shop.yaml: has more mistakes than these 50; put them right first"


def test_a_missing_credentials_file_is_named(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, GOOD.replace("bigip-fra.yaml", "none.yaml"))
    assert found == (
        "shop.yaml:6: credentials_file: credentials/none.yaml cannot be read (No such file or directory); "
        "check the path and its permissions"
    )
    (found,) = mistakes(tmp_path, GOOD.replace("credentials/bigip-fra.yaml", "credentials"))
    assert found == "shop.yaml:6: credentials_file: credentials is a directory; write the file in it"


@pytest.mark.parametrize(
    ("inline", "expected"),
    [
        (
            "  username: x\n",
            "shop.yaml:6: credentials_file: stands beside username or password; keep the file or the two",
        ),
        (
            "  password: x\n",
            "shop.yaml:6: credentials_file: stands beside username or password; keep the file or the two",
        ),
    ],
)
def test_both_forms_of_credentials_at_one_level_are_a_mistake(tmp_path: Path, inline: str, expected: str) -> None:
    (found,) = mistakes(tmp_path, GOOD + inline)
    assert found.startswith(expected)


def test_half_of_the_inline_credentials_is_a_mistake(tmp_path: Path) -> None:
    text = GOOD.replace("  credentials_file: credentials/bigip-fra.yaml\n", "  username: sectigo\n")
    (found,) = mistakes(tmp_path, text)
    assert found == "shop.yaml:6: password: missing; username stands here alone: write password: beside it"


def test_every_mistake_of_every_file_is_collected_and_the_good_file_stands(tmp_path: Path) -> None:
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
    assert len([text for text in read.warnings if "none of its certificates is looked after" in text]) == 2


def test_one_wrong_certificate_leaves_its_whole_file_out(tmp_path: Path) -> None:
    text = GOOD.replace(
        "  common_name: www.example.com\n",
        "  certificates:\n  - common_name: one.example.com\n  - common_name: two_.example.com\n",
    )
    (found,) = mistakes(tmp_path, text)
    assert found.startswith("shop.yaml:9: common_name: 'two_.example.com' is no host name")


@pytest.mark.parametrize(
    ("certificates", "expected"),
    [
        ("certificates: []\n", "shop.yaml:8: certificates: is no list or an empty one; write one item for each"),
        (
            "certificates: [www.example.com]\n",
            "shop.yaml:8: certificates: holds text where settings are expected; write - com",
        ),
        ("certificates: [{sans: [a.example.com]}]\n", "shop.yaml:8: common_name: missing; write common_name:"),
        (
            "certificates: [{common_name: a.example.com, port: 1}]\n",
            "shop.yaml:8: port: cannot be set for one certificate; move",
        ),
        (
            "certificates: [{common_name: a.example.com, name: x}]\n",
            "shop.yaml:8: name: unknown key; on a certificate stand",
        ),
    ],
)
def test_mistakes_in_the_list_of_certificates(tmp_path: Path, certificates: str, expected: str) -> None:
    found = mistakes(tmp_path, GOOD.replace("  common_name: www.example.com\n", "") + f"  {certificates}")
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_a_common_name_beside_certificates_is_a_mistake(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, GOOD + "  certificates: [{common_name: api.example.com}]\n")
    assert found == (
        "shop.yaml:7: common_name: stands beside certificates; "
        "move this certificate into the list as an item of its own"
    )


def test_the_common_name_of_the_file_is_none_of_a_listed_certificate(tmp_path: Path) -> None:
    text = "common_name: www.example.com\n" + GOOD.replace("  common_name: www.example.com\n", "")
    (found,) = mistakes(tmp_path, text + "  certificates: [{sni: true}]\n")
    assert found.startswith("shop.yaml:9: common_name: missing")


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        (
            "devices: []\n",
            "shop.yaml:3: devices: is no list or an empty one; write one item for each of them: - name: bigip-fra",
        ),
        ("devices: bigip-fra\n", "shop.yaml:3: devices: is no list or an empty one"),
        (
            "devices: [bigip-fra]\n",
            "shop.yaml:3: devices: holds text where settings are expected; write - name: bigip-fra",
        ),
        ("", "shop.yaml:1: devices: missing; write devices: and below it a list: - name: bigip-fra"),
    ],
)
def test_mistakes_in_the_list_of_devices(tmp_path: Path, devices: str, expected: str) -> None:
    (found,) = mistakes(tmp_path, "name: shop\nversion: v1\n" + devices)
    assert found.startswith(expected)


def test_a_device_name_stands_once_in_a_file(tmp_path: Path) -> None:
    second = GOOD[GOOD.index("- name") :].replace("www.", "api.")
    (found,) = mistakes(tmp_path, GOOD + second)
    assert found.startswith(
        "shop.yaml:9: name: 'bigip-fra' stands twice, first in line 4; give each device a name of its own"
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("credentials/bigip-fra.yaml", '"\\0"', "is no path of a file; correct it"),
        ("credentials/bigip-fra.yaml", '"\\ud800"', "\\ud800 is no path of a file; correct it"),
        ("www.example.com", '"\\ud800.example.com"', "is not ASCII; and no internationalised host name either"),
        ("host: 192.0.2.10", '"ho\\nst": 192.0.2.10', "shop.yaml:5: ho\\nst: unknown key; did you mean host?"),
        ("192.0.2.10", "!local x", "shop.yaml:5: has a YAML tag; put text that begins with ! or = in quotes"),
        ("192.0.2.10", "2026-13-45", "shop.yaml:5: looks like a date or a number and is none; put it in quotes"),
        ("192.0.2.10", "9" * 5000, "shop.yaml:5: looks like a date or a number and is none; put it in quotes"),
        (
            "host: 192.0.2.10",
            "? [a]\n  : b",
            "shop.yaml:5: a key must be one word; check the brackets and the indentation",
        ),
    ],
)
def test_what_yaml_allows_and_nobody_means_is_one_printable_line(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    found = mistakes(tmp_path, GOOD.replace(old, new))
    assert [mistake for mistake in found if expected in mistake], found
    assert all(mistake.isprintable() for mistake in found)


def test_no_damage_to_a_file_is_a_bug_of_ours(tmp_path: Path) -> None:
    """Three hundred damaged files: each is read or has a mistake, and none raises."""
    chance = random.Random(20261124)
    pieces = [
        "[",
        "{",
        "}",
        "*a",
        "&a ",
        "!x ",
        "'",
        '"',
        "\t",
        "\n",
        ": ",
        "- ",
        "|",
        "~",
        "é",
        "<<: *a\n",
        "#",
        "\\",
        "---\n",
    ]
    for _ in range(300):
        start, length = chance.randrange(len(GOOD)), chance.randrange(4)
        text = GOOD[:start] + chance.choice(pieces) + GOOD[start + length :]
        read = configuration(tmp_path, shop=text)
        assert bool(read.jobs) != bool(read.mistakes), text
