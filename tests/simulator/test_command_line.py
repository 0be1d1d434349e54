"""``python -m sectigo_f5.simulator``."""

from __future__ import annotations

import json
import re
import signal
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from sectigo_f5.simulator.__main__ import _parser, _switches
from sectigo_f5.simulator.likeness import read as read_report
from tests.simulator.rest import free_port

PROGRAM = (sys.executable, "-m", "sectigo_f5.simulator", "--listen", "127.0.0.1:0")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_program_prints_its_addresses_and_ends_on_signals(number: signal.Signals) -> None:
    server = f"/Shop/vs=127.0.0.1:{free_port()},/Common/tcp,/Common/clientssl"
    options = ("--partition", "Shop", "--virtual-server", server, "--tmos", "15.1.5")
    with subprocess.Popen([*PROGRAM, *options], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        lines = [program.stdout.readline() for _ in range(3)]
        match = re.fullmatch(r"BIG-IP 15\.1\.5 at (https://127\.0\.0\.1:\d+)\n", lines[0])
        ca_file = re.search(r"user admin, CA file (\S+)", lines[1])
        try:
            assert match
            assert ca_file
            context = ssl.create_default_context(cafile=ca_file[1])
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(f"{match[1]}/mgmt/tm/sys", context=context, timeout=10)  # noqa: S310  https
        finally:
            program.send_signal(number)
            assert program.wait(10) == 0
    assert lines[2].startswith("virtual server /Shop/vs at 127.0.0.1:")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--listen", "8443"), "write HOST:PORT"),
        (("--listen", "127.0.0.1:99999"), "write HOST:PORT"),
        (("--listen", "nowhere.invalid:1"), "--listen nowhere.invalid:1: "),
        (("--latency", "-1"), "write 0 or a positive number"),
        (("--latency", "nan"), "write 0 or a positive number"),
        (("--partition", "a/b"), "the partition 'a/b': write its name alone"),
        (("--virtual-server", "/Common/vs"), "--virtual-server /Common/vs: write PATH=ADDR:PORT"),
        (("--virtual-server", "/Nope/vs=127.0.0.1:8080"), "The requested folder (/Nope) was not found"),
        (("--scenario", "/nonexistent"), "No such file"),
        (("--tmos", "12.0.0"), "argument --tmos: '12.0.0': choose one of 13.1.1, 14.1.2, 15.1.5, 16.1.4, 17.1.2"),
        (("--tmos", "17.5.x"), "or another version from 13 to 21, as in 17.5.1.3"),
        (("--like", "/nonexistent"), "--like /nonexistent: No such file"),
        (("--like", "pyproject.toml"), "pyproject.toml is not JSON"),
        (("--bash", "perhaps"), "argument --bash: 'perhaps': choose one of yes, no"),
        (("--token-limit", "many"), "argument --token-limit: invalid int value"),
    ],
)
def test_mistakes_are_reported_in_one_sentence(options: tuple[str, ...], message: str) -> None:
    process = subprocess.run([*PROGRAM, *options], capture_output=True, text=True, check=False, timeout=30)
    assert process.returncode == 2
    assert message in process.stderr
    assert "Traceback" not in process.stderr


def test_report_of_a_probe_is_followed_and_what_is_typed_wins(tmp_path: Path) -> None:
    questions = [{"question": "shell", "findings": {"bash": "no", "stderr_in_answer": "no", "odd": "yes"}}]
    release = {"version": "17.5.1.3", "build": "0.0.4", "modules": ["ltm"]}
    content = {"report": "sectigo-f5 probe", "version": 1, "partition": "other", "release": release}
    file = tmp_path / "report.json"
    file.write_text(json.dumps({**content, "questions": questions}), encoding="utf-8")
    like = read_report(file)
    options = _parser().parse_args(["--like", str(file), "--bash", "yes", "--partition", "Shop"])
    switches = _switches(options, "127.0.0.1", like)
    assert (switches.tmos, switches.build, switches.bash, switches.stderr_in_answer) == (
        "17.5.1.3",
        "0.0.4",
        True,
        False,
    )
    assert switches.partitions == ("PARTITION", "Shop")
    other = _switches(_parser().parse_args(["--tmos", "15.1.5"]), "127.0.0.1", like)
    assert (other.tmos, other.release.build, other.bash) == ("15.1.5", "0.0.8", False)
    assert not _switches(_parser().parse_args([]), "192.0.2.1", None).bash


def test_report_is_announced_line_by_line(tmp_path: Path) -> None:
    questions = [{"question": "shell", "findings": {"bash": "no", "odd": "yes"}}]
    content = {"report": "sectigo-f5 probe", "version": 1, "partition": "Common", "questions": questions}
    file = tmp_path / "report.json"
    file.write_text(json.dumps({**content, "release": {"version": "14.1.5.6"}}), encoding="utf-8")
    options = ("--like", str(file), "--virtual-server", f"/Common/vs=127.0.0.1:{free_port()}")
    with subprocess.Popen([*PROGRAM, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr
        lines = [program.stderr.readline() for _ in range(4)]
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0
    assert lines[0].startswith(
        "like the report: 14.1.5.6, build 0.0.37; 2 settings and 0 texts of refusals; its partition"
    )
    assert lines[1] == "not like the report: 'odd' 'yes': there is no such switch\n"
    assert lines[2].startswith("not like the report: no report tells these, which are as usual: token_limit")
    assert lines[3].startswith("not like the report: this report does not tell these")
