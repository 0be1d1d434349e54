"""What the real certbot-bigip sends to a (simulated) BIG-IP, as the launcher improves it.

The plugin knows only port 443 of a BIG-IP: bound on a loopback address of our own, as root or if
``net.ipv4.ip_unprivileged_port_start`` allows it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import requests

from sectigo_f5.acme.inside_certbot import bigip_plugin, looking
from sectigo_f5.acme.inside_certbot.bigip_plugin import Challenge, Written
from sectigo_f5.simulator import Exchange, SimulatedBigIP, Switches
from tests.support.calls import place
from tests.support.loopback import own_address

SERVER = "/Common/vs_http"
URL = "/mgmt/tm/ltm/virtual/~Common~vs_http"
ADDRESS = own_address(1)
SCRIPT = Path(__file__).with_name("enrolling.py")
PASSWORD = "pa ss"


@pytest.fixture
def device() -> Iterator[SimulatedBigIP]:
    with SimulatedBigIP(Switches(password=PASSWORD, token_limit=10), address=ADDRESS, port=443) as simulated:
        simulated.add_rule("/Common/ours", "when HTTP_REQUEST { HTTP::redirect https://[HTTP::host] }")
        simulated.add_virtual_server(SERVER, f"{ADDRESS}:8080", rules=["/Common/ours"])
        yield simulated


def enrol(device: SimulatedBigIP, folder: Path, times: int) -> str:
    argv = [sys.executable, str(SCRIPT), ADDRESS, PASSWORD, str(device.ca_file), SERVER, str(folder), str(times)]
    environment = {**os.environ, "PYTHONPATH": str(SCRIPT.parents[2])}
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_many_enrolments_leave_no_token_and_write_the_rules_alone(device: SimulatedBigIP, tmp_path: Path) -> None:
    output = enrol(device, tmp_path, 12)
    assert output.count(": it is answered") == 12
    assert "setuptools loaded: False" in output
    assert device.tokens == []
    calls = [(done.method, done.path.rstrip("/")) for done in device.journal]
    assert calls.count(("POST", "/mgmt/shared/authn/login")) == 12
    assert calls.count(("PATCH", URL)) == 24
    assert {method for method, _ in calls} == {"GET", "POST", "PATCH", "DELETE"}
    assert len(calls) == 12 * 19  # the plugin alone: 24, and 3 tokens to be handed back
    writes = {(method, place(path)) for method, path in calls if method != "GET" and "/authn/" not in path}
    tokens, rules, server = "/shared/authz/tokens/~", "/tm/ltm/rule", "/tm/ltm/virtual/~"  # see tests/probe
    assert writes == {("DELETE", tokens), ("POST", rules), ("DELETE", f"{rules}/~"), ("PATCH", server)}
    assert device.get(URL)["rules"] == ["/Common/ours"]
    assert device.rules == ["/Common/ours"]


def test_what_others_change_meanwhile_is_kept(device: SimulatedBigIP, tmp_path: Path) -> None:
    """One property after the virtual server was read to be written, one iRule while the CA looks."""
    device.add_rule("/Common/theirs", "when CLIENT_ACCEPTED { }")

    def interfere(exchange: Exchange) -> None:
        done = [(one.method, one.path.rstrip("/")) for one in device.journal]
        if done[-1] == ("GET", URL) and ("PATCH", URL) not in done:
            device.set(URL, description=f"seen {len(done)}")
        if done[-1] == ("PATCH", URL) and done.count(done[-1]) == 1:
            device.set(URL, rules=[*device.get(URL)["rules"], "/Common/theirs"])

    device.hook = interfere
    assert ": it is answered" in enrol(device, tmp_path, 1)
    after = device.get(URL)
    read = [one.number for one in device.journal if (one.method, one.path.rstrip("/")) == ("GET", URL)]
    written = next(one.number for one in device.journal if one.method == "PATCH")
    assert after["description"] == f"seen {max(number for number in read if number < written)}"
    assert after["rules"] == ["/Common/ours", "/Common/theirs"]


# -- the wait --------------------------------------------------------------------------------------

RULE = "Certbot-Letsencrypt-token"
CHALLENGE = Challenge("www.example.com", "/.well-known/acme-challenge/token", "token.thumbprint")


def waited(destination: str, monkeypatch: pytest.MonkeyPatch, ask: Callable[..., str], rule: str = RULE) -> Any:
    """Return what was told, and the seconds that were slept."""
    told, slept = list[str](), list[float]()
    monkeypatch.setattr(time, "sleep", slept.append)
    place = SimpleNamespace(address_of=looking.address_of, ask=ask, wait=lambda question, _: question(2.0))
    bigip_plugin.wait(10, [Written(SERVER, destination, rule)], {RULE: CHALLENGE}, place, told.append)  # type: ignore[arg-type]
    return [re.sub(r"\d+\.\d s", "N s", line) for line in told], sum(slept)


def test_a_challenge_that_is_answered_is_not_slept_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[tuple[Any, ...]]()

    def ask(*of: Any) -> str:
        asked.append(of)
        return ""

    told, slept = waited("/Common/192.0.2.1:80", monkeypatch, ask)
    assert asked == [(("192.0.2.1", 80), *CHALLENGE, 2.0)]
    assert (told, slept) == ([f"waited N s for the challenge of www.example.com on {SERVER}: it is answered"], 0)


def test_one_that_cannot_be_seen_from_here_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told, _ = waited("/Common/192.0.2.1:80", monkeypatch, lambda *_: "another answer, HTTP 301")
    assert told == [f"waited N s for the challenge of www.example.com on {SERVER}: another answer, HTTP 301"]


@pytest.mark.parametrize(
    ("destination", "rule", "told"),
    [
        ("/Common/192.0.2.1%2:80", RULE, "/Common/192.0.2.1%2:80 cannot be asked from here"),
        ("", RULE, "its address cannot be asked from here"),
        ("/Common/192.0.2.1:80", "ours", None),
    ],
)
def test_ten_seconds_are_slept_if_nothing_can_be_asked(
    monkeypatch: pytest.MonkeyPatch, destination: str, rule: str, told: str | None
) -> None:
    lines, slept = waited(destination, monkeypatch, lambda *_: "", rule)
    assert slept == 10
    assert lines == ([f"waited N s for the challenge of www.example.com on {SERVER}: {told}"] if told else [])


def test_another_release_of_the_plugin_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    configurator, obj, server = ModuleType("configurator"), ModuleType("obj"), ModuleType("virtual")
    obj.Bigip, server.Virtual = type("Bigip", (), {}), type("Virtual", (), {})  # type: ignore[attr-defined]
    before = [dict(vars(module)) for module in (configurator, obj, obj.Bigip, server.Virtual)]
    found = {"certbot_bigip.configurator": configurator, "certbot_bigip.obj": obj, "f5.bigip.tm.ltm.virtual": server}
    package = ModuleType("certbot_bigip")
    package.configurator, package.obj = configurator, obj  # type: ignore[attr-defined]
    for name, module in {"certbot_bigip": package, **found}.items():
        monkeypatch.setitem(sys.modules, name, module)
    bigip_plugin.improve(looking, lambda _: None)
    assert [dict(vars(module)) for module in (configurator, obj, obj.Bigip, server.Virtual)] == before


def test_a_sleep_for_something_else_stays_a_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    slept = list[float]()
    monkeypatch.setattr(time, "sleep", slept.append)
    bigip_plugin.wait(10, [], {RULE: CHALLENGE}, looking, lambda _: None)
    assert slept == [10]


def test_a_write_is_repeated_if_the_connection_was_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    failures = ["Connection aborted.", "Connection aborted.", "Connection refused"]

    class Server:
        fullPath, destination, rules = SERVER, "/Common/192.0.2.1:80", ["/Common/ours", f"/Common/{RULE}"]  # noqa: RUF012, N815

        def update(self, **properties: Any) -> None:
            wrote.append(properties)

        def modify(self, **properties: Any) -> None:
            if failures:
                raise requests.ConnectionError(failures.pop(0))
            wrote.append(properties)

    wrote = list[dict[str, Any]]()
    written = bigip_plugin.write_rules_alone(Server)
    server = Server()
    with pytest.raises(requests.ConnectionError, match="refused"):
        server.update()
    assert written == []
    failures[:] = ["Connection aborted."]
    server.update()
    assert written == [Written(SERVER, "/Common/192.0.2.1:80", RULE)]
    server.update(description="x")  # what asks for more is not ours to change
    assert wrote == [{"rules": Server.rules}, {"description": "x"}]
