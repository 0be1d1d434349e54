"""Saving by an asynchronous task, as F5 AS3 does it."""

from __future__ import annotations

import contextlib

from tests.simulator.conftest import Make
from tests.simulator.rest import Rest

TASKS = "task/sys/config"


def test_task_saves_once_it_is_started(make: Make) -> None:
    with contextlib.closing(Rest(make(task_polls=2))) as rest:
        rest.login()
        rest.post("ltm/rule", {"name": "r"})
        task = rest.post(TASKS, {"command": "save"})
        path = task["selfLink"].removeprefix("https://localhost").partition("?")[0]
        assert (task["_taskState"], rest.device.saved) == ("STARTED", 0)
        started = rest.call("PUT", path, {"_taskState": "VALIDATING"})
        assert (started.status_code, started.json()["message"]) == (202, "Task will execute asynchronously.")
        states = [rest.get(path)["_taskState"] for _ in range(3)]
        assert states == ["VALIDATING", "VALIDATING", "COMPLETED"]
        assert (rest.device.saved, rest.device.saved_is_current) == (1, True)


def test_task_may_fail_without_a_save(make: Make) -> None:
    with contextlib.closing(Rest(make(task_result="FAILED", task_polls=0))) as rest:
        rest.login()
        path = f"{TASKS}/{rest.post(TASKS, {'command': 'save'})['_taskId']}"
        rest.call("PUT", path, {"_taskState": "VALIDATING"})
        assert (rest.get(path)["_taskState"], rest.device.saved) == ("FAILED", 0)


def test_missing_task_and_other_states_are_refused(rest: Rest) -> None:
    assert rest.refusal("GET", f"{TASKS}/7") == (404, "Task not found: 7")
    number = rest.post(TASKS, {"command": "save"})["_taskId"]
    assert rest.refusal("PUT", f"{TASKS}/{number}", {"_taskState": "COMPLETED"})[0] == 400
    rest.device.reboot()
    with contextlib.closing(Rest(rest.device)) as again:
        again.login()
        assert again.refusal("GET", f"{TASKS}/{number}")[0] == 404
    assert rest.device.saved == 0
