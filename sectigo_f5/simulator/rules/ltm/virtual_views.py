"""How virtual servers appear: in iControl REST, with their sub-collections, and to the data plane."""

from __future__ import annotations

from sectigo_f5.simulator.certificates import files
from sectigo_f5.simulator.rules.ltm import cert_key_chains, client_ssl, inheritance, virtual_addresses
from sectigo_f5.simulator.rules.ltm.virtual_servers import KIND, POLICY, RULE, has_http
from sectigo_f5.simulator.state.configuration import Item, Json, split_path
from sectigo_f5.simulator.state.work import Work, is_unset, words
from sectigo_f5.simulator.traffic.dataplane import KeyPair, TlsProfile, TlsSettings, VirtualServerView

SUBCOLLECTIONS = ("policies", "profiles")


def show(work: Work, item: Item, shown: Json, expand: bool) -> Json:
    """Return a virtual server; its profiles and policies are sub-collections."""
    view = {name: value for name, value in shown.items() if name not in SUBCOLLECTIONS}
    view |= _destination(work, item)
    if item.get("pool"):
        view["poolReference"] = work.reference("ltm/pool", item.get("pool"))
    if item.get("trafficMatchingCriteria"):
        criteria = work.reference("ltm/traffic-matching-criteria", item.get("trafficMatchingCriteria"))
        view["trafficMatchingCriteriaReference"] = criteria
    if item.get("rules"):
        view["rulesReference"] = [work.reference(RULE, path) for path in item.get("rules")]
    if item.get("vlans"):
        view["vlansReference"] = [work.reference("net/vlan", path) for path in item.get("vlans")]
    for below in SUBCOLLECTIONS:
        reference = work.subcollection(item, below)
        view[f"{below}Reference"] = {**reference, "items": attachments(work, item, below)} if expand else reference
    return view


def _destination(work: Work, item: Item) -> Json:
    """Return the destination as the partition shows it, and its mask."""
    place, address = virtual_addresses.destination(item), virtual_addresses.address_of(work, item)
    if place is None:
        return {}
    default = virtual_addresses.default_route_domain(work, f"{place.folder}/x")
    shown = place.shown(default, work.switches.default_route_domain_shown)
    mask = item.get("mask") or (address and address.get("mask"))
    return {"destination": shown, **({"mask": mask} if mask else {})}


def attachments(work: Work, item: Item, below: str) -> list[Json]:
    """Return the items of a sub-collection, by name. Only ``nameReference`` shows a profile's type."""
    if below == "policies":
        return [_below(work, item, below, path, POLICY) for path in sorted(item.get("policies") or [])]
    items = []
    for one in sorted(item.get("profiles") or [], key=lambda one: str(one["path"])):
        profile = work.configuration.profile(one["path"])
        shown = _below(work, item, below, one["path"], profile.kind if profile else "ltm/profile/tcp")
        items.append({**shown, "context": one["context"]})
    return items


def _below(work: Work, item: Item, below: str, path: str, kind: str) -> Json:
    partition, folders, name = split_path(path)
    return {
        "kind": f"tm:ltm:virtual:{below}:{below}state",
        "name": name,
        "partition": partition,
        **({"subPath": folders} if folders else {}),
        "fullPath": path,
        "generation": item.generation,
        "selfLink": work.link(KIND, item.path, f"/{below}/{path.replace('/', '~')}"),
        **({"nameReference": work.reference(kind, path)} if work.switches.name_reference else {}),
    }


def views(work: Work, carries: frozenset[str]) -> list[VirtualServerView]:
    """Return what the data plane serves: enabled virtual servers whose traffic group is active on this unit."""
    served = []
    for item in work.configuration.of(KIND):
        place, address = virtual_addresses.destination(item), virtual_addresses.address_of(work, item)
        if place is None or address is None or address.get("enabled") == "no":
            continue
        if item.get("disabled") or _traffic_group(address) not in carries:
            continue
        profiles = [work.configuration.find(client_ssl.KIND, one["path"]) for one in item.get("profiles") or []]
        tls = tuple(_tls(work, profile) for profile in profiles if profile is not None)
        rules = [work.configuration.find(RULE, path) for path in item.get("rules") or []]
        texts = tuple(str(rule.get("apiAnonymous") or "") for rule in rules if rule is not None)
        redirect = _redirect(work, item)
        host = str(address.get("address")).partition("%")[0]
        served.append(VirtualServerView(item.path, host, place.port, tls, has_http(work, item), texts, redirect))
    return served


def _redirect(work: Work, item: Item) -> str:
    """Return the URL to which the policies' first rule without conditions redirects every request; may be empty."""
    for path in item.get("policies") or []:
        policy = work.configuration.find(POLICY, path)
        for rule in (policy.get("rules") if policy else None) or []:
            for action in rule.get("actions") or [] if not rule.get("conditions") else []:
                if action.get("redirect"):
                    return str(action.get("location"))
    return ""


def _traffic_group(address: Item) -> str:
    return str(address.get("trafficGroup") or "/Common/traffic-group-1")


def _tls(work: Work, profile: Item) -> TlsProfile:
    found = inheritance.settings(work, profile)
    pairs = tuple(
        KeyPair(pair.certificate.decode(), pair.key.decode(), pair.chain.decode(), pair.passphrase)
        for pair in cert_key_chains.open_pairs(work, profile)
    )
    name = None if is_unset(found["serverName"]) else str(found["serverName"])
    return TlsProfile(
        profile.path, name, found["sniDefault"] == "true", found["sniRequire"] == "true", pairs, _settings(work, found)
    )


def _settings(work: Work, found: Json) -> TlsSettings:
    authorities = work.configuration.find(files.CERTIFICATE, str(found["caFile"]))
    before_14 = frozenset(["no-tlsv1.3"] if work.switches.before_14 else [])  # which has no TLS 1.3
    return TlsSettings(
        str(found["peerCertMode"]),
        authorities.content.decode() if authorities else "",
        before_14 | {word.lower() for word in words(found["tmOptions"])},
        str(found["ciphers"]) if is_unset(found["cipherGroup"]) else "",  # a group wins; its ciphers are unknown here
        found["allowNonSsl"] == "enabled",
    )
