"""Which client SSL profiles a virtual server gets and loses.

A virtual server with two client SSL profiles needs exactly one that is the default for SNI (BIG-IP
errors 01071809 and 0107149c), so flags and attachments change in one transaction. The flag belongs
to the profile, not to its attachment: all virtual servers of a certificate are planned together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sectigo_f5.decision.takeover import ProfileSplit, refusal, split_profiles
from sectigo_f5.device_objects import Observation
from sectigo_f5.errors import ConnectorError


@dataclass(frozen=True)
class Attachment:
    """What changes on one virtual server, and which other profiles' SNI default flag with it."""

    virtual_server: str
    add: bool
    remove: tuple[str, ...]
    make_default: tuple[str, ...]  # other profiles that become the SNI default
    drop_default: tuple[str, ...]  # other profiles that stop being it
    ours_is_default: bool  # the same for every virtual server of the certificate

    @property
    def changes(self) -> bool:
        """True if there is anything to do."""
        return bool(self.add or self.remove or self.make_default or self.drop_default)

    def __str__(self) -> str:
        steps = [f"attach to {self.virtual_server}"] if self.add else []
        steps += [f"take {path} off {self.virtual_server}" for path in self.remove]
        steps += [f"make {path} the SNI default" for path in self.make_default]
        steps += [f"make {path} no longer the SNI default" for path in self.drop_default]
        return ", ".join(steps)


def plan_attachments(seen: Observation) -> tuple[Attachment, ...]:
    """Plan every virtual server of a certificate: add our profile, remove what it takes over, keep one SNI default.

    Raises :class:`ConnectorError` if a virtual server refuses it.
    """
    refusals = [sentence for server in seen.virtual_servers if (sentence := refusal(seen, server))]
    if refusals:
        raise ConnectorError("; ".join(refusals))
    splits = [split_profiles(seen, server) for server in seen.virtual_servers]
    ours = _ours_is_default(seen, splits)
    new_defaults = {} if ours else _new_defaults(splits)
    return tuple(
        Attachment(
            virtual_server=split.server.path,
            add=seen.job.profile not in split.server.client_ssl,
            remove=split.taken,
            make_default=new_defaults.get(split.server.path, ()),
            drop_default=split.defaults if ours else (),
            ours_is_default=ours,
        )
        for split in splits
    )


def _ours_is_default(seen: Observation, splits: Iterable[ProfileSplit]) -> bool:
    """Decide who answers clients without a known name: who did before, unless the YAML says that we do."""
    job = seen.job
    if not job.sni or job.sni_default:
        return job.sni
    if any(split.defaults for split in splits):
        return False
    inherited = any(split.kept and any(seen.profiles[path].sni_default for path in split.taken) for split in splits)
    return inherited or bool(seen.profile and seen.profile.sni_default)


def _new_defaults(splits: Iterable[ProfileSplit]) -> dict[str, tuple[str, ...]]:
    """Choose the default of each virtual server whose other profiles have none: as few different ones as possible."""
    chosen: dict[str, tuple[str, ...]] = {}
    for split in sorted(splits, key=lambda split: len(split.kept)):
        if split.kept and not split.defaults:
            again = [path for path in split.kept if (path,) in chosen.values()]
            chosen[split.server.path] = tuple([*again, *split.kept][:1])
    return chosen
