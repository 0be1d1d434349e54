"""Secrets that occur nowhere else, and the search for them in whatever bytes a run leaves."""

from __future__ import annotations

import base64
import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass, field

PIECE = 12  # characters or bytes of a secret that are enough to recognise it: one may be cut, or torn by escapes


def unique(length: int = 24) -> str:
    """Return letters and digits that occur nowhere else."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


def forms(secret: bytes) -> Iterator[bytes]:
    """Yield a secret as it may be written: plain, in hexadecimal digits, and in both kinds of base64 at any place."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for before in range(3):  # bytes that stand before it in what is encoded
        whole = b"\0" * before + secret
        first, last = -(-before * 8 // 6), len(whole) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(whole)[first:last]


def pieces(secret: bytes) -> tuple[bytes, ...]:
    """Return its beginning and its end; what JSON, a URL, HTML or ``repr`` escapes of it is between them."""
    return (secret[:PIECE], secret[-PIECE:]) if len(secret) > PIECE else (secret,)


@dataclass
class Canaries:
    """What must not be found, by name; a name may have several, as each run has tokens of its own."""

    known: dict[str, dict[str, frozenset[bytes]]] = field(default_factory=dict)

    def add(self, name: str, text: str, of_bytes: bool = False) -> str:
        """Add a secret, and return it; ``of_bytes``: it is the base64url of what must not be found either."""
        if text not in self.known.setdefault(name, {}):
            decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) if of_bytes else b""
            parts = (*pieces(text.encode()), *filter(None, pieces(decoded)))
            self.known[name][text] = frozenset(form for part in parts for form in forms(part))
        return text

    def forget(self, *names: str) -> None:
        """Forget the secrets of some names, but not the names."""
        self.known.update({name: {} for name in names})

    def of(self, name: str) -> list[str]:
        """Return the secrets of a name."""
        return list(self.known.get(name, {}))

    def texts_but(self, *names: str) -> list[str]:
        """Return all but those of some names."""
        return [text for name, texts in self.known.items() if name not in names for text in texts]

    def found_in(self, content: str | bytes) -> set[str]:
        """Return the names of what is in there."""
        data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        forms_of = {name: [form for of_one in texts.values() for form in of_one] for name, texts in self.known.items()}
        return {name for name, written in forms_of.items() if any(form in data for form in written)}
