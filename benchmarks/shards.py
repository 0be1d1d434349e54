"""Four shards at once over twenty BIG-IPs, with real Certbot: every certificate is ordered once, none twice.

``python -m benchmarks.shards`` runs the command line as four pods of a Kubernetes Indexed Job would, against simulated
devices and a test CA on this machine, and counts the orders in the CA's own database. Exit code 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.authorities import Acme2Certifier
from tests.support.world import free_port

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 1800  # seconds for one round
INDEX = "JOB_COMPLETION_INDEX"


class WrongError(Exception):
    """A certificate was done twice, or not at all."""


@dataclass(frozen=True)
class Site:
    """What all shards have in common."""

    folder: Path
    ca: Acme2Certifier
    shards: int

    def state(self, index: int) -> Path:
        """Return the STATE_DIR of a shard."""
        return self.folder / f"shard-{index}"

    def started(self, index: int, *arguments: str) -> subprocess.Popen[str]:
        """Start one shard, told its number as Kubernetes does."""
        files = ["--config-dir", str(self.folder / "config"), "--env-file", str(self.folder / "env")]
        command = [sys.executable, str(ROOT / "start_acme.py"), "run", "--json", "--shard", f"/{self.shards}", *files]
        environment = {**os.environ, INDEX: str(index), "STATE_DIR": str(self.state(index))}
        with (self.folder / f"shard-{index}.log").open("a") as log:
            return subprocess.Popen(
                [*command, *arguments], stdout=subprocess.PIPE, stderr=log, text=True, env=environment
            )

    def at_the_ca(self, table: str) -> int:
        """Count what the CA has in its database."""
        with contextlib.closing(sqlite3.connect(self.ca.folder / "acme.db")) as database:
            (count,) = database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()  # noqa: S608  # names of ours
            return int(count)


@contextlib.contextmanager
def devices(count: int) -> Iterator[list[SimulatedBigIP]]:
    """Run simulated BIG-IPs at addresses of their own: ports alone would make them one."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(SimulatedBigIP(Switches(tmos="16.1.4"), f"127.0.2.{number + 1}"))
            for number in range(count)
        ]


def write_files(site: Site, machines: Sequence[SimulatedBigIP]) -> None:
    """Write one YAML file for each device, and the ``env`` file that all shards read."""
    (site.folder / "config").mkdir()
    for number, machine in enumerate(machines):
        port = free_port(machine.address)
        plain = ("/Common/tcp", "/Common/http")
        machine.add_virtual_server("/Common/vs_www", f"{machine.address}:{port}", profiles=plain)
        device = {
            "name": f"bigip-{number:02}",
            "host": machine.address,
            "port": machine.port,
            "username": machine.username,
            "password": machine.password,
            "verify_tls": str(machine.ca_file),
            "common_name": f"site{number:02}.example.com",
            "virtual_servers": ["vs_www"],
            "validation": "prevalidated",
            "key_type": "ecdsa",
        }
        document = {"name": f"site{number:02}", "version": "v1", "devices": [device]}
        private(site.folder / "config" / f"site{number:02}.yaml", yaml.safe_dump(document, sort_keys=False))
    values = {
        "ACME_SERVER": site.ca.directory_url,
        "ACME_EAB_KID": site.ca.eab_kid,
        "ACME_EAB_HMAC_KEY": site.ca.eab_hmac_key,
        "ACME_EMAIL": "pki@example.com",
        "ACME_CA_BUNDLE": str(site.ca.ca_bundle),
        "LOG_FILE": "/dev/null",
    }
    private(site.folder / "env", "".join(f"{name}={value}\n" for name, value in values.items()))


def private(file: Path, text: str) -> None:
    """Write a file that only we can read."""
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)


def one_round(site: Site, *arguments: str) -> tuple[list[dict[str, Any]], float]:
    """Run all shards at once; returns their answers and how long the slowest took, in seconds."""
    began = time.monotonic()
    running = [site.started(index, *arguments) for index in range(site.shards)]
    try:
        answers = [json.loads(process.communicate(timeout=PATIENCE)[0]) for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()
    return answers, time.monotonic() - began


def must_be_done_once(answers: Sequence[Mapping[str, Any]], count: int, words: set[str]) -> None:
    """Check that each certificate is in the answer of one shard, with one of these results."""
    results = [result for answer in answers for result in answer["results"]]
    often = {name: times for name, times in Counter(one["common_name"] for one in results).items() if times > 1}
    wrong = [(one["common_name"], one["result"], one["error"]) for one in results if one["result"] not in words]
    codes = [answer["exit_code"] for answer in answers]
    if often or wrong or any(codes) or len(results) != count:
        raise WrongError(f"{len(results)} of {count} certificates; twice: {often}; failed: {wrong}; exit codes {codes}")


def must_be_at_the_ca(site: Site, orders: int, accounts: int) -> None:
    """Check what the CA has seen."""
    found = {"orders": site.at_the_ca("orders"), "account": site.at_the_ca("account")}
    if found != {"orders": orders, "account": accounts}:
        raise WrongError(f"the CA has {found}, and should have {orders} orders of {accounts} accounts")


def share_account(site: Site) -> None:
    """Have one shard register with the first order, and copy the account to the others, as docs/scaling.md says."""
    answers, _ = one_round(site, "--only", "site00.example.com")
    must_be_done_once(answers, 1, {"enrolled"})
    (first,) = (index for index, answer in enumerate(answers) if answer["results"])
    for index in set(range(site.shards)) - {first}:
        shutil.copytree(site.state(first) / "certbot" / "accounts", site.state(index) / "certbot" / "accounts")


def main() -> int:
    """Run the shards twice: the first round enrols, the second has nothing to do."""
    line = argparse.ArgumentParser(prog="python -m benchmarks.shards", description=(__doc__ or "").splitlines()[0])
    line.add_argument("--devices", type=int, default=20, metavar="N")
    line.add_argument("--shards", type=int, default=4, metavar="N")
    line.add_argument("--account", choices=("shared", "each"), default="shared")
    options = line.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        ca = stack.enter_context(Acme2Certifier(Path(folder) / "ca", ["example.com", "*.example.com"]))
        site = Site(Path(folder), ca, options.shards)
        machines = stack.enter_context(devices(options.devices))
        write_files(site, machines)
        try:
            return measure(site, machines, options.account == "shared")
        except WrongError as error:
            print(f"WRONG: {error}", file=sys.stderr)
            return 1


def measure(site: Site, machines: Sequence[SimulatedBigIP], shared: bool) -> int:
    """Print what two rounds did; raises :class:`WrongError`."""
    if shared:
        share_account(site)
    answers, seconds = one_round(site)
    must_be_done_once(answers, len(machines), {"enrolled", "kept"} if shared else {"enrolled"})
    busy = [answer for answer in answers if answer["results"]]
    must_be_at_the_ca(site, len(machines), 1 if shared else len(busy))
    print(f"{len(machines)} certificates on {len(machines)} BIG-IPs by {site.shards} shards at once: {seconds:.1f} s")
    for answer in answers:
        print(f"  shard {answer['shard']}: {len(answer['results'])} certificates, {answer['summary']}")
    writes = [len(machine.writes()) for machine in machines]
    answers, seconds = one_round(site)
    must_be_done_once(answers, len(machines), {"kept"})
    must_be_at_the_ca(site, len(machines), 1 if shared else len(busy))
    if [len(machine.writes()) for machine in machines] != writes:
        raise WrongError("a run with nothing to do wrote something")
    print(f"once more, with nothing to do: {seconds:.1f} s")
    print(f"orders at the CA: {len(machines)}, one for each certificate; accounts: {site.at_the_ca('account')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
