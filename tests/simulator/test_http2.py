"""HTTP/2 profiles beside client SSL profiles (F5 Bug ID 516327)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.rest import Rest

CLIENT_SSL, HTTP2 = "ltm/profile/client-ssl", "ltm/profile/http2"
VS = "ltm/virtual/~Common~vs"
REFUSED = (
    "01070734:3: Configuration error: In Virtual Server (/Common/vs) an http2 profile with enforce-tls-requirements "
    "enabled is incompatible with clientssl profile '/Common/x'; regenotiation must be disabled"
)


@pytest.fixture
def vs(rest: Rest) -> Rest:
    """A virtual server that has HTTP/2 and a client SSL profile without renegotiation."""
    rest.post(CLIENT_SSL, {"name": "parent", "renegotiation": "disabled"})
    rest.post(CLIENT_SSL, {"name": "x", "defaultsFrom": "/Common/parent"})
    rest.post(HTTP2, {"name": "h2"})
    profiles = ("/Common/tcp", "/Common/http", "/Common/h2", "/Common/x")
    rest.device.add_virtual_server("/Common/vs", "192.0.2.10:443", profiles)
    return rest


def test_http2_profile_has_the_defaults_of_a_device(rest: Rest) -> None:
    shown = rest.get(f"{HTTP2}/~Common~http2")
    assert (shown["enforceTlsRequirements"], shown["activationModes"]) == ("enabled", ["alpn"])


@pytest.mark.parametrize("what", ["http2", "client SSL", "both"])
def test_http2_and_renegotiation_are_not_attached_together(rest: Rest, what: str) -> None:
    rest.post(CLIENT_SSL, {"name": "x"})
    there = {"http2": ["x"], "client SSL": ["http2"], "both": []}[what]
    rest.device.add_virtual_server("/Common/vs", "192.0.2.10:443", ("/Common/tcp", "/Common/http", *there))
    assert rest.refusal("PATCH", VS, {"profiles": ["tcp", "http", "http2", "x"]}) == (400, REFUSED)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{CLIENT_SSL}/x", {"renegotiation": "enabled"}),
        (f"{CLIENT_SSL}/x", {"defaultsFrom": "/Common/clientssl"}),
        (f"{CLIENT_SSL}/parent", {"renegotiation": "enabled"}),
    ],
)
def test_http2_refuses_a_profile_that_comes_to_renegotiate(vs: Rest, path: str, body: dict[str, Any]) -> None:
    assert vs.refusal("PATCH", path, body) == (400, REFUSED)
    number = vs.begin()
    vs.patch(path, body, number)
    assert vs.commit(number).json()["message"] == f"transaction failed:{REFUSED}"


@pytest.mark.parametrize("below", [False, True])
def test_http2_refuses_to_enforce_tls_beside_renegotiation(vs: Rest, below: bool) -> None:
    vs.patch(f"{HTTP2}/h2", {"enforceTlsRequirements": "disabled"})
    if below:
        vs.post(HTTP2, {"name": "heir", "defaultsFrom": "/Common/h2"})
        vs.patch(VS, {"profiles": ["tcp", "http", "heir", "x"]})
    vs.patch(f"{CLIENT_SSL}/x", {"renegotiation": "enabled"})
    assert vs.refusal("PATCH", f"{HTTP2}/h2", {"enforceTlsRequirements": "enabled"}) == (400, REFUSED)


def test_http2_and_renegotiation_may_change_together(vs: Rest) -> None:
    number = vs.begin()
    vs.patch(f"{CLIENT_SSL}/x", {"renegotiation": "enabled"}, number)
    vs.patch(f"{HTTP2}/h2", {"enforceTlsRequirements": "disabled"}, number)
    assert vs.commit(number).ok


def test_http2_towards_the_servers_restricts_no_client(rest: Rest) -> None:
    rest.post(CLIENT_SSL, {"name": "x"})
    rest.device.add_virtual_server("/Common/vs", "192.0.2.10:443", ("/Common/tcp", "/Common/http", "/Common/x"))
    rest.post(f"{VS}/profiles", {"name": "http2", "partition": "Common", "context": "serverside"})
