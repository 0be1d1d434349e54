"""``python -m sectigo_f5.simulator``: a BIG-IP alone, to play with."""

from __future__ import annotations

import argparse
import ipaddress
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from sectigo_f5.simulator.device import SimulatedBigIP
from sectigo_f5.simulator.faults import read_scenario
from sectigo_f5.simulator.refusals import Refusal
from sectigo_f5.simulator.switches import REJECTED, RELEASES, ROLES, SILENTLY_NORMAL, WORKS, Switches

DEFAULT_SERVERS = (
    "/Common/vs_www_http=127.0.0.1:8080",
    "/Common/vs_www_https=127.0.0.1:8444",
    "/Common/vs_api_https=127.0.0.1:8445,/Common/tcp,/Common/http,/Common/clientssl",
)

YES_NO = ("yes", "no")


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
        device = SimulatedBigIP(_switches(given, host), host, port)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    try:
        _furnish(device, given)
        _introduce(device)
        ended.wait()
    except (Refusal, ValueError, TypeError, OSError) as error:
        parser.error(str(error))
    finally:
        device.close()
    for call in device.unknown:
        sys.stderr.write(f"unknown: {call}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sectigo_f5.simulator", description="Simulate one BIG-IP.")
    add = parser.add_argument
    add("--listen", default="127.0.0.1:8443", metavar="HOST:PORT", help="management address (%(default)s)")
    add("--tmos", choices=RELEASES, default=Switches.tmos, help="release (%(default)s)")
    add("--latency", type=float, default=0, metavar="MS", help="milliseconds before each answer")
    add("--scenario", type=Path, metavar="FILE", help="JSON list of faults")
    add("--native-password-keys", choices=(WORKS, SILENTLY_NORMAL, REJECTED), default=WORKS)
    add("--csr-for-password-keys", choices=(WORKS, REJECTED), default=WORKS)
    add("--csr-pem-in-answer", default="no", choices=YES_NO)
    add("--own-ciphertext", choices=(WORKS, REJECTED), default=WORKS)
    add("--bash", default=None, help="util/bash; the default is yes on loopback only", choices=YES_NO)
    add("--role", choices=ROLES, default="admin")
    add("--token-lifetime", type=int, default=Switches.token_lifetime, metavar="S")
    add("--token-limit", type=int, default=Switches.token_limit, metavar="N")
    add("--ha", choices=("standalone", "active", "standby"), default="standalone")
    add("--strict-updates", default="yes", choices=YES_NO)
    add("--user", default="admin")
    add("--password", default="admin")
    add("--partition", action="append", default=[], metavar="NAME", help="a partition besides Common; repeatable")
    add("--virtual-server", action="append", default=[], metavar="PATH=ADDR:PORT,PROFILE…", help="repeatable")
    return parser


def _listen(written: str) -> tuple[str, int]:
    host, _, port = written.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"--listen {written}: write HOST:PORT, for example 127.0.0.1:8443")
    return host.strip("[]"), int(port)


def _switches(given: argparse.Namespace, host: str) -> Switches:
    """Return the switches; programs are run for loopback only, unless somebody insists."""
    return Switches(
        tmos=given.tmos,
        username=given.user,
        password=given.password,
        role=given.role,
        bash=given.bash == "yes" if given.bash else _is_loopback(host),
        native_password_keys=given.native_password_keys,
        csr_for_password_keys=given.csr_for_password_keys,
        own_ciphertext=given.own_ciphertext,
        csr_pem_in_answer=given.csr_pem_in_answer == "yes",
        token_lifetime=given.token_lifetime,
        token_limit=given.token_limit,
        ha=given.ha,
        strict_updates=given.strict_updates == "yes",
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
