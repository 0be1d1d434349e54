"""What to ask the virtual servers for around a change: every name that is served before it or is to be served; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sectigo_f5.decision.answers import Scene, answering, host, scenes
from sectigo_f5.decision.attachment import Attachment
from sectigo_f5.decision.protection import CLIENT_CERTIFICATES, REQUIRED
from sectigo_f5.device_objects import Observation, VirtualServer


@dataclass(frozen=True)
class Question:
    """What a client asks for, and what is a right answer after the change."""

    server_name: str | None  # None: it sends no SNI
    ours: bool  # the pair that was put in service is right
    others: frozenset[str | None]  # serial numbers of other profiles that are right; None: one that is not known
    may_refuse: bool  # a client certificate is required, and we have none

    @property
    def is_certain(self) -> bool:
        """True if nothing but our pair is right."""
        return self.ours and not self.others

    def __str__(self) -> str:
        return self.server_name or "no name"


@dataclass(frozen=True)
class Inquiry:
    """The questions to one virtual server, first the one whose answer tells most."""

    server: VirtualServer
    questions: tuple[Question, ...]
    known: frozenset[str | None]  # serial numbers of all that it can serve before the change; None as above
    in_service: bool = False  # it has our profile before the change


def inquiries(
    seen: Observation,
    plans: Sequence[Attachment] | None,
    servers: Iterable[VirtualServer],
    names: Iterable[str] | None = None,
) -> tuple[Inquiry, ...]:
    """Return what to ask ``servers`` around a change; for the arguments see :func:`scenes`."""
    by_server = {scene.server: scene for scene in scenes(seen, plans, servers, names)}
    return tuple(_inquiry(seen, scene) for scene in by_server.values())


def _inquiry(seen: Observation, scene: Scene) -> Inquiry:
    asked = dict.fromkeys([*map(host, _first_ours(seen, scene)), None])
    questions = [question for name in asked if (question := _question(seen, scene, name))]
    known = frozenset(serial for answer in scene.before for serial in _serials(seen, answer.profile))
    in_order = tuple(sorted(questions, key=lambda each: not each.is_certain))
    return Inquiry(scene.server, in_order, known, seen.job.profile in scene.server.client_ssl)


def _first_ours(seen: Observation, scene: Scene) -> list[str]:
    """Return every name, the common name first."""
    return sorted(scene.names(), key=lambda name: name != (seen.job.wanted_server_name or seen.job.common_name))


def _question(seen: Observation, scene: Scene, name: str | None) -> Question | None:
    """Return a question; None if nothing answers it."""
    after = answering(scene.after, name)
    if not after:
        return None
    others = [answer.profile for answer in after if answer.profile != seen.job.profile]
    return Question(
        name,
        ours=len(others) < len(after),
        others=frozenset(serial for path in others for serial in _serials(seen, path)),
        may_refuse=any(answer.settings.get(CLIENT_CERTIFICATES) == REQUIRED for answer in after),
    )


def _serials(seen: Observation, path: str) -> Iterable[str | None]:
    certificates = (seen.certificates.get(entry.certificate or "") for entry in seen.profiles[path].entries)
    return [certificate.serial if certificate else None for certificate in certificates]
