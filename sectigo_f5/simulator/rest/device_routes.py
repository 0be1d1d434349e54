"""Routes of the device itself: what it says of itself, logins, files, programs, the HA group."""

from __future__ import annotations

import re
from collections.abc import Callable

from sectigo_f5.simulator import refusals
from sectigo_f5.simulator.certificates import files
from sectigo_f5.simulator.refusals import UnknownCallError
from sectigo_f5.simulator.rest import transfer
from sectigo_f5.simulator.rest.call import Call, resolve
from sectigo_f5.simulator.rules import cm, system
from sectigo_f5.simulator.rules.engine import Answer
from sectigo_f5.simulator.shell import programs, tmsh
from sectigo_f5.simulator.state.configuration import Json, full_path
from sectigo_f5.simulator.state.high_availability import Group
from sectigo_f5.simulator.state.work import Work

Route = Callable[..., Answer]


def fixed(function: Callable[[Work], Json]) -> Route:
    """Return the route of an answer that nothing in the request changes."""
    return lambda call: Answer(function(call.work))


def grouped(function: Callable[[Work, Group], Json]) -> Route:
    """Return the route of an answer about the HA group."""
    return lambda call: Answer(function(call.work, call.engine.group))


def cm_list(call: Call, what: str) -> Answer:
    """List devices, device groups or traffic groups."""
    found = cm.listed(call.work, call.engine.group, what)
    return call.collection(f"tm:cm:{what}:{what}collectionstate", found)


def cm_get(call: Call, what: str, segment: str) -> Answer:
    """Show one of them."""
    return Answer(cm.one(call.work, call.engine.group, what, resolve(segment)[0]))


def cm_devices(call: Call, segment: str) -> Answer:
    """List the units of a device group."""
    found = cm.devices_of(call.work, call.engine.group, resolve(segment)[0])
    return call.collection("tm:cm:device-group:devices:devicescollectionstate", found)


def cm_stats(call: Call, segment: str) -> Answer:
    """Show where a traffic group is active."""
    return Answer(cm.traffic_group_stats(call.work, call.engine.group, resolve(segment)[0]))


def cm_sync(call: Call) -> Answer:
    """Push the configuration to the group."""
    wanted = str(call.body.get("utilCmdArgs") or call.request.query.get("options") or "")
    found = re.search(r"to-group (\S+)", wanted)
    if found is None:
        raise UnknownCallError(f"cm with {wanted!r}")
    cm.one(call.work, call.engine.group, "device-group", full_path(found[1]))
    call.engine.group.sync(call.work.world.hostname)
    return Answer({"kind": "tm:cm:runstate", **call.body})


def users(call: Call) -> Answer:
    """List the users."""
    return call.collection("tm:auth:user:usercollectionstate", system.users(call.work))


def config(call: Call) -> Answer:
    """Save the configuration."""
    if call.body.get("command") != "save" or set(call.body) - {"command", "options"}:
        raise UnknownCallError(f"sys/config with {sorted(call.body)}")
    call.engine.save()
    return Answer({"kind": "tm:sys:config:savestate", **call.body})


def util(call: Call, tool: str) -> Answer:
    """Run a program on the device."""
    arguments = str(call.body.get("utilCmdArgs", ""))
    if call.body.get("command") != "run":
        raise refusals.bad_value("command", call.body.get("command"))
    call.engine.audit.append(f"{tool} {arguments}")
    printed = _bash(call, arguments) if tool == "bash" else programs.run_unix(call.work.world.disk, tool, arguments)
    result = {"commandResult": printed} if printed else {}
    return Answer({"kind": f"tm:util:{tool}:runstate", "command": "run", "utilCmdArgs": arguments, **result})


def _bash(call: Call, arguments: str) -> str:
    """Run bash, whose ``tmsh`` works on the request's draft; raises for commands of ``tmsh`` that are not simulated."""
    unknown: list[UnknownCallError] = []

    def save() -> None:
        call.engine.keep(call.work)
        call.engine.save()

    def run_tmsh(words: list[str]) -> tuple[int, str]:
        try:
            return tmsh.run(call.work, words, save)
        except UnknownCallError as error:
            unknown.append(error)
            return 1, f'Syntax Error: unexpected argument "{words[0]}"\n'

    if "filestore" in arguments:
        files.lay_out(call.work)
    printed = programs.run_bash(call.work.world.disk, arguments, run_tmsh, call.work.switches.stderr_in_answer)
    if unknown:
        raise unknown[0]
    return printed


def login(call: Call) -> Answer:
    """Give out a token."""
    body = call.body
    accounts = call.work.world.accounts
    return Answer(accounts.login(body.get("username"), body.get("password"), call.request.address))


def tokens(call: Call) -> Answer:
    """List one's own tokens."""
    found = [token.shown() for token in call.work.world.accounts.live if token.user == call.request.user]
    link = "https://localhost/mgmt/shared/authz/tokens"
    kind = "shared:authz:tokens:authtokencollectionstate"
    return Answer({"items": found, "generation": 1, "kind": kind, "lastUpdateMicros": 0, "selfLink": link})


def tokens_delete(call: Call) -> Answer:
    """Delete every token."""
    call.work.world.accounts.end_all()
    return Answer()


def token_get(call: Call, name: str) -> Answer:
    """Show a token."""
    return Answer(call.work.world.accounts.token(name, call.request.user).shown())


def token_patch(call: Call, name: str) -> Answer:
    """Change a token's life."""
    return Answer(call.work.world.accounts.extend(name, call.request.user, call.body.get("timeout")))


def token_delete(call: Call, name: str) -> Answer:
    """Delete a token."""
    return Answer(call.work.world.accounts.end(name, call.request.user))


def echo(call: Call) -> Answer:
    """Answer whoever only wants to know whether the password is right."""
    return Answer({"kind": "shared:echo-query", "content": dict(call.request.query)})


def upload(call: Call, name: str) -> Answer:
    """Take a chunk of a file."""
    written = call.request.headers.get("content-range", "")
    return Answer(transfer.upload(call.work.world, name, call.request.content, written))


def download(call: Call, name: str) -> Answer:
    """Give out a chunk of a file."""
    wanted = call.request.headers.get("content-range", "")
    status, content, written = transfer.download(call.work.world, name, wanted)
    headers = {"Content-Range": written, "Content-Type": "application/octet-stream"}
    return Answer(content, status, headers)
