"""What keeps a certificate from its virtual servers, and what clients notice, determined before anything is written.

A certificate that the CA issues and the BIG-IP then refuses is lost, and the next run orders another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.bigip.virtual_servers import port_80
from sectigo_f5.decision.answers import Scene, is_noticed, scenes
from sectigo_f5.decision.attachment import Attachment, plan_attachments
from sectigo_f5.decision.names_served import Turnover, names_lost, turnover
from sectigo_f5.decision.protection import less_protection, other_differences
from sectigo_f5.decision.sni_flags import changed_flags, flag_conflicts
from sectigo_f5.decision.takeover import refusal, refuse_plain_text, refuse_same_server_name, refused_parent
from sectigo_f5.device_objects import ClientSslProfile, Observation, VirtualServer
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.errors import NEEDS_RSA

UNKNOWN_WITHOUT_RSA = 14  # the first release that may take a client SSL profile without an RSA pair


@dataclass(frozen=True)
class Outlook:
    """What a change would bring: what is in its way, and what clients of the virtual servers would notice."""

    obstacles: Mapping[str, str] = field(default_factory=dict)  # by the path of what is in the way
    scenes: tuple[Scene, ...] = ()
    turnovers: tuple[Turnover, ...] = ()
    touched: tuple[VirtualServer, ...] = ()  # that the change concerns, listed or not

    def notes(self) -> tuple[str, ...]:
        """What is lost and won, and which settings differ, a sentence for each virtual server."""
        return (*dict.fromkeys(filter(None, map(str, self.turnovers))), *other_differences(self.scenes))


def outlook(f5: Unit, seen: Observation) -> Outlook:
    """Foresee the change that the YAML asks for."""
    refused = _refused_at_once(f5, seen)
    if refused:
        return Outlook(refused)
    plans = plan_attachments(seen)
    strict = ((path, strict_updates(f5, path, service)) for path, service in _owned(seen, plans))
    owned = {path: sentence for path, sentence in strict if sentence}
    if not is_noticed(seen, plans):
        return Outlook(owned)
    every = f5.every_server()  # only now: there may be thousands
    touched = tuple(_touched(seen, plans, every))
    foreseen = _noticed(scenes(seen, plans, touched))
    turnovers = tuple(turnover(seen, scene) for scene in foreseen)
    obstacles = {
        **_plain_text(seen, foreseen, every),
        **less_protection(seen, foreseen),
        **names_lost(seen, turnovers),
        **_same_server_names(seen, foreseen),
        **flag_conflicts(seen, plans, every),
        **owned,
    }
    return Outlook(obstacles, foreseen, turnovers, () if obstacles else touched)


def outlook_of_pair(f5: Unit, seen: Observation, names: Iterable[str]) -> Outlook:
    """Foresee a change of the pair alone, to one that has ``names``."""
    ours = (server for server in f5.every_server() if seen.job.profile in server.client_ssl)
    foreseen = _noticed(scenes(seen, None, ours, names))
    turnovers = tuple(turnover(seen, scene) for scene in foreseen)
    return Outlook({**less_protection(seen, foreseen), **names_lost(seen, turnovers)}, foreseen, turnovers)


def lost_with_pair(f5: Unit, seen: Observation, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that would be lost by a change of the pair alone, to one that has ``names``."""
    turnovers = outlook_of_pair(f5, seen, names).turnovers
    return tuple(dict.fromkeys(loss.whom for each in turnovers for loss in each.losses if loss.refused))


def less_with_pair(f5: Unit, seen: Observation, names: Iterable[str]) -> tuple[str, ...]:
    """Return what virtual servers would no longer ask after a change of the pair alone, to one that has ``names``."""
    return tuple(less_protection(seen, outlook_of_pair(f5, seen, names).scenes).values())


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


def keys_must_be_taken(f5: Unit, seen: Observation) -> None:
    """Refuse an ECDSA certificate alone on a release that wants an RSA pair too (010717e3).

    Refused on 11 and 12 (f5-sdk #420), taken on 15 (k8s-bigip-ctlr #1723); nothing is known of 13, so one that
    has a profile without RSA takes them, nor of 14, which is left to the rehearsal.
    """
    release = readers.major_release(f5.release)
    if release is None or release >= UNKNOWN_WITHOUT_RSA or any(spec.type == "rsa" for spec in seen.job.keys):
        return
    f5.holdings.certificates.every()  # rather than one by one
    if not any(_is_without_rsa(seen, profile) for profile in seen.profiles.values()):
        raise ConnectorError(f"TMOS {f5.release} would refuse {seen.job.common_name} (010717e3): {NEEDS_RSA}")


def _is_without_rsa(seen: Observation, profile: ClientSslProfile) -> bool:
    held = [seen.certificates.get(entry.certificate or "") for entry in profile.entries]
    return bool(held) and all(each and each.key and each.key.type == "ecdsa" for each in held)


def strict_updates(f5: Unit, path: str, service: str) -> str | None:
    """Return what to do if an iApp refuses changes of what it owns; None if it does not."""
    if not f5.is_strict(service):
        return None
    return (
        f"{path} belongs to the iApp {service} with strict updates on; turn them off "
        f"(tmsh modify sys application service {service} strict-updates disabled) or change it in the iApp"
    )


def _refused_at_once(f5: Unit, seen: Observation) -> Mapping[str, str]:
    refusals = {server.path: refusal(seen, server) for server in seen.virtual_servers}
    refusals[seen.job.parent_profile] = refused_parent(seen)
    refusals |= {server.path: f5.obstacle for server in seen.virtual_servers if not f5.holds(server)}
    return dict(seen.unusable) | {path: sentence for path, sentence in refusals.items() if sentence}


def _touched(seen: Observation, plans: Sequence[Attachment], every: Iterable[VirtualServer]) -> Iterator[VirtualServer]:
    """Yield the virtual servers that a change concerns, listed or not."""
    planned = {plan.virtual_server for plan in plans if plan.changes}
    changed = {seen.job.profile, *changed_flags(seen, plans)}
    return (server for server in every if server.path in planned or changed & set(server.client_ssl))


def _noticed(foreseen: Iterable[Scene]) -> tuple[Scene, ...]:
    return tuple(scene for scene in foreseen if scene.changes)


def _same_server_names(seen: Observation, foreseen: Iterable[Scene]) -> Mapping[str, str]:
    refusals = {}
    for scene in foreseen:
        attached = [answer.profile for answer in scene.after]
        others = [path for path in attached if path != seen.job.profile]
        sentence = refuse_same_server_name(seen, scene.server, others) if seen.job.profile in attached else None
        if sentence:
            refusals[scene.server.path] = sentence
    return refusals


def _plain_text(seen: Observation, foreseen: Iterable[Scene], every: tuple[VirtualServer, ...]) -> Mapping[str, str]:
    servers = [scene.server for scene in foreseen if scene.enables_tls]
    refusals = {s.path: refuse_plain_text(seen, s, answers_80=_answers_80(s, every)) for s in servers}
    return {path: sentence for path, sentence in refusals.items() if sentence}


def _answers_80(server: VirtualServer, every: tuple[VirtualServer, ...]) -> bool:
    answers = (port_80.answering(every, address, server.listens.route_domain) for address in port_80.addresses(server))
    return port_80.takes(server) or any(server in answering for answering in answers)


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
