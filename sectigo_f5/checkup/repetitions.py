"""What is wrong with a whole BIG-IP, or with all certificates on it, is said once (pure)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from sectigo_f5.report.looks import DEVICE, Group, Level, Look

RESULT = "result"  # of a certificate that was not looked at: what is wrong with each unit, one after the other
EVERYWHERE = ""  # in place of a device: what is said of this host, or of the ACME server


class Told:
    """What was said already, and of what, by device and text."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self._told = defaultdict[str, dict[str, str]](dict)
        for group in groups:
            for name in group.names if group.scope == DEVICE else (EVERYWHERE,):
                self._note(group, name)

    def once(self, group: Group, device: str) -> Group:
        """Return the group of a certificate, with a reference to where something was said before."""
        group = replace(group, looks=tuple(replace(look, told_by=self._by(look, device)) for look in group.looks))
        self._note(group, device)
        return group

    def _note(self, group: Group, device: str) -> None:
        for look in group.looks:
            if look.level is not Level.OK:
                self._told[device].setdefault(look.text, group.title)

    def _by(self, look: Look, device: str) -> str:
        if look.level is Level.OK:
            return ""
        here = self._told[device]
        found = here.get(look.text) or self._told[EVERYWHERE].get(look.text)
        if found or look.what != RESULT:
            return found or ""
        return next((title for text, title in here.items() if look.text.startswith(f"{text}; ")), "")
