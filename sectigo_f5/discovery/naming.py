"""The names and keys of certificates in service, as far as the program can order them again; pure."""

from __future__ import annotations

from collections.abc import Iterable

from sectigo_f5.configuration.certificate_readers import DEFAULT_SIZE, KEY_SIZES
from sectigo_f5.configuration.checks import certificate_name_fault
from sectigo_f5.decision.takeover import is_of_this_program
from sectigo_f5.device_objects import CertificateObject, ClientSslProfile
from sectigo_f5.model import KeySpec, base_of
from sectigo_f5.profile_names import base_of_profile

LARGEST_RSA, LARGEST_CURVE = 4096, "secp384r1"


def names_served(certificates: Iterable[CertificateObject]) -> tuple[str, ...]:
    """Return the names for which clients accept certificates, hosts before wildcards."""
    names = {name for each in certificates for name in each.served_names()}
    return tuple(sorted(names, key=lambda name: (name.startswith("*"), name)))


def may_be_ordered(name: str) -> bool:
    """Tell whether the YAML takes a name: no address, for example."""
    return certificate_name_fault(name) is None


def common_name(profile: ClientSslProfile, certificates: tuple[CertificateObject, ...]) -> str | None:
    """Return what the certificates of a profile are called in the YAML; None if they have no name that it takes.

    That of our own profile follows from the profile's name.
    """
    names = list(filter(may_be_ordered, names_served(certificates)))
    if is_of_this_program(profile):
        base = base_of_profile(profile.path.rpartition("/")[2])
        names = [name for name in names if base_of(name) == base] + names
    else:
        held = [each.common_name for each in certificates if each.common_name]
        names = [name for name in held if name in names] + names
    return next(iter(names), None)


def keys(certificates: Iterable[CertificateObject]) -> tuple[KeySpec, ...]:
    """Return the keys to be made: one, or one RSA and one ECDSA, each the largest of its type."""
    found = {spec for each in certificates if (spec := key_like(each.key))}
    largest = {spec.type: spec for spec in sorted(found)}
    return tuple(largest[kind] for kind in KEY_SIZES if kind in largest) or (KeySpec("rsa", DEFAULT_SIZE["rsa"]),)


def key_like(key: KeySpec | None) -> KeySpec | None:
    """Return the key that the program would make in place of another; None if there is none of its type."""
    if key is None or key.type not in KEY_SIZES:
        return None
    if key.size in KEY_SIZES[key.type]:
        return key
    if key.type == "rsa" and key.size.isdecimal():
        sizes = [size for size in KEY_SIZES["rsa"] if int(size) >= int(key.size)]
        return KeySpec("rsa", next(iter(sizes), str(LARGEST_RSA)))
    return KeySpec("ecdsa", LARGEST_CURVE) if key.type == "ecdsa" else KeySpec("rsa", DEFAULT_SIZE["rsa"])
