"""From iControl REST's JSON to values, tolerant of what differs between releases; no I/O.

"Unset" is the word ``none`` or a missing property; sizes are numbers or strings; lists are
missing when empty; names carry their partition or do not (TMOS 13 to 17).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from sectigo_f5.decision.protection import SETTINGS
from sectigo_f5.device_objects import CertificateObject, ClientSslProfile, Entry, KeyObject
from sectigo_f5.model import KeySpec

Json = Mapping[str, Any]

# What a client SSL profile asks of its clients: an operator who set these wants them kept.
CLIENT_SETTINGS = ("ciphers", "cipherGroup", *(setting.name for setting in SETTINGS))

# What is read of objects besides their names: the connector asks for no other properties, for there may be thousands.
OF_PROFILES = (
    *("defaultsFrom", "serverName", "sniDefault", "sniRequire", "certKeyChain", "inheritCertkeychain", "appService"),
    *CLIENT_SETTINGS,
)
OF_KEYS = ("securityType", "keyType", "keySize", "curveName", "passphrase")
OF_CERTIFICATES = (
    *("subject", "issuer", "subjectAlternativeName", "serialNumber", "checksum", "createTime"),
    *("expirationDate", "expirationString", "keyType", "certificateKeySize", "certificateKeyCurveName"),
    *("certValidationOptions", "issuerCert"),
)
OF_VIRTUAL_SERVERS = (
    *("destination", "mask", "source", "ipProtocol", "disabled", "rules", "appService"),
    *("trafficMatchingCriteria", "trafficMatchingCriteriaReference", "profilesReference", "policiesReference"),
)
NAMES_ALONE = ("fullPath",)

# Bytes of names from which a list is taken for cut off: the device stores 4095 (F5 Bug ID 891565), and may show a
# few less, if it drops what is left of a separator or of a character.
CUT_OFF = 4090

CIPHERTEXT = "$M$"  # how a text begins that is encrypted under the device's master key (F5 AS3)

# BIG-IP calls the NIST curves by their X9.62 names where OpenSSL does.
_CURVES = {"prime256v1": "secp256r1", "256": "secp256r1", "384": "secp384r1", "521": "secp521r1"}


def text(item: Json, name: str) -> str | None:
    """Return a property's text; None for missing, empty and ``none``."""
    value = item.get(name)
    return str(value) if value not in (None, "", "none") else None


def ciphertext(item: Json) -> str | None:
    """Return the device's own form of a passphrase; None for a mask, such as asterisks, which opens nothing."""
    shown = text(item, "passphrase")
    return shown if shown and shown.startswith(CIPHERTEXT) else None


def flag(item: Json, name: str) -> bool:
    """Return a property that is true as JSON ``true`` or as one of the device's words for it."""
    return str(item.get(name)).lower() in ("true", "yes", "enabled")


def statistics(item: Json) -> Iterator[dict[str, str]]:
    """Yield the entries of a statistics answer, each with the texts that it holds by name."""
    for outer in _object(item, "entries").values():
        inner = _object(_object(outer, "nestedStats"), "entries")
        described = {name: value for name, value in inner.items() if isinstance(value, dict) and "description" in value}
        yield {name: str(value["description"]) for name, value in described.items()}


def _object(item: object, name: str) -> Json:
    """Return an object within another; an empty one if either is something else."""
    found = item.get(name) if isinstance(item, dict) else None
    return found if isinstance(found, dict) else {}


def full_path(item: Json) -> str:
    """Return an object's full path; crypto objects have it in ``name``, others in ``fullPath``."""
    path = str(item.get("fullPath") or item.get("name") or "")
    if path.startswith("/"):
        return path
    folder = (str(item.get("partition") or "Common"), str(item.get("subPath") or ""))
    return "/".join(["", *filter(None, folder), path])


def certificate_object(item: Json) -> CertificateObject:
    """Read a ``sys file ssl-cert`` object."""
    alternative, serial = text(item, "subjectAlternativeName") or "", text(item, "serialNumber")
    cut = len(alternative.encode()) >= CUT_OFF
    common_name = re.search(r"(?:^|[,/]\s*)CN\s*=\s*([^,/]+)", text(item, "subject") or "")
    return CertificateObject(
        path=full_path(item),
        checksum=text(item, "checksum"),
        names=alternative_names(alternative.rpartition(",")[0] if cut else alternative) if alternative else None,
        common_name=common_name[1].strip().lower() if common_name else None,
        not_after=certificate_end(item),
        created_at=_moment(text(item, "createTime"), "%Y-%m-%dT%H:%M:%SZ"),
        key=_key_spec(text(item, "keyType"), item.get("certificateKeySize"), text(item, "certificateKeyCurveName")),
        serial=serial_number(serial) if serial else None,
        issuer=text(item, "issuer"),
        cut=cut,
        validation=tuple(word for word in _words(item.get("certValidationOptions") or "").split() if word != "none"),
        issuer_certificate=text(item, "issuerCert"),
    )


def key_object(item: Json) -> KeyObject:
    """Read a ``sys file ssl-key`` object."""
    return KeyObject(
        path=full_path(item),
        security_type=text(item, "securityType") or "normal",
        spec=_key_spec(text(item, "keyType"), item.get("keySize"), text(item, "curveName")),
        ciphertext=ciphertext(item),
    )


def client_ssl_profile(item: Json) -> ClientSslProfile:
    """Read a client SSL profile; the entries of one that inherits them are its parent's."""
    return ClientSslProfile(
        path=full_path(item),
        parent=text(item, "defaultsFrom"),
        server_name=text(item, "serverName"),
        sni_default=flag(item, "sniDefault"),
        sni_require=flag(item, "sniRequire"),
        entries=_entries(item),
        app_service=text(item, "appService"),
        client_settings={name: _words(item[name]) for name in CLIENT_SETTINGS if name in item},
        inherits_pair=flag(item, "inheritCertkeychain"),
    )


def release(answer: Json) -> str | None:
    """Return the release as the links of an answer tell it (``?ver=16.1.4``), as f5-sdk and F5 Ansible do."""
    found = re.search(r"[?&]ver=([0-9][0-9.]*)", str(answer.get("selfLink")))
    return found[1] if found else None


def major_release(release: str) -> int | None:
    """Return the first number of a TMOS release, as in ``16.1.4``; None if there is none."""
    first = release.partition(".")[0]
    return int(first) if re.fullmatch("[0-9]{1,9}", first) else None


def alternative_names(text: str) -> frozenset[str]:
    """Read ``DNS:a, DNS:b, IP Address:192.0.2.1`` into a set of lower-case names."""
    parts = (part.strip().partition(":") for part in text.split(","))
    return frozenset(value.strip().lower() for _, _, value in parts if value.strip())


def serial_number(text: str) -> str:
    """Normalize a serial number: small ones are decimal, long ones colon-separated hexadecimal.

    Digits alone are decimal at any length: a hexadecimal serial of 16 bytes without a letter is one in three million.
    """
    written = text.strip().lower()
    try:
        return f"{int(written) if written.isdigit() else int(written.replace(':', ''), 16):x}"
    except ValueError:
        return written


def _words(value: object) -> str:
    """Return a setting as sorted words: a list on one release is ``{ a b }`` on another."""
    listed = value if isinstance(value, list) else str(value).strip("{} ").split()
    return " ".join(sorted(map(str, listed)))


def _entries(item: Json) -> tuple[Entry, ...]:
    listed = item.get("certKeyChain") or []
    if isinstance(listed, dict):  # the form in which certbot-bigip writes it
        listed = [{"name": name, **entry} for name, entry in listed.items()]
    return tuple(
        Entry(
            name=str(item.get("name", "")),
            certificate=text(item, "cert"),
            key=text(item, "key"),
            chain=text(item, "chain"),
            ciphertext=ciphertext(item),
        )
        for item in listed
    )


def _key_spec(kind: str | None, size: object, curve: str | None) -> KeySpec | None:
    if kind is None:
        return None
    if kind.startswith("rsa"):
        return KeySpec("rsa", str(size)) if size else None
    if kind.startswith("ec"):
        named = curve or (str(size) if size else None)
        return KeySpec("ecdsa", _CURVES.get(named, named)) if named else None
    return KeySpec(kind.partition("-")[0], str(size))


def certificate_end(item: Json) -> datetime | None:
    """Return the end of a certificate, or None if it cannot be read: one odd object must not hide the others."""
    try:
        return datetime.fromtimestamp(int(item.get("expirationDate") or ""), timezone.utc)
    except (TypeError, ValueError, OverflowError, OSError):
        return _moment(text(item, "expirationString"), "%b %d %H:%M:%S %Y GMT")


def _moment(written: str | None, form: str) -> datetime | None:
    try:
        return datetime.strptime(written or "", form).replace(tzinfo=timezone.utc)
    except ValueError:
        return None
