"""The credentials of a BIG-IP: in the YAML, in a file of their own, or one that systemd hands over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.configuration.directory import CREDENTIALS, GOOD, mistakes, only_job, private

HANDED_OVER = GOOD.replace("credentials/bigip-fra.yaml", "credential:bigip-fra")


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory as systemd makes it: its files are root's, and an ACL shows as rights of a group."""
    file = private(tmp_path / "run" / "credentials" / "bigip-fra", CREDENTIALS)
    file.chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(file.parent))
    return file


@pytest.mark.usefixtures("credentials")
def test_a_credentials_file_of_systemd_is_read_without_a_warning(tmp_path: Path) -> None:
    device = only_job(tmp_path / "etc", HANDED_OVER).device
    assert (device.username, device.password.reveal()) == ("sectigo", "long enough")


def test_a_mistake_in_a_credentials_file_of_systemd_names_it(tmp_path: Path, credentials: Path) -> None:
    private(credentials, "username: sectigo\n")
    assert mistakes(tmp_path / "etc", HANDED_OVER) == [
        f"{credentials}:1: password: missing; write password: and its value"
    ]


def written(directory: Path, name: str) -> str:
    (text,) = mistakes(directory, GOOD.replace("credentials/bigip-fra.yaml", f'"credential:{name}"'))
    return text


@pytest.mark.parametrize("name", ["a/b", "../env", "..", "", "ü", "a b", "a:b", "x" * 256])
def test_a_name_that_no_credential_has_is_a_mistake(tmp_path: Path, name: str) -> None:
    text = written(tmp_path, name)
    assert text.startswith(f"shop.yaml:6: credentials_file: credential:{name} is not the name of a credential; write ")


def test_a_credential_that_is_not_handed_over_names_the_remedy(tmp_path: Path, credentials: Path) -> None:
    remedy = "systemd hands it over to the service alone: add LoadCredential=other:/path by systemctl edit sectigo-f5"
    missing = f"credential:other is not in $CREDENTIALS_DIRECTORY ({credentials.parent}); {remedy}"
    assert written(tmp_path / "etc", "other") == f"shop.yaml:6: credentials_file: {missing}"


def test_a_credential_without_systemd_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    (text,) = mistakes(tmp_path, HANDED_OVER)
    assert "credential:bigip-fra cannot be used, because $CREDENTIALS_DIRECTORY is not set; systemd hands it" in text
