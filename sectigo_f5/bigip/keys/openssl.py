"""The openssl route: OpenSSL on the BIG-IP makes key and CSR, then the encrypted key is installed with its passphrase.

The passphrase travels in an uploaded file, never in a command line: the audit log keeps those.
F5's own cloud libraries install keys so.
"""

from __future__ import annotations

import contextlib

from sectigo_f5.bigip.keys import bodies
from sectigo_f5.bigip.keys.order import (
    CreatedKey,
    KeyOrder,
    RouteUnavailableError,
    clear_away,
    post_key,
    send_protected,
)
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.icontrol.shell import bash, remove_file, shell_safe
from sectigo_f5.icontrol.transfer import DOWNLOADS, upload
from sectigo_f5.model import KeySpec
from sectigo_f5.x509.certificates import extract_request

BY_UPLOAD_ALONE = "the passphrase gets to the BIG-IP by upload alone, for its audit log keeps command lines"


def openssl_key_and_request(order: KeyOrder) -> CreatedKey:
    """Make key and CSR with OpenSSL on the device, and install the key."""
    try:
        if "ready" not in bash(order.f5.client, f"rm -f {_stale_uploads(order)}; echo ready"):
            raise RouteUnavailableError("util/bash does not run commands for this user")
        clear_away(order)
        with contextlib.ExitStack() as at_once:  # not at the end of the run: the CA may take an hour
            request, file = _generate(order, at_once)
            _install(order, file)
    except DeviceError as error:
        raise RouteUnavailableError(str(error)) from error
    return CreatedKey("openssl", request)


def _stale_uploads(order: KeyOrder) -> str:
    """Name, in the shell's words, the files that killed runs may have left of this certificate."""
    stem = f"{DOWNLOADS}/{shell_safe(order.job.base)}_[12]*Z{order.generation.variant}"
    return " ".join(f"{stem}{suffix}" for suffix in (".pass", ".cnf", ".pem", ".crt", "_chain.crt"))


def _generate(order: KeyOrder, at_once: contextlib.ExitStack) -> tuple[str, str]:
    stem = f"{DOWNLOADS}/{shell_safe(order.stem)}"
    passphrase, config, key = (f"{stem}.{suffix}" for suffix in ("pass", "cnf", "pem"))
    for file in (key, config, passphrase):  # the last is removed first
        at_once.callback(remove_file, order.f5.client, file)
    try:
        config_text = request_config(order.common_name, order.alternative_names)
        upload(order.f5.client, f"{order.stem}.cnf", config_text.encode())
        upload(order.f5.client, f"{order.stem}.pass", order.passphrase.reveal().encode())
    except DeviceError as error:
        if not error.refused_permission:
            raise
        raise RouteUnavailableError(f"{error}; {BY_UPLOAD_ALONE}") from error
    command = command_line(order.spec, passphrase, config, key, "" if order.common_name else " -subj /")
    output = bash(order.f5.client, command, bodies.KEY_TIMEOUT, repeatable=False)  # it removes what it reads
    request = extract_request(output)
    if request is None:
        printed = output.strip()[-200:] or "it printed nothing"
        raise RouteUnavailableError(f"OpenSSL on the BIG-IP made no CSR: {printed}")
    return request, key


def command_line(spec: KeySpec, passphrase: str, config: str, key: str, subject: str = "") -> str:
    """Return the command line; ``subject`` is an option, for no file can tell OpenSSL to leave it empty (acme-tiny)."""
    if spec.type == "rsa":
        generate = f"openssl genrsa -aes256 -passout file:{passphrase} -out {key} {spec.size}"
    else:
        plain = f"openssl ecparam -name {bodies.CURVES[spec.size]} -genkey -noout"
        generate = f"{plain} | openssl ec -aes256 -passout file:{passphrase} -out {key}"
    request = f"openssl req -new -sha256 -key {key} -passin file:{passphrase} -config {config}{subject}"
    return f"umask 077; {generate} && {request}; rm -f {passphrase} {config}"


def request_config(common_name: str | None, alternative_names: str) -> str:
    """Return the file that tells OpenSSL what the CSR is for."""
    subject, critical = (f"CN = {common_name}\n", "") if common_name else ("", "critical,")
    return (
        "[req]\nprompt = no\ndistinguished_name = subject\nreq_extensions = extensions\n"
        f"[subject]\n{subject}"
        f"[extensions]\nsubjectAltName = {critical}{alternative_names}\n"
    )


def _install(order: KeyOrder, file: str) -> None:
    body = bodies.installation(order.generation.key, file, order.passphrase)
    send_protected(order, lambda: post_key(order, body))
