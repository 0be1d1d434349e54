"""Which client SSL profiles of a virtual server ours takes over, which stay beside it, and when it is refused.

The rules are the table in ``docs/taking-over.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

from sectigo_f5.device_objects import (
    COMMON,
    OWN_CERTIFICATE,
    STOCK_PROFILE,
    ClientSslProfile,
    Observation,
    VirtualServer,
)
from sectigo_f5.model import Generation, partition_of
from sectigo_f5.names import covers

IGNORE = "ignore"  # the peerCertMode of a profile that asks clients for no certificate


@dataclass(frozen=True)
class ProfileSplit:
    """One virtual server's other profiles: taken over, kept beside ours, and the SNI defaults among the kept."""

    server: VirtualServer
    taken: tuple[str, ...]
    kept: tuple[str, ...]
    defaults: tuple[str, ...]


def split_profiles(seen: Observation, server: VirtualServer) -> ProfileSplit:
    """Sort the other client SSL profiles of a virtual server."""
    others = [path for path in server.client_ssl if path != seen.job.profile]
    taken = tuple(path for path in others if _takes_over(seen, path))
    kept = tuple(path for path in others if path not in taken)
    return ProfileSplit(server, taken, kept, tuple(path for path in kept if seen.profiles[path].sni_default))


def _takes_over(seen: Observation, path: str) -> bool:
    """Decide whether our profile takes the place of ``path``.

    Beside others (``sni: true``) a profile that also serves names of its own stays: taking it off
    would leave those names without a certificate.
    """
    job = seen.job
    if path in seen.managed:
        return False
    if path in (STOCK_PROFILE, job.parent_profile):
        return True
    names = seen.names_of(path)
    if not covers(names, job.common_name):
        return False
    return not job.sni or all(covers(job.names, name) for name in names)


def foreign_profile_of_our_name(seen: Observation) -> ClientSslProfile | None:
    """Return the profile of our name if somebody else made it; None if it is ours, or not there."""
    profile = seen.profile
    if profile is None or seen.pairs:
        return None
    ours = any(Generation.parse(entry.certificate or "", seen.job.base) for entry in profile.entries)
    return None if ours else profile


def model_profile(seen: Observation) -> ClientSslProfile | None:
    """Return the profile whose settings ours has: itself, or its parent if it is new or gets another parent."""
    ours, parent = seen.profile, seen.job.parent_profile
    return ours if ours and ours.parent == parent else seen.profiles.get(parent)


# -- what is refused ---------------------------------------------------------------------------


def refusal(seen: Observation, server: VirtualServer) -> str | None:
    """Return why a virtual server cannot have our profile, with what to write; None if it can."""
    split = split_profiles(seen, server)
    if split.kept and not seen.job.sni:
        return _refuse_partition(seen, server) or _refuse_other_profiles(seen, split)
    return (
        _refuse_partition(seen, server)
        or _refuse_same_server_name(seen, split)
        or _refuse_lost_client_certificates(seen, split)
    )


def refused_profile(seen: Observation) -> str | None:
    """Return why a profile that somebody made under our name cannot become ours, with what to write."""
    profile, parent = foreign_profile_of_our_name(seen), seen.profiles.get(seen.job.parent_profile)
    mode = profile.client_settings.get("peerCertMode", IGNORE) if profile else IGNORE
    if profile is None or parent is None or mode == IGNORE:
        return None
    if parent.client_settings.get("peerCertMode", mode) == mode:
        return None
    return (
        f"the client SSL profile {profile.path} was made by somebody else and asks clients for certificates "
        f"(peerCertMode {mode}), which {parent.path} does not; write `parent_profile: {profile.parent}` for "
        f"{seen.job.common_name} to keep its settings, or give it another name"
    )


def _refuse_partition(seen: Observation, server: VirtualServer) -> str | None:
    job, partition = seen.job, partition_of(server.path)
    if job.partition in (partition, COMMON):
        return None
    return (
        f"{server.path} cannot use a client SSL profile of partition {job.partition}: a BIG-IP lets it use those "
        f"of its own partition and of Common alone (01070726); write `partition: {partition}` for "
        f"{job.common_name}, or take {server.path} out of virtual_servers"
    )


def _refuse_other_profiles(seen: Observation, split: ProfileSplit) -> str:
    job = seen.job
    others = " and ".join(f"{path} ({_describe_names(seen, path)})" for path in split.kept)
    remedy = f"write `sni: true` for {job.common_name} to serve both, or take that profile off the virtual server"
    if len(split.kept) == 1 and _was_never_given_a_certificate(seen, split.kept[0]):
        remedy = f"write `parent_profile: {split.kept[0]}` to take its place and have its settings, or {remedy}"
    server = split.server.path
    return f"{server} already has the client SSL profile {others}, which does not serve {job.common_name}; {remedy}"


def _refuse_same_server_name(seen: Observation, split: ProfileSplit) -> str | None:
    """BIG-IP has one profile per server name (0107149e, seen in k8s-bigip-ctlr #1042)."""
    job, wanted = seen.job, seen.job.wanted_server_name
    same = next((path for path in split.kept if wanted and seen.profiles[path].server_name == wanted), None)
    if same is None:
        return None
    others = sorted(name for name in seen.names_of(same) if "." in name and not covers(job.names, name))
    remedy = "write another server_name for one of the two certificates"
    if same not in seen.managed and others:
        remedy = f"add {', '.join(others)} to the sans of {job.common_name}, so that ours takes its place"
    return (
        f"the client SSL profile {same} of {split.server.path} has the server name {wanted} already, and a virtual "
        f"server takes one profile for a name; {remedy}, or change the server name of {same}"
    )


def _refuse_lost_client_certificates(seen: Observation, split: ProfileSplit) -> str | None:
    """Never let a virtual server that asks for client certificates open itself to everybody."""
    ours = model_profile(seen)
    asked = ours.client_settings.get("peerCertMode") if ours else None
    for path in split.taken:
        mode = seen.profiles[path].client_settings.get("peerCertMode", IGNORE)
        if ours and mode != IGNORE and asked is not None and mode != asked:
            return (
                f"the client SSL profile {path} of {split.server.path} asks clients for certificates (peerCertMode "
                f"{mode}) and {ours.path} does not, so its place is not taken; write `parent_profile: {path}` for "
                f"{seen.job.common_name} to have its settings, or take it off the virtual server"
            )
    return None


def _was_never_given_a_certificate(seen: Observation, path: str) -> bool:
    return path not in seen.managed and all(e.certificate == OWN_CERTIFICATE for e in seen.profiles[path].entries)


def _describe_names(seen: Observation, path: str) -> str:
    return ", ".join(sorted(seen.names_of(path))) or "names unknown"
