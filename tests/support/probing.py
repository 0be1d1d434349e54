"""A probe of a simulated BIG-IP, in this process and without waiting."""

from __future__ import annotations

from typing import Any

from sectigo_f5.bigip import ha_group
from sectigo_f5.probe.asking import probe
from sectigo_f5.probe.nouns import Entry, Report
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import SimulatedBigIP
from tests.support import builders


def probed(device: SimulatedBigIP, partition: str = "Common", **options: Any) -> Report:
    """Return the report of a probe; no pause lasts."""
    connection = builders.device(
        name="bigip-sim",
        hosts=(device.address,),
        port=device.port,
        username=device.username,
        password=Secret(device.password),
        verify_tls=device.ca_file,
    )
    with ha_group.connected(connection, lambda _: None) as group:
        return probe(group.answering[0], partition, **options)


def entry(report: Report, question: str) -> Entry:
    found = report.entry(question)
    assert found is not None
    return found
