"""``python -m sectigo_f5.simulator``: run one simulated BIG-IP from the command line."""

from __future__ import annotations

import argparse
import ipaddress
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import Field, fields, replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from sectigo_f5.simulator import releases
from sectigo_f5.simulator.device import SimulatedBigIP
from sectigo_f5.simulator.faults import read_scenario
from sectigo_f5.simulator.likeness import Likeness
from sectigo_f5.simulator.likeness import read as read_report
from sectigo_f5.simulator.refusals.refusal import Refusal
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
    options = parser.parse_args(arguments)
    ended = threading.Event()

    def end(_: int, __: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        host, port = _address(options.listen)
        like = read_report(options.like) if options.like else None
        switches = _switches(options, host, like)
    except ValueError as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"--like {options.like}: {error.strerror}")
    try:
        device = SimulatedBigIP(switches, host, port)
    except OSError as error:
        parser.error(f"--listen {options.listen}: {error.strerror}")
    try:
        _set_up(device, options)
        _announce(device)
        if like:
            _tell_of(like, device)
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
    add("--like", type=Path, metavar="REPORT", help="be as the BIG-IP of a probe's report; other options win")
    add("--latency", type=float, default=0, metavar="MS", help="milliseconds before each answer")
    add("--scenario", type=Path, metavar="FILE", help="JSON list of faults")
    add("--hostname", default=Switches.hostname, help="the device's name for itself (%(default)s)")
    add("--user", default=Switches.username, help="the one user (%(default)s)")
    add("--password", default="admin", help="the user's password (%(default)s)")
    add("--partition", action="append", default=[], metavar="NAME", help="a partition besides Common; repeatable")
    add("--virtual-server", action="append", default=[], metavar="PATH=ADDR:PORT,PROFILE…", help="repeatable")
    switches = parser.add_argument_group("what differs between devices")
    for switch in fields(Switches):
        if "help" in switch.metadata:
            _add_switch(switches, switch)
    return parser


def _add_switch(group: argparse._ArgumentGroup, switch: Field[Any]) -> None:
    """Add the option of one switch: a number, or one of its choices, with yes and no for booleans."""
    default = "by release" if switch.default is None else _spelling(switch.default)
    default = "loopback only" if switch.name == "bash" else default
    words = {_spelling(choice): choice for choice in switch.metadata["choices"]}
    group.add_argument(
        f"--{switch.name.replace('_', '-')}",
        dest=switch.name,
        default=argparse.SUPPRESS,
        type=_version if switch.name == "tmos" else partial(_choice, words) if words else int,
        metavar="|".join(words) or "N",
        help=f"{switch.metadata['help']} ({default})",
    )


def _choice(words: Mapping[str, Any], word: str) -> Any:
    if word not in words:
        raise argparse.ArgumentTypeError(f"{word!r}: choose one of {', '.join(words)}")
    return words[word]


def _version(word: str) -> str:
    try:
        releases.check(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return word


def _spelling(value: object) -> str:
    return "yes" if value is True else "no" if value is False else str(value)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > _LAST_PORT:
        raise ValueError(f"--listen {text}: write HOST:PORT, for example 127.0.0.1:8443")
    return host.strip("[]"), int(port)


def _switches(options: argparse.Namespace, host: str, like: Likeness | None) -> Switches:
    """Return the switches; programs run on loopback addresses only, unless ``--bash yes`` is given."""
    names = [switch.name for switch in fields(Switches) if "help" in switch.metadata and switch.name in options]
    chosen: dict[str, Any] = {name: getattr(options, name) for name in names}
    base = like.switches if like else Switches()
    if "tmos" in chosen:
        chosen |= dict.fromkeys(("build", "date", "edition"))
    return replace(
        base,
        **{"bash": base.bash and _is_loopback(host), **chosen},
        hostname=options.hostname,
        username=options.user,
        password=options.password,
        partitions=tuple(dict.fromkeys((*base.partitions, *options.partition))),
        latency=options.latency / 1000,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _set_up(device: SimulatedBigIP, options: argparse.Namespace) -> None:
    for fault in read_scenario(options.scenario) if options.scenario else []:
        device.fault(fault)
    for text in options.virtual_server or DEFAULT_SERVERS:
        path, _, rest = text.partition("=")
        destination, *profiles = rest.split(",")
        if not path.startswith("/") or not destination:
            raise ValueError(f"--virtual-server {text}: write PATH=ADDR:PORT, for example {DEFAULT_SERVERS[0]}")
        device.add_virtual_server(path, destination, tuple(profiles) or ("/Common/tcp", "/Common/http"))


def _announce(device: SimulatedBigIP) -> None:
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


def _tell_of(like: Likeness, device: SimulatedBigIP) -> None:
    """Say what was taken over of a report in one line, and line by line what was not."""
    words = f"{len(like.taken)} settings and {len(like.switches.texts)} texts of refusals"
    release = f"{device.switches.tmos}, build {device.switches.release.build}"
    sys.stderr.write(f"like the report: {release}; {words}; its partition is {like.partition}\n")
    for doubt in like.doubts:
        sys.stderr.write(f"not like the report: {doubt}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
