"""Custom REST roles: which URLs a user may call who is not in the role that every local user is in.

Source: DevCentral, "iControl REST Fine-Grained Role-Based Access Control"; EVERTRUST's guide for Horizon. That a custom
role counts only for users who have left the common one, and the shapes of the answers, are uncertain.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field

from sectigo_f5.simulator.refusals import of_objects
from sectigo_f5.simulator.refusals.refusal import UnknownCallError
from sectigo_f5.simulator.state.configuration import Json

EVERYBODY = "iControl_REST_API_User"
GROUPS, ROLES = "resource-groups", "roles"
_KINDS = {GROUPS: "shared:authz:resource-groups:resourcegroupstate", ROLES: "shared:authz:roles:rolesworkerstate"}
_PROPERTIES = {GROUPS: ("name", "resources"), ROLES: ("name", "userReferences", "resourceGroupReferences", "resources")}


@dataclass
class RestRoles:
    """The roles and resource groups of a device; groups have an id, roles their name."""

    user: str  # the one local user
    stored: dict[str, dict[str, Json]] = field(init=False)

    def __post_init__(self) -> None:
        everybody = {"name": EVERYBODY, "userReferences": [{"link": self._link}], "resourceGroupReferences": []}
        self.stored = {GROUPS: {}, ROLES: {EVERYBODY: everybody}}

    @property
    def _link(self) -> str:
        return f"https://localhost/mgmt/shared/authz/users/{self.user}"

    @property
    def restricts(self) -> bool:
        """True if the user has left the common role."""
        return not self._has_user(self.stored[ROLES][EVERYBODY])

    def allow(self, method: str, path: str) -> bool:
        """Tell whether a custom role of the user names this call."""
        roles = [role for name, role in self.stored[ROLES].items() if name != EVERYBODY and self._has_user(role)]
        resources = [one for role in roles for one in [*(role.get("resources") or []), *self._grouped(role)]]
        return any(one.get("restMethod") == method and _covers(str(one.get("resourceMask")), path) for one in resources)

    def _has_user(self, role: Json) -> bool:
        return self._link in [reference.get("link") for reference in role.get("userReferences") or []]

    def _grouped(self, role: Json) -> list[Json]:
        links = [str(reference.get("link")) for reference in role.get("resourceGroupReferences") or []]
        groups = (self.stored[GROUPS].get(link.rpartition("/")[2]) for link in links)
        return [one for group in groups if group is not None for one in group.get("resources") or []]

    def show(self, what: str, name: str) -> Json:
        """Return a role or group."""
        link = f"https://localhost/mgmt/shared/authz/{what}/{name}"
        own = {"id": name} if what == GROUPS else {}
        return {**own, **self._find(what, name), "kind": _KINDS[what], "selfLink": link}

    def create(self, what: str, body: Json) -> Json:
        """Create a role or group."""
        name = str(uuid.uuid4()) if what == GROUPS else str(body.get("name") or "")
        if not body.get("name") or name in self.stored[what]:
            raise of_objects.bad_value("name", body.get("name"))
        self.stored[what][name] = _known(what, body)
        return self.show(what, name)

    def replace(self, what: str, name: str, body: Json) -> Json:
        """Replace a role or group, or with PATCH's body a part of it."""
        self.stored[what][name] = {**self._find(what, name), **_known(what, body)}
        return self.show(what, name)

    def delete(self, what: str, name: str) -> None:
        """Delete a role or group."""
        self._find(what, name)
        del self.stored[what][name]

    def _find(self, what: str, name: str) -> Json:
        if name not in self.stored[what]:
            raise of_objects.no_rest_object(name)
        return self.stored[what][name]


def _known(what: str, body: Json) -> Json:
    strangers = sorted(set(body) - {*_PROPERTIES[what], "id", "kind", "selfLink", "generation", "lastUpdateMicros"})
    if strangers:
        raise UnknownCallError(f"the property {', '.join(strangers)} of shared/authz/{what}")
    return {name: value for name, value in body.items() if name in _PROPERTIES[what]}


def _covers(mask: str, path: str) -> bool:
    """Compare a URL with a mask: ``*`` stands for one part of it, a final ``**`` for any number."""
    pattern = re.escape(mask).replace(r"/\*\*", "(?:/.*)?").replace(r"\*", "[^/]*")
    return re.fullmatch(pattern, path.rstrip("/")) is not None
