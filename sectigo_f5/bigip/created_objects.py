"""What a run creates on a BIG-IP: deleted again unless it is kept; temporary things always."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sectigo_f5 import recording
from sectigo_f5.icontrol.shell import quietly
from sectigo_f5.recording import Ending, What


@dataclass(frozen=True)
class CreatedObjects:
    """Two lists of things to clean up, the last one first; what cannot be deleted is a warning."""

    on_failure: contextlib.ExitStack
    always: contextlib.ExitStack

    def undo(self, what: str, delete: Callable[..., object], *arguments: object) -> None:
        """Have ``delete`` called at the end unless :meth:`keep` was."""
        self.on_failure.callback(_undo, what, delete, *arguments)

    def keep(self) -> None:
        """Keep what was created: it is in service."""
        self.on_failure.pop_all()


def _undo(what: str, delete: Callable[..., object], *arguments: object) -> None:
    with recording.change(What.DELETED, [what.rpartition(" ")[2]]) as undone:
        undone.reason = "a run has made it that could not use it"
        if not quietly(what, delete, *arguments):
            undone.ending = Ending.UNKNOWN


@contextlib.contextmanager
def created_objects() -> Iterator[CreatedObjects]:
    """Clean up when the block ends, however it ends: temporary things first, then what is not kept."""
    with contextlib.ExitStack() as on_failure, contextlib.ExitStack() as always:
        yield CreatedObjects(on_failure, always)
