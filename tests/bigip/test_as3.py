"""AS3: check, plan and run say what the next declaration would undo, and what to write there instead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sectigo_f5.bigip.surroundings import as3
from sectigo_f5.checkup.certificate import examine
from sectigo_f5.model import Outcome
from sectigo_f5.preparation import prepare
from tests.support import builders
from tests.support.names import ONLY_EC
from tests.support.world import World, bigip

SERVICE = "/Shop/Web/service"
OF_PARTITION = "its next declaration removes what it does not name"
OF_SERVER = f"{SERVICE} looks as if declared by AS3: the next declaration takes off what it does not name"


@pytest.mark.parametrize(
    ("path", "declared"),
    [
        ("/Shop/Web/service", True),
        ("/Shop/Web/deep/service", True),
        ("/Shop/service", False),
        ("/Shop/web.app/service", False),  # of an iApp
        ("/Common/Shared/service", True),
        ("/Common/Shared", False),
        ("/Common/Web/service", False),  # in Common AS3 owns one folder
        ("/Common/service", False),
    ],
)
def test_what_as3_declares_is_known_by_its_folder(path: str, declared: bool) -> None:
    assert as3.is_declared(path) is declared
    assert as3.tenants([path, "/Other/x"]) == ({path.split("/")[1]: path} if declared else {})


def test_a_tenant_of_the_certificate_is_sent_to_common() -> None:
    job = builders.job(partition="Shop")
    own, of_server = as3.warnings(job, [SERVICE, "/Shop/by_hand"], {"Shop": SERVICE}, installed=True)
    assert f"partition Shop looks like a tenant of AS3 (as {SERVICE} shows)" in own
    assert own.endswith("write partition: Common")
    assert of_server.endswith('"serverTLS": {"bigip": "/Common/www.example.com_clientssl"}')


def test_a_profile_elsewhere_is_named_as_it_is() -> None:
    job = builders.job(partition="Web")
    (sentence,) = as3.warnings(job, [SERVICE], {"Shop": SERVICE}, installed=None)
    assert sentence.startswith(f"{SERVICE} looks as if declared by AS3: ")
    assert sentence.endswith('"serverTLS": {"bigip": "/Web/www.example.com_clientssl"}')
    assert as3.warnings(job, [SERVICE], {"Shop": SERVICE}, installed=False) == ()


def test_common_as_such_is_no_tenant() -> None:
    path = "/Common/Shared/service"
    (sentence,) = as3.warnings(builders.job(), [path], as3.tenants([path]), installed=True)
    assert sentence.startswith(f"{path} looks as if declared by AS3")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[World]:
    with bigip(tmp_path, as3=True) as world:
        world.device.add_partition("Shop")
        world.device.add_folder("/Shop/Web")
        world.add_virtual_server(SERVICE)
        yield world


def test_check_plan_and_run_say_what_a_declaration_would_undo(shop: World, caplog: pytest.LogCaptureFixture) -> None:
    job = shop.job(keys=ONLY_EC, virtual_servers=(SERVICE,), partition="Shop")
    with shop.session() as unit:
        checked = "; ".join(examine(shop.run_of(job), unit, job).notes)
        planned = "; ".join(prepare(shop.run_of(job), unit, job).remarks)
    result = shop.one(job)
    assert result.outcome is Outcome.ENROLLED
    for said in (checked, planned, "; ".join(result.notes), caplog.text):
        assert (OF_PARTITION in said, OF_SERVER in said) == (True, True)


def test_a_device_without_tenants_is_not_asked(world: World) -> None:
    assert world.one(world.job(keys=ONLY_EC)).outcome is Outcome.ENROLLED
    assert [call for call in world.device.journal if "appsvcs" in call.path] == []
