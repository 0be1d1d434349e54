"""The service and its timer: systemd takes them without a remark, and grants the service little."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.install.placing import CONFIG, ROOT, placed, run, shown

SERVICE, TIMER = (CONFIG / "systemd" / f"sectigo-f5.{kind}" for kind in ("service", "timer"))
OPERATIONS, SCALING, CREDENTIALS = (ROOT / "docs" / f"{page}.md" for page in ("operations", "scaling", "credentials"))
EXPOSURE = 1.3  # of 10, by systemd 252; other releases count a little differently
HIGHEST = 15  # tenths


@pytest.fixture
def in_place(tmp_path: Path) -> list[Path]:
    here = {"/opt/sectigo-f5": str(ROOT)}
    return [placed(SERVICE, tmp_path / SERVICE.name, here), placed(TIMER, tmp_path / TIMER.name, {})]


def test_units_have_no_fault_and_no_unknown_word(in_place: list[Path]) -> None:
    verified = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *in_place)
    assert (verified.stdout, verified.returncode) == ("", 0)


def test_exposure_of_the_service_is_what_install_says(in_place: list[Path]) -> None:
    judged = run("systemd-analyze", "security", "--no-pager", "--offline=true", f"--threshold={HIGHEST}", in_place[0])
    assert judged.returncode == 0, judged.stdout
    level = re.search(r"Overall exposure level for sectigo-f5.service: ([\d.]+)", judged.stdout)
    assert level is not None
    assert float(level[1]) <= HIGHEST / 10
    assert f"exposure {EXPOSURE} " in " ".join((ROOT / "docs" / "install.md").read_text(encoding="utf-8").split())


def settings(file: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", file.read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def test_service_runs_as_its_own_user_with_what_it_must_write() -> None:
    found = settings(SERVICE)
    assert found["User"] == found["Group"] == ["sectigo"]
    assert (found["ProtectSystem"], found["NoNewPrivileges"]) == (["strict"], ["yes"])
    assert (found["StateDirectory"], found["StateDirectoryMode"]) == (["sectigo"], ["0700"])
    assert (found["LogsDirectory"], found["LogsDirectoryMode"]) == (["sectigo"], ["0750"])
    assert found["CapabilityBoundingSet"] == [""]


def test_env_file_is_handed_over_by_systemd() -> None:
    found = settings(SERVICE)
    assert found["LoadCredential"] == ["env:/etc/sectigo/env"]
    assert found["Environment"] == ["SECTIGO_ENV_FILE=/run/credentials/%n/env"]


def test_service_leaves_what_the_connector_needs() -> None:
    """/proc/sys says whether OpenSSL must work as FIPS asks, and root's files must look as if they were root's."""
    assert not {"ProcSubset", "PrivateUsers", "PrivateNetwork", "DynamicUser", "RootDirectory"} & set(settings(SERVICE))


@pytest.mark.parametrize("unit", [SERVICE, TIMER], ids=lambda unit: str(unit.suffix))
def test_operations_show_the_unit(unit: Path) -> None:
    assert shown(OPERATIONS, "ini", f"# /etc/systemd/system/{unit.name}\n") == unit.read_text(encoding="utf-8")


def test_shards_are_units_without_a_fault(in_place: list[Path], tmp_path: Path) -> None:
    """As the page on scaling makes them: copies, and a drop-in."""
    page = SCALING.read_text(encoding="utf-8").split("## systemd")[1].split("## Ansible")[0]
    drop_in = re.sub("^    ", "", page[page.index("    [Service]") :], flags=re.MULTILINE).split("\n\n")[0]
    assert f"\nExecStart={settings(SERVICE)['ExecStart'][0]} --shard %i/4\n" in drop_in
    folder = tmp_path / "units"
    (folder / "sectigo-f5@.service.d").mkdir(parents=True)
    for unit in in_place:
        (folder / f"sectigo-f5@{unit.suffix}").write_text(unit.read_text())
    (folder / "sectigo-f5@.service.d" / "override.conf").write_text(drop_in.replace("/opt/sectigo-f5", str(ROOT)))
    verified = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", folder / "sectigo-f5@0.service")
    assert (verified.stdout, verified.returncode) == ("", 0)


@pytest.mark.parametrize("number", [0, 1])
def test_drop_ins_for_credentials_have_no_fault(in_place: list[Path], tmp_path: Path, number: int) -> None:
    """As the page on credentials shows them."""
    drop_ins = re.findall(r"```ini\n(.*?)```", CREDENTIALS.read_text(encoding="utf-8"), re.DOTALL)
    folder = tmp_path / "sectigo-f5.service.d"
    folder.mkdir()
    (folder / "override.conf").write_text(drop_ins[number])
    verified = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", in_place[0])
    assert (len(drop_ins), verified.stdout, verified.returncode) == (2, "", 0)
