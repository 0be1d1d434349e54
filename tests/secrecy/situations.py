"""What a run meets: nothing, a device or a CA that refuses and quotes what it was sent, or a bug that quotes it all."""

from __future__ import annotations

import contextlib
import html
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from sectigo_f5 import cutover, dispatch, issuance, workflow
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.login import Login
from sectigo_f5.simulator import Fault
from sectigo_f5.visits import saving
from tests.secrecy.stage import PASSPHRASE, TOKEN, Stage

Arranged = Callable[[Stage], contextlib.AbstractContextManager[None]]


@dataclass(frozen=True)
class Situation:
    """What happens at a step, and how it is arranged."""

    name: str
    arranged: Arranged
    sick: bool = True  # the run fails
    seen: str = ""  # what the log then says

    def __str__(self) -> str:
        return self.name


@contextlib.contextmanager
def nothing(_: Stage) -> Iterator[None]:
    yield


def quoting(*calls: str) -> Arranged:
    """Have the device refuse calls, and quote all that was sent: ``POST /sys/crypto/key$``."""

    @contextlib.contextmanager
    def arranged(stage: Stage) -> Iterator[None]:
        for call in calls:
            method, _, path = call.partition(" ")
            stage.device.fault(Fault(method, path, action="echo:400", times=99))
        yield
        stage.device.heal()

    return arranged


def refused(what: str) -> Arranged:
    """Have the CA refuse at one of its steps, in words that hold the passphrase."""

    @contextlib.contextmanager
    def arranged(stage: Stage) -> Iterator[None]:
        def refuse(*_: object, **__: object) -> None:
            raise ConnectorError(f"the CA refuses: {_everything(stage)}")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stage.world.authority, what, refuse)
            yield

    return arranged


def bug(where: Any, what: str) -> Arranged:
    """Have a function fail after it has done its work, with an exception that quotes every secret there is by then."""

    @contextlib.contextmanager
    def arranged(stage: Stage) -> Iterator[None]:
        place = stage.world.authority if where is None else where
        real = getattr(place, what)

        def fail(*arguments: Any, **named: Any) -> None:
            real(*arguments, **named)
            raise RuntimeError(_everything(stage)) from KeyError(_everything(stage))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(place, what, fail)
            yield

    return arranged


def _everything(stage: Stage) -> str:
    """Quote the secrets that are alive, as programs quote; what is forgotten nobody can quote."""
    made = [passphrase.reveal() for passphrase in stage.passphrases if passphrase]
    made += [token for token in stage.device.tokens if token not in stage.earlier]
    live = [*stage.canaries.texts_but(PASSPHRASE, TOKEN), *made]
    spelt = [(text, repr(text), json.dumps(text), quote(text, safe=""), html.escape(text)) for text in live]
    return f"all of it: {spelt!r} {' '.join(' '.join(each) for each in spelt)}"


SITUATIONS = (
    Situation("all is well", nothing, sick=False),
    Situation("OpenSSL makes the key", quoting("POST /sys/crypto/key$"), seen="***"),
    *(
        Situation(f"step {step}: the device quotes {' and '.join(calls)}", quoting(*calls))
        for step, *calls in (
            (2, "POST /authn/login$"),
            (3, "GET /ltm/virtual"),
            (4, "POST /sys/crypto/key$", "POST /uploads/"),
            (5, "POST /sys/crypto/"),
            (6, "GET /sys/crypto/csr", "POST /util/", "POST /uploads/"),
            (10, "POST /sys/file/ssl-cert$"),
            (11, "POST /ltm/profile/client-ssl$"),
            (12, "PATCH /transaction/"),
            (12, "POST /sys/config$", "POST /util/", "DELETE /authz/tokens/"),
        )
    ),
    *(
        Situation(f"step {step}: the CA refuses", refused(what))
        for step, what in ((7, "connect"), (8, "register"), (9, "issue"))
    ),
    *(
        Situation(f"step {step}: a bug in {what}", bug(where, what), seen="this is a bug")
        for step, where, what in (
            (1, dispatch, "select"),
            (2, Login, "begin"),
            (3, workflow, "prepare"),
            (4, issuance, "create_key"),
            (5, issuance, "create_request"),
            (6, issuance, "download_request"),
            (7, None, "connect"),
            (8, None, "register"),
            (9, None, "issue"),
            (10, issuance, "upload_certificate"),
            (11, cutover, "put_in_service"),
            (12, saving, "saved"),
        )
    ),
)
