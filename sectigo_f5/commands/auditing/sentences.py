"""A line of the trail for people, and what ``--verify`` has found (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sectigo_f5.printable import one_line
from sectigo_f5.recording import Ending
from sectigo_f5.trail.chain import Verified
from sectigo_f5.trail.nouns import Line

SHOWN = 3  # objects that a line names
LONGEST = 300  # characters of a reason
HEADING = f"{'TIME (UTC)':<19}  {'CHANGE':<23}  {'RESULT':<14}  CERTIFICATE OR BIG-IP, WHAT, BY WHOM, TICKET"


def sentence(line: Line) -> str:
    """Return a line for a terminal: when, what, what came of it, of what, where, by whom, for which ticket."""
    time = line.time[:19].replace("T", " ")
    facts = (line.certificate or line.device or "-", _where(line.record), _certificate(line.record), _who(line.record))
    told = ", ".join(filter(None, (*facts, line.ticket and f"ticket {line.ticket}", _why(line))))
    return f"{one_line(time):<19}  {one_line(line.what):<23}  {one_line(line.result):<14}  {one_line(told)}"


def _where(record: Mapping[str, Any]) -> str:
    names = _texts(record.get("virtual_servers")) or _texts(record.get("objects"))
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return " ".join(names[:SHOWN]) + more


def _certificate(record: Mapping[str, Any]) -> str:
    return f"serial {record['serial']}" if record.get("serial") else ""


def _who(record: Mapping[str, Any]) -> str:
    actor = record.get("actor")
    if not isinstance(actor, dict):
        return ""
    user, login = actor.get("user"), actor.get("login") or actor.get("unit")
    return f"by {user}{f' ({login})' if login and login != user else ''}"


def _why(line: Line) -> str:
    return "" if line.result == Ending.MADE else str(line.record.get("reason") or "")[:LONGEST]


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def findings(found: Verified, files: int) -> Iterator[str]:
    """Yield what ``--verify`` says, but for the breaks."""
    if not found.lines:
        yield "there is no trail yet: nothing was changed from here"
        return
    state = "BROKEN" if found.breaks else "unbroken"
    yield f"{found.lines} lines in {files} file(s), {state}"
    yield f"head: number {found.head.number}, SHA-256 {found.head.sha256}"
    if found.first > 1:
        before = f", the last of them with the SHA-256 {found.before}" if found.before else ""
        yield f"numbers 1 to {found.first - 1} are not here{before}: see where they are kept"
    for place in found.marks:
        yield f"{place}: the line before was cut by a power failure or a full disk, and this one closes it"
    if found.is_cut:
        yield "the last line is cut, by a power failure or a full disk: the next run closes it"
