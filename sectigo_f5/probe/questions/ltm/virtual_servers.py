"""A scratch virtual server, and a client SSL profile on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectigo_f5.bigip.readers import Json, full_path, text
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.probe.bench import Bench
from sectigo_f5.probe.catalogue.nouns import REJECTED
from sectigo_f5.probe.questions.ltm import client_ssl, scratch_server
from sectigo_f5.probe.questions.ltm.scratch_server import Server
from sectigo_f5.probe.questions.ltm.verdicts import verdict

PARTITIONS = "/mgmt/tm/auth/partition"


def virtual_server(bench: Bench) -> None:
    """Attach a profile, look how that is shown, and take it off again."""
    profile = client_ssl.created(bench, "attached").path
    server = scratch_server.create(bench)  # made last, deleted first: it uses the profile
    made = verdict(bench, server.seen, "a scratch virtual server")
    bench.find("virtual_server", made)
    if made == REJECTED:
        return
    bench.find("default_route_domain_shown", _route_domain(bench, server))
    seen = scratch_server.attach(bench, server, profile)
    bench.find("attachment", verdict(bench, seen, "attaching a client SSL profile"))
    if seen.ok:
        bench.find("name_reference", "client-ssl" in str(_attached(bench, server, profile).get("nameReference")))
        scratch_server.detach(bench, server, profile)
        if _item(bench, server, profile):
            raise ConnectorError("the BIG-IP still shows a client SSL profile that it has taken off")
        _missing_profile(bench, server)  # whose refusal is about the profile, since another one was attached


def _attached(bench: Bench, server: Server, profile: str) -> Json:
    item = _item(bench, server, profile)
    if not item:
        raise ConnectorError("the BIG-IP does not show a client SSL profile that it has attached")
    return item


def _item(bench: Bench, server: Server, profile: str) -> Json:
    """Return what the virtual server shows of a profile, read as the connector reads it; nothing if it has it not."""
    shown = bench.unit.attached(bench.client.get(server.url, {"expandSubcollections": "true"}))
    return next((item for item in shown if full_path(item) == profile), {})


def _missing_profile(bench: Bench, server: Server) -> None:
    missing = bench.scratch.path("no-such-one")  # that nobody makes
    seen = scratch_server.attach(bench, server, missing)
    bench.note_text("not_found", seen, title="profile", name=missing)


def _route_domain(bench: Bench, server: Server) -> str:
    """Return whether the address shows a default route domain that the partition has; ``not-told`` if it has none."""
    if _default_route_domain(bench) == "0":
        return "not-told"
    address = text(bench.client.get(server.address_url), "address") or ""
    return "yes" if "%" in address else "no"


def _default_route_domain(bench: Bench) -> str:
    """Return the default route domain of the partition; ``0`` if this user may not see it."""
    try:
        partitions = bench.client.items(PARTITIONS, ("name", "defaultRouteDomain"))
    except DeviceError:
        return "0"
    found = (one for one in partitions if one.get("name") == bench.partition)
    return text(next(found, {}), "defaultRouteDomain") or "0"


ASKED: Mapping[str, Callable[[Bench], None]] = {"virtual-server": virtual_server}
