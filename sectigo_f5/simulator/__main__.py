"""``python -m sectigo_f5.simulator``: a BIG-IP alone, to play with."""

from __future__ import annotations

import argparse
import ipaddress
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import Field, fields
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from sectigo_f5.simulator.device import SimulatedBigIP
from sectigo_f5.simulator.faults import read_scenario
from sectigo_f5.simulator.refusals import Refusal
from sectigo_f5.simulator.switches import Switches

DEFAULT_SERVERS = (
    "/Common/vs_www_http=127.0.0.1:8080",
    "/Common/vs_www_https=127.0.0.1:8444",
    "/Common/vs_api_https=127.0.0.1:8445,/Common/tcp,/Common/http,/Common/clientssl",
)
_LAST_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code."""
    parser = _parser()
    given = parser.parse_args(arguments)
    ended = threading.Event()

    def end(_: int, __: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        host, port = _listen(given.listen)
        switches = _switches(given, host)
    except ValueError as error:
        parser.error(str(error))
    try:
        device = SimulatedBigIP(switches, host, port)
    except OSError as error:
        parser.error(f"--listen {given.listen}: {error.strerror}")
    try:
        _furnish(device, given)
        _introduce(device)
        ended.wait()
    except (Refusal, ValueError, OSError) as error:
        parser.error(str(error))
    finally:
        device.close()
    for call in device.unknown:
        sys.stderr.write(f"unknown: {call}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sectigo_f5.simulator",
        usage="%(prog)s [OPTION…]",
        description="Simulate one BIG-IP; no option is needed.",
    )
    add = parser.add_argument
    add("--listen", default="127.0.0.1:8443", metavar="HOST:PORT", help="management address (%(default)s)")
    add("--latency", type=float, default=0, metavar="MS", help="milliseconds before each answer")
    add("--scenario", type=Path, metavar="FILE", help="JSON list of faults")
    add("--hostname", default=Switches.hostname, help="the device's name for itself (%(default)s)")
    add("--user", default=Switches.username, help="the one user (%(default)s)")
    add("--password", default="admin", help="the user's password (%(default)s)")
    add("--partition", action="append", default=[], metavar="NAME", help="a partition besides Common; repeatable")
    add("--virtual-server", action="append", default=[], metavar="PATH=ADDR:PORT,PROFILE…", help="repeatable")
    switches = parser.add_argument_group("what differs between devices")
    for one in fields(Switches):
        if "help" in one.metadata:
            _add_switch(switches, one)
    return parser


def _add_switch(group: argparse._ArgumentGroup, one: Field[Any]) -> None:
    """Add the option of one switch: a number, or one of its choices, of which yes and no stand for booleans."""
    told = "loopback only" if one.name == "bash" else "by release" if one.default is None else _spelled(one.default)
    words = {_spelled(choice): choice for choice in one.metadata["choices"]}
    group.add_argument(
        f"--{one.name.replace('_', '-')}",
        dest=one.name,
        default=argparse.SUPPRESS,
        type=partial(_chosen, words) if words else int,
        metavar="|".join(words) or "N",
        help=f"{one.metadata['help']} ({told})",
    )


def _chosen(words: Mapping[str, Any], word: str) -> Any:
    if word not in words:
        raise argparse.ArgumentTypeError(f"{word!r}: choose one of {', '.join(words)}")
    return words[word]


def _spelled(value: object) -> str:
    return "yes" if value is True else "no" if value is False else str(value)


def _listen(written: str) -> tuple[str, int]:
    host, _, port = written.rpartition(":")
    if not host or not port.isdigit() or int(port) > _LAST_PORT:
        raise ValueError(f"--listen {written}: write HOST:PORT, for example 127.0.0.1:8443")
    return host.strip("[]"), int(port)


def _switches(given: argparse.Namespace, host: str) -> Switches:
    """Return the switches; programs are run for loopback only, unless somebody insists."""
    chosen = {
        one.name: getattr(given, one.name) for one in fields(Switches) if "help" in one.metadata and one.name in given
    }
    return Switches(
        **{"bash": _is_loopback(host), **chosen},
        hostname=given.hostname,
        username=given.user,
        password=given.password,
        partitions=tuple(given.partition),
        latency=given.latency / 1000,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _furnish(device: SimulatedBigIP, given: argparse.Namespace) -> None:
    for fault in read_scenario(given.scenario) if given.scenario else []:
        device.fault(fault)
    for written in given.virtual_server or DEFAULT_SERVERS:
        path, _, rest = written.partition("=")
        destination, *profiles = rest.split(",")
        if not path.startswith("/") or not destination:
            raise ValueError(f"--virtual-server {written}: write PATH=ADDR:PORT, for example {DEFAULT_SERVERS[0]}")
        device.add_virtual_server(path, destination, tuple(profiles) or ("/Common/tcp", "/Common/http"))


def _introduce(device: SimulatedBigIP) -> None:
    host = f"[{device.address}]" if ":" in device.address else device.address
    sys.stdout.write(
        f"BIG-IP {device.switches.tmos} at https://{host}:{device.port}\n"
        f"user {device.username}, CA file {device.ca_file}\n"
    )
    for item in device.get("/mgmt/tm/ltm/virtual").get("items", []):
        sys.stdout.write(f"virtual server {item['fullPath']} at {item['destination'].rpartition('/')[2]}\n")
    sys.stdout.flush()
    for problem in device.data_plane.problems:
        sys.stderr.write(f"{problem}\n")


if __name__ == "__main__":
    sys.exit(main())
