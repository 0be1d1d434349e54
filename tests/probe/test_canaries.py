"""A report of a BIG-IP on which everything is a canary holds none of them, whatever that BIG-IP has answered.

Nor does an explanation of it; and what the log holds at DEBUG, which is the operator's own, is no secret.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import jsonschema
import pytest
import requests

from sectigo_f5.icontrol.call import Call
from sectigo_f5.probe.asking import probe
from sectigo_f5.probe.explaining.explanation import explanation
from sectigo_f5.probe.making import keys
from sectigo_f5.probe.nouns import Report, Text
from sectigo_f5.probe.questions import csrs, openssl
from sectigo_f5.probe.recorder import Recorder
from sectigo_f5.probe.report_file import as_json, as_text
from sectigo_f5.secret import Secret, one_time_passphrase
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from sectigo_f5.simulator.certificates import pem
from sectigo_f5.simulator.rest import answers
from tests.probe.test_report_file import SCHEMA
from tests.support.canaries import Canaries, unique
from tests.support.probing import asked, logged_in, probed
from tests.support.quick_keys import quick_keys

PASSWORD, PASSPHRASE, TOKEN = "password", "passphrase", "token"
SECRETS = {PASSWORD, PASSPHRASE, TOKEN}
THEIRS = (
    "host name", "user", "partition", "folder", "virtual server", "profile", "server name", "certificate", "subject",
    "mail", "pool", "rule", "rule text", "description", "application", "traffic group", "route domain",
)  # fmt: skip
ADDRESS = "10.87.65.43"
ODD = " 'q\"%&+\\<\u00e9 "  # what JSON, a URL, HTML and repr write in another way


@dataclass
class Scene:
    """A BIG-IP of canaries, what it has answered, and what its probe has logged."""

    device: SimulatedBigIP
    canaries: Canaries
    answered: list[bytes] = field(default_factory=list)
    log: pytest.LogCaptureFixture | None = None

    def of(self, name: str) -> str:
        return self.canaries.of(name)[0]

    @property
    def everything(self) -> str:
        """Whatever is the operator's, as a message may quote it: words, paths, addresses."""
        names = " ".join(f"{self.of(name)}, ({self.of(name)}): {self.of(name)}.example.com" for name in THEIRS)
        path = f"/{self.of('partition')}/{self.of('folder')}/{self.of('virtual server')}"
        url = f"https://{self.of('host name')}/mgmt/tm/ltm/virtual/{path.replace('/', '~')}"
        return f"Values ({path}) {url} user={self.of('user')}@{ADDRESS} {path}:443 {names}"


@contextmanager
def opened() -> Iterator[Scene]:
    """Open a device whose every name is a canary."""
    canaries = Canaries()
    for name in THEIRS:
        canaries.add(name, "c" + unique())
    canaries.add("address", ADDRESS)
    canaries.add(PASSWORD, unique() + ODD + unique())
    one = {name: canaries.of(name)[0] for name in canaries.known}
    switches = Switches(
        hostname=f"{one['host name']}.example.net",
        username=one["user"],
        password=one[PASSWORD],
        partitions=(one["partition"],),
        as3=True,
        key_export="disabled",
    )
    with quick_keys(), SimulatedBigIP(switches) as device:
        _stock(device, one)
        yield Scene(device, canaries)


def _stock(device: SimulatedBigIP, one: dict[str, str]) -> None:
    """Give a device one object of each kind."""
    place = f"/{one['partition']}"
    device.add_folder(f"{place}/{one['folder']}")
    pair = pem.factory_pair(one["subject"], f"{one['mail']}@example.com")
    device.add_certificate(
        f"{place}/{one['certificate']}.crt", pair.certificate.decode(), pem.key_pem(pair.key, None).decode()
    )
    device.add_profile(
        "client-ssl",
        f"{place}/{one['profile']}",
        serverName=f"{one['server name']}.example.com",
        description=one["description"],
        certKeyChain=[
            {
                "name": one["profile"],
                "cert": f"{place}/{one['certificate']}.crt",
                "key": f"{place}/{one['certificate']}.key",
            }
        ],
    )
    device.add("ltm/pool", f"{place}/{one['pool']}")
    device.add_rule(f"{place}/{one['rule']}", f"when HTTP_REQUEST {{ log local0. {one['rule text']} }}")
    device.add_virtual_server(
        f"{place}/{one['folder']}/{one['virtual server']}",
        f"{ADDRESS}:443",
        ("/Common/tcp", "/Common/http", f"{place}/{one['profile']}"),
        description=one["description"],
    )
    device.add_application(f"{place}/{one['application']}.app/{one['application']}")
    device.add_traffic_group(f"/Common/{one['traffic group']}")


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with opened() as scene:
        yield scene


@contextmanager
def watched(scene: Scene, log: pytest.LogCaptureFixture) -> Iterator[None]:
    """Keep what is answered, and every token and passphrase there is."""

    @contextmanager
    def captured() -> Iterator[Secret]:
        with one_time_passphrase() as passphrase:
            scene.canaries.add(PASSPHRASE, passphrase.reveal())
            yield passphrase

    def note(recorder: Recorder, call: Call, answer: requests.Response | None, seconds: float) -> None:
        scene.answered += [] if answer is None else [answer.content]
        _note(recorder, call, answer, seconds)

    def keep_tokens(_: object) -> None:
        for token in scene.device.tokens:
            scene.canaries.add(TOKEN, token)

    _note, scene.log = Recorder.note, log
    scene.device.hook = keep_tokens
    with pytest.MonkeyPatch.context() as patch:
        for module in (keys, csrs, openssl):
            patch.setattr(module, "one_time_passphrase", captured)
        patch.setattr(Recorder, "note", note)
        with log.at_level(logging.DEBUG, "sectigo_f5"):
            yield
    scene.device.hook = None
    scene.device.heal()


def leaks(scene: Scene, report: Report) -> dict[str, set[str]]:
    """Return the canaries that are where they must not be."""
    assert scene.log is not None
    assert scene.log.text
    places = {"report": as_text(report), "explanation": explanation(report)}
    found = {place: scene.canaries.found_in(text) for place, text in places.items()}
    found["log"] = scene.canaries.found_in(scene.log.text) & SECRETS
    return {place: names for place, names in found.items() if names}


# -- what a BIG-IP may answer ----------------------------------------------------------------------


def echo(scene: Scene) -> AbstractContextManager[Any]:
    """Quote all that was sent, the token and the password too."""
    scene.device.fault(Fault("POST", "/crypto/|/authn/login|/client-ssl|/ssl-cert|/bash", action="echo:400", times=999))
    scene.device.fault(Fault("GET", "/transaction|/auth/user", action="echo:400", times=999))
    return nullcontext()


def quoting(scene: Scene) -> AbstractContextManager[Any]:
    """Refuse with all that there is on the device."""
    action = f"error:400:01070712:3: {scene.everything}"
    scene.device.fault(Fault("POST", "/tm/(?!transaction)", action=action, times=999))
    scene.device.fault(Fault("GET", "/cm/|/sys/(?!version)", action=action, times=999))
    return nullcontext()


@contextmanager
def page(scene: Scene) -> Iterator[None]:
    """Answer with a page of a proxy that names the operator."""
    scene.device.fault(Fault("GET", "/auth/|/ltm/|/cm/", action="html:403", times=999))
    scene.device.fault(Fault("POST", "/client-ssl|/crypto/key", action="html:400", times=999))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "_PAGE", f"<html><title>{{0}}</title><p>{scene.everything}</p></html>")
        yield


def garbage(scene: Scene) -> AbstractContextManager[Any]:
    """Cut answers short, or send none."""
    for action, path in (("garbage", "/auth/|/cm/"), ("empty", "/ltm/|/sys/file")):
        scene.device.fault(Fault("GET", path, action=action, times=999))
    return nullcontext()


SITUATIONS: tuple[Callable[[Scene], AbstractContextManager[Any]], ...] = (echo, quoting, page, garbage)
QUESTIONS = ("token", "user", "high-availability", "shell", "upload", "key-p256", "csr-with-key", "profile", "lists")


def test_a_report_holds_no_canary(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    with watched(scene, caplog):
        report = probed(scene.device, scene.of("partition"), may_save=True)
    assert leaks(scene, report) == {}
    assert [entry.question for entry in report.entries if entry.outcome == "failed"] == []
    assert [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(as_json(report))] == []
    took_part = scene.canaries.found_in(b"\n".join(scene.answered))
    assert took_part >= {"partition", "folder", "virtual server", "user", "host name", TOKEN, "address"}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_report_holds_no_canary_that_a_refusal_quotes(
    scene: Scene, situation: Callable[[Scene], AbstractContextManager[Any]], caplog: pytest.LogCaptureFixture
) -> None:
    scene.answered.clear()
    with watched(scene, caplog), logged_in(scene.device) as unit, situation(scene):
        report = probe(unit, scene.of("partition"), questions=QUESTIONS)
    assert leaks(scene, report) == {}
    quoted = scene.canaries.found_in(b"\n".join(scene.answered))
    if situation is not garbage:
        assert quoted >= ({TOKEN, PASSWORD, PASSPHRASE} if situation is echo else {*THEIRS, "address"})


def test_a_canary_anywhere_in_a_report_is_found(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    with watched(scene, caplog):
        report = asked(scene.device, "user", partition=scene.of("partition"))
    (entry,) = report.entries
    (exchange,) = entry.exchanges
    for name in ("subject", "address", PASSWORD):
        canary: Any = scene.of(name)
        exchanges = [
            replace(exchange, path=canary),
            replace(exchange, message=canary),
            replace(exchange, query={"x": canary}),
            replace(exchange, values={"x": canary}),
            replace(exchange, answered={canary: "string"}),
        ]
        entries = [
            replace(entry, because=canary),
            replace(entry, texts={"x": Text(400, canary)}),
            replace(entry, findings={"role": canary}),
            *(replace(entry, exchanges=(one,)) for one in exchanges),
        ]
        planted = [replace(report, left=(canary,)), *(replace(report, entries=(one,)) for one in entries)]
        assert [scene.canaries.found_in(as_text(one)) for one in planted] == [{name}] * len(planted)
