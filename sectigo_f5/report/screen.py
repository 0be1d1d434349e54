"""The last lines of a terminal, drawn over and over, while the log scrolls above them.

rich renders them. Its Live is not used: it would render them once more for every line of the log, and it hides the
cursor, which would be hidden still after a run that is killed, or stopped by Ctrl-Z.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from sectigo_f5.report.board import AT_WORK, Line

USUAL_SIZE = (80, 24)  # columns and lines, of a terminal that does not tell
ERASED, UP_AND_ERASED = "\r\x1b[2K", "\x1b[1A\x1b[2K"  # the line of the cursor; the one above it


class Screen:
    """What is drawn at the end of a terminal; any thread may call any method. Raises ``OSError`` if it is gone."""

    def __init__(
        self,
        stream: TextIO,
        environment: Mapping[str, str] = os.environ,
        size: Callable[[TextIO], tuple[int, int]] | None = None,
    ) -> None:
        self._stream = stream
        self._size = size or size_of
        self._lock = threading.Lock()
        self._drawn = ""
        self._console = Console(
            file=stream,
            force_terminal=True,
            force_jupyter=False,
            no_color=bool(environment.get("NO_COLOR")),  # https://no-color.org
            _environ=environment,
        )

    @property
    def room(self) -> int:
        """How many lines may be drawn: half of them all, the rest is for the log."""
        return max(1, self._size(self._stream)[1] // 2)

    def draw(self, lines: Sequence[Line], last: Sequence[str], clean: Callable[[str], str]) -> None:
        """Draw lines in place of those drawn before; nothing while the terminal is another program's.

        ``clean`` makes a text fit to be shown.
        """
        rendered = self._rendered(lines, last, clean) if is_ours(self._stream) else ""
        with self._lock:
            if rendered != self._drawn:
                self._write(self._erased() + rendered)
                self._drawn = rendered

    def write_above(self, text: str) -> None:
        """Write whole lines of the log above what is drawn."""
        with self._lock:
            erased = self._erased()
            self._drawn = self._drawn if erased else ""
            self._write(erased + text + self._drawn)

    def clear(self) -> None:
        """Leave the terminal as if nothing had been drawn."""
        with self._lock:
            erased, self._drawn = self._erased(), ""
            self._write(erased)

    def _erased(self) -> str:
        if not self._drawn or not is_ours(self._stream):
            return ""
        return ERASED + UP_AND_ERASED * self._drawn.count("\n")

    def _write(self, text: str) -> None:
        if text:
            self._stream.write(text)
            self._stream.flush()

    def _rendered(self, lines: Sequence[Line], last: Sequence[str], clean: Callable[[str], str]) -> str:
        width = max(self._size(self._stream)[0] - 1, 1)  # terminals differ about the cursor after a full line
        names = [Text(clean(line.name), "bold") if line.of_device else Text(f"  {clean(line.name)}") for line in lines]
        column = min(max((name.cell_len for name in names), default=0), width // 2)
        rows = list[Text]()
        for name, line in zip(names, lines, strict=True):
            name.truncate(column, overflow="ellipsis", pad=True)
            rows.append(Text.assemble(name, "  ", (clean(line.text), "" if line.kind is AT_WORK else "red")))
        rows += [Text(clean(text), "bold") for text in last]
        for row in rows:
            row.truncate(width, overflow="ellipsis")
        with self._console.capture() as captured:
            self._console.print(*rows, sep="\n", soft_wrap=True)
        text = captured.get().rstrip("\n")
        encoding = self._stream.encoding or "utf-8"
        return text.encode(encoding, "replace").decode(encoding)  # an escaped character would need more room


def size_of(stream: TextIO) -> tuple[int, int]:
    """Return the columns and lines of a terminal."""
    try:
        width, height = os.get_terminal_size(stream.fileno())
    except OSError:
        return USUAL_SIZE
    return width or USUAL_SIZE[0], height or USUAL_SIZE[1]


def is_ours(stream: TextIO) -> bool:
    """Tell whether what stands at the end of a terminal is ours: after ``bg`` it is the shell's."""
    try:
        return os.tcgetpgrp(stream.fileno()) == os.getpgrp()
    except OSError:  # not the terminal that controls us, so no shell's either
        return True
