"""The connector's own probe, as a client among others."""

from __future__ import annotations

from pathlib import Path

from sectigo_f5.bigip import ha_group
from sectigo_f5.probe.asking import probe
from sectigo_f5.probe.nouns import Outcome
from sectigo_f5.secret import Secret
from tests.simulator.clients.arguments import Arguments, read
from tests.support import builders


def main(arguments: Arguments) -> None:
    device = builders.device(
        hosts=(arguments.address,),
        port=arguments.port,
        username="admin",
        password=Secret(arguments.password),
        verify_tls=Path(arguments.ca_file),
    )
    with ha_group.connected(device, lambda _: None) as group:
        report = probe(group.answering[0], "Common")
    assert report.left == ()
    assert [entry.question for entry in report.entries if entry.outcome is not Outcome.ANSWERED] == ["save"]


if __name__ == "__main__":
    main(read())
