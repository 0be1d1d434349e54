"""``probe``: ask a BIG-IP everything that the connector depends on, and leave it as it was."""

from __future__ import annotations

import logging

from sectigo_f5 import log
from sectigo_f5.bigip import ha_group
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.commands.probing.choosing import partition_of, partitions_of
from sectigo_f5.commands.probing.syncing import must_not_sync
from sectigo_f5.commands.probing.telling import tell
from sectigo_f5.commands.session import Session
from sectigo_f5.probe.asking import Probed, ask_everything
from sectigo_f5.probe.clearing.leftovers import delete_leftovers
from sectigo_f5.report import live

logger = logging.getLogger(__name__)


def probe(session: Session) -> int:
    """Probe the BIG-IP, and print or write the report; returns the exit code.

    Raises :class:`ConnectorError` if it cannot be asked anything: then nothing is made there.
    """
    device = session.jobs[0].device
    with (
        log.about(device.name),
        live.shown(session.options.quiet) as progress,
        progress.at_work(device.name),
        ha_group.connected(device, session.run.pause, identify=True) as group,
    ):
        unit = group.at_work[0]
        probed = _probe(session, unit)
    with log.about(device.name):
        return tell(session, f"{device.name} ({unit.client.host}, TMOS {unit.release})", probed)


def _probe(session: Session, unit: Unit) -> Probed:
    """Probe the unit that a run would write to; a unit that carries no traffic now is refused, as by a run."""
    options, partition = session.options, partition_of(session.jobs, session.options.partition)
    unit.must_be_active()
    must_not_sync(unit, options.allow_sync)
    if len(partitions_of(session.jobs)) > 1 and not options.partition:
        logger.info("scratch objects are made in %s, the first partition of its certificates", partition)
    left_before = delete_leftovers(unit.client, partition)
    return ask_everything(unit, partition, may_save=options.save, left_before=left_before)
