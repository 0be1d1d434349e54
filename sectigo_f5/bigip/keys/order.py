"""A key to be made on the BIG-IP, what became of it, and the proof that a password protects it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sectigo_f5.bigip.created_objects import CreatedObjects
from sectigo_f5.bigip.keys import bodies
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.device_objects import KeyObject
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.read_back import find_created, send_and_confirm
from sectigo_f5.icontrol.shell import quietly
from sectigo_f5.model import Generation, Job, KeySpec
from sectigo_f5.names import LONGEST_COMMON_NAME, common_name_of_request
from sectigo_f5.secret import Secret


@dataclass(frozen=True)
class KeyOrder:
    """A key to be made: its names, its kind, and what cleans up after it."""

    f5: Unit
    job: Job
    spec: KeySpec
    generation: Generation
    passphrase: Secret
    created: CreatedObjects

    @property
    def stem(self) -> str:
        """The key's name without its partition and suffix."""
        return self.generation.key.rpartition("/")[2].removesuffix(".key")

    @property
    def common_name(self) -> str | None:
        """The CSR's common name; None if every name is too long to be one."""
        return common_name_of_request(self.job.names)

    @property
    def alternative_names(self) -> str:
        """The CSR's subject alternative names in BIG-IP's spelling."""
        return bodies.alternative_names(self.job.names)

    @property
    def key_object_url(self) -> str:
        """Where the key object is over REST."""
        return object_url("sys/file/ssl-key", self.generation.key)

    def delete_unless_kept(self) -> None:
        """Have the key deleted again unless its certificate gets into service."""
        self.created.undo(f"the key {self.generation.key}", self.f5.client.delete, self.key_object_url)


@dataclass(frozen=True)
class CreatedKey:
    """A key on the device, the route that made it, and where its CSR is."""

    route: str
    request: str | None = None  # PEM, if the route already gave it
    request_names: tuple[str, ...] = ()  # CSR objects to look at, full paths


class RouteUnavailableError(ConnectorError):
    """This route does not work here; the next one may."""


class OtherKeyError(RouteUnavailableError):
    """The BIG-IP makes another kind of key than it is asked for, in whatever call of this route."""


def must_have_common_name(order: KeyOrder) -> None:
    """Raise :class:`RouteUnavailableError` if the CSR would have none: ``sys crypto csr`` requires one."""
    if order.common_name is None:
        raise RouteUnavailableError(
            f"the BIG-IP itself makes no CSR without a common name, and no name here has {LONGEST_COMMON_NAME} "
            "characters or fewer; write a shorter name in sans"
        )


def send_protected(order: KeyOrder, send: Callable[[], object]) -> None:
    """Send what makes the key, read it back; raises :class:`RouteUnavailableError` unless a password protects it."""
    order.delete_unless_kept()
    key = send_and_confirm(order.f5.client, send, lambda: _shown_key(order))
    if not key.protected:
        _delete(order)
        raise OtherKeyError(
            f"the BIG-IP made the key with securityType {key.security_type} instead of password; it was deleted"
        )
    if key.spec and key.spec != order.spec:
        _delete(order)
        raise OtherKeyError(f"the BIG-IP made a key of {key.spec} instead of {order.spec}; it was deleted")


def post_key(order: KeyOrder, body: Json) -> Json:
    """Send a call to ``sys crypto key``; returns its answer."""
    return order.f5.client.post(bodies.KEY_URL, body, bodies.KEY_TIMEOUT)


def clear_away(order: KeyOrder) -> None:
    """Free the name of the key that an earlier route made; what does not show is not there to be deleted."""
    if find_created(order.f5.client, order.key_object_url) is not None:
        _delete(order)


def _delete(order: KeyOrder) -> None:
    quietly(f"the key {order.generation.key}", order.f5.client.delete, order.key_object_url)
    order.f5.holdings.keys.remove(order.generation.key)


def _shown_key(order: KeyOrder) -> KeyObject:
    item = find_created(order.f5.client, order.key_object_url)
    if item is None:
        name = order.generation.key
        raise RouteUnavailableError(f"the BIG-IP does not show the key {name} that it was asked to make")
    return order.f5.holdings.keys.put(item)
