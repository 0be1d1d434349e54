"""What an operator has to look at before an entry is used, in sentences; pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sectigo_f5.decision.takeover import is_of_this_program
from sectigo_f5.discovery.drafting import Profiles, others_beside, parents, partition_for, server_names
from sectigo_f5.discovery.issuers import why_private
from sectigo_f5.discovery.naming import key_like, keys, may_be_ordered, names_served
from sectigo_f5.discovery.nouns import Group, Settings, Surroundings
from sectigo_f5.model import base_of, partition_of
from sectigo_f5.names import covers
from sectigo_f5.profile_names import profile_names

SHOWN = 5  # paths that a sentence names
CLIENT_CERTIFICATES = "peerCertMode"
# top-level names that are nobody's (RFC 6761, ICANN's .internal) or much used inside
RESERVED = ("corp", "home", "internal", "intranet", "invalid", "lan", "local", "localhost", "private", "test")


def facts(group: Group) -> Iterator[str]:
    """Say what is served today."""
    for each in group.certificates:
        key = f"{each.key}" if each.key else "a key that is not shown"
        end = f"until {each.not_after:%Y-%m-%d}" if each.not_after else "its end is not shown"
        yield f"today: {each.path}, {key}, {end}, issued by {each.issuer or 'somebody who is not shown'}"


def doubts(group: Group, settings: Settings, profiles: Profiles, around: Surroundings, now: datetime) -> Iterator[str]:
    """Say everything that may not be as it was meant."""
    yield from _of_certificates(group, now)
    yield from _of_names(group)
    yield from _of_keys(group)
    yield from _of_profiles(group, settings, profiles, around)
    yield from _of_sni(group, settings, profiles)
    yield from _of_servers(group)


def some(listed: list[str] | tuple[str, ...]) -> str:
    """Name the first few."""
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return f"{', '.join(listed[:SHOWN])}{more}"


def _of_certificates(group: Group, now: datetime) -> Iterator[str]:
    if len({frozenset(each.served_names()) for each in group.certificates}) > 1:
        yield (
            f"{some([each.path for each in group.certificates])} have different names; one certificate with all of "
            "them takes their place"
        )
    for each in group.certificates:
        if each.not_after and each.not_after <= now:
            yield f"{each.path} expired on {each.not_after:%Y-%m-%d}: perhaps nobody needs it any more"
        if why := why_private(each):
            yield f"{each.path} {why}: clients may trust that issuer alone"
        if each.cut:
            yield f"the BIG-IP shows only the first names of {each.path}; write the others under sans"


def _of_names(group: Group) -> Iterator[str]:
    names = names_served(group.certificates)
    if refused := [name for name in names if not may_be_ordered(name)]:
        yield f"left out, for no certificate can be ordered for it: {some(refused)}"
    reserved = [name for name in names if may_be_ordered(name) and name.rpartition(".")[2] in RESERVED]
    if reserved:
        yield f"no public CA issues for {some(reserved)}"


def _of_keys(group: Group) -> Iterator[str]:
    made = [str(spec) for spec in keys(group.certificates)]
    for each in group.certificates:
        if key_like(each.key) is None:
            yield f"{each.path} has a key {each.key or 'that is not shown'}; it becomes {' and '.join(made)}"
        elif str(each.key) not in made:
            yield f"{each.path} has a key {each.key}, which becomes {key_like(each.key)}"


def _of_profiles(group: Group, settings: Settings, profiles: Profiles, around: Surroundings) -> Iterator[str]:
    foreign = [profile for profile in group.profiles if not is_of_this_program(profile)]
    names = profile_names(base_of(group.common_name))
    renamed = [profile for profile in foreign if profile.path.rpartition("/")[2] in names]
    foreign = [profile for profile in foreign if profile not in renamed]
    if renamed:
        yield f"{some([profile.path for profile in renamed])} has the name of ours, and becomes ours"
    if foreign:
        paths = some([profile.path for profile in foreign])
        yield f"ours takes the place of the client SSL profile {paths}, which stays on the BIG-IP"
    needed = parents(group, profiles, partition_for(group, around))
    if needed[0] in {profile.path for profile in foreign}:
        yield f"{needed[0]} has settings of its own: ours inherits them from it, so it must not be deleted"
    if len(needed) > 1:
        yield f"its virtual servers have different settings: parent_profile could also be {some(needed[1:])}"
    for profile in group.profiles:
        mode = profile.client_settings.get(CLIENT_CERTIFICATES, "ignore")
        if mode != "ignore":
            yield f"{profile.path} asks clients for certificates (mutual TLS, {CLIENT_CERTIFICATES} {mode})"
        if profile.app_service:
            yield f"{profile.path} belongs to the iApp {profile.app_service}, which may put it back"
    moved = sorted({partition_of(profile.path) for profile in foreign} - {str(settings.get("partition", "Common"))})
    if moved:
        yield f"the profile in service is in partition {some(moved)}, ours will be in another one"


def _of_sni(group: Group, settings: Settings, profiles: Profiles) -> Iterator[str]:
    for server in group.servers:
        if others := others_beside(group, server, profiles):
            yield f"{server.path} serves other certificates too, by the profile {some(others)}"
    names = [str(settings["common_name"]), *names_served(group.certificates)]
    served = server_names(group)
    if len(served) > 1 or not all(covers(names, name) for name in served):
        yield f"the server name {some(served)} of the profiles in service is left out: write the one that is meant"


def _of_servers(group: Group) -> Iterator[str]:
    if disabled := [server.path for server in group.servers if not server.enabled]:
        yield f"disabled: {some(disabled)}"
    for server in group.servers:
        if server.app_service:
            yield f"{server.path} belongs to the iApp {server.app_service}: deployed again, it may detach our profile"
