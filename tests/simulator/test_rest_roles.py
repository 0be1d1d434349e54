"""Custom REST roles: the way to uploads for less than an administrator."""

from __future__ import annotations

import contextlib

from tests.simulator.conftest import Make
from tests.simulator.rest import Rest

AUTHZ = "/mgmt/shared/authz"
UPLOADS = "POST /mgmt/shared/file-transfer/uploads/**"


def test_custom_role_allows_its_calls_and_no_others(make: Make) -> None:
    device = make(role="resource-admin")
    device.restrict(UPLOADS, "GET /mgmt/tm/ltm/*", "POST /mgmt/tm/ltm/rule", "POST /mgmt/tm/auth/**")
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        assert rest.upload("x", b"x").ok
        assert (rest.call("GET", "ltm/rule").status_code, rest.call("GET", "ltm/rule/r").status_code) == (200, 401)
        rest.post("ltm/rule", {"name": "r"})
        for path in ("ltm/pool", "auth/partition", "sys/config", f"{AUTHZ}/roles"):
            assert rest.refusal("POST", path, {"name": "x"})[0] == 401
        rest.call("DELETE", f"{AUTHZ}/tokens/{rest.token}")
        assert device.tokens == []


def test_custom_role_counts_after_the_common_one_is_left(rest: Rest) -> None:
    group = rest.post(f"{AUTHZ}/resource-groups", {"name": "g", "resources": []})
    user = {"link": f"https://localhost{AUTHZ}/users/admin"}
    link = {"link": group["selfLink"]}
    rest.post(f"{AUTHZ}/roles", {"name": "r", "userReferences": [user], "resourceGroupReferences": [link]})
    assert [role["name"] for role in rest.get(f"{AUTHZ}/roles")["items"]] == ["iControl_REST_API_User", "r"]
    assert rest.call("GET", "ltm/rule").ok
    resources = [{"restMethod": "GET", "resourceMask": "/mgmt/tm/ltm/rule"}]
    rest.patch(group["selfLink"].removeprefix("https://localhost"), {"resources": resources})
    everybody = rest.get(f"{AUTHZ}/roles/iControl_REST_API_User")
    rest.call("PUT", f"{AUTHZ}/roles/iControl_REST_API_User", {**everybody, "userReferences": []})
    assert (rest.call("GET", "ltm/rule").status_code, rest.call("GET", "ltm/pool").status_code) == (200, 401)


def test_roles_and_groups_are_deleted_and_refused(rest: Rest) -> None:
    rest.post(f"{AUTHZ}/roles", {"name": "r"})
    assert rest.refusal("POST", f"{AUTHZ}/roles", {"name": "r"})[0] == 400
    assert rest.call("DELETE", f"{AUTHZ}/roles/r").ok
    assert rest.refusal("GET", f"{AUTHZ}/roles/r")[0] == 404
    assert rest.get(f"{AUTHZ}/resource-groups")["items"] == []
