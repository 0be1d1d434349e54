"""Refusals that are no objects' own: their status, text and ``apiError``."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from sectigo_f5.simulator import Fault
from tests.simulator.conftest import Make
from tests.simulator.rest import Rest

VS, RULE = "ltm/virtual/~Common~vs", "ltm/rule/~Common~r"
NOTHING = "one or more properties must be specified"


@pytest.fixture
def vs(rest: Rest) -> Rest:
    """A device with one virtual server and one iRule."""
    rest.device.add_virtual_server("/Common/vs", "192.0.2.10:443")
    rest.device.add_rule("/Common/r", "")
    return rest


def refused(rest: Rest, method: str, path: str, body: Any = None, transaction: Any = None) -> tuple[int, str, int]:
    """Return the status, the text and the number of mcpd's or icrd's body."""
    answer = rest.call(method, path, body, transaction)
    error = answer.json()
    assert set(error) == {"code", "message", "errorStack", "apiError"}
    assert (error["code"], error["errorStack"]) == (answer.status_code, [])
    return answer.status_code, error["message"], error["apiError"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("ltm/rule", {"name": "x", "partition": "Nobody"}),
        ("ltm/profile/client-ssl", {"name": "/Nobody/x"}),
        ("sys/crypto/key", {"name": "x.key", "partition": "Nobody", "keyType": "ec-private"}),
    ],
)
def test_post_into_a_missing_partition_is_no_404(rest: Rest, path: str, body: dict[str, str]) -> None:
    assert refused(rest, "POST", path, body) == (400, "The requested folder (/Nobody) was not found.", 26214401)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize("path", [VS, RULE, f"{VS}/profiles/~Common~tcp", "ltm/profile/client-ssl/clientssl"])
def test_change_without_a_property_is_refused(vs: Rest, method: str, path: str) -> None:
    assert refused(vs, method, path, {}) == (400, NOTHING, 26214401)
    number = vs.begin()
    assert vs.call(method, path, {}, number).ok
    assert refused(vs, "PATCH", f"transaction/{number}", {"state": "VALIDATING"}) == (
        400,
        f"transaction failed:{NOTHING}",
        2,
    )


def test_patch_of_the_name_alone_changes_nothing(vs: Rest) -> None:
    assert refused(vs, "PATCH", RULE, {"name": "r", "apiAnonymous": None})[1] == NOTHING


def test_failed_transaction_has_a_number_of_its_own(vs: Rest) -> None:
    number = vs.begin()
    vs.call("DELETE", "ltm/rule/~Common~nope", transaction=number)
    text = "transaction failed:01020036:3: The requested iRule (/Common/nope) was not found."
    assert refused(vs, "PATCH", f"transaction/{number}", {"state": "VALIDATING"}) == (400, text, 2)


def test_missing_item_of_a_sub_collection_has_two_texts(vs: Rest) -> None:
    path = f"{VS}/profiles/~Common~udp"
    assert refused(vs, "GET", path) == (404, "Object not found - /Common/udp", 1)
    below = "01020036:3: The requested virtual server profile (/Common/vs /Common/udp) was not found."
    for method, body in (("DELETE", None), ("PATCH", {"context": "all"})):
        assert refused(vs, method, path, body) == (404, below, 3)
    vs.post("ltm/pool", {"name": "p"})
    wrong = refused(vs, "GET", "ltm/pool/p/members/~Common~wrong:80")
    assert wrong == (404, "Object not found - /Common/wrong:80", 1)


@pytest.mark.parametrize("header", [True, False])
def test_url_below_a_queued_command_is_refused(vs: Rest, header: bool) -> None:
    number = vs.begin()
    path = f"transaction/{number}/commands/3/members/"
    answer = refused(vs, "POST", path, {"name": "x"}, number if header else None)
    assert answer == (400, "Found invalid command id 3/members/", 1)
    assert vs.get(f"transaction/{number}/commands")["items"] == []


def test_bash_is_an_unexpected_argument_without_a_shell(make: Make) -> None:
    for switches in ({"role": "manager"}, {"role": "resource-admin", "bash": False}):
        with contextlib.closing(Rest(make(**switches))) as rest:
            rest.login()
            body = {"command": "run", "utilCmdArgs": "-c 'echo'"}
            assert refused(rest, "POST", "util/bash", body) == (400, '"bash" unexpected argument', 26214401)


@pytest.mark.parametrize("name", ["http2", "websocket", "html"])
def test_profiles_above_http_need_an_http_profile(vs: Rest, name: str) -> None:
    expected = "01070734:3: Required profile profile_http not present"
    assert refused(vs, "PATCH", VS, {"profiles": ["tcp", name]})[1] == expected
    vs.patch(VS, {"profiles": ["tcp", "http", name]})
    assert refused(vs, "DELETE", f"{VS}/profiles/~Common~http")[1] == expected


@pytest.mark.parametrize(("switch", "status"), [("rejected", 400), ("works", 200)])
def test_client_ssl_names_that_begin_with_a_digit(make: Make, switch: str, status: int) -> None:
    with contextlib.closing(Rest(make(digit_first_names=switch))) as rest:
        rest.login()
        answer = rest.call("POST", "ltm/profile/client-ssl", {"name": "7x.example.com"})
        assert answer.status_code == status
        if status == 400:
            expected = "01070088:3: The requested object name (/Common/7x.example.com) is invalid."
            assert answer.json()["message"] == expected
        rest.post("sys/crypto/key", {"name": "7x.example.com.key", "keyType": "ec-private"})


@pytest.mark.parametrize(("action", "rules"), [("async-timeout", []), ("async-timeout-after", ["/Common/r"])])
def test_async_timeout_is_a_page_before_or_after_the_work(rest: Rest, action: str, rules: list[str]) -> None:
    rest.device.fault(Fault("POST", "/ltm/rule$", action=action))
    answer = rest.call("POST", "ltm/rule", {"name": "r"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "text/html")
    assert "AsyncContext timeout" in answer.text
    assert rest.device.rules == rules
    assert rest.device.writes()[-1].status == 500
