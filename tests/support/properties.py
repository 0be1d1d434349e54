"""Property-based tests: one seed for all, printed at the head of the report, so that a failure can be repeated."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, seed, settings

SEED = int(os.environ.get("PROPERTY_SEED", "20261125"))
SLOW = (HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large)

Test = Callable[..., Any]


def generated(examples: int) -> Callable[[Test], Test]:
    """Run a test with ``examples`` generated arguments; PROPERTY_SEED=N in the environment draws others."""
    often = settings(max_examples=examples, database=None, deadline=None, print_blob=True, suppress_health_check=SLOW)
    return lambda test: seed(SEED)(often(test))
