"""One operation or a transaction of several, also on a device that answers late, briefly or never; by ``responses``."""

import json
from typing import Any

import pytest
import requests
import responses

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.transactions import Operation, send_operations, validate_operations
from tests.support.replies import NOT_FOUND, ORIGIN, THING, client

OPEN = f"{ORIGIN}/mgmt/tm/transaction"
ONE = f"{OPEN}/7"
PROFILES = f"{THING}/profiles"
GONE = {"code": 404, "message": "Missing transaction ID for this call."}
QUEUED = {"kind": "tm:transaction:commandsstate"}
LOST = requests.ReadTimeout("slow")

CHANGE = Operation("PATCH", THING, {"description": "x"})
SEVERAL = (CHANGE, Operation("POST", PROFILES, {"name": "new"}), Operation("DELETE", f"{PROFILES}/~Common~old"))


def open_transaction(device: responses.RequestsMock, number: int = 7) -> None:
    """Have the device open a transaction and take every operation of ``SEVERAL``."""
    device.post(OPEN, json={"transId": number, "state": "STARTED"})
    for operation in SEVERAL:
        device.add(operation.method, ORIGIN + operation.path, json=QUEUED)


def commit(device: responses.RequestsMock, pauses: list[float] | None = None) -> int:
    """Send ``SEVERAL``; returns how often the commit was sent."""
    open_transaction(device)
    with client(pauses) as f5:
        send_operations(f5, SEVERAL)
    return len([call for call in device.calls if (call.request.method, call.request.url) == ("PATCH", ONE)])


def calls(device: responses.RequestsMock) -> list[tuple[str | None, str | None]]:
    """Return what was sent between login and logout."""
    return [(call.request.method, call.request.url) for call in device.calls][1:-1]


# -- one operation, or none ------------------------------------------------------------------------


def test_no_operation_sends_nothing(device: responses.RequestsMock) -> None:
    with client() as f5:
        send_operations(f5, ())
    assert calls(device) == []


@pytest.mark.parametrize("operation", SEVERAL)
def test_one_operation_is_a_plain_call(device: responses.RequestsMock, operation: Operation) -> None:
    device.add(operation.method, ORIGIN + operation.path, json={})
    with client() as f5:
        send_operations(f5, [operation])
    assert calls(device) == [(operation.method, ORIGIN + operation.path)]
    request = device.calls[1].request
    assert json.loads(request.body or "null") == operation.body
    assert "X-F5-REST-Coordination-Id" not in request.headers


def test_one_write_whose_answer_was_lost_is_not_repeated(device: responses.RequestsMock) -> None:
    device.patch(ORIGIN + THING, body=LOST)
    with client() as f5, pytest.raises(OutcomeUnknownError):
        send_operations(f5, [CHANGE])
    assert calls(device) == [("PATCH", ORIGIN + THING)]


def test_one_deletion_whose_answer_was_lost_is_repeated(device: responses.RequestsMock) -> None:
    device.delete(ORIGIN + THING, body=LOST)
    device.delete(ORIGIN + THING, status=404, json=NOT_FOUND)
    with client() as f5:
        send_operations(f5, [Operation("DELETE", THING)])
    assert calls(device) == [("DELETE", ORIGIN + THING)] * 2


def test_operation_does_not_show_its_body() -> None:
    assert repr(Operation("PATCH", THING, {"passphrase": "s3cr3t"})) == f"Operation(method='PATCH', path='{THING}')"


# -- queueing --------------------------------------------------------------------------------------


def test_several_operations_are_queued_in_order(device: responses.RequestsMock) -> None:
    number = 1526674837169915
    url = f"{OPEN}/{number}"
    open_transaction(device, number)
    device.patch(url, json={"transId": number, "state": "COMPLETED"})
    with client() as f5:
        send_operations(f5, SEVERAL)
    queued = [(operation.method, ORIGIN + operation.path) for operation in SEVERAL]
    assert calls(device) == [("POST", OPEN), *queued, ("PATCH", url)]
    requests_of_operations = [call.request for call in device.calls][2:5]
    assert [json.loads(sent.body or "null") for sent in requests_of_operations] == [one.body for one in SEVERAL]
    assert {sent.headers["X-F5-REST-Coordination-Id"] for sent in requests_of_operations} == {str(number)}
    assert "X-F5-REST-Coordination-Id" not in device.calls[5].request.headers  # the commit


def test_a_refused_operation_drops_the_transaction(device: responses.RequestsMock) -> None:
    device.post(OPEN, json={"transId": 7})
    device.patch(ORIGIN + THING, status=400, json={"code": 400, "message": "01070734:3: Configuration error"})
    device.delete(ONE, body="")
    with client() as f5, pytest.raises(DeviceError, match="Configuration error"):
        send_operations(f5, SEVERAL)
    assert calls(device) == [("POST", OPEN), ("PATCH", ORIGIN + THING), ("DELETE", ONE)]


@pytest.mark.parametrize("body", ["", '{"transId": "1\\n2"}', '{"transId": "\u20ac"}', '{"transId": {}}'])
def test_a_transaction_without_a_number_is_not_used(device: responses.RequestsMock, body: str) -> None:
    device.post(OPEN, body=body)
    with client() as f5, pytest.raises(ConnectorError, match="returned no number for it"):
        send_operations(f5, SEVERAL)
    assert calls(device) == [("POST", OPEN)]


@pytest.mark.parametrize("lost", ["opening", "operation"])
def test_an_answer_lost_before_the_commit_starts_again(device: responses.RequestsMock, lost: str) -> None:
    if lost == "opening":
        device.post(OPEN, body=LOST)
    else:
        device.post(OPEN, json={"transId": 6})
        device.patch(ORIGIN + THING, body=LOST)
        device.delete(f"{OPEN}/6", body="")
    device.patch(ONE, json={"state": "COMPLETED"})
    assert commit(device) == 1
    assert calls(device).count(("POST", OPEN)) == 2
    assert calls(device)[-1] == ("PATCH", ONE)


def test_answers_lost_twice_before_the_commit_are_a_refusal(device: responses.RequestsMock) -> None:
    device.post(OPEN, body=LOST)
    with client() as f5, pytest.raises(DeviceError, match="not begun: no answer") as caught:
        send_operations(f5, SEVERAL)
    assert not isinstance(caught.value, OutcomeUnknownError)
    assert calls(device) == [("POST", OPEN)] * 2


# -- the commit ------------------------------------------------------------------------------------


def test_a_refused_commit_keeps_the_text_of_the_device(device: responses.RequestsMock) -> None:
    text = "transaction failed:01070712:3: Certificate/Key has unknown format or security type (/Common/keypair1)."
    device.patch(ONE, status=400, json={"code": 400, "message": text})
    with pytest.raises(DeviceError, match="unknown format") as caught:
        commit(device)
    assert (caught.value.code, isinstance(caught.value, OutcomeUnknownError)) == ("01070712", False)


@pytest.mark.parametrize("first", ["STARTED", "UPDATING", "VALIDATING"])
def test_a_commit_that_takes_longer_is_waited_for(device: responses.RequestsMock, first: str) -> None:
    device.patch(ONE, json={"transId": 7, "state": first})
    device.get(ONE, json={"transId": 7, "state": "VALIDATING"})
    device.get(ONE, json={"transId": 7, "state": "COMPLETED"})
    pauses: list[float] = []
    assert commit(device, pauses) == 1
    assert pauses == [0.5, 1.0]


def test_a_commit_answered_without_a_body_is_looked_up(device: responses.RequestsMock) -> None:
    device.patch(ONE, body="")
    device.get(ONE, json={"transId": 7, "state": "COMPLETED"})
    assert commit(device) == 1


@pytest.mark.parametrize("prefix", ["", "transaction failed:"])
def test_a_commit_that_fails_later_is_a_refusal(device: responses.RequestsMock, prefix: str) -> None:
    device.patch(ONE, json={"transId": 7, "state": "VALIDATING"})
    reason = prefix + "01071809:3: Virtual Server /Common/vs has more than one clientssl/serverssl profile"
    device.get(ONE, json={"transId": 7, "state": "FAILED", "failureReason": reason})
    with pytest.raises(DeviceError) as caught:
        commit(device)
    assert (caught.value.code, isinstance(caught.value, OutcomeUnknownError)) == ("01071809", False)


def test_a_commit_that_never_arrived_is_sent_again(device: responses.RequestsMock) -> None:
    device.patch(ONE, body=requests.ConnectionError("reset by peer"))
    device.get(ONE, json={"transId": 7, "state": "STARTED"})
    device.patch(ONE, json={"transId": 7, "state": "COMPLETED"})
    assert commit(device) == 2


def test_a_commit_whose_answer_was_lost_is_looked_up(device: responses.RequestsMock) -> None:
    device.patch(ONE, body=LOST)
    device.get(ONE, json={"transId": 7, "state": "COMPLETED"})
    assert commit(device) == 1


@pytest.mark.parametrize("answer", [{"body": LOST}, {"status": 404, "json": GONE}])
def test_a_transaction_that_is_gone_has_an_unknown_outcome(
    device: responses.RequestsMock, answer: dict[str, Any]
) -> None:
    device.add("PATCH", ONE, **answer)
    device.get(ONE, status=404, json=GONE)
    with pytest.raises(OutcomeUnknownError, match="Missing transaction ID"):
        commit(device)


def test_a_commit_that_never_ends_is_given_up_and_dropped(device: responses.RequestsMock) -> None:
    device.patch(ONE, json={"transId": 7, "state": "VALIDATING"})
    device.get(ONE, json={"transId": 7, "state": "VALIDATING"})
    device.delete(ONE, body="")
    pauses: list[float] = []
    with pytest.raises(OutcomeUnknownError, match="did not end in five minutes"):
        commit(device, pauses)
    assert 300 < sum(pauses) < 330


# -- validation only -------------------------------------------------------------------------------


def validate(device: responses.RequestsMock, *states: str) -> None:
    """Have the device judge ``SEVERAL``: the first state answers the commit, the others a look at the transaction."""
    open_transaction(device)
    device.patch(ONE, json={"state": states[0], "failureReason": "01071610:3: no"})
    for state in states[1:]:
        device.get(ONE, json={"state": state})
    device.delete(ONE, json={})
    with client([]) as f5:
        validate_operations(f5, SEVERAL)


@pytest.mark.parametrize(
    "states", [["COMPLETED"], ["STARTED"], ["VALIDATING", "UPDATING", "COMPLETED"], ["", "STARTED"]]
)
def test_a_validation_ends_with_the_transaction_deleted(device: responses.RequestsMock, states: list[str]) -> None:
    validate(device, *states)
    (commit,) = (call.request for call in device.calls if (call.request.method, call.request.url) == ("PATCH", ONE))
    assert json.loads(commit.body or "") == {"state": "VALIDATING", "validateOnly": True}
    assert calls(device)[-1] == ("DELETE", ONE)


def test_a_validation_that_fails_is_a_refusal(device: responses.RequestsMock) -> None:
    with pytest.raises(DeviceError, match="transaction failed:01071610:3: no"):
        validate(device, "FAILED")
    assert ("DELETE", ONE) in [(call.request.method, call.request.url) for call in device.calls]
