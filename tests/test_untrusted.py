"""Whatever reading raises is a sentence; what ends a run from outside still ends it."""

from __future__ import annotations

import pytest
from cryptography import x509

from sectigo_f5.errors import ConnectorError, InterruptedRunError
from sectigo_f5.untrusted import NonsenseError, reading


class PanicException(BaseException):
    """What a library in Rust raises where it gives up."""


PanicException.__module__ = "pyo3_runtime"


@pytest.mark.parametrize(
    "error",
    [
        KeyError("x"),
        OverflowError("date value out of range"),
        x509.DuplicateExtension("Duplicate 1.2.3 extension found", x509.ObjectIdentifier("1.2.3")),
        x509.InvalidVersion("9 is not a valid version", 9),
        RecursionError(),
        MemoryError(),
        PanicException("unreachable"),
    ],
)
def test_whatever_is_raised_becomes_a_sentence(error: BaseException) -> None:
    with (
        pytest.raises(NonsenseError, match=rf"the CRL cannot be read \({type(error).__name__}") as caught,
        reading("the CRL cannot be read"),
    ):
        raise error
    assert caught.value.__cause__ is error


def test_a_cause_is_cut() -> None:
    with pytest.raises(NonsenseError) as caught, reading("it cannot be read"):
        raise ValueError("x\n" * 1000)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("error", [InterruptedRunError(), KeyboardInterrupt(), SystemExit(), ConnectorError("no")])
def test_what_ends_a_run_passes(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, reading("it cannot be read"):
        raise error
    assert caught.value is error
