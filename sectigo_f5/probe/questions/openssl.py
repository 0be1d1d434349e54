"""Keys that OpenSSL makes on the device."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectigo_f5.bigip.keys import bodies
from sectigo_f5.bigip.readers import text
from sectigo_f5.device_objects import PASSWORD
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.probe.bench import Bench, RefusedError
from sectigo_f5.probe.catalogue.nouns import REJECTED, WORKS
from sectigo_f5.probe.making import by_openssl, keys
from sectigo_f5.secret import Secret, one_time_passphrase


def key_by_openssl(bench: Bench) -> None:
    """Ask for a key and CSR of OpenSSL's, and install the key: with its passphrase, and with another one."""
    with one_time_passphrase() as passphrase, one_time_passphrase() as other:
        file = _generated(bench, passphrase)
        works = file is not None and _install(bench, file, passphrase)
        bench.find("openssl_route", WORKS if works else REJECTED)
        if file is not None:
            path = bench.scratch.path("openssl-wrong.key")
            bench.scratch.object(keys.KEY, path)
            body = bodies.installation(path, file, other)
            wrong = bench.ask("POST", bodies.KEY_URL, body, timeout=bodies.KEY_TIMEOUT)
            bench.note_refusal("wrong_passphrase", wrong, file=file)


def _generated(bench: Bench, passphrase: Secret) -> str | None:
    """Return the file of a key with a CSR; None if this user may do only a part of it, or OpenSSL makes none."""
    try:
        generated = by_openssl.generate(bench, "openssl", keys.RSA_2048, passphrase)
    except RefusedError:
        return None
    except DeviceError as refusal:
        if not refusal.refused_permission:
            raise
        return None
    return generated.file if generated.request else None


def _install(bench: Bench, file: str, passphrase: Secret) -> bool:
    """Make the file a key object, and note whether it is protected; False if that is refused."""
    path = bench.scratch.path("openssl.key")
    bench.scratch.object(keys.KEY, path)
    made = keys.send(bench, path, bodies.installation(path, file, passphrase))
    if made.told is None:
        return False
    told = text(made.told, "securityType")
    bench.find("openssl_protected", "not-told" if told is None else told == PASSWORD)
    if told == PASSWORD:
        keys.note_passphrase(bench, made.told)
    return True


ASKED: Mapping[str, Callable[[Bench], None]] = {"key-by-openssl": key_by_openssl}
