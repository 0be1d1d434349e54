"""What the version of commit 2f0f1eb left is taken over: kept, renewed, rolled back; and what a killed run left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from sectigo_f5.acme.account_files import account_folders
from sectigo_f5.acme.certbot_program import Certbot
from sectigo_f5.acme.renewal_windows import RenewalWindows
from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.model import Account, Outcome
from sectigo_f5.timestamps import from_iso
from tests.support.virtual_servers import attached, defaults
from tests.upgrade.restored import Restored, restored

FIRST, SECOND = "20260302T021700Z", "20260506T021700Z"  # the generations of the earlier version
SERVED = {  # the names that clients ask for, and where
    "www.example.com": "vs_www",
    "example.com": "vs_www",
    "shop.example.com": "vs_shop",
    "api.example.net": "vs_shop",
    "2go.example.com": "vs_2go",
    "pay.example.com": "vs_pay",
}
Left = Callable[[str], AbstractContextManager[Restored]]


@pytest.fixture
def left(tmp_path: Path) -> Left:
    return partial(restored, folder=tmp_path)


@pytest.fixture
def in_service(left: Left) -> Iterator[Restored]:
    with left("in_service") as world:
        yield world


def outcomes(world: Restored, **work: Callable[..., object]) -> set[Outcome]:
    results = world.go(*world.jobs, **work)  # type: ignore[arg-type]
    assert [result.error for result in results if result.error] == []
    return {result.outcome for result in results}


def served(world: Restored) -> dict[str, str]:
    """Return the serial number that clients get for each name."""
    return {name: world.seen_by_client(f"/Common/{server}", name).serial for name, server in SERVED.items()}


def ours(world: Restored) -> set[str]:
    """Return the full paths of the files of ours that the BIG-IP holds."""
    items = world.device.engine.configuration.items
    return {path for kind, path in items if kind.startswith("sys/file/") and "example" in path}


def test_what_is_in_service_is_kept(in_service: Restored) -> None:
    """Wildcards, SNI, two keys, and a profile whose name begins with a digit as the earlier version named it."""
    before, objects, profiles = served(in_service), ours(in_service), attached(in_service, "/Common/vs_2go")
    assert [outcomes(in_service) for _ in range(2)] == [{Outcome.KEPT}, {Outcome.KEPT}]
    assert (served(in_service), ours(in_service), attached(in_service, "/Common/vs_2go")) == (before, objects, profiles)
    changes = [call for call in in_service.device.writes() if "/util/bash" not in call.path]
    assert (changes, in_service.authority.issued, in_service.leftovers()) == ([], [], {})


def test_what_is_due_is_renewed_and_the_one_before_stays(in_service: Restored) -> None:
    before, attachments = served(in_service), attached(in_service, "/Common/vs_shop")
    in_service.wait(days=61)
    assert outcomes(in_service) == {Outcome.RENEWED}
    after = served(in_service)
    assert (len(in_service.authority.issued), set(before.values()) & set(after.values())) == (6, set())
    assert attached(in_service, "/Common/vs_shop") == attachments
    assert defaults(in_service, "/Common/vs_shop") == ["/Common/shop.example.com_clientssl"]
    assert (any(FIRST in path for path in ours(in_service)), in_service.leftovers()) == (False, {})
    assert outcomes(in_service, work=roll_back) == {Outcome.ROLLED_BACK}
    assert served(in_service) == before


def test_what_was_renewed_is_rolled_back_and_renewed_again(in_service: Restored) -> None:
    in_service.jobs = (in_service.job_of("2go.example.com"),)
    name, server = "2go.example.com", "/Common/vs_2go"
    seen = [in_service.seen_by_client(server, name).serial]
    assert outcomes(in_service, work=roll_back) == {Outcome.ROLLED_BACK}
    seen.append(in_service.seen_by_client(server, name).serial)
    assert outcomes(in_service) == {Outcome.RENEWED}  # what it went back to is due itself
    seen.append(in_service.seen_by_client(server, name).serial)
    assert len(set(seen)) == 3


def test_a_rollback_of_the_earlier_version_is_remembered(left: Left) -> None:
    with left("rolled_back") as world:
        (job,) = world.jobs
        assert world.state.history.rolled_back_from(job) == SECOND
        world.now = from_iso("2026-03-12T00:00:00Z")  # as if the former one were not due yet
        before = world.seen_by_client().serial
        assert (outcomes(world), world.seen_by_client().serial) == ({Outcome.KEPT}, before)


def test_failures_of_the_earlier_version_keep_their_first_day(left: Left) -> None:
    with left("failing") as world:
        world.authority.refusal = "the CA does not answer"
        (result,) = world.go(*world.jobs)
        last = world.state.history.results()[result.label]
        assert (result.outcome, last.since, last.failures) == (Outcome.FAILED, "2026-05-06T02:17:00Z", 1)
        world.authority.refusal = None
        assert outcomes(world) == {Outcome.RENEWED}


@pytest.mark.parametrize(
    ("scenario", "outcome", "orders"),
    [
        ("killed_with_a_key", Outcome.RENEWED, 1),
        ("killed_with_a_file", Outcome.RENEWED, 1),
        ("killed_with_a_pair", Outcome.REPAIRED, 0),
        ("killed_before_the_save", Outcome.KEPT, 0),
    ],
)
def test_a_renewal_that_was_killed_is_completed(left: Left, scenario: str, outcome: Outcome, orders: int) -> None:
    with left(scenario) as world:
        assert outcomes(world) == {outcome}
        assert len(world.authority.issued) == orders
        assert {path.rpartition("_2026")[2][:12] for path in ours(world)} == {FIRST[4:], SECOND[4:]}
        assert (world.leftovers(), world.device.saved_is_current) == ({}, True)
        assert f"/Common/www.example.com_{SECOND}.crt" in ours(world)
        assert outcomes(world) == {Outcome.KEPT}


def test_account_and_renewal_information_are_found_where_they_were(in_service: Restored) -> None:
    account, state = Account("https://acme.example.com/v2/OV", "kid-1"), in_service.state
    accounts = Certbot(state.path / "certbot", account, in_service.clock).accounts
    assert [folder.name for folder in account_folders(accounts, account.server)] == ["0123456789abcdef" * 2]
    copies = state.certificates.copies(in_service.job_of("www.example.com"))
    windows = RenewalWindows(account, state.path / "ari", lambda: pytest.fail("the kept answer counts"))
    (first,) = (copy.certificate for generation, copy in copies.items() if generation.stamp == FIRST)
    window = windows.of(first, from_iso("2026-03-02T02:16:00Z"))
    assert window
    assert (window.start, window.end) == (from_iso("2026-04-02T02:17:00Z"), from_iso("2026-05-02T02:17:00Z"))
