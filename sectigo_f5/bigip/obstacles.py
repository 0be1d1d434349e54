"""What keeps a certificate from its virtual servers, found out before anything is written.

A certificate that the CA issues and the BIG-IP then refuses is lost, and the next run orders another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.decision.attachment import Attachment, plan_attachments
from sectigo_f5.decision.takeover import refusal, refused_profile
from sectigo_f5.device_objects import Observation
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.model import Job


def obstacles(f5: Unit, job: Job, seen: Observation) -> Mapping[str, str]:
    """Return why virtual servers cannot be as the YAML asks, with what to do, by the path of what is in the way."""
    found = dict(seen.unusable)
    refusals = ((server.path, refusal(job, seen, server)) for server in seen.virtual_servers)
    found |= {path: told for path, told in refusals if told}
    told = refused_profile(job, seen)
    found |= {job.profile: told} if told else {}
    if found:
        return found
    plans = plan_attachments(job, seen)
    found = {path: told for path, service in _owned(seen, plans) if (told := strict_updates(f5, path, service))}
    return found or _other_defaults(f5, job, seen, plans)


def restricted_to_attached(job: Job, seen: Observation, found: Mapping[str, str]) -> Observation:
    """Leave out the virtual servers that nothing can be said about while ``found`` is in the way."""
    stay = (s for s in seen.virtual_servers if job.profile in s.client_ssl and s.path not in found)
    return replace(seen, virtual_servers=tuple(stay)) if found else seen


def profile_must_be_free(f5: Unit, seen: Observation) -> None:
    """Refuse to change a profile of ours that an iApp with strict updates has made its own."""
    if seen.profile and seen.profile.app_service:
        told = strict_updates(f5, seen.profile.path, seen.profile.app_service)
        if told:
            raise ConnectorError(told)


def strict_updates(f5: Unit, path: str, service: str) -> str | None:
    """Return what to do where an iApp refuses changes of what it owns; None where it does not."""
    found = f5.client.find(object_url("sys/application/service", service))
    if not found or not readers.flag(found, "strictUpdates"):
        return None
    return (
        f"{path} belongs to the iApp {service} with strict updates on; turn them off "
        f"(tmsh modify sys application service {service} strict-updates disabled) or change it in the iApp"
    )


def _owned(seen: Observation, plans: Iterable[Attachment]) -> Iterator[tuple[str, str]]:
    """Yield what an application service owns and we would change: virtual servers, and other profiles' flags."""
    servers = {server.path: server for server in seen.virtual_servers}
    for plan in plans:
        service = servers[plan.virtual_server].app_service
        if plan.changes and service:
            yield plan.virtual_server, service
        for path in (*plan.make_default, *plan.drop_default):
            service = seen.profiles[path].app_service
            if service:
                yield path, service


def _other_defaults(f5: Unit, job: Job, seen: Observation, plans: tuple[Attachment, ...]) -> dict[str, str]:
    """Find virtual servers that would have two SNI defaults, or none, once a flag changes: a profile has one for all.

    Reads every virtual server of the device, so only where a flag does change.
    """
    flags = {path: False for plan in plans for path in plan.drop_default}
    flags |= {path: True for plan in plans for path in plan.make_default}
    ours = bool(plans) and plans[0].ours_is_default
    if job.sni and plans and ours != bool(seen.profile and seen.profile.sni_default):
        flags[job.profile] = ours
    if not flags:
        return {}
    planned = {plan.virtual_server: plan for plan in plans}
    found = {}
    for server in f5.every_server():
        attached = list(server.client_ssl)
        if server.path in planned:
            plan = planned[server.path]
            attached = [path for path in attached if path not in plan.remove] + [job.profile] * plan.add
        changing = [path for path in attached if path in flags]
        now = {path: flags.get(path, path in seen.profiles and seen.profiles[path].sni_default) for path in attached}
        if changing and len(attached) > 1 and sum(now.values()) != 1:
            found[server.path] = _told(job, server.path, changing[0], flags[changing[0]])
    return found


def _told(job: Job, server: str, profile: str, default: bool) -> str:
    """Say what another virtual server keeps from happening."""
    flag = "a profile has one flag for all its virtual servers"
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
