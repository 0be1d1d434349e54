"""Every URL that the simulated device answers. A route says what it does in a few lines; the rules are elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from sectigo_f5.simulator import crypto, objects, queries, refusals, shell, system, transfer, virtual_routes
from sectigo_f5.simulator import high_availability as ha
from sectigo_f5.simulator.configuration import Item, Json
from sectigo_f5.simulator.engine import Answer, Engine, Request
from sectigo_f5.simulator.kinds import KINDS
from sectigo_f5.simulator.refusals import UnknownCallError
from sectigo_f5.simulator.transactions import Command
from sectigo_f5.simulator.work import Work, spelled


@dataclass(frozen=True)
class Call:
    """One request on its way through a route."""

    engine: Engine
    work: Work
    request: Request

    @property
    def body(self) -> Json:
        """Return the JSON body, its properties in the answers' spelling."""
        return spelled(self.request.body)


Route = Callable[..., Answer]


def dispatch(engine: Engine, work: Work, request: Request) -> Answer:
    """Find the route of a request and follow it; raises :class:`UnknownCallError` where there is none."""
    path = request.path.rstrip("/")
    call = Call(engine, work, request)
    for method, pattern, route in _ROUTES:
        found = pattern.fullmatch(path) if method == request.method else None
        if found is not None:
            queries.check_options(request.query)
            return route(call, *(unquote(group) for group in found.groups()))
    raise UnknownCallError(f"{request.method} {path}")


def resolve(segment: str, bare: bool = False) -> tuple[str, str]:
    """Return the full path in a URL's ``~Common~x``; a bare name is in /Common and comes back as it went."""
    if segment.startswith("~"):
        return segment.replace("~", "/"), ""
    return (segment, "") if bare else (f"/Common/{segment}", segment)


def _named(call: Call, url: str, segment: str) -> Item:
    kind = KINDS[url]
    path, _ = resolve(segment, kind.bare)
    found = call.work.configuration.find(url, path)
    if found is None:
        raise refusals.not_found(kind.title, path)
    return found


# -- objects -----------------------------------------------------------------------------------


def _list(call: Call, url: str) -> Answer:
    expand = call.request.query.get("expandSubcollections") == "true"
    found = [objects.show(call.work, item, expand=expand, collection=True) for item in call.work.configuration.of(url)]
    return _collection(call, KINDS[url].collection_state, url, found)


def _collection(call: Call, state: str, url: str, items: list[Json]) -> Answer:
    return Answer(queries.collection(call.work, state, url, items, call.request.query, call.request.raw_query))


def _get(call: Call, url: str, segment: str) -> Answer:
    item, query = _named(call, url, segment), call.request.query
    echo = resolve(segment, KINDS[url].bare)[1]
    expand = query.get("expandSubcollections") == "true"
    shown = objects.show(call.work, item, expand=expand, query=call.request.raw_query, echo=echo)
    names = [name for name in query.get("$select", "").split(",") if name]
    return Answer({name: shown[name] for name in names if name in shown} if names else shown)


def _post(call: Call, url: str) -> Answer:
    return Answer(objects.show(call.work, objects.create(call.work, url, call.request.body)))


def _change(call: Call, url: str, segment: str) -> Answer:
    item = objects.modify(call.work, _named(call, url, segment), call.request.body, call.request.method)
    return Answer(objects.show(call.work, item))


def _delete(call: Call, url: str, segment: str) -> Answer:
    objects.delete(call.work, _named(call, url, segment))
    return Answer()


def _no_members(call: Call, url: str, segment: str, below: str) -> Answer:
    """Answer a sub-collection of which only the emptiness is simulated."""
    item = _named(call, url, segment)
    kind = f"tm:{url.replace('/', ':')}:{below}:{below}collectionstate"
    return Answer({"kind": kind, "selfLink": call.work.link(url, item.path, f"/{below}"), "items": []})


# -- sys crypto --------------------------------------------------------------------------------


def _crypto_list(call: Call, what: str) -> Answer:
    if what == "csr":
        found = [crypto.show_csr(call.work, path, path) for path in call.work.world.disk.csrs()]
    else:
        found = [crypto.show(call.work, what, item) for item in call.work.configuration.of(crypto.FILES[what])]
    return _collection(call, f"tm:sys:crypto:{what}:{what}collectionstate", f"sys/crypto/{what}", found)


def _crypto_get(call: Call, what: str, segment: str) -> Answer:
    path, echo = resolve(segment)
    if what == "csr":
        return Answer(crypto.show_csr(call.work, path, echo or path))
    return Answer(crypto.show(call.work, what, crypto.file_item(call.work, what, path), echo))


def _crypto_post(call: Call, what: str) -> Answer:
    return Answer(crypto.post(call.work, what, call.request.body))


def _crypto_delete(call: Call, what: str, segment: str) -> Answer:
    path, _ = resolve(segment)
    if what == "csr":
        crypto.delete_csr(call.work, path)
    else:
        objects.delete(call.work, crypto.file_item(call.work, what, path))
    return Answer()


def _ssl_csr(call: Call) -> Answer:
    return _collection(call, "tm:sys:file:ssl-csr:ssl-csrcollectionstate", "sys/file/ssl-csr", [])


# -- sys, auth, cm -----------------------------------------------------------------------------


def _fixed(function: Callable[[Work], Json]) -> Route:
    return lambda call: Answer(function(call.work))


def _grouped(function: Callable[[Work, ha.Group], Json]) -> Route:
    return lambda call: Answer(function(call.work, call.engine.group))


def _cm_list(call: Call, what: str) -> Answer:
    found = ha.listed(call.work, call.engine.group, what)
    return _collection(call, f"tm:cm:{what}:{what}collectionstate", f"cm/{what}", found)


def _cm_get(call: Call, what: str, segment: str) -> Answer:
    return Answer(ha.one(call.work, call.engine.group, what, resolve(segment)[0]))


def _cm_devices(call: Call, segment: str) -> Answer:
    found = ha.devices_of(call.work, call.engine.group, resolve(segment)[0])
    return _collection(call, "tm:cm:device-group:devices:devicescollectionstate", "cm/device-group", found)


def _cm_stats(call: Call, segment: str) -> Answer:
    return Answer(ha.traffic_group_stats(call.work, call.engine.group, resolve(segment)[0]))


def _cm_sync(call: Call) -> Answer:
    wanted = str(call.body.get("utilCmdArgs") or call.request.query.get("options") or "")
    if not re.search(r"to-group \S", wanted):
        raise UnknownCallError(f"cm with {wanted!r}")
    call.engine.group.sync(call.work.world.hostname)
    return Answer({"kind": "tm:cm:runstate", **call.body})


def _users(call: Call) -> Answer:
    return _collection(call, "tm:auth:user:usercollectionstate", "auth/user", system.users(call.work))


def _config(call: Call) -> Answer:
    if call.body.get("command") != "save" or set(call.body) - {"command", "options"}:
        raise UnknownCallError(f"sys/config with {sorted(call.body)}")
    call.engine.save()
    return Answer({"kind": "tm:sys:config:savestate", **call.body})


# -- util --------------------------------------------------------------------------------------


def _util(call: Call, tool: str) -> Answer:
    arguments = str(call.body.get("utilCmdArgs", ""))
    if call.body.get("command") != "run":
        raise refusals.bad_value("command", call.body.get("command"))
    call.engine.audit.append(f"{tool} {arguments}")
    disk = call.work.world.disk
    printed = shell.run_bash(disk, arguments) if tool == "bash" else shell.run_unix(disk, tool, arguments)
    call.engine.unknown += shell.forget_unknown(disk)
    result = {"commandResult": printed} if printed else {}
    return Answer({"kind": f"tm:util:{tool}:runstate", "command": "run", "utilCmdArgs": arguments, **result})


# -- shared ------------------------------------------------------------------------------------


def _login(call: Call) -> Answer:
    body = call.body
    accounts = call.work.world.accounts
    return Answer(accounts.login(body.get("username"), body.get("password"), call.request.address))


def _tokens(call: Call) -> Answer:
    found = [token.shown() for token in call.work.world.accounts.live if token.user == call.request.user]
    link = "https://localhost/mgmt/shared/authz/tokens"
    kind = "shared:authz:tokens:authtokencollectionstate"
    return Answer({"items": found, "generation": 1, "kind": kind, "lastUpdateMicros": 0, "selfLink": link})


def _tokens_delete(call: Call) -> Answer:
    call.work.world.accounts.end_all()
    return Answer()


def _token_get(call: Call, name: str) -> Answer:
    return Answer(call.work.world.accounts.token(name, call.request.user).shown())


def _token_patch(call: Call, name: str) -> Answer:
    return Answer(call.work.world.accounts.extend(name, call.request.user, call.body.get("timeout")))


def _token_delete(call: Call, name: str) -> Answer:
    return Answer(call.work.world.accounts.end(name, call.request.user))


def _echo(call: Call) -> Answer:
    return Answer({"kind": "shared:echo-query", "content": dict(call.request.query)})


def _upload(call: Call, name: str) -> Answer:
    written = call.request.headers.get("content-range", "")
    return Answer(transfer.upload(call.work.world, name, call.request.content, written))


def _download(call: Call, name: str) -> Answer:
    wanted = call.request.headers.get("content-range", "")
    status, content, written = transfer.download(call.work.world, name, wanted)
    headers = {"Content-Range": written, "Content-Type": "application/octet-stream"}
    return Answer(content, status, headers)


# -- transactions ------------------------------------------------------------------------------


def _begin(call: Call) -> Answer:
    return Answer(call.engine.transactions.begin())


def _transactions(call: Call) -> Answer:
    return _collection(call, "tm:transactioncollectionstate", "transaction", call.engine.transactions.all())


def _transaction(call: Call, number: str) -> Answer:
    found = call.engine.transactions
    return Answer(found.shown(found.find(number)))


def _commands(call: Call, number: str) -> Answer:
    return Answer(call.engine.transactions.commands(number))


def _command(call: Call, number: str, place: str) -> Answer:
    found = call.engine.transactions
    return Answer(found.command_shown(found.find(number), int(place)))


def _abort(call: Call, number: str) -> Answer:
    call.engine.transactions.abort(number)
    return Answer()


def _commit(call: Call, number: str) -> Answer:
    return Answer(call.engine.transactions.commit(number, call.body, lambda found, keep: _execute(call, found, keep)))


def _execute(call: Call, commands: list[Command], keep: bool) -> None:
    """Execute queued commands on a draft of the draft: one refusal, and nothing of it stays."""
    draft = call.work.configuration.draft()
    work = Work(call.work.world, draft, call.work.user, call.work.arranged)
    for command in commands:
        request = Request(command.method, command.path, body=command.body, user=call.work.user)
        dispatch(call.engine, work, request)
    objects.settle(work)
    if keep:
        call.work.configuration.take(draft)


def _unavailable(call: Call, what: str) -> Answer:
    """Answer a worker's ``/available``, which is 200 once it is up (F5 Ansible waits for it)."""
    if not any(pattern.fullmatch(what) for _, pattern, _ in _ROUTES):
        raise UnknownCallError(f"GET {what}/available")
    return Answer({})


_OBJECTS = "|".join(sorted((url for url in KINDS), key=len, reverse=True))
_EMPTY = r"(sys/file/ssl-cert|sys/file/ssl-key|ltm/pool)/([^/]+)/(cert-validators|bundle-certificates|cert-order-manager|members)"
_TABLE: tuple[tuple[str, str, Route], ...] = (
    ("GET", r"(/mgmt/.+)/available", _unavailable),
    ("POST", "/mgmt/shared/authn/login", _login),
    ("GET", "/mgmt/shared/authz/tokens", _tokens),
    ("DELETE", "/mgmt/shared/authz/tokens", _tokens_delete),
    ("GET", "/mgmt/shared/authz/tokens/([^/]+)", _token_get),
    ("PATCH", "/mgmt/shared/authz/tokens/([^/]+)", _token_patch),
    ("DELETE", "/mgmt/shared/authz/tokens/([^/]+)", _token_delete),
    ("GET", "/mgmt/shared/echo-query", _echo),
    ("GET", "/mgmt/shared/bigip-failover-state", _grouped(ha.shared_state)),
    ("POST", "/mgmt/shared/file-transfer/uploads/([^/]+)", _upload),
    ("GET", "/mgmt/shared/file-transfer/bulk/([^/]+)", _download),
    ("GET", "/mgmt/tm/transaction", _transactions),
    ("POST", "/mgmt/tm/transaction", _begin),
    ("GET", r"/mgmt/tm/transaction/(\d+)", _transaction),
    ("PATCH", r"/mgmt/tm/transaction/(\d+)", _commit),
    ("DELETE", r"/mgmt/tm/transaction/(\d+)", _abort),
    ("GET", r"/mgmt/tm/transaction/(\d+)/commands", _commands),
    ("GET", r"/mgmt/tm/transaction/(\d+)/commands/(\d+)", _command),
    ("GET", "/mgmt/tm/sys", _fixed(system.organizing)),
    ("GET", "/mgmt/tm/sys/version", _fixed(system.version)),
    ("GET", "/mgmt/tm/sys/ready", _fixed(system.ready)),
    ("GET", "/mgmt/tm/sys/clock", _fixed(system.clock)),
    ("GET", "/mgmt/tm/sys/global-settings", _fixed(system.global_settings)),
    ("GET", "/mgmt/tm/sys/failover", _grouped(ha.failover)),
    ("GET", "/mgmt/tm/sys/db/([^/]+)", lambda call, name: Answer(system.database(call.work, name))),
    ("POST", "/mgmt/tm/sys/config", _config),
    ("GET", "/mgmt/tm/sys/crypto", _fixed(crypto.organizing)),
    ("GET", "/mgmt/tm/sys/crypto/allow-key-export", _fixed(crypto.allow_key_export)),
    ("GET", "/mgmt/tm/sys/crypto/(key|cert|csr)", _crypto_list),
    ("POST", "/mgmt/tm/sys/crypto/(key|cert|csr)", _crypto_post),
    ("GET", "/mgmt/tm/sys/crypto/(key|cert|csr)/([^/]+)", _crypto_get),
    ("DELETE", "/mgmt/tm/sys/crypto/(key|cert|csr)/([^/]+)", _crypto_delete),
    ("GET", "/mgmt/tm/sys/file/ssl-csr", _ssl_csr),
    ("POST", "/mgmt/tm/util/(bash|unix-rm|unix-mv|unix-ls)", _util),
    ("GET", "/mgmt/tm/auth/user", _users),
    ("GET", "/mgmt/tm/auth/user/([^/]+)", lambda call, name: Answer(system.user(call.work, name))),
    ("GET", "/mgmt/tm/auth/password-policy", _fixed(system.password_policy)),
    ("GET", "/mgmt/tm/auth/login-failures", _fixed(system.login_failures)),
    ("POST", "/mgmt/tm/cm", _cm_sync),
    ("POST", "/mgmt/tm/cm/config-sync", _cm_sync),
    ("GET", "/mgmt/tm/cm/sync-status", _grouped(ha.sync_status)),
    ("GET", "/mgmt/tm/cm/failover-status", _grouped(ha.failover_status)),
    ("GET", "/mgmt/tm/cm/(device|device-group|traffic-group)", _cm_list),
    ("GET", "/mgmt/tm/cm/(device|device-group|traffic-group)/([^/]+)", _cm_get),
    ("GET", "/mgmt/tm/cm/device-group/([^/]+)/devices", _cm_devices),
    ("GET", "/mgmt/tm/cm/traffic-group/([^/]+)/stats", _cm_stats),
    ("GET", f"/mgmt/tm/{_EMPTY}", _no_members),
    ("GET", f"/mgmt/tm/({_OBJECTS})", _list),
    ("POST", f"/mgmt/tm/({_OBJECTS})", _post),
    ("GET", f"/mgmt/tm/({_OBJECTS})/([^/]+)", _get),
    ("PATCH", f"/mgmt/tm/({_OBJECTS})/([^/]+)", _change),
    ("PUT", f"/mgmt/tm/({_OBJECTS})/([^/]+)", _change),
    ("DELETE", f"/mgmt/tm/({_OBJECTS})/([^/]+)", _delete),
    ("GET", "/mgmt/tm/ltm/virtual/([^/]+)/(profiles|policies)", virtual_routes.listed),
    ("POST", "/mgmt/tm/ltm/virtual/([^/]+)/(profiles|policies)", virtual_routes.attach),
    ("GET", "/mgmt/tm/ltm/virtual/([^/]+)/(profiles|policies)/([^/]+)", virtual_routes.one),
    ("DELETE", "/mgmt/tm/ltm/virtual/([^/]+)/(profiles|policies)/([^/]+)", virtual_routes.detach),
)
_ROUTES = [(method, re.compile(pattern), route) for method, pattern, route in _TABLE]
