"""``discover``: print a YAML file for what a BIG-IP serves today; reads only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from sectigo_f5 import log, stopping
from sectigo_f5.bigip import ha_group
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.checkup.management_tls import ask, how_to_pin, pin_file
from sectigo_f5.commands.discovering.login import Login, hosts_in, login_for, verify_tls_in
from sectigo_f5.commands.options import Options
from sectigo_f5.discovery.grouping import of_partitions
from sectigo_f5.discovery.nouns import Found, Surroundings
from sectigo_f5.discovery.sheets import Session, sheet
from sectigo_f5.discovery.surveying import surroundings
from sectigo_f5.discovery.writing import text_of
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.errors import UntrustedDeviceError
from sectigo_f5.model import Device, Place, partition_of
from sectigo_f5.report import stdout
from sectigo_f5.report.answer import Answer

DEFAULT_PORT = 443
NO_FILE = "credentials/bigip.yaml"  # what is written in place of a login that was typed

logger = logging.getLogger(__name__)


def discover(options: Options, clock: Callable[[], datetime], secrets: log.Secrets) -> int:
    """Print the file; returns the exit code. Raises :class:`ConnectorError` if there is nothing to print."""
    started = clock()
    hosts, verify_tls = hosts_in(options.host), verify_tls_in(options.verify_tls or "true")
    login = login_for(hosts, options.credentials_file)
    secrets.append(login.credentials.password)
    username, password = login.credentials.username, login.credentials.password
    port = options.port or DEFAULT_PORT
    device = Device("bigip", hosts, port, username, password, verify_tls, Place(Path("discovered.yaml"), 1))
    with stopping.by_signals(_announce) as stop, stopping.obeying(stop), log.about(hosts[0]):
        try:
            with ha_group.connected(device, identify=True) as group:
                text = _text(group, options, login, started)
        except ha_group.NoUnitError as error:
            _say_how_to_trust(device, error)
            raise
    if options.json:
        answer = Answer(options.command, started, clock(), 0, documents={"yaml": text})
        stdout.say(answer.to_json())
    else:
        stdout.say(text.rstrip("\n"))
    return 0


def _say_how_to_trust(device: Device, error: ha_group.NoUnitError) -> None:
    """Say how to pin the certificate of a unit that is not trusted, with the commands."""
    for host, failure in error.failures.items():
        if isinstance(failure, UntrustedDeviceError):
            *lines, _ = how_to_pin(device, host, ask(host, device.port))
            for line in (*lines, f"then add --verify-tls {pin_file(device)}"):
                logger.warning("%s", line)


def _announce(why: str) -> None:
    logger.warning("%s: nothing more is read", why)


def _text(group: ha_group.HaGroup, options: Options, login: Login, now: datetime) -> str:
    unit = group.at_work[0]
    every = unit.every_server()
    around = surroundings(unit)
    servers = of_partitions(every, options.partition)
    if not servers:
        raise ConnectorError(_nothing(unit, around, options.partition))
    have = Found(servers, unit.holdings.profiles.every(), unit.holdings.certificates.every())
    logger.info("%d virtual server(s) found that concern TLS, of %d", len(servers), len(every))
    return text_of(sheet(Session(unit, have, around, now, group), _connection(unit.device, login), login.file is None))


def _nothing(unit: Unit, around: Surroundings, partitions: tuple[str, ...]) -> str:
    """Say that there is no virtual server for TLS, and what there is."""
    every, user = unit.every_server(), unit.device.username
    where = f" in partition {' or '.join(partitions)}" if partitions else ""
    seen = sorted({partition_of(server.path) for server in every})
    there = f"{user} sees {len(every)} virtual server(s)" + (f", in {', '.join(seen)}" if seen else "")
    alone = f"; it has a role in {', '.join(around.partitions)} alone" if around.partitions else ""
    return (
        f"no virtual server{where} has a client SSL profile, or HTTP on port 443: {there}{alone}; ask another BIG-IP "
        "or partition, or as a user who sees more"
    )


def _connection(device: Device, login: Login) -> Mapping[str, object]:
    """Return the keys of the YAML by which the BIG-IP is reached as it was now."""
    verify = device.verify_tls
    return {
        "host": device.hosts[0] if len(device.hosts) == 1 else list(device.hosts),
        **({"port": device.port} if device.port != DEFAULT_PORT else {}),
        "credentials_file": login.file or NO_FILE,
        **({} if verify is True else {"verify_tls": str(verify) if isinstance(verify, Path) else verify}),
    }
