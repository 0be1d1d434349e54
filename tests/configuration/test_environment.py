"""The ``env`` file: where it is searched for, what it may contain, and what overrides it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from sectigo_f5.configuration.environment import search
from sectigo_f5.configuration.environment.reading import read_settings
from sectigo_f5.configuration.environment.search import SYSTEM_ENV_FILE, find_env_file
from sectigo_f5.configuration.environment.variables import VARIABLES
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.model import Account, Settings
from sectigo_f5.secret import Secret
from tests.configuration.directory import private

SERVER = "ACME_SERVER=https://acme.example.com/directory\n"
HMAC_KEY = "bWFkZS11cC1obWFjLWtleQ"
PAIR = f"ACME_EAB_KID=kid-1\nACME_EAB_HMAC_KEY={HMAC_KEY}\n"


def mistake(file: Path, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationError) as raised:
        read_settings(file, environ or {})
    return str(raised.value).replace(str(file), "env")


def test_defaults_of_every_variable(tmp_path: Path) -> None:
    assert read_settings(private(tmp_path / "env", SERVER), {}) == (
        Settings(
            account=Account("https://acme.example.com/directory"),
            log_level="INFO",
            log_file=Path("/var/log/sectigo/start_acme.log"),
            state_dir=Path("/var/lib/sectigo"),
            metrics_file=None,
        ),
        (),
    )


def test_every_variable_reaches_the_settings(tmp_path: Path, ca_pem: str) -> None:
    private(tmp_path / "ca.pem", ca_pem)
    text = (
        SERVER
        + PAIR
        + (
            "export ACME_EMAIL='pki@example.com'  # the team\nACME_CA_BUNDLE=ca.pem\nLOG_LEVEL=debug\n"
            "LOG_FILE=/srv/log\nSTATE_DIR=state\nMETRICS_FILE=${HOME}/metrics\nRUN_TIME_LIMIT=90\nLOG_FORMAT=JSON\n"
        )
    )
    settings, warnings = read_settings(private(tmp_path / "env", text), {})
    assert settings == Settings(
        account=Account(
            "https://acme.example.com/directory", "kid-1", Secret(HMAC_KEY), "pki@example.com", tmp_path / "ca.pem"
        ),
        log_level="DEBUG",
        log_file=Path("/srv/log"),
        state_dir=tmp_path / "state",
        metrics_file=tmp_path / "${HOME}" / "metrics",  # no variable is expanded: a secret may contain a $
        run_time_limit=timedelta(minutes=90),
        log_format="json",
    )
    assert warnings == ()


@pytest.mark.parametrize("word", ["syslog", "journal"])
def test_the_log_goes_to_a_service_or_to_a_file_of_its_name(tmp_path: Path, word: str) -> None:
    settings, _ = read_settings(private(tmp_path / "env", f"{SERVER}LOG_FILE={word}\n"), {})
    assert settings.log_file == word
    settings, _ = read_settings(private(tmp_path / "env", f"{SERVER}LOG_FILE=./{word}\n"), {})
    assert settings.log_file == tmp_path / word


def test_windows_line_ends_and_quotes_in_the_env_file_are_accepted(tmp_path: Path) -> None:
    text = f"{SERVER}export ACME_EAB_KID = 'kid-1'\nACME_EAB_HMAC_KEY=\"{HMAC_KEY}\"   \nLOG_LEVEL=DEBUG\n"
    file = private(tmp_path / "env", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    settings, warnings = read_settings(file, {})
    assert settings.account == Account("https://acme.example.com/directory", "kid-1", Secret(HMAC_KEY))
    assert (settings.log_level, warnings) == ("DEBUG", ())


def test_the_real_environment_overrides_or_replaces_the_file(tmp_path: Path) -> None:
    file = private(tmp_path / "env", SERVER + PAIR + "LOG_LEVEL=DEBUG\nACME_EMAIL=a@example.com\n")
    environ = {"ACME_SERVER": "https://other.example.com", "LOG_LEVEL": "error", "ACME_EMAIL": ""}
    settings, _ = read_settings(file, environ)
    assert (settings.account.server, settings.log_level, settings.account.email) == (
        "https://other.example.com",
        "ERROR",
        None,
    )
    assert read_settings(None, environ)[0].account == Account("https://other.example.com")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "env: ACME_SERVER: missing; write ACME_SERVER=https://acme.sectigo.com/v2/OV in env"),
        ("ACME_SERVER=\n", "env: ACME_SERVER: missing; write"),
        (
            "\nACME_SERVER=http://acme.example.com\n",
            "env:2: ACME_SERVER: 'http://acme.example.com' is not https; write an ACME",
        ),
        (
            "ACME_SERVER=acme.sectigo.com/v2/OV\n",
            "env:1: ACME_SERVER: 'acme.sectigo.com/v2/OV' is not an ACME directory URL; wri",
        ),
        (
            "ACME_SERVER=https://\n",
            "env:1: ACME_SERVER: 'https://' is not an ACME directory URL; write one like https://",
        ),
        ("ACME_SERVER=https://[::1\n", "env:1: ACME_SERVER: 'https://[::1' is not a URL"),
        ("ACME_SERVER=https://ca:99999/\n", "env:1: ACME_SERVER: 'https://ca:99999/' is not a URL"),
        (
            "ACME_SERVER='https://ca.example.com/a b'\n",
            "env:1: ACME_SERVER: 'https://ca.example.com/a b' is not an ACME dir",
        ),
        (
            "ACME_SERVER=https://me:hunter2@ca.example.com\n",
            "env:1: ACME_SERVER: contains a user name; set ACME_EAB",
        ),
        (
            SERVER + "ACME_EAB_KID=kid\n",
            "env: ACME_EAB_HMAC_KEY: missing, but ACME_EAB_KID is set: the CA issues them as a pair; ",
        ),
        (
            SERVER + f"ACME_EAB_HMAC_KEY={HMAC_KEY}\n",
            "env: ACME_EAB_KID: missing, but ACME_EAB_HMAC_KEY is set: the CA issues",
        ),
        (
            SERVER + "ACME_EAB_KID=k\nACME_EAB_HMAC_KEY=hun+ter2\n",
            "env:3: ACME_EAB_HMAC_KEY: is not base64url (letters, digi",
        ),
        (SERVER + "ACME_EAB_KID=k\nACME_EAB_HMAC_KEY=hunte\n", "env:3: ACME_EAB_HMAC_KEY: is not base64url"),
        (
            SERVER + "ACME_EAB_KID=k\nACME_EAB_HMAC_KEY=--\n",
            "env:3: ACME_EAB_HMAC_KEY: is --, which Certbot cannot be given",
        ),
        (
            SERVER + f"ACME_EAB_KID='[k]'\nACME_EAB_HMAC_KEY={HMAC_KEY}\n",
            "env:2: ACME_EAB_KID: is bracketed by [ and ], whi",
        ),
        (
            SERVER + f'ACME_EAB_KID="a\\nb"\nACME_EAB_HMAC_KEY={HMAC_KEY}\n',
            "env:2: ACME_EAB_KID: contains a line break",
        ),
        (
            SERVER + f"ACME_EAB_KID='a\" #b'\nACME_EAB_HMAC_KEY={HMAC_KEY}\n",
            "env:2: ACME_EAB_KID: contains a quote followed by",
        ),
        (
            SERVER + "ACME_EAB_KID=k\nACME_EAB_HMAC_KEY=hun+ter2\n",
            "HMAC_KEY: is not base64url (letters, digits, - and _), but base64: write - for each + and _ for each /",
        ),
        (
            SERVER + "ACME_EAB_KID=k\nACME_EAB_HMAC_KEY=hunte\n",
            "HMAC_KEY: is not base64url (letters, digits, - and _), or a part is missing: copy the HMAC key again",
        ),
        (
            SERVER + "ACME_EAB_KID=k\nACME_EAB_HMAC_KEY=hun ter2\n",
            "env:3: ACME_EAB_HMAC_KEY: contains a space or a line break; write the HMAC key in one piece",
        ),
        (
            SERVER + "ACME_EAB_KID=k\nACME_EAB_HMAC_KEY='hun\nter2'\n",
            "env:3: ACME_EAB_HMAC_KEY: contains a space or a line break; write the HMAC key in one piece",
        ),
        (SERVER + "ACME_EAB_KID=k\nACME_EAB_HMAC_KEY=hun\nter2\n", "env:4: is not a NAME=value line"),
        (
            SERVER + "STATE_DIR=~/state\n",
            "env:2: STATE_DIR: '~/state' is used literally, and only a shell expands ~; write the full path",
        ),
        (
            SERVER + "ACME_EMAIL=pki\n",
            "env:2: ACME_EMAIL: 'pki' is not an e-mail address; write one like pki@example.com",
        ),
        (SERVER + "ACME_CA_BUNDLE=none.pem\n", "env:2: ACME_CA_BUNDLE: the CA file "),
        (
            SERVER + "ACME_CA_BUNDLE=env\n",
            "holds no certificate in PEM (-----BEGIN CERTIFICATE-----); name a file that does",
        ),
        (SERVER + "LOG_LEVEL=loud\n", "env:2: LOG_LEVEL: 'loud' is not valid; write DEBUG, INFO, WARNING or ERROR"),
        (
            SERVER + "this is no line with hunter2\n",
            "env:2: is not a NAME=value line; correct it, or begin a comment with #",
        ),
        (SERVER + "ACME_EMAIL\n", "env:2: is not a NAME=value line"),
        (SERVER + "ACME_EMAIL='hunter2\n", "env:2: is not a NAME=value line"),
        (SERVER + SERVER, "env:2: ACME_SERVER: is set twice, first at env:1; keep one of them"),
        (SERVER + "LOG_FORMAT=xml\n", "env:2: LOG_FORMAT: 'xml' is not valid; write text or json"),
        *(
            (
                f"{SERVER}RUN_TIME_LIMIT={text}\n",
                f"env:2: RUN_TIME_LIMIT: '{text}' is not possible; write whole minutes, 1",
            )
            for text in ("0", "-1", "1.5", "6h", "10081", "\u0663")
        ),
    ],
)
def test_a_mistake_names_file_line_variable_and_remedy(tmp_path: Path, text: str, expected: str) -> None:
    message = mistake(private(tmp_path / "env", text))
    assert expected in message
    assert "hunter2" not in message
    assert "hun+ter2" not in message


def test_mistakes_are_reported_all_at_once(tmp_path: Path) -> None:
    message = mistake(private(tmp_path / "env", "LOG_LEVEL=loud\nACME_EMAIL=x\n"), {"ACME_EAB_KID": "kid"})
    assert [part.split(": ")[:2] for part in message.split(" | ")] == [
        ["env", "ACME_SERVER"],
        ["env", "ACME_EAB_HMAC_KEY"],
        ["env:2", "ACME_EMAIL"],
        ["env:1", "LOG_LEVEL"],
    ]


def test_a_mistake_in_the_real_environment_names_it() -> None:
    with pytest.raises(ConfigurationError, match="^environment: ACME_SERVER: 'ftp://ca' is not https"):
        read_settings(None, {"ACME_SERVER": "ftp://ca"})
    with pytest.raises(ConfigurationError, match=r"in a file env next to start_acme\.py \(copy env\.example\)"):
        read_settings(None, {})


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/dir", "http://localhost/dir", "http://[::1]:14000/dir"])
def test_plain_http_is_allowed_to_loopback_only(url: str) -> None:
    assert read_settings(None, {"ACME_SERVER": url})[0].account.server == url


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("AMCE_EMAIL=a@example.com", "env:2: AMCE_EMAIL: unknown variable; did you mean ACME_EMAIL?"),
        ("acme_email=a@example.com", "env:2: acme_email: unknown variable; did you mean ACME_EMAIL?"),
        ("Http_Proxy=x", "env:2: Http_Proxy: unknown variable; did you mean HTTP_PROXY?"),
        ("LOG_LEVL=INFO", "env:2: LOG_LEVL: unknown variable; did you mean LOG_LEVEL?"),
        (
            "METRICS_ZZZZZZZZ=1",
            f"env:2: METRICS_ZZZZZZZZ: unknown variable; what is not one of {', '.join(VARIABLES)} is set where the "
            "program is started",
        ),
    ],
)
def test_an_unknown_variable_is_a_warning(tmp_path: Path, line: str, expected: str) -> None:
    file = private(tmp_path / "env", f"{SERVER}{line}\nHTTPS_PROXY=http://proxy:3128\n")
    (warning,) = read_settings(file, {})[1]
    assert warning.replace(str(file), "env") == expected


def test_who_is_told_is_read_and_what_is_wrong_with_it_prevents_nothing(tmp_path: Path) -> None:
    text = "NOTIFY_URLS='ntfy://t0ken@host/topic, json://host/t0ken'\nHEARTBEAT_URL=https://hc/t0ken\n"
    settings, warnings = read_settings(private(tmp_path / "env", SERVER + text), {})
    assert settings.notify_urls == (Secret("ntfy://t0ken@host/topic"), Secret("json://host/t0ken"))
    assert (settings.heartbeat_url, warnings) == (Secret("https://hc/t0ken"), ())
    assert "t0ken" not in repr(settings)
    wrong = private(tmp_path / "env", f"{SERVER}NOTIFY_URLS=t0ken\nHEARTBEAT_URL=ftp://hc/t0ken\n")
    wrong.chmod(0o644)
    settings, warnings = read_settings(wrong, {})
    assert settings.heartbeat_url is None
    assert [warning.replace(str(wrong), "env")[:40] for warning in warnings] == [
        "env: holds NOTIFY_URLS and can be read b",
        "env: holds HEARTBEAT_URL and can be read",
        "env:2: NOTIFY_URLS: 1 (not a URL): write",
        "env:3: HEARTBEAT_URL: is not an http or ",
    ]
    assert "t0ken" not in "".join(warnings)


def test_a_key_that_others_can_read_is_a_warning(tmp_path: Path) -> None:
    file = private(tmp_path / "env", SERVER + PAIR)
    file.chmod(0o640)
    text = "holds ACME_EAB_HMAC_KEY and can be read by its group or by others; run: chmod 600"
    assert read_settings(file, {})[1] == (f"{file}: {text} {file}",)
    file.write_text(SERVER)
    assert read_settings(file, {})[1] == ()


def test_a_credential_of_systemd_is_not_read_by_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It belongs to root, with an ACL for the service's user, and so its mode is 0440."""
    file = private(tmp_path / "env", SERVER + PAIR)
    file.chmod(0o440)
    text = "holds ACME_EAB_HMAC_KEY and can be read by its group"
    assert text in read_settings(file, {})[1][0]
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read_settings(file, {})[1] == ()
    file.chmod(0o444)
    assert text in read_settings(file, {})[1][0]
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "other"))
    file.chmod(0o440)
    assert text in read_settings(file, {})[1][0]


def test_an_unreadable_file_is_reported(tmp_path: Path) -> None:
    assert mistake(private(tmp_path / "env", b"\xff\xfe")) == "env: is not UTF-8 text; save the file as UTF-8"
    assert mistake(tmp_path / "none").endswith(
        "cannot be read (No such file or directory); check the path and its permissions"
    )


def test_the_env_file_is_searched_for_in_order(tmp_path: Path) -> None:
    script = private(tmp_path / "program" / "start_acme.py", "")
    found_by_itself = SYSTEM_ENV_FILE if SYSTEM_ENV_FILE.is_file() else None
    assert find_env_file(None, {}, script) == found_by_itself
    beside = private(script.parent / "env", SERVER)
    pointed, given = private(tmp_path / "pointed", SERVER), private(tmp_path / "given", SERVER)
    environ = {"SECTIGO_ENV_FILE": str(pointed)}
    assert find_env_file(None, {}, script) == beside
    assert find_env_file(None, {}, script.parent) == beside
    assert find_env_file(None, {}, None) == found_by_itself
    assert find_env_file(None, environ, script) == pointed
    assert find_env_file(given, environ, script) == given


def test_a_named_env_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none: --env-file: there is no such file; correct the path"):
        find_env_file(tmp_path / "none", {}, tmp_path)
    with pytest.raises(ConfigurationError, match=r"none: SECTIGO_ENV_FILE: there is no such file"):
        find_env_file(None, {"SECTIGO_ENV_FILE": str(tmp_path / "none")}, tmp_path)
    with pytest.raises(ConfigurationError, match=r"--env-file: cannot be read \(File name too long\); correct the"):
        find_env_file(tmp_path / ("x" * 300), {}, tmp_path)


def test_a_place_that_cannot_be_looked_at_has_no_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SYSTEM_ENV_FILE", tmp_path / ("x" * 300))
    assert find_env_file(None, {}, tmp_path) is None
    hidden = (
        f"{tmp_path}/{'x' * 300}: cannot be looked at (File name too long), so nothing in it counts; run as root, or"
    )
    assert hidden in read_settings(None, {"ACME_SERVER": "https://acme.example.com"})[1][0]
    with pytest.raises(
        ConfigurationError, match=r"ACME_SERVER: missing; .* \| .*: cannot be looked at \(File name too lo"
    ):
        read_settings(None, {})
    monkeypatch.setattr(search, "SYSTEM_ENV_FILE", tmp_path / "none")
    assert read_settings(None, {"ACME_SERVER": "https://acme.example.com"})[1] == ()
