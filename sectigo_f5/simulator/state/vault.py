"""Secrets as the device keeps them: ``$M$`` texts under its master key, a different text each time.

Seen in answers of real devices: ``$M$``, two characters, ``$``, base64. F5's AS3 hands such texts
back as passphrases, so the device opens its own texts.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import string

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12  # bytes (NIST SP 800-38D)
_MARK = "$M$"


class Vault:
    """One master key; the units of an HA pair share it (AskF5 K9420)."""

    def __init__(self) -> None:
        self._cipher = AESGCM(AESGCM.generate_key(256))

    def seal(self, secret: str) -> str:
        """Return the secret as it is stored and shown."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, secret.encode(), None)
        salt = "".join(secrets.choice(string.ascii_letters) for _ in range(2))
        return f"{_MARK}{salt}${base64.b64encode(sealed).decode()}"

    def open(self, text: str) -> str | None:
        """Return the secret in a stored text, or None if the master key does not match."""
        try:
            sealed = base64.b64decode(text.removeprefix(_MARK).partition("$")[2], validate=True)
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None).decode()
        except (binascii.Error, InvalidTag, ValueError):
            return None

    def keep(self, passphrase: str) -> str:
        """Return what to store for a passphrase in a request: clear text is sealed, a ``$M$`` text stays as it is."""
        return passphrase if passphrase.startswith(_MARK) else self.seal(passphrase)
