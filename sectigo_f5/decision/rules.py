"""Step 3: what is due for one certificate, and why. Pure: everything it knows is an argument."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sectigo_f5.decision.attachment import Attachment, plan_attachments
from sectigo_f5.decision.renewal import is_due
from sectigo_f5.device_objects import Observation, Pair, wanted_server_name, wanted_sni_require
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Generation, Job, KeySpec, Outcome

ISSUING = frozenset({Outcome.ENROLLED, Outcome.RENEWED, Outcome.REKEYED, Outcome.REPLACED})


@dataclass(frozen=True)
class Circumstances:
    """What bears on the decision beside the device itself."""

    now: datetime
    due_at: datetime | None = None  # planned renewal of the certificate in service; None: there is none
    due_reason: str = ""
    revoked: str | None = None  # the CA's reason and source, when it is revoked
    rolled_back: bool = False  # `rollback` put the pair in service: leave it there
    chained: frozenset[str] = frozenset()  # the certificates (paths) that the CA gave a chain with
    force: bool = False


@dataclass(frozen=True)
class Decision:
    """The word that the result will be, its reason in one sentence, and the change to make."""

    outcome: Outcome
    reason: str
    pairs: tuple[Pair, ...] = ()  # what is, or goes back, in service; empty: nothing usable
    attachments: tuple[Attachment, ...] = ()
    obstacles: tuple[str, ...] = ()  # what keeps virtual servers from being changed: only the pair is renewed

    @property
    def issues(self) -> bool:
        """True when a new key pair and certificate are needed."""
        return self.outcome in ISSUING


def current_pairs(job: Job, seen: Observation, rolled_back: bool) -> tuple[Pair, ...]:
    """Return the pairs to judge: those in service, else the newest usable ones on the device.

    The newest generation wins over an older one that somebody pointed the profile at, unless
    ``rollback`` did so; but only when it is what the YAML asks for (a run that died half way
    leaves a newer, complete pair behind: it is put in service instead of ordering another).
    """
    serving, newest = seen.in_service(), seen.newest()
    if serving and (rolled_back or not newest or newest[0].generation.stamp == serving[0].generation.stamp):
        return serving
    if newest and (not serving or _is_wanted(job, newest)):
        return newest
    return serving


def decide(job: Job, seen: Observation, known: Circumstances, obstacles: tuple[str, ...] = ()) -> Decision:
    """Compare what the YAML asks for with what was read; the first rule that holds decides.

    Raises :class:`ConnectorError` when a virtual server cannot take the certificate, of which
    ``obstacles`` tells. But what serves elsewhere must not expire for that: a renewal that is due
    is made, of the pair in the profile alone.
    """
    if obstacles:
        return _decide_in_place(job, seen, known, obstacles)
    attachments = plan_attachments(job, seen)
    pairs = current_pairs(job, seen, known.rolled_back)
    issue = _why_issue(job, seen, pairs, known)
    if issue:
        return Decision(*issue, pairs, attachments)
    drift = _drift(job, seen, pairs, attachments, known.chained)
    todo = (*drift, *(str(plan) for plan in attachments if plan.changes))
    if todo:
        return Decision(Outcome.REPAIRED, "; ".join(todo), pairs, attachments)
    return Decision(Outcome.KEPT, _why_kept(pairs, known), pairs, attachments)


def _decide_in_place(job: Job, seen: Observation, known: Circumstances, obstacles: tuple[str, ...]) -> Decision:
    pairs = current_pairs(job, seen, known.rolled_back)
    issue = _why_issue(job, seen, pairs, known)
    if issue is None or not seen.in_service():
        raise ConnectorError("; ".join(obstacles))
    return Decision(*issue, pairs=pairs, obstacles=obstacles)


def replaced_after_refusal(decided: Decision, refusal: ConnectorError) -> Decision:
    """Return what is due when the BIG-IP refuses the pair that a repair would put in service."""
    return replace(decided, outcome=Outcome.REPLACED, reason=f"{decided.reason}, but the pair is refused: {refusal}")


def _why_issue(
    job: Job, seen: Observation, pairs: tuple[Pair, ...], known: Circumstances
) -> tuple[Outcome, str] | None:
    if not pairs:
        return Outcome.ENROLLED, _why_enrol(job, seen)
    ends = _first_end(pairs)
    have = _specs(pairs)
    names = [pair.certificate for pair in pairs if not _names_match(job, pair)]
    unprotected = [pair.key.path for pair in pairs if not pair.key.protected]
    rules = (
        (bool(ends and ends <= known.now), Outcome.RENEWED, f"the certificate expired on {_day(ends)}"),
        (bool(known.due_at and is_due(known.due_at, known.now)), Outcome.RENEWED, known.due_reason),
        (known.force, Outcome.RENEWED, "renewal was forced (--force)"),
        (
            not _keys_match(job, pairs),
            Outcome.REKEYED,
            f"the key is {_told(have)}, the configuration asks for {_told(job.keys)}",
        ),
        (bool(names), Outcome.REPLACED, _names_told(job, pairs)),
        (bool(known.revoked), Outcome.REPLACED, f"the certificate was revoked: {known.revoked}"),
        (bool(unprotected), Outcome.REPLACED, f"the key {', '.join(unprotected)} is not password-protected"),
    )
    # What `rollback` put in service may be of an older configuration: only time and the CA end it.
    stands = (Outcome.REKEYED, Outcome.REPLACED) if known.rolled_back and not known.revoked else ()
    return next(((word, reason) for holds, word, reason in rules if holds and word not in stands), None)


def _why_enrol(job: Job, seen: Observation) -> str:
    """Say what is missing: everything, or only the keys of certificates that are there."""
    names = {path: Generation.parse(path, job.base) for path in seen.certificates}
    bare = [path for path, of in names.items() if of and of.partition == job.partition and path == of.certificate]
    if bare:
        return f"the key of {max(bare)} is missing on the BIG-IP"
    return f"found no certificate for {job.common_name} on the BIG-IP"


def _drift(
    job: Job, seen: Observation, pairs: tuple[Pair, ...], attachments: tuple[Attachment, ...], chained: frozenset[str]
) -> tuple[str, ...]:
    lost = [p.generation.chain for p in pairs if not p.has_chain and p.generation.certificate in chained]
    found = [f"the chain {', '.join(lost)} is missing"] if lost else []
    profile = seen.profile
    if profile is None:
        return (f"the client SSL profile {job.profile} is missing", *found)
    if pairs and pairs != seen.in_service():
        there = ", ".join(entry.certificate or "no certificate" for entry in profile.entries) or "nothing"
        found.append(f"the profile points at {there} instead of {pairs[0].generation.certificate}")
    else:
        sent = [(p.generation.chain, e.chain) for p, e in zip(pairs, profile.entries, strict=False) if p.has_chain]
        found += [f"the profile sends {has or 'no chain'} instead of {ours}" for ours, has in sent if has != ours]
    if profile.parent != job.parent_profile:
        found.append(f"the profile's parent is {profile.parent}, not {job.parent_profile}")
    return (*found, *_sni_drift(job, seen, attachments))


def _sni_drift(job: Job, seen: Observation, attachments: tuple[Attachment, ...]) -> list[str]:
    profile, wanted = seen.profile, wanted_server_name(job)
    if profile is None:
        return []
    found = []
    if job.sni and profile.server_name != wanted:
        found.append(f"the profile's server name is {profile.server_name or 'none'}, not {wanted or 'none'}")
    if job.sni and attachments and profile.sni_default != attachments[0].ours_is_default:
        found.append(f"the profile is {'the' if profile.sni_default else 'not the'} SNI default")
    if profile.sni_require != wanted_sni_require(job, seen.profiles):
        found.append(f"the profile {'requires' if profile.sni_require else 'does not require'} SNI")
    return found


def _is_wanted(job: Job, pairs: tuple[Pair, ...]) -> bool:
    return _keys_match(job, pairs) and all(_names_match(job, pair) for pair in pairs)


def _keys_match(job: Job, pairs: tuple[Pair, ...]) -> bool:
    """Compare types and sizes; what the device does not tell is no difference."""
    return len(pairs) == len(job.keys) and set(_specs(pairs)) <= set(job.keys)


def _specs(pairs: tuple[Pair, ...]) -> tuple[KeySpec, ...]:
    return tuple(sorted(pair.spec for pair in pairs if pair.spec))


def _names_match(job: Job, pair: Pair) -> bool:
    """Compare the sets of names; a release that does not tell the SANs is taken at its word for the rest."""
    names = pair.certificate.names
    if names is None:
        return pair.certificate.common_name in (None, job.common_name)
    return names == frozenset(job.names)


def _first_end(pairs: tuple[Pair, ...]) -> datetime | None:
    return min((pair.certificate.not_after for pair in pairs if pair.certificate.not_after), default=None)


def _names_told(job: Job, pairs: tuple[Pair, ...]) -> str:
    have = frozenset[str]().union(*(pair.certificate.all_names() for pair in pairs))
    more, less = sorted(set(job.names) - have), sorted(have - set(job.names))
    told = [f"without {', '.join(more)}"] if more else []
    told += [f"with {', '.join(less)} besides"] if less else []
    return f"the certificate's names are not those of the configuration: it is {' and '.join(told) or 'of other names'}"


def _why_kept(pairs: tuple[Pair, ...], known: Circumstances) -> str:
    until = f"valid until {_day(_first_end(pairs))}"
    planned = f", renewal planned for {_day(known.due_at)}" if known.due_at else ""
    return f"{until}{planned}" + (", left in service after a roll back" if known.rolled_back else "")


def _told(specs: tuple[KeySpec, ...]) -> str:
    return " and ".join(str(spec) for spec in specs) or "unknown"


def _day(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d") if moment else "an unknown day"
