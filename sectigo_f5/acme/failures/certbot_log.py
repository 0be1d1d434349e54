"""What only Certbot's log tells: the type of the CA's problem that ended it, and whether a plugin failed (pure)."""

from __future__ import annotations

import re

from sectigo_f5.printable import one_line

# Certbot 5.8 ends its log with the exception that ended it, and where that came from.
END = "Exiting abnormally:"
TYPE = re.compile(r"urn:ietf:params:acme:error:(\w+)")  # RFC 8555 section 6.7
CALLS_OF_PLUGINS = re.compile(r"self\.auth\.(?:perform|cleanup|get_chall_pref)\(|\._initialized\.prepare\(\)")
# Each answer is logged with its status, headers and body, before a line with the time.
ANSWER = re.compile(
    r"Received response:\nHTTP \d+\n(.*?)\n\n(.*?)(?=\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+:|\Z)", re.DOTALL
)
WAIT = re.compile(r"(?im)^Retry-After: (.{1,40})$")
LONGEST = 200  # characters of an answer
SELECTED = re.compile(r"Plugins selected: Authenticator (\S+),")


def code_of_problem(log: str) -> str:
    """Return the type of the problem document that ended Certbot, without its prefix; empty if none did.

    Not any other in the log: a nonce that was refused is tried again, an order that is gone placed again.
    """
    found = TYPE.findall(_end(log))
    return found[-1] if found else ""


def plugin_raised(log: str) -> bool:
    """Return True if what ended Certbot came out of an authenticator plugin."""
    return bool(CALLS_OF_PLUGINS.search(_end(log)))


def authenticator_in(log: str) -> str | None:
    """Return the name of the authenticator plugin, if one was chosen."""
    found = SELECTED.search(log)
    return found[1] if found else None


def last_answer(log: str) -> str:
    """Return what the CA's last answer says, which is no problem document, and how long it asks to wait."""
    answers = ANSWER.findall(log)
    if not answers:
        return ""
    headers, body = answers[-1]
    wait = WAIT.search(headers)
    said = one_line(re.sub(r"(?is)<(script|style)\b.*?</\1>|<[^>]*>", " ", body), LONGEST)
    return "; ".join(filter(None, (said, f"it asks to wait: {wait[1]}" if wait else "")))


def _end(log: str) -> str:
    return log.rpartition(END)[2] if END in log else ""
