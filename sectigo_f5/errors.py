"""The one root exception: every mistake of an operator, a device or a CA that we foresee.

Its text is one line that ends with what to do about it, and it is caught in one place per
certificate (:mod:`sectigo_f5.workflow`) and one place per run (:mod:`sectigo_f5.cli`). Any
other exception is a bug and ends in exit code 3.
"""

import re


class ConnectorError(Exception):
    """Something that an operator can put right; the text says what and how."""

    def __init__(self, text: str) -> None:
        line = " ".join(text.split())
        super().__init__("".join(sign for sign in line if sign.isprintable()))  # a device or CA may say anything


class ConfigurationError(ConnectorError):
    """A mistake in a file or on the command line: exit code 2 instead of 1."""


class InterruptedRunError(BaseException):
    """The run was told to stop (SIGTERM, SIGINT): what is not in service yet is undone, and it ends.

    Like :class:`KeyboardInterrupt` it is no :class:`Exception`: it comes out of any line, and neither
    ``logging``, which swallows what goes wrong while it writes, nor a clean-up that only warns of
    failures may take it for one of its own.
    """


def cause(error: BaseException) -> str:
    """Return the innermost cause of a failed request in a few words; the outer ones repeat URL and objects.

    An error that is raised again while its own consequence is handled makes the chain a ring.
    """
    seen: list[BaseException] = []
    while (inner := error.__cause__ or error.__context__) and inner not in seen:
        seen.append(error)
        error = inner
    text = re.sub(r"\s*\(_ssl\.c:\d+\)|\[[A-Z_:\s]+\]\s*|\[Errno -?\d+\]\s*|<[^<>]*>:?\s*", "", str(error)).strip()
    return text or type(error).__name__
