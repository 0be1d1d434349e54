"""``start_acme.py`` in this process, on the device and the state directory of a :class:`World`.

For commands that need no CA, or must not reach one: nothing listens at the ACME server of its configuration.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sectigo_f5 import cli
from tests.support.world import World


@dataclass(frozen=True)
class Output:
    """The output of one command, and its exit code."""

    code: int
    out: str
    log: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class OnTerminal(io.StringIO):
    """Standard output that somebody watches."""

    def isatty(self) -> bool:
        return True


def _without_none(settings: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if value is not None}


class Console:
    """A configuration directory with the entries ``certificates``."""

    def __init__(self, world: World, *certificates: dict[str, Any]) -> None:
        self.world = world
        self.config = world.folder / "config"
        self.config.mkdir()
        self.env_file = world.folder / "env"
        self.write_env()
        self.configure(*certificates)

    def write_env(self, **changes: str) -> None:
        """Write the ``env`` file; ``changes`` are variables in addition to the usual ones, or instead of them."""
        usual = {
            "ACME_SERVER": "https://127.0.0.1:1/directory",
            "STATE_DIR": str(self.world.state.path),
            "LOG_FILE": str(self.world.folder / "start_acme.log"),
        }
        self.env_file.write_text("".join(f"{name}={value}\n" for name, value in {**usual, **changes}.items()))
        self.env_file.chmod(0o600)

    def configure(self, *certificates: dict[str, Any], name: str = "shop", **device: Any) -> None:
        """Write one YAML file; without ``certificates`` one for www.example.com on /Common/vs_www.

        A setting that is None is left out.
        """
        usual = {"validation": "prevalidated", "key_type": "ecdsa", "revocation_check": False}
        plain = {"common_name": "www.example.com", "virtual_servers": ["vs_www"]}
        settings = {
            "name": "bigip-sim",
            "host": self.world.device.address,
            "port": self.world.device.port,
            "username": self.world.device.username,
            "password": self.world.device.password,
            "verify_tls": str(self.world.ca_file),
            "certificates": [_without_none({**usual, **one}) for one in certificates or (plain,)],
            **device,
        }
        file = self.config / f"{name}.yaml"
        file.write_text(
            yaml.safe_dump({"name": name, "version": "v1", "devices": [_without_none(settings)]}, sort_keys=False)
        )
        file.chmod(0o600)

    def say(self, *arguments: str, on_terminal: bool = False) -> Output:
        out, log = OnTerminal() if on_terminal else io.StringIO(), io.StringIO()
        options = ["--config-dir", str(self.config), "--env-file", str(self.env_file)]
        logger, umask = logging.getLogger("sectigo_f5"), os.umask(0o022)
        propagate, level = logger.propagate, logger.level
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(log):
                code = cli.main([*arguments, *options], script=Path("start_acme.py"), clock=self.world.clock)
        finally:  # what would end with a process of its own
            os.umask(umask)
            logger.propagate = propagate
            logger.setLevel(level)
        return Output(code, out.getvalue(), log.getvalue())
