"""The release and the login token: what a session is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import requests

from sectigo_f5.bigip import readers
from sectigo_f5.icontrol.call import TOKENS, Json
from sectigo_f5.icontrol.client import VERSION
from sectigo_f5.icontrol.login import LOGIN, login_body
from sectigo_f5.probe.bench import Bench, RefusedError
from sectigo_f5.probe.catalogue.nouns import REJECTED, WORKS
from sectigo_f5.probe.nouns import Release
from sectigo_f5.probe.seen import Seen
from sectigo_f5.secret import Secret

LONGEST = 36000  # seconds that a token may live (DevCentral, "iControl REST Authentication Token Management")
LONGER = 60  # seconds by which a life is extended
MICRO = 1_000_000


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


def token(bench: Bench) -> None:
    """Ask how long a token lives, with one of its own: that of the session stays as it is."""
    url, told = _second_login(bench)
    lifetime = _lifetime(told)
    bench.find("token_lifetime", lifetime)
    extended = _extend(bench, url, min(lifetime + LONGER, LONGEST))
    bench.find("token_extension", WORKS if bench.did(extended, "a longer life of a token") else REJECTED)
    beyond = _extend(bench, url, LONGEST + 1)
    bench.find("token_beyond_ten_hours", WORKS if bench.did(beyond, "a longer life of a token") else REJECTED)
    bench.note_text("token_too_long", beyond, longest=str(LONGEST))
    if beyond.ok:
        bench.ask("PATCH", url, {"timeout": lifetime})
    bench.delete(url)


def _second_login(bench: Bench) -> tuple[str, Json]:
    """Log in once more; returns the URL of the new token, and what is told of it."""
    device = bench.unit.device
    seen = bench.must(bench.ask("POST", LOGIN, login_body(device.username, device.password)), "a second login")
    told = seen.body.get("token")
    told = told if isinstance(told, dict) else {}
    name = str(told.get("token") or "")
    if not re.fullmatch("[A-Za-z0-9._~-]{1,1000}", name):  # it goes into a URL
        raise RefusedError("the answer to a second login holds no token")
    bench.secrets.append(Secret(name))
    return bench.scratch.url(f"{TOKENS}/{name}"), told


def _lifetime(told: Json) -> int:
    """Return the seconds that a token lives."""
    seconds = told.get("timeout")
    if isinstance(seconds, int):
        return seconds
    ends, began = told.get("expirationMicros"), told.get("lastUpdateMicros")
    if not isinstance(ends, int) or not isinstance(began, int):
        raise RefusedError("the answer to a login does not tell how long the token lives")
    return round((ends - began) / MICRO)


def _extend(bench: Bench, url: str, seconds: int) -> Seen:
    """Change the life of a token; what the device does not then show was not changed."""
    changed = bench.ask("PATCH", url, {"timeout": seconds})
    if not changed.ok:
        return changed
    shown = bench.ask("GET", url).body.get("timeout")
    return changed if shown == seconds else Seen(requests.codes.bad_request)  # as good as refused


ASKED: Mapping[str, Callable[[Bench], None]] = {"release": release, "token": token}
