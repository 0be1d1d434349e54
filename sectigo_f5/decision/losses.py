"""What clients lose with the profiles whose place ours takes: names, and settings of the profile."""

from __future__ import annotations

from sectigo_f5.decision.takeover import foreign_profile_of_our_name, model_profile, split_profiles
from sectigo_f5.device_objects import STOCK_PROFILE, Observation, VirtualServer
from sectigo_f5.names import covers


def losses(seen: Observation) -> tuple[str, ...]:
    """Return one sentence per loss, with what to write in the YAML to avoid it."""
    on_servers = (sentence for server in seen.virtual_servers for sentence in _losses_on(seen, server))
    return (*_losses_in_our_profile(seen), *on_servers)


def lost_names(seen: Observation, server: VirtualServer) -> tuple[str, ...]:
    """Return the names that a replaced profile covered and this certificate does not."""
    taken = split_profiles(seen, server).taken
    names = (name for path in taken if path != STOCK_PROFILE for name in seen.names_of(path))
    return tuple(sorted({name for name in names if "." in name and not covers(seen.job.names, name)}))


def _losses_in_our_profile(seen: Observation) -> list[str]:
    job, profile = seen.job, foreign_profile_of_our_name(seen)
    if profile is None:
        return []
    names = sorted(name for name in seen.names_of(profile.path) if "." in name and not covers(job.names, name))
    sentences = [f"{profile.path} was there before and no longer serves {', '.join(names)}"] if names else []
    if profile.parent != job.parent_profile:
        sentences.append(
            f"{profile.path} was there before with the parent {profile.parent}; write `parent_profile: "
            f"{profile.parent}` for {job.common_name} to have its settings back"
        )
    return sentences


def _losses_on(seen: Observation, server: VirtualServer) -> list[str]:
    names = lost_names(seen, server)
    sentences = (
        [f"{server.path} no longer serves {', '.join(names)}, which the replaced profile covered"] if names else []
    )
    ours = model_profile(seen)
    if ours is None:
        return sentences
    for path in split_profiles(seen, server).taken:
        before, after = seen.profiles[path].client_settings, ours.client_settings
        differing = sorted(name for name, value in before.items() if after.get(name, value) != value)
        if differing:
            sentences.append(
                f"{server.path} has {', '.join(differing)} of {ours.path}, no longer of {path}; write "
                f"`parent_profile: {path}` for {seen.job.common_name} to have them back"
            )
    return sentences
