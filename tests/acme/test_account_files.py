"""The three files of an account, whole and cut short at any place; and what a run does with them."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from josepy.jwk import JWKEC, JWKRSA

from sectigo_f5.acme.account_files import account_folders, fault
from sectigo_f5.errors import ConnectorError
from tests.acme.conftest import Open
from tests.support.authorities import Acme2Certifier, Pebble
from tests.support.properties import generated

RSA = JWKRSA(key=rsa.generate_private_key(65537, 2048)).json_dumps()
FILES = {
    "private_key.json": RSA,
    "meta.json": json.dumps({"creation_dt": "2026-11-26T01:00:00Z", "creation_host": "host", "register_to_eff": None}),
    "regr.json": json.dumps({"body": {}, "uri": "https://ca.example/account/1"}),
}


def write(folder: Path, **changes: str) -> Path:
    for name, content in FILES.items():
        (folder / name).write_text(changes.get(name.removesuffix(".json"), content))
    return folder


@pytest.mark.parametrize("curve", [ec.SECP256R1, ec.SECP384R1, ec.SECP521R1])
def test_a_key_of_each_kind_is_whole(tmp_path: Path, curve: type[ec.EllipticCurve]) -> None:
    assert fault(write(tmp_path)) is None
    key = JWKEC(key=ec.generate_private_key(curve())).json_dumps()
    assert fault(write(tmp_path, private_key=key)) is None


@given(name=st.sampled_from(sorted(FILES)), cut=st.data())
@generated(60)
def test_a_file_that_is_cut_short_anywhere_is_named(name: str, cut: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = write(Path(folder)) / name
        file.write_text(FILES[name][: cut.draw(st.integers(0, len(FILES[name]) - 1))])
        assert fault(Path(folder)) == f"the account's file {file} is cut short or damaged"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("AQAB"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*"nedpqxy", "kty", "crv"]), inner),
    max_leaves=12,
)


@given(name=st.sampled_from(sorted(FILES)), content=VALUES, kind=st.sampled_from(["RSA", "EC", None]))
@generated(100)
def test_a_file_of_anything_is_damaged_at_worst(name: str, content: object, kind: str | None) -> None:
    if isinstance(content, dict) and kind:
        content["kty"] = kind
    with tempfile.TemporaryDirectory() as folder:
        file = write(Path(folder)) / name
        file.write_text(json.dumps(content))
        assert fault(Path(folder)) in (None, f"the account's file {file} is cut short or damaged")


@pytest.mark.parametrize(
    "changes",
    [
        {"private_key": RSA.replace('"n": "', '"n": "AQAB')},
        {"private_key": "{}"},
        {"private_key": '{"kty": "EC", "crv": "P-1", "x": "AA", "y": "AA", "d": "AA"}'},
        {"private_key": "\0" * 1700},
        {"private_key": "[" * 100_000},
        {"private_key": '{"kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "AQAB", "p": "AQ", "q": "AQAB"}'},
        {"meta": "[]"},
        {"meta": '{"creation_dt": 1, "creation_host": "x"}'},
        {"regr": "null"},
        {"regr": '{"body": {}, "uri": null}'},
        {"regr": '{"body": {}}'},
    ],
)
def test_a_file_without_what_certbot_needs_is_damaged(tmp_path: Path, changes: dict[str, str]) -> None:
    (name,) = changes
    assert fault(write(tmp_path, **changes)) == f"the account's file {tmp_path / name}.json is cut short or damaged"


def test_a_file_that_cannot_be_read_is_not_taken_for_damaged(tmp_path: Path) -> None:
    (write(tmp_path) / "meta.json").unlink()
    assert fault(tmp_path) == f"the account's file {tmp_path / 'meta.json'} is missing"
    (tmp_path / "meta.json").mkdir()
    with pytest.raises(ConnectorError, match=r"meta.json cannot be read \(Is a directory\); make room, or correct"):
        fault(tmp_path)


def test_accounts_of_other_servers_are_not_ours(tmp_path: Path) -> None:
    server = "https://ca.example:8443/v2/OV"
    assert account_folders(tmp_path, server) == []
    folder = tmp_path / "ca.example:8443" / "v2" / "OV" / "0123"
    folder.mkdir(parents=True)
    assert account_folders(tmp_path, server) == []
    write(folder)
    assert account_folders(tmp_path, server) == [folder]
    assert account_folders(tmp_path, "https://ca.example:8443/v2") == []


def test_a_broken_account_is_moved_aside_and_replaced(
    authority: Open, ca: Acme2Certifier, state_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened = authority(ca)
    opened.register()
    assert opened.account_problem() is None
    (file,) = state_dir.glob("certbot/accounts/**/private_key.json")
    file.chmod(0o600)
    file.write_bytes(b"")
    said = f"{file} is cut short or damaged: the next run moves the account aside and registers another one, for which"
    assert opened.account_problem() == opened.account_status()
    assert f"the account's file {said} the CA has to take ACME_EAB_KID once more" in opened.account_status()
    authority(ca).register()
    assert "the account is moved to" in caplog.text
    assert opened.account_status() == "the connector is registered there"
    (aside,) = state_dir.glob("certbot/accounts/*/*.broken-*")
    assert sorted(path.name for path in aside.iterdir()) == sorted(FILES)


def test_a_broken_account_without_binding_is_a_problem(authority: Open, pebble: Pebble, state_dir: Path) -> None:
    opened = authority(pebble, eab_kid=None, eab_hmac_key=None)
    address = pebble.directory_url.removeprefix("https://")
    folder = opened._certbot.accounts / address / "0123"
    folder.mkdir(parents=True)
    write(folder, regr="")
    with pytest.raises(ConnectorError, match="requires external account binding: set ACME_EAB_KID"):
        opened.account_status()
    with pytest.raises(ConnectorError, match="requires external account binding: set ACME_EAB_KID"):
        opened.register()
    assert folder.exists()


def test_an_account_that_cannot_be_read_is_not_replaced(authority: Open, ca: Acme2Certifier) -> None:
    opened = authority(ca)
    folder = opened._certbot.accounts / ca.directory_url.removeprefix("https://") / "0123"
    folder.mkdir(parents=True)
    (write(folder) / "regr.json").unlink()
    (folder / "regr.json").mkdir()
    for ask in (opened.account_status, opened.register):
        with pytest.raises(ConnectorError, match="regr.json cannot be read"):
            ask()
    assert "regr.json cannot be read" in (opened.account_problem() or "")
    assert folder.exists()
