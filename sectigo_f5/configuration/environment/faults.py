"""Checks of the values of variables: each returns what is wrong and what would be right, or None."""

from __future__ import annotations

import re

from sectigo_f5.configuration.findings import quote

LONGEST = 7 * 24 * 60  # minutes


def broken_key_fault(text: str) -> str | None:
    """Check that an HMAC key is in one piece."""
    if re.search(r"\s", text):
        return "contains a space or a line break; write the HMAC key in one piece"
    return None


def hmac_key_fault(text: str) -> str | None:
    """Check for base64url (RFC 8555 section 7.3.4); Certbot's decoder would skip other characters."""
    bare = text.rstrip("=")
    if re.fullmatch("[A-Za-z0-9_-]+", bare) and len(bare) % 4 != 1:
        return None
    if re.fullmatch("[A-Za-z0-9+/]+", bare) and set(bare) & set("+/"):
        remedy = "but base64: write - for each + and _ for each /"
    else:
        remedy = "or a part is missing: copy the HMAC key again from the ACME account in SCM"
    return f"is not base64url (letters, digits, - and _), {remedy}"


def path_fault(text: str) -> str | None:
    """Check that a path can be one, and is meant as it is written."""
    if not text.isprintable():
        return f"{quote(text)} contains a control character or is not UTF-8; write a path without"
    if text.startswith("~"):
        return f"{quote(text)} is used literally, and only a shell expands ~; write the full path"
    return None


def minutes_fault(text: str) -> str | None:
    """Check for whole minutes, a week at most."""
    if re.fullmatch("[0-9]{1,5}", text) and 1 <= int(text) <= LONGEST:
        return None
    return f"{quote(text)} is not possible; write whole minutes, 1 to {LONGEST}: 360 are six hours"


def email_fault(text: str) -> str | None:
    """Check for an address that a CA can write to."""
    if re.fullmatch(r"[A-Za-z0-9.!$%&*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", text):
        return None
    return f"{quote(text)} is not an e-mail address; write one like pki@example.com"
