"""What one change left on the device, without its passphrases: what has to be there once it is saved (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from sectigo_f5 import recording
from sectigo_f5.bigip.profile_change import (
    KEY_CHAIN,
    Files,
    ProfileChange,
    changed_properties,
    files,
    settings_of,
    wanted_settings,
)
from sectigo_f5.decision.attachment import Attachment
from sectigo_f5.device_objects import ClientSslProfile
from sectigo_f5.recording import What

SNI_DEFAULT = "sniDefault"


@dataclass(frozen=True)
class MadeChange:
    """What our profile holds and where it is attached, if the change was made and nobody has undone it."""

    profile: str  # full path
    files: Files
    settings: Mapping[str, str]  # of our profile, as the device spells them, SNI default apart
    sni_defaults: Mapping[str, bool]  # whether a profile is it; by full path
    attachments: tuple[Attachment, ...]

    @classmethod
    def of(cls, change: ProfileChange) -> MadeChange:
        """Return what ``change`` is to leave on the device."""
        settings = wanted_settings(change)
        defaults = {change.profile: settings.pop(SNI_DEFAULT) == "true"} if SNI_DEFAULT in settings else {}
        for plan in change.plans:
            defaults |= dict.fromkeys(plan.drop_default, False) | dict.fromkeys(plan.make_default, True)
        return cls(change.profile, change.files, settings, defaults, change.attachments)

    def as_read(self, profile: ClientSslProfile) -> MadeChange:
        """Return it with the settings that the device shows right after the change: it may not know them all."""
        shown = settings_of(profile)
        return replace(self, settings={name: shown[name] for name in self.settings})

    def before(self, later: MadeChange) -> MadeChange:
        """Return what is left of it after a later change: that may have moved an SNI default."""
        moved = {path: is_it for path, is_it in later.sni_defaults.items() if path in self.sni_defaults}
        return replace(self, sni_defaults={**self.sni_defaults, **moved})

    def is_held_by(self, profiles: Mapping[str, ClientSslProfile]) -> bool:
        """Tell whether the profiles of the device, by path, are what the change left."""
        ours = profiles.get(self.profile)
        if ours is None or files(ours.entries) != self.files:
            return False
        shown = settings_of(ours)
        return all(shown[name] == value for name, value in self.settings.items()) and all(
            path in profiles and profiles[path].sni_default == is_it for path, is_it in self.sni_defaults.items()
        )


def recorded(change: ProfileChange) -> AbstractContextManager[recording.Change]:
    """Record the change that the block makes, in words; no passphrase is among them."""
    before = change.seen.profile
    parts = [in_words(change.files), *map(str, change.plans)]
    settings = sorted(changed_properties(change).keys() - {KEY_CHAIN, "appService"})
    return recording.change(
        What.SERVICE,
        [change.profile, *(path for entry in sorted(change.files, key=str) for path in entry if path)],
        change.changed_servers or change.seen.server_paths,
        old=in_words(files(before.entries)) if before else "",
        new="; ".join([*parts, *([f"settings: {', '.join(settings)}"] if settings else [])]),
    )


def in_words(held: Files) -> str:
    """Name certificate, key and chain of each entry."""
    return " and ".join(", ".join(path for path in entry if path) for entry in sorted(held, key=str))
