"""How Certbot is found, and how options reach it: read back by Certbot's own parser."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from sectigo_f5.acme import certbot_program
from sectigo_f5.acme.certbot_options import certbot_options, write_options
from sectigo_f5.acme.inside_certbot import launcher
from sectigo_f5.acme.installed import find_certbot
from sectigo_f5.errors import ConnectorError
from sectigo_f5.secret import Secret
from sectigo_f5.validation import Dns01, Http01, Prevalidated
from tests.acme.conftest import Open
from tests.support.authorities import Acme2Certifier

READ_BACK = """
import json, sys
from certbot._internal import cli
from certbot._internal.plugins import disco
plugins = disco.PluginsRegistry.find_all()
for file, names in zip(sys.argv[1::2], sys.argv[2::2]):
    config = cli.prepare_and_parse_args(plugins, ["certonly", "--config", file])
    print(json.dumps({name: getattr(config, name.replace("-", "_")) for name in names.split()}))
"""

AWKWARD = [
    "pa #ss", "pa ;ss", " outer blanks ", "'quoted'", '"quoted"', 'a"b\'c', "back\\slash\\n", "50%", "$HOME ${HOME}",
    "a=b", "-leading", "--leading", "[open", "close]", "{a: b}", "true", "None", "ümlaut €", "a,b", "# first", '"',
    "\\",
]  # fmt: skip


def read_back(wanted: Mapping[Path, Iterable[str]]) -> list[dict[str, object]]:
    """Return options by their names, of several files: most of the time is that of Certbot's start."""
    words = [word for file, names in wanted.items() for word in (str(file), " ".join(names))]
    done = subprocess.run(
        [sys.executable, "-c", READ_BACK, *words], capture_output=True, text=True, timeout=30, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_awkward_passwords_reach_certbot_as_they_are(tmp_path: Path) -> None:
    slots = ["bigip-username", "bigip-password", "bigip-partition", "bigip-vs-list", "bigip-list", "bigip-iapp"]
    slots += ["bigip-device-group", "bigip-clientssl-parent", "bigip-verify-ssl", "eab-kid", "eab-hmac-key"]
    written = dict[Path, dict[str, str]]()
    for number in range(0, len(AWKWARD), len(slots)):
        file = tmp_path / f"{number}.ini"
        written[file] = dict(zip(slots, AWKWARD[number:], strict=False))
        write_options(file, written[file])
    assert read_back(written) == list(written.values())


@pytest.mark.parametrize("value", ["[list]", "two\nlines", "quote' #cut", 'quote" ;cut'])
def test_a_value_that_certbot_would_cut_or_show_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConnectorError, match="Certbot's option bigip-password ") as failure:
        write_options(tmp_path / "certbot.ini", {"bigip-password": value})
    assert value not in str(failure.value)
    assert not (tmp_path / "certbot.ini").exists()


def test_the_options_file_is_new_and_readable_by_us_alone(tmp_path: Path) -> None:
    file = tmp_path / "certbot.ini"
    write_options(file, {"bigip-password": "x"})
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        write_options(file, {"bigip-password": "y"})


def test_each_validation_has_its_options(tmp_path: Path) -> None:
    http = Http01(
        ("192.0.2.1", "192.0.2.2"), "admin", Secret("p"), ("/Common/a", "/P/app.app/b"), "P", tmp_path / "ca.pem", True
    )
    written: list[dict[str, object]] = [
        {
            "authenticator": "bigip",
            "pref-challs": ["http-01"],
            "bigip-list": "192.0.2.1,192.0.2.2",
            "bigip-vs-list": "/Common/a,/P/app.app/b",
            "bigip-apm": "true",
        },
        {"authenticator": "manual", "pref-challs": ["dns-01"], "manual-auth-hook": "/bin/true"},
    ]
    files = tmp_path / "http.ini", tmp_path / "dns.ini"
    write_options(files[0], certbot_options(http))
    write_options(files[1], certbot_options(Dns01("manual", {"manual-auth-hook": "/bin/true"})))
    assert read_back(dict(zip(files, written, strict=True))) == written
    unchecked = certbot_options(Http01(("h",), "admin", Secret("p"), ("/Common/a",), "P", None, False))
    assert not {"bigip-verify-ssl", "bigip-apm"} & set(unchecked)  # any text would switch them on


@pytest.fixture
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Python without Certbot next to it, and nothing on PATH."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))


def test_certbot_next_to_our_python_is_preferred() -> None:
    assert find_certbot()[0] == sys.executable


@pytest.mark.usefixtures("_elsewhere")
def test_a_missing_certbot_is_an_error(authority: Open, ca: Acme2Certifier) -> None:
    problem = "Certbot is not installed: install the connector again as its README says"
    with pytest.raises(ConnectorError, match=problem):
        authority(ca).register()
    assert authority(ca).plugin_problem(Prevalidated()) == problem


@pytest.mark.usefixtures("_elsewhere")
def test_certbot_on_path_is_run_by_its_own_python(tmp_path: Path) -> None:
    (tmp_path / "certbot").write_text("#!/opt/certbot/bin/python3\n")
    (tmp_path / "certbot").chmod(0o755)
    assert find_certbot()[0] == "/opt/certbot/bin/python3"


@pytest.mark.usefixtures("_elsewhere")
def test_a_certbot_that_is_not_a_python_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "certbot").write_bytes(b"\x7fELF")
    (tmp_path / "certbot").chmod(0o755)
    with pytest.raises(
        ConnectorError, match="is not a Certbot that the connector can use; .*install the connector again"
    ):
        find_certbot()


def test_children_do_not_get_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACME_EAB_HMAC_KEY", "STATE_DIR", "PYTHONPATH", "AWS_PROFILE", "https_proxy", "LC_ALL"):
        monkeypatch.setenv(name, name)
    task = certbot_program.Task("certonly", [], {}, 1)
    small = certbot_program._environment(tmp_path, task)
    assert {"https_proxy", "LC_ALL", "PATH", "HOME"} <= set(small)
    assert not {"ACME_EAB_HMAC_KEY", "STATE_DIR", "PYTHONPATH", "AWS_PROFILE"} & set(small)
    whole = certbot_program._environment(tmp_path, certbot_program.Task("certonly", [], {}, 1, whole_environment=True))
    assert {"https_proxy", "LC_ALL", "PATH", "AWS_PROFILE"} <= set(whole)
    assert not {"ACME_EAB_HMAC_KEY", "STATE_DIR", "PYTHONPATH"} & set(whole)


def test_our_own_options_do_not_reach_certbot(tmp_path: Path) -> None:
    task = certbot_program.Task(
        "certonly", [], {"authenticator": "bigip"}, 1, order=tmp_path / "order.json", answer_timeout=300.0
    )
    argv = [
        "launcher.py",
        *certbot_program._own_options(task, tmp_path / "ca.pem"),
        "certonly",
        launcher.ORDER_FILE,
        "of-certbot",
    ]
    assert launcher.take_own_options(argv) == {
        launcher.ORDER_FILE: str(tmp_path / "order.json"),
        launcher.ANSWER_TIMEOUT: "300.0",
        launcher.CA_FILE: str(tmp_path / "ca.pem"),
        launcher.PLUGIN: "bigip",
    }
    assert argv == ["launcher.py", "certonly", launcher.ORDER_FILE, "of-certbot"]
    assert certbot_program._own_options(certbot_program.Task("register", [], {}, 1), None) == [launcher.PLUGIN, "none"]


def test_a_big_ip_is_exempt_from_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "intranet.example")
    assert certbot_program.bypassing_proxy(["192.0.2.1"])["no_proxy"] == "intranet.example,192.0.2.1"
    assert certbot_program.bypassing_proxy([]) == {}
