"""``plan``: what ``run`` would do, and why; reads only."""

from __future__ import annotations

from sectigo_f5 import workflow
from sectigo_f5.bigip.challenges import validation_for
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.commands.session import Session
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.report import results, stdout
from sectigo_f5.run import Run


def plan(session: Session) -> int:
    """Say what ``run`` would do, and refuse what it would refuse; returns the exit code."""
    outcome = session.on_every_device(_plan_one)
    if not session.options.json and not session.options.quiet:
        stdout.say("what a run would do now:")
    session.print_results(outcome)
    return results.exit_code(outcome, session.configuration.mistakes)


def _plan_one(run: Run, f5: Unit, job: Job) -> Result:
    seen, decided = workflow.look(run, f5, job)
    if decided.outcome is not Outcome.KEPT:
        workflow.must_be_possible(f5, job, seen)
    if decided.issues:
        validation_for(f5, job, seen.virtual_servers)
    return workflow.result_of(job, decided, seen)
