"""Readers of the kinds of value that a setting may have: text, lists, words, truth values, numbers.

A reader returns the value, or raises :class:`InvalidValueError` with every mistake in it.
``settings.read_section`` notes them and reads the next key, so the whole file is always checked.
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
    quote,
)
from sectigo_f5.configuration.sources.yaml_lines import Value

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True)
class RawSetting:
    """One key, or one item of its list, as it is written in a file."""

    key: str
    value: Value
    line: int
    findings: Findings

    @property
    def items(self) -> tuple[RawSetting, ...] | None:
        """The items of a list, each at its own line; None for anything else."""
        items = self.value.items
        return None if items is None else tuple(self.item(item) for item in items)

    def item(self, value: Value) -> RawSetting:
        """Return one item of the value: a mistake in it is reported at its own line."""
        return RawSetting(self.key, value, value.line, self.findings)

    def wrong(self, text: str) -> InvalidValueError:
        """Return the error to raise; the text says what is wrong and what would be right."""
        return InvalidValueError(Mistake(self.line, self.key, text))


Reader = Callable[[RawSetting], T]


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


def text_of(raw: RawSetting, *, secret: bool = False) -> str:
    """Read text; a number or date is refused because YAML may have changed it (``010`` is 8)."""
    value = raw.value
    if isinstance(value.data, str) and value.data.strip():
        return value.data
    if value.is_scalar and not isinstance(value.data, str):
        quoted = "it" if secret else f'it: "{value.text}"'
        raise raw.wrong(f"must be text, not {value.kind}; quote {quoted}")
    if value.is_scalar or value.data is None:
        raise raw.wrong("has no value; write one, or delete the key")
    raise raw.wrong(f"must be text, not {value.kind}; write one value")


def text_checked(fault_in: Callable[[str], str | None], *, lower: bool = False) -> Reader[str]:
    """Return a reader of text in which ``fault_in`` finds no fault."""

    def read(raw: RawSetting) -> str:
        text = text_of(raw)
        text = text.lower() if lower else text
        if fault := fault_in(text):
            raise raw.wrong(fault)
        return text

    return read


def list_of(fault_in: Callable[[str], str | None], *, lower: bool = False) -> Reader[tuple[str, ...]]:
    """Return a reader of a list of such texts; duplicates count once."""
    read_item = text_checked(fault_in, lower=lower)

    def read(raw: RawSetting) -> tuple[str, ...]:
        if raw.items is None:
            example = f"[{raw.value.text}]" if raw.value.is_scalar else "[one], even for a single item"
            raise raw.wrong(f"must be a list, not {raw.value.kind}; write {example}")
        return tuple(dict.fromkeys(read_each(read_item, raw.items)))

    return read


def one_of(*words: str) -> Reader[str]:
    """Return a reader that compares the text as written: YAML reads ``off`` as false and 2048 as a number."""

    def read(raw: RawSetting) -> str:
        if raw.value.is_scalar and raw.value.text in words:
            return raw.value.text
        guess = did_you_mean(raw.value.text, words) if len(words) > 1 else ""
        raise raw.wrong(f"{_described(raw.value)} is not valid; write {alternatives(words)}{guess}")

    return read


def truth_value(raw: RawSetting) -> bool:
    """Read true or false, in each of YAML's spellings."""
    if isinstance(raw.value.data, bool):
        return raw.value.data
    raise raw.wrong(f"{_described(raw.value)} is neither true nor false; write true or false, without quotes")


def number_between(lowest: int, highest: int) -> Reader[int]:
    """Return a reader of a whole number."""

    def read(raw: RawSetting) -> int:
        number = raw.value.data
        if isinstance(number, int) and not isinstance(number, bool) and lowest <= number <= highest:
            return number
        raise raw.wrong(f"{_described(raw.value)} is not valid; write a number from {lowest} to {highest}")

    return read


def _described(value: Value) -> str:
    return quote(value.text) if value.is_scalar else value.kind
