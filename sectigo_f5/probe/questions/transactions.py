"""Several changes together."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import requests

from sectigo_f5.bigip.keys.bodies import KEY_TIMEOUT, KEY_URL
from sectigo_f5.bigip.profile_change import CLIENT_SSL_URL
from sectigo_f5.device_objects import STOCK_PROFILE
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.transactions import COMMIT, COMMIT_TIMEOUT, FAILED, PAUSES, TRANSACTION, VALIDATE
from sectigo_f5.probe.bench import Bench, NotAskedError, RefusedError, Waiting
from sectigo_f5.probe.catalogue.nouns import IGNORED, REJECTED, WORKS
from sectigo_f5.probe.seen import Seen

logger = logging.getLogger(__name__)

CLIENT_SSL, KEY = "ltm/profile/client-ssl", "sys/file/ssl-key"
LATER = 5  # seconds after its time is over at which a transaction is looked at
LONGEST, STEP = 150.0, 10.0  # seconds that are waited for that, and at a time
ENDED = ("COMPLETED", "FAILED")


@dataclass(frozen=True)
class _Open:
    """A transaction that was opened."""

    bench: Bench
    url: str
    told: Json

    def queue(self, method: str, path: str, body: Json, timeout: float = 70.0) -> Seen:
        """Send a change as a part of it."""
        header = {"X-F5-REST-Coordination-Id": self.url.rpartition("/")[2]}
        return self.bench.settled(self.bench.ask(method, path, body, headers=header, timeout=timeout), "a change")

    def add_profile(self, suffix: str) -> str:
        """Queue the creation of a client SSL profile; returns its URL."""
        url = _noted_profile(self.bench, suffix)
        self.bench.must(self.queue("POST", CLIENT_SSL_URL, _profile(self.bench, suffix)), "a change in a transaction")
        return url

    def add_nonsense(self) -> None:
        """Queue a change of a client SSL profile that is not there."""
        url = object_url(CLIENT_SSL, self.bench.scratch.path("absent"))
        self.bench.must(self.queue("PATCH", url, {"sniDefault": "false"}), "a change in a transaction")

    def commit(self, body: Json = COMMIT) -> Seen:
        """Commit it, and wait for the end if the device says only that it has begun; then it is gone."""
        seen = self.bench.ask("PATCH", self.url, body, timeout=COMMIT_TIMEOUT)
        for pause in PAUSES:
            state = seen.body.get("state")
            if (
                not self.bench.settled(seen, "a commit").ok
                or state in ENDED
                or (state == "STARTED" and body is VALIDATE)
            ):
                break
            self.bench.client.pause(pause)
            look = self.bench.ask("GET", self.url)
            if not look.ok:  # it is gone, and only what it was to change tells how
                break
            seen = look
        self.drop()
        if seen.body.get("state") == "FAILED":
            return Seen(requests.codes.bad_request, message=str(seen.body.get("failureReason") or FAILED))
        return seen

    def drop(self) -> None:
        """Forget it; one that has ended may be shown for a while, and be beyond deletion."""
        self.bench.ask("DELETE", self.url, repeatable=True)
        if self.bench.ask("GET", self.url).body.get("state", ENDED[0]) in ENDED:
            self.bench.scratch.is_gone(self.url)


def _begin(bench: Bench, *, lasting: bool = False) -> _Open:
    seen = bench.must(bench.ask("POST", TRANSACTION, {}), "a transaction")
    number = str(seen.body.get("transId") or "")
    if not re.fullmatch("[0-9]{1,40}", number):  # it goes into a URL
        raise RefusedError("the device opened a transaction without a number")
    return _Open(bench, bench.scratch.url(f"{TRANSACTION}/{number}", lasting=lasting), seen.body)


def _profile(bench: Bench, suffix: str) -> Json:
    return {"name": bench.scratch.name(suffix), "partition": bench.partition, "defaultsFrom": STOCK_PROFILE}


def _noted_profile(bench: Bench, suffix: str) -> str:
    return bench.scratch.object(CLIENT_SSL, bench.scratch.path(suffix))


def _is_there(bench: Bench, url: str) -> bool:
    return bench.settled(bench.ask("GET", url), "a look").ok


def timeout(bench: Bench) -> None:
    """Open a transaction, and leave it to itself."""
    opened, since = _begin(bench, lasting=True), time.monotonic()
    seconds = opened.told.get("timeoutSeconds")
    if not isinstance(seconds, int):
        raise RefusedError("the device does not tell how long a transaction waits")
    bench.find("transaction_timeout", seconds)
    bench.waiting = Waiting(opened.url, seconds, since)


def transaction(bench: Bench) -> None:
    """Make two profiles together, fail to make one, commit nothing, and have one judged that is not made."""
    _noted_profile(bench, "plain")
    bench.must(bench.ask("POST", CLIENT_SSL_URL, _profile(bench, "plain")), "a client SSL profile")
    together = _begin(bench)
    made = [together.add_profile("one"), together.add_profile("two")]
    committed = together.commit()
    there = [_is_there(bench, url) for url in made]
    bench.find("transaction_commit", WORKS if committed.ok and all(there) else REJECTED)
    _undone(bench)
    bench.note_text("nothing_to_commit", _begin(bench).commit())
    _validated(bench)


def _undone(bench: Bench) -> None:
    """Have one of two changes refused."""
    refused = _begin(bench)
    good = refused.add_profile("good")
    refused.add_nonsense()
    seen = refused.commit()
    bench.find("transaction_undone", not _is_there(bench, good))
    if reason := seen.message.removeprefix(FAILED):
        bench.note_text("transaction_failed", seen, reason=reason)


def _validated(bench: Bench) -> None:
    """Have a change judged, and then one that would be refused."""
    good = _begin(bench)
    url = good.add_profile("judged")
    seen = good.commit(VALIDATE)
    made = _is_there(bench, url)
    bench.find("validate_only", IGNORED if made else WORKS if seen.ok else REJECTED)
    if seen.ok and not made:
        bad = _begin(bench)
        bad.add_nonsense()
        bench.find("validate_only_judges", not bad.commit(VALIDATE).ok)


def crypto(bench: Bench) -> None:
    """Ask for a key as a part of a transaction that is then dropped; it has no password, for nobody ever uses it."""
    path = bench.scratch.path("transaction.key")
    url = bench.scratch.object(KEY, path)
    opened = _begin(bench)
    body = {"name": path, "keyType": "rsa-private", "keySize": "2048"}
    seen = opened.queue("POST", KEY_URL, body, KEY_TIMEOUT)
    opened.drop()
    made = _is_there(bench, url)
    if seen.refused_permission:
        raise RefusedError(f"this user may make no key: {seen.message}")
    bench.find("transactions_take", "neither" if made else "everything" if seen.ok else "configuration")


def expiry(bench: Bench) -> None:
    """Look at the transaction that was left to itself, once: to look may be to use it."""
    if bench.waiting is None:
        raise NotAskedError("no transaction was left open: see the question transaction-timeout")
    remaining = bench.waiting.timeout + LATER - (time.monotonic() - bench.waiting.since)
    if remaining > LONGEST:
        raise NotAskedError("a transaction waits longer for a commit than a probe does")
    logger.info("waiting %.0f s for what becomes of a transaction that nobody commits", max(remaining, 0))
    while remaining > 0:
        bench.client.pause(min(STEP, remaining))
        remaining -= STEP
    seen = bench.settled(bench.ask("GET", bench.waiting.url), "a look at a transaction")
    if seen.refused_permission:
        raise RefusedError(f"this user may not look at a transaction: {seen.message}")
    bench.find("transaction_expires", not seen.ok)
    bench.note_text("transaction_missing", seen)
    if not seen.ok:
        bench.scratch.is_gone(bench.waiting.url)


ASKED: Mapping[str, Callable[[Bench], None]] = {
    "transaction-timeout": timeout,
    "transaction": transaction,
    "transaction-crypto": crypto,
    "transaction-expiry": expiry,
}
