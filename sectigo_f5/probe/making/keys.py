"""Protected keys, each asked for in one call and read back."""

from __future__ import annotations

from dataclasses import dataclass

from sectigo_f5.bigip.keys import bodies
from sectigo_f5.bigip.readers import key_object, text
from sectigo_f5.device_objects import KeyObject
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.model import KeySpec
from sectigo_f5.probe.bench import Bench
from sectigo_f5.probe.seen import Seen
from sectigo_f5.secret import one_time_passphrase

RSA_2048, RSA_4096 = KeySpec("rsa", "2048"), KeySpec("rsa", "4096")
P_256, P_384 = KeySpec("ecdsa", "secp256r1"), KeySpec("ecdsa", "secp384r1")
KEY = "sys/file/ssl-key"


@dataclass(frozen=True)
class Made:
    """A key that was asked for: what was answered, and what is shown of it if the device made one."""

    path: str
    answer: Seen
    shown: KeyObject | None = None
    told: Json | None = None  # the same, as the device tells it

    @property
    def protected(self) -> bool:
        """True if the device itself says that a password guards it."""
        return self.shown is not None and self.shown.protected


def ask_for(bench: Bench, suffix: str, spec: KeySpec, *, without: tuple[str, ...] = ()) -> Made:
    """Ask for a protected key, or for one ``without`` some properties; it is deleted when the question ends."""
    path = bench.scratch.path(suffix)
    bench.scratch.object(KEY, path)
    with one_time_passphrase() as passphrase:
        body = bodies.protected_key(path, spec, passphrase)
        return send(bench, path, {name: value for name, value in body.items() if name not in without})


def send(bench: Bench, path: str, body: Json) -> Made:
    """Send a call that makes a key, and read the key back; raises what :meth:`Bench.did` does.

    Also raises :class:`ConnectorError` if the device confirms a key and shows none.
    """
    answer = bench.ask("POST", bodies.KEY_URL, body, timeout=bodies.KEY_TIMEOUT)
    if not bench.did(answer, "a key"):
        return Made(path, answer)
    told = bench.shown(object_url(KEY, path))
    bench.ask("GET", object_url("sys/crypto/key", path))  # for the record
    if not told:
        raise ConnectorError("the BIG-IP does not show the key that it was asked to make")
    return Made(path, answer, key_object(told), told)


def note_passphrase(bench: Bench, told: Json) -> None:
    """Find whether a key object has the passphrase, by what the device tells of the key."""
    found = "not-told" if "passphrase" not in told else text(told, "passphrase") is not None
    bench.find("key_in_use_opens", found)


def must_be_protected(made: Made) -> Made:
    """Return a key; raises :class:`ConnectorError` unless a password guards it."""
    if not made.protected:
        raise ConnectorError(f"there is no protected key: {made.answer.message or 'its securityType is another'}")
    return made
