"""What a device's audit logs keep of a request: who, where, and of a write what it said, without secret properties.

``restjavad-audit.0.log`` has a line of every request, with its URL and without its body; ``audit`` has the command that
``icrd_child`` makes of a write, and of ``util/bash`` the whole command line (F5 K000160932 as public write-ups of
break-ins quote it). That mcpd shows a secret as ``****`` is seen in its own lines (``userdb_entry_passwd ****``,
Secureworks "State of the Threat" 2023); that ``cmd_data`` does, and how it spells the rest, is uncertain.
"""

from __future__ import annotations

import json
from typing import Any

from sectigo_f5.simulator.rules.engine import Request

_VERBS = {"POST": "create", "PUT": "modify", "PATCH": "modify", "DELETE": "delete"}
_SECRET = ("passphrase", "password")
_MCPD = "/mgmt/tm/"
_UTIL = "/mgmt/tm/util/"


def lines(request: Request, status: int) -> list[str]:
    """Return the lines of one request; a status of 0 is that of a connection which was dropped."""
    who = {"user": f"local/{request.user or 'null'}", "method": request.method}
    url = {"uri": f"http://localhost:8100{request.path}", "status": status, "from": request.address}
    seen = [f"[I][ForwarderPassThroughWorker] {json.dumps({**who, **url})}"]
    verb = _VERBS.get(request.method)
    if verb and request.path.startswith(_MCPD):
        done = "Command OK" if 200 <= status < 300 else "Command failed"  # noqa: PLR2004  # the class of success
        head = f"notice icrd_child: 01420002:5: AUDIT - user={request.user} folder=/Common module=(tmos)#"
        seen.append(f"{head} status=[{done}] cmd_data={_command(verb, request)}")
    return seen


def _command(verb: str, request: Request) -> str:
    body = request.body if isinstance(request.body, dict) else {}
    if request.path.startswith(_UTIL):
        return f"run util {request.path.removeprefix(_UTIL)} {body.get('utilCmdArgs', '')}"
    return f"{verb} {request.path.removeprefix(_MCPD).replace('/', ' ')} {_words(body)}".rstrip()


def _words(value: Any, name: str = "") -> str:
    if isinstance(value, dict):
        return "{ " + " ".join(f"{key} {_words(each, key)}" for key, each in value.items()) + " }" if value else ""
    if isinstance(value, list):
        return "{ " + " ".join(map(_words, value)) + " }"
    return "****" if name in _SECRET else str(value)
