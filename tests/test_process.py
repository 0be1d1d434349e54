"""The one function that runs programs: whatever they do, it returns, and nothing that they started stays behind."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5 import process
from sectigo_f5.errors import ConnectorError, InterruptedRunError
from sectigo_f5.secret import Secret
from sectigo_f5.stopping import StopRequest, obeying
from tests.support.processes import is_gone

ENVIRONMENT = {"PATH": os.defpath}


def shell(script: str, timeout: float = 30, grace: float = 30, **more: str) -> process.Completion:
    return process.run(["/bin/sh", "-c", script], timeout=timeout, grace=grace, env={**ENVIRONMENT, **more})


def wait_for(file: Path) -> int:
    """Return the process number that a script writes into ``file``."""
    deadline = time.monotonic() + 10
    while not (file.exists() and file.read_text().endswith("\n")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return int(file.read_text())


def test_both_outputs_come_in_order_with_the_status() -> None:
    done = shell("echo one; echo two >&2; echo three; exit 7")
    assert (done.status, done.output, done.timed_out) == (7, "one\ntwo\nthree\n", False)


def test_standard_input_is_empty() -> None:
    assert shell("cat; echo end").output == "end\n"


def test_the_environment_is_only_what_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_EAB_HMAC_KEY", "not for children")
    assert "not for children" not in shell("env", GIVEN="yes").output
    assert "GIVEN=yes" in shell("env", GIVEN="yes").output


def test_secrets_are_masked_in_the_output() -> None:
    done = process.run(["/bin/echo", "it was s3cret"], timeout=30, env=ENVIRONMENT, known=[Secret("s3cret")])
    assert done.output == "it was ***\n"


def test_long_output_keeps_its_end() -> None:
    done = shell("i=0; while [ $i -lt 300 ]; do printf '%010000d\\n' 0; i=$((i+1)); done; echo the end")
    assert done.output.endswith("\nthe end\n")
    assert len(done.output) <= process.OUTPUT_LIMIT


def test_a_program_that_cannot_be_started_has_a_remedy() -> None:
    with pytest.raises(
        ConnectorError, match="/nowhere/certbot cannot be started .*install the connector again as its README says"
    ):
        process.run(["/nowhere/certbot"], timeout=1, env=ENVIRONMENT)


def test_a_time_out_lets_the_program_clean_up() -> None:
    done = shell("trap 'echo cleaned up; exit 9' TERM; echo begun; while :; do sleep 0.05; done", timeout=0.3)
    assert (done.status, done.output, done.timed_out) == (9, "begun\ncleaned up\n", True)


def test_a_program_that_ignores_sigterm_is_killed_with_its_children(tmp_path: Path) -> None:
    child = tmp_path / "child"
    done = shell(f"trap '' TERM; sleep 60 & echo $! > {child}; while :; do sleep 1; done", timeout=0.3, grace=0.2)
    assert (done.status, done.timed_out) == (-signal.SIGKILL, True)
    assert is_gone(wait_for(child))


def test_a_grandchild_that_holds_the_pipe_does_not_delay_us(tmp_path: Path) -> None:
    child = tmp_path / "child"
    done = shell(f"sleep 60 & echo $! > {child}; echo done")
    assert (done.status, done.output, done.timed_out) == (0, "done\n", False)
    assert done.seconds < 5
    assert is_gone(wait_for(child))


def test_a_program_that_closes_its_output_is_still_waited_for() -> None:
    assert shell("exec >&- 2>&-; sleep 0.3; exit 4").status == 4


def test_a_stopped_run_ends_the_program_in_order(tmp_path: Path) -> None:
    """In any thread: a signal reaches the main one alone, and devices are worked on in others."""
    child, traces, stop = tmp_path / "child", tmp_path / "traces", StopRequest()
    script = f"trap 'echo cleaned > {traces}; exit' TERM; echo $$ > {child}; while :; do sleep 0.05; done"

    def work() -> None:
        with obeying(stop):
            shell(script)

    with ThreadPoolExecutor() as pool:
        working = pool.submit(work)
        number = wait_for(child)
        stop.request("stopped by SIGTERM")
        with pytest.raises(InterruptedRunError, match="stopped by SIGTERM; what is not in service yet is undone"):
            working.result(timeout=20)
    assert traces.read_text() == "cleaned\n"
    assert is_gone(number)


def test_a_stopped_run_starts_no_program(tmp_path: Path) -> None:
    stop, traces = StopRequest(), tmp_path / "traces"
    stop.request("stopped by SIGTERM")
    with obeying(stop), pytest.raises(InterruptedRunError):
        shell(f"echo begun > {traces}")
    assert not traces.exists()


@pytest.mark.parametrize("status", [0, 1, -2])
def test_a_program_that_fails_as_the_run_stops_was_stopped(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """Ctrl-C strikes while the program is being started, and it ends before we look; what it has achieved counts."""
    stop, start = StopRequest(), process._start

    def struck(*arguments: Any) -> Any:
        program = start(*arguments)
        while not program._has_ended():
            time.sleep(0.01)
        stop.request("stopped by SIGINT")
        return program

    monkeypatch.setattr(process, "_start", struck)
    script = f"exit {status}" if status >= 0 else "kill -INT $$"
    with obeying(stop), nullcontext() if status == 0 else pytest.raises(InterruptedRunError, match="by SIGINT"):
        assert shell(script).status == status


def test_the_log_names_command_status_and_time(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "sectigo_f5"):
        process.run([sys.executable, "-c", "raise SystemExit(3)"], timeout=30, env=ENVIRONMENT)
    assert "status 3 after" in caplog.text
    assert "'raise SystemExit(3)'" in caplog.text
