"""What certbot-bigip 1.2.1 does to a BIG-IP, with fewer logins, smaller writes and shorter waits.

The plugin's files are not changed. Replaced are four names that it uses, each of which stays as it is if another
release of the plugin does not have it:

* ``ManagementRoot``: one session per BIG-IP instead of n + 2 logins to n of them.
* ``Virtual.update`` of f5-sdk, a PUT of the whole virtual server as it was read before: it undoes whatever anybody else
  has changed in between. Instead the list of its iRules is written alone, which the plugin has just read.
* ``irules_on_virtual``, which reads that list to know whether there is one, before it is read to be changed.
* ``time.sleep``, ten seconds after each iRule that it attaches: see ``looking`` beside this file.

Like the launcher, this module imports nothing of the connector, and the plugin inside the functions only.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

RULE = "Certbot-Letsencrypt-"  # the name of the plugin's iRule: this and the token
HAS_RULES = {"result": True, "rules": ()}  # f5-sdk gives a virtual server without iRules an empty list
TRIES = 3  # of a write whose connection the BIG-IP has closed; f5-sdk has 30


class Written(NamedTuple):
    """A virtual server as it was written last."""

    path: str
    destination: str
    last_rule: str


class Challenge(NamedTuple):
    """What the CA will ask for, and the answer."""

    name: str
    path: str
    text: str


def improve(looking: ModuleType, say: Callable[[str], None]) -> None:
    """Replace the four; what the plugin waits for is told to ``say``, a line each."""
    try:
        from certbot_bigip import configurator, obj
        from f5.bigip.tm.ltm.virtual import Virtual
    except Exception:  # noqa: BLE001  # Certbot loads it next, and says what is wrong
        return
    if hasattr(obj, "ManagementRoot"):
        obj.ManagementRoot = functools.cache(obj.ManagementRoot)
    if not (hasattr(Virtual, "update") and hasattr(Virtual, "modify")):
        return
    written = write_rules_alone(Virtual)
    bigip, plugin = getattr(obj, "Bigip", None), getattr(configurator, "BigipConfigurator", None)
    if hasattr(bigip, "irules_on_virtual"):
        bigip.irules_on_virtual = lambda *_: HAS_RULES  # type: ignore[union-attr]
    if hasattr(plugin, "perform") and getattr(configurator, "time", None) is time:
        challenges = note_challenges(plugin)
        configurator.time = _Clock(lambda seconds: wait(seconds, written, challenges, looking, say))


def write_rules_alone(virtual_server: Any) -> list[Written]:
    """Have ``update()`` write the iRules and nothing else; returns a list that has what was written last."""
    written: list[Written] = []
    whole = virtual_server.update

    @functools.wraps(whole)
    def update(self: Any, **properties: Any) -> None:
        import requests

        if properties:
            whole(self, **properties)
            return
        rules = list(self.rules)  # f5-sdk empties its own after a PATCH
        for last_try in (*[False] * (TRIES - 1), True):
            try:
                self.modify(rules=rules)
                break
            except requests.ConnectionError as error:
                if last_try or "Connection aborted" not in str(error):
                    raise
                time.sleep(1)
        last = rules[-1] if rules else ""
        written[:] = [Written(self.fullPath, getattr(self, "destination", ""), last.rpartition("/")[2])]

    virtual_server.update = update
    return written


def note_challenges(configurator: Any) -> dict[str, Challenge]:
    """Return what is asked for by the name of each iRule; filled when the plugin is told."""
    challenges: dict[str, Challenge] = {}
    perform = configurator.perform

    @functools.wraps(perform)
    def note_and_perform(self: Any, annotated: Any) -> Any:
        for one in annotated:
            if one.chall.typ == "http-01":
                _, text = one.response_and_validation()
                challenge = Challenge(one.identifier.value, one.chall.path, text)
                challenges[RULE + one.chall.encode("token")] = challenge
        return perform(self, annotated)

    configurator.perform = note_and_perform
    return challenges


def wait(
    seconds: float,
    written: list[Written],
    challenges: dict[str, Challenge],
    looking: ModuleType,
    say: Callable[[str], None],
) -> None:
    """Wait for the answer of the iRule attached last: at most ``seconds``, all of them if it cannot be asked."""
    server = written.pop() if written else None
    challenge = challenges.get(server.last_rule) if server else None
    if server is None or challenge is None:
        time.sleep(seconds)
        return
    address = looking.address_of(server.destination)
    if address is None:
        time.sleep(seconds)
        problem = f"{server.destination or 'its address'} cannot be asked from here"
    else:
        began = time.monotonic()
        problem = looking.wait(lambda left: looking.ask(address, *challenge, left), seconds)
        seconds = time.monotonic() - began
    done = f"waited {seconds:.1f} s for the challenge of {challenge.name} on {server.path}"
    say(f"{done}: {problem}" if problem else f"{done}: it is answered")


class _Clock:
    """The module ``time`` with another ``sleep``."""

    def __init__(self, sleep: Callable[[float], None]) -> None:
        self.sleep = sleep

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)
