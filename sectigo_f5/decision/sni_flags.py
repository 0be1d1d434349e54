"""SNI default flags after a change: each virtual server with several client SSL profiles needs exactly one.

The flag belongs to the profile, so changing it for one virtual server changes it for all that use the profile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sectigo_f5.decision.attachment import Attachment
from sectigo_f5.device_objects import Observation, VirtualServer


def changed_flags(seen: Observation, plans: Sequence[Attachment]) -> Mapping[str, bool]:
    """Return the profiles whose SNI default flag the plans change, and the flag that they will have."""
    flags = {path: False for plan in plans for path in plan.drop_default}
    flags |= {path: True for plan in plans for path in plan.make_default}
    ours = bool(plans) and plans[0].ours_is_default
    if seen.job.sni and plans and ours != bool(seen.profile and seen.profile.sni_default):
        flags[seen.job.profile] = ours
    return flags


def attached_after(seen: Observation, server: VirtualServer, plan: Attachment | None) -> list[str]:
    """Return the client SSL profiles of a virtual server once its plan is carried out; None: it has no plan."""
    if plan is None:
        return list(server.client_ssl)
    return [path for path in server.client_ssl if path not in plan.remove] + [seen.job.profile] * plan.add


def flag_conflicts(
    seen: Observation, plans: Sequence[Attachment], every_server: Iterable[VirtualServer]
) -> dict[str, str]:
    """Return the virtual servers that would have two SNI defaults, or none, each with what to do about it."""
    flags = changed_flags(seen, plans)
    if not flags:
        return {}
    planned = {plan.virtual_server: plan for plan in plans}
    conflicts = {}
    for server in every_server:
        attached = attached_after(seen, server, planned.get(server.path))
        changing = [path for path in attached if path in flags]
        if changing and len(attached) > 1 and not _exactly_one_default(seen, attached, flags):
            conflicts[server.path] = _conflict(seen, server.path, changing[0], flags[changing[0]])
    return conflicts


def _exactly_one_default(seen: Observation, attached: Iterable[str], flags: Mapping[str, bool]) -> bool:
    now = {path: path in seen.profiles and seen.profiles[path].sni_default for path in attached}
    return sum(flags.get(path, default) for path, default in now.items()) == 1


def _conflict(seen: Observation, server: str, profile: str, default: bool) -> str:
    job, flag = seen.job, "a profile has one flag for all its virtual servers"
    if default:
        ours = f"write `sni_default: true` for {job.common_name}, or " if profile != job.profile else ""
        return (
            f"{profile} would have to become the SNI default, and {server} has another one: {flag}; {ours}take "
            f"{profile} off {server}"
        )
    return (
        f"{profile} would have to stop being the SNI default, and {server} has no other one: {flag}; make another "
        f"profile of {server} the default first, or take {profile} off it"
    )
