"""The native route: ``sys crypto key`` with ``securityType: password``; the CSR in the same call, or apart."""

from __future__ import annotations

import logging
from dataclasses import replace

from sectigo_f5.bigip.keys import bodies, csr
from sectigo_f5.bigip.keys.order import (
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

logger = logging.getLogger(__name__)

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
    path = f"/{order.job.partition}/{order.stem}.csr"
    order.f5.memory.requests.append(path)
    body = bodies.request(path, order.generation.key, _subject(order))
    answer = _send_request(order, body, path)
    return replace(key, request=bodies.request_in(answer), request_names=(path,))


def native_key_and_request(order: KeyOrder) -> CreatedKey:
    """Make key and CSR in one call (``gen-csr``), for which a protected key opens: the call has its passphrase.

    TMOS 13 names the CSR after the key with ``.csr``, TMOS 14 and later exactly like the key. The option's value seems
    to mean nothing; if it is the CSR's name after all, it is one that is looked for.
    """
    release = major_release(order.f5.release)
    suffixes = (".csr", ".key") if release and release < NAMED_LIKE_THE_KEY else (".key", ".csr")
    names = [f"/{order.job.partition}/{order.stem}{suffix}" for suffix in suffixes]
    order.f5.memory.requests += names
    body = bodies.with_request(_key_body(order), _subject(order), f"{order.stem}.csr")
    key = CreatedKey("native", bodies.request_in(_send_key(order, body)), tuple(names))
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
            return order.f5.client.post(bodies.CSR_URL, body, bodies.KEY_TIMEOUT)
        except DeviceError as error:
            if not error.may_exist:
                raise RouteUnavailableError(str(error)) from error
            if last or find_created(order.f5.client, object_url("sys/crypto/csr", path)) is not None:
                break
    return {}


def _key_body(order: KeyOrder) -> Json:
    return bodies.protected_key(order.generation.key, order.spec, order.passphrase)


def _subject(order: KeyOrder) -> Json:
    return bodies.subject_of(order.common_name, order.job.names)
