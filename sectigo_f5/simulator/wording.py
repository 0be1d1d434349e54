"""How a device words a refusal in its own way: kinds are the names of functions, placeholders those of parameters."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from typing import ParamSpec, Protocol, TypeVar

Texts = Mapping[str, tuple[int, str]]  # kind: status, and a message with `{path}` and the like


class Made(Protocol):
    """What remembers the function that made it, and its arguments."""

    kind: str
    names: Mapping[str, str]


P = ParamSpec("P")
M = TypeVar("M", bound=Made)


def in_words(function: Callable[P, M]) -> Callable[P, M]:
    """Let the refusals of a function tell which function it was, and its arguments."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def refusal(*arguments: P.args, **named: P.kwargs) -> M:
        made = function(*arguments, **named)
        bound = signature.bind(*arguments, **named).arguments
        made.kind, made.names = function.__name__, {name: str(value) for name, value in bound.items()}
        return made

    return refusal


def filled(message: str, names: Mapping[str, str]) -> str:
    """Return a message with its placeholders filled; braces around anything but a name are part of the text."""
    return re.sub(r"\{(\w+)\}", lambda found: names.get(found[1], found[0]), message)
