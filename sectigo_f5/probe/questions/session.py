"""The release, the login token, the user: what a session is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectigo_f5.bigip import readers
from sectigo_f5.icontrol.client import VERSION
from sectigo_f5.probe.bench import Bench
from sectigo_f5.probe.nouns import Release


def release(bench: Bench) -> None:
    """Ask which release it is."""
    told = next(readers.statistics(bench.must(bench.ask("GET", VERSION), "the release").body), {})
    modules = bench.ask("GET", "/mgmt/tm/sys/provision").body.get("items", [])
    bench.release = Release(
        version=told.get("Version", ""),
        build=told.get("Build", ""),
        edition=told.get("Edition", ""),
        date=told.get("Date", ""),
        modules=sorted(str(one.get("name")) for one in modules if one.get("level", "none") != "none"),
    )


ASKED: Mapping[str, Callable[[Bench], None]] = {"release": release}
