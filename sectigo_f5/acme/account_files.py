"""The files in which Certbot keeps an account: whether it can use them, and out of its way if it cannot.

There are three in ``HOST:PORT/PATH/ID``. A power cut or a full disk may leave one of them cut short or missing: then
Certbot fails in every run, or registers another account without a word.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import REMEDY
from sectigo_f5.timestamps import to_stamp
from sectigo_f5.untrusted import NonsenseError, reading

logger = logging.getLogger(__name__)

CURVES: Mapping[str, type[ec.EllipticCurve]] = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}


def account_folders(accounts: Path, server: str) -> list[Path]:
    """Return the folders of the accounts at one server: usually one, none before registration.

    Raises :class:`ConnectorError` if that cannot be read.
    """
    address = urlsplit(server)
    folder = accounts / f"{address.netloc}{address.path}"
    try:
        return sorted(found for found in folder.iterdir() if any((found / name).exists() for name in PARTS))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise ConnectorError(f"{error.filename} cannot be read ({error.strerror}); {REMEDY}") from error


def fault(folder: Path) -> str | None:
    """Return what is wrong with an account's files, or None if Certbot can use them.

    Raises :class:`ConnectorError` if one is there and cannot be read: it may well be whole.
    """
    for name, check in PARTS.items():
        try:
            content = (folder / name).read_bytes()
        except FileNotFoundError:
            return f"the account's file {folder / name} is missing"
        except OSError as error:
            raise ConnectorError(f"{folder / name} cannot be read ({error.strerror}); {REMEDY}") from error
        damaged = f"the account's file {folder / name} is cut short or damaged"
        try:
            with reading(damaged):
                check(json.loads(content))
        except NonsenseError:
            return damaged
    return None


def move_aside(folder: Path, accounts: Path, now: datetime) -> Path:
    """Put a broken account where Certbot does not look, and return where; raises :class:`ConnectorError`."""
    aside = accounts / f"{folder.name}.broken-{to_stamp(now)}"
    try:
        folder.rename(aside)
    except OSError as error:
        raise ConnectorError(f"{folder} cannot be renamed ({error.strerror}); {REMEDY}") from error
    logger.warning("the account is moved to %s, and another one registered", aside)
    return aside


def _check_key(found: Any) -> None:
    """Check that the numbers (RFC 7518 section 6) make a private key; raises :class:`ValueError` or the like."""
    if found["kty"] == "EC":
        point = ec.EllipticCurvePublicNumbers(_number(found["x"]), _number(found["y"]), CURVES[found["crv"]]())
        ec.EllipticCurvePrivateNumbers(_number(found["d"]), point).private_key()
        return
    n, e, d, p, q = (_number(found[name]) for name in "nedpq")
    if n != p * q or d * e % (p - 1) != 1 or d * e % (q - 1) != 1:  # RFC 8017 section 3.2
        raise ValueError("not an RSA key")


def _check_about(found: Any) -> None:
    datetime.strptime(found["creation_dt"][:19], "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007  # the zone is of no interest
    _must_be(found["creation_host"], str)


def _check_registration(found: Any) -> None:
    _must_be(found["body"], dict)
    _must_be(found["uri"], str)


PARTS: Mapping[str, Callable[[Any], None]] = {
    "private_key.json": _check_key,
    "meta.json": _check_about,
    "regr.json": _check_registration,
}


def _number(text: str) -> int:
    return int.from_bytes(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True), "big")


def _must_be(value: object, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is not a {kind.__name__}")
