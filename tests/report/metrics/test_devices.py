"""What the textfile tells of BIG-IPs, and of the certificates of others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis.strategies import text

from sectigo_f5.report.metrics.devices import MOST
from sectigo_f5.report.metrics.known import Devices, Known
from sectigo_f5.report.metrics.names import MANAGEMENT, REACHABLE, UNMANAGED, UNMANAGED_ENDS, UNSAVED
from sectigo_f5.report.metrics.writing import write_metrics
from tests.support.builders import NOW
from tests.support.properties import generated
from tests.support.scraped import Scraped

A, B = ("fra", "192.0.2.10"), ("fra", "192.0.2.11")
ENDS = NOW + timedelta(days=20)
SEEN = Devices(
    hosts=frozenset({A, B}),
    unsaved={"fra": True},
    answered={A: True, B: False},
    management={A: ENDS},
    unmanaged={"fra": {"/Common/shop.crt": ENDS, "/Common/api.crt": ENDS + timedelta(1), "/Common/odd.crt": None}},
    looked_at=frozenset({"fra"}),
)
NOTHING = Devices(hosts=SEEN.hosts)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sectigo.prom"


def written(file: Path, devices: Devices, complete: bool = True) -> Scraped:
    write_metrics(file, Known((), (), frozenset(), complete, devices=devices), None)
    return Scraped(file)


def test_metrics_tell_of_each_unit_and_of_certificates_of_others(file: Path) -> None:
    told = written(file, SEEN)
    assert told.of_metric(REACHABLE, "device", "host") == {A: 1, B: 0}
    assert told.of_metric(MANAGEMENT, "device", "host") == {A: ENDS.timestamp()}
    assert told.of_metric(UNSAVED, "device") == {"fra": 1}
    assert told.of_metric(UNMANAGED, "device") == {"fra": 3}
    assert told.of_metric(UNMANAGED_ENDS, "device", "certificate") == {
        ("fra", "/Common/shop.crt"): ENDS.timestamp(),
        ("fra", "/Common/api.crt"): ENDS.timestamp() + 86400,
    }


def test_what_a_run_did_not_look_at_stays_as_the_file_had_it(file: Path) -> None:
    before = written(file, SEEN)
    assert written(file, NOTHING).samples == before.samples


def test_what_a_run_has_seen_takes_the_place_of_what_was_there(file: Path) -> None:
    written(file, SEEN)
    now = replace(SEEN, unsaved={"fra": False}, answered={B: True}, unmanaged={"fra": {"/Common/new.crt": ENDS}})
    told = written(file, now)
    assert told.of_metric(REACHABLE, "device", "host") == {A: 1, B: 1}
    assert told.of_metric(UNSAVED, "device") == {"fra": 0}
    assert told.of_metric(UNMANAGED, "device") == {"fra": 1}
    assert list(told.of_metric(UNMANAGED_ENDS, "device", "certificate")) == [("fra", "/Common/new.crt")]


def test_a_look_at_a_part_of_a_device_forgets_no_certificate_of_others(file: Path) -> None:
    written(file, SEEN)
    part = replace(NOTHING, unmanaged={"fra": {"/Common/shop.crt": ENDS, "/Common/new.crt": ENDS}})
    told = written(file, part)
    assert told.of_metric(UNMANAGED, "device") == {"fra": 3}
    assert len(told.of_metric(UNMANAGED_ENDS, "device", "certificate")) == 3


def test_a_device_that_is_configured_no_longer_has_no_lines(file: Path) -> None:
    written(file, SEEN)
    assert written(file, Devices(), complete=False).of_metric(REACHABLE, "device", "host") == {A: 1, B: 0}
    assert written(file, replace(NOTHING, hosts=frozenset({A}))).of_metric(REACHABLE, "device", "host") == {A: 1}
    assert not [name for name in written(file, Devices()).samples if "device=" in name]


def test_certificates_of_others_are_bounded_and_all_are_counted(file: Path) -> None:
    ends = {f"/Common/c{number:03}.crt": NOW + timedelta(days=number) for number in reversed(range(MOST + 20))}
    told = written(file, replace(SEEN, unmanaged={"fra": ends}))
    assert told.of_metric(UNMANAGED, "device") == {"fra": MOST + 20}
    shown = told.of_metric(UNMANAGED_ENDS, "device", "certificate")
    assert {path for _, path in shown} == {f"/Common/c{number:03}.crt" for number in range(MOST)}


@generated(30)
@given(text(min_size=1))
@example("/Common/two\r\nlines\x85.crt")
@example("/Common/half \ud83d.crt")
@example('{"}\\" # 1')
def test_a_name_that_others_chose_survives_as_a_label(name: str) -> None:
    with TemporaryDirectory() as folder:
        for _ in range(2):
            seen = replace(SEEN, looked_at=frozenset[str](), unmanaged={"fra": {name: ENDS}})
            told = written(Path(folder) / "sectigo.prom", seen)
            ends = told.of_metric(UNMANAGED_ENDS, "device", "certificate")
            assert ends == {("fra", name.encode("utf-8", "replace").decode()): ENDS.timestamp()}
        assert told.of_metric(UNMANAGED, "device") == {"fra": 1}
