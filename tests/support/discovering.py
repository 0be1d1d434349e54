"""``discover`` on the device of a :class:`World`, and what the project's own reader makes of the file."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from sectigo_f5 import cli
from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.model import Configuration, Job, Result
from tests.support.console import Output
from tests.support.editor import must_agree
from tests.support.three_commands import checked
from tests.support.world import World


@dataclass(frozen=True)
class Discovery:
    """What was printed."""

    world: World
    output: Output

    @property
    def text(self) -> str:
        return self.output.out

    @cached_property
    def configuration(self) -> Configuration:
        folder = self.world.folder / "discovered"
        folder.mkdir(exist_ok=True)
        (folder / "file.yaml").write_text(self.text)
        found = read_configuration(folder)
        must_agree(self.text, found.mistakes)
        return found

    @property
    def jobs(self) -> dict[str, Job]:
        """The entries by common name, with the name of the device that other tests use."""
        assert self.configuration.mistakes == ()
        return {job.common_name: replace(job, device=self.world.connection()) for job in self.configuration.jobs}

    def refused(self) -> list[str]:
        """Return why entries are only comments."""
        return self._comments("not usable yet: ")

    def doubts(self) -> list[str]:
        return self._comments("look: ")

    @property
    def unwrapped(self) -> str:
        """The text with each comment in one line."""
        return re.sub(r"\n *#   (?=\S)", " ", self.text)

    def _comments(self, beginning: str) -> list[str]:
        lines = (line.strip().removeprefix("# ") for line in self.unwrapped.splitlines())
        return [line.removeprefix(beginning) for line in lines if line.startswith(beginning)]

    def must_pass_check(self) -> dict[str, Result]:
        """Require that ``check`` finds nothing wrong with any entry; return what it says of each."""
        managed = frozenset(path for job in self.jobs.values() for path in job.profiles)
        results = {name: checked(self.world, job, managed=managed) for name, job in self.jobs.items()}
        assert {name: result.error for name, result in results.items() if result.error} == {}, self.text
        return results


def credentials(world: World) -> Path:
    """Write a credentials file for the device."""
    file = world.folder / "credentials.yaml"
    file.write_text(f"username: {world.device.username}\npassword: '{world.device.password}'\n")
    file.chmod(0o600)
    return file


def say(world: World, *arguments: str) -> Output:
    """Run the command line in this process."""
    out, log = io.StringIO(), io.StringIO()
    logger, umask = logging.getLogger("sectigo_f5"), os.umask(0o022)
    propagate, level = logger.propagate, logger.level
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(log):
            code = cli.main(["discover", *arguments], script=Path("start_acme.py"), clock=world.clock)
    finally:  # what would end with a process of its own
        os.umask(umask)
        logger.propagate = propagate
        logger.setLevel(level)
    return Output(code, out.getvalue(), log.getvalue())


def options(world: World) -> list[str]:
    """Return how the device is reached."""
    device = world.device
    where = ["--host", device.address, "--port", str(device.port), "--verify-tls", str(world.ca_file)]
    return [*where, "--credentials-file", str(credentials(world))]


def discover(world: World, *arguments: str) -> Discovery:
    """Discover, which must succeed, without a write."""
    before = len(world.device.writes())
    output = say(world, *options(world), *arguments)
    assert output.code == 0, output.log
    assert len(world.device.writes()) == before
    assert world.device.tokens == []
    return Discovery(world, output)
