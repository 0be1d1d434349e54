"""Every URL that the simulated device answers, and transactions, which consist of such calls."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from urllib.parse import unquote

from sectigo_f5.simulator.certificates import crypto
from sectigo_f5.simulator.refusals import of_objects
from sectigo_f5.simulator.refusals.refusal import Refusal, UnknownCallError
from sectigo_f5.simulator.rest import device_routes, object_routes, queries, role_routes, virtual_routes
from sectigo_f5.simulator.rest.call import Call
from sectigo_f5.simulator.rules import cm, objects, system
from sectigo_f5.simulator.rules.engine import Answer, Engine, Request
from sectigo_f5.simulator.rules.transactions import Command
from sectigo_f5.simulator.state.kinds import KINDS
from sectigo_f5.simulator.state.work import Work

Route = Callable[..., Answer]

_APM = "/mgmt/tm/apm/"


def dispatch(engine: Engine, work: Work, request: Request) -> Answer:
    """Find the route of a request and follow it; raises :class:`UnknownCallError` if there is none."""
    path = request.path.rstrip("/")
    if path.startswith(_APM) and not work.switches.apm:
        raise of_objects.not_registered(path.removeprefix("/mgmt"))
    for method, pattern, route in _ROUTES:
        match = pattern.fullmatch(path) if method == request.method else None
        if match is not None:
            query = queries.followed(request.query, work.switches)
            call = Call(engine, work, replace(request, query=query))
            answer = route(call, *(unquote(group) for group in match.groups()))
            if isinstance(answer.body, dict):
                return replace(answer, body=queries.select(answer.body, query, work.switches))
            return answer
    raise UnknownCallError(f"{request.method} {path}")


# -- transactions ------------------------------------------------------------------------------


def _begin(call: Call) -> Answer:
    return Answer(call.engine.transactions.begin())


def _transactions(call: Call) -> Answer:
    return call.collection("tm:transactioncollectionstate", call.engine.transactions.show_all())


def _transaction(call: Call, number: str) -> Answer:
    transactions = call.engine.transactions
    return Answer(transactions.show(transactions.find(number)))


def _commands(call: Call, number: str) -> Answer:
    return Answer(call.engine.transactions.commands(number))


def _command(call: Call, number: str, command: str) -> Answer:
    return Answer(call.engine.transactions.command(number, command))


def _move(call: Call, number: str, command: str) -> Answer:
    return Answer(call.engine.transactions.move(number, command, call.body))


def _withdraw(call: Call, number: str, command: str) -> Answer:
    call.engine.transactions.withdraw(number, command)
    return Answer()


def _abort(call: Call, number: str) -> Answer:
    call.engine.transactions.abort(number)
    return Answer()


def _commit(call: Call, number: str) -> Answer:
    return Answer(call.engine.transactions.commit(number, call.body, partial(_execute, call)))


def _execute(call: Call, commands: list[Command], keep: bool) -> None:
    """Execute queued commands on a draft of the draft; after one refusal none of them is kept, unless by switch."""

    def execute(work: Work, some: list[Command] = commands) -> None:
        for command in some:
            request = Request(command.method, command.path, body=command.body, user=work.user)
            dispatch(call.engine, work, request)

    try:
        objects.all_or_nothing(call.work, execute, keep)
    except Refusal:
        if keep and not call.work.switches.transaction_undone:
            with contextlib.suppress(Refusal):
                for command in commands:
                    objects.all_or_nothing(call.work, partial(execute, some=[command]))
            call.engine.keep(call.work)
        raise


_WORKERS = (
    "/mgmt/shared/iapp/package-management-tasks",
)  # F5's cloud libraries wait for it, and install extensions with it


def _available(call: Call, what: str) -> Answer:
    """Answer a worker's ``/available``, which returns 200 once it is up (F5 Ansible waits for it)."""
    if what not in _WORKERS and not any(pattern.fullmatch(what) for _, pattern, _ in _ROUTES):
        raise UnknownCallError(f"GET {what}/available")
    return Answer({})


_OBJECTS = "|".join(sorted((url for url in KINDS), key=len, reverse=True))
_EMPTY = (
    r"(sys/file/ssl-cert|sys/file/ssl-key|ltm/pool)/([^/]+)"
    r"/(cert-validators|bundle-certificates|cert-order-manager|members)"
)
_TABLE: tuple[tuple[str, str, Route], ...] = (
    ("GET", r"(/mgmt/.+)/available", _available),
    ("POST", "/mgmt/shared/authn/login", device_routes.login),
    ("GET", "/mgmt/shared/authz/tokens", device_routes.tokens),
    ("DELETE", "/mgmt/shared/authz/tokens", device_routes.tokens_delete),
    ("GET", "/mgmt/shared/authz/tokens/([^/]+)", device_routes.token_get),
    ("PATCH", "/mgmt/shared/authz/tokens/([^/]+)", device_routes.token_patch),
    ("DELETE", "/mgmt/shared/authz/tokens/([^/]+)", device_routes.token_delete),
    ("GET", "/mgmt/shared/authz/(roles|resource-groups)", role_routes.list_all),
    ("POST", "/mgmt/shared/authz/(roles|resource-groups)", role_routes.post),
    ("GET", "/mgmt/shared/authz/(roles|resource-groups)/([^/]+)", role_routes.get),
    ("PUT", "/mgmt/shared/authz/(roles|resource-groups)/([^/]+)", role_routes.change),
    ("PATCH", "/mgmt/shared/authz/(roles|resource-groups)/([^/]+)", role_routes.change),
    ("DELETE", "/mgmt/shared/authz/(roles|resource-groups)/([^/]+)", role_routes.delete),
    ("GET", "/mgmt/shared/echo(?:-query)?", device_routes.echo),
    ("GET", "/mgmt/shared/identified-devices/config/device-info", device_routes.plain_route(system.device_info)),
    ("GET", "/mgmt/shared/appsvcs/info", device_routes.plain_route(system.as3_info)),
    ("GET", "/mgmt/shared/bigip-failover-state", device_routes.group_route(cm.shared_state)),
    ("POST", "/mgmt/shared/file-transfer/uploads/([^/]+)", device_routes.upload),
    ("GET", "/mgmt/shared/file-transfer/bulk/([^/]+)", device_routes.download),
    ("GET", "/mgmt/tm/transaction", _transactions),
    ("POST", "/mgmt/tm/transaction", _begin),
    ("GET", r"/mgmt/tm/transaction/(\d+)", _transaction),
    ("PATCH", r"/mgmt/tm/transaction/(\d+)", _commit),
    ("DELETE", r"/mgmt/tm/transaction/(\d+)", _abort),
    ("GET", r"/mgmt/tm/transaction/(\d+)/commands", _commands),
    ("GET", r"/mgmt/tm/transaction/(\d+)/commands/(\d+)", _command),
    ("PATCH", r"/mgmt/tm/transaction/(\d+)/commands/(\d+)", _move),
    ("DELETE", r"/mgmt/tm/transaction/(\d+)/commands/(\d+)", _withdraw),
    (
        "GET",
        f"/mgmt/tm/({'|'.join(system.ORGANIZING)})",
        lambda call, url: Answer(system.links(call.work, url)),
    ),
    ("GET", "/mgmt/tm/sys/version(?:/stats)?", device_routes.plain_route(system.version)),
    ("GET", "/mgmt/tm/sys/ready(?:/stats)?", device_routes.plain_route(system.ready)),
    ("GET", "/mgmt/tm/sys/mcp-state(?:/stats)?", device_routes.plain_route(system.mcp_state)),
    ("GET", "/mgmt/tm/sys/clock(?:/stats)?", device_routes.plain_route(system.clock)),
    ("GET", "/mgmt/tm/sys/global-settings", device_routes.plain_route(system.global_settings)),
    ("GET", "/mgmt/tm/sys/httpd", device_routes.plain_route(system.httpd)),
    ("GET", "/mgmt/tm/sys/failover", device_routes.group_route(cm.failover)),
    ("GET", "/mgmt/tm/sys/db/([^/]+)", lambda call, name: Answer(system.database(call.work, name))),
    ("POST", "/mgmt/tm/sys/config", device_routes.config),
    ("GET", "/mgmt/tm/task/sys/config", device_routes.task_list),
    ("POST", "/mgmt/tm/task/sys/config", device_routes.task_create),
    ("GET", r"/mgmt/tm/task/sys/config/(\d+)", device_routes.task_get),
    ("PUT", r"/mgmt/tm/task/sys/config/(\d+)", device_routes.task_start),
    ("GET", "/mgmt/tm/sys/crypto/allow-key-export", device_routes.plain_route(crypto.allow_key_export)),
    ("GET", "/mgmt/tm/sys/crypto/(key|cert|csr)", object_routes.crypto_list),
    ("POST", "/mgmt/tm/sys/crypto/(key|cert|csr|pkcs12)", object_routes.crypto_post),
    ("GET", "/mgmt/tm/sys/crypto/(key|cert|csr)/([^/]+)", object_routes.crypto_get),
    ("DELETE", "/mgmt/tm/sys/crypto/(key|cert|csr)/([^/]+)", object_routes.crypto_delete),
    ("GET", "/mgmt/tm/sys/file/ssl-csr", object_routes.ssl_csr),
    ("GET", "/mgmt/tm/sys/file/ssl-csr/([^/]+)", object_routes.ssl_csr_get),
    ("POST", "/mgmt/tm/util/(bash|unix-rm|unix-mv|unix-ls)", device_routes.util),
    ("GET", "/mgmt/tm/auth/user", device_routes.users),
    ("GET", "/mgmt/tm/auth/user/([^/]+)", lambda call, name: Answer(system.user(call.work, name))),
    ("GET", "/mgmt/tm/auth/password-policy", device_routes.plain_route(system.password_policy)),
    ("GET", "/mgmt/tm/auth/login-failures", device_routes.plain_route(system.login_failures)),
    ("POST", "/mgmt/tm/cm", device_routes.cm_sync),
    ("POST", "/mgmt/tm/cm/config-sync", device_routes.cm_sync),
    ("GET", "/mgmt/tm/cm/sync-status(?:/stats)?", device_routes.group_route(cm.sync_status)),
    ("GET", "/mgmt/tm/cm/failover-status(?:/stats)?", device_routes.group_route(cm.failover_status)),
    ("GET", "/mgmt/tm/cm/(device|device-group|traffic-group)", device_routes.cm_list),
    ("GET", "/mgmt/tm/cm/(device|device-group|traffic-group)/([^/]+)", device_routes.cm_get),
    ("GET", "/mgmt/tm/cm/device-group/([^/]+)/devices", device_routes.cm_devices),
    ("GET", "/mgmt/tm/cm/traffic-group/([^/]+)/stats", device_routes.cm_stats),
    ("GET", f"/mgmt/tm/{_EMPTY}", object_routes.subcollection),
    ("GET", f"/mgmt/tm/{_EMPTY}/([^/]+)", object_routes.subcollection_item),
    ("GET", f"/mgmt/tm/({_OBJECTS})", object_routes.list_all),
    ("POST", f"/mgmt/tm/({_OBJECTS})", object_routes.post),
    ("GET", f"/mgmt/tm/({_OBJECTS})/([^/]+)", object_routes.get),
    ("PATCH", f"/mgmt/tm/({_OBJECTS})/([^/]+)", object_routes.change),
    ("PUT", f"/mgmt/tm/({_OBJECTS})/([^/]+)", object_routes.change),
    ("DELETE", f"/mgmt/tm/({_OBJECTS})/([^/]+)", object_routes.delete),
    ("GET", "/mgmt/tm/ltm/virtual/([^/]+)/(profiles|policies)", virtual_routes.list_all),
    ("POST", "/mgmt/tm/ltm/virtual/([^/]+)/(profiles|policies)", virtual_routes.attach),
    ("GET", "/mgmt/tm/ltm/virtual/([^/]+)/(profiles|policies)/([^/]+)", virtual_routes.get),
    ("PATCH", "/mgmt/tm/ltm/virtual/([^/]+)/(profiles)/([^/]+)", virtual_routes.change),
    ("PUT", "/mgmt/tm/ltm/virtual/([^/]+)/(profiles)/([^/]+)", virtual_routes.change),
    ("DELETE", "/mgmt/tm/ltm/virtual/([^/]+)/(profiles|policies)/([^/]+)", virtual_routes.detach),
)
_ROUTES = [(method, re.compile(pattern), route) for method, pattern, route in _TABLE]
