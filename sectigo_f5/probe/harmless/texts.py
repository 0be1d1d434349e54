"""Free text, as refusals have it: words that are known stay, and codes, and numbers that everybody has."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from sectigo_f5.printable import CUT, one_line
from sectigo_f5.probe.harmless.names import NAME, NUMBER, SCRATCH, Names
from sectigo_f5.probe.harmless.vocabulary import BUILT_IN, FOLDERS
from sectigo_f5.probe.harmless.words import is_term

TEXT, ADDRESS, HOST, PROPERTY = "<text>", "<address>", "<host>", "<property>"
LONGEST_READ, LONGEST = 4000, 600  # characters of a text that are read, and that are shown
NUMBERS = frozenset(
    (*range(10), *(2**power for power in range(4, 17)), 10, 11, 12, 15, 20, 30, 37, 40, 50, 60, 63, 90, 100, 120, 180)
    + (200, 201, 202, 204, 206, 255, 300, 384, 400, 401, 403, 404, 405, 408, 409, 413, 416, 422, 429, 443, 500, 501)
    + (502, 503, 504, 521, 600, 900, 1000, 1200, 1800, 3072, 3600, 7200, 8192, 36000, 65535, 86400)
)
LOOPBACK = "127.0.0.1"
MARKS = range(0xE000, 0xE100)  # characters that stand for names of ours while a text is read; nothing printable is one

_ITEMS = re.compile(
    r"""
      (?P<keep> [\ue000-\ue0ff] | <[a-z]{4,8}> | (?<=\S)['\u2019]s\b
      | \b01[0-9a-f]{6}:[0-9]{1,2}(?=:)                     # mcpd's code
      | \berror:[0-9A-F]{8}(?=:) )                          # OpenSSL's
    | (?P<line> (?<!\S)[a-z_]{1,30}\.py:[0-9]{1,4}(?!\S) )  # of ours, of a bug
    | (?P<url> \b[a-z]{2,10}:// (?: <[a-z]{4,8}> | [^\s"'<>()\[\]{},;|\ue000-\ue0ff] )* )
    | (?P<path> (?<!\w) [/~] (?: <[a-z]{4,8}> | (?!:/) [^\s"'<>()\[\]{},;|=\ue000-\ue0ff] )+ )
    | (?P<address> (?<![\w.]) \d{1,3}(?:\.\d{1,3}){3} (?:%\d+)? (?:[:./]\d+)* (?![\w])
      | (?<![\w:]) (?:[0-9A-Fa-f]{0,4}:){2,7} [0-9A-Fa-f.]{0,15} (?:%\w+)? (?![\w:]) )
    | (?P<word> _{0,2}[A-Za-z0-9]+ (?: [-_.'/\u2019]{1,2} [A-Za-z0-9]+ )* )
    | (?P<mark> [-()\[\]{}"'=:,;.!?|<>_] | /(?=[\s\ue000-\ue0ff]|$) )
    """,
    re.VERBOSE,
)
_ROUTINE = re.compile(r"\b(error:[0-9A-F]{8}:[A-Za-z0-9 ]{0,30} routines:)([A-Za-z0-9]+(?:_[A-Za-z0-9]+)*)(?=:)")
_FUNCTION = re.compile(r"[A-Z][A-Z0-9]{0,9}_[A-Za-z0-9_]{1,40}|[a-z0-9]{1,9}_[a-z0-9_]{1,40}")  # PEM_do_header
_REPEATED = re.compile(r"(<[a-z]+>)(?:[ ,]+\1)+")
_ERROR = re.compile(r"(?:[a-z0-9]+\.){1,6}[A-Z][A-Za-z]+(?:Exception|Error)")  # of Java
_OF_F5 = BUILT_IN | FOLDERS
_HOST = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*")


class Texts:
    """Reads texts for one probe; what it has learnt are names that consist of nothing but known words."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.learnt = set[str]()
        self.numbers = set[int]()  # that we have sent

    def shown(self, text: str, longest: int = LONGEST, numbers: bool = True) -> str:
        """Return what a report may hold of a text, as one line; ``numbers``: those that everybody has stay."""
        return self.read(one_line(text[:LONGEST_READ]), longest, numbers)

    def read(self, line: str, longest: int = LONGEST, numbers: bool = True) -> str:
        """Return the same of a printable line, which may have :func:`marks <with_marks>`; they stay."""
        for phrase in sorted((each for each in self.learnt if " " in each), key=len, reverse=True):
            line = line.replace(phrase, NAME)
        line, functions = _functions_marked(line)
        shown = " ".join(self._token(token, numbers) for token in line.split(" "))
        for mark, function in functions.items():
            shown = shown.replace(mark, function)
        shown = _REPEATED.sub(r"\1", shown)
        return shown if len(shown) <= longest else shown[: longest - len(CUT)] + CUT

    def _token(self, token: str, numbers: bool) -> str:
        """Return a text without spaces; all of it is a placeholder if it has a character that no message needs."""
        items = list(_items(token))
        if any(kind == "other" for kind, _ in items):
            return TEXT
        return "".join(self._item(kind, item, numbers) for kind, item in items)

    def _item(self, kind: str, item: str, numbers: bool) -> str:
        if kind == "url":
            scheme, _, rest = item.partition("://")
            host, slash, path = rest.partition("/")
            shown = host if re.fullmatch(r"localhost(:[0-9]{1,5})?", host) else HOST
            return f"{scheme if scheme in ('http', 'https', 'file') else TEXT}://{shown}{self._path(slash + path)}"
        if kind == "path":
            return self._path(item)
        if kind == "word":
            return self._word(item, numbers)
        if kind == "line":
            return item if is_term(item.partition(".")[0]) else HOST
        return ADDRESS if kind == "address" and item != LOOPBACK else item

    def _path(self, path: str) -> str:
        """Return a path; the full stop, colon or question mark behind it is not a part of it."""
        whole = path.rstrip(".:!")
        end = path[len(whole) :]
        whole, _, query = whole.partition("?")
        if whole.startswith("~"):
            return "~" + self._names.object(whole.split("~")[1:], "~") + end
        return (self._names.path(whole) if whole.strip("/") else whole) + (f"?{TEXT}" if query else "") + end

    def _word(self, word: str, numbers: bool) -> str:
        if word.isdigit():
            return word if numbers and self._is_common(word) else NUMBER
        name, possessive = (word[:-2], word[-2:]) if word[-2:] in ("'s", "\u2019s") else (word, "")
        own = self._names.ours(name)
        if own is not None:
            return own + possessive
        if name in _OF_F5 or (name not in self.learnt and (is_term(name) or is_term(word))):
            return word
        if self._names.partition(word) != NAME:
            return self._names.partition(word)
        if _ERROR.fullmatch(word) and all(map(is_term, word.split("."))):
            return word
        return HOST if _HOST.fullmatch(word) and SCRATCH not in word else NAME

    def _is_common(self, digits: str) -> bool:
        return len(digits) <= 5 and (int(digits) in NUMBERS or int(digits) in self.numbers)  # noqa: PLR2004  # up to 65535


def _items(token: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a text without spaces, with their kinds."""
    place = 0
    for found in _ITEMS.finditer(token):
        if found.start() > place:
            yield "other", token[place : found.start()]
        yield str(found.lastgroup), found[0]
        place = found.end()
    if place < len(token):
        yield "other", token[place:]


def _functions_marked(line: str) -> tuple[str, dict[str, str]]:
    """Replace the functions of OpenSSL that its errors name by marks, and return what these stand for."""
    functions: dict[str, str] = {}

    def marked(found: re.Match[str]) -> str:
        if not _FUNCTION.fullmatch(found[2]) or len(functions) >= len(MARKS) // 2:
            return found[0]
        mark = chr(MARKS[-1] - len(functions))
        functions[mark] = found[2]
        return found[1] + mark

    return _ROUTINE.sub(marked, line), functions


def with_marks(text: str, names: Collection[str]) -> str:
    """Replace each of some names in a text by the mark with its number, the longest name first."""
    line, numbered = one_line(text[:LONGEST_READ]), sorted(enumerate(names), key=lambda pair: -len(pair[1]))
    for number, name in numbered[: len(MARKS) // 2]:
        if name.strip():
            before = r"(?<!\w)" if name[0].isalnum() else ""
            whole = rf"{before}{re.escape(name)}(?!\w|[-.]\w)"
            line = re.sub(whole, chr(MARKS[number]), line)
    return line
