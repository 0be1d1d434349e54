"""What the other profiles of a virtual server mean for ours: taken over, kept beside it, or in the way; pure.

The rules are the table in docs/taking-over.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sectigo_f5.device_objects import (
    COMMON,
    OWN_CERTIFICATE,
    STOCK_PROFILE,
    ClientSslProfile,
    Observation,
    VirtualServer,
    wanted_server_name,
)
from sectigo_f5.model import Generation, Job, partition_of
from sectigo_f5.names import covers

IGNORE = "ignore"  # the peerCertMode of a profile that asks clients for no certificate


@dataclass(frozen=True)
class ProfileSplit:
    """One virtual server's other profiles: what ours takes over, what stays beside it, and the default among those."""

    server: VirtualServer
    taken: tuple[str, ...]
    kept: tuple[str, ...]
    defaults: tuple[str, ...]


def split_profiles(job: Job, seen: Observation, server: VirtualServer) -> ProfileSplit:
    """Sort the other client SSL profiles of a virtual server."""
    others = [path for path in server.client_ssl if path != job.profile]
    taken = tuple(path for path in others if _takes_over(job, seen, path))
    kept = tuple(path for path in others if path not in taken)
    return ProfileSplit(server, taken, kept, tuple(path for path in kept if seen.profiles[path].sni_default))


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
    if not covers(names, job.common_name):
        return False
    return not job.sni or all(covers(job.names, name) for name in names)


# -- what is refused ---------------------------------------------------------------------------


def refusal(job: Job, seen: Observation, server: VirtualServer) -> str | None:
    """Return why a virtual server cannot have our profile, with what to write; None where it can."""
    if partition_of(server.path) != job.partition != COMMON:
        return (
            f"{server.path} cannot use a client SSL profile of partition {job.partition}: a BIG-IP lets it use those "
            f"of its own partition and of Common alone (01070726); write `partition: {partition_of(server.path)}` for "
            f"{job.common_name}, or take {server.path} out of virtual_servers"
        )
    share = split_profiles(job, seen, server)
    if share.kept and not job.sni:
        return _told_of_others(job, seen, share)
    return _told_of_same_name(job, seen, share) or _told_of_client_certificates(job, seen, share)


def refused_profile(job: Job, seen: Observation) -> str | None:
    """Return why a profile that somebody made under our name cannot become ours, with what to write."""
    profile, parent = foreign_profile_of_our_name(job, seen), seen.profiles.get(job.parent_profile)
    mode = profile.client_settings.get("peerCertMode", IGNORE) if profile else IGNORE
    if profile is None or parent is None or mode == IGNORE or parent.client_settings.get("peerCertMode", mode) == mode:
        return None
    return (
        f"the client SSL profile {profile.path} was made by somebody else and asks clients for certificates "
        f"(peerCertMode {mode}), which {parent.path} does not; write `parent_profile: {profile.parent}` for "
        f"{job.common_name} to keep its settings, or give it another name"
    )


def foreign_profile_of_our_name(job: Job, seen: Observation) -> ClientSslProfile | None:
    """Return the profile of our name where it was there before us, None where it is ours or not there."""
    profile = seen.profile
    if profile is None or seen.pairs:
        return None
    ours = any(Generation.parse(entry.certificate or "", job.base) for entry in profile.entries)
    return None if ours else profile


def _told_of_others(job: Job, seen: Observation, share: ProfileSplit) -> str:
    told = " and ".join(f"{path} ({_names_told(seen, path)})" for path in share.kept)
    remedy = f"write `sni: true` for {job.common_name} to serve both, or take that profile off the virtual server"
    if len(share.kept) == 1 and _was_never_given_a_certificate(seen, share.kept[0]):
        remedy = f"write `parent_profile: {share.kept[0]}` to take its place and have its settings, or {remedy}"
    server = share.server.path
    return f"{server} already has the client SSL profile {told}, which does not serve {job.common_name}; {remedy}"


def _told_of_same_name(job: Job, seen: Observation, share: ProfileSplit) -> str | None:
    """BIG-IP has one profile for one server name (0107149e, seen in k8s-bigip-ctlr #1042)."""
    wanted = wanted_server_name(job)
    same = next((path for path in share.kept if wanted and seen.profiles[path].server_name == wanted), None)
    if same is None:
        return None
    others = sorted(name for name in _names(seen, same) if "." in name and not covers(job.names, name))
    remedy = "write another server_name for one of the two certificates"
    if same not in seen.managed and others:
        remedy = f"add {', '.join(others)} to the sans of {job.common_name}, so that ours takes its place"
    return (
        f"the client SSL profile {same} of {share.server.path} has the server name {wanted} already, and a virtual "
        f"server takes one profile for a name; {remedy}, or change the server name of {same}"
    )


def _told_of_client_certificates(job: Job, seen: Observation, share: ProfileSplit) -> str | None:
    """Never let a virtual server that asks for client certificates open itself to everybody."""
    ours = _model(job, seen)
    asked = ours.client_settings.get("peerCertMode") if ours else None
    for path in share.taken:
        mode = seen.profiles[path].client_settings.get("peerCertMode", IGNORE)
        if ours and mode != IGNORE and asked is not None and mode != asked:
            return (
                f"the client SSL profile {path} of {share.server.path} asks clients for certificates (peerCertMode "
                f"{mode}) and {ours.path} does not, so its place is not taken; write `parent_profile: {path}` for "
                f"{job.common_name} to have its settings, or take it off the virtual server"
            )
    return None


def _was_never_given_a_certificate(seen: Observation, path: str) -> bool:
    return path not in seen.managed and all(e.certificate == OWN_CERTIFICATE for e in seen.profiles[path].entries)


def _names(seen: Observation, path: str) -> frozenset[str]:
    profile = seen.profiles.get(path)
    found = [seen.certificates.get(entry.certificate or "") for entry in (profile.entries if profile else ())]
    return frozenset(name for certificate in found if certificate for name in certificate.all_names())


def _names_told(seen: Observation, path: str) -> str:
    return ", ".join(sorted(_names(seen, path))) or "names unknown"


def _model(job: Job, seen: Observation) -> ClientSslProfile | None:
    """Return the profile whose settings ours has: itself, unless it is yet to be made or to get another parent."""
    ours = seen.profile
    return ours if ours and ours.parent == job.parent_profile else seen.profiles.get(job.parent_profile)


# -- what is lost ------------------------------------------------------------------------------


def losses(job: Job, seen: Observation) -> tuple[str, ...]:
    """Return what clients lose with the profiles whose place ours takes: names, and settings of the profile."""
    servers = (told for server in seen.virtual_servers for told in _lost_on(job, seen, server))
    return (*_lost_in_ours(job, seen), *servers)


def _lost_in_ours(job: Job, seen: Observation) -> list[str]:
    profile = foreign_profile_of_our_name(job, seen)
    if profile is None:
        return []
    names = sorted(name for name in _names(seen, profile.path) if "." in name and not covers(job.names, name))
    told = [f"{profile.path} was there before and serves {', '.join(names)} no longer"] if names else []
    if profile.parent != job.parent_profile:
        told.append(
            f"{profile.path} was there before with the parent {profile.parent}; write `parent_profile: "
            f"{profile.parent}` for {job.common_name} to have its settings back"
        )
    return told


def _lost_on(job: Job, seen: Observation, server: VirtualServer) -> list[str]:
    told = []
    names = lost_names(job, seen, server)
    if names:
        told.append(f"{server.path} serves {', '.join(names)} no longer, which the profile taken over named")
    ours = _model(job, seen)
    for path in split_profiles(job, seen, server).taken:
        theirs = seen.profiles[path].client_settings
        differs = sorted(
            name for name, value in theirs.items() if ours and ours.client_settings.get(name, value) != value
        )
        if ours and differs:
            told.append(
                f"{server.path} has {', '.join(differs)} of {ours.path}, no longer of {path}; write "
                f"`parent_profile: {path}` for {job.common_name} to have them back"
            )
    return told


def lost_names(job: Job, seen: Observation, server: VirtualServer) -> tuple[str, ...]:
    """Return the names that a profile taken over served and this certificate does not."""
    gone = (
        name for path in split_profiles(job, seen, server).taken if path != STOCK_PROFILE for name in _names(seen, path)
    )
    return tuple(sorted({name for name in gone if "." in name and not covers(job.names, name)}))


def told_apart(job: Job, seen: Observation) -> Job:
    """Return the certificate as a handshake can tell it from its neighbours: with a server name that is its alone.

    Where two profiles have a name in common (a wildcard beside one of its hosts), nobody tells
    which of them a BIG-IP chooses, and both are right. Without a name of its own it is not looked at.
    """
    if not job.sni or wanted_server_name(job):
        return job
    theirs = {name for server in seen.virtual_servers for name in _answered_by(seen, split_profiles(job, seen, server))}
    own = [name for name in job.names if not covers(theirs, name)]
    if job.common_name in own:
        return job
    return replace(job, server_name=own[0]) if own else replace(job, verify_handshake="off")


def _answered_by(seen: Observation, share: ProfileSplit) -> Iterator[str]:
    """Yield the names that the profiles beside ours are chosen for."""
    for path in share.kept:
        server_name = seen.profiles[path].server_name
        yield from (server_name,) if server_name else _names(seen, path)
