"""``ACME_EAB_HMAC_KEY_FILE``: the HMAC key in a file of its own, of a container or of systemd."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sectigo_f5.configuration.environment.reading import read_settings
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.model import Account, Settings
from sectigo_f5.secret import Secret
from tests.configuration.directory import private
from tests.configuration.test_environment import HMAC_KEY, SERVER

KEY_FILE = "ACME_EAB_HMAC_KEY_FILE"
KID = f"{SERVER}ACME_EAB_KID=kid-1\n"
BOUND = Account("https://acme.example.com/directory", "kid-1", Secret(HMAC_KEY))


def read(directory: Path, line: str, **environ: str) -> tuple[Settings, tuple[str, ...]]:
    return read_settings(private(directory / "env", f"{KID}{line}\n"), environ)


def mistake(directory: Path, line: str, **environ: str) -> str:
    with pytest.raises(ConfigurationError) as raised:
        read(directory, line, **environ)
    return str(raised.value).replace(f"{directory}/", "")


@pytest.mark.parametrize("content", [HMAC_KEY, f"{HMAC_KEY}\n", f"\ufeff {HMAC_KEY}\r\n\r\n"])
def test_a_key_is_read_from_a_file_of_its_own(tmp_path: Path, content: str) -> None:
    private(tmp_path / "keys" / "eab", content)
    settings, warnings = read(tmp_path, f"{KEY_FILE}=keys/eab")
    assert (settings.account, warnings) == (BOUND, ())


def test_a_key_of_systemd_is_found_where_it_is_handed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root's, and readable by an ACL, which the mode shows as rights of a group."""
    key = private(tmp_path / "handed-over" / "eab", HMAC_KEY)
    key.chmod(0o440)
    environ = {"CREDENTIALS_DIRECTORY": str(key.parent), KEY_FILE: "credential:eab"}
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(key.parent))
    settings, warnings = read(tmp_path, "", **environ)
    assert (settings.account, warnings) == (BOUND, ())


def test_a_key_in_a_secret_of_kubernetes_is_found_behind_its_links(tmp_path: Path) -> None:
    mounted = tmp_path / "secrets"
    private(mounted / "..2026_11_26" / "eab", HMAC_KEY)
    (mounted / "..data").symlink_to("..2026_11_26")
    (mounted / "eab").symlink_to("..data/eab")
    settings, warnings = read(tmp_path, f"{KEY_FILE}={mounted}/eab")
    assert (settings.account, warnings) == (BOUND, ())


@pytest.mark.parametrize(
    ("line", "content", "expected"),
    [
        (f"{KEY_FILE}=eab\nACME_EAB_HMAC_KEY=x", HMAC_KEY, "env:3: {}: cannot be combined with ACME_EAB_HMAC_KEY"),
        (f"{KEY_FILE}=other", HMAC_KEY, "env:3: {}: other cannot be read (No such file or directory); check the path"),
        (f"{KEY_FILE}=.", HMAC_KEY, "is a directory, not a file; name a file"),
        (f"{KEY_FILE}=~/eab", HMAC_KEY, "is used literally, and only a shell expands ~; write the full path"),
        (f"{KEY_FILE}=eab", "", "env:3: {}: eab holds no HMAC key; put the key in it, and nothing else"),
        (f"{KEY_FILE}=eab", b"\xff\xfe", "env:3: {}: eab holds no HMAC key"),
        (f"{KEY_FILE}=eab", "hun ter2", "env:3: {}: eab contains a space or a line break; write the HMAC key in one"),
        (f"{KEY_FILE}=eab", "hun+ter2", "env:3: {}: eab is not base64url (letters, digits, - and _), but base64"),
        (f"{KEY_FILE}=credential:eab", "", "env:3: {}: credential:eab cannot be used, because $CREDENTIALS_DIRECTORY"),
        (f"{KEY_FILE}=credential:../eab", "", "env:3: {}: credential:../eab is not the name of a credential; write"),
    ],
)  # fmt: skip
def test_a_wrong_key_file_is_told_without_the_key(
    tmp_path: Path, line: str, content: str | bytes, expected: str
) -> None:
    private(tmp_path / "eab", content)
    text = mistake(tmp_path, line)
    assert expected.format(KEY_FILE) in text
    assert not {word for word in ("hun", "ter2", HMAC_KEY) if word in text}


def test_a_credential_that_is_not_handed_over_names_the_remedy(tmp_path: Path) -> None:
    text = mistake(tmp_path, f"{KEY_FILE}=credential:eab", CREDENTIALS_DIRECTORY=str(tmp_path))
    remedy = "systemd hands it over to the service alone: add LoadCredential=eab:/path by systemctl edit sectigo-f5"
    assert text == f"env:3: {KEY_FILE}: credential:eab is not in $CREDENTIALS_DIRECTORY ({tmp_path}); {remedy}"


def test_a_key_file_and_the_key_id_are_a_pair(tmp_path: Path) -> None:
    file = private(tmp_path / "env", f"{SERVER}{KEY_FILE}={private(tmp_path / 'eab', HMAC_KEY)}\n")
    with pytest.raises(ConfigurationError, match=f"ACME_EAB_KID: missing, but {KEY_FILE} is set: the CA issues them"):
        read_settings(file, {})


def test_a_key_file_that_others_can_read_or_change_is_a_warning(tmp_path: Path) -> None:
    key = private(tmp_path / "eab", HMAC_KEY)
    key.chmod(0o646)
    settings, warnings = read(tmp_path, f"{KEY_FILE}=eab")
    assert settings.account == BOUND
    assert [text.replace(f"{key}: ", "").split(";")[0] for text in warnings] == [
        "can be changed by its group or by others, and it decides what the connector runs",
        "holds the HMAC key and can be read by its group or by others",
    ]
    assert f"chmod 600 {key}" in warnings[1]


def test_a_key_file_that_is_mounted_read_only_has_another_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Kubernetes mounts a Secret without ``defaultMode``."""
    private(tmp_path / "eab", HMAC_KEY).chmod(0o644)
    mounted = os.statvfs(tmp_path)
    flags = os.statvfs_result((*mounted[:8], mounted.f_flag | os.ST_RDONLY, mounted.f_namemax))
    monkeypatch.setattr(os, "statvfs", lambda _path: flags)
    (text,) = read(tmp_path, f"{KEY_FILE}=eab")[1]
    assert text.endswith("; mount it with the mode 0400 (defaultMode: 0400 of a Secret in Kubernetes)")


def test_a_key_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "eab")
    assert "eab is a pipe, not a file" in mistake(tmp_path, f"{KEY_FILE}=eab")
