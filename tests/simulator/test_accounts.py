"""Logins, tokens, roles."""

from __future__ import annotations

import base64
import contextlib
import re

import pytest

from sectigo_f5.simulator import SimulatedBigIP
from tests.simulator.conftest import Make
from tests.simulator.rest import Rest

TOKENS = "/mgmt/shared/authz/tokens"


def test_login_answer_has_the_fields_of_real_devices(device: SimulatedBigIP) -> None:
    with contextlib.closing(Rest(device)) as rest:
        answer = rest.login().json()
    assert set(answer) == {"username", "loginReference", "loginProviderName", "token", "generation", "lastUpdateMicros"}
    token = answer["token"]
    assert re.fullmatch("[A-Z0-9]{26}", token["token"])
    assert token["name"] == token["token"]
    assert token["expirationMicros"] - token["lastUpdateMicros"] == 1200 * 10**6
    assert token["user"] == {"link": "https://localhost/mgmt/shared/authz/users/admin"}
    assert token["kind"] == "shared:authz:tokens:authtokenitemstate"
    assert token["selfLink"] == f"https://localhost{TOKENS}/{token['token']}"
    assert set(token) >= {"userName", "authProviderName", "timeout", "startTime", "address", "partition", "generation"}
    assert device.tokens == [token["token"]]


def test_refusals_of_restjavad_have_its_body(rest: Rest) -> None:
    rest.token = ""
    answer = rest.call("GET", "ltm/virtual")
    assert answer.status_code == 401
    assert set(answer.json()) == {"code", "message", "referer", "restOperationId", "kind"}
    message = answer.json()["message"]
    assert message.startswith(
        "Authorization failed: no user authentication header or token detected. Uri:http://localhost"
    )


@pytest.mark.parametrize("password", ["", "wrong"])
def test_wrong_password_creates_no_token(device: SimulatedBigIP, password: str) -> None:
    with contextlib.closing(Rest(device)) as rest:
        assert rest.login(password).status_code == 401
    assert device.tokens == []


def test_basic_authentication_works_without_a_token(device: SimulatedBigIP) -> None:
    with contextlib.closing(Rest(device)) as rest:
        credentials = base64.b64encode(b"admin:admin").decode()
        answer = rest.call("GET", "/mgmt/shared/echo-query", headers={"Authorization": f"Basic {credentials}"})
        wrong = base64.b64encode(b"admin:nimda").decode()
        refused = rest.call("GET", "sys/version", headers={"Authorization": f"Basic {wrong}"})
    assert (answer.status_code, refused.status_code) == (200, 401)
    assert device.tokens == []


def test_unknown_and_expired_tokens_have_different_texts(rest: Rest, device: SimulatedBigIP) -> None:
    good, rest.token = rest.token, "A" * 26
    assert rest.refusal("GET", "sys/version") == (401, "X-F5-Auth-Token does not exist.")
    rest.token = good
    device.engine.world.accounts.expire_all()
    assert rest.refusal("GET", "sys/version") == (401, "X-F5-Auth-Token has expired.")


def test_token_lifetime_can_be_set_up_to_its_maximum(rest: Rest) -> None:
    assert rest.patch(f"{TOKENS}/{rest.token}", {"timeout": 36000})["timeout"] == 36000
    assert rest.patch(f"{TOKENS}/{rest.token}", {"timeout": "1800"})["timeout"] == 1800
    assert rest.refusal("PATCH", f"{TOKENS}/{rest.token}", {"timeout": "soon"})[0] == 400
    status, message = rest.refusal("PATCH", f"{TOKENS}/{rest.token}", {"timeout": 36001})
    assert (status, message) == (406, "Auth-token absolute timeout (36000 seconds) exceeded")


def test_deleted_token_is_refused(rest: Rest, device: SimulatedBigIP) -> None:
    assert rest.call("DELETE", f"{TOKENS}/{rest.token}").status_code == 200
    assert device.tokens == []
    assert rest.refusal("GET", "sys/version")[0] == 401


def test_all_tokens_can_be_deleted_at_once(rest: Rest, device: SimulatedBigIP) -> None:
    rest.login()
    assert len(rest.get(TOKENS)["items"]) == 2
    assert rest.call("DELETE", TOKENS).status_code == 200
    assert device.tokens == []


def test_login_beyond_the_token_limit_is_refused(make: Make) -> None:
    device = make(token_limit=3)
    with contextlib.closing(Rest(device)) as rest:
        assert [rest.login().status_code for _ in range(4)] == [200, 200, 200, 400]
        rest.token = ""
        body = {"username": "admin", "password": "admin", "loginProviderName": "tmos"}
        status, message = rest.refusal("POST", "/mgmt/shared/authn/login", body)
    # The id is Java's name-based UUID of "admin", seen with exactly this value on real devices.
    expected = "user 21232f29-7a57-35a7-8389-4a0e4a801fc3 has reached maximum active login tokens"
    assert (status, message) == (400, expected)


@pytest.mark.parametrize(("tmos", "status"), [("16.1.4", 200), ("17.1.2", 400)])
def test_release_17_1_2_never_purges_expired_tokens(make: Make, tmos: str, status: int) -> None:
    device = make(token_limit=1, tmos=tmos)
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        device.engine.world.accounts.expire_all()
        rest.token = ""
        assert rest.login().status_code == status


def test_locked_user_gets_the_answer_of_a_wrong_password(make: Make) -> None:
    device = make(max_login_failures=2)
    with contextlib.closing(Rest(device)) as rest:
        for _ in range(2):
            rest.login("wrong")
        assert rest.login().status_code == 401
    properties = device.get("/mgmt/tm/auth/login-failures")["entries"]
    assert next(iter(properties.values()))["nestedStats"]["entries"]["lockedOut"]["description"] == "yes"


READ = ("GET", "ltm/virtual", None)
UPLOAD = ("POST", "/mgmt/shared/file-transfer/uploads/x", None)
BASH = ("POST", "util/bash", {"command": "run", "utilCmdArgs": "-c 'echo hello'"})
KEY = ("POST", "sys/crypto/key", {"name": "x.key", "keySize": "2048"})
RULE = ("POST", "ltm/rule", {"name": "r", "apiAnonymous": ""})
SAVE = ("POST", "sys/config", {"command": "save"})


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("admin", "read upload bash key rule save"),
        ("resource-admin", "read bash key rule save"),
        ("certificate-manager", "read key"),
        ("manager", "read rule save"),
        ("guest", "read"),
    ],
)
def test_roles_allow_their_calls_and_no_others(make: Make, role: str, allowed: str) -> None:
    calls = {"read": READ, "upload": UPLOAD, "bash": BASH, "key": KEY, "rule": RULE, "save": SAVE}
    with contextlib.closing(Rest(make(role=role))) as rest:
        rest.login()
        for name, (method, path, body) in calls.items():
            answer = rest.upload("x", b"x") if name == "upload" else rest.call(method, path, body)
            assert (answer.status_code == 200) == (name in allowed.split()), f"{role} {name}: {answer.text}"
            if not answer.ok:
                shell = name == "bash"
                start = '"bash" unexpected argument' if shell else "Authorization failed: user="
                assert (answer.status_code, answer.json()["message"].startswith(start)) == (400 if shell else 401, True)


@pytest.mark.parametrize("role", ["admin", "resource-admin", "certificate-manager"])
def test_switch_opens_uploads_to_resource_administrators(make: Make, role: str) -> None:
    with contextlib.closing(Rest(make(role=role, upload_role="resource-admin"))) as rest:
        rest.login()
        assert rest.upload("x", b"x").status_code == (401 if role == "certificate-manager" else 200)


def test_device_without_bash_still_transfers_files(make: Make) -> None:
    with contextlib.closing(Rest(make(bash=False))) as rest:
        rest.login()
        assert rest.refusal("POST", "util/bash", BASH[2])[0] == 401
        rest.upload("x", b"content")
        rest.post("util/unix-rm", {"command": "run", "utilCmdArgs": "/var/config/rest/downloads/x"})
        assert rest.get("sys/db/systemauth.disablebash")["value"] == "true"
    assert rest.device.uploads == []


def test_role_for_one_partition_writes_only_there(make: Make) -> None:
    device = make(role="manager", role_partition="Shop", partitions=("Shop",))
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        rest.post("ltm/rule", {"name": "r", "partition": "Shop", "apiAnonymous": ""})
        status, message = rest.refusal("POST", "ltm/rule", {"name": "r", "partition": "Common", "apiAnonymous": ""})
        access = rest.get("auth/user/admin")["partitionAccess"]
    assert (status, message[:14]) == (403, "01070822:3: Ac")
    assert [(one["name"], one["role"]) for one in access] == [("Shop", "manager")]
