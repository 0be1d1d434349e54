"""A BIG-IP to try and test against: an island that imports nothing of the connector."""

from __future__ import annotations

from sectigo_f5.simulator.device import SimulatedBigIP
from sectigo_f5.simulator.faults import Fault
from sectigo_f5.simulator.refusals.refusal import Refusal
from sectigo_f5.simulator.rest.wire import Exchange
from sectigo_f5.simulator.switches import Switches

__all__ = ["Exchange", "Fault", "Refusal", "SimulatedBigIP", "Switches"]
