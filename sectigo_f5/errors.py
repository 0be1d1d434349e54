"""The one root exception: every mistake of an operator, a device or a CA that we foresee.

Its text is one line that ends with what to do about it, and it is caught in one place per
certificate (:mod:`sectigo_f5.workflow`) and one place per run (:mod:`sectigo_f5.cli`). Any
other exception is a bug and ends in exit code 3.
"""


class ConnectorError(Exception):
    """Something that an operator can put right; the text says what and how."""

    def __init__(self, text: str) -> None:
        super().__init__(" ".join(text.split()))


class ConfigurationError(ConnectorError):
    """A mistake in a file or on the command line: exit code 2 instead of 1."""


class InterruptedRunError(BaseException):
    """The run was told to stop (SIGTERM, SIGINT): what is not in service yet is undone, and it ends.

    Like :class:`KeyboardInterrupt` it is no :class:`Exception`: it comes out of any line, and neither
    ``logging``, which swallows what goes wrong while it writes, nor a clean-up that only warns of
    failures may take it for one of its own.
    """
