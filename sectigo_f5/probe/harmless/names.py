"""Names and paths: F5's own and those of the probe stay, with the random part left out; any other is a placeholder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from sectigo_f5.probe.harmless.vocabulary import BUILT_IN, FOLDERS, SEGMENTS
from sectigo_f5.probe.harmless.words import is_word
from sectigo_f5.probe.scratch import PREFIX

SCRATCH = PREFIX.rstrip("-")  # how the report spells the stem of this probe's names
OTHER = "PARTITION"  # and its partition, unless it is Common
COMMON = "Common"
NAME, NUMBER, TOKEN, USER = "<name>", "<number>", "<token>", "<user>"
LONGEST = 400  # characters of a path that are read


_PROBE = re.compile(rf"([0-9]{{0,2}}[-_.]?){SCRATCH}(?:-[0-9a-f]{{8}}(?![0-9A-Za-z]))?((?:[-_.]+[A-Za-z0-9]+)*)")
_NUMBERED = re.compile(r"[a-z]{1,2}[0-9]{0,4}|[0-9]{1,2}")  # p384, 2
_SUFFIX = re.compile(r"[a-z0-9]{1,16}")
_OF_OWNER = {"tokens": TOKEN, "user": USER, "users": USER}  # what stands after these segments
_KINDS_OF_LINK = frozenset(("ltm", "sys", "cm", "net", "auth", "util", "tm", "shared"))


class Names:
    """Names as one probe sees them."""

    def __init__(self, partition: str) -> None:
        self._partition = partition
        self.suffixes = set[str]()  # that we have sent ourselves

    def learn_sent(self, text: str) -> None:
        """Take note of what the names of the probe end with in something that we have sent."""
        for found in _PROBE.finditer(text[:LONGEST]):
            self.suffixes |= {part for part in re.split(r"[-_.]+", found[2]) if _SUFFIX.fullmatch(part)}

    def partition(self, name: str) -> str:
        """Return how a partition is shown."""
        if name == COMMON:
            return COMMON
        return OTHER if name in (self._partition, OTHER) else NAME

    def path(self, path: str) -> str:
        """Return a path: of a URL, of an object, or of a file of the device."""
        head, *rest = path[:LONGEST].lstrip("/").split("/")
        if path.startswith("/") and head in (COMMON, self._partition, OTHER) and head not in _KINDS_OF_LINK:
            return "/" + self.object([head, *rest], "/")
        if (head in FOLDERS and head not in _KINDS_OF_LINK) or path.startswith(("/shared/images", "/shared/tmp")):
            return "/" + "/".join(_collapsed(map(self._of_file, [head, *rest])))
        if head == "mgmt" or head in _KINDS_OF_LINK:
            return "/" + "/".join(self._of_url([head, *rest]))
        return "/" + self.object([head, *rest], "/")

    def _of_url(self, segments: list[str]) -> Iterable[str]:
        before = ""
        for segment in map(unquote, segments):
            yield self._segment(before, segment)
            before = segment

    def _segment(self, before: str, segment: str) -> str:
        if before in _OF_OWNER and segment:
            return _OF_OWNER[before]
        if segment.startswith("~"):
            return "~" + self.object(segment[1:].split("~"), "~")
        if segment in SEGMENTS or not segment:
            return segment
        return self.ours(segment) or (NUMBER if segment.isdigit() or segment == NUMBER else NAME)

    def _of_file(self, segment: str) -> str:
        if segment in FOLDERS or not segment:
            return segment
        if segment.startswith(":"):  # :Common:name_1234_1, in the filestore
            return ":" + self.object(segment[1:].split(":"), ":")
        return self.ours(segment) or NAME

    def object(self, parts: list[str], separator: str) -> str:
        """Return an object's path by its parts, the partition first."""
        partition, *rest = parts
        shown = [self.ours(part) or NAME for part in rest]
        if partition == COMMON and len(rest) == 1 and rest[0] in BUILT_IN:
            shown = rest
        return separator.join(_collapsed([self.partition(partition), *shown]))

    def ours(self, name: str) -> str | None:
        """Return a name that the probe has made, without its random part; None if it is not one."""
        found = _PROBE.fullmatch(name)
        if not found:
            return None
        parts = re.split(r"([-_.]+)", found[2])
        return found[1] + SCRATCH + "".join(part if self._is_suffix(part) else _hidden(part) for part in parts)

    def _is_suffix(self, part: str) -> bool:
        return not part or part[0] in "-_." or part in self.suffixes or is_word(part) or bool(_NUMBERED.fullmatch(part))

    def is_own(self, name: str) -> bool:
        """Tell whether a name is F5's or the probe's."""
        return name in BUILT_IN or self.ours(name) is not None


def _hidden(part: str) -> str:
    """Return what stands for the end of a name that we have not sent: words that are known, as all others."""
    return "n" if part.isdigit() else "other"


def _collapsed(parts: Iterable[str]) -> list[str]:
    """Return parts of which no two placeholders follow each other: how deep a folder is tells something too."""
    shown: list[str] = []
    for part in parts:
        shown += [] if part == NAME and shown and shown[-1] == NAME else [part]
    return shown
