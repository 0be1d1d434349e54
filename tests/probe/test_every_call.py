"""Every call that the connector sends is asked by a probe: by method and path, with its properties and parameters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sectigo_f5.simulator import SimulatedBigIP
from tests.probe.operations import OPERATIONS
from tests.support.calls import Calls, recorded_calls
from tests.support.probing import probed
from tests.support.spread import spread

DAYS = 4
# What no probe asks, and why.
EXCEPTIONS = {
    ("GET", "/shared/authz/tokens"): "`check` alone reads it, to count logins, and tells nothing if that is refused",
    ("POST", "/tm/task/sys/config"): "a task saves, and a probe lists tasks only",
    ("PUT", "/tm/task/sys/config/~"): "a task saves, and a probe lists tasks only",
    ("GET", "/tm/task/sys/config/~"): "a task saves, and a probe lists tasks only",
    ("PUT", "/tm/sys/file/ssl-cert/~"): "OCSP stapling takes a validator, and a probe makes none",
    ("PATCH", "/tm/sys/file/ssl-cert/~"): "OCSP stapling takes a validator, and a probe makes none",
    ("GET", "/tm/cm/device-group/~"): "of members of a group that belongs to the operator",
}
OF_LISTS = {"$top", "$skip", "$select"}  # the question `lists` asks for them, of one collection


@pytest.fixture(scope="module")
def asked() -> Calls:
    """What a probe asks that may save."""
    with recorded_calls() as calls, SimulatedBigIP() as device:
        probed(device, may_save=True)
    return calls


@pytest.mark.parametrize("operation", spread(OPERATIONS, DAYS), ids=lambda operation: operation.__name__)
def test_probe_asks_every_call_of_an_operation(asked: Calls, operation: Callable[[Path], None], tmp_path: Path) -> None:
    with recorded_calls() as calls:
        operation(tmp_path / "worlds")
    assert [place for place in calls if place not in asked and place not in EXCEPTIONS] == []
    others = {
        place: (sent.properties - asked[place].properties, sent.parameters - asked[place].parameters - OF_LISTS)
        for place, sent in calls.items()
        if place in asked
    }
    assert {place: more for place, more in others.items() if any(more)} == {}


def test_exceptions_are_asked_by_no_probe(asked: Calls) -> None:
    assert [place for place in EXCEPTIONS if place in asked] == []


def test_probe_asks_what_certbots_plugin_sends(asked: Calls) -> None:
    """`tests/acme/test_bigip_plugin.py` holds these against the plugin itself."""
    assert asked["POST", "/tm/ltm/rule"].properties == {"name", "partition", "apiAnonymous"}
    assert "rules" in asked["PATCH", "/tm/ltm/virtual/~"].properties
    assert {("GET", "/tm/ltm/rule/~"), ("DELETE", "/tm/ltm/rule/~")} <= asked.keys()
