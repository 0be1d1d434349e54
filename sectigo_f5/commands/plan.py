"""``plan``: what ``run`` would do, and why; reads only."""

from __future__ import annotations

from sectigo_f5 import workflow
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.commands.session import Session
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job, Result
from sectigo_f5.preparation import foreseen, prepare
from sectigo_f5.report import results, stdout
from sectigo_f5.run import Run
from sectigo_f5.state.remembered import with_history


def plan(session: Session) -> int:
    """Say what ``run`` would do, and refuse what it would refuse; returns the exit code."""
    outcome = with_history(session.on_every_device(_plan_one), session.run.state.history.results())
    if not session.options.json and not session.options.quiet:
        stdout.say("what a run would do now:")
    session.print_results(outcome, session.run.clock())
    return results.exit_code(outcome, session.configuration.mistakes)


def _plan_one(run: Run, f5: Unit, job: Job) -> Result:
    plan = prepare(run, f5, job)
    problems = foreseen(run, f5, job, plan)
    if problems:
        raise ConnectorError("; ".join(problems))
    return workflow.with_references(run, f5, plan, workflow.result_of(plan), after=False)
