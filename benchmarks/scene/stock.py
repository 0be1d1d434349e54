"""Stock Certbot with certbot-bigip, called as its README does: one certificate after the other, each deployed.

It makes its own key, uploads it, and updates a client SSL profile; that is then attached to a virtual server by hand,
which is not measured. Its passwords are in its command line, as in its README: they are those of this benchmark.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Cost, run
from benchmarks.scene.connector import EMAIL, Authority
from benchmarks.scene.devices import PASSWORD, USERNAME, Device

CERTBOT = str(Path(sys.executable).with_name("certbot"))


@dataclass(frozen=True)
class Certbot:
    """One installation of Certbot; it registers with its first certificate."""

    folder: Path
    authority: Authority

    def deploy(self, device: Device, name: str, server: str) -> Cost:
        """Issue a certificate and put it on a device; ``server`` is the virtual server that answers http-01."""
        arguments = ["run", "--authenticator", "bigip", "--installer", "bigip", "--bigip-list", device.address]
        arguments += ["--bigip-username", USERNAME, "--bigip-password", PASSWORD, "--bigip-partition", "Common"]
        arguments += ["--bigip-clientssl-parent", "/Common/clientssl", "--bigip-vs-list", server]
        return self._run(name, arguments)

    def issue(self, name: str, address: str) -> Cost:
        """Issue a certificate and do nothing with it; ``address`` is where Certbot itself answers http-01."""
        place = ["--http-01-address", address, "--http-01-port", "80"] if address else []
        return self._run(name, ["certonly", "--authenticator", "standalone", *place])

    def _run(self, name: str, arguments: Sequence[str]) -> Cost:
        command = [sys.executable, CERTBOT, *arguments, "--domain", name, "--non-interactive", "--agree-tos"]
        command += ["--email", EMAIL, "--server", self.authority.directory_url]
        command += ["--eab-kid", self.authority.eab_kid, "--eab-hmac-key", self.authority.eab_hmac_key]
        for word in ("config", "work", "logs"):
            command += [f"--{word}-dir", str(self.folder / word)]
        return run(command, {"REQUESTS_CA_BUNDLE": str(self.authority.ca_bundle)})
