"""Step 3, and everything that must hold before a write: the one list that ``run``, ``plan`` and ``check`` share."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sectigo_f5 import turns
from sectigo_f5.bigip.challenges import doubts, faults, validation_for
from sectigo_f5.bigip.observation import observe
from sectigo_f5.bigip.obstacles import (
    Outlook,
    keys_must_be_taken,
    outlook,
    outlook_of_pair,
    profile_must_be_free,
    restricted_to_attached,
)
from sectigo_f5.bigip.permissions import missing_permissions
from sectigo_f5.bigip.surroundings import neighbours, notes
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.circumstances import ask_ahead, believed, circumstances, clocks_must_agree
from sectigo_f5.decision.pair_alone import names_after, with_names_in_service
from sectigo_f5.decision.rules import Circumstances, Decision, decide, replaced_after_refusal
from sectigo_f5.device_objects import Observation
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError, UnreachableError
from sectigo_f5.model import Job, Outcome
from sectigo_f5.progress import Step, doing
from sectigo_f5.run import Run
from sectigo_f5.tls.baseline import check_of, look_before
from sectigo_f5.unfinished import Unfinished, may_order, unfinished_order
from sectigo_f5.validation import Validation

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """What was read for one certificate, and what will be done; nothing is written yet."""

    seen: Observation
    decided: Decision
    validation: Validation | None = None  # how the CA validates the names; None: it is not asked for a certificate
    unfinished: Unfinished | None = None  # the order of an earlier run that is continued
    notes: tuple[str, ...] = ()  # what clients will notice
    remarks: tuple[str, ...] = ()  # what else an operator should know

    def despite(self, obstacles: Iterable[str], alone: Outlook) -> Plan:
        """Return the plan to change the pair alone, for what is in the way of everything else."""
        decided = replace(self.decided, attachments=(), obstacles=tuple(obstacles))
        return replace(self, seen=replace(self.seen, touched=()), decided=decided, notes=alone.notes())


@dataclass(frozen=True)
class Needs:
    """What must hold before a write, as far as it was looked at."""

    validation: Validation | None = None  # if the CA is to be asked for a certificate, and can be
    found: Mapping[str, ConnectorError | None] = field(default_factory=dict)  # what is wrong, by what was looked at


def prepare(run: Run, f5: Unit, job: Job) -> Plan:
    """Step 3: read, decide, and make sure that nothing keeps the change from being made.

    A certificate that is kept needs nothing, so nothing more is read. Raises :class:`ConnectorError`
    for the first thing that stands in the way.
    """
    doing("asking for revocation and renewal information", Step.DECIDE)
    with turns.given_back():
        ask_ahead(run, job)
    doing("reading the BIG-IP", Step.DECIDE)
    plan, known = _planned(run, f5, job)
    if plan.decided.outcome is not Outcome.KEPT and f5.forget_if_old(run.clock()):
        plan, known = _planned(run, f5, job)
    run.figures.note_look(plan.seen.job, known.due_at, neighbours.unmanaged(f5, plan.seen))
    _log(plan.decided, known)
    if plan.decided.outcome is not Outcome.KEPT:
        return _must_be_possible(run, f5, plan)
    clocks_must_agree(run, f5, ordering=False)
    return plan


def _planned(run: Run, f5: Unit, job: Job) -> tuple[Plan, Circumstances]:
    f5.look(run.clock())
    seen = believed(run, observe(f5, job, run.managed))
    foreseen = outlook(f5, seen)
    in_the_way = {**foreseen.obstacles, **_cannot_be_looked_at(run, seen)}
    seen = replace(restricted_to_attached(seen, in_the_way), touched=() if in_the_way else foreseen.touched)
    known, ordered = circumstances(seen, run), unfinished_order(run, f5, seen)
    obstacles = tuple(dict.fromkeys(in_the_way.values()))
    plan = Plan(seen, _decide(seen, known, ordered, obstacles), notes=foreseen.notes(), unfinished=ordered)
    if obstacles:
        plan = _pair_alone(run, f5, plan, known, obstacles)
    return plan, known


def _decide(
    seen: Observation, known: Circumstances, ordered: Unfinished | None, obstacles: tuple[str, ...]
) -> Decision:
    return decide(seen, replace(known, ordered=ordered.ordered() if ordered else None), obstacles)


def _pair_alone(run: Run, f5: Unit, plan: Plan, known: Circumstances, obstacles: tuple[str, ...]) -> Plan:
    """Plan a change of the pair alone: if rules 2 or 3 refuse the names of the YAML, with those in service.

    Raises :class:`ConnectorError` if those need no change, or are refused too.
    """
    alone = outlook_of_pair(f5, plan.seen, names_after(plan.seen, plan.decided))
    if alone.obstacles:
        obstacles = tuple(dict.fromkeys((*obstacles, *alone.obstacles.values())))
        seen = with_names_in_service(plan.seen)
        ordered = unfinished_order(run, f5, seen)
        plan = replace(plan, seen=seen, decided=_decide(seen, known, ordered, obstacles), unfinished=ordered)
        alone = outlook_of_pair(f5, seen, names_after(seen, plan.decided))
    if alone.obstacles:
        raise ConnectorError("; ".join(obstacles))
    return plan.despite(obstacles, alone)


def prepare_replacement(run: Run, f5: Unit, plan: Plan, refusal: DeviceError) -> Plan:
    """Plan a new certificate after the BIG-IP has refused the pair that a repair would put in service."""
    decided = replaced_after_refusal(plan.decided, refusal)
    logger.warning("3 to be %s: %s", decided.outcome, decided.reason)
    return _must_be_possible(run, f5, replace(plan, decided=decided, unfinished=None))


def foreseen(run: Run, f5: Unit, job: Job, plan: Plan) -> list[str]:
    """Return what the BIG-IP or Certbot will refuse when ``plan`` is carried out, as far as it can be read beforehand.

    ``plan`` and ``check`` report it. ``run`` leaves it to them: with a custom REST role, say, the
    device knows better.
    """
    if plan.decided.outcome is Outcome.KEPT:
        return []
    problems, _ = missing_permissions(f5, job)
    return [*problems, *plugin_problem(run, plan.validation)]


def plugin_problem(run: Run, validation: Validation | None) -> list[str]:
    """Return why Certbot cannot be used for a validation, if so."""
    problem = run.authority.plugin_problem(validation) if validation else None
    return [problem] if problem else []


# -- what must hold before a write -------------------------------------------------------------


def _must_be_possible(run: Run, f5: Unit, plan: Plan) -> Plan:
    needs = needs_of(run, f5, plan.seen, issues=plan.decided.issues, ordered=plan.unfinished)
    for problem in filter(None, needs.found.values()):
        raise problem
    validation = needs.validation
    remarks = notes.of_change(f5, plan.seen, plan.decided.attachments)
    for doubt in () if run.reads_only else (*doubts(validation), *remarks):
        logger.warning("%s", doubt)
    plan = replace(plan, validation=validation, remarks=remarks)
    wrong = faults(validation)
    return _despite_faults(f5, plan, wrong) if wrong else plan


def _despite_faults(f5: Unit, plan: Plan, wrong: tuple[str, ...]) -> Plan:
    """Rule 1: whatever the YAML names for the validation, the pair is renewed, and nothing else is touched."""
    obstacles = (*plan.decided.obstacles, *wrong)
    seen = restricted_to_attached(plan.seen, dict.fromkeys(wrong, ""))
    alone = outlook_of_pair(f5, seen, seen.names_to_come)
    if alone.obstacles:
        raise ConnectorError("; ".join((*obstacles, *alone.obstacles.values())))
    return replace(plan, seen=seen).despite(obstacles, alone)


def needs_of(run: Run, f5: Unit, seen: Observation, *, issues: bool, ordered: Unfinished | None) -> Needs:
    """The list: what must hold before a write, more if the CA is to be asked, and more if it is a new order."""
    validation, found = None, dict[str, ConnectorError | None]()
    with _noted(found, "active unit"):
        f5.must_still_be_active()
    with _noted(found, "client SSL profile"):
        profile_must_be_free(f5, seen)
    with _noted(found, "handshake"):
        _handshake_must_be_possible(seen)
    if issues and not (ordered and ordered.is_placed):
        with _noted(found, "order"):
            may_order(run, seen.job)
    if issues and not (ordered and ordered.is_issued):
        with _noted(found, "key type"):
            keys_must_be_taken(f5, seen)
        with _noted(found, "clock"):
            clocks_must_agree(run, f5)
        with _noted(found, "challenge path"):
            validation = validation_for(f5, seen)
    return Needs(validation, found)


def _cannot_be_looked_at(run: Run, seen: Observation) -> Mapping[str, str]:
    """Return why virtual servers that are to get our profile cannot be looked at, if ``verify_handshake`` asks for it.

    While another one has our profile, that is in their way, and not in the way of a renewal.
    """
    if seen.job.verify_handshake != "required" or not seen.in_service():
        return {}
    refusals = {}
    for server in seen.virtual_servers:
        if seen.job.profile not in server.client_ssl:
            try:
                look_before(check_of(seen, (), (server,)), run.silent)
            except ConnectorError as refusal:
                refusals[server.path] = str(refusal)
    return refusals


def _handshake_must_be_possible(seen: Observation) -> None:
    """Refuse a change that ``verify_handshake: required`` could not look at afterwards."""
    if seen.job.verify_handshake == "required":
        look_before(check_of(seen, (), seen.virtual_servers))


@contextlib.contextmanager
def _noted(found: dict[str, ConnectorError | None], what: str) -> Iterator[None]:
    """Note a problem and continue; if the device no longer answers, nothing more can be asked."""
    try:
        yield
        found[what] = None
    except (UnreachableError, OutcomeUnknownError):
        raise
    except ConnectorError as problem:
        found[what] = problem


def _log(decided: Decision, known: Circumstances) -> None:
    kept = decided.outcome is Outcome.KEPT
    odd = kept and known.rolled_back  # an operator's doing, that should not be forgotten
    level = logging.WARNING if odd else logging.INFO
    logger.log(level, "3 %s%s: %s", "" if kept else "to be ", decided.outcome, decided.reason)
