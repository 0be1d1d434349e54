"""iRules as far as challenges and redirects go: events, priorities, and the HTTP commands.

Sources: F5 iRules reference (``when``, ``event``, ``HTTP::respond``, ``HTTP::redirect``, ``getfield``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sectigo_f5.simulator.traffic.tcl import compile_script
from sectigo_f5.simulator.traffic.tcl_scope import Return, Scope, TclError, Thunk, UnsupportedTclError
from sectigo_f5.simulator.traffic.tcl_text import split_commands

DEFAULT_PRIORITY = 500  # lower runs first; 1 to 1000
RAISED = ("CLIENT_ACCEPTED", "HTTP_REQUEST")  # the events that the data plane raises
_WHEN_WORDS = 3  # when EVENT {body}, between them pairs of an option and its value


@dataclass(frozen=True)
class Handler:
    """One ``when`` of an iRule."""

    event: str
    priority: int
    body: Thunk


@dataclass(frozen=True)
class Request:
    """What an iRule can read of an HTTP request; header names are in lower case."""

    method: str
    uri: str  # as in the request line
    version: str  # "1.1"
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Response:
    """An answer from an iRule."""

    status: int
    version: str
    headers: tuple[tuple[str, str], ...]
    content: str


def parse(text: str) -> tuple[Handler, ...]:
    """Compile one iRule; raises :class:`TclError` if a BIG-IP would refuse to load it.

    Raises :class:`UnsupportedTclError` for what may be right but is not simulated.
    """
    handlers: list[Handler] = []
    priority = DEFAULT_PRIORITY
    for words in split_commands(text):
        texts = [word.literal or "" for word in words]
        if texts[0] == "priority" and len(texts) == 2:  # noqa: PLR2004  the command and its number
            priority = _priority(texts[1])
        elif texts[0] == "when" and len(texts) >= _WHEN_WORDS:
            options = dict(zip(texts[2:-1:2], texts[3:-1:2], strict=False))
            own = _priority(options["priority"]) if "priority" in options else priority
            handlers.append(Handler(texts[1], own, compile_script(texts[-1])))
        else:
            raise TclError(f'command is not valid in the current scope: "{texts[0]}"')
    return tuple(handlers)


def _priority(text: str) -> int:
    if not (text.isdigit() and 1 <= int(text) <= 1000):  # noqa: PLR2004  the reference's bounds
        raise TclError(f'priority out of range: "{text}"')
    return int(text)


@dataclass
class Connection:
    """One client connection to a virtual server: what its iRules remember from event to event."""

    handlers: Sequence[Handler]
    client: tuple[str, int]
    server: tuple[str, int]
    scope: Scope = field(init=False)
    request: Request | None = field(default=None, init=False)
    response: Response | None = field(default=None, init=False)
    _event: str = field(default="", init=False)
    _disabled: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self.scope = Scope(_commands(self))

    def accept(self) -> None:
        """Raise ``CLIENT_ACCEPTED``."""
        self._raise("CLIENT_ACCEPTED")

    def answer(self, request: Request) -> Response | None:
        """Raise ``HTTP_REQUEST``; returns None if no iRule responded.

        Raises :class:`TclError` (a BIG-IP then resets the connection) or :class:`UnsupportedTclError`.
        """
        self.request, self.response = request, None
        self._raise("HTTP_REQUEST")
        return self.response

    def _raise(self, event: str) -> None:
        """Run an event's handlers, lowest priority number first, then in the order of the rules."""
        self._event = event
        for handler in sorted(self.handlers, key=lambda handler: handler.priority):
            # checked each time: `event disable` in one rule keeps later ones from running on this connection
            if handler.event != event or not self._disabled.isdisjoint({event, "all"}):
                continue
            try:
                handler.body(self.scope)
            except Return:
                continue

    def event_command(self, words: Sequence[str]) -> str:
        """``event [NAME|all] enable|disable``, for the rest of this connection."""
        *names, action = words
        if action not in ("enable", "disable") or len(names) > 1:
            raise TclError(f'bad option "{" ".join(words)}" of "event"')
        change = self._disabled.add if action == "disable" else self._disabled.discard
        change(names[0] if names else self._event)
        return ""

    def http(self) -> Request:
        """Return the request; fails as HTTP commands do outside HTTP events."""
        if self.request is None:
            raise TclError("command is not valid in the current event context")
        return self.request

    def respond(self, words: Sequence[str]) -> str:
        """``HTTP::respond STATUS [-version V] [content TEXT] [noserver] [NAME VALUE]...``."""
        version, content, headers, server = "1.0", "", [], True
        rest = list(words[1:])
        while rest:
            word = rest.pop(0)
            if word == "noserver":
                server = False
            elif not rest:
                raise TclError(f'HTTP::respond: no value for "{word}"')
            elif word == "-version":
                version = rest.pop(0)
            elif word == "content":
                content = rest.pop(0)
            elif word.startswith("-"):
                raise UnsupportedTclError(f"HTTP::respond {word} is not simulated")
            else:
                headers.append((word, rest.pop(0)))
        return self._respond(
            words[0] if words else "", version, (*headers, *((("Server", "BigIP"),) * server)), content
        )

    def redirect(self, words: Sequence[str]) -> str:
        """``HTTP::redirect URL``: a 302 of version 1.0, as the BIG-IP sends it."""
        if len(words) != 1:
            raise TclError('wrong # args: should be "HTTP::redirect URL"')
        return self._respond("302", "1.0", (("Location", words[0]), ("Server", "BigIP")), "")

    def _respond(self, status: str, version: str, headers: tuple[tuple[str, str], ...], content: str) -> str:
        if not status.isdigit():
            raise TclError(f'HTTP::respond: bad status "{status}"')
        if self.response is not None:
            raise TclError("Operation not supported. Multiple redirect/respond invocations not supported")
        used = self.http().version if version == "auto" else version
        self.response = Response(int(status), used, headers, content)
        return ""


def _commands(connection: Connection) -> dict[str, Callable[[Sequence[str]], str]]:
    """Return the commands that events may use; each takes the words after its name."""
    http = connection.http
    return {
        "event": connection.event_command,
        "HTTP::respond": connection.respond,
        "HTTP::redirect": connection.redirect,
        "HTTP::has_responded": lambda _: "1" if connection.response else "0",
        "HTTP::method": lambda _: http().method,
        "HTTP::version": lambda _: http().version,
        "HTTP::uri": lambda _: http().uri,
        "HTTP::path": lambda _: urlsplit("//host" + http().uri).path,
        "HTTP::query": lambda _: http().uri.partition("?")[2],
        "HTTP::host": lambda _: http().headers.get("host", ""),
        "HTTP::header": lambda words: _header(http(), words),
        "IP::client_addr": lambda _: connection.client[0],
        "IP::local_addr": lambda _: connection.server[0],
        "TCP::local_port": lambda _: str(connection.server[1]),
        "getfield": _getfield,
        "string": _string,
        **dict.fromkeys(("log", "pool", "ACCESS::restrict_irule_events"), _nothing),
    }


def _nothing(_: Sequence[str]) -> str:
    """Do nothing: these commands change nothing that a client of the simulator sees."""
    return ""


def _header(request: Request, words: Sequence[str]) -> str:
    match words:
        case [name] | ["value", name]:
            return request.headers.get(name.lower(), "")
        case ["exists", name]:
            return "1" if name.lower() in request.headers else "0"
    raise UnsupportedTclError(f"HTTP::header {' '.join(words)} is not simulated")


def _getfield(words: Sequence[str]) -> str:
    """``getfield STRING SEPARATOR NUMBER``: fields count from 1; a missing one is empty."""
    match words:
        case [text, separator, number] if number.isdigit():
            fields = text.split(separator)
            return fields[int(number) - 1] if 1 <= int(number) <= len(fields) else ""
    raise TclError('wrong # args: should be "getfield string split field"')


def _string(words: Sequence[str]) -> str:
    match words:
        case ["tolower", text]:
            return text.lower()
        case ["toupper", text]:
            return text.upper()
        case ["length", text]:
            return str(len(text))
    raise UnsupportedTclError(f"string {' '.join(words)} is not simulated")


def unsimulated_events(handlers: Iterable[Handler]) -> tuple[str, ...]:
    """Return the events that no connection to the simulator ever raises."""
    return tuple(sorted({handler.event for handler in handlers} - set(RAISED)))
