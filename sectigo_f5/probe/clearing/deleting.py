"""Deletes things of ours on a BIG-IP, and looks whether they are gone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum

import requests

from sectigo_f5 import stopping
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.answers import json_object
from sectigo_f5.icontrol.call import Call
from sectigo_f5.icontrol.client import IControl, object_url
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.shell import BASH, shell_safe

logger = logging.getLogger(__name__)

UNIX = "/mgmt/tm/util/unix-"
SWEEPS = 3  # times that a deletion is tried
PAUSE = 5.0  # seconds between them


@dataclass(frozen=True)
class Thing:
    """Something of ours: an object or a file of the device, or what has no more than a URL: a token, a transaction."""

    name: str  # as it is told: ``ltm/virtual /Common/x``, ``/var/config/…/x``, or a URL without its last part
    url: str = ""  # "": a file

    @classmethod
    def of(cls, collection: str, path: str) -> Thing:
        """Return an object."""
        return cls(f"{collection} {path}", object_url(collection, path))

    @property
    def base(self) -> str:
        """Its name without folders."""
        return self.name.rpartition("/")[2]

    @property
    def by_hand(self) -> str:
        """The command that deletes it, on the device."""
        collection, _, path = self.name.partition(" ")
        if not self.url:
            return f"rm {self.name}"
        return f"tmsh delete {collection.replace('/', ' ')} {path}" if path else f"{self.name}/…: it ends by itself"


class Deletion(Enum):
    """What came of one."""

    GONE = "gone"
    THERE = "there"
    FORBIDDEN = "forbidden"  # neither to delete it nor to look for it is allowed to this user


def sweep(
    client: IControl,
    things: Sequence[Thing],
    is_possible: Callable[[Thing], bool] = lambda _: True,
    uncertain: Collection[Thing] = (),
) -> list[Thing]:
    """Delete things, the last one first, and try again what is still there; returns what stays.

    What is ``uncertain`` is deleted twice: the answer to its creation was lost, and it may have come later.
    """
    first = delete_all(client, things, is_possible)
    left = [thing for thing in things if thing in first or thing in uncertain]
    for _ in range(SWEEPS - 1):
        if not left:
            break
        with stopping.whole():
            client.pause(PAUSE)
        left = delete_all(client, left, is_possible)
    return left


def delete_all(
    client: IControl, things: Sequence[Thing], is_possible: Callable[[Thing], bool] = lambda _: True
) -> list[Thing]:
    """Delete things, the last one first; returns those that are still there, in their order.

    What nobody may delete or look for counts as there if ``is_possible`` says so. A device that has not come back in
    time is not asked for the others.
    """
    left, waiting = list[Thing](), list(things)
    while waiting:
        thing = waiting.pop()
        try:
            with stopping.whole():
                came_of_it = delete(client, thing)
        except ConnectorError as error:
            logger.info("%s is not deleted yet: %s", thing.name, error)
            left.append(thing)
            if client.has_given_up:
                break
        else:
            forbidden = came_of_it is Deletion.FORBIDDEN and is_possible(thing)
            left += [thing] if forbidden or came_of_it is Deletion.THERE else []
    return [*waiting, *reversed(left)]


def delete(client: IControl, thing: Thing) -> Deletion:
    """Delete something and look for it; raises :class:`ConnectorError` if no answer tells what came of it."""
    return _delete_object(client, thing.url) if thing.url else _delete_file(client, thing.name)


def _delete_object(client: IControl, url: str) -> Deletion:
    deletion, look = _refusal_of(client.delete, url), _refusal_of(client.get, url)
    if look is None:
        return Deletion.THERE
    if _is_absence(look):
        return Deletion.GONE
    if isinstance(look, OutcomeUnknownError):
        raise look
    if deletion is None or _is_absence(deletion):  # nobody may look
        return Deletion.GONE
    return Deletion.FORBIDDEN if deletion.refused_permission else Deletion.THERE


def _refusal_of(call: Callable[[str], object], url: str) -> DeviceError | None:
    try:
        call(url)
    except DeviceError as error:
        return error
    return None


def _is_absence(error: DeviceError) -> bool:
    return error.status == requests.codes.not_found and not error.busy


def _delete_file(client: IControl, path: str) -> Deletion:
    removed, listed = run_program(client, "rm", path), run_program(client, "ls", path)
    if listed is None:
        return Deletion.FORBIDDEN if removed is None else Deletion.GONE
    return Deletion.THERE if path in listed.split() else Deletion.GONE  # one that is gone is in a sentence: ``x:``


def run_program(client: IControl, program: str, path: str) -> str | None:
    """Run a program by its own command or, if that is refused, by the shell; None if both are."""
    reads = program == "ls"
    for url, arguments in ((UNIX + program, path), (BASH, f"-c '{program} {shell_safe(path)}'")):
        body = {"command": "run", "utilCmdArgs": arguments}
        try:
            answer = client.send(Call("POST", url, body=body, only_reads=reads, repeatable=True))
        except OutcomeUnknownError:
            raise
        except DeviceError as error:
            logger.debug("%s is refused: %s", program, error)
            continue
        return str(json_object(answer).get("commandResult") or "")
    return None


def names_of(things: Collection[Thing]) -> str:
    """Return the names of things as one text."""
    return ", ".join(thing.name for thing in things)
