"""Steps 4 to 6: a password-protected key and its CSR, made on the BIG-IP; the key never leaves it.

No public document proves how each release answers these calls, so each route is tried, the
key object is read back, and a key that the device does not call ``securityType: password`` is
deleted and refused. Routes: *native* (``sys crypto key``), else *openssl* (OpenSSL on the device
through ``util/bash``, then ``install`` with the passphrase, as F5's own cloud libraries do).
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.device_objects import KeyObject
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.read_back import find_created, send_and_confirm
from sectigo_f5.icontrol.shell import bash, quietly, remove_file, shell_safe
from sectigo_f5.icontrol.transfer import BULK, DOWNLOADS, download, upload
from sectigo_f5.model import Generation, Job, KeySpec
from sectigo_f5.secret import Secret
from sectigo_f5.x509.certificates import extract_request

logger = logging.getLogger(__name__)

KEY_TIMEOUT = 90.0  # seconds; RSA 4096 on a virtual edition takes several
KEY_URL = "/mgmt/tm/sys/crypto/key"
CSR_URL = "/mgmt/tm/sys/crypto/csr"
_CURVES = {"secp256r1": "prime256v1", "secp384r1": "secp384r1"}


@dataclass(frozen=True)
class KeyOrder:
    """A key to be made: its names, its kind, and who cleans up after it.

    ``undo`` runs only when the certificate fails, ``leftovers`` always.
    """

    f5: Unit
    job: Job
    spec: KeySpec
    generation: Generation
    passphrase: Secret
    undo: contextlib.ExitStack
    leftovers: contextlib.ExitStack

    @property
    def leaf(self) -> str:
        """Return the key's name without its partition and suffix."""
        return self.generation.key.rpartition("/")[2].removesuffix(".key")

    @property
    def alternative_names(self) -> str:
        """Return the CSR's subject alternative names in BIG-IP's spelling."""
        return ",".join(f"DNS:{name}" for name in self.job.names)


@dataclass(frozen=True)
class CreatedKey:
    """A key on the device, the route that made it, and where its CSR is."""

    route: str
    request: str | None = None  # PEM, where the route already gave it
    request_names: tuple[str, ...] = ()  # CSR objects to look at, full paths


class RouteUnavailableError(ConnectorError):
    """This route does not work here; the next one may."""


def create_key(order: KeyOrder) -> CreatedKey:
    """Step 4: make the key pair, by the first route that ends in a password-protected key."""
    routes = {"native": _native_key, "openssl": _openssl_key}
    wanted = list(routes) if order.job.key_route == "auto" else [order.job.key_route]
    return _first_open(order, [routes[name] for name in wanted])


def create_request(order: KeyOrder, made: CreatedKey) -> CreatedKey:
    """Step 5: make the CSR; where the device makes none for such a key, make the key again another way."""
    if made.request is not None or made.request_names:
        return made
    routes: list[Callable[[KeyOrder], CreatedKey]] = [lambda order: _native_request(order, made), _native_together]
    if order.job.key_route == "auto":
        routes.append(_openssl_key)
    return _first_open(order, routes)


def download_request(order: KeyOrder, made: CreatedKey) -> str:
    """Step 6: read the CSR's PEM; raises :class:`ConnectorError` where the account may not."""
    if made.request is not None:
        return made.request
    reasons = []
    for reader in (_request_by_tmsh, _request_by_file):
        for name in made.request_names:
            try:
                found = reader(order, name)
            except DeviceError as error:
                reasons.append(str(error))
                break
            if found:
                return found
            reasons.append(f"no CSR under the name {name}")
    raise ConnectorError(
        "the CSR cannot be read from the BIG-IP; the user needs the role Administrator or Resource Administrator, with "
        f"the advanced shell (docs/permissions.md): {'; '.join(dict.fromkeys(reasons))}"
    )


def _first_open(order: KeyOrder, routes: list[Callable[[KeyOrder], CreatedKey]]) -> CreatedKey:
    reasons = []
    for route in routes:
        try:
            return route(order)
        except RouteUnavailableError as error:
            logger.info("this way to a protected key and its CSR is closed here: %s", error)
            reasons.append(str(error))
    raise ConnectorError(
        "the BIG-IP makes no password-protected key for this user; a key made elsewhere is never used: "
        + "; ".join(reasons)
    )


# -- native ------------------------------------------------------------------------------------


def _native_key(order: KeyOrder) -> CreatedKey:
    _post_key(order, _key_body(order))
    return CreatedKey("native")


def _native_request(order: KeyOrder, made: CreatedKey) -> CreatedKey:
    name = f"{order.leaf}.csr"
    path = f"/{order.job.partition}/{name}"
    order.leftovers.callback(quietly, f"the CSR {path}", order.f5.client.delete, object_url("sys/crypto/csr", path))
    body = {"name": name, "partition": order.job.partition, "key": order.generation.key, **_subject(order)}
    answer = _post_request(order, body, path)
    return replace(made, request=extract_request(json.dumps(answer).replace("\\n", "\n")), request_names=(path,))


def _post_request(order: KeyOrder, body: Json, path: str) -> Json:
    for last in (False, True):
        try:
            return order.f5.client.post(CSR_URL, body, KEY_TIMEOUT)
        except DeviceError as error:
            if not error.may_exist:
                raise RouteUnavailableError(str(error)) from error
            if last or find_created(order.f5.client, object_url("sys/crypto/csr", path)) is not None:
                break
    return {}  # whether it is there shows when it is read


def _native_together(order: KeyOrder) -> CreatedKey:
    """Make key and CSR in one call (``gen-csr``).

    TMOS 13 names the CSR after the key with ``.csr``, TMOS 14 and later exactly like the key. The option's value seems
    to mean nothing; where it is the CSR's name after all, it is one that is looked for.
    """
    names = tuple(f"/{order.job.partition}/{order.leaf}{suffix}" for suffix in (".key", ".csr"))
    for name in names:
        order.leftovers.callback(quietly, f"the CSR {name}", order.f5.client.delete, object_url("sys/crypto/csr", name))
    _clear_away(order)
    body = {**_key_body(order), **_subject(order), "options": [{"gen-csr": f"{order.leaf}.csr"}]}
    answer = _post_key(order, body)
    made = CreatedKey("native", extract_request(json.dumps(answer).replace("\\n", "\n")), names)
    if made.request is None:
        try:
            made = replace(made, request=download_request(order, made))
        except ConnectorError as error:
            raise RouteUnavailableError(str(error)) from error
    return made


def _post_key(order: KeyOrder, body: Json) -> Json:
    answer: Json = {}

    def make() -> None:
        try:
            answer.update(order.f5.client.post(KEY_URL, body, KEY_TIMEOUT))
        except DeviceError as error:
            if error.may_exist:
                raise
            raise RouteUnavailableError(str(error)) from error

    order.undo.callback(quietly, f"the key {order.generation.key}", order.f5.client.delete, _key_object_url(order))
    _must_be_protected(order, send_and_confirm(order.f5.client, make, lambda: _shown_key(order)))
    return answer


def _key_body(order: KeyOrder) -> Json:
    """Name every property: no default of the device is depended on."""
    rsa = order.spec.type == "rsa"
    return {
        "name": f"{order.leaf}.key",
        "partition": order.job.partition,
        "keyType": "rsa-private" if rsa else "ec-private",
        **({"keySize": order.spec.size} if rsa else {"curveName": _CURVES[order.spec.size]}),
        "securityType": "password",
        "passphrase": order.passphrase.reveal(),
    }


def _subject(order: KeyOrder) -> Json:
    return {"commonName": order.job.common_name, "subjectAlternativeName": order.alternative_names}


def _key_object_url(order: KeyOrder) -> str:
    return object_url("sys/file/ssl-key", order.generation.key)


def _must_be_protected(order: KeyOrder, key: KeyObject) -> None:
    """Delete and refuse a key that, read back, no password guards."""
    if not key.protected:
        order.f5.client.delete(_key_object_url(order))
        raise RouteUnavailableError(
            f"the BIG-IP made the key with securityType {key.security_type} instead of password; it was deleted"
        )
    if key.spec and key.spec != order.spec:
        order.f5.client.delete(_key_object_url(order))
        raise RouteUnavailableError(f"the BIG-IP made a key of {key.spec} instead of {order.spec}; it was deleted")


def _shown_key(order: KeyOrder) -> KeyObject:
    found = find_created(order.f5.client, _key_object_url(order))
    if found is None:
        raise RouteUnavailableError(
            f"the BIG-IP does not show the key {order.generation.key} that it was asked to make"
        )
    return readers.key_object(found)


def _clear_away(order: KeyOrder) -> None:
    """Free the name of the key that an earlier route made; what does not show is not there to be deleted."""
    url = _key_object_url(order)
    if find_created(order.f5.client, url) is not None:
        order.f5.client.delete(url)


# -- openssl on the device ---------------------------------------------------------------------


def _openssl_key(order: KeyOrder) -> CreatedKey:
    """Make key and CSR with OpenSSL on the device, then install the encrypted key with its passphrase.

    The passphrase travels in an uploaded file, never in a command line: the audit log keeps those.
    """
    try:
        if "ready" not in bash(order.f5.client, f"rm -f {_stale_uploads(order)}; echo ready"):
            raise RouteUnavailableError("util/bash does not run commands for this user")
        _clear_away(order)
        with contextlib.ExitStack() as at_once:  # not at the end of the run: the CA may take an hour
            request, file = _openssl_generate(order, at_once)
            _install_key(order, file)
    except DeviceError as error:
        raise RouteUnavailableError(str(error)) from error
    return CreatedKey("openssl", request)


def _stale_uploads(order: KeyOrder) -> str:
    """Name, in the shell's words, the files that runs which were killed may have left of this certificate."""
    stem = f"{DOWNLOADS}/{shell_safe(order.job.base)}_[12]*Z{order.generation.variant}"
    return " ".join(f"{stem}{suffix}" for suffix in (".pass", ".cnf", ".pem", ".crt", "_chain.crt"))


def _openssl_generate(order: KeyOrder, at_once: contextlib.ExitStack) -> tuple[str, str]:
    stem = f"{DOWNLOADS}/{shell_safe(order.leaf)}"
    passphrase, config, key = (f"{stem}.{suffix}" for suffix in ("pass", "cnf", "pem"))
    for file in (key, config, passphrase):  # the last is removed first
        at_once.callback(remove_file, order.f5.client, file)
    upload(order.f5.client, f"{order.leaf}.cnf", _request_config(order).encode())
    upload(order.f5.client, f"{order.leaf}.pass", order.passphrase.reveal().encode())
    command = _openssl_command(order.spec, passphrase, config, key)
    said = bash(order.f5.client, command, KEY_TIMEOUT, repeatable=False)  # it removes what it reads
    request = extract_request(said)
    if request is None:
        raise RouteUnavailableError(f"OpenSSL on the BIG-IP made no CSR: {said.strip()[-200:] or 'it printed nothing'}")
    return request, key


def _openssl_command(spec: KeySpec, passphrase: str, config: str, key: str) -> str:
    if spec.type == "rsa":
        make = f"openssl genrsa -aes256 -passout file:{passphrase} -out {key} {spec.size}"
    else:
        plain = f"openssl ecparam -name {_CURVES[spec.size]} -genkey -noout"
        make = f"{plain} | openssl ec -aes256 -passout file:{passphrase} -out {key}"
    request = f"openssl req -new -sha256 -key {key} -passin file:{passphrase} -config {config}"
    return f"umask 077; {make} && {request}; rm -f {passphrase} {config}"


def _request_config(order: KeyOrder) -> str:
    return (
        "[req]\nprompt = no\ndistinguished_name = subject\nreq_extensions = extensions\n"
        f"[subject]\nCN = {order.job.common_name}\n"
        f"[extensions]\nsubjectAltName = {order.alternative_names}\n"
    )


def _install_key(order: KeyOrder, file: str) -> None:
    body = {
        "command": "install",
        "name": order.generation.key,
        "from-local-file": file,
        "passphrase": order.passphrase.reveal(),
    }
    order.undo.callback(quietly, f"the key {order.generation.key}", order.f5.client.delete, _key_object_url(order))
    key = send_and_confirm(
        order.f5.client, lambda: order.f5.client.post(KEY_URL, body, KEY_TIMEOUT), lambda: _shown_key(order)
    )
    _must_be_protected(order, key)


# -- reading the CSR ---------------------------------------------------------------------------


def _request_by_tmsh(order: KeyOrder, name: str) -> str | None:
    for spelling in (name, name.removeprefix("/Common/")):
        found = extract_request(bash(order.f5.client, f"tmsh list sys crypto csr {shell_safe(spelling)}"))
        if found:
            return found
    return None


def _request_by_file(order: KeyOrder, name: str) -> str | None:
    """Move the CSR's file to where it can be downloaded (F5's Ansible module does so)."""
    leaf = shell_safe(name.rpartition("/")[2])
    order.leftovers.callback(remove_file, order.f5.client, f"{BULK}/{leaf}")
    move = {"command": "run", "utilCmdArgs": f"/config/ssl/ssl.csr/{leaf} {BULK}/{leaf}"}
    with contextlib.suppress(OutcomeUnknownError):  # whether it was moved shows just below
        order.f5.client.post("/mgmt/tm/util/unix-mv", move)
    try:
        return extract_request(download(order.f5.client, leaf).decode("ascii", "replace"))
    except DeviceError:
        return None
