"""How each kind of value in the YAML is read: from what is written to what the program works with.

A reader never raises: it notes every mistake with its line and returns ``INVALID``, so that the
rest of the file is still checked and no default hides a value that was there and wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sectigo_f5.configuration.findings import Findings, alternatives, did_you_mean, shown
from sectigo_f5.configuration.yaml_lines import Value

INVALID: Final = object()


@dataclass(frozen=True)
class Written:
    """One key as it stands in a file, and where to say what is wrong with it."""

    key: str
    value: Value
    line: int
    findings: Findings

    def wrong(self, text: str, value: Value | None = None) -> object:
        """Note a mistake, at the line of one item of a list if given, and return ``INVALID``."""
        self.findings.mistake(value.line if value else self.line, self.key, text)
        return INVALID


Reader = Callable[[Written], Any]


def text_of(written: Written, value: Value | None = None, *, secret: bool = False) -> Any:
    """Read text; a number or date is refused because YAML may have changed it (``010`` is 8)."""
    value = value or written.value
    if isinstance(value.data, str) and value.data.strip():
        return value.data
    if value.is_scalar and not isinstance(value.data, str):
        quoted = "it" if secret else f'it: "{value.text}"'
        return written.wrong(f"is {value.kind} where text is expected; quote {quoted}", value)
    if value.is_scalar or value.data is None:
        return written.wrong("has no value; write one, or delete the key", value)
    return written.wrong(f"is {value.kind} where text is expected; write one value", value)


def text_checked(fault_in: Callable[[str], str | None], *, lower: bool = False) -> Reader:
    """Return a reader of text, or of one item of a list, that ``fault_in`` has nothing against."""

    def read(written: Written, value: Value | None = None) -> Any:
        text = text_of(written, value)
        if text is INVALID:
            return INVALID
        text = text.lower() if lower else text
        fault = fault_in(text)
        return written.wrong(fault, value) if fault else text

    return read


def list_of(fault_in: Callable[[str], str | None], *, lower: bool = False) -> Reader:
    """Return a reader of a list of such texts; what stands twice counts once."""
    read_item: Any = text_checked(fault_in, lower=lower)

    def read(written: Written) -> Any:
        items = written.value.items
        if items is None:
            example = f" [{written.value.text}]" if written.value.is_scalar else ", also for one: [one]"
            return written.wrong(f"is {written.value.kind} where a list is expected; write{example}")
        found = [read_item(written, item) for item in items]
        return INVALID if INVALID in found else tuple(dict.fromkeys(found))

    return read


def one_of(*words: str) -> Reader:
    """Compare the text as written: YAML reads ``off`` as false and 2048 as a number."""

    def read(written: Written) -> Any:
        if written.value.is_scalar and written.value.text in words:
            return written.value.text
        what = shown(written.value.text) if written.value.is_scalar else written.value.kind
        guess = did_you_mean(written.value.text, words) if len(words) > 1 else ""
        return written.wrong(f"{what} is not possible; write {alternatives(words)}{guess}")

    return read


def truth_value(written: Written) -> Any:
    """Read true or false, in each of YAML's spellings."""
    if isinstance(written.value.data, bool):
        return written.value.data
    return written.wrong(f"{_what(written.value)} is neither true nor false; write true or false, without quotes")


def _what(value: Value) -> str:
    return shown(value.text) if value.is_scalar else value.kind


def number_between(lowest: int, highest: int) -> Reader:
    """Return a reader of a whole number."""

    def read(written: Written) -> Any:
        number = written.value.data
        if isinstance(number, int) and not isinstance(number, bool) and lowest <= number <= highest:
            return number
        return written.wrong(f"{_what(written.value)} is not possible; write a number from {lowest} to {highest}")

    return read
