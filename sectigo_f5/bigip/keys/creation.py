"""Steps 4 to 6, by the first route that works on this BIG-IP.

No public document proves how each release answers these calls, so each route is tried, the
key object is read back, and a key that the device does not call ``securityType: password`` is
deleted and refused. Routes: *native* (:mod:`~sectigo_f5.bigip.keys.native`), else *openssl*
(:mod:`~sectigo_f5.bigip.keys.openssl`). A key made elsewhere is never an answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from sectigo_f5 import recording
from sectigo_f5.bigip.keys import csr
from sectigo_f5.bigip.keys.native import native_key, native_request
from sectigo_f5.bigip.keys.openssl import openssl_key_and_request
from sectigo_f5.bigip.keys.order import CreatedKey, KeyOrder, RouteUnavailableError
from sectigo_f5.errors import ConnectorError
from sectigo_f5.recording import What
from sectigo_f5.x509.certificates import check_request

logger = logging.getLogger(__name__)

Route = Callable[[KeyOrder], CreatedKey]


def create_key(order: KeyOrder) -> CreatedKey:
    """Step 4: make the key pair, by the first route that ends in a password-protected key."""
    routes = {"native": native_key, "openssl": openssl_key_and_request}
    wanted = list(routes) if order.job.key_route == "auto" else [order.job.key_route]
    with recording.change(What.KEY, [order.generation.key], new=f"{order.spec}, protected by a password") as made:
        key = _first_available(order, [routes[name] for name in wanted])
        made.objects += key.request_names
    logger.info("4 %s key %s generated on the BIG-IP (%s route)", order.spec, order.generation.key, key.route)
    return key


def create_request(order: KeyOrder, key: CreatedKey) -> CreatedKey:
    """Step 5: make the CSR; if the device makes none for such a key, make the key again by another route."""
    if key.request is None and not key.request_names:
        routes: list[Route] = [lambda order: native_request(order, key)]
        if order.job.key_route == "auto":
            routes.append(_key_again)
        key = _first_available(order, routes)
    logger.info("5 CSR for %s generated on the BIG-IP", ", ".join(order.job.names))
    return key


def _key_again(order: KeyOrder) -> CreatedKey:
    with recording.change(What.KEY, [order.generation.key], old="the same", new=f"{order.spec}, with its CSR"):
        return openssl_key_and_request(order)


def download_request(order: KeyOrder, key: CreatedKey) -> str:
    """Step 6: read the CSR's PEM and check it; raises :class:`ConnectorError` if it is not the one asked for."""
    request = csr.download(order, key)
    check_request(request, order.job.names, order.spec)
    logger.info("6 CSR downloaded; its signature, names and key are right")
    return request


def _first_available(order: KeyOrder, routes: Sequence[Route]) -> CreatedKey:
    reasons = []
    for route in routes:
        try:
            return route(order)
        except RouteUnavailableError as error:
            logger.info("this route to a protected key and its CSR is not available here: %s", error)
            reasons.append(str(error))
    raise ConnectorError(
        "the BIG-IP makes no password-protected key for this user; a key made elsewhere is never used: "
        + "; ".join(reasons)
    )
