"""A secret is a type and a block: it shows as ``***``, and its life is a ``with`` that you can see."""

from __future__ import annotations

import contextlib
import secrets
import string
from collections.abc import Callable, Iterable, Iterator
from typing import NoReturn

PASSPHRASE_LENGTH = 40  # characters; 62 ** 40 possibilities are 238 bits


class Secret:
    """Text that no log line, exception or pickle can show by accident."""

    def __init__(self, text: str) -> None:
        self._bytes = bytearray(text.encode())

    def reveal(self) -> str:
        """Return the clear text: call it only in the expression that needs it."""
        return self._bytes.decode()

    def forget(self) -> None:
        """Overwrite our copy; copies made by ``reveal()`` die with their expression."""
        self._bytes[:] = bytes(len(self._bytes))
        self._bytes.clear()

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._bytes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and secrets.compare_digest(self._bytes, other._bytes)

    __hash__ = None  # type: ignore[assignment]  # a secret is not a dictionary key

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never serialised")


@contextlib.contextmanager
def one_time_passphrase(choice: Callable[[str], str] = secrets.choice) -> Iterator[Secret]:
    """Generate the passphrase of one private key, and forget it when the block ends.

    Letters and digits only: it has to survive JSON, OpenSSL and a shell unquoted.
    """
    alphabet = string.ascii_letters + string.digits
    passphrase = Secret("".join(choice(alphabet) for _ in range(PASSPHRASE_LENGTH)))
    try:
        yield passphrase
    finally:
        passphrase.forget()


def mask(text: str, known: Iterable[Secret]) -> str:
    """Replace every known secret in ``text``, longest first, by ``***``."""
    for clear in sorted((s.reveal() for s in known if s), key=len, reverse=True):
        text = text.replace(clear, "***")
    return text
