"""What a run tells of its progress."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path

from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.progress import Progress, doing
from tests.support.builders import job
from tests.support.world import bigip


@dataclass
class Heard(Progress):
    """Everything that was told, in its order."""

    said: list[tuple[str, str]] = field(default_factory=list)

    def begin(self, jobs: Iterable[Job]) -> None:
        self.said += [(of.label, "to be done") for of in jobs]

    def doing(self, subject: str, text: str) -> None:
        self.said.append((subject, text))

    def leave(self, subject: str) -> None:
        self.said.append((subject, "left"))

    def done(self, result: Result) -> None:
        self.said.append((result.label, f"{result.outcome}"))


def test_steps_are_told_of_the_certificate_and_the_device_at_work() -> None:
    heard, host = Heard(), job().device.hosts[0]
    doing("nobody listens")
    with heard.at_work("bigip-fra"):
        doing(f"logging in to {host}")
        with heard.at_work("www.example.com@bigip-fra"):
            thread = threading.Thread(target=copy_context().run, args=(doing, "reading the BIG-IP"))
            thread.start()
            thread.join()
        doing("saving the configuration")
    doing("nobody listens any more")
    assert heard.said == [
        ("bigip-fra", "logging in to 192.0.2.10"),
        ("www.example.com@bigip-fra", "reading the BIG-IP"),
        ("www.example.com@bigip-fra", "left"),
        ("bigip-fra", "saving the configuration"),
        ("bigip-fra", "left"),
    ]


def test_an_enrolment_tells_each_of_its_stages(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        heard, of = Heard(), world.job()
        result = world.one(of, progress=heard)
    assert result.outcome is Outcome.ENROLLED
    device = [text for subject, text in heard.said if subject == "bigip-sim"]
    assert [text for subject, text in heard.said if subject == of.label] == [
        "to be done",
        "asking for revocation and renewal information",
        "reading the BIG-IP",
        "the BIG-IP makes the key",
        "the BIG-IP makes the CSR",
        "downloading the CSR",
        "rehearsing the change",
        "connecting to the CA",
        "Certbot: registering with the CA",
        "asking for the certificate",
        "uploading the certificate",
        "putting it in service",
        "looking at it as a client does",
        "asking whether the former one was revoked",
        "tidying up",
        "left",
        "enrolled",
        "enrolled",
    ]
    assert device == ["logging in to 127.0.0.1", "left", "saving the configuration", "left"]
