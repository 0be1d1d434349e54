"""Keys that the device makes, protected by a password."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from sectigo_f5.model import KeySpec
from sectigo_f5.probe.bench import Bench
from sectigo_f5.probe.catalogue.nouns import IGNORED, REJECTED, WORKS
from sectigo_f5.probe.making import keys
from sectigo_f5.probe.making.keys import Made

SILENTLY_NORMAL = "silently-normal"
CURVE, PROTECTION = ("curveName",), ("securityType", "passphrase")


def rsa(bench: Bench, spec: KeySpec) -> None:
    """Ask for a protected RSA key."""
    _note(bench, keys.ask_for(bench, f"rsa-{spec.size}.key", spec), spec)


def p256(bench: Bench) -> None:
    """Ask for a protected key of P-256; if it is refused, for one of the device's own choice of a curve."""
    made = keys.ask_for(bench, "p256.key", keys.P_256)
    if made.shown is None:
        made = keys.ask_for(bench, "p256-curveless.key", keys.P_256, without=CURVE)
    _note(bench, made, keys.P_256)


def p384(bench: Bench) -> None:
    """Ask for a protected key of P-384; if it is refused, what it was refused for."""
    made = keys.ask_for(bench, "p384.key", keys.P_384)
    if made.shown is not None:
        _note(bench, made, keys.P_384)
        _note_curve(bench, made)
        return
    curveless = keys.ask_for(bench, "p384-curveless.key", keys.P_384, without=CURVE)
    _note(bench, curveless, keys.P_384)
    if curveless.shown is not None:
        bench.find("curve_name", REJECTED)
    else:
        _note_curve(bench, keys.ask_for(bench, "p384-normal.key", keys.P_384, without=PROTECTION))


def _note(bench: Bench, made: Made, spec: KeySpec) -> None:
    if made.shown is None or made.told is None:
        bench.find("native_password_keys", REJECTED)
        return
    bench.find("native_password_keys", WORKS if made.protected else SILENTLY_NORMAL)
    keys.note_passphrase(bench, made.told)
    if made.shown.spec is not None:
        bench.find("key_as_asked", made.shown.spec == spec)


def _note_curve(bench: Bench, made: Made) -> None:
    if made.shown is None:
        bench.find("curve_name", REJECTED)
    elif made.shown.spec is not None:
        bench.find("curve_name", WORKS if made.shown.spec == keys.P_384 else IGNORED)


ASKED: Mapping[str, Callable[[Bench], None]] = {
    "key-rsa-2048": partial(rsa, spec=keys.RSA_2048),
    "key-rsa-4096": partial(rsa, spec=keys.RSA_4096),
    "key-p256": p256,
    "key-p384": p384,
}
