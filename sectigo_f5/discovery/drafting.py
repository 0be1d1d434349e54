"""The settings of one entry: what the YAML has to say so that what is served today continues, or is better; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from sectigo_f5.device_objects import COMMON, STOCK_PROFILE, ClientSslProfile, VirtualServer
from sectigo_f5.discovery.naming import keys, may_be_ordered, names_served
from sectigo_f5.discovery.nouns import Group, Settings, Surroundings
from sectigo_f5.model import ALL_VIRTUAL_SERVERS, KeySpec, base_of, partition_of
from sectigo_f5.names import covers
from sectigo_f5.profile_names import profile_names

Profiles = Mapping[str, ClientSslProfile]  # of the whole device, by full path
DEPTH = 2  # names in the full path of what is directly in a partition


def settings_of(group: Group, profiles: Profiles, around: Surroundings) -> Settings:
    """Return the keys and values of an entry, in the order in which they are written; defaults are left out."""
    partition = partition_for(group, around)
    names = [name for name in names_served(group.certificates) if may_be_ordered(name)]
    sans = [name for name in names if name != group.common_name]
    parent = parents(group, profiles, partition)[0]
    settings: dict[str, object] = {
        "common_name": group.common_name,
        "sans": sans,
        **_key_settings(keys(group.certificates)),
        "partition": partition if partition != COMMON else None,
        "virtual_servers": [_shortest(server.path, partition) for server in group.servers],
        "parent_profile": parent if parent != STOCK_PROFILE else None,
        **_sni(group, profiles, names),
        "validation": "prevalidated" if has_wildcard(names) else None,
    }
    return {key: value for key, value in settings.items() if value not in (None, [], False)}


def has_wildcard(names: Collection[str]) -> bool:
    """Tell whether http-01 cannot prove the names."""
    return any(name.startswith("*.") for name in names)


def partition_for(group: Group, around: Surroundings) -> str:
    """Return where our objects go: beside the profile in service, unless AS3 would remove them there."""
    partitions = {partition_of(profile.path) for profile in group.profiles}
    return partitions.pop() if len(partitions) == 1 and not partitions & around.tenants else COMMON


def parents(group: Group, profiles: Profiles, partition: str) -> tuple[str, ...]:
    """Return the parents that our profile may need, the one that most virtual servers need first.

    It is the parent of the profile in service; or that profile itself if it has settings of its own, for ours
    inherits them so. One in another partition cannot be used.
    """
    ours = {f"/{partition}/{name}" for name in profile_names(base_of(group.common_name))}
    needed = Counter(_parent(use.profile, profiles, ours) for use in group.uses)
    possible = [path for path, _ in needed.most_common() if partition_of(path) in (partition, COMMON)]
    return tuple(possible) or (STOCK_PROFILE,)


def _parent(profile: ClientSslProfile, profiles: Profiles, ours: Collection[str]) -> str:
    parent = profiles.get(profile.parent or "")
    if parent is None:
        return profile.path
    has_its_own = profile.client_settings != parent.client_settings and profile.path not in ours
    return profile.path if has_its_own else parent.path


def _key_settings(specs: tuple[KeySpec, ...]) -> Settings:
    sizes: list[int | str] = [int(spec.size) if spec.size.isdecimal() else spec.size for spec in specs]
    if len(specs) > 1:
        return {"keys": [{"type": spec.type, "size": size} for spec, size in zip(specs, sizes, strict=True)]}
    return {"key_type": specs[0].type, "key_size": sizes[0]}


def _shortest(path: str, partition: str) -> str:
    """Return the bare name of what is directly in the partition, else the full path."""
    names = path[1:].split("/")
    bare = len(names) == DEPTH and names[0] == partition and names[1] != ALL_VIRTUAL_SERVERS
    return names[1] if bare else path


# -- SNI ---------------------------------------------------------------------------------------


def others_beside(group: Group, server: VirtualServer, profiles: Profiles) -> tuple[str, ...]:
    """Return the client SSL profiles of a virtual server that serve other certificates, and stay beside ours."""
    own = {profile.path for profile in group.profiles}
    return tuple(path for path in server.client_ssl if path not in own and not _is_bare_stock(profiles[path]))


def _is_bare_stock(profile: ClientSslProfile) -> bool:
    """Tell whether a profile is the one that a BIG-IP puts on virtual servers, as every BIG-IP has it."""
    return profile.path == STOCK_PROFILE and all(
        entry.certificate in (None, "/Common/default.crt") for entry in profile.entries
    )


def _sni(group: Group, profiles: Profiles, names: Collection[str]) -> Settings:
    shared = any(others_beside(group, server, profiles) for server in group.servers)
    requires = all(_requires_sni_itself(profile, profiles) for profile in group.profiles)
    if not (shared or requires):
        return {}
    served = server_names(group)
    usable = [name for name in served if covers(names, name)]
    return {
        "sni": True,
        "server_name": usable[0] if len(served) == len(usable) == 1 else None,
        "sni_default": shared and all(use.profile.sni_default for use in group.uses if len(use.server.client_ssl) > 1),
        "sni_require": requires,
    }


def server_names(group: Group) -> tuple[str, ...]:
    """Return the server names of the profiles in service, lower case."""
    return tuple(sorted({profile.server_name.lower() for profile in group.profiles if profile.server_name}))


def _requires_sni_itself(profile: ClientSslProfile, profiles: Profiles) -> bool:
    parent = profiles.get(profile.parent or "")
    return profile.sni_require and not (parent and parent.sni_require)


def shown(settings: Settings) -> Iterator[str]:
    """Yield the names that the certificate will have."""
    yield str(settings["common_name"])
    sans = settings.get("sans")
    yield from map(str, sans if isinstance(sans, list) else ())
