"""``credentials_command`` as it is written: which program it is, and what cannot be one. Reading never runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.configuration.directory import GOOD, configuration, mistakes, only_job, private

FILE = "credentials_file: credentials/bigip-fra.yaml"


def written(command: str) -> str:
    return GOOD.replace(FILE, f"credentials_command: {command}")


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program beside the YAML file, which leaves a mark when it is run."""
    file = private(tmp_path / "bin" / "credentials", f"#!/bin/sh\ntouch {tmp_path}/was-run\n")
    file.chmod(0o700)
    return file


def test_a_command_is_kept_to_be_run_later(tmp_path: Path, program: Path) -> None:
    job = only_job(tmp_path, written('[bin/credentials, bigip-fra, "two words", --x, --x]'))
    assert job.device.credentials_command == (str(program), "bigip-fra", "two words", "--x", "--x")
    assert (job.device.username, job.device.password.reveal()) == ("", "")
    assert not (tmp_path / "was-run").exists()


def test_a_command_without_a_slash_is_found_in_path(
    tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"/nowhere:{program.parent}")
    assert only_job(tmp_path, written("[credentials]")).device.credentials_command == (str(program),)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("vault kv get secret/x", "must be a list of the program and its arguments, not text; write [vault, kv, get"),
        ("[]", "must be a list of the program and its arguments, not an empty list"),
        ("{a: b}", "must be a list of the program and its arguments, not a mapping"),
        ("[cat, 7]", 'must be text, not a number; quote it: "7"'),
        ("[cat, '']", "has no value"),
        ('[cat, "a\\0b"]', "contains a character that no program can be given; leave it out"),
        ('[cat, "\\ud800"]', "contains a character that no program can be given; leave it out"),
        ("[no-such-vault]", "'no-such-vault' is no program in PATH (/usr/bin:/bin); write its full path"),
        ("[bin/other]", "bin/other cannot be run (No such file or directory); write the full path of the program"),
        ("[~/vault]", "'~/vault' is used literally, and only a shell expands ~; write the full path"),
        ("[./bin]", "bin is no file, so it cannot be run; write the full path of the program"),
        ("[credentials/bigip-fra.yaml]", "may not be run; make it executable: chmod +x "),
    ],
)
@pytest.mark.usefixtures("program")
def test_what_cannot_be_run_is_a_mistake_at_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, expected: str
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    (text,) = mistakes(tmp_path, written(command))
    assert text.startswith("shop.yaml:6: credentials_command: ")
    assert expected in text


@pytest.mark.parametrize("other", [FILE, "username: sectigo", "password: x", "username: sectigo\n  password: x"])
def test_a_command_beside_another_way_is_a_mistake(tmp_path: Path, other: str) -> None:
    text = GOOD.replace(FILE, f"{other}\n  credentials_command: [/bin/cat]")
    said = "cannot be combined with credentials_file, username or password; keep one of them"
    assert [each.partition(": ")[2] for each in mistakes(tmp_path, text)] == [f"credentials_command: {said}"]


@pytest.mark.parametrize("other", [FILE, "{username: sectigo, password: x}".strip("{}").replace(", ", "\n")])
def test_the_nearest_way_counts(tmp_path: Path, other: str) -> None:
    text = written("[/bin/cat]").replace("version: v1", f"version: v1\n{other}")
    assert only_job(tmp_path, text).device.credentials_command == ("/bin/cat",)
    text = GOOD.replace(FILE, other.replace("\n", "\n  ")).replace("v1", "v1\ncredentials_command: [/bin/cat]")
    assert only_job(tmp_path, text).device.credentials_command == ()


def test_a_user_name_alone_does_not_go_with_a_command_above(tmp_path: Path) -> None:
    text = GOOD.replace(FILE, "username: sectigo").replace("v1", "v1\ncredentials_command: [/bin/cat]")
    (said,) = mistakes(tmp_path, text)
    assert "password: missing; username is set here without it" in said


def test_a_command_belongs_to_a_device(tmp_path: Path) -> None:
    text = GOOD.replace("  common_name:", "  certificates:\n  - credentials_command: [/bin/cat]\n    common_name:")
    text = text.replace("  virtual_servers", "    virtual_servers")
    assert "cannot be set for one certificate" in mistakes(tmp_path, text)[0]


def test_a_program_or_script_that_others_may_change_is_a_warning(tmp_path: Path, program: Path) -> None:
    script = private(tmp_path / "script", "echo")
    for file in (program, script):
        file.chmod(0o777)
    warnings = configuration(tmp_path, shop=written(f"[bin/credentials, {script}, /nowhere/x]")).warnings
    assert [text.partition(" and it decides")[0] for text in warnings] == [
        f"{file}: can be changed by its group or by others," for file in (program, script)
    ]


def test_two_devices_of_one_name_may_share_a_command(tmp_path: Path) -> None:
    other = written("[/bin/cat]").replace("www.example.com", "api.example.com")
    assert configuration(tmp_path, shop=written("[/bin/cat]"), api=other).mistakes == ()
    different = other.replace("[/bin/cat]", "[/bin/cat, x]")
    assert "is reached differently" in configuration(tmp_path, api=different).mistakes[0]
