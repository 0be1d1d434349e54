"""The one root exception: every failure of an operator, a device or a CA that we foresee.

Its text is one line, without secrets, that says what to do about it. It is caught in one place per
certificate (:mod:`sectigo_f5.workflow`) and one place per run (:mod:`sectigo_f5.dispatch`). Any
other exception is a bug and ends in exit code 3.
"""

import re

from sectigo_f5.printable import one_line
from sectigo_f5.secret import mask


class ConnectorError(Exception):
    """Something that an operator can fix; the text says what and how."""

    def __init__(self, text: str) -> None:
        super().__init__(one_line(mask(text)))


class ConfigurationError(ConnectorError):
    """A mistake in a file or on the command line: exit code 2 instead of 1."""


class NotTakenBackError(ConnectorError):
    """A change was made that clients must not see, and it could not be taken back: nothing more is tried."""


class PendingOrderError(ConnectorError):
    """The CA has the order and has not decided: no failure, and a later run collects the certificate."""


class InterruptedRunError(BaseException):
    """A signal asked the run to stop (SIGTERM, SIGINT): what is not in service yet is undone, and the run ends.

    Like :class:`KeyboardInterrupt` it is not an :class:`Exception`: any line may raise it, and neither
    ``logging``, which swallows errors while it writes, nor a clean-up that only warns of failures may
    mistake it for an error of its own.
    """


def cause(error: BaseException) -> str:
    """Return the innermost cause of a failed request in a few words; the outer ones repeat URL and objects.

    An error that is raised again while its own consequence is handled makes the chain a ring.
    """
    visited: list[BaseException] = []
    while (inner := error.__cause__ or error.__context__) and inner not in visited:
        visited.append(error)
        error = inner
    text = re.sub(r"\s*\(_ssl\.c:\d+\)|\[[A-Z_:\s]+\]\s*|\[Errno -?\d+\]\s*|<[^<>]*>:?\s*", "", str(error)).strip()
    return text or type(error).__name__
