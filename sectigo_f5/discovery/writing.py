"""The YAML file as text: PyYAML writes every value, comments are lines of our own; pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import yaml

from sectigo_f5.discovery.nouns import Draft, Settings
from sectigo_f5.printable import one_line

WIDTH = 120  # characters of a line
INSIDE = "  "  # the indentation of what belongs to a device
PLACEHOLDER = "www.example.com"


@dataclass(frozen=True)
class Sheet:
    """Everything that a file says."""

    head: tuple[str, ...]  # comments at the top
    device: Mapping[str, object]  # its keys and values, name first
    remarks: tuple[str, ...]  # comments on the device
    drafts: tuple[Draft, ...]
    without: tuple[str, ...] = ()  # virtual servers for which there is no entry, in sentences


def text_of(sheet: Sheet) -> str:
    """Return the file, with a line break at its end."""
    lines = [*_comments(sheet.head), *_dumped({"name": sheet.device["name"], "version": "v1"}), "devices:"]
    lines += [*_comments(sheet.remarks), *_listed(sheet.device)]
    lines += [f"{INSIDE}certificates:"]
    for draft in sheet.drafts:
        lines += _entry(draft)
    if not any(not draft.refused for draft in sheet.drafts):
        lines += _comments(["no entry can be used as it is: correct one of these, and take the # off it"], INSIDE)
    lines += _comments(sheet.without, INSIDE)
    return "\n".join(lines) + "\n"


def document_of(device: Mapping[str, object], settings: Settings) -> bytes:
    """Return a file with one entry, to be read."""
    devices = [{**device, "certificates": [dict(settings)]}]
    return yaml.safe_dump({"name": "discovered", "version": "v1", "devices": devices}, sort_keys=False).encode()


def placeholder(virtual_server: str) -> Settings:
    """Return the settings of an entry whose names are not known."""
    return {"common_name": PLACEHOLDER, "virtual_servers": [virtual_server]}


def _entry(draft: Draft) -> Iterator[str]:
    yield ""
    yield from _comments(draft.facts, INSIDE)
    yield from _comments([f"look: {doubt}" for doubt in draft.doubts], INSIDE)
    yield from _comments([f"not usable yet: {reason}" for reason in draft.refused], INSIDE)
    mark = "# " if draft.refused else ""
    for line in _listed(draft.settings):
        yield f"{INSIDE}{mark}{line}"


def _listed(data: Mapping[str, object]) -> Iterator[str]:
    """Write an item of a list: keys and values."""
    for number, line in enumerate(_dumped(data)):
        yield f"{INSIDE if number else '- '}{line}"


def _dumped(data: Mapping[str, object]) -> list[str]:
    """Write keys and values; a list stands in brackets."""
    text: str = yaml.dump(dict(data), Dumper=_Dumper, sort_keys=False, width=WIDTH - 10)
    return text.rstrip("\n").split("\n")


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        """Write everything out."""
        return True


def _in_brackets(dumper: yaml.SafeDumper, data: list[object]) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True)


_Dumper.add_representer(list, _in_brackets)


def _comments(sentences: Iterable[str], indent: str = "") -> Iterator[str]:
    """Write each sentence as a comment, whatever characters a device has put into it."""
    for sentence in sentences:
        lines = textwrap.wrap(
            one_line(sentence), WIDTH - len(indent) - 4, break_long_words=False, break_on_hyphens=False
        )
        for number, line in enumerate(lines):
            yield f"{indent}#{'   ' if number else ' '}{line}"
