"""YAML text to PyYAML's tree of nodes: by libyaml, ten times as fast, where both surely read the same."""

from __future__ import annotations

import contextlib
import re

import yaml

# Where libyaml takes what PyYAML refuses (tabs, `|#`, a question mark in a list), or counts lines in another way.
UNUSUAL = re.compile(r"[^\n -~\xa0-\u1fff]|[!?|>]|^%|[^\n]\Z", re.M)
DEEPEST = 20  # levels; a configuration has six, and libyaml's own recursion would end the process instead of raising


class _Libyaml(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """libyaml's loader, which refuses what is nested too deeply for it."""

    _depth = 0

    def descend_resolver(self, current_node: yaml.Node | None, current_index: object) -> None:
        """Enter a node."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise RecursionError

    def ascend_resolver(self) -> None:
        """Leave a node."""
        self._depth -= 1


def composed(text: str) -> tuple[yaml.SafeLoader, yaml.Node | None]:
    """Return a loader, and the root of its tree or None; raises what PyYAML raises.

    PyYAML itself words every mistake: what libyaml refuses is read once more.
    """
    if yaml.__with_libyaml__ and not UNUSUAL.search(text):
        with contextlib.suppress(yaml.YAMLError, RecursionError):
            return _composed(_Libyaml(text))
    return _composed(yaml.SafeLoader(text))


def _composed(loader: yaml.SafeLoader) -> tuple[yaml.SafeLoader, yaml.Node | None]:
    return loader, loader.get_single_node()
