"""What a question has at hand: calls that are recorded, names of its own, and what earlier questions made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import requests

from sectigo_f5.bigip.unit import Unit
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.answers import json_object, must_be_regular
from sectigo_f5.icontrol.call import READ_TIMEOUT, Call, Json
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.read_back import PAUSES
from sectigo_f5.icontrol.shell import BASH
from sectigo_f5.probe.catalogue.every import BY_NAME
from sectigo_f5.probe.nouns import Release, Text
from sectigo_f5.probe.recorder import Recorder
from sectigo_f5.probe.scratch import Scratch
from sectigo_f5.probe.seen import Seen
from sectigo_f5.secret import Secret

AGAIN = 5.0  # seconds before something is read again that was cut short, or that a starting device may lack


class NotAskedError(ConnectorError):
    """A question that cannot be asked, for what an earlier one has found; the text says what."""


class RefusedError(ConnectorError):
    """A call without which a question cannot be asked was refused."""


@dataclass(frozen=True)
class Pair:
    """A key on the device and a certificate for it, by their full paths; with what opens the key."""

    key: str
    certificate: str
    passphrase: Secret


@dataclass(frozen=True)
class Waiting:
    """A transaction that is left open, to see what becomes of it."""

    url: str
    timeout: int  # seconds that it waits for a commit
    since: float  # by the monotonic clock


@dataclass
class Bench:
    """One probe of one unit. ``findings`` and ``texts`` are those of the question that is being asked."""

    unit: Unit
    scratch: Scratch
    recorder: Recorder
    may_save: bool = False
    something_left: bool = False  # that could not be deleted; known once everything else is asked
    pairs: dict[str, Pair] = field(default_factory=dict)  # ``rsa``, ``rsa-2``, ``ec``; they last
    issuer: str = ""  # of their certificates, in PEM
    waiting: Waiting | None = None
    secrets: list[Secret] = field(default_factory=list, repr=False)  # alive, so that no text quotes them
    deletes_files: bool | None = None  # this user may delete files of the device; None: it was not tried
    lists_files: bool | None = None  # this user may list files of the device; None: it was not tried
    release: Release = field(default_factory=Release)
    question: str = ""
    findings: dict[str, str | int] = field(default_factory=dict)
    texts: dict[str, Text] = field(default_factory=dict)

    @property
    def client(self) -> IControl:
        """The login session."""
        return self.unit.client

    @property
    def partition(self) -> str:
        """Where scratch objects are made."""
        return self.scratch.partition

    # -- asking --------------------------------------------------------------------------------

    def ask(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        query: Mapping[str, str] | None = None,
        timeout: float = READ_TIMEOUT,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        repeatable: bool = False,
    ) -> Seen:
        """Send a call and return what is answered, a refusal too.

        Raises :class:`ConnectorError` if the device does not answer, its answer was lost, or is one that no BIG-IP
        gives.
        """
        call = Call(
            method,
            path,
            query=query or {},
            body=body,
            raw=raw,
            headers=headers or {},
            timeout=timeout,
            repeatable=repeatable,
        )
        try:
            answer = self.client.send(call)
        except OutcomeUnknownError:
            raise
        except DeviceError as refusal:
            return Seen(refusal.status, message=refusal.message, code=refusal.code)
        content = json_object(answer)
        if not content and (body is not None or (method == "GET" and not headers)):  # it was cut short
            if call.reads:
                self.client.pause(AGAIN)
                content = json_object(self.client.send(call))
            if not content:
                what = "a body that is not a JSON object"
                raise OutcomeUnknownError(self.client.host, method, call.shown_path, answer.status_code, what)
        must_be_regular(self.client.host, call.shown_path, content)
        return Seen(answer.status_code, content, answer=answer)

    def did(self, seen: Seen, what: str) -> bool:
        """Tell whether the device did ``what`` it was asked for, or refused just that.

        Raises :class:`RefusedError` if it refuses this user, or has no such call, and :class:`ConnectorError` if it
        failed itself: neither says anything of what was asked for.
        """
        if seen.status >= requests.codes.server_error:
            self.settled(seen, what)
        elif not (seen.ok or seen.judges):
            self.must(seen, what)
        return seen.ok

    def settled(self, seen: Seen, what: str) -> Seen:
        """Return an answer, a refusal too; raises :class:`ConnectorError` if the device failed, or is starting."""
        if seen.status >= requests.codes.server_error or seen.unregistered:
            raise ConnectorError(f"{what} failed ({seen.status}): {seen.message or 'no message'}")
        return seen

    def there(self, path: str, query: Mapping[str, str] | None = None) -> Seen:
        """Read what not every BIG-IP has; one that knows no such path is asked again, for it may be starting."""
        seen = self.ask("GET", path, query=query)
        if seen.unregistered:
            self.client.pause(AGAIN)
            seen = self.ask("GET", path, query=query)
        return seen if seen.unregistered else self.settled(seen, path)

    def shown(self, url: str) -> Json:
        """Read an object that was just made; empty if the device does not show it, even after a while."""
        for pause in (*PAUSES, None):
            seen = self.ask("GET", url)
            if seen.status != requests.codes.not_found or pause is None:
                break
            self.client.pause(pause)
        return seen.body

    def delete(self, url: str) -> Seen:
        """Delete something of ours as a part of the question."""
        seen = self.ask("DELETE", url, repeatable=True)
        if seen.ok:
            self.scratch.is_gone(url)
        return seen

    def must(self, seen: Seen, what: str) -> Seen:
        """Return an answer of success; raises :class:`RefusedError` with ``what`` was asked for otherwise."""
        if not seen.ok:
            raise RefusedError(f"{what} was refused ({seen.status}): {seen.message or 'no message'}")
        return seen

    def bash(self, command: str, timeout: float = READ_TIMEOUT, *, repeatable: bool = False) -> Seen:
        """Run a command line on the device; what it printed is :func:`.seen.printed`."""
        arguments = {"command": "run", "utilCmdArgs": f"-c '{command}'"}
        return self.ask("POST", BASH, arguments, timeout=timeout, repeatable=repeatable)

    def pair(self, kind: str) -> Pair:
        """Return a pair that an earlier question made; raises :class:`NotAskedError` if there is none."""
        if kind not in self.pairs:
            raise NotAskedError(f"there is no pair of the kind {kind}: see what became of the question certificate")
        return self.pairs[kind]

    def forget(self) -> None:
        """Forget the passphrases of the pairs, and other secrets."""
        for secret in (*(pair.passphrase for pair in self.pairs.values()), *self.secrets):
            secret.forget()

    # -- finding -------------------------------------------------------------------------------

    def find(self, name: str, value: str | int | bool) -> None:
        """Note what was found; the catalogue says which words there are."""
        if isinstance(value, bool):
            value = "yes" if value else "no"
        finding = next(one for one in BY_NAME[self.question].findings if one.name == name)
        if finding.words and value not in finding.words:
            raise ValueError(f"{self.question}: {name} cannot be {value!r}")
        self.findings[name] = value

    def note_text(self, kind: str, seen: Seen, /, **names: str) -> None:
        """Note a refusal's words; ``names`` are those of ours in it, by what they stand for."""
        if kind not in BY_NAME[self.question].texts:
            raise ValueError(f"{self.question} has no text {kind}")
        if not seen.ok:
            self.texts[kind] = self.recorder.text(seen.status, seen.message, names)

    def note_refusal(self, kind: str, seen: Seen, **names: str) -> None:
        """Note a refusal's words, unless it refuses this user, or is too busy: they are not those of the refusal."""
        if not seen.refused_permission and seen.status != requests.codes.unavailable:
            self.note_text(kind, seen, **names)
