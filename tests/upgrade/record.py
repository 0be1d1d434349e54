"""Write the scenarios of this folder: what the version of commit 2f0f1eb leaves on a BIG-IP and in STATE_DIR.

It runs in a checkout of that version, with its own simulator and the CA of its own tests::

    git worktree add /tmp/earlier 2f0f1eb && cd /tmp/earlier
    PYTHONPATH=/tmp/earlier python .../tests/upgrade/record.py .../tests/upgrade

A scenario is what is there between two requests: just what a run that was killed then would leave. The keys are
those that the simulator generated, encrypted again with a passphrase that says what they are.
"""

from __future__ import annotations

import copy
import importlib
import json
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives import serialization as form

FILES = ("sys/file/ssl-cert", "sys/file/ssl-key")
KINDS = (*FILES, "ltm/profile/client-ssl", "ltm/virtual")
PROPERTIES = (  # that the earlier version sets, or leaves out on purpose
    *("createTime", "certKeyChain", "defaultsFrom", "serverName", "sniDefault", "sniRequire"),
    "inheritCertkeychain",
)
SERVERS = ("/Common/vs_www", "/Common/vs_shop", "/Common/vs_2go", "/Common/vs_pay")
BEGINS = datetime(2026, 3, 2, 2, 17, tzinfo=timezone.utc)
PASSPHRASE = "recorded-for-tests"
ONE = """\
name: shop
version: v1
devices:
- name: bigip-fra
  host: {host}
  port: {port}
  credentials_file: credentials/bigip-fra.yaml
  verify_tls: {ca_file}
  validation: prevalidated
  key_type: ecdsa
  common_name: www.example.com
  virtual_servers: [vs_www]
"""
SEVERAL = f"""\
{ONE[: ONE.index("  common_name")]}\
  certificates:
  - common_name: www.example.com
    sans: [example.com]
    key_type: rsa
    virtual_servers: [vs_www]
  - common_name: shop.example.com
    virtual_servers: [vs_shop]
    sni: true
    sni_default: true
  - common_name: "*.example.net"
    virtual_servers: [vs_shop]
    sni: true
    server_name: api.example.net
  - common_name: 2go.example.com
    virtual_servers: [vs_2go]
  - common_name: pay.example.com
    keys:
    - type: rsa
    - type: ecdsa
    virtual_servers: [vs_pay]
"""


def earlier(module: str) -> Any:
    """Import a module of the earlier version."""
    return importlib.import_module(module)


class Recording:
    """One world of the earlier version's tests, and the YAML file that its runs read."""

    def __init__(self, text: str, out: Path) -> None:
        simulator, self.text, self._out = earlier("sectigo_f5.simulator"), text, out
        self._folder = Path(tempfile.mkdtemp())
        self._now = BEGINS
        self.device = simulator.SimulatedBigIP(simulator.Switches(tmos="16.1.4"), clock=self._clock)
        self.world = earlier("tests.support.world").World(self.device, self._folder, now=BEGINS)
        for path in SERVERS:
            self.world.add_virtual_server(path)

    def _clock(self) -> float:
        return self._now.timestamp()

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, *_: object) -> None:
        self.device.close()

    def jobs(self) -> Any:
        """Return what the YAML file asks for, as the earlier version reads it."""
        place = {"host": self.device.address, "port": self.device.port, "ca_file": self.device.ca_file}
        directory = self._folder / "config"
        (directory / "credentials").mkdir(parents=True, exist_ok=True)
        credentials = directory / "credentials" / "bigip-fra.yaml"
        credentials.write_text(f"username: {self.device.username}\npassword: {self.device.password}\n")
        credentials.chmod(0o600)
        (directory / "shop.yaml").write_text(self.text.format(**place))
        read = earlier("sectigo_f5.config").read_configuration(directory)
        assert not read.mistakes, read.mistakes
        return read.jobs

    def wait(self, days: int) -> None:
        """Let days pass, for the BIG-IP too."""
        self.world.wait(days=days)
        self._now = self.world.now

    def run(self, **changes: Any) -> None:
        """Run once."""
        self.world.go(*self.jobs(), **changes)

    def killed(self, name: str, method: str, path: str, nth: int = 1, **changes: Any) -> None:
        """Run once, and record what is there when the nth request like this was handled and not answered."""
        seen: list[object] = []

        def look(exchange: Any) -> None:
            if exchange.method == method and path in exchange.path:
                seen.append(exchange)
                if len(seen) == nth:
                    self.save(name)

        self.device.hook = look
        self.run(**changes)
        self.device.hook = None
        assert len(seen) >= nth, name

    def save(self, name: str) -> None:
        """Write what is there now."""
        scenario = {
            "now": f"{self.world.now:%Y-%m-%dT%H:%M:%SZ}",
            "yaml": self.text,
            "saved": self.device.saved_is_current,
            "objects": said_once([self._object(item) for item in self._items()]),
            "requests": {path: self._request(path) for path in self.device.csrs},
            "uploads": self.device.uploads,
            "state": self._state(),
        }
        head = (
            f"# {name.replace('_', ' ')}: written by record.py, see there; every key is of the simulator, for tests\n"
        )
        (self._out / f"{name}.yaml").write_text(head + yaml.dump(scenario, Dumper=Blocks, sort_keys=False, width=120))

    def _items(self) -> list[Any]:
        items = self.device.engine.configuration.items.values()
        ours = [item for item in items if "example" in item.path or item.path.removeprefix("/Common/") in self.text]
        return sorted(
            (item for item in ours if item.kind in KINDS), key=lambda item: (KINDS.index(item.kind), item.path)
        )

    def _object(self, item: Any) -> dict[str, Any]:
        described = {"kind": item.kind, "path": item.path}
        if item.kind == "ltm/virtual":
            links = self.device.get(f"/mgmt/tm/ltm/virtual/{mangled(item.path)}/profiles")["items"]
            return {**described, "profiles": sorted(link["fullPath"] for link in links)}
        properties = copy.deepcopy({name: item.get(name) for name in PROPERTIES if name in item.properties})
        for entry in properties.get("certKeyChain", ()):
            entry.update({"passphrase": PASSPHRASE} if entry.get("passphrase") else {})
        return {**described, **({"properties": properties} if properties else {}), **self._content(item)}

    def _content(self, item: Any) -> dict[str, str]:
        if item.kind not in FILES:
            return {}
        return {"content": self._key(item) if item.kind == "sys/file/ssl-key" else item.content.decode()}

    def _key(self, item: Any) -> str:
        passphrase = self.device.engine.world.vault.open(item.get("passphrase"))
        return encrypted_again(item.content, passphrase)

    def _request(self, path: str) -> dict[str, Any]:
        body = self.device.get(f"/mgmt/tm/sys/crypto/csr/{mangled(path)}")
        key = path.replace(".csr", ".key")
        return {"key": key, **{name: body[name] for name in ("commonName", "subjectAlternativeName") if name in body}}

    def _state(self) -> dict[str, Any]:
        root, known = self.world.state.path, {item.content: item.path for item in self._items() if item.content}
        files = {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
        return {name: {"as": known[text]} if text in known else text.decode() for name, text in files.items()}


def said_once(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Refer to the first object of the same content."""
    first: dict[str, str] = {}
    for each in objects:
        content = each.pop("content", None)
        if content in first:
            each["as"] = first[content]
        elif content:
            each["content"] = content
            first[content] = each["path"]
    return objects


def mangled(path: str) -> str:
    return path.replace("/", "~")


def encrypted_again(content: bytes, passphrase: str) -> str:
    """Return a private key encrypted with :data:`PASSPHRASE`."""
    key = form.load_pem_private_key(content, passphrase.encode())
    how = form.BestAvailableEncryption(PASSPHRASE.encode())
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, how).decode()


class Blocks(yaml.SafeDumper):
    """Writes texts of several lines as such, and repeats instead of referring."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Blocks.add_representer(str, _text)


def keep_what_certbot_and_the_ca_said(recording: Recording) -> None:
    """Keep renewal information and an account where the earlier version keeps them."""
    world, names = recording.world, earlier("sectigo_f5.renewal_information")
    issued = world.authority.issued[0]
    identifier = names.certificate_id(issued)
    window = earlier("sectigo_f5.model").RenewalInformation(*(world.now.replace(month=month) for month in (4, 5, 3)))
    names.save(world.state.path / "ari" / f"{identifier}.json", window)
    account = earlier("sectigo_f5.model").Account("https://acme.example.com/v2/OV", "kid-1")
    accounts = earlier("sectigo_f5.acme").Authority(account, world.state.path, clock=world.clock)._accounts  # noqa: SLF001
    folder = accounts / "acme.example.com/v2/OV" / "0123456789abcdef0123456789abcdef"
    folder.mkdir(parents=True)
    (folder / "regr.json").write_text(json.dumps({"body": {}, "uri": "https://acme.example.com/account/1"}))


def several(recording: Recording) -> None:
    recording.run()
    keep_what_certbot_and_the_ca_said(recording)
    recording.wait(days=65)
    recording.run()
    recording.save("in_service")


def main(out: Path) -> None:
    """Write every scenario."""
    with Recording(SEVERAL, out) as recording:
        several(recording)
    for text, scene in (
        (ONE, lambda at: at.killed("killed_with_a_key", "POST", "/sys/crypto/csr")),
        (f"{ONE}  key_route: openssl\n", lambda at: at.killed("killed_with_a_file", "POST", "/sys/crypto/key")),
        (ONE, lambda at: at.killed("killed_with_a_pair", "POST", "/sys/file/ssl-cert", 2)),
        (ONE, lambda at: at.killed("killed_before_the_save", "PATCH", "/ltm/profile/client-ssl/")),
        (ONE, rolled_back),
        (ONE, failing),
    ):
        with Recording(text, out) as recording:
            recording.run()
            recording.wait(days=65)
            scene(recording)


def rolled_back(recording: Recording) -> None:
    recording.run()
    recording.wait(days=1)
    recording.run(work=earlier("sectigo_f5.reversal").roll_back)
    recording.save("rolled_back")


def failing(recording: Recording) -> None:
    recording.world.authority.refusal = "the CA does not answer; check ACME_SERVER"
    recording.run()
    recording.wait(days=1)
    recording.run()
    recording.save("failing")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
