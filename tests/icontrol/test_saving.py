"""A save that the device refuses or does not answer in time is made by an asynchronous task."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.saving import save_configuration
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches

MANY = 1000
PLAIN, TASKS, ONE = "^/mgmt/tm/sys/config$", "/task/sys/config$", r"/task/sys/config/\d+$"
FULL = "error:400:01070734:3: disk full"


@contextlib.contextmanager
def bigip(*faults: Fault, **switches: Any) -> Iterator[tuple[SimulatedBigIP, IControl]]:
    """A BIG-IP with an unsaved change, and a session that does not wait."""
    with SimulatedBigIP(Switches(**switches)) as device:
        device.add_rule("/Common/r", "")
        device.save()
        for fault in faults:
            device.fault(fault)
        session = IControl(device.address, device.port, "admin", Secret("admin"), device.ca_file, lambda _: None)
        with session as client:
            client.post("/mgmt/tm/ltm/rule", {"name": "changed"})
            yield device, client


def tasks(device: SimulatedBigIP) -> int:
    return len([call for call in device.writes() if call.path.endswith("/task/sys/config")])


def test_a_plain_save_needs_no_task() -> None:
    with bigip() as (device, client):
        save_configuration(client)
        assert (device.saved_is_current, tasks(device)) == (True, 0)


@pytest.mark.parametrize("action", [FULL, "async-timeout", "async-timeout-after", "drop", "html:502", "status:500"])
def test_a_save_that_fails_is_made_by_a_task(action: str) -> None:
    with bigip(Fault("POST", PLAIN, action=action, times=MANY), task_polls=3) as (device, client):
        save_configuration(client)
        assert (device.saved_is_current, tasks(device)) == (True, 1)


@pytest.mark.parametrize("status", [401, 403])
def test_a_user_who_may_not_save_starts_no_task(status: int) -> None:
    with bigip(Fault("POST", PLAIN, action=f"error:{status}:Authorization failed: user=u")) as (device, client):
        with pytest.raises(DeviceError, match="Authorization failed"):
            save_configuration(client)
        assert tasks(device) == 0


@pytest.mark.parametrize(
    ("method", "path"), [("POST", TASKS), ("PUT", ONE), ("GET", ONE)], ids=["create", "start", "look"]
)
@pytest.mark.parametrize("action", ["drop", "drop-after", "async-timeout", "async-timeout-after"])
def test_a_lost_answer_of_the_task_does_not_matter(method: str, path: str, action: str) -> None:
    faults = (Fault("POST", PLAIN, action="async-timeout"), Fault(method, path, action=action))
    with bigip(*faults) as (device, client):
        save_configuration(client)
        assert device.saved_is_current


def test_a_device_without_tasks_is_asked_once_more() -> None:
    faults = (Fault("POST", PLAIN, action="drop"), Fault("POST", TASKS, action="error:404:no such thing", times=MANY))
    with bigip(*faults) as (device, client):
        save_configuration(client)
        assert device.saved_is_current


def test_a_save_that_both_ways_refuse_is_an_error_with_both_reasons() -> None:
    faults = (Fault("POST", PLAIN, action=FULL, times=MANY), Fault("POST", TASKS, action="error:400:no", times=MANY))
    with (
        bigip(*faults) as (_, client),
        pytest.raises(ConnectorError, match="disk full; and by an asynchronous task neither: .* answered 400: no"),
    ):
        save_configuration(client)


def test_a_failed_task_is_an_error() -> None:
    with bigip(Fault("POST", PLAIN, action=FULL), task_result="FAILED") as (device, client):
        with pytest.raises(ConnectorError, match="neither: .*the task failed"):
            save_configuration(client)
        assert not device.saved_is_current


def test_a_task_that_never_ends_is_an_error() -> None:
    with (
        bigip(Fault("POST", PLAIN, action=FULL), task_polls=MANY) as (_, client),
        pytest.raises(ConnectorError, match="neither: .*the task is still VALIDATING"),
    ):
        save_configuration(client)


def test_a_save_that_nothing_confirms_is_unknown() -> None:
    faults = [Fault("POST", "/sys/config$", action="async-timeout", times=MANY)]
    with bigip(*faults) as (device, client):
        with pytest.raises(OutcomeUnknownError):
            save_configuration(client)
        assert not device.saved_is_current
