"""``start_acme.py`` as cron and operators use it: its two outputs, its log, and its exit code.

Each test starts a process. The BIG-IP has a certificate already, so most runs have nothing to do. The CA consists of
its directory only; if a test removes that too, a new certificate fails.
"""

from __future__ import annotations

import json
import os
import resource
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.acme_directory import acme_directory
from tests.support.installation import ROOT, Installation
from tests.support.names import ONLY_EC
from tests.support.world import World

NO_CA = "https://127.0.0.1:1/directory"
KEPT = {"common_name": "www.example.com", "virtual_servers": ["vs_www"], "key_type": "ecdsa", "revocation_check": False}
KEPT["validation"] = "prevalidated"
MISSING = {**KEPT, "common_name": "new.example.com", "virtual_servers": ["vs_new"]}
BROKEN = "name: broken\nversion: v1\ndevices:\n- name: bigip-x\n  hots: 192.0.2.1\n"


@pytest.fixture(scope="module")
def ca() -> Iterator[SimpleNamespace]:
    with acme_directory() as url:
        yield SimpleNamespace(directory_url=url, eab_kid="kid-1", eab_hmac_key="bm9ib2R5", ca_bundle="", root=Path())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A BIG-IP where www.example.com is enrolled, and a virtual server for one more certificate."""
    with SimulatedBigIP(Switches(tmos="17.1.2", password="nobody's business")) as device:
        world = World(device, tmp_path_factory.mktemp("world"))
        world.add_virtual_server("/Common/vs_www")
        world.add_virtual_server("/Common/vs_new")
        world.one(world.job(keys=ONLY_EC))
        yield world


@pytest.fixture
def connector(tmp_path: Path, world: World, ca: SimpleNamespace) -> Installation:
    installation = Installation(tmp_path / "connector", world.device, ca)
    installation.write_env(LOG_LEVEL="INFO")
    installation.write_config(KEPT)
    shutil.copytree(world.state.path / "certificates", installation.state / "certificates")
    return installation


def shell(connector: Installation, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which ``CONNECTOR`` is our command."""
    script = f'CONNECTOR() {{ {shlex.join(connector.command())} "$@"; }}; {line}'
    return run(["bash", "-c", script], {**os.environ, **environment})


def run(argv: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )


def messages(text: str) -> list[str]:
    """Return the lines of a log without their times."""
    return [line.partition(" ")[2] for line in text.splitlines()]


# -- the outputs -----------------------------------------------------------------------------------


def test_the_result_is_on_standard_output_and_the_log_is_not(connector: Installation) -> None:
    done = connector.run()
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("kept        www.example.com@bigip-sim (valid until ")
    assert lines[1:] == ["1 kept"]
    story = messages(done.stderr)
    assert story[0] == f"INFO    run: 1 read {connector.config}: 1 certificate(s) on 1 BIG-IP(s)"
    assert story[1] == "INFO    bigip-sim: 2 connected to 127.0.0.1 (TMOS 17.1.2)"
    assert story[2].startswith("INFO    www.example.com@bigip-sim: 3 kept: valid until ")
    assert done.stderr == connector.log.read_text()


def test_a_quiet_run_prints_nothing_if_all_is_well(connector: Installation) -> None:
    done = connector.run("--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(connector.log.read_text().splitlines()) == 4, "the file has it all"


def test_a_quiet_run_prints_failures(connector: Installation) -> None:
    (connector.config / "broken.yaml").write_text(BROKEN)
    connector.write_config(KEPT, MISSING)
    connector.write_env(LOG_LEVEL="INFO", ACME_SERVER=NO_CA)
    done = connector.run("--quiet")
    assert done.returncode == 2
    assert {line.split()[0] for line in messages(done.stderr)} == {"ERROR", "WARNING"}
    lines = done.stdout.splitlines()
    assert lines[0] == "1 of 2 failed, 5 mistake(s) in the YAML files"
    assert lines[1].startswith("failed      new.example.com@bigip-sim: ")
    assert [line.split()[0] for line in lines[2:]] == ["on", "served", "never", *["mistake"] * 5, "1"]


def test_a_mail_of_cron_begins_with_the_summary(connector: Installation) -> None:
    """Cron reads both outputs by one pipe."""
    connector.write_config(MISSING)
    connector.write_env(LOG_LEVEL="INFO", ACME_SERVER=NO_CA)
    mail = shell(connector, "CONNECTOR --quiet 2>&1").stdout.splitlines()
    assert mail[0] == "1 of 1 failed"
    assert mail[1].startswith(
        "failed      new.example.com@bigip-sim: ACME_SERVER https://127.0.0.1:1/directory cannot be"
    )
    assert mail[2:5] == [
        "            on /Common/vs_new",
        "            served meanwhile: no certificate that a run has seen",
        "            never a success",
    ]
    assert mail[5] == "1 failed"
    assert {line.split()[1] for line in mail[6:]} == {"ERROR"}
    connector.write_env(STATE_DIR=str(connector.env_file))
    mail = shell(connector, "CONNECTOR --quiet 2>&1").stdout.splitlines()
    assert mail[0].startswith("no certificate was looked at (exit code 2): STATE_DIR ")


def test_a_plan_states_that_it_is_only_a_plan(connector: Installation) -> None:
    connector.write_config(KEPT, MISSING)
    lines = connector.run("plan").stdout.splitlines()
    assert lines[0] == "what a run would do now:"
    assert lines[2] == (
        "enrolled    new.example.com@bigip-sim: found no certificate for new.example.com on the BIG-IP; /Common/vs_new "
        "gets TLS in place of plain text, wins new.example.com"
    )


@pytest.mark.parametrize("command", ["run", "plan", "status", "check"])
def test_json_is_alone_on_standard_output(connector: Installation, command: str) -> None:
    (connector.config / "broken.yaml").write_text(BROKEN)
    connector.write_config(KEPT, MISSING)
    connector.write_env(LOG_LEVEL="DEBUG")
    done = connector.run(command, "--json")
    output = json.loads(done.stdout)
    assert output["version"] == 1
    assert {result["common_name"] for result in output["results"]} == {"www.example.com", "new.example.com"}
    assert (done.returncode, "DEBUG" in done.stderr) == (2, True)


@pytest.mark.parametrize("line", ["CONNECTOR | true", "CONNECTOR >/dev/full", "CONNECTOR >&-", "CONNECTOR 2>&-"])
def test_an_output_that_cannot_be_written_is_not_a_failure(connector: Installation, line: str) -> None:
    done = shell(connector, f"set -o pipefail; {line}")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr + connector.log.read_text()


def test_a_terminal_limited_to_ascii_is_not_a_failure(connector: Installation) -> None:
    (connector.config / "broken.yaml").write_text(BROKEN.replace("192.0.2.1", "straße"))
    assert shell(connector, "CONNECTOR --help", PYTHONIOENCODING="ascii").returncode == 0
    assert shell(connector, "CONNECTOR check", PYTHONIOENCODING="ascii").returncode == 2


def test_an_empty_environment_is_sufficient(connector: Installation) -> None:
    done = run(connector.command("--quiet"), {})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# -- exit codes ------------------------------------------------------------------------------------


def test_a_failed_certificate_exits_1_and_the_other_is_processed(connector: Installation) -> None:
    connector.write_config(MISSING, KEPT)
    connector.write_env(ACME_SERVER=NO_CA)
    before = connector.device.get("/mgmt/tm/sys/file/ssl-key")
    output = connector.run_json()
    assert (output["exit_code"], output["summary"]) == (1, {"failed": 1, "kept": 1})
    assert "ACME_SERVER https://127.0.0.1:1/directory cannot be reached (Connection refused)" in output["log"]
    assert connector.device.get("/mgmt/tm/sys/file/ssl-key") == before
    assert list(connector.device.tokens) == list(connector.device.uploads) == list(connector.device.csrs) == []


def test_a_wrong_password_exits_1_and_names_the_device(connector: Installation) -> None:
    other = connector.config / "other.yaml"
    other.write_text((connector.config / "shop.yaml").read_text().replace("nobody's business", "wrong-password"))
    other.write_text(other.read_text().replace("bigip-sim", "bigip-two").replace("www.", "two."))
    other.chmod(0o600)
    output = connector.run_json()
    assert (output["exit_code"], output["summary"]) == (1, {"failed": 1, "kept": 1})
    assert "bigip-two: 127.0.0.1: the BIG-IP refused the login of admin; check username and password" in output["log"]
    assert "wrong-password" not in output["log"]


@pytest.mark.parametrize(("certificates", "summary"), [((KEPT,), {"kept": 1}), ((MISSING,), {"failed": 1})])
def test_a_broken_file_exits_2_whatever_the_result_of_the_others(
    connector: Installation, certificates: tuple[dict[str, object], ...], summary: dict[str, int]
) -> None:
    (connector.config / "broken.yaml").write_text(BROKEN)
    connector.write_config(*certificates)
    connector.write_env(ACME_SERVER=NO_CA)
    output = connector.run_json()
    assert (output["exit_code"], output["summary"]) == (2, summary)
    first, *_, last = (line for line in messages(output["log"]) if "broken.yaml" in line)
    assert first == f"ERROR   run: {connector.config}/broken.yaml:5: hots: unknown key; did you mean host?"
    assert last.startswith(f"WARNING run: {connector.config}/broken.yaml: none of its certificates is managed")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--config-dir", "/nowhere"], "/nowhere: cannot be read (No such file or directory); create it"),
        (["--config-dir", str(ROOT / "docs")], "docs: contains no *.yaml or *.yml file; write one"),
        (["--env-file", "/nowhere/env"], "error: /nowhere/env: --env-file: there is no such file"),
        (["--only", "other.example.com"], "--only 'other.example.com' matches no certificate"),
        (["--jobs", "0"], "argument --jobs: '0' is not possible; write a number of 1 or more"),
        (["--jobs", "two"], "argument --jobs: 'two' is not possible; write a number of 1 or more"),
        (["revoke", "--yes"], "revoke needs --only: it never acts on everything"),
        (["status", "--force"], "--force belongs to run and plan, not to status"),
        (["chek"], "invalid choice: 'chek'"),
    ],
)
def test_a_mistake_on_the_command_line_exits_2(connector: Installation, arguments: list[str], sentence: str) -> None:
    before = len(connector.device.journal)
    done = run([*connector.command(), *arguments], os.environ)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr.splitlines()[-1]
    assert len(connector.device.journal) == before


def test_an_unusable_state_directory_exits_2_before_any_device_call(connector: Installation) -> None:
    before = len(connector.device.journal)
    connector.write_env(STATE_DIR=str(connector.env_file))
    done = connector.run("--json")
    problem = f"STATE_DIR {connector.env_file}: cannot be written (File exists); run as root or set STATE_DIR"
    assert (done.returncode, json.loads(done.stdout)["errors"]) == (2, [problem])
    assert problem in done.stderr
    connector.write_env()
    full = subprocess.run(
        connector.command(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 15, 1 << 15)),  # noqa: PLW1509  # no thread
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (full.returncode, f"STATE_DIR {connector.state}: cannot be written (File too large)" in full.stderr) == (
        2,
        True,
    )
    assert len(connector.device.journal) == before


BUG = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from sectigo_f5 import cli

def clock():
    global readings
    readings += 1
    if readings == int(sys.argv[1]):
        raise ZeroDivisionError("the clock broke")
    return datetime.now(timezone.utc)

readings = 0
sys.exit(cli.main(sys.argv[2:], script=Path("start_acme.py"), clock=clock))
"""


@pytest.mark.parametrize("when", [1, 3])
def test_a_bug_exits_3_whatever_else_is_wrong(connector: Installation, when: int) -> None:
    (connector.config / "broken.yaml").write_text(BROKEN)
    connector.write_config(MISSING, KEPT)
    connector.write_env(ACME_SERVER=NO_CA)
    arguments = connector.command("--json")[2:]
    done = run([sys.executable, "-c", BUG, str(when), *arguments], {**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 3
    assert "ERROR" in done.stderr
    assert "this is a bug" in done.stderr
    output = json.loads(done.stdout)
    assert output["exit_code"] == 3
    if when == 1:
        assert (output["results"], output["errors"]) == ([], ["bug: ZeroDivisionError"])
    else:  # it concerns one certificate: the other continues
        assert output["summary"] == {"failed": 1, "kept": 1}


def test_a_lock_held_by_another_run_exits_75_whatever_else_is_wrong(connector: Installation) -> None:
    connector.run()
    (connector.config / "broken.yaml").write_text(BROKEN)
    done = shell(connector, f"exec 9>>{connector.state}/lock; flock 9; CONNECTOR --json 9>&-")
    output = json.loads(done.stdout)
    assert (done.returncode, output["exit_code"], output["results"]) == (75, 75, [])
    assert output["errors"][-1] == f"another run holds {connector.state}/lock: just starting"
    assert "broken.yaml:5: hots: unknown key" in output["errors"][0]
    assert f"ERROR   run: another run holds {connector.state}/lock: just starting" in messages(done.stderr)
    assert shell(connector, f"exec 9>>{connector.state}/lock; flock 9; CONNECTOR plan 9>&-").returncode == 2, (
        "plan only reads"
    )


# -- files besides the output ----------------------------------------------------------------------


def test_an_unwritable_log_file_is_one_warning(connector: Installation) -> None:
    cases = (
        (connector.folder, "cannot be written (Is a directory)"),
        (Path("/dev/full"), "can no longer be written (No space left on device)"),
    )
    for file, problem in cases:
        connector.write_env(LOG_FILE=str(file), LOG_LEVEL="INFO")
        done = connector.run()
        assert done.returncode == 0
        (warning,) = (line for line in messages(done.stderr) if line.startswith("WARNING"))
        assert warning.startswith(f"WARNING run: LOG_FILE {file} {problem}: logging here only")
        assert len(done.stderr.splitlines()) == 5


def test_the_metrics_file_is_readable_by_other_users(connector: Installation) -> None:
    file = connector.folder / "metrics" / "sectigo.prom"
    connector.write_env(METRICS_FILE=str(file), ACME_SERVER=NO_CA)
    connector.write_config(KEPT, MISSING)
    assert connector.run("--quiet").returncode == 1
    assert file.stat().st_mode & 0o777 == 0o644
    lines = file.read_text().splitlines()
    assert "sectigo_f5_last_run_exit_code 1.0" in lines
    assert 'sectigo_f5_certificate_failed{common_name="new.example.com",device="bigip-sim"} 1.0' in lines
    assert 'sectigo_f5_certificate_failed{common_name="www.example.com",device="bigip-sim"} 0.0' in lines


def test_an_unwritable_history_or_metrics_file_is_a_warning(connector: Installation) -> None:
    (connector.state / "results.json").mkdir(parents=True)
    connector.write_env(METRICS_FILE="/proc/nowhere/sectigo.prom")
    done = connector.run("--quiet")
    assert (done.returncode, done.stdout) == (0, "none of 1 failed, with warnings\n")
    assert "results.json cannot be written (Is a directory)" in done.stderr


def test_the_secrets_of_a_killed_run_are_deleted_by_the_next_run(
    connector: Installation,
) -> None:
    left = connector.state / "certbot" / "private" / "run-killed" / "certbot.ini"
    left.parent.mkdir(parents=True)
    left.write_text('bigip-password = "nobody\'s business"\n')
    connector.run("plan")
    assert left.exists(), "plan holds no lock: another run may be working there"
    assert connector.run("--quiet").returncode == 0
    assert not left.exists()


# -- check -----------------------------------------------------------------------------------------


def test_check_reports_each_certificate_as_ok_or_as_a_problem(connector: Installation) -> None:
    connector.write_config(KEPT, {**KEPT, "common_name": "x.example.com", "virtual_servers": ["vs_nowhere"]})
    done = connector.run("check")
    assert done.returncode == 1
    *shared, kept, failed, why = done.stdout.splitlines()
    assert [line.split(":")[0] for line in shared] == ["✓ this host", "✓ ACME server", "✓ bigip-sim"]
    assert kept.startswith("✓ www.example.com@bigip-sim: ")
    assert kept.endswith(" things looked at, TMOS 17.1.2, /Common/vs_www")
    assert failed.startswith("✗ x.example.com@bigip-sim: 1 of ")
    assert why.startswith("  ✗ virtual servers: the virtual server /Common/vs_nowhere does not exist")
    assert connector.run("check", "--quiet").stdout.splitlines() == [failed, why]


def test_check_reports_a_missing_account_binding_and_ca(connector: Installation) -> None:
    connector.write_env(ACME_EAB_KID="", ACME_EAB_HMAC_KEY="")
    done = connector.run("check")
    assert done.returncode == 1
    assert "\n  ✗ external account binding: the CA requires external account binding: set ACME_EAB_KID" in done.stdout
    connector.write_env(ACME_SERVER=NO_CA)
    done = connector.run("check", "--quiet")
    assert done.returncode == 1
    heading, why = done.stdout.splitlines()[:2]
    assert heading.startswith("✗ ACME server: 1 of ")
    assert why.startswith(f"  ✗ directory: ACME_SERVER {NO_CA} cannot be reached (Connection refused)")


# -- starting --------------------------------------------------------------------------------------


def base_python() -> str:
    """Return the Python that created our virtual environment."""
    return str(Path(sys.base_prefix) / "bin" / "python3")


def test_the_script_uses_the_virtual_environment_beside_it(tmp_path: Path) -> None:
    script = tmp_path / "start_acme.py"
    script.write_text((ROOT / "start_acme.py").read_text())
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@"\n')
    python.chmod(0o755)
    (tmp_path / "link").symlink_to(script)
    done = run([base_python(), str(tmp_path / "link"), "plan", "--only", "a b"], {})
    assert (done.returncode, done.stdout) == (0, f"{script} plan --only a b\n")


def test_ctrl_c_before_the_start_leaves_no_traceback(tmp_path: Path) -> None:
    """As while Python still reads its modules."""
    script, package = tmp_path / "start_acme.py", tmp_path / "sectigo_f5" / "__init__.py"
    script.write_text((ROOT / "start_acme.py").read_text())
    package.parent.mkdir()
    package.write_text("import os, signal; os.kill(os.getpid(), signal.SIGINT)")
    done = run([sys.executable, str(script)], {})
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


def test_a_missing_package_is_named_with_the_remedy(tmp_path: Path) -> None:
    script = tmp_path / "start_acme.py"
    script.write_text((ROOT / "start_acme.py").read_text())
    done = run([sys.executable, str(script)], {})
    assert done.returncode == 1
    assert done.stderr.startswith("start_acme.py: the Python package sectigo_f5 is missing; install what the connector")
    assert ".venv/bin/pip install --require-hashes -r requirements.txt" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--version"], 0, "start_acme.py 2.0.0"),
        (["revoke", "--help"], 0, "usage: start_acme.py [-h]"),
        (["chek"], 2, "invalid choice: 'chek'"),
        (["status"], 1, "the Python package cryptography is missing; install what the connector needs"),
    ],
)
def test_version_and_help_need_no_other_package(tmp_path: Path, arguments: list[str], code: int, sentence: str) -> None:
    """``-S`` leaves the installed packages out: what is imported for an answer of the command line is ours alone."""
    (tmp_path / "start_acme.py").write_text((ROOT / "start_acme.py").read_text())
    (tmp_path / "sectigo_f5").symlink_to(ROOT / "sectigo_f5")
    done = run([sys.executable, "-S", "-X", "importtime", str(tmp_path / "start_acme.py"), *arguments], {})
    ours = {line.split("|")[-1].strip() for line in done.stderr.splitlines() if "| " in line and "sectigo_f5" in line}
    assert (done.returncode, sentence in done.stdout + done.stderr) == (code, True), done.stderr[-1000:]
    assert ("sectigo_f5.dispatch" in ours) == (arguments == ["status"])
