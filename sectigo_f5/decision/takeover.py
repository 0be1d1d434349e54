"""Which client SSL profiles of a virtual server ours takes over, which stay beside it, and when it is refused.

The rules are the table in ``docs/taking-over.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sectigo_f5.device_objects import COMMON, OFF, ON, STOCK_PROFILE, ClientSslProfile, Observation, VirtualServer
from sectigo_f5.model import Generation, partition_of
from sectigo_f5.names import covers
from sectigo_f5.profile_names import base_of_profile


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

    The profile of another certificate of this program stays, whether its file could be read today or not.
    Beside others (``sni: true``) so does one that serves names of its own. What is lost with a profile that
    is taken off is judged by rule 3.
    """
    job = seen.job
    if path in seen.managed:
        return False
    if path in job.replace_profiles:
        return True
    if is_of_this_program(seen.profiles[path]):
        return False
    if seen.hides_names(path) and job.sni:
        return False  # what else it serves is not known
    in_our_place = path in (STOCK_PROFILE, job.parent_profile) or covers(seen.names_of(path), job.common_name)
    return in_our_place and (not job.sni or all(covers(job.names, name) for name in seen.served_by(path)))


def is_of_this_program(profile: ClientSslProfile) -> bool:
    """True if every certificate in a profile has the name that this program gives to one in that profile."""
    base = base_of_profile(profile.path.rpartition("/")[2])
    held = [entry.certificate or "" for entry in profile.entries]
    return base is not None and bool(held) and all(Generation.parse(path, base) for path in held)


def gets_another_parent(seen: Observation) -> bool:
    """True if our profile is new, or its parent is not the one that the YAML names."""
    return seen.profile is None or seen.profile.parent != seen.job.parent_profile


def lineage(seen: Observation, path: str) -> tuple[str, ...]:
    """Return a client SSL profile and those that it inherits from, nearest first."""
    found = dict[str, None]()
    while path in seen.profiles and path not in found:
        found[path] = None
        path = seen.profiles[path].parent or ""
    return tuple(found)


def settings_after(seen: Observation) -> tuple[Mapping[str, str], ...]:
    """Return the settings that our profile may have after a change, each of the possibilities.

    A profile has its parent's settings but for its own. Whether it keeps those when it gets another parent
    is not documented; that they are its own shows in their being other than its parent's.
    """
    ours, parent = seen.profile, seen.profiles.get(seen.job.parent_profile)
    if ours and (parent is None or not gets_another_parent(seen)):
        return (ours.client_settings,)
    inherited = parent.client_settings if parent else {}
    if ours is None:
        return (inherited,)
    former = seen.profiles.get(ours.parent or "")
    before = former.client_settings if former else {}
    own = {name: value for name, value in ours.client_settings.items() if before.get(name) != value}
    return (inherited, {**inherited, **own}) if own else (inherited,)


# -- what is refused ---------------------------------------------------------------------------


def refusal(seen: Observation, server: VirtualServer) -> str | None:
    """Return why a virtual server cannot have our profile, with what to write; None if it can."""
    split = split_profiles(seen, server)
    return (
        _refuse_partition(seen, server)
        or (_refuse_other_profiles(seen, split) if split.kept and not seen.job.sni else None)
        or refuse_same_server_name(seen, server, split.kept)
        or _refuse_http2(seen, server)
    )


def refused_parent(seen: Observation) -> str | None:
    """Return why no profile of ours can have the parent that the YAML names; None if it can.

    Below a profile for SSL forward proxy the BIG-IP wants the key of a CA (01071610, seen in
    terraform-provider-bigip #213).
    """
    path = seen.job.parent_profile
    parent = seen.profiles.get(path)
    if parent is None or not gets_another_parent(seen):
        return None
    if seen.job.profile in lineage(seen, path):
        what = f"is {seen.job.profile} itself, or inherits from it"
    elif parent.client_settings.get("mode") == OFF:
        what = "is switched off (mode disabled), so a profile below it would not speak TLS"
    elif parent.client_settings.get("sslForwardProxy") == ON:
        what = "is for SSL forward proxy and wants the key of a CA (01071610)"
    else:
        return None
    return f"the parent profile {path} {what}; write another `parent_profile` for {seen.job.common_name}"


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
    may_go = (
        "" if set(split.kept) & seen.managed else f", or `replace_profiles: [{', '.join(split.kept)}]` if that may go"
    )
    remedy = f"write `sni: true` for {job.common_name} to serve both{may_go}"
    if len(split.kept) == 1 and _was_never_given_a_certificate(seen, split.kept[0]):
        remedy = f"write `parent_profile: {split.kept[0]}` to take its place and have its settings, or {remedy}"
    server = split.server.path
    return f"{server} already has the client SSL profile {others}, which does not serve {job.common_name}; {remedy}"


def _refuse_http2(seen: Observation, server: VirtualServer) -> str | None:
    """An HTTP/2 profile that enforces its TLS requirements takes no renegotiation (01070734, F5 Bug ID 516327)."""
    stays = seen.job.profile in server.client_ssl and not gets_another_parent(seen)
    allowed = any(settings.get("renegotiation") == ON for settings in settings_after(seen))
    if server.http2 is None or stays or not allowed:
        return None
    return (
        f"{server.path} has the HTTP/2 profile {server.http2}, which refuses client SSL profiles that allow "
        f"renegotiation (01070734), as {seen.job.parent_profile} does; write for {seen.job.common_name} a "
        "`parent_profile` in which renegotiation is disabled"
    )


def refuse_plain_text(seen: Observation, server: VirtualServer, *, answers_80: bool) -> str | None:
    """Never give TLS to what answers plain HTTP for everybody, or the CA's challenges."""
    if answers_80:
        what = "answers port 80 in plain text"
    elif not server.listens.port and not server.listens.is_known:
        what = "may answer port 80 in plain text (its address and port are not shown, or lists that cannot be read)"
    elif server.path in seen.job.challenge_virtual_servers:
        what = "answers the CA's challenges in plain text (challenge_virtual_servers)"
    else:
        return None
    return (
        f"{server.path} {what}, so it gets no TLS; write the virtual server for HTTPS under virtual_servers of "
        f"{seen.job.common_name}, or attach a client SSL profile to it by hand first"
    )


def refuse_same_server_name(seen: Observation, server: VirtualServer, others: Iterable[str]) -> str | None:
    """BIG-IP has one profile per server name (0107149e, seen in k8s-bigip-ctlr #1042)."""
    job, wanted = seen.job, seen.job.wanted_server_name
    same = next((path for path in others if wanted and _server_name(seen, path) == wanted.lower()), None)
    if same is None:
        return None
    lost = sorted(name for name in seen.served_by(same) if not covers(job.names, name))
    remedy = "write another server_name for one of the two certificates"
    if same not in seen.managed and lost:
        remedy = f"add {', '.join(lost)} to the sans of {job.common_name}, so that ours takes its place"
    return (
        f"the client SSL profile {same} of {server.path} has the server name {wanted} already, and a virtual "
        f"server takes one profile for a name; {remedy}, or change the server name of {same}"
    )


def _server_name(seen: Observation, path: str) -> str:
    return (seen.profiles[path].server_name or "").lower()


def _was_never_given_a_certificate(seen: Observation, path: str) -> bool:
    return path not in seen.managed and all(
        seen.is_the_devices_own(e.certificate or "") for e in seen.profiles[path].entries
    )


def _describe_names(seen: Observation, path: str) -> str:
    return ", ".join(sorted(seen.names_of(path))) or "names unknown"
