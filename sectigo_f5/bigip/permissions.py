"""What the account may do on a BIG-IP, as far as the device tells without a write.

The roles are those of docs/permissions.md.
"""

from __future__ import annotations

from urllib.parse import quote

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.model import Job

ENOUGH = ("admin",)
NEARLY = ("resource-admin",)  # may do everything but upload over REST (F5 Ansible #1611, #2298)
OF_EVERYBODY = "iControl_REST_API_User"  # the REST role that every local user has (terraform-provider-bigip #160)
BASH_SWITCH = "/mgmt/tm/sys/db/systemauth.disablebash"
UPLOADS = "uploads over REST are refused to all but local Administrators"
BY_SHELL = f"{UPLOADS}; certificates go to the BIG-IP through util/bash instead"
WITHOUT_SHELL = "the CSR is fetched by unix-mv instead of util/bash, and the openssl key route is not available"
ALL_PARTITIONS = ("all-partitions", "[All]")


def missing_permissions(f5: Unit, job: Job) -> tuple[list[str], list[str]]:
    """Return what a run will fail for, and what only rules out one of several routes."""
    name = job.device.username
    try:
        user = f5.surroundings.find(_path(name))
    except DeviceError as error:
        return [], [f"the role of {name} cannot be determined: {error}"]
    if user is None:
        return [], [f"{name} is not a local user of the BIG-IP: its role cannot be determined; {BY_SHELL}, if at all"]
    if not roles_of(user):
        return [], [f"the BIG-IP does not tell the role of {name}"]
    closed = _closed_shell(f5, user, job)
    problems, notes = _role_problems(f5, user, job, closed)
    if closed and job.key_route == "openssl":
        return [*problems, f"{closed}; key_route: openssl needs it: open it, or write key_route: auto"], notes
    return problems, [*notes, *([f"{closed}: {WITHOUT_SHELL}"] if closed else [])]


def standing(f5: Unit, job: Job) -> str:
    """Say in words which role and shell the user has, once :func:`missing_permissions` has found no fault."""
    name = job.device.username
    user = f5.surroundings.find(_path(name)) or {}
    roles, shell = roles_of(user), readers.text(user, "shell")
    said = ", ".join(f"{role} in {where}" for where, role in sorted(roles.items()))
    return f"{name} is {said}{f', with the shell {shell}' if shell else ''}"


def _path(name: str) -> str:
    return f"/mgmt/tm/auth/user/{quote(name)}"


def partitions_of(f5: Unit) -> tuple[str, ...] | None:
    """Return the only partitions in which the user has a role, besides what it sees of Common; None if it has all.

    None, too, if that is not known.
    """
    try:
        user = f5.surroundings.find(_path(f5.device.username))
    except DeviceError:
        return None
    roles = roles_of(user or {})
    return None if not roles or any(every in roles for every in ALL_PARTITIONS) else tuple(sorted(roles))


def _role_problems(f5: Unit, user: Json, job: Job, closed: str | None) -> tuple[list[str], list[str]]:
    """Return problems and notes of the user's role; ``closed`` says why there is no shell, None if there is one."""
    name, roles = job.device.username, roles_of(user)
    here = roles.get(job.partition) or next((roles[every] for every in ALL_PARTITIONS if every in roles), None)
    if here is None:
        return [f"{name} has no role in partition {job.partition}: give it one for all partitions"], []
    if here in ENOUGH or (here in NEARLY and _may_have_custom_role(f5, name)):
        return [], []
    if here not in NEARLY or closed:
        remedy = "make it a local Administrator (admin), or see docs/permissions.md"
        return [f"{name} has the role {here}, and {UPLOADS}: {remedy}"], []
    if job.key_route == "openssl":
        return [f"{name} has the role {here}, and {UPLOADS}, which key_route: openssl needs: write key_route: auto"], []
    return [], [f"{name} has the role {here}: {BY_SHELL}"]


def _may_have_custom_role(f5: Unit, username: str) -> bool:
    """Tell whether a REST role of its own may let the user upload; what cannot be read is left to the device."""
    try:
        roles = (f5.surroundings.find("/mgmt/shared/authz/roles") or {}).get("items") or ()
    except DeviceError:
        return True
    links = [str(user.get("link", "")) for role in roles if role.get("name") != OF_EVERYBODY for user in _users(role)]
    return any(link.endswith(f"/users/{quote(username)}") for link in links)


def _users(role: Json) -> list[Json]:
    return list(role.get("userReferences") or ())


def _closed_shell(f5: Unit, user: Json, job: Job) -> str | None:
    """Return why util/bash will be refused; None if nothing speaks against it."""
    try:
        switch = f5.surroundings.find(BASH_SWITCH)
    except DeviceError:
        switch = None  # what cannot be read is tried when it is needed
    if switch and readers.flag(switch, "value"):
        return "bash is disabled for every user (sys db systemauth.disablebash, as in Appliance mode)"
    shell = readers.text(user, "shell") or "none"
    if shell == "bash" or "admin" in roles_of(user).values():
        return None
    return f"{job.device.username} has the shell {shell}, not bash"


def roles_of(user: Json) -> dict[str, str]:
    """Return the roles of an ``auth user`` by partition; none if they are not told."""
    access = user.get("partitionAccess") or []
    if isinstance(access, str):
        return {}
    listed = access if isinstance(access, list) else [{"name": name, **entry} for name, entry in access.items()]
    return {str(entry.get("name")): str(entry.get("role")) for entry in listed}
