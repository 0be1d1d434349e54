"""What a probe makes is deleted again, whatever the BIG-IP answers; what cannot be deleted is named."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from sectigo_f5.icontrol.call import TOKENS
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.icontrol.transfer import DOWNLOADS
from sectigo_f5.probe.bench import Bench
from sectigo_f5.probe.clearing.deleting import Thing
from sectigo_f5.probe.recorder import Recorder
from sectigo_f5.probe.redaction import Redactor
from sectigo_f5.probe.scratch import Scratch
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.probing import CLIENT_SSL, asked, logged_in, make_profile, make_upload
from tests.support.quick_keys import quick_keys

REFUSED = "error:401:Authorization failed: user=x"


@contextmanager
def benched(device: SimulatedBigIP) -> Iterator[Bench]:
    """A login session with scratch names, as a probe has them."""
    with logged_in(device) as unit:
        scratch = Scratch(unit.client, "Common")
        unit.client.watch = lambda call, answer, _: scratch.note_call(call, answer)
        yield Bench(unit, scratch, Recorder(Redactor(scratch.stem, "Common")))


def left(device: SimulatedBigIP) -> list[str]:
    """Return what there is of scratch names on a device."""
    kinds = (CLIENT_SSL, "ltm/virtual", "sys/file/ssl-key", "sys/file/ssl-cert")
    items = [item["fullPath"] for kind in kinds for item in device.get(f"/mgmt/tm/{kind}").get("items", [])]
    return [name for name in (*items, *device.uploads, *device.csrs) if "sectigo-f5-probe" in name]


def test_what_a_question_makes_is_deleted_with_it_and_the_rest_at_the_end() -> None:
    with SimulatedBigIP() as device, benched(device) as bench:
        with bench.scratch.swept() as stays:
            with bench.scratch.cleared():
                make_profile(bench)
                make_profile(bench, "pair", lasting=True)
                make_upload(bench)
                assert len(left(device)) == 3
            assert left(device) == [bench.scratch.path("pair")]
        assert (stays, left(device)) == ([], [])


FAULTS: list[tuple[str, Fault]] = [
    ("the answer to a creation is lost", Fault("POST", CLIENT_SSL, action="drop-after")),
    ("a creation is carried out and said to have failed", Fault("POST", CLIENT_SSL, action="error-after:500:oops")),
    ("the answer to a deletion is lost", Fault("DELETE", CLIENT_SSL, action="drop-after", times=4)),
    ("a deletion is refused as long as something is busy", Fault("DELETE", ".*", action="error:400:busy", times=2)),
    ("no look is answered", Fault("GET", f"{CLIENT_SSL}/", action="drop", times=3)),
    ("the login has ended", Fault("DELETE", CLIENT_SSL, action="token-ended")),
    ("unix-rm is refused", Fault("POST", "unix-rm", action=REFUSED, times=99)),
    ("unix-ls is refused", Fault("POST", "unix-ls", action=REFUSED, times=99)),
    ("the upload's answer is lost", Fault("POST", "uploads", action="drop-after")),
]


@pytest.mark.parametrize("fault", [fault for _, fault in FAULTS], ids=[name for name, _ in FAULTS])
def test_nothing_is_left_under_a_fault(fault: Fault) -> None:
    with SimulatedBigIP() as device, benched(device) as bench:
        with bench.scratch.swept() as stays, bench.scratch.cleared():
            device.fault(fault)
            for make in (make_profile, make_upload):
                _whatever_comes(make, bench)
        device.heal()
        assert (stays, left(device)) == ([], [])


def _whatever_comes(make: Callable[[Bench], str], bench: Bench) -> None:
    with contextlib.suppress(DeviceError):
        make(bench)


def test_what_refuses_to_go_is_named_with_the_command_that_deletes_it() -> None:
    with SimulatedBigIP() as device, benched(device) as bench:
        with bench.scratch.swept() as stays, bench.scratch.cleared():
            make_profile(bench)
            device.fault(Fault("DELETE", CLIENT_SSL, action="error:400:01070712:3: in use", times=99))
        (thing,) = stays
        assert left(device) == [bench.scratch.path("p")]
        assert thing.name == f"{CLIENT_SSL} {bench.scratch.path('p')}"
        assert thing.by_hand == f"tmsh delete ltm profile client-ssl {bench.scratch.path('p')}"


def test_a_file_that_nobody_may_delete_is_named() -> None:
    with SimulatedBigIP(Switches(unix_tools=False)) as device, benched(device) as bench:
        with bench.scratch.swept() as stays, bench.scratch.cleared():
            name = make_upload(bench)
            device.fault(Fault("POST", "util/bash", action=REFUSED, times=99))
        assert [thing.by_hand for thing in stays] == [f"rm {DOWNLOADS}/{name}"]


@pytest.mark.parametrize("unix_tools", [True, False])
def test_a_file_whose_upload_was_refused_is_not_left(unix_tools: bool) -> None:
    switches = Switches(upload_role="nobody", unix_tools=unix_tools, bash=False)
    with SimulatedBigIP(switches) as device, benched(device) as bench:
        with bench.scratch.swept() as stays, bench.scratch.cleared():
            make_upload(bench)
        assert (stays, left(device)) == ([], [])


def test_what_was_never_sent_is_not_left() -> None:
    with SimulatedBigIP(Switches(unix_tools=False, bash=False)) as device, benched(device) as bench:
        with bench.scratch.swept() as stays, bench.scratch.cleared():
            bench.scratch.upload("never")
            bench.scratch.object(CLIENT_SSL, bench.scratch.path("never"))
        assert stays == []


def test_a_creation_that_comes_late_is_deleted_at_the_end() -> None:
    """Its answer was lost, it was looked for in vain, and then the BIG-IP carried it out."""
    with SimulatedBigIP() as device, benched(device) as bench:
        with bench.scratch.swept() as stays:
            with bench.scratch.cleared():
                device.fault(Fault("POST", CLIENT_SSL, action="drop"))
                _whatever_comes(make_profile, bench)
            device.add_profile("client-ssl", bench.scratch.path("p"))
        assert (stays, left(device)) == ([], [])


def test_the_secret_of_a_token_is_never_told() -> None:
    with SimulatedBigIP() as device, benched(device) as bench:
        with bench.scratch.swept() as stays, bench.scratch.cleared():
            bench.scratch.url(f"{TOKENS}/SECRET")
            device.fault(Fault("DELETE", "tokens/SECRET", action="error:500:no", times=99))
            device.fault(Fault("GET", "tokens/SECRET", action="error:500:no", times=99))
        (thing,) = stays
        assert "SECRET" not in thing.name + thing.by_hand
        assert thing.name == TOKENS


def test_a_device_that_does_not_come_back_is_not_asked_for_each_thing() -> None:
    with SimulatedBigIP() as device, benched(device) as bench:
        with bench.scratch.swept() as stays, bench.scratch.cleared():
            for number in range(5):
                make_profile(bench, f"p{number}")
            calls = len(device.journal)
            for method in ("DELETE", "GET", "POST"):
                device.fault(Fault(method, ".*", action="drop", times=9999))
        assert len(stays) == 5
        assert len(device.journal) - calls < 40
        device.heal()


def test_things_are_deleted_by_hand_as_tmsh_spells_them() -> None:
    assert Thing.of("ltm/virtual", "/Shop/x").by_hand == "tmsh delete ltm virtual /Shop/x"
    assert Thing("/var/config/rest/downloads/x").by_hand == "rm /var/config/rest/downloads/x"


def test_file_that_has_the_name_of_an_object_is_told_from_it() -> None:
    """A CSR would be moved to a file of that name, if this user might do that."""
    with SimulatedBigIP(Switches(role="certificate-manager")) as device, quick_keys():
        report = asked(device, "certificate")
    assert report.left == ()
