"""A secret is a type and a block: it shows as ``***``, and its life is a ``with`` that you can see.

While one is alive, :func:`mask` knows it, whoever made it: a library's exception may quote what it was given.
"""

from __future__ import annotations

import contextlib
import html
import re
import secrets
import string
from collections.abc import Callable, Iterable, Iterator
from typing import NoReturn
from weakref import WeakValueDictionary

PASSPHRASE_LENGTH = 40  # characters; 62 ** 40 possibilities are 238 bits
SHORTEST = 6  # characters of what is masked wherever it stands: a shorter one would tear words apart

_ESCAPED = re.compile(r"[\\%&+]")  # what a text contains in which a secret is written in another way

_WORDS = re.compile(r"[A-Za-z0-9]+")
_SLASHES = r"\\{0,8}"  # before a character that was escaped, perhaps several times; few, since time is limited too


class Secret:
    """Text that no log line, exception or pickle can show by accident."""

    def __init__(self, text: str) -> None:
        self._bytes = bytearray(text.encode())
        _alive[id(self)] = self

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


def random_passphrase(choice: Callable[[str], str] = secrets.choice) -> Secret:
    """Return a new passphrase: letters and digits only, for it has to survive JSON, OpenSSL and a shell unquoted."""
    alphabet = string.ascii_letters + string.digits
    return Secret("".join(choice(alphabet) for _ in range(PASSPHRASE_LENGTH)))


@contextlib.contextmanager
def one_time_passphrase(choice: Callable[[str], str] = secrets.choice) -> Iterator[Secret]:
    """Generate the passphrase of one private key, and forget it when the block ends.

    An exception outlives it, and is logged when :func:`mask` knows it no more: one that quotes it is replaced here.
    """
    passphrase = random_passphrase(choice)
    try:
        yield passphrase
    except Exception as error:
        clean = without_secrets(error)
        if clean is error:
            raise
        raise clean from clean.__cause__ or clean.__context__
    finally:
        passphrase.forget()


class QuotedSecretError(Exception):
    """Stands for an exception whose text quoted a secret: a bug."""


def without_secrets(error: BaseException, visited: tuple[BaseException, ...] = ()) -> BaseException:
    """Return an exception, or what stands for it, of which neither its text nor that of one behind it has a secret."""
    suppressed, visited = error.__suppress_context__, (*visited, error)
    for link in ("__cause__", "__context__"):
        behind = getattr(error, link)
        if behind is not None and behind not in visited:
            setattr(error, link, without_secrets(behind, visited))
    text = str(error)
    clean = error if mask(text) == text else QuotedSecretError(f"{type(error).__name__}: {mask(text)}")
    clean.__cause__, clean.__context__, clean.__traceback__ = error.__cause__, error.__context__, error.__traceback__
    clean.__suppress_context__ = suppressed
    return clean


_alive: WeakValueDictionary[int, Secret] = WeakValueDictionary()  # holds none of them alive


def mask(text: str, known: Iterable[Secret] = ()) -> str:
    """Replace by ``***`` every secret that is alive, and those that are ``known`` although they are short.

    Longest first, in clear or as JSON, Python, a URL or HTML write it, and as JSON or Python write that again. Not
    found: one that is in base64, or cut.
    """
    everywhere = (secret.reveal() for ref in _alive.valuerefs() if (secret := ref()))
    found = {clear for clear in everywhere if len(clear) >= SHORTEST} | {secret.reveal() for secret in known}
    found.discard("")  # forgotten by another thread
    escaped = bool(_ESCAPED.search(text))
    for clear in sorted(found, key=len, reverse=True):
        text = text.replace(clear, "***")
        if escaped and not (clear.isalnum() and clear.isascii()) and _longest_word(clear) in text:
            text = re.sub("".join(map(_spellings, clear)), "***", text)
    return text


def _longest_word(clear: str) -> str:
    """Return what nobody escapes of a secret: without that a text does not hold it, and a pattern takes its time."""
    return max(_WORDS.findall(clear), key=len, default="")


def _spellings(character: str) -> str:
    """Return the regular expression of a character, as it may be written."""
    if character.isalnum() and character.isascii():
        return character
    octets = [f"{octet:02x}" for octet in character.encode()]
    plain = [re.escape(character), re.escape(html.escape(character)), *([r"\+"] if character == " " else [])]
    numbers = [f"u{ord(character):04x}", f"x{ord(character):02x}", f"{_SLASHES}x".join(["", *octets])[len(_SLASHES) :]]
    escaped = "|".join(_SLASHES + number for number in numbers)
    percent = "".join(f"%(?:25){{0,4}}{octet}" for octet in octets)
    return rf"(?i:{_SLASHES}(?:{'|'.join(plain)})|{percent}|{escaped})"
