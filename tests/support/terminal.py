"""A terminal in memory: what somebody would see on it, with what has scrolled away at the top."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

from rich.cells import cell_len

CONTROL = re.compile(r"\x1b\[(\d*)([A-Za-z])|(\r)|(\n)|(\x1b)|([^\x1b\r\n])")
XTERM: Mapping[str, str] = {"TERM": "xterm-256color"}


class Terminal(io.StringIO):
    """Lines of ``width`` columns; knows what the connector may use: CR, LF, colours, erase a line, one line up."""

    def __init__(self, width: int = 80, height: int = 24) -> None:
        super().__init__()
        self.width, self.height = width, height
        self.rows: list[list[str]] = [[]]
        self.row = self.column = 0
        self.colours: set[str] = set()
        self.broken = False

    def isatty(self) -> bool:
        return True

    def size(self, _: object) -> tuple[int, int]:
        return self.width, self.height

    def write(self, text: str) -> int:
        if self.broken:
            raise OSError(5, "Input/output error")
        for match in CONTROL.finditer(text):
            number, command, back, down, escape, character = match.groups()
            assert not escape, f"unknown: {text[match.start() : match.start() + 8]!r}"
            if command:
                self._obey(command, int(number or 0), match[0])
            elif back:
                self.column = 0
            elif down:
                self._move(self.row + 1)
            else:
                self._put(character)
        return super().write(text)

    def _obey(self, command: str, number: int, text: str) -> None:
        if command == "m":
            self.colours.add(text)
        elif command == "K":
            assert number == 2
            self.rows[self.row] = []
        else:
            assert (command, number) == ("A", 1), f"unknown: {text!r}"
            assert self.row > 0
            self.row -= 1

    def _put(self, character: str) -> None:
        columns = cell_len(character)
        if self.column + columns > self.width:
            self._move(self.row + 1)
        row = self.rows[self.row]
        row += " " * (self.column - len(row))
        row[self.column :] = [character, *[""] * (columns - 1)] if columns else []
        self.column += columns

    def _move(self, row: int) -> None:
        self.row, self.column = row, 0
        self.rows += [[] for _ in range(row + 1 - len(self.rows))]

    @property
    def seen(self) -> list[str]:
        """What stands there, without empty lines at the end."""
        lines = ["".join(row).rstrip() for row in self.rows]
        while lines and not lines[-1]:
            lines.pop()
        return lines
