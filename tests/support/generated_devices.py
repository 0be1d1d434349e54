"""Generated BIG-IPs with a certificate of ours to be put in service on them, for property-based tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from sectigo_f5.bigip.holdings.memory import Memory
from sectigo_f5.bigip.obstacles import Outlook, outlook
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.device_objects import CertificateObject, ClientSslProfile, Entry, Observation, Pair, VirtualServer
from sectigo_f5.model import Generation, Job
from tests.support import builders
from tests.support.device_model import DEFAULTS, Model
from tests.support.names import EC, PROFILE

WWW, SHOP, API, WILD = "www.example.com", "shop.example.com", "api.example.com", "*.example.com"
NAMES = (WWW, SHOP, API, WILD, "www.example.net")
HOSTS = (WWW, SHOP, API, "other.example.com", "www.example.net", "unknown.example.org")
STOCK, CORPORATE = "/Common/clientssl", "/Common/corporate"
HAND_MADE = ("/Common/a", "/Common/b")
OF_ANOTHER = "/Common/shop.example.com_clientssl"  # the profile of another certificate of the program
SERVERS = ("/Common/vs_www", "/Common/vs_b", "/Common/vs_unlisted")
VALUES = {
    "peerCertMode": ("ignore", "request", "require"),
    "crlFile": ("none", "/Common/crl"),
    "allowNonSsl": ("disabled", "enabled"),
    "renegotiation": ("enabled", "disabled"),
    "ciphers": ("DEFAULT", "ECDHE+AES-GCM", "ALL"),
    "tmOptions": ("dont-insert-empty-fragments no-tlsv1.3", "no-tlsv1 no-tlsv1.1"),
}
MOST_ARE_INHERITED = 4  # of so many settings, one is a profile's own


@dataclass(frozen=True)
class Generated:
    """A device as it is, read by the connector, and as a model that the connector does not know."""

    seen: Observation
    model: Model
    every: tuple[VirtualServer, ...]

    def outlook(self) -> Outlook:
        """Foresee the change that the YAML asks for, as ``run``, ``plan`` and ``check`` do."""
        client: Any = None  # everything is read already
        unit = Unit(self.seen.job.device, client, "17.1.0", memory=Memory(every_server=self.every))
        return outlook(unit, self.seen)

    def read_again(self, model: Model) -> Generated:
        """Return the device after a change, as the next run reads it."""
        of = {server.path: server for server in self.every}
        every = tuple(builders.server(*model.servers[path], path=path, port=of[path].listens.port) for path in of)
        job, generation = self.seen.job, Generation("Common", self.seen.job.base, "20261123T120000Z")
        pair = replace(builders.pair(job, generation.stamp), has_chain=False)
        return Generated(_read(job, model, every, (*self.seen.pairs, pair), bool(self.seen.managed)), model, every)


@st.composite
def own_settings(draw: st.DrawFn) -> dict[str, str]:
    """Draw the few settings that a profile does not inherit."""
    return {
        name: draw(st.sampled_from(values))
        for name, values in VALUES.items()
        if draw(st.integers(1, MOST_ARE_INHERITED)) == 1
    }


@st.composite
def a_profile(draw: st.DrawFn, path: str, names: frozenset[str], parent: str = STOCK) -> dict[str, Any]:
    """Draw a profile whose certificate has ``names``."""
    server_name = draw(st.sampled_from(sorted(names))) if names and draw(st.integers(1, 4)) == 1 else "none"
    return {
        "defaultsFrom": parent,
        "serverName": server_name,
        "sniDefault": draw(st.sampled_from(["true", "false"])),
        "sniRequire": draw(st.sampled_from(["false", "false", "false", "true"])),
        "files": [(f"{path}.crt", f"{path}.key", None)],
        "own": draw(own_settings()),
    }


@st.composite
def jobs(draw: st.DrawFn, paths: list[str]) -> Job:
    names = (WWW, *draw(st.sets(st.sampled_from(NAMES[1:]))))
    sni = draw(st.booleans())
    return builders.job(
        *names,
        keys=(EC,),
        sni=sni,
        sni_default=sni and draw(st.booleans()),
        sni_require=sni and draw(st.integers(1, 4)) == 1,
        server_name=draw(st.sampled_from(names)) if draw(st.integers(1, 3)) == 1 else None,
        parent_profile=draw(st.sampled_from(paths)),
        replace_profiles=tuple(draw(st.sets(st.sampled_from(HAND_MADE)))) if draw(st.booleans()) else (),
        virtual_servers=SERVERS[: draw(st.integers(1, 2))],
    )


@st.composite
def devices(draw: st.DrawFn, *, in_service: bool | None = None) -> Generated:
    """Draw a device; ``in_service``: our profile holds a pair of ours; None: or a foreign one, or there is none."""
    names = st.frozensets(st.sampled_from(NAMES), min_size=1, max_size=3)
    profiles = {STOCK: draw(a_profile(STOCK, frozenset()))} | {
        path: draw(a_profile(path, draw(names)))
        for path in (CORPORATE, *HAND_MADE, OF_ANOTHER)
        if path == CORPORATE or draw(st.booleans())
    }
    profiles[STOCK] |= {"defaultsFrom": "none"}
    job = draw(jobs([*profiles]))
    certificates = {f"{path}.crt": draw(names) for path in profiles}
    if draw(st.booleans()):  # the stock profile holds what every BIG-IP makes for itself
        profiles[STOCK]["files"] = [("/Common/default.crt", "/Common/default.key", None)]
    old = builders.pair(job, names=draw(names) if draw(st.booleans()) else job.names)
    kind = "ours" if in_service else draw(st.sampled_from(["ours", "foreign", "none"]))
    if kind != "none":
        held = draw(a_profile(PROFILE, frozenset(), draw(st.sampled_from([job.parent_profile, STOCK]))))
        files = [(old.generation.certificate, old.generation.key, old.generation.chain)] if kind == "ours" else None
        profiles[PROFILE] = {**held, **({"files": files} if files else {})}
        certificates |= {
            f"{PROFILE}.crt": draw(names),
            old.generation.certificate: old.certificate.names or frozenset(),
        }
    certificates |= {"/Common/shop.example.com_20261001T000000Z.crt": frozenset({SHOP})}
    if OF_ANOTHER in profiles:
        profiles[OF_ANOTHER]["files"] = [("/Common/shop.example.com_20261001T000000Z.crt", "/Common/key", None)]
    model = Model(profiles, {}, certificates, keeps_own=draw(st.booleans()))
    every = tuple(draw(a_server(path, model)) for path in SERVERS)
    return Generated(_read(job, model, every, (old,) if kind == "ours" else (), draw(st.booleans())), model, every)


@st.composite
def a_server(draw: st.DrawFn, path: str, model: Model) -> VirtualServer:
    """Draw a virtual server that a BIG-IP would allow: with several profiles, exactly one is the SNI default."""
    chosen = draw(st.lists(st.sampled_from(sorted(model.profiles)), unique=True, max_size=3))
    defaults = [each for each in chosen if model.profiles[each]["sniDefault"] == "true"]
    if len(chosen) > 1 and len(defaults) != 1:
        chosen = chosen[:1]
    model.servers[path] = list(chosen)
    return builders.server(*chosen, path=path, port=draw(st.sampled_from([443, 443, 443, 80])))


def _read(
    job: Job, model: Model, every: tuple[VirtualServer, ...], pairs: tuple[Pair, ...], knows_the_other: bool
) -> Observation:
    """Return what the connector reads of a model."""
    profiles = {path: as_read(path, model) for path in model.profiles}
    certificates = {path: a_certificate(path, names) for path, names in model.certificates.items()}
    listed = tuple(server for server in every if server.path in job.virtual_servers)
    return Observation(
        job=job,
        profile=profiles.get(PROFILE),
        pairs=pairs,
        virtual_servers=listed,
        profiles=profiles,
        certificates=certificates,
        managed=frozenset({OF_ANOTHER}) if knows_the_other else frozenset(),
        listed=listed,
    )


def as_read(path: str, model: Model) -> ClientSslProfile:
    """Return a profile of a model as the connector reads it."""
    shown = model.profiles[path]
    return ClientSslProfile(
        path=path,
        parent=None if shown["defaultsFrom"] == "none" else shown["defaultsFrom"],
        server_name=None if shown["serverName"] == "none" else shown["serverName"],
        sni_default=shown["sniDefault"] == "true",
        sni_require=shown["sniRequire"] == "true",
        entries=tuple(Entry("default", *files) for files in shown["files"]),
        app_service=None,
        client_settings={name: model.setting(path, name) for name in DEFAULTS},
    )


def a_certificate(path: str, names: frozenset[str]) -> CertificateObject:
    """Return a certificate with these names."""
    return replace(builders.certificate(path, *sorted(names), key=EC), serial=f"{abs(hash(path)):x}")
