"""A user name and a password, and how each is written."""

from __future__ import annotations

from dataclasses import dataclass

from sectigo_f5.acme.certbot_options import secret_fault
from sectigo_f5.configuration.setting_readers import RawSetting, text_of
from sectigo_f5.configuration.sources.permissions import warn_if_readable_by_others
from sectigo_f5.secret import Secret

KEYS = ("username", "password")


@dataclass(frozen=True)
class Credentials:
    """User name and password of a BIG-IP account."""

    username: str
    password: Secret


def username_text(raw: RawSetting) -> str:
    """Read the name of the BIG-IP account."""
    return _carriable(raw)


def password_text(raw: RawSetting) -> Secret:
    """Read a password; no message ever shows it."""
    return Secret(_carriable(raw, secret=True))


def inline_password(raw: RawSetting) -> Secret:
    """Read a password that is written in the configuration itself."""
    warn_if_readable_by_others(raw.findings, "a password")
    return password_text(raw)


def _carriable(raw: RawSetting, *, secret: bool = False) -> str:
    text = text_of(raw, secret=secret)
    if fault := secret_fault(text):
        raise raw.wrong(fault)
    return text
