"""Transactions of which the device says less, or says it later; by ``responses``."""

from typing import Any

import pytest
import requests
import responses

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.transactions import Transaction, all_or_nothing
from tests.support.replies import ORIGIN, THING, client

OPEN = f"{ORIGIN}/mgmt/tm/transaction"
ONE = f"{OPEN}/7"
GONE = {"code": 404, "message": "Missing transaction ID for this call."}


def nothing(_: Transaction) -> None:
    """Queue nothing."""


def failing(_: Transaction) -> None:
    raise ZeroDivisionError


def commit(device: responses.RequestsMock, pauses: list[float] | None = None) -> int:
    """Commit an empty transaction; returns how often the commit was sent."""
    device.post(OPEN, json={"transId": 7, "state": "STARTED"})
    with client(pauses) as f5:
        all_or_nothing(f5, nothing)
    return len([call for call in device.calls if call.request.method == "PATCH"])


def test_transaction_is_committed_without_the_header(device: responses.RequestsMock) -> None:
    number, url = 1526674837169915, f"{ORIGIN}/mgmt/tm/transaction/1526674837169915"
    device.post(f"{ORIGIN}/mgmt/tm/transaction", json={"transId": number, "state": "STARTED"})
    device.patch(ORIGIN + THING, json={"kind": "tm:transaction:commandsstate"})
    device.patch(url, json={"transId": number, "state": "COMPLETED"})
    with client() as f5:
        all_or_nothing(f5, lambda transaction: transaction.patch(THING, {"description": "x"}))
    queued, commit = device.calls[2].request, device.calls[3].request
    assert queued.headers["X-F5-REST-Coordination-Id"] == str(number)
    assert "X-F5-REST-Coordination-Id" not in commit.headers


def test_a_failed_block_aborts_the_transaction(device: responses.RequestsMock) -> None:
    device.post(f"{ORIGIN}/mgmt/tm/transaction", json={"transId": 7})
    device.delete(f"{ORIGIN}/mgmt/tm/transaction/7", body="")
    with client() as f5, pytest.raises(ZeroDivisionError):
        all_or_nothing(f5, failing)


def test_a_refused_commit_keeps_the_devices_own_text(device: responses.RequestsMock) -> None:
    text = "transaction failed:01070712:3: Certificate/Key has unknown format or security type (/Common/keypair1)."
    device.post(f"{ORIGIN}/mgmt/tm/transaction", json={"transId": 7})
    device.patch(f"{ORIGIN}/mgmt/tm/transaction/7", status=400, json={"code": 400, "message": text})
    with client() as f5, pytest.raises(DeviceError, match="unknown format") as caught:
        all_or_nothing(f5, nothing)
    assert caught.value.code == "01070712"


@pytest.mark.parametrize("first", ["STARTED", "UPDATING", "VALIDATING"])
def test_a_commit_that_goes_on_is_waited_for(device: responses.RequestsMock, first: str) -> None:
    device.patch(ONE, json={"transId": 7, "state": first})
    device.get(ONE, json={"transId": 7, "state": "VALIDATING"})
    device.get(ONE, json={"transId": 7, "state": "COMPLETED"})
    pauses: list[float] = []
    assert commit(device, pauses) == 1
    assert pauses == [0.5, 1.0]


def test_a_commit_without_a_body_is_looked_up(device: responses.RequestsMock) -> None:
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
    device.patch(ONE, body=requests.ReadTimeout("slow"))
    device.get(ONE, json={"transId": 7, "state": "COMPLETED"})
    assert commit(device) == 1


@pytest.mark.parametrize("answer", [{"body": requests.ReadTimeout("slow")}, {"status": 404, "json": GONE}])
def test_of_a_transaction_that_is_gone_nobody_knows(device: responses.RequestsMock, answer: dict[str, Any]) -> None:
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


def test_a_transaction_without_a_number_is_not_begun(device: responses.RequestsMock) -> None:
    device.post(OPEN, body="")
    with client() as f5, pytest.raises(ConnectorError, match="without telling its number"):
        all_or_nothing(f5, nothing)


@pytest.mark.parametrize("lost", ["opening", "command"])
def test_before_the_commit_a_lost_answer_only_begins_anew(device: responses.RequestsMock, lost: str) -> None:
    device.post(OPEN, **({"body": requests.ReadTimeout("slow")} if lost == "opening" else {"json": {"transId": 6}}))
    if lost == "command":
        device.patch(ORIGIN + THING, body=requests.ReadTimeout("slow"))
        device.delete(f"{OPEN}/6", body="")
    device.post(OPEN, json={"transId": 7})
    device.patch(ORIGIN + THING, json={"kind": "tm:transaction:commandsstate"})
    device.patch(ONE, json={"state": "COMPLETED"})
    with client() as f5:
        all_or_nothing(f5, lambda transaction: transaction.patch(THING, {"description": "x"}))
    assert [call.request.url for call in device.calls][-2] == ONE


def test_what_is_lost_twice_before_the_commit_was_never_begun(device: responses.RequestsMock) -> None:
    device.post(OPEN, body=requests.ReadTimeout("slow"))
    with client() as f5, pytest.raises(DeviceError, match="not begun: no answer") as caught:
        all_or_nothing(f5, nothing)
    assert not isinstance(caught.value, OutcomeUnknownError)
