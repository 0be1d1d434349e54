"""How each kind of value in the YAML is read: from what is written to what the program works with.

A reader returns the value or raises :class:`InvalidValueError` with every mistake in it; the mistakes are
noted where a whole mapping is read (``resolution.read_settings_of``), so the rest of the file is still checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from sectigo_f5.configuration.findings import (
    Findings,
    InvalidValueError,
    Mistake,
    alternatives,
    did_you_mean,
    shown,
)
from sectigo_f5.configuration.yaml_lines import Value

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True)
class Written:
    """One key, or one item of its list, as it stands in a file."""

    key: str
    value: Value
    line: int
    findings: Findings

    @property
    def items(self) -> tuple[Written, ...] | None:
        """The items of a list, each at its own line; None for anything else."""
        items = self.value.items
        return None if items is None else tuple(self.item(item) for item in items)

    def item(self, value: Value) -> Written:
        """Return a part of the value, for mistakes at the line of that part."""
        return Written(self.key, value, value.line, self.findings)

    def wrong(self, text: str) -> InvalidValueError:
        """Return the error to raise, with what is wrong and what would be right."""
        return InvalidValueError(Mistake(self.line, self.key, text))


Reader = Callable[[Written], T]


def read_each(read: Callable[[S], T], items: Iterable[S]) -> tuple[T, ...]:
    """Read every item; raise the mistakes of all of them together."""
    values: list[T] = []
    mistakes: list[Mistake] = []
    for item in items:
        try:
            values.append(read(item))
        except InvalidValueError as error:
            mistakes.extend(error.mistakes)
    if mistakes:
        raise InvalidValueError(*mistakes)
    return tuple(values)


def text_of(written: Written, *, secret: bool = False) -> str:
    """Read text; a number or date is refused because YAML may have changed it (``010`` is 8)."""
    value = written.value
    if isinstance(value.data, str) and value.data.strip():
        return value.data
    if value.is_scalar and not isinstance(value.data, str):
        quoted = "it" if secret else f'it: "{value.text}"'
        raise written.wrong(f"is {value.kind} where text is expected; quote {quoted}")
    if value.is_scalar or value.data is None:
        raise written.wrong("has no value; write one, or delete the key")
    raise written.wrong(f"is {value.kind} where text is expected; write one value")


def text_checked(fault_in: Callable[[str], str | None], *, lower: bool = False) -> Reader[str]:
    """Return a reader of text that ``fault_in`` has nothing against."""

    def read(written: Written) -> str:
        text = text_of(written)
        text = text.lower() if lower else text
        if fault := fault_in(text):
            raise written.wrong(fault)
        return text

    return read


def list_of(fault_in: Callable[[str], str | None], *, lower: bool = False) -> Reader[tuple[str, ...]]:
    """Return a reader of a list of such texts; what stands twice counts once."""
    read_item = text_checked(fault_in, lower=lower)

    def read(written: Written) -> tuple[str, ...]:
        if written.items is None:
            example = f" [{written.value.text}]" if written.value.is_scalar else ", also for one: [one]"
            raise written.wrong(f"is {written.value.kind} where a list is expected; write{example}")
        return tuple(dict.fromkeys(read_each(read_item, written.items)))

    return read


def one_of(*words: str) -> Reader[str]:
    """Return a reader that compares the text as written: YAML reads ``off`` as false and 2048 as a number."""

    def read(written: Written) -> str:
        if written.value.is_scalar and written.value.text in words:
            return written.value.text
        guess = did_you_mean(written.value.text, words) if len(words) > 1 else ""
        raise written.wrong(f"{_shown(written.value)} is not possible; write {alternatives(words)}{guess}")

    return read


def truth_value(written: Written) -> bool:
    """Read true or false, in each of YAML's spellings."""
    if isinstance(written.value.data, bool):
        return written.value.data
    raise written.wrong(f"{_shown(written.value)} is neither true nor false; write true or false, without quotes")


def number_between(lowest: int, highest: int) -> Reader[int]:
    """Return a reader of a whole number."""

    def read(written: Written) -> int:
        number = written.value.data
        if isinstance(number, int) and not isinstance(number, bool) and lowest <= number <= highest:
            return number
        raise written.wrong(f"{_shown(written.value)} is not possible; write a number from {lowest} to {highest}")

    return read


def _shown(value: Value) -> str:
    return shown(value.text) if value.is_scalar else value.kind
