"""What others send: whatever is wrong with it is a sentence, and never the end of a run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sectigo_f5.errors import ConnectorError
from sectigo_f5.printable import one_line

LONGEST = 200  # characters of a cause
PANIC = "pyo3_runtime"  # the module of what a Python package in Rust raises where it gives up; no Exception


class NonsenseError(ConnectorError):
    """It cannot be what it is said to be; the text says why."""


@contextlib.contextmanager
def reading(problem: str) -> Iterator[None]:
    """Read in the block, and only read, what somebody else sent: anything that it raises is a :class:`NonsenseError`.

    No list of errors would be complete: for odd bytes ``cryptography`` raises a dozen kinds, and ``datetime``,
    ``int`` and ``json`` their own (OverflowError, RecursionError).
    """
    try:
        yield
    except ConnectorError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__module__ != PANIC:
            raise
        cause = ": ".join(filter(None, (type(error).__name__, one_line(str(error), LONGEST))))
        raise NonsenseError(f"{problem} ({cause})") from error
