"""Whether a text consists of words that tell nothing of whose BIG-IP it is."""

from __future__ import annotations

import re

from sectigo_f5.probe.harmless.vocabulary import WORDS

_ENDINGS = ("s", "es", "d", "ed", "ing", "ly", "'s")
_SHORTEST = 3  # letters that are left before one of them
_PARTS = re.compile(r"[Cc]3d|[A-Z]+[0-9]*(?![a-z])|[A-Z]?[a-z]+[0-9]*")  # of sniDefault, HTTPProfile, sha256, sslC3d
_TERM = re.compile(r"_{0,2}[A-Za-z][A-Za-z0-9]*(?:[-_/][A-Za-z0-9]+)*")
LONGEST = 60  # characters of a term


def is_word(text: str) -> bool:
    """Tell whether a text is one of the words, perhaps with a usual ending."""
    word = text.lower().replace("\u2019", "'")
    if word in WORDS:
        return True
    stems = (word[: -len(end)] for end in _ENDINGS if word.endswith(end))
    return any(stem in WORDS for stem in stems if len(stem) >= _SHORTEST)


def is_term(text: str) -> bool:
    """Tell whether a text is a word, or a name that consists of words: ``sniDefault``, ``cert-key-chain``.

    A number is part of a name only if it is part of one of the words: ``sha256`` is one, ``web01`` is a host.
    """
    if len(text) > LONGEST:
        return False
    return is_word(text) or (bool(_TERM.fullmatch(text)) and all(map(_is_known, re.split("[-_/]", text.strip("_")))))


def _is_known(name: str) -> bool:
    parts = _PARTS.findall(name)
    return is_word(name) or ("".join(parts) == name and all(map(is_word, parts)))
