"""Which client SSL profile answers a client of a virtual server, now and after a change.

A BIG-IP chooses by the name in the client's hello: a profile whose server name it is (which may be a
wildcard); a profile without one whose certificate has the name; else the default for SNI (AskF5 K13452).
Which of several that match wins is not documented, so each of them is a possible answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sectigo_f5.decision.attachment import Attachment
from sectigo_f5.decision.sni_flags import attached_after, changed_flags
from sectigo_f5.decision.takeover import settings_after
from sectigo_f5.device_objects import OFF, Observation, VirtualServer
from sectigo_f5.names import covers, is_address, is_served

ANY_HOST = "connector-check"  # stands for the hosts under a wildcard that no certificate names
HIDDEN = "names that the BIG-IP does not show"  # of a certificate with so many that it cuts them off


@dataclass(frozen=True)
class Answer:
    """A client SSL profile as clients meet it."""

    profile: str
    names: frozenset[str]  # for which clients accept its certificates
    matched: frozenset[str]  # which it is chosen for
    default: bool = field(compare=False)
    requires_name: bool = field(compare=False)  # as the default it refuses clients without a known name
    settings: Mapping[str, str] = field(default_factory=dict)
    named: bool = False  # ``matched`` is its server name, which may count more than a certificate's

    def __hash__(self) -> int:
        return hash((self.profile, self.names))

    @property
    def speaks_tls(self) -> bool:
        """False for a profile that is switched off: its virtual server lets everything through as it comes."""
        return self.settings.get("mode") != OFF

    def serves(self, name: str) -> bool:
        """True if clients that ask for ``name`` accept its certificate."""
        return self.speaks_tls and covers(self.names, name)


@dataclass(frozen=True)
class Scene:
    """The client SSL profiles of one virtual server, before a change and after it."""

    server: VirtualServer
    before: tuple[Answer, ...]
    after: tuple[Answer, ...]

    @property
    def changes(self) -> bool:
        """True if any client may notice a difference."""
        before, after = (
            [(each, each.default, each.requires_name) for each in side] for side in (self.before, self.after)
        )
        return before != after

    @property
    def enables_tls(self) -> bool:
        """True if the virtual server speaks plain text now, and TLS afterwards."""
        before, after = (any(each.speaks_tls for each in side) for side in (self.before, self.after))
        return after and not before

    def names(self) -> tuple[str, ...]:
        """Every name that is answered with a certificate of its own, before or after; wildcards as such."""
        both = (*self.before, *self.after)
        return tuple(sorted({name for answer in both for name in (*answer.names, *answer.matched)}))


def answering(answers: Sequence[Answer], name: str | None) -> frozenset[Answer]:
    """Return the profiles that may answer a client: one if it is certain, none if there is none.

    ``name`` None is a client without SNI, as is one that asks for an address.
    """
    asked = host(name) if name and not is_address(name) else None
    matching = [answer for answer in answers if asked and covers(answer.matched, asked)]
    if matching and len(answers) > 1:
        return frozenset(matching)
    default = answers if len(answers) == 1 else [answer for answer in answers if answer.default]
    refused = asked is None or not matching
    return frozenset(answer for answer in default if not (refused and answer.requires_name))


def host(name: str) -> str:
    """Return a name that a client can ask for: for a wildcard, a host under it."""
    return f"{ANY_HOST}{name[1:]}" if name.startswith("*") else name


def scenes(
    seen: Observation,
    plans: Sequence[Attachment] | None,
    servers: Iterable[VirtualServer],
    names: Iterable[str] | None = None,
) -> tuple[Scene, ...]:
    """Foresee a change on ``servers``.

    ``plans`` None means that nothing but the pair of our profile changes. ``names`` are those of the pair
    that it is to hold; the certificate's unless given. Where it is not known which settings our profile will
    have, there is a scene for each possibility.
    """
    return tuple(scene for server in servers for scene in _scenes(seen, plans, server, names))


def is_noticed(seen: Observation, plans: Sequence[Attachment]) -> bool:
    """Tell whether clients anywhere may notice a change, besides a new pair for the same names."""
    if changed_flags(seen, plans) or any(plan.changes for plan in plans) or seen.profile is None:
        return True
    before = _answer(seen, seen.job.profile)
    ours = _ours_after(seen, plans, {}, seen.names_to_come)
    return any(after != before or after.requires_name != before.requires_name for after in ours)


def _scenes(
    seen: Observation, plans: Sequence[Attachment] | None, server: VirtualServer, names: Iterable[str] | None
) -> Iterator[Scene]:
    before = tuple(_answer(seen, path) for path in server.client_ssl)
    flags = changed_flags(seen, plans or ())
    plan = next((plan for plan in plans or () if plan.virtual_server == server.path), None)
    paths = attached_after(seen, server, plan)
    for ours in _ours_after(seen, plans, flags, seen.names_to_come if names is None else frozenset(names)):
        after = (ours if path == seen.job.profile else _flagged(_answer(seen, path), flags.get(path)) for path in paths)
        yield Scene(server, before, tuple(after))


def _answer(seen: Observation, path: str) -> Answer:
    profile = seen.profiles[path]
    server_name = profile.server_name
    return Answer(
        profile=path,
        names=seen.served_by(path) | ({HIDDEN} if path != seen.job.profile and seen.hides_names(path) else frozenset()),
        matched=frozenset({server_name}) if server_name else frozenset(filter(is_served, seen.names_of(path))),
        default=profile.sni_default,
        requires_name=profile.sni_require,
        settings=profile.client_settings,
        named=bool(server_name),
    )


def _flagged(answer: Answer, default: bool | None) -> Answer:
    return answer if default is None else replace(answer, default=default)


def _ours_after(
    seen: Observation, plans: Sequence[Attachment] | None, flags: Mapping[str, bool], names: frozenset[str]
) -> Iterator[Answer]:
    """Yield our profile as it will be, once for each of the settings that it may have."""
    job, profile = seen.job, seen.profile
    default = flags.get(job.profile, bool(profile and profile.sni_default))
    if plans is None and profile:
        yield replace(_answer(seen, job.profile), names=names, matched=_matched(profile.server_name, names))
        return
    server_name = job.wanted_server_name if job.sni else profile.server_name if profile else None
    for settings in settings_after(seen):
        matched, named = _matched(server_name, names), bool(server_name)
        yield Answer(job.profile, names, matched, default, seen.wanted_sni_require, settings, named)


def _matched(server_name: str | None, names: frozenset[str]) -> frozenset[str]:
    return frozenset({server_name}) if server_name else names
