"""Cipher groups: the strings of the rules that they allow, require and exclude (from TMOS 13; shapes of a 14.1.2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sectigo_f5.bigip.readers import full_path, text
from sectigo_f5.icontrol.call import Json
from sectigo_f5.inventory.negotiation import without

GROUPS, RULES = "ltm/cipher/group", "ltm/cipher/rule"
OF_GROUPS, OF_RULES = ("allow", "require", "exclude"), ("cipher",)


@dataclass(frozen=True)
class CipherGroups:
    """The groups of a BIG-IP and the cipher strings of its rules, by full path."""

    groups: Mapping[str, Json] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)

    def strings(self, path: str) -> tuple[str, ...]:
        """Return the cipher strings that a group allows together; none if they are not known.

        What it requires is not worked out: which suites two strings have in common differs by release.
        """
        group = self.groups.get(path, {})
        allowed, excluded = _named(group, "allow"), _named(group, "exclude")
        if _named(group, "require") or not all(each in self.rules for each in (*allowed, *excluded)):
            return ()
        return without((self.rules[each] for each in allowed), [self.rules[each] for each in excluded])


def cipher_groups(groups: Iterable[Json], rules: Iterable[Json]) -> CipherGroups:
    """Read cipher groups and rules as REST shows them."""
    strings = {full_path(rule): string for rule in rules if (string := text(rule, "cipher"))}
    return CipherGroups({full_path(group): group for group in groups}, strings)


def _named(group: Json, name: str) -> tuple[str, ...]:
    """Return the rules that a property of a group names, full paths."""
    listed = group.get(name)
    items = listed if isinstance(listed, list) else []
    return tuple(full_path(each if isinstance(each, Mapping) else {"name": each}) for each in items)
