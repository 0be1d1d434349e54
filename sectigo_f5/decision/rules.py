"""Step 3: what is due for one certificate, and why; everything that it knows is an argument."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sectigo_f5.decision.attachment import Attachment, plan_attachments
from sectigo_f5.decision.earlier_orders import Ordered
from sectigo_f5.decision.renewal import is_due
from sectigo_f5.device_objects import Entry, Observation, Pair
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Generation, Job, KeySpec, Outcome
from sectigo_f5.names import common_name_of_request

ISSUING = frozenset({Outcome.ENROLLED, Outcome.RENEWED, Outcome.REKEYED, Outcome.REPLACED})


@dataclass(frozen=True)
class Circumstances:
    """What bears on the decision besides the device itself."""

    now: datetime
    due_at: datetime | None = None  # planned renewal of the certificate in service; None: there is none
    due_reason: str = ""
    revoked: str | None = None  # the CA's reason and source, if it is revoked
    rolled_back: bool = False  # `rollback` put the pair in service: leave it there
    chained: frozenset[str] = frozenset()  # the certificates (paths) that the CA gave a chain with
    force: bool = False
    ordered: Ordered | None = None


@dataclass(frozen=True)
class Decision:
    """The outcome that the result will have, its reason in one sentence, and the change to make."""

    outcome: Outcome
    reason: str
    pairs: tuple[Pair, ...] = ()  # what is, or goes back, in service; empty: nothing usable
    attachments: tuple[Attachment, ...] = ()
    obstacles: tuple[str, ...] = ()  # what keeps virtual servers from being changed: only the pair is renewed

    @property
    def issues(self) -> bool:
        """True if a new key pair and certificate are needed."""
        return self.outcome in ISSUING


def current_pairs(seen: Observation, rolled_back: bool) -> tuple[Pair, ...]:
    """Return the pairs to judge: those in service, else the newest usable ones on the device.

    The newest generation wins over an older one that somebody pointed the profile at, unless
    ``rollback`` did so; but only if it is what the YAML asks for (a run that died half way
    leaves a newer, complete pair behind: it is put in service instead of ordering another).
    """
    serving, newest = seen.in_service(), seen.newest()
    if serving and (rolled_back or not newest or newest[0].generation.stamp == serving[0].generation.stamp):
        return serving
    if newest and (not serving or _is_wanted(seen.job, newest)):
        return newest
    return serving


def decide(seen: Observation, known: Circumstances, obstacles: tuple[str, ...] = ()) -> Decision:
    """Compare what the YAML asks for with what was read; the first rule that holds decides.

    Raises :class:`ConnectorError` if something is in the way, of which ``obstacles`` tells, and nothing is due.
    """
    pairs = current_pairs(seen, known.rolled_back)
    issue = _why_issue(seen, pairs, known)
    if obstacles:
        return _pair_alone(seen, known, pairs, issue, obstacles)
    attachments = plan_attachments(seen)
    if issue:
        return Decision(*issue, pairs, attachments)
    drift = (*_pair_drift(seen, pairs, known.chained), *_settings_drift(seen, attachments))
    repairs = (*drift, *(str(plan) for plan in attachments if plan.changes))
    if repairs:
        return Decision(Outcome.REPAIRED, "; ".join(repairs), pairs, attachments)
    return Decision(Outcome.KEPT, _why_kept(pairs, known), pairs, attachments)


def _pair_alone(
    seen: Observation,
    known: Circumstances,
    pairs: tuple[Pair, ...],
    issue: tuple[Outcome, str] | None,
    obstacles: tuple[str, ...],
) -> Decision:
    """Rule 1: whatever else is wrong, a renewal that is due is made, of the pair in our profile alone.

    So is a repair of the pair: else what serves might expire beside the one that should. Raises
    :class:`ConnectorError` if our profile serves no pair of ours, or needs none.
    """
    drift = _pair_drift(seen, pairs, known.chained)
    if seen.in_service() and issue:
        return Decision(*issue, pairs=pairs, obstacles=obstacles)
    if seen.in_service() and drift:
        return Decision(Outcome.REPAIRED, "; ".join(drift), pairs, obstacles=obstacles)
    raise ConnectorError("; ".join(obstacles))


def replaced_after_refusal(decided: Decision, refusal: ConnectorError) -> Decision:
    """Return what is due if the BIG-IP refuses the pair that a repair would put in service."""
    return replace(decided, outcome=Outcome.REPLACED, reason=f"{decided.reason}, but the pair is refused: {refusal}")


# -- a new certificate -------------------------------------------------------------------------


def _why_issue(seen: Observation, pairs: tuple[Pair, ...], known: Circumstances) -> tuple[Outcome, str] | None:
    """Return what is due, or was ordered and is not in service yet, and why; None if the certificate can stay."""
    due = _why_due(seen, pairs, known)
    left_alone = known.rolled_back and not due
    return known.ordered.after(due) if known.ordered and not left_alone else due


def _why_due(seen: Observation, pairs: tuple[Pair, ...], known: Circumstances) -> tuple[Outcome, str] | None:
    if not pairs:
        return Outcome.ENROLLED, _why_enrol(seen)
    renewal = _why_renew(pairs, known)
    if renewal:
        return Outcome.RENEWED, renewal
    if known.rolled_back and not known.revoked:
        return None  # what `rollback` put in service may be of an older configuration: only time and the CA end it
    if not _keys_match(seen.job, pairs):
        has, wanted = _describe_keys(_specs(pairs)), _describe_keys(seen.job.keys)
        return Outcome.REKEYED, f"the key is {has}, the configuration asks for {wanted}"
    replacement = _why_replace(seen.job, pairs, known)
    return (Outcome.REPLACED, replacement) if replacement else None


def _why_enrol(seen: Observation) -> str:
    """Say what is missing: everything, or only the keys of certificates that are there."""
    job, names = seen.job, {path: Generation.parse(path, seen.job.base) for path in seen.certificates}
    bare = [path for path, of in names.items() if of and of.partition == job.partition and path == of.certificate]
    if bare:
        return f"the key of {max(bare)} is missing on the BIG-IP"
    return f"found no certificate for {job.common_name} on the BIG-IP"


def _why_renew(pairs: tuple[Pair, ...], known: Circumstances) -> str | None:
    ends = _first_end(pairs)
    if ends and ends <= known.now:
        return f"the certificate expired on {_day(ends)}"
    if known.due_at and is_due(known.due_at, known.now):
        return known.due_reason
    return "renewal was forced (--force)" if known.force else None


def _why_replace(job: Job, pairs: tuple[Pair, ...], known: Circumstances) -> str | None:
    if not all(_names_match(job, pair) for pair in pairs):
        return _describe_other_names(job, pairs)
    if known.revoked:
        return f"the certificate was revoked: {known.revoked}"
    unprotected = [pair.key.path for pair in pairs if not pair.key.protected]
    return f"the key {', '.join(unprotected)} is not password-protected" if unprotected else None


def _describe_other_names(job: Job, pairs: tuple[Pair, ...]) -> str:
    held = [pair.certificate for pair in pairs]
    has = frozenset[str]().union(*(each.all_names() for each in held))
    asked = frozenset[str]().union(*(each.asked or each.all_names() for each in held))
    missing, extra = sorted(set(job.names) - has), sorted(asked - set(job.names))
    lacks, covers = f"lacks {', '.join(missing)}" if missing else "", f"also covers {', '.join(extra)}" if extra else ""
    difference = " and ".join(filter(None, (lacks, covers))) or "has other names"
    return f"the certificate's names are not those of the configuration: it {difference}"


# -- repairs -----------------------------------------------------------------------------------


def _pair_drift(seen: Observation, pairs: tuple[Pair, ...], chained: Collection[str]) -> tuple[str, ...]:
    """Return how the profile differs from the pairs that it is to hold, or they from what was stored."""
    lost = [p.generation.chain for p in pairs if not p.has_chain and p.generation.certificate in chained]
    chain = [f"the chain {', '.join(lost)} is missing"] if lost else []
    if seen.profile is None:
        return (f"the client SSL profile {seen.job.profile} is missing", *chain)
    return (*chain, *_other_files(seen, seen.profile.entries, pairs))


def _other_files(seen: Observation, entries: tuple[Entry, ...], pairs: tuple[Pair, ...]) -> list[str]:
    if pairs and pairs != seen.in_service():
        present = ", ".join(entry.certificate or "no certificate" for entry in entries) or "nothing"
        return [f"the profile points at {present} instead of {pairs[0].generation.certificate}"]
    chains = [(p.generation.chain, e.chain) for p, e in zip(pairs, entries, strict=False) if p.has_chain]
    return [f"the profile sends {sent or 'no chain'} instead of {ours}" for ours, sent in chains if sent != ours]


def _settings_drift(seen: Observation, attachments: tuple[Attachment, ...]) -> tuple[str, ...]:
    parent, profile = seen.job.parent_profile, seen.profile
    if profile is None:
        return ()
    other = [f"the profile's parent is {profile.parent}, not {parent}"] if profile.parent != parent else []
    return (*other, *_sni_drift(seen, attachments))


def _sni_drift(seen: Observation, attachments: tuple[Attachment, ...]) -> list[str]:
    job, profile, wanted = seen.job, seen.profile, seen.job.wanted_server_name
    if profile is None:
        return []
    drift = []
    if job.sni and profile.server_name != wanted:
        drift.append(f"the profile's server name is {profile.server_name or 'none'}, not {wanted or 'none'}")
    if job.sni and attachments and profile.sni_default != attachments[0].ours_is_default:
        drift.append(f"the profile is {'the' if profile.sni_default else 'not the'} SNI default")
    if profile.sni_require != seen.wanted_sni_require:
        drift.append(f"the profile {'requires' if profile.sni_require else 'does not require'} SNI")
    return drift


# -- comparing ---------------------------------------------------------------------------------


def _is_wanted(job: Job, pairs: tuple[Pair, ...]) -> bool:
    return _keys_match(job, pairs) and all(_names_match(job, pair) for pair in pairs)


def _keys_match(job: Job, pairs: tuple[Pair, ...]) -> bool:
    """Compare types and sizes; what the device does not tell is not a difference."""
    return len(pairs) == len(job.keys) and set(_specs(pairs)) <= set(job.keys)


def _specs(pairs: tuple[Pair, ...]) -> tuple[KeySpec, ...]:
    return tuple(sorted(pair.spec for pair in pairs if pair.spec))


def _names_match(job: Job, pair: Pair) -> bool:
    """Compare the sets of names; a release that does not tell the SANs is believed about the common name.

    A list that the device cut off proves nothing but what it shows: an order for it would be made every day. So
    it would for a CA that adds names: everything that was asked for must be wanted, and what is wanted be there.
    """
    certificate, wanted = pair.certificate, frozenset(job.names)
    if certificate.names is None:
        return certificate.common_name in (None, job.common_name, common_name_of_request(job.names))
    asked = certificate.asked or certificate.names
    return asked <= wanted and (certificate.cut or wanted <= certificate.names)


def _first_end(pairs: tuple[Pair, ...]) -> datetime | None:
    return min((pair.certificate.not_after for pair in pairs if pair.certificate.not_after), default=None)


def _why_kept(pairs: tuple[Pair, ...], known: Circumstances) -> str:
    ends, first = _first_end(pairs), min(filter(None, (pair.certificate.ends for pair in pairs)), default=None)
    until = f"valid until {_day(ends)}" + (f", but the CA's own only until {_day(first)}" if first != ends else "")
    planned = f", renewal planned for {_day(known.due_at)}" if known.due_at else ""
    return f"{until}{planned}" + (", left in service after a rollback" if known.rolled_back else "")


def _describe_keys(specs: tuple[KeySpec, ...]) -> str:
    return " and ".join(str(spec) for spec in specs) or "unknown"


def _day(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d") if moment else "an unknown day"
