"""Routes of the device itself: its state, logins, files, programs, the HA group."""

from __future__ import annotations

import re
from collections.abc import Callable

from sectigo_f5.simulator.certificates import files
from sectigo_f5.simulator.refusals import of_objects
from sectigo_f5.simulator.refusals.refusal import UnknownCallError
from sectigo_f5.simulator.rest import transfer
from sectigo_f5.simulator.rest.call import Call, resolve
from sectigo_f5.simulator.rules import cm, system
from sectigo_f5.simulator.rules.engine import Answer
from sectigo_f5.simulator.shell import programs, tmsh
from sectigo_f5.simulator.state.configuration import Json, full_path
from sectigo_f5.simulator.state.high_availability import Group
from sectigo_f5.simulator.state.work import Work
from sectigo_f5.simulator.switches import REJECTED

Route = Callable[..., Answer]


def plain_route(function: Callable[[Work], Json]) -> Route:
    """Return the route of an answer that does not depend on the request."""
    return lambda call: Answer(function(call.work))


def group_route(function: Callable[[Work, Group], Json]) -> Route:
    """Return the route of an answer about the HA group."""
    return lambda call: Answer(function(call.work, call.engine.group))


def cm_list(call: Call, what: str) -> Answer:
    """List devices, device groups or traffic groups."""
    items = cm.list_all(call.work, call.engine.group, what)
    return call.collection(f"tm:cm:{what}:{what}collectionstate", items)


def cm_get(call: Call, what: str, segment: str) -> Answer:
    """Show one of them."""
    return Answer(cm.get(call.work, call.engine.group, what, resolve(segment)[0]))


def cm_devices(call: Call, segment: str) -> Answer:
    """List the units of a device group."""
    items = cm.devices_of(call.work, call.engine.group, resolve(segment)[0])
    return call.collection("tm:cm:device-group:devices:devicescollectionstate", items)


def cm_stats(call: Call, segment: str) -> Answer:
    """Show where a traffic group is active."""
    return Answer(cm.traffic_group_stats(call.work, call.engine.group, resolve(segment)[0]))


def cm_sync(call: Call) -> Answer:
    """Push the configuration to the group."""
    command = str(call.body.get("utilCmdArgs") or call.request.query.get("options") or "")
    match = re.search(r"to-group (\S+)", command)
    if match is None:
        raise UnknownCallError(f"cm with {command!r}")
    cm.get(call.work, call.engine.group, "device-group", full_path(match[1]))
    call.engine.group.sync(call.work.world.hostname)
    return Answer({"kind": "tm:cm:runstate", **call.body})


def users(call: Call) -> Answer:
    """List the users."""
    return call.collection("tm:auth:user:usercollectionstate", system.users(call.work))


def config(call: Call) -> Answer:
    """Save the configuration, or, which makes no difference here, some partitions of it."""
    _require_save(call.body)
    by_partition = "partitions" in str(call.body.get("options"))
    switches = call.work.switches
    if REJECTED in (switches.save, switches.save_by_partition if by_partition else ""):
        raise of_objects.not_supported("this save")
    call.engine.save()
    return Answer({"kind": "tm:sys:config:savestate", **call.body})


def _require_save(body: Json) -> None:
    if body.get("command") != "save" or set(body) - {"command", "options"}:
        raise UnknownCallError(f"sys/config with {sorted(body)}")


def _require_tasks(call: Call) -> None:
    if call.work.switches.task_save == REJECTED:
        raise of_objects.not_registered(call.request.path.removeprefix("/mgmt"))


def task_list(call: Call) -> Answer:
    """List the tasks that save the configuration."""
    _require_tasks(call)
    return call.collection("tm:task:sys:config:configcollectionstate", call.engine.tasks.show_all(call.work))


def task_create(call: Call) -> Answer:
    """Create a task that saves the configuration; it does nothing yet."""
    _require_tasks(call)
    _require_save(call.body)
    return Answer(call.engine.tasks.create(call.work))


def task_start(call: Call, number: str) -> Answer:
    """Start a task; the answer does not wait for its end."""
    if call.body.get("_taskState") != "VALIDATING":
        raise of_objects.bad_value("_taskState", call.body.get("_taskState"))
    call.engine.tasks.start(number)
    if call.work.switches.task_result == "COMPLETED":
        call.engine.save()
    return Answer({"code": 202, "message": "Task will execute asynchronously.", "errorStack": []}, 202)


def task_get(call: Call, number: str) -> Answer:
    """Show how far a task has come."""
    return Answer(call.engine.tasks.poll(call.work, number))


def util(call: Call, tool: str) -> Answer:
    """Run a program on the device."""
    arguments = str(call.body.get("utilCmdArgs", ""))
    if call.body.get("command") != "run":
        raise of_objects.bad_value("command", call.body.get("command"))
    call.engine.audit.append(f"{tool} {arguments}")
    printed = _bash(call, arguments) if tool == "bash" else programs.run_unix(call.work.world.disk, tool, arguments)
    result = {"commandResult": printed} if printed else {}
    return Answer({"kind": f"tm:util:{tool}:runstate", "command": "run", "utilCmdArgs": arguments, **result})


def _bash(call: Call, arguments: str) -> str:
    """Run bash, with ``tmsh`` on the request's draft; raises :class:`UnknownCallError` for unknown commands."""
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
        files.write_file_store(call.work)
    switches = call.work.switches
    lacks = ("openssl",) if switches.openssl_route == REJECTED else ()
    printed = programs.run_bash(call.work.world.disk, arguments, run_tmsh, switches.stderr_in_answer, lacks)
    if unknown:
        raise unknown[0]
    return printed


def login(call: Call) -> Answer:
    """Issue a token."""
    body = call.body
    accounts = call.work.world.accounts
    return Answer(accounts.login(body.get("username"), body.get("password"), call.request.address))


def tokens(call: Call) -> Answer:
    """List the user's own tokens."""
    items = [token.show() for token in call.work.world.accounts.live if token.user == call.request.user]
    link = "https://localhost/mgmt/shared/authz/tokens"
    kind = "shared:authz:tokens:authtokencollectionstate"
    return Answer({"items": items, "generation": 1, "kind": kind, "lastUpdateMicros": 0, "selfLink": link})


def tokens_delete(call: Call) -> Answer:
    """Delete every token."""
    call.work.world.accounts.end_all()
    return Answer()


def token_get(call: Call, name: str) -> Answer:
    """Show a token."""
    return Answer(call.work.world.accounts.token(name, call.request.user).show())


def token_patch(call: Call, name: str) -> Answer:
    """Change a token's lifetime."""
    return Answer(call.work.world.accounts.extend(name, call.request.user, call.body.get("timeout")))


def token_delete(call: Call, name: str) -> Answer:
    """Delete a token."""
    return Answer(call.work.world.accounts.end(name, call.request.user))


def echo(call: Call) -> Answer:
    """Answer a client that only checks whether the password is right."""
    return Answer({"kind": "shared:echo-query", "content": dict(call.request.query)})


def upload(call: Call, name: str) -> Answer:
    """Receive a chunk of a file."""
    content_range = call.request.headers.get("content-range", "")
    return Answer(transfer.upload(call.work.world, name, call.request.content, content_range))


def download(call: Call, name: str) -> Answer:
    """Send a chunk of a file."""
    requested = call.request.headers.get("content-range", "")
    status, content, content_range = transfer.download(call.work.world, name, requested)
    headers = {"Content-Range": content_range, "Content-Type": "application/octet-stream"}
    return Answer(content, status, headers)
