"""Whatever a BIG-IP answers while it makes several changes together: made, or an error of one line, in bounded time."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import requests
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Call
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.transactions import PAUSES, Operation, send_operations, validate_operations
from sectigo_f5.secret import Secret
from tests.support.damage import JSON, odd
from tests.support.properties import generated

HOST = "192.0.2.10"
OPENED = {"transId": 1795702561794710, "state": "STARTED", "timeoutSeconds": 120, "failureReason": ""}
STATES = st.sampled_from(["STARTED", "VALIDATING", "COMPLETED", "FAILED", "", "x\n\x1b[2J", None, 5])
ANSWERS = st.fixed_dictionaries({**{name: st.just(value) for name, value in OPENED.items()}, "state": STATES}) | odd(
    OPENED
)
OPERATIONS = (
    Operation("POST", "/mgmt/tm/ltm/profile/client-ssl", {"name": "x"}),
    Operation("PATCH", "/mgmt/tm/ltm/virtual/~Common~x", {"rules": []}),
)


class Scripted(IControl):
    """Answers one call after the other, and the last answer for ever; waits without time."""

    def __init__(self, answers: list[Any]) -> None:
        super().__init__(HOST, 443, "admin", Secret("admin"), True, self.wait)
        self.answers, self.waited, self.commits = answers, 0.0, 0

    def wait(self, seconds: float) -> None:
        self.waited += seconds

    def send(self, call: Call) -> requests.Response:
        self.commits += call.method == "PATCH" and "/transaction/" in call.path
        answer = requests.Response()
        answer.status_code = 200
        body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        answer._content = json.dumps(body).encode()  # noqa: SLF001  # as the adapter does
        return answer


def outcome(send: Callable[[IControl, tuple[Operation, ...]], None], client: Scripted) -> str:
    try:
        send(client, OPERATIONS)
    except ConnectorError as error:
        return str(error)
    return ""


@generated(150)
@given(answers=st.lists(ANSWERS | JSON, min_size=1, max_size=6), begun=st.booleans())
def test_any_answers_to_a_transaction_end_in_a_line(answers: list[Any], begun: bool) -> None:
    for send in (send_operations, validate_operations):
        client = Scripted([*([OPENED, {}, {}] if begun else []), *answers])
        sentence = outcome(send, client)
        assert sentence.isprintable()
        assert (len(sentence) < 2500, client.waited <= sum(PAUSES) * 2) == (True, True)
        if send is send_operations and not sentence:
            assert client.commits
