"""Transactions: queued, echoed, all or nothing."""

from __future__ import annotations

import contextlib

import pytest

from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.simulator.conftest import Make
from tests.simulator.rest import Rest, add_pair, certificate_pem, entry, key_pem, rsa_key


def test_transaction_has_the_fields_of_real_devices(rest: Rest) -> None:
    answer = rest.post("transaction", {})
    assert {name: value for name, value in answer.items() if name not in ("transId", "selfLink")} == {
        "state": "STARTED",
        "timeoutSeconds": 120,
        "asyncExecution": False,
        "validateOnly": False,
        "executionTimeout": 300,
        "executionTime": 0,
        "failureReason": "",
        "kind": "tm:transactionstate",
    }
    assert answer["selfLink"] == f"https://localhost/mgmt/tm/transaction/{answer['transId']}?ver=16.1.4"


def test_write_is_echoed_and_waits_for_the_commit(rest: Rest) -> None:
    number = rest.begin()
    body = {"name": "x", "partition": "Common"}
    echo = rest.post("ltm/profile/client-ssl/", body, number)
    assert echo == {
        "method": "POST",
        "uri": "https://localhost/mgmt/tm/ltm/profile/client-ssl",
        "body": body,
        "evalOrder": 1,
        "commandId": 1,
        "kind": "tm:transaction:commandsstate",
        "selfLink": f"https://localhost/mgmt/tm/transaction/{number}/commands/1?ver=16.1.4",
    }
    assert rest.call("GET", "ltm/profile/client-ssl/~Common~x", transaction=number).status_code == 404
    assert rest.get(f"transaction/{number}/commands")["items"] == [echo]
    answer = rest.commit(number)
    assert (answer.status_code, answer.json()["state"]) == (200, "COMPLETED")
    assert rest.get("ltm/profile/client-ssl/~Common~x")["name"] == "x"


def test_read_in_a_transaction_is_executed_at_once(rest: Rest) -> None:
    number = rest.begin()
    answer = rest.call("GET", "ltm/profile/http/~Common~http", transaction=number)
    assert answer.json()["kind"] == "tm:ltm:profile:http:httpstate"


def test_one_refused_command_undoes_the_whole_transaction(rest: Rest) -> None:
    before = rest.device.engine.configuration
    number = rest.begin()
    rest.post("ltm/rule", {"name": "good", "apiAnonymous": ""}, number)
    rest.post("ltm/profile/client-ssl", {"name": "bad", "certKeyChain": [entry("nope")]}, number)
    answer = rest.commit(number)
    expected = "transaction failed:01070277:3: The requested certificate (/Common/nope.crt) was not found."
    assert (answer.status_code, answer.json()["message"]) == (400, expected)
    assert rest.device.engine.configuration is before
    assert rest.device.rules == []
    assert rest.refusal("GET", f"transaction/{number}")[0] == 404


def test_validation_changes_nothing(rest: Rest) -> None:
    number = rest.begin()
    rest.post("ltm/rule", {"name": "r", "apiAnonymous": ""}, number)
    answer = rest.commit(number, validateOnly=True)
    assert (answer.status_code, answer.json()["validateOnly"]) == (200, True)
    assert rest.device.rules == []
    assert rest.commit(number).ok
    assert rest.device.rules == ["/Common/r"]


@pytest.mark.parametrize(("switch", "status", "rules"), [("ignored", 200, ["/Common/r"]), ("rejected", 400, [])])
def test_validation_may_be_ignored_or_refused(make: Make, switch: str, status: int, rules: list[str]) -> None:
    with contextlib.closing(Rest(make(validate_only=switch))) as rest:
        rest.login()
        number = rest.begin()
        rest.post("ltm/rule", {"name": "r", "apiAnonymous": ""}, number)
        assert rest.commit(number, validateOnly=True).status_code == status
        assert rest.device.rules == rules


def test_key_and_certificate_can_only_change_together(rest: Rest) -> None:
    """Either one alone would no longer match the profile (01070317); the order does not matter."""
    add_pair(rest.device, "r")
    rest.post("ltm/profile/client-ssl", {"name": "x", "certKeyChain": [entry("r")]})
    other = rsa_key(1)
    rest.upload("n.key", key_pem(other).encode())
    rest.upload("n.crt", certificate_pem(other.public_key(), "r.example.com").encode())
    number = rest.begin()
    for kind, end in (("ssl-cert", "crt"), ("ssl-key", "key")):
        body = {"sourcePath": f"file:/var/config/rest/downloads/n.{end}"}
        rest.patch(f"sys/file/{kind}/~Common~r.{end}", body, number)
    assert rest.commit(number).ok
    assert rest.get("sys/file/ssl-key/~Common~r.key")["revision"] == 2


def test_object_released_by_the_same_transaction_can_be_deleted(rest: Rest) -> None:
    rest.device.add_virtual_server("/Common/vs", "192.0.2.1:443", ("/Common/tcp", "/Common/clientssl-secure"))
    number = rest.begin()
    rest.call("DELETE", "ltm/profile/client-ssl/~Common~clientssl-secure", transaction=number)
    rest.patch("ltm/virtual/~Common~vs", {"profiles": ["/Common/tcp"]}, number)
    assert rest.commit(number).ok
    assert not rest.device.exists("/mgmt/tm/ltm/profile/client-ssl/~Common~clientssl-secure")


def test_empty_transaction_cannot_be_committed(rest: Rest) -> None:
    status, message = rest.refusal("PATCH", f"transaction/{rest.begin()}", {"state": "VALIDATING"})
    assert status == 400
    assert "there is no command to commit in the transaction" in message


def test_aborted_transaction_is_missing(rest: Rest) -> None:
    number = rest.begin()
    rest.post("ltm/rule", {"name": "r", "apiAnonymous": ""}, number)
    assert rest.call("DELETE", f"transaction/{number}").status_code == 200
    missing = (404, "Missing transaction ID for this call.")
    assert rest.refusal("POST", "ltm/rule", {"name": "r"}, number) == missing
    assert rest.refusal("PATCH", f"transaction/{number}", {"state": "VALIDATING"}) == missing
    assert rest.device.rules == []


def test_idle_transaction_expires() -> None:
    now = [1_800_000_000.0]
    with (
        SimulatedBigIP(Switches(), clock=lambda: now[0]) as device,
        contextlib.closing(Rest(device)) as rest,
    ):
        rest.login()
        number = rest.begin()
        now[0] += 121
        assert rest.refusal("POST", "ltm/rule", {"name": "r"}, number)[0] == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("sys/crypto/key", {"name": "a.key"}),
        ("util/bash", {"command": "run", "utilCmdArgs": "-c 'echo'"}),
        ("sys/config", {"command": "save"}),
    ],
)
def test_some_calls_are_refused_in_a_transaction(rest: Rest, path: str, body: dict[str, str]) -> None:
    assert rest.refusal("POST", path, body, rest.begin())[0] == 400
    assert (rest.device.saved, rest.device.audit) == (0, [])


def test_commands_keep_their_number_and_can_be_moved(rest: Rest) -> None:
    number = rest.begin()
    for name in ("a", "b", "c"):
        rest.post("ltm/rule", {"name": name, "apiAnonymous": ""}, number)
    moved = rest.patch(f"transaction/{number}/commands/3", {"evalOrder": 1})
    assert (moved["commandId"], moved["evalOrder"], moved["body"]["name"]) == (3, 1, "c")
    assert rest.call("DELETE", f"transaction/{number}/commands/1").status_code == 200
    listed = rest.get(f"transaction/{number}/commands")["items"]
    assert [(one["commandId"], one["evalOrder"]) for one in listed] == [(3, 1), (2, 2)]
    assert rest.get(f"transaction/{number}/commands/2")["body"]["name"] == "b"
    assert rest.refusal("GET", f"transaction/{number}/commands/1")[0] == 404
    assert rest.refusal("PATCH", f"transaction/{number}/commands/2", {"evalOrder": 9})[0] == 400
    assert rest.commit(number).ok
    assert rest.device.rules == ["/Common/b", "/Common/c"]


def test_transaction_takes_every_call_by_switch(make: Make) -> None:
    with contextlib.closing(Rest(make(transactions_take="everything"))) as rest:
        rest.login()
        number = rest.begin()
        rest.post("util/bash", {"command": "run", "utilCmdArgs": "-c 'echo hello > /shared/f'"}, number)
        rest.post("sys/crypto/key", {"name": "a.key", "keyType": "ec-private"}, number)
        assert rest.device.audit == []
        assert rest.commit(number).ok
        assert rest.bash("cat /shared/f") == "hello\n"
        assert rest.device.exists("/mgmt/tm/sys/file/ssl-key/~Common~a.key")
