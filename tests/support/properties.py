"""Property-based tests: one seed for all, printed at the head of the report, so that a failure can be repeated."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.support.spread import ALL, DAY

SEED = int(os.environ.get("PROPERTY_SEED", "20261125"))
SLOW = (HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large)

Test = Callable[..., Any]


def generated(examples: int) -> Callable[[Test], Test]:
    """Run a test with ``examples`` generated arguments; PROPERTY_SEED=N in the environment draws others."""
    often = settings(max_examples=examples, database=None, deadline=None, print_blob=True, suppress_health_check=SLOW)
    return lambda test: seed(SEED)(often(test))


def walks(machine: type[RuleBasedStateMachine], examples: int, steps: int) -> None:
    """Walk through a state machine that really runs the connector: each day other ways, all of them longer ones.

    What fails is not made shorter, for a step takes long: the report has the steps as they were.
    """
    many = 10 if DAY == ALL else 1
    drawn = seed(SEED if DAY == ALL else int(DAY))(machine)
    phases = (Phase.generate,)
    often = settings(
        max_examples=examples * many, stateful_step_count=steps, database=None, deadline=None, phases=phases
    )
    run_state_machine_as_test(drawn, settings=settings(often, suppress_health_check=list(HealthCheck)))


def daily(examples: int) -> Callable[[Test], Test]:
    """Run a test whose examples take long with others on each day; ``SPREAD=all``: with ten times as many."""
    many, drawn = (10, SEED) if DAY == ALL else (1, int(DAY))
    often = settings(
        max_examples=examples * many,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    return lambda test: seed(drawn)(often(test))
