"""Text from outside as one printable line: what devices, CAs, peers and hooks say goes to terminals, logs and pages."""

from __future__ import annotations

LONGEST = 8000  # characters: room for a hundred names twice, and the remedy after them
CUT = "…"


def one_line(text: str, longest: int = LONGEST) -> str:
    """Return a text as one line of at most ``longest`` characters, with nothing that a terminal would obey.

    White space, line breaks among it, is one space. Control characters (ESC and those of C1 too), marks that reverse
    the direction of writing, and halves of characters are left out.
    """
    line = " ".join(filter(None, map(printable, text.split())))
    return line if len(line) <= longest else line[: longest - len(CUT)] + CUT


def printable(text: str) -> str:
    """Return what of a text can be printed; its spaces stay."""
    return text if text.isprintable() else "".join(character for character in text if character.isprintable())
