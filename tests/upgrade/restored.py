"""A scenario that an earlier version has left, on a simulated BIG-IP and in a STATE_DIR."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.model import Job
from sectigo_f5.simulator import SimulatedBigIP, Switches
from sectigo_f5.simulator.state.disk import DOWNLOADS
from sectigo_f5.timestamps import from_iso
from tests.configuration.directory import private
from tests.support.virtual_servers import attach
from tests.support.world import World
from tests.upgrade.record import PASSPHRASE, mangled

SCENARIOS = Path(__file__).parent / "scenarios"
FILES = ("sys/file/ssl-cert", "sys/file/ssl-key")


@dataclass
class Restored(World):
    """A world as the earlier version left it; ``jobs`` is what its YAML file asks for, as we read it."""

    jobs: tuple[Job, ...] = ()

    def job_of(self, common_name: str) -> Job:
        (job,) = (job for job in self.jobs if job.common_name == common_name)
        return job


@contextmanager
def restored(name: str, folder: Path) -> Iterator[Restored]:
    """Open a scenario."""
    scenario = yaml.safe_load((SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8"))
    with SimulatedBigIP(Switches(tmos="16.1.4", digit_first_names="works")) as device:
        world = Restored(device, folder, from_iso(scenario["now"]))
        contents: dict[str, str] = {}
        for described in scenario["objects"]:
            path = described["path"]
            contents[path] = contents[described["as"]] if "as" in described else described.get("content", "")
            _put(world, described, contents[path])
        for path, request in scenario["requests"].items():
            device.add("sys/crypto/csr", path, **request)
        for upload in scenario["uploads"]:
            device.engine.world.disk.write(f"{DOWNLOADS}/{upload}", b"left by a run that was killed")
        if scenario["saved"]:
            device.save()
        for file, text in scenario["state"].items():
            private(world.state.path / file, contents[text["as"]] if isinstance(text, dict) else text)
        world.jobs = _jobs(world, scenario["yaml"])
        yield world


def _put(world: Restored, described: dict[str, Any], content: str) -> None:
    kind, path, properties = described["kind"], described["path"], described.get("properties", {})
    if kind == "ltm/virtual":
        world.add_virtual_server(path)
        attach(world, *(name for name in described["profiles"] if "example" in name), path=path)
        return
    if kind not in FILES:
        world.device.add(kind, path, **properties)
        return
    disk, file = world.device.engine.world.disk, f"{DOWNLOADS}/{path.rpartition('/')[2]}"
    disk.write(file, content.encode())
    passphrase = {"passphrase": PASSPHRASE} if kind.endswith("key") else {}
    world.device.add(kind, path, sourcePath=f"file:{file}", **passphrase)
    disk.remove(file)
    world.device.set(f"/mgmt/tm/{kind}/{mangled(path)}", **properties)


def _jobs(world: Restored, text: str) -> tuple[Job, ...]:
    device, directory = world.device, world.folder / "config"
    credentials = f"username: {device.username}\npassword: {device.password}\n"
    private(directory / "credentials" / "bigip-fra.yaml", credentials)
    private(directory / "shop.yaml", text.format(host=device.address, port=device.port, ca_file=device.ca_file))
    read = read_configuration(directory)
    assert read.mistakes == ()
    return read.jobs
