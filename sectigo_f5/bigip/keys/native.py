"""The native route: ``sys crypto key`` with ``securityType: password``; the CSR in the same call, or apart."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

from sectigo_f5.bigip.keys import csr
from sectigo_f5.bigip.keys.order import (
    CURVES,
    KEY_TIMEOUT,
    CreatedKey,
    KeyOrder,
    OtherKeyError,
    RouteUnavailableError,
    clear_away,
    must_have_common_name,
    post_key,
    send_protected,
)
from sectigo_f5.bigip.readers import major_release
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.icontrol.read_back import find_created
from sectigo_f5.x509.certificates import extract_request

logger = logging.getLogger(__name__)

CSR_URL = "/mgmt/tm/sys/crypto/csr"
NAMED_LIKE_THE_KEY = 14  # the first release that gives a CSR the name of its key


def native_key(order: KeyOrder) -> CreatedKey:
    """Make the key, with its CSR in the same call where the BIG-IP does that, else alone if a CSR can follow."""
    must_have_common_name(order)
    if order.f5.memory.makes_request_with_key:
        try:
            return native_key_and_request(order)
        except OtherKeyError:
            raise
        except RouteUnavailableError as refusal:
            logger.info("key and CSR are made apart: %s", refusal)
            order.f5.memory.makes_request_with_key = False
            clear_away(order)
    _send_key(order, _key_body(order))
    return CreatedKey("native")


def native_request(order: KeyOrder, key: CreatedKey) -> CreatedKey:
    """Make the CSR of a key that is there."""
    name = f"{order.stem}.csr"
    path = f"/{order.job.partition}/{name}"
    order.f5.memory.requests.append(path)
    body = {"name": name, "partition": order.job.partition, "key": order.generation.key, **_subject(order)}
    answer = _send_request(order, body, path)
    return replace(key, request=_request_in(answer), request_names=(path,))


def native_key_and_request(order: KeyOrder) -> CreatedKey:
    """Make key and CSR in one call (``gen-csr``), for which a protected key opens: the call has its passphrase.

    TMOS 13 names the CSR after the key with ``.csr``, TMOS 14 and later exactly like the key. The option's value seems
    to mean nothing; if it is the CSR's name after all, it is one that is looked for.
    """
    release = major_release(order.f5.release)
    suffixes = (".csr", ".key") if release and release < NAMED_LIKE_THE_KEY else (".key", ".csr")
    names = [f"/{order.job.partition}/{order.stem}{suffix}" for suffix in suffixes]
    order.f5.memory.requests += names
    body = {**_key_body(order), **_subject(order), "options": [{"gen-csr": f"{order.stem}.csr"}]}
    key = CreatedKey("native", _request_in(_send_key(order, body)), tuple(names))
    if key.request is None:
        try:
            request, name = csr.found(order, key)
        except ConnectorError as error:
            raise RouteUnavailableError(str(error)) from error
        order.f5.memory.requests = [path for path in order.f5.memory.requests if path == name or path not in names]
        key = replace(key, request=request)
    return key


def _send_key(order: KeyOrder, body: Json) -> Json:
    answer: Json = {}

    def send() -> None:
        try:
            answer.update(post_key(order, body))
        except DeviceError as error:
            if error.may_exist:
                raise
            raise RouteUnavailableError(str(error)) from error

    send_protected(order, send)
    return answer


def _send_request(order: KeyOrder, body: Json, path: str) -> Json:
    """Send the CSR call, once more if its answer was lost; whether the CSR is there shows when it is read."""
    for last in (False, True):
        try:
            return order.f5.client.post(CSR_URL, body, KEY_TIMEOUT)
        except DeviceError as error:
            if not error.may_exist:
                raise RouteUnavailableError(str(error)) from error
            if last or find_created(order.f5.client, object_url("sys/crypto/csr", path)) is not None:
                break
    return {}


def _request_in(answer: Json) -> str | None:
    return extract_request(json.dumps(answer).replace("\\n", "\n"))


def _key_body(order: KeyOrder) -> Json:
    """Name every property: no default of the device is depended on."""
    rsa = order.spec.type == "rsa"
    return {
        "name": f"{order.stem}.key",
        "partition": order.job.partition,
        "keyType": "rsa-private" if rsa else "ec-private",
        **({"keySize": order.spec.size} if rsa else {"curveName": CURVES[order.spec.size]}),
        "securityType": "password",
        "passphrase": order.passphrase.reveal(),
    }


def _subject(order: KeyOrder) -> Json:
    return {"commonName": order.common_name, "subjectAlternativeName": order.alternative_names}
