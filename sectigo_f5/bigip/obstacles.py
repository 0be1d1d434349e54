"""What keeps a certificate from its virtual servers, determined before anything is written.

A certificate that the CA issues and the BIG-IP then refuses is lost, and the next run orders another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.decision.attachment import Attachment, plan_attachments
from sectigo_f5.decision.sni_flags import changed_flags, flag_conflicts
from sectigo_f5.decision.takeover import refusal, refused_profile
from sectigo_f5.device_objects import Observation
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.client import object_url


def obstacles(f5: Unit, seen: Observation) -> Mapping[str, str]:
    """Return why virtual servers cannot be as the YAML asks, with what to do, by the path of what is in the way."""
    refusals = {server.path: refusal(seen, server) for server in seen.virtual_servers}
    refusals[seen.job.profile] = refused_profile(seen)
    refusals |= {server.path: f5.obstacle for server in seen.virtual_servers if not f5.holds(server)}
    refused = dict(seen.unusable) | {path: sentence for path, sentence in refusals.items() if sentence}
    if refused:
        return refused
    plans = plan_attachments(seen)
    strict = ((path, strict_updates(f5, path, service)) for path, service in _owned(seen, plans))
    owned = {path: sentence for path, sentence in strict if sentence}
    if owned or not changed_flags(seen, plans):
        return owned
    return flag_conflicts(seen, plans, f5.every_server())  # reads every virtual server: only if a flag changes


def restricted_to_attached(seen: Observation, obstacles: Mapping[str, str]) -> Observation:
    """Return what can be judged despite ``obstacles``: the virtual servers that have our profile and are not named."""
    profile = seen.job.profile
    stay = (s for s in seen.virtual_servers if profile in s.client_ssl and s.path not in obstacles)
    return replace(seen, virtual_servers=tuple(stay)) if obstacles else seen


def profile_must_be_free(f5: Unit, seen: Observation) -> None:
    """Refuse to change a profile of ours that an iApp with strict updates has made its own."""
    if seen.profile and seen.profile.app_service:
        sentence = strict_updates(f5, seen.profile.path, seen.profile.app_service)
        if sentence:
            raise ConnectorError(sentence)


def strict_updates(f5: Unit, path: str, service: str) -> str | None:
    """Return what to do if an iApp refuses changes of what it owns; None if it does not."""
    application = f5.client.find(object_url("sys/application/service", service))
    if not application or not readers.flag(application, "strictUpdates"):
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
