"""What running Tcl scripts share: their variables, the commands of their host, and their errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


class TclError(Exception):
    """An error of the script itself: on a BIG-IP it resets the connection."""


class UnsupportedTclError(Exception):
    """The script may be correct, but it uses something that is not simulated."""


class Return(Exception):  # noqa: N818  the script's `return`, not an error
    """Carry the value of ``return`` to the caller that runs the script."""


@dataclass
class Scope:
    """What a running script can see: its variables, and the commands of its host."""

    commands: dict[str, Callable[[Sequence[str]], str]]
    variables: dict[str, str] = field(default_factory=dict)

    def call(self, words: Sequence[str]) -> str:
        """Run one command of the host; raises :class:`UnsupportedTclError` for an unknown one."""
        command = self.commands.get(words[0])
        if command is None:
            raise UnsupportedTclError(f"the command {words[0]} is not simulated")
        return command(words[1:])

    def read(self, name: str) -> str:
        """Return a variable's value, or raise Tcl's own error."""
        if name not in self.variables:
            raise TclError(f'can\'t read "{name}": no such variable')
        return self.variables[name]


Thunk = Callable[[Scope], str]
