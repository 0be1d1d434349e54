"""Which client SSL profiles a virtual server gets and loses; pure.

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
from sectigo_f5.model import Job


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
        """True when there is anything to do."""
        return bool(self.add or self.remove or self.make_default or self.drop_default)

    def __str__(self) -> str:
        told = [f"attach to {self.virtual_server}"] if self.add else []
        told += [f"take {path} off {self.virtual_server}" for path in self.remove]
        told += [f"make {path} the SNI default" for path in self.make_default]
        told += [f"make {path} no longer the SNI default" for path in self.drop_default]
        return ", ".join(told)


def plan_attachments(job: Job, seen: Observation) -> tuple[Attachment, ...]:
    """Plan every virtual server of a certificate: add our profile, remove what it takes over, keep one SNI default.

    Raises :class:`ConnectorError` where a virtual server refuses it.
    """
    refused = [told for told in (refusal(job, seen, server) for server in seen.virtual_servers) if told]
    if refused:
        raise ConnectorError("; ".join(refused))
    shares = [split_profiles(job, seen, server) for server in seen.virtual_servers]
    ours = _ours_is_default(job, seen, shares)
    made = {} if ours else _new_defaults(shares)
    return tuple(
        Attachment(
            virtual_server=share.server.path,
            add=job.profile not in share.server.client_ssl,
            remove=share.taken,
            make_default=made.get(share.server.path, ()),
            drop_default=share.defaults if ours else (),
            ours_is_default=ours,
        )
        for share in shares
    )


def _ours_is_default(job: Job, seen: Observation, shares: Iterable[ProfileSplit]) -> bool:
    """Decide who answers clients without a known name: who did before, unless the YAML says that we do."""
    if not job.sni or job.sni_default:
        return job.sni
    if any(share.defaults for share in shares):
        return False
    handed_on = any(share.kept and any(seen.profiles[path].sni_default for path in share.taken) for share in shares)
    return handed_on or bool(seen.profile and seen.profile.sni_default)


def _new_defaults(shares: Iterable[ProfileSplit]) -> dict[str, tuple[str, ...]]:
    """Choose the default of each virtual server whose other profiles have none: as few different ones as possible."""
    chosen: dict[str, tuple[str, ...]] = {}
    for share in sorted(shares, key=lambda share: len(share.kept)):
        if share.kept and not share.defaults:
            again = [path for path in share.kept if (path,) in chosen.values()]
            chosen[share.server.path] = tuple([*again, *share.kept][:1])
    return chosen
