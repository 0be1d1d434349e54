"""Every place where a run could leave a secret: how it is read, and how the self-test puts one there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sectigo_f5.simulator.rules.engine import Request
from tests.secrecy.stage import Stage
from tests.support.console import Output

LOGIN, TOKENS = "/mgmt/shared/authn/login", "/mgmt/shared/authz/tokens/"
NO_REQUEST = Request("GET", "/mgmt/tm/sys/version")

Found = tuple[str, str, str]  # the secret, the surface and the place on it


@dataclass(frozen=True)
class Surface:
    """Where to look; ``read`` yields places with what is there, ``plant`` leaves a text there."""

    name: str
    read: Callable[[Stage], Iterable[tuple[str, str | bytes]]]
    plant: Callable[[Stage, str], Callable[[], object]]  # returns what removes it, if forgetting does not


def search(stage: Stage) -> list[Found]:
    """Return every canary that is where it must not be, in what was seen since :meth:`Stage.forget`."""
    found = list[Found]()
    for surface in SURFACES:
        places = [(place, _bytes(content)) for place, content in surface.read(stage)]
        if stage.canaries.found_in(b"\n".join(content for _, content in places)):  # one search is quick
            found += [(n, surface.name, place) for place, content in places for n in stage.canaries.found_in(content)]
    return sorted(found)


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content


def _left_behind(stage: Stage) -> Iterator[tuple[str, bytes]]:
    """Yield all files but those in which the operator wrote the secrets."""
    for place, content in stage.files(stage.folder):
        if stage.console.config not in Path(place).parents and Path(place) != stage.console.env_file:
            yield place, content


def _sent(stage: Stage) -> Iterator[tuple[str, str]]:
    """Yield the requests to the device, without the secrets in the one place where each has to be.

    The password is in the body of the login. A token is in a header, and in the URL by which it is deleted. A
    passphrase is what a key is made or installed with, the content of the file that OpenSSL on the device reads, and
    what a client SSL profile opens the key with.
    """
    for request in stage.requests:
        headers = {name: value for name, value in request.headers.items() if name != "x-f5-auth-token"}
        path = TOKENS if (request.method, request.path.startswith(TOKENS)) == ("DELETE", True) else request.path
        where = f"{request.method} {path}"
        yield where, f"{path} {request.raw_query} {headers}"
        yield where, json.dumps(_without_what_is_needed(path, _body(request)), ensure_ascii=False)


def _body(request: Request) -> Any:
    try:
        return json.loads(request.content)
    except ValueError:
        return request.content.decode("utf-8", "replace")


def _without_what_is_needed(path: str, body: Any) -> Any:
    if path == LOGIN and isinstance(body, dict):
        return {key: value for key, value in body.items() if key != "password"}
    if path == "/mgmt/tm/sys/crypto/key" and isinstance(body, dict):
        return {key: value for key, value in body.items() if key != "passphrase"}
    if "/ltm/profile/client-ssl" in path and isinstance(body, dict):
        chain = [{k: v for k, v in entry.items() if k != "passphrase"} for entry in body.get("certKeyChain", [])]
        return {**body, "certKeyChain": chain}
    return "" if "/uploads/" in path and path.endswith(".pass") else body


def _queued(stage: Stage) -> Iterator[tuple[str, str]]:
    for command in stage.queued:
        uri = command["uri"].removeprefix("https://localhost")
        yield f"{command['method']} {uri}", json.dumps(_without_what_is_needed(uri, command.get("body")))


def _audited(stage: Stage) -> Iterator[tuple[str, str]]:
    """Yield the device's audit logs, without a token in the URL of its own deletion: after that it opens nothing."""
    for line in stage.lines:
        deletes = '"method": "DELETE"' in line and TOKENS in line
        yield "audit", line.partition(TOKENS)[0] if deletes else line


def _kept_on_the_device(stage: Stage) -> Iterator[tuple[str, bytes | str]]:
    """Yield the files and the objects of the device: of a passphrase only its ``$M$`` text may be there."""
    yield from stage.files(stage.disk)
    for item in stage.device.engine.configuration.items.values():
        yield str(item.path), repr(item.properties)
    yield from (("a queued command", repr(each)) for each in stage.device.engine.transactions.show_all())


def _in_a_file(stage: Stage, text: str) -> Callable[[], object]:
    file = stage.world.state.path / "planted"
    file.write_text(text)
    return file.unlink


def _in_a_passing_file(stage: Stage, text: str) -> Callable[[], object]:
    stage.passing["planted", 0, 0] = text.encode()
    return stage.passing.clear


def _in_an_object(stage: Stage, text: str) -> Callable[[], object]:
    stage.device.add_rule("/Common/planted", text)
    return lambda: stage.device.delete("/mgmt/tm/ltm/rule/~Common~planted")


def _in(place: list[Any], what: Any) -> Callable[[], object]:
    place.append(what)
    return place.clear


def _command(text: str) -> dict[str, Any]:
    return {"method": "POST", "uri": "/mgmt/tm/ltm/rule", "body": {"name": text}}


SURFACES = (
    Surface("files, STATE_DIR and logs among them", _left_behind, _in_a_file),
    Surface(
        "files that exist for a while",
        lambda stage: ((path, content) for (path, _, _), content in stage.passing.items()),
        _in_a_passing_file,
    ),
    Surface(
        "standard output and error",
        lambda stage: ((name, text) for said in stage.outputs for name, text in (("out", said.out), ("log", said.log))),
        lambda stage, text: _in(stage.outputs, Output(0, "", text)),
    ),
    Surface(
        "syslog and journal",
        lambda stage: (("datagram", each) for service in stage.services for each in service.received),
        lambda stage, text: _in(stage.services[0].received, text.encode()),
    ),
    Surface(
        "messages",
        lambda stage: (("NOTIFY_URLS", each) for each in stage.told),
        lambda stage, text: _in(stage.told, text),
    ),
    Surface(
        "heartbeat",
        lambda stage: (("HEARTBEAT_URL", each) for each in stage.heart.bodies),
        lambda stage, text: _in(stage.heart.bodies, text.encode()),
    ),
    Surface(
        "programs that were started",
        lambda stage: (("started", each) for each in stage.started),
        lambda stage, text: _in(stage.started, text),
    ),
    Surface(
        "requests to the device",
        _sent,
        lambda stage, text: _in(stage.requests, replace(NO_REQUEST, content=text.encode())),
    ),
    Surface("commands in a transaction", _queued, lambda stage, text: _in(stage.queued, _command(text))),
    Surface("audit logs of the device", _audited, lambda stage, text: _in(stage.lines, text)),
    Surface("files and objects of the device", _kept_on_the_device, _in_an_object),
)
