"""Rule 3: no name that is served today is lost unless the YAML says so.

For every name, and for clients that send none, what answers now is compared with what will answer. The
YAML's words are ``replace_profiles``, a name that has left the certificate, and for clients without SNI, on
the virtual servers that it lists, ``sni_default`` and ``sni_require``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sectigo_f5.decision.answers import Answer, Scene, answering
from sectigo_f5.device_objects import ON, Observation

WITHOUT_SNI = "clients without SNI"
WITHOUT_TLS = "clients without TLS"  # whom a profile with allowNonSsl serves


@dataclass(frozen=True)
class Loss:
    """Clients that are served today and will not be."""

    whom: str  # a name, or which clients
    profiles: tuple[str, ...]  # full paths of what serves them today
    refused: bool  # the YAML does not say so


@dataclass(frozen=True)
class Turnover:
    """What one virtual server loses and wins."""

    server: str  # full path
    losses: tuple[Loss, ...]
    won: tuple[str, ...]  # names
    enables_tls: bool

    def __str__(self) -> str:
        parts = ["gets TLS in place of plain text"] if self.enables_tls else []
        parts += [f"wins {', '.join(self.won)}"] if self.won else []
        parts += [f"loses {', '.join(loss.whom for loss in self.losses)}"] if self.losses else []
        return f"{self.server} {', '.join(parts)}" if parts else ""


def turnover(seen: Observation, scene: Scene) -> Turnover:
    """Compare what each client of a virtual server is answered with, before a change and after it."""
    names, losses = scene.names(), [*_lost_names(seen, scene)]
    said = {(path, loss.refused) for loss in losses for path in loss.profiles}
    without_sni = _lost_without_sni(seen, scene)
    losses += [loss for loss in without_sni if not said.issuperset((path, loss.refused) for path in loss.profiles)]
    losses += _lost_plain_text(seen, scene)
    won = (name for name in names if not _serving(scene.before, name) and _serving(scene.after, name))
    return Turnover(scene.server.path, tuple(losses), tuple(won), scene.enables_tls)


def names_lost(seen: Observation, turnovers: Iterable[Turnover]) -> Mapping[str, str]:
    """Rule 3: return who would no longer be served, by the path of the virtual server, with the key to write."""
    refused = dict[str, dict[Loss, None]]()
    for each in turnovers:  # there may be several for one virtual server, see ``scenes``
        refused.setdefault(each.server, {}).update({loss: None for loss in each.losses if loss.refused})
    return {server: _refuse(seen, server, losses) for server, losses in refused.items() if losses}


def _serving(answers: tuple[Answer, ...], name: str) -> list[Answer]:
    return [answer for answer in answering(answers, name) if answer.serves(name)]


def _lost_names(seen: Observation, scene: Scene) -> Iterator[Loss]:
    for name in scene.names():
        before, after = answering(scene.before, name), answering(scene.after, name)
        serving = _losing(before, after, name)
        if serving:
            refused = any(not _may_go(seen, answer, name) for answer in serving)
            yield Loss(name, _paths(serving), refused)


def _lost_without_sni(seen: Observation, scene: Scene) -> Iterator[Loss]:
    """Which of its names a client means that sends none is not known, so each of the default's counts."""
    before, after = answering(scene.before, None), answering(scene.after, None)
    losing = {(answer, name) for known in before for name in known.names for answer in _losing(before, after, name)}
    if losing:
        word = seen.job.sni_default or (seen.job.sni_require and not after)
        refused = any(not _may_go(seen, answer, name) for answer, name in losing)
        refused = refused and not (word and seen.lists(scene.server))
        yield Loss(WITHOUT_SNI, _paths(answer for answer, _ in losing), refused)


def _lost_plain_text(seen: Observation, scene: Scene) -> Iterator[Loss]:
    before, after = ([each for each in side if _allows_plain_text(each)] for side in (scene.before, scene.after))
    if before and not after:
        refused = any(answer.profile not in seen.job.replace_profiles for answer in before)
        yield Loss(WITHOUT_TLS, _paths(before), refused)


def _allows_plain_text(answer: Answer) -> bool:
    return answer.settings.get("allowNonSsl") == ON


def _losing(before: frozenset[Answer], after: frozenset[Answer], name: str) -> list[Answer]:
    """Return what serves ``name`` today, if something that does not may take its place."""
    served = before == after or (bool(after) and all(answer.serves(name) for answer in after))
    return [] if served else [answer for answer in before if answer.serves(name)]


def _may_go(seen: Observation, answer: Answer, name: str) -> bool:
    """By the YAML's word: the profile may be replaced, or the name has left a certificate of ours."""
    if answer.profile in seen.job.replace_profiles:
        return True
    return answer.profile == seen.job.profile and seen.holds_ours() and name not in seen.job.names


def _paths(answers: Iterable[Answer]) -> tuple[str, ...]:
    return tuple(sorted({answer.profile for answer in answers}))


# -- what to write -----------------------------------------------------------------------------


def _refuse(seen: Observation, server: str, losses: Iterable[Loss]) -> str:
    lost, profiles = [loss.whom for loss in losses], sorted({path for loss in losses for path in loss.profiles})
    return (
        f"{server} would no longer serve {', '.join(lost)}, as {' and '.join(profiles)} does now; "
        f"{_remedy(seen, lost, profiles)}"
    )


def _remedy(seen: Observation, lost: list[str], profiles: list[str]) -> str:
    job = seen.job
    if lost == [WITHOUT_TLS]:
        return f"write `parent_profile: {profiles[0]}` for {job.common_name} to have its settings"
    if lost == [WITHOUT_SNI] and (job.sni_default or job.sni_require):
        return f"add it to the virtual_servers of {job.common_name} if that is meant for it too"
    if lost == [WITHOUT_SNI]:
        return f"write `sni_default: true` for {job.common_name} if it is to answer them"
    if profiles == [job.profile] and seen.holds_ours():
        return f"leave `server_name` out for {job.common_name}, so that each of its names is answered with it"
    names = ", ".join(name for name in lost if name not in (WITHOUT_SNI, WITHOUT_TLS))
    beside = "" if job.sni or job.profile in profiles else "`sni: true` to serve both, "
    return (
        f"for {job.common_name} write {beside}`sans` with {names}, or `replace_profiles: [{', '.join(profiles)}]` "
        "if that may go"
    )
