"""The base of all clients in the style of others: one HTTPS session with one device, and PEM texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import requests

from sectigo_f5.simulator import SimulatedBigIP

UPLOADS = "/mgmt/shared/file-transfer/uploads"
DOWNLOADS = "/var/config/rest/downloads"


@dataclass(frozen=True)
class Material:
    """A certificate and its key, and another pair for the same name."""

    certificate: bytes
    key: bytes
    new_certificate: bytes
    new_key: bytes


@dataclass
class Plain:
    """One client's session; headers are the client's own."""

    device: SimulatedBigIP
    headers: dict[str, str] = field(default_factory=dict)
    basic: bool = False
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False

    def send(self, method: str, path: str, body: Any = None, data: bytes | None = None, **headers: str) -> Any:
        """Send one call; returns the answer, whatever its status. Header names have underscores for dashes."""
        device = self.device
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.request(
            method,
            f"https://{device.address}:{device.port}{path}",
            json=body,
            data=data,
            headers={**self.headers, **more},
            auth=(device.username, device.password) if self.basic else None,
            verify=str(device.ca_file),
            timeout=60,
        )

    def good(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send one call that must be answered with 200; returns its JSON, or None for an empty body."""
        answer = self.send(method, path, body, None, **headers)
        assert answer.status_code == 200, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def login(self) -> str:
        """Get a token and use it for all further calls."""
        body = {"username": self.device.username, "password": self.device.password, "loginProviderName": "tmos"}
        token = str(self.good("POST", "/mgmt/shared/authn/login", body)["token"]["token"])
        self.headers["X-F5-Auth-Token"] = token
        return token

    def upload(self, name: str, content: bytes, chunk: int) -> Any:
        """Upload in chunks; returns the last answer."""
        answer = None
        for start in range(0, len(content), chunk):
            part = content[start : start + chunk]
            written = f"{start}-{start + len(part) - 1}/{len(content)}"
            kind = "application/octet-stream"
            answer = self.send("POST", f"{UPLOADS}/{name}", data=part, Content_Range=written, Content_Type=kind)
            assert answer.status_code == 200, answer.text
        return answer.json() if answer is not None else None

    def bash(self, command: str) -> str:
        """Run a command line on the device."""
        body = {"command": "run", "utilCmdArgs": f"-c '{command}'"}
        return str(self.good("POST", "/mgmt/tm/util/bash", body).get("commandResult", ""))
