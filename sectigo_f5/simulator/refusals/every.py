"""Every function that makes a refusal, by its name.

A device may word a refusal otherwise (:attr:`~sectigo_f5.simulator.switches.Switches.texts`), by the names of these
functions and of their parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectigo_f5.simulator.refusals import of_objects, of_pairs, of_servers, of_sessions
from sectigo_f5.simulator.refusals.refusal import Refusal

BY_KIND: Mapping[str, Callable[..., Refusal]] = {
    name: function
    for module in (of_objects, of_pairs, of_servers, of_sessions)
    for name, function in vars(module).items()
    if hasattr(function, "__wrapped__")
}
