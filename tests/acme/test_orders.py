"""An order that is continued, and answers that are lost: the library ``acme`` as Certbot uses it, before a real CA."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import acme.client
import pytest
import requests
from acme import challenges, errors, messages
from acme.client import ClientNetwork, ClientV2
from cryptography.hazmat.primitives.asymmetric import rsa
from josepy.jwk import JWKRSA

from sectigo_f5.acme.inside_certbot import orders
from sectigo_f5.acme.inside_certbot.order_file import OrderFile, is_awaited, read
from tests.acme.conftest import request
from tests.support.authorities import Pebble
from tests.support.ca_front import CaFront, Reply, ca_front, problem, processing

DAY = timedelta(days=1)
LOST = Reply()
GATEWAY_JSON = Reply(504, '{"message": "Endpoint request timed out"}', "application/json")


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pebble]:
    with Pebble(tmp_path_factory.mktemp("ca"), eab={}, nonce_reject=0, always_valid=True, authz_reuse=100) as pebble:
        yield pebble


@pytest.fixture(scope="module")
def account_key() -> JWKRSA:
    return JWKRSA(key=rsa.generate_private_key(65537, 2048))


@pytest.fixture
def front(ca: Pebble, tmp_path: Path) -> Iterator[CaFront]:
    with ca_front(ca, tmp_path / "front") as standing:
        yield standing


class Certbots:
    """One process of Certbot after another: each has the library as it is, and the file of the one before."""

    def __init__(self, front: CaFront, key: JWKRSA, file: Path, patch: pytest.MonkeyPatch) -> None:
        self.front, self.key, self.file, self.patch = front, key, file, patch
        self.warnings: list[str] = []
        self.csr = request("www.example.net").encode()

    def jump_ahead(self, patch: pytest.MonkeyPatch, kind: str, times: int) -> None:
        """Put Certbot's clock a day ahead once the CA has been asked for ``kind`` so often from now on."""
        front, last = self.front, self.front.counts[kind] + times

        class Clock(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Any:
                return datetime.now(tz) + DAY * (front.counts[kind] >= last)

        patch.setattr(orders, "datetime", Clock)
        patch.setattr(acme.client, "datetime", SimpleNamespace(datetime=Clock, timedelta=timedelta, timezone=timezone))

    @contextlib.contextmanager
    def start(self, answer_timeout: float = 10) -> Iterator[ClientV2]:
        with self.patch.context() as patch:
            for name in ("_post", "new_order", "begin_finalization", "finalize_order"):
                patch.setattr(ClientV2, name, ClientV2.__dict__[name])
            for name in ("__init__", "_check_response"):
                patch.setattr(ClientNetwork, name, ClientNetwork.__dict__[name])
            orders.wait_longer(answer_timeout)
            orders.remember_orders(OrderFile(self.file, self.warnings.append))
            network = ClientNetwork(self.key, verify_ssl=str(self.front.ca_bundle))  # type: ignore[arg-type]
            client = ClientV2(ClientV2.get_directory(self.front.directory_url, network), network)
            known = messages.NewRegistration.from_data(terms_of_service_agreed=True)
            try:
                client.new_account(known)
            except errors.ConflictError as error:
                network.account = messages.RegistrationResource(uri=error.location, body=known)
            yield client

    def obtain(self, a_day_passes_with: str = "nothing", times: int = 1, **options: float) -> str:
        """Go through an order as Certbot does, polling it for a minute by its clock; returns the PEM of the chain.

        A day passes when the CA is asked for that kind for the ``times``-th time: whatever machine this is, the
        polling is over then, and not before.
        """
        with self.start(**options) as client, self.patch.context() as patch:
            self.jump_ahead(patch, a_day_passes_with, times)
            order = client.new_order(self.csr)
            for each in order.authorizations:
                self._validate(client, each)
            order = client.finalize_order(order, datetime.now() + timedelta(minutes=1))  # noqa: DTZ005
            return order.fullchain_pem

    def _validate(self, client: ClientV2, authorization: messages.AuthorizationResource) -> None:
        if authorization.body.status == messages.STATUS_VALID:
            return
        for each in authorization.body.challenges:
            if isinstance(each.chall, challenges.DNS01):
                client.answer_challenge(each, each.chall.response(self.key))
        while client.poll(authorization)[0].body.status == messages.STATUS_PENDING:
            time.sleep(0.01)

    def change_file(self, **changes: str) -> None:
        self.file.write_text(json.dumps({**read(self.file), **changes}))

    @property
    def status(self) -> str:
        return read(self.file)["status"]


@pytest.fixture
def certbots(front: CaFront, account_key: JWKRSA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certbots:
    monkeypatch.setattr(acme.client, "time", SimpleNamespace(sleep=lambda _: time.sleep(0.02)))
    monkeypatch.setattr(orders, "RETRY_PAUSE", 0.02)
    return Certbots(front, account_key, tmp_path / "orders" / "www" / "order.json", monkeypatch)


def must_have_asked(front: CaFront, **times: int) -> None:
    assert {kind: front.counts[kind] for kind in times} == times


# -- from one process to the next ---------------------------------------------------------------


def test_the_order_is_remembered_before_it_is_finalized(certbots: Certbots) -> None:
    before = datetime.now(timezone.utc).replace(microsecond=0)
    with certbots.start() as client:
        order = client.new_order(certbots.csr)
        kept = read(certbots.file)
        assert client.net.account is not None
        assert (kept["url"], kept["account"]) == (order.uri, client.net.account.uri)
    assert kept["status"] in {"pending", "ready"}
    assert before <= datetime.strptime(kept["at"], "%Y-%m-%dT%H:%M:%S%z") <= datetime.now(timezone.utc)
    assert certbots.file.parent.stat().st_mode & 0o777 == 0o700
    assert certbots.file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in certbots.file.parent.iterdir()] == ["order.json"]


def test_a_killed_order_is_continued(certbots: Certbots, front: CaFront) -> None:
    with certbots.start() as client:
        client.new_order(certbots.csr)
    assert "BEGIN CERTIFICATE" in certbots.obtain()
    must_have_asked(front, newOrder=1, finalize=1)
    assert certbots.status == "valid"


def test_an_order_that_is_processed_for_long_is_collected_later(certbots: Certbots, front: CaFront) -> None:
    front.order = processing
    for _ in range(2):
        with pytest.raises(errors.TimeoutError):
            certbots.obtain("order", times=2)
        assert certbots.status == "processing"
    front.order = None
    asked = front.counts["authorization"]
    assert "BEGIN CERTIFICATE" in certbots.obtain()
    must_have_asked(front, newOrder=1, finalize=1, authorization=asked)  # they may have expired meanwhile


def test_a_certificate_that_could_not_be_downloaded_is_later(certbots: Certbots, front: CaFront) -> None:
    front.replies["certificate"] = [LOST] * 500
    with pytest.raises(errors.TimeoutError):
        certbots.obtain("certificate")
    assert certbots.status == "valid"
    front.replies.clear()
    assert "BEGIN CERTIFICATE" in certbots.obtain()
    must_have_asked(front, newOrder=1, finalize=1)


@pytest.mark.parametrize("status", ["invalid", "pending"])
def test_an_order_that_ended_is_replaced(certbots: Certbots, front: CaFront, status: str) -> None:
    with certbots.start() as client:
        first = client.new_order(certbots.csr).uri

    def ended(order: dict[str, Any]) -> dict[str, Any]:
        is_first = order["finalize"].rpartition("/")[2] == first.rpartition("/")[2]
        return {**order, "status": status, "expires": "2026-01-01T00:00:00Z"} if is_first else order

    front.order = ended
    assert "BEGIN CERTIFICATE" in certbots.obtain()
    assert read(certbots.file)["url"] != first
    must_have_asked(front, newOrder=2, finalize=1)


@pytest.mark.parametrize("reply", [problem("malformed", 404), Reply(404, "gone"), problem("accountDoesNotExist", 400)])
def test_an_order_that_the_ca_does_not_know_is_replaced(certbots: Certbots, front: CaFront, reply: Reply) -> None:
    with certbots.start() as client:
        client.new_order(certbots.csr)
    front.replies["order"] = [reply]
    assert "BEGIN CERTIFICATE" in certbots.obtain()
    must_have_asked(front, newOrder=2, finalize=1)


@pytest.mark.parametrize(
    "reply", [LOST, Reply(503, "busy"), problem("rateLimited", 429), problem("serverInternal", 500)]
)
def test_an_order_that_cannot_be_asked_for_is_not_replaced(certbots: Certbots, front: CaFront, reply: Reply) -> None:
    front.order = processing
    with pytest.raises(errors.TimeoutError):
        certbots.obtain("order")
    front.replies["order"] = [reply]
    with pytest.raises(Exception, match=r"."):
        certbots.obtain()
    assert certbots.status == "processing"
    must_have_asked(front, newOrder=1, finalize=1)


@pytest.mark.parametrize("change", [{"account": "https://127.0.0.1/another"}, {"url": ""}])
def test_an_order_of_another_account_is_replaced(certbots: Certbots, front: CaFront, change: dict[str, str]) -> None:
    with certbots.start() as client:
        client.new_order(certbots.csr)
    certbots.change_file(**change)
    assert "BEGIN CERTIFICATE" in certbots.obtain()
    must_have_asked(front, newOrder=2, finalize=1)


@pytest.mark.parametrize("content", ["", "[]", '{"url": 7}', '{"url": "x"', "\0"])
def test_a_damaged_file_remembers_nothing(certbots: Certbots, front: CaFront, content: str) -> None:
    certbots.file.parent.mkdir(parents=True)
    certbots.file.write_text(content)
    assert "BEGIN CERTIFICATE" in certbots.obtain()
    must_have_asked(front, newOrder=1, finalize=1)


def test_a_file_that_cannot_be_written_costs_no_certificate(certbots: Certbots, front: CaFront) -> None:
    certbots.file.parent.parent.write_text("")
    assert "BEGIN CERTIFICATE" in certbots.obtain()
    assert certbots.warnings
    assert "cannot be remembered in" in certbots.warnings[0]


# -- finalize -----------------------------------------------------------------------------------


@pytest.mark.parametrize("reply", [LOST, Reply(502, "<html>"), Reply(504, "<html>"), GATEWAY_JSON])
def test_a_lost_answer_to_finalize_is_asked_for(certbots: Certbots, front: CaFront, reply: Reply) -> None:
    front.replies["finalize"] = [reply]
    assert "BEGIN CERTIFICATE" in certbots.obtain()
    must_have_asked(front, newOrder=1, finalize=1)
    assert "the CA's answer to finalize was lost" in certbots.warnings[0]


def test_an_answer_to_finalize_that_is_held_is_not_waited_for(certbots: Certbots, front: CaFront) -> None:
    front.hold["finalize"] = 60
    assert "BEGIN CERTIFICATE" in certbots.obtain(answer_timeout=0.3)
    must_have_asked(front, newOrder=1, finalize=1)


def test_the_time_for_finalize_does_not_count_as_polling(certbots: Certbots, front: CaFront) -> None:
    assert "BEGIN CERTIFICATE" in certbots.obtain("finalize")
    must_have_asked(front, newOrder=1, finalize=1)


def test_a_finalize_that_was_lost_is_sent_again_by_the_next_run_alone(certbots: Certbots, front: CaFront) -> None:
    front.replies["finalize"] = [Reply(reached=False)]
    with pytest.raises(errors.TimeoutError):
        certbots.obtain("order", times=2)
    assert certbots.status == "unknown"
    must_have_asked(front, newOrder=1, finalize=1)
    assert "BEGIN CERTIFICATE" in certbots.obtain()
    must_have_asked(front, newOrder=1, finalize=2)
    assert front.issued == 1


def test_a_finalize_beyond_the_rate_limit_is_left_to_the_next_run(certbots: Certbots, front: CaFront) -> None:
    front.replies["finalize"] = [problem("rateLimited", 429)]
    with pytest.raises(messages.Error, match="the CA says rateLimited"):
        certbots.obtain()
    assert certbots.status == "unknown"
    assert "BEGIN CERTIFICATE" in certbots.obtain()
    must_have_asked(front, newOrder=1, finalize=2)


def test_an_order_that_is_not_ready_yet_is_finalized_later(certbots: Certbots, front: CaFront) -> None:
    front.replies["finalize"] = [problem("orderNotReady", 403)]
    assert "BEGIN CERTIFICATE" in certbots.obtain()
    must_have_asked(front, newOrder=1, finalize=2)


def test_a_refusal_is_believed(certbots: Certbots, front: CaFront) -> None:
    front.replies["finalize"] = [problem("badCSR", 400)]
    with pytest.raises(messages.Error, match="the CA says badCSR"):
        certbots.obtain()
    assert certbots.status == "refused"


def test_an_error_of_a_ca_that_issues_all_the_same_is_no_refusal(certbots: Certbots, front: CaFront) -> None:
    front.replies["finalize"] = [problem("serverInternal", 500, reached=True)]
    assert "BEGIN CERTIFICATE" in certbots.obtain()
    must_have_asked(front, newOrder=1, finalize=1)


@pytest.mark.parametrize("kind", ["order", "certificate"])
def test_polling_survives_an_error_of_the_ca(certbots: Certbots, front: CaFront, kind: str) -> None:
    front.replies[kind] = [problem("serverInternal", 500)]
    assert "BEGIN CERTIFICATE" in certbots.obtain()
    must_have_asked(front, newOrder=1, finalize=1)


@pytest.mark.parametrize("kind", ["newOrder", "authorization", "finalize", "order", "certificate"])
@pytest.mark.parametrize("reply", [LOST, Reply(reached=False), Reply(503, "<html>")])
def test_any_lost_answer_costs_no_certificate(certbots: Certbots, front: CaFront, kind: str, reply: Reply) -> None:
    front.replies[kind] = [reply]
    never_arrives = kind == "finalize" and not reply.reached  # so it is awaited in vain
    try:
        chain = certbots.obtain("order" if never_arrives else "nothing")
    except (requests.RequestException, errors.Error):
        chain = certbots.obtain()
    assert "BEGIN CERTIFICATE" in chain
    assert front.issued == 1
    assert front.counts["newOrder"] == (2 if kind == "newOrder" else 1)


def test_an_order_that_becomes_invalid_is_refused_at_once(certbots: Certbots, front: CaFront) -> None:
    front.order = lambda order: {**order, "status": "invalid"} if order["status"] == "valid" else order
    with pytest.raises(errors.Error, match="certificate order failed"):
        certbots.obtain()
    assert certbots.status == "invalid"


def test_an_order_that_is_unknown_only_for_a_moment_is_awaited(certbots: Certbots, front: CaFront) -> None:
    front.order = processing
    front.replies["order"] = [problem("malformed", 404)]  # one of several servers that has not heard of it yet
    with pytest.raises(errors.TimeoutError):
        certbots.obtain("order", times=2)
    assert certbots.status == "processing"


def test_a_certificate_that_the_ca_does_not_have_is_refused(certbots: Certbots, front: CaFront) -> None:
    front.replies["certificate"] = [problem("malformed", 404)] * 500
    with pytest.raises(messages.Error, match="the CA says malformed"):
        certbots.obtain("certificate")
    assert not is_awaited(read(certbots.file))
