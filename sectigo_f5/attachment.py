"""Which client SSL profiles a virtual server gets and loses; pure.

The rules are the table "Taking over a virtual server" in the README. A virtual server with two
client SSL profiles needs exactly one that is the default for SNI (BIG-IP errors 01071809 and
0107149c), so flags and attachments change in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from sectigo_f5.certificates import covers
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job
from sectigo_f5.observed import STOCK_PROFILE, Observation, VirtualServer


@dataclass(frozen=True)
class Attachment:
    """What changes on one virtual server, and which other profiles' SNI default flag with it."""

    virtual_server: str
    add: bool
    remove: tuple[str, ...]
    make_default: tuple[str, ...]  # other profiles that become the SNI default
    drop_default: tuple[str, ...]  # other profiles that stop being it
    ours_is_default: bool

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
    """Plan every virtual server of a certificate; raises :class:`ConnectorError` where one is refused."""
    return tuple(plan_attachment(job, seen, server) for server in seen.virtual_servers)


def plan_attachment(job: Job, seen: Observation, server: VirtualServer) -> Attachment:
    """Plan one virtual server: add our profile, remove what it takes over, keep one SNI default."""
    others = [path for path in server.client_ssl if path != job.profile]
    taken = tuple(path for path in others if _takes_over(job, seen, path))
    kept = tuple(path for path in others if path not in taken)
    if kept and not job.sni:
        raise ConnectorError(_refusal(job, seen, server, kept))
    defaults = tuple(path for path in kept if seen.profiles[path].sni_default) if kept else ()
    ours = job.sni_default or _inherits_default(seen, taken, kept, defaults) or _is_default(job, seen, defaults)
    return Attachment(
        virtual_server=server.path,
        add=job.profile not in server.client_ssl,
        remove=taken,
        make_default=kept[:1] if kept and not defaults and not ours else (),
        drop_default=defaults if ours else (),
        ours_is_default=ours,
    )


def _takes_over(job: Job, seen: Observation, path: str) -> bool:
    """Decide whether our profile stands in for ``path``.

    Beside others (``sni: true``) a profile that also serves names of its own stays: taking it off
    would leave those names without a certificate.
    """
    if path in seen.managed:
        return False
    if path in (STOCK_PROFILE, job.parent_profile):
        return True
    names = _names(seen, path)
    if not any(covers(names, name) for name in (job.common_name,)):
        return False
    return not job.sni or all(covers(job.names, name) for name in names)


def _names(seen: Observation, path: str) -> frozenset[str]:
    profile = seen.profiles.get(path)
    found = [seen.certificates.get(entry.certificate or "") for entry in (profile.entries if profile else ())]
    return frozenset(name for certificate in found if certificate for name in certificate.all_names())


def lost_names(job: Job, seen: Observation, attachment: Attachment) -> tuple[str, ...]:
    """Return the names that a profile taken over served and this certificate does not."""
    gone = (name for path in attachment.remove if path != STOCK_PROFILE for name in _names(seen, path))
    return tuple(sorted({name for name in gone if "." in name and not covers(job.names, name)}))


def _inherits_default(
    seen: Observation, taken: tuple[str, ...], kept: tuple[str, ...], defaults: tuple[str, ...]
) -> bool:
    was_default = any(path in seen.profiles and seen.profiles[path].sni_default for path in taken)
    return bool(kept) and was_default and not defaults


def _is_default(job: Job, seen: Observation, defaults: tuple[str, ...]) -> bool:
    """Our profile stays the default that it already is, unless another one holds the flag."""
    return bool(seen.profile and seen.profile.sni_default and not defaults and job.sni)


def _refusal(job: Job, seen: Observation, server: VirtualServer, kept: tuple[str, ...]) -> str:
    told = " and ".join(f"{path} ({', '.join(sorted(_names(seen, path))) or 'names unknown'})" for path in kept)
    return (
        f"{server.path} already has the client SSL profile {told}, which does not serve {job.common_name}; "
        f"write `sni: true` for {job.common_name} to serve both, or take that profile off the virtual server"
    )
