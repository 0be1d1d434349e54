"""What an iRule does to an HTTP request, as far as its text tells without running it; pure."""

from __future__ import annotations

import re

CHALLENGE_PRIORITY = 100  # of certbot-bigip's rule; those before it in the list run first at the same priority
DEFAULT_PRIORITY = 500  # lower ones run first

_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_OWN = re.compile(r"^\s*priority\s+(\d+)\s*$", re.MULTILINE)  # for all events of the rule
_WHEN = re.compile(r"^\s*when\s+(\w+)([^{]*)", re.MULTILINE)
_PRIORITY = re.compile(r"\bpriority\s+(\d+)")
_ANSWERS = re.compile(r"\bHTTP::(?:respond|redirect|close)\b|(?:^|[\s{;])(?:reject|drop|discard)\b")


def answering_first(text: str) -> int | None:
    """Return the priority of an HTTP_REQUEST that may answer before the challenge's does; or None."""
    text = _COMMENT.sub("", text)
    own = _OWN.search(text)
    events = list(_WHEN.finditer(text))
    ends = [*(event.start() for event in events[1:]), len(text)]
    for event, end in zip(events, ends, strict=False):
        given = _PRIORITY.search(event[2]) or own
        priority = int(given[1]) if given else DEFAULT_PRIORITY
        body = text[event.end() : end]
        if event[1] == "HTTP_REQUEST" and priority <= CHALLENGE_PRIORITY and _ANSWERS.search(body):
            return priority
    return None
