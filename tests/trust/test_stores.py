"""Where the system keeps its CAs, and one file out of two."""

from __future__ import annotations

from pathlib import Path

import certifi
import pytest

from sectigo_f5.errors import ConnectorError
from sectigo_f5.trust import stores


@pytest.fixture(autouse=True)
def _no_system(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setattr(stores, "KNOWN", ())


def test_the_store_is_the_file_of_openssl_before_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "known.pem").touch()
    monkeypatch.setattr(stores, "KNOWN", ("/nowhere/else.pem", str(tmp_path / "known.pem")))
    assert stores.system_store() == str(tmp_path / "known.pem")
    (tmp_path / "openssl.pem").touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "openssl.pem"))
    assert stores.system_store() == str(tmp_path / "openssl.pem")


def test_the_store_is_a_directory_only_if_it_has_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert stores.system_store() == certifi.where()
    (tmp_path / "0123abcd.0").touch()
    assert stores.system_store() == str(tmp_path)


def test_the_environment_names_the_store_of_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    assert stores.store_of_requests() == certifi.where()
    monkeypatch.setenv("CURL_CA_BUNDLE", "/curl.pem")
    assert stores.store_of_requests() == "/curl.pem"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/requests.pem")
    assert stores.store_of_requests() == "/requests.pem"


def test_a_program_that_we_start_trusts_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, file, named = (tmp_path / name for name in ("folder", "system.pem", "named.pem"))
    folder.mkdir()
    (folder / "1.0").write_text("one")
    (folder / "2.0").write_text("two")
    (folder / "3.pem").write_text("a second name of one")
    file.write_text("system")
    named.write_text("named\n")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert stores.store_for_children(tmp_path, None) == {"REQUESTS_CA_BUNDLE": str(file)}
    both = {"REQUESTS_CA_BUNDLE": str(tmp_path / "trusted.pem")}
    assert stores.store_for_children(tmp_path, named) == both
    assert (tmp_path / "trusted.pem").read_text() == "system\nnamed\n"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(folder))
    (tmp_path / "trusted.pem").unlink()
    assert stores.store_for_children(tmp_path, named) == both
    assert (tmp_path / "trusted.pem").read_text() == "one\ntwo\nnamed\n"


def test_a_store_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/store.pem")
    with pytest.raises(ConnectorError, match=r"/nowhere/store.pem cannot be read \(No such file .*; correct ACME"):
        stores.store_for_children(tmp_path, tmp_path / "named.pem")
