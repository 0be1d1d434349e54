"""Real ACME CAs, and the DNS server they ask, as processes of their own on free loopback ports."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.support.hierarchy import new_authority, new_server

LOOPBACK = "127.0.0.1"
EAB_KID = "kid-1"
EAB_HMAC_KEY = base64.urlsafe_b64encode(b"the HMAC key that only this test CA knows").rstrip(b"=").decode()
EAB: Mapping[str, str] = {EAB_KID: EAB_HMAC_KEY}

PATIENCE = 30.0  # seconds for a process to come up on a busy machine
SERVER = Path(__file__).with_name("acme2certifier_server.py")


class _Process:
    """A program that answers on a port: started, waited for, and ended by its process id."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "log"
        self._stack = contextlib.ExitStack()

    def _start(
        self,
        argv: Sequence[str],
        answers: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
        descriptors: Sequence[int] = (),
    ) -> None:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                pass_fds=descriptors,
                start_new_session=True,  # Ctrl-C is for us; we end it in our own order
            )
        with contextlib.ExitStack() as stack:
            stack.callback(_end, process)
            deadline = time.monotonic() + PATIENCE
            while not answers():
                if process.poll() is not None or time.monotonic() > deadline:
                    how = "ended" if process.poll() is not None else f"does not answer after {PATIENCE:.0f} s"
                    tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
                    raise AssertionError(f"{argv[0]} {how}; the end of {self.log}:\n{tail}")
                time.sleep(0.05)
            self._stack = stack.pop_all()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


class Acme2Certifier(_Process):
    """acme2certifier: names of ``domains`` are validated beforehand, others get challenges that must fail.

    Wants a contact (``ACME_EMAIL``) from those who register. Offers ARI; issues under ``root`` ->
    issuing CA. ``validity_days`` is of what it issues; ``renew_now`` has its renewal information
    say that every certificate is due; ``forbidden`` are names that it refuses to issue.
    """

    def __init__(
        self,
        folder: Path,
        domains: Sequence[str],
        validity_days: int = 90,
        eab: Mapping[str, str] = EAB,
        renew_now: bool = False,
        forbidden: Sequence[str] = (),
    ) -> None:
        super().__init__(folder)
        self.ca_bundle = folder / "tls-ca.pem"
        self.root = folder / "root.pem"
        self.eab_kid, self.eab_hmac_key = next(iter(eab.items()))
        self._configure(domains, validity_days, eab, renew_now, forbidden)

    def __enter__(self) -> Acme2Certifier:
        with socket.create_server((LOOPBACK, 0), backlog=64) as listening:
            self.directory_url = f"https://{LOOPBACK}:{listening.getsockname()[1]}/directory"
            argv = [sys.executable, str(SERVER), str(listening.fileno()), str(self._certificate), str(self._key)]
            environment = {
                "ACME_SRV_CONFIGFILE": str(self.folder / "acme_srv.cfg"),
                "ACME2CERTIFIER_BASE_DIR": str(self.folder),
            }
            self._start(argv, lambda: _answers(self.directory_url, self.ca_bundle), environment, [listening.fileno()])
        return self

    def _configure(
        self,
        domains: Sequence[str],
        validity_days: int,
        eab: Mapping[str, str],
        renew_now: bool,
        forbidden: Sequence[str],
    ) -> None:
        now = datetime.now(timezone.utc)
        root = new_authority("Test Root CA", now)
        issuing = new_authority("Test Issuing CA", now, root)
        self.root.write_text(root.certificate_pem)
        issuing.write(self.folder / "issuing.pem", self.folder / "issuing.key")
        self._certificate, self._key = _tls_files(self.folder, now, self.ca_bundle)
        (self.folder / "certificates").mkdir(exist_ok=True)  # without it every finalize is a 500
        (self.folder / "kid.json").write_text(json.dumps(dict(eab)))
        (self.folder / "acme_srv.cfg").write_text(
            f"""[DEFAULT]
debug: False
[CAhandler]
handler_module: acme2certifier.cahandlers.openssl_ca_handler
issuing_ca_key: {self.folder}/issuing.key
issuing_ca_cert: {self.folder}/issuing.pem
issuing_ca_crl: {self.folder}/crl.pem
cert_save_path: {self.folder}/certificates
ca_cert_chain_list: []
cert_validity_days: {validity_days}
blocked_domainlist: {json.dumps(list(forbidden))}
[DBhandler]
handler: wsgi
dbfile: {self.folder}/acme.db
[EABhandler]
eab_handler_module: acme2certifier.eabhandlers.json_handler
key_file: {self.folder}/kid.json
[Authorization]
prevalidated_domainlist: {json.dumps(list(domains))}
[Challenge]
challenge_validation_disable: False
[Renewalinfo]
renewal_force: {renew_now}
"""
        )


class Pebble(_Process):
    """Pebble: really validates; http-01 is fetched from ``http_port`` of the address that DNS names.

    ``dns_server`` is ``host:port`` (:attr:`ChallengeTestServer.dns_address`), None the system's
    resolver; an empty ``eab`` lets everybody register. ``nonce_reject`` is the percentage of good
    nonces that it refuses, ``authz_reuse`` of valid authorizations that it uses again. ``ocsp_url``
    is written into certificates; nothing answers there. ``forbidden`` are domains that it refuses
    with all below them: of two labels only, longer ones make Pebble 2.4.0 panic at their parent. What
    it issued is forgotten at its end, and its root is new each time.
    """

    def __init__(
        self,
        folder: Path,
        http_port: int = 80,
        dns_server: str | None = None,
        eab: Mapping[str, str] = EAB,
        nonce_reject: int = 5,
        validity_seconds: int = 90 * 86400,
        ocsp_url: str | None = None,
        authz_reuse: int = 0,
        always_valid: bool = False,
        forbidden: Sequence[str] = (),
    ) -> None:
        super().__init__(folder)
        self.ca_bundle = folder / "tls-ca.pem"
        self.root = folder / "root.pem"
        self.eab_kid, self.eab_hmac_key = next(iter(eab.items()), ("", ""))
        self._certificate, self._key = _tls_files(folder, datetime.now(timezone.utc), self.ca_bundle)
        self._dns_server = dns_server
        self._settings: dict[str, Any] = {
            "certificate": str(self._certificate),
            "privateKey": str(self._key),
            "httpPort": http_port,
            "certificateValidityPeriod": validity_seconds,
            "ocspResponderURL": ocsp_url or "",
            "externalAccountBindingRequired": bool(eab),
            "domainBlocklist": list(forbidden),
            "externalAccountMACKeys": dict(eab),
        }
        self._environment = {
            "PEBBLE_VA_NOSLEEP": "1",
            "PEBBLE_VA_ALWAYS_VALID": "1" if always_valid else "0",
            "PEBBLE_WFE_NONCEREJECT": str(nonce_reject),
            "PEBBLE_AUTHZREUSE": str(authz_reuse),
        }

    def __enter__(self) -> Pebble:
        for last_try in _tries():
            try:
                self._start_on(free_port(), free_port(), free_port())
                break
            except AssertionError:
                if last_try or "address already in use" not in self.log.read_text():
                    raise
        self.root.write_bytes(_get(f"{self.management_url}/roots/0", self.ca_bundle))
        return self

    def _start_on(self, port: int, management_port: int, tls_port: int) -> None:
        self.directory_url = f"https://{LOOPBACK}:{port}/dir"
        self.management_url = f"https://{LOOPBACK}:{management_port}"
        listen = {"listenAddress": f"{LOOPBACK}:{port}", "managementListenAddress": f"{LOOPBACK}:{management_port}"}
        configuration = self.folder / "pebble.json"
        configuration.write_text(json.dumps({"pebble": {**self._settings, **listen, "tlsPort": tls_port}}))
        argv = [_program("pebble"), "-config", str(configuration)]
        argv += ["-dnsserver", self._dns_server] if self._dns_server else []
        self._start(argv, lambda: _answers(self.directory_url, self.ca_bundle), self._environment)


class ChallengeTestServer(_Process):
    """pebble-challtestsrv, its DNS only: every A record is 127.0.0.1 until :meth:`add_a`, there is no AAAA."""

    def __enter__(self) -> ChallengeTestServer:
        for last_try in _tries():
            port = free_port()
            self.dns_address = f"{LOOPBACK}:{free_port()}"
            self.management_url = f"http://{LOOPBACK}:{port}"
            argv = [_program("pebble-challtestsrv"), "-management", f"{LOOPBACK}:{port}", "-dns01", self.dns_address]
            argv += ["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""]
            try:
                self._start(argv, lambda port=port: _listens(port))  # type: ignore[misc]
                break
            except AssertionError:
                if last_try:
                    raise
        return self

    def add_a(self, host: str, *addresses: str) -> None:
        """Answer A queries for ``host`` with these addresses."""
        self._post("add-a", {"host": f"{host}.", "addresses": addresses})

    def set_txt(self, host: str, value: str) -> None:
        """Answer TXT queries for ``host`` (``_acme-challenge.www.example.com``)."""
        self._post("set-txt", {"host": f"{host}.", "value": value})

    def clear_txt(self, host: str) -> None:
        """Have no TXT record for ``host`` any more."""
        self._post("clear-txt", {"host": f"{host}."})

    def _post(self, path: str, body: Mapping[str, object]) -> None:
        request = urllib.request.Request(f"{self.management_url}/{path}", json.dumps(body).encode())  # noqa: S310
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310  # our own loopback URL
            pass


def free_port() -> int:
    """Return a loopback port that is free now, for TCP and UDP; somebody may still be faster."""
    while True:
        with socket.create_server((LOOPBACK, 0)) as stream, socket.socket(type=socket.SOCK_DGRAM) as datagram:
            port: int = stream.getsockname()[1]
            try:
                datagram.bind((LOOPBACK, port))
            except OSError:
                continue
            return port


def _tries() -> Iterator[bool]:
    """Yield True for the last of three tries: a free port may be taken before the program binds it."""
    yield from (False, False, True)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise AssertionError(f"{name} is not installed; on Debian and Ubuntu: apt-get install pebble")
    return found


def _tls_files(folder: Path, now: datetime, ca_bundle: Path) -> tuple[Path, Path]:
    """Write the CA of the ACME server's own TLS to ``ca_bundle``; returns its certificate and key."""
    authority = new_authority("Test TLS CA", now)
    ca_bundle.write_text(authority.certificate_pem)
    certificate, key = folder / "tls.pem", folder / "tls.key"
    new_server([LOOPBACK, "localhost"], now, authority).write(certificate, key)
    return certificate, key


def _answers(url: str, ca_bundle: Path) -> bool:
    try:
        return "newOrder" in json.loads(_get(url, ca_bundle))
    except (OSError, ValueError):
        return False


def _get(url: str, ca_bundle: Path) -> bytes:
    context = ssl.create_default_context(cafile=str(ca_bundle))
    bypassing_proxy = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    with bypassing_proxy.open(url, timeout=10) as answer:
        content: bytes = answer.read()
        return content


def _listens(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=5):
            return True
    except OSError:
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
