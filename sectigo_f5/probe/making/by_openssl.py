"""A protected key and its CSR by OpenSSL on the device; the passphrase is in a file there while that takes place."""

from __future__ import annotations

from dataclasses import dataclass

from sectigo_f5.bigip.keys import bodies, openssl
from sectigo_f5.icontrol.transfer import DOWNLOADS, upload
from sectigo_f5.model import KeySpec
from sectigo_f5.probe.bench import Bench, RefusedError
from sectigo_f5.probe.making import csrs
from sectigo_f5.probe.seen import printed
from sectigo_f5.secret import Secret
from sectigo_f5.x509.certificates import extract_request


@dataclass(frozen=True)
class Generated:
    """A key's file on the device, and its CSR, None if OpenSSL made none."""

    file: str
    request: str | None


def generate(bench: Bench, suffix: str, spec: KeySpec, passphrase: Secret) -> Generated:
    """Have OpenSSL make a key and its CSR; the key's file is removed when the question ends.

    Raises :class:`RefusedError` if the user may not run commands, before anything secret is on the device, and
    :class:`DeviceError` if uploads are refused.
    """
    if "ready" not in printed(bench.bash("echo ready")):
        raise RefusedError("util/bash does not run commands for this user")
    scratch = bench.scratch
    key = scratch.file(f"{DOWNLOADS}/{scratch.name(suffix)}.pem")
    with scratch.cleared():  # at once, whatever happens
        config, secret = scratch.upload(f"{suffix}.cnf"), scratch.upload(f"{suffix}.pass")
        text = openssl.request_config(csrs.names(bench)[0], bodies.alternative_names(csrs.names(bench)))
        upload(bench.client, config, text.encode())
        upload(bench.client, secret, passphrase.reveal().encode())
        command = openssl.command_line(spec, f"{DOWNLOADS}/{secret}", f"{DOWNLOADS}/{config}", key)
        output = printed(bench.bash(command, bodies.KEY_TIMEOUT))
    return Generated(key, extract_request(output))
