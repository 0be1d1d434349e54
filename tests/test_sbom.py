"""The bill of materials holds every locked package, is valid, and comes out the same twice."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from script import lockfile, sbom
from sectigo_f5 import __version__
from tests.test_requirements import locked

ROOT = Path(__file__).resolve().parent.parent
READ = ("pyproject.toml", "requirements.txt", "requirements-notify.txt", "docs/licences.md", "sectigo_f5/__init__.py")


def test_bill_of_materials_names_every_locked_package_and_comes_out_the_same_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One test, since cyclonedx-py takes half a second."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    written = sbom.bill()
    for name in READ:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    assert sbom.bill(tmp_path) == written
    found = json.loads(written)
    components = {(one["name"], one["version"]): one for one in found["components"]}
    every_locked_package_has_purl_hashes_licence_and_scope(components)
    the_connector_is_the_root(found["metadata"]["component"])
    every_component_is_needed_by_another(found)
    schema_accepts_it_and_refuses_another(found)


def every_locked_package_has_purl_hashes_licence_and_scope(components: dict[tuple[str, str], Any]) -> None:
    required = {name for name, _ in pins("requirements.txt")}
    assert set(components) == set(pins("requirements-notify.txt"))
    assert set(pins("requirements.txt")) < set(components)
    for (name, version), hashes in pins("requirements-notify.txt").items():
        component = components[name, version]
        assert component["purl"] == component["bom-ref"] == f"pkg:pypi/{name}@{version}"
        (files,) = component["externalReferences"]
        assert {(one["alg"], one["content"]) for one in files["hashes"]} == {("SHA-256", one) for one in hashes}
        assert component["licenses"]
        assert component["scope"] == ("required" if name in required - {"pywin32"} else "optional")
    assert components["cryptography", pinned("cryptography")]["licenses"] == [
        {"expression": "Apache-2.0 OR BSD-3-Clause"}
    ]
    assert components["certbot", pinned("certbot")]["licenses"] == [{"license": {"id": "Apache-2.0"}}]


def pins(file: str) -> dict[tuple[str, str], list[str]]:
    """Return name, version and hashes of each, as another test reads them."""
    return {
        (requirement.name, str(requirement.specifier).removeprefix("==")): [
            word.removeprefix("--hash=sha256:") for word in words
        ]
        for requirement, words in locked(file)
    }


def pinned(name: str) -> str:
    (version,) = (version for other, version in pins("requirements.txt") if other == name)
    return version


def the_connector_is_the_root(root: Any) -> None:
    assert (root["name"], root["version"], root["type"]) == ("sectigo-f5", __version__, "application")
    assert root["purl"] == f"pkg:generic/sectigo-f5@{__version__}"
    assert [one["license"]["id"] for one in root["licenses"]] == ["Apache-2.0"]


def every_component_is_needed_by_another(found: Any) -> None:
    needs = {row["ref"]: row.get("dependsOn", []) for row in found["dependencies"]}
    assert {ref for needed in needs.values() for ref in needed} == {one["purl"] for one in found["components"]}
    by_name = {re.split("[/@]", ref)[1]: {re.split("[/@]", one)[1] for one in needs[ref]} for ref in needs}
    assert {"f5-sdk", "f5-icontrol-rest", "certbot"} <= by_name["certbot-bigip"]
    assert {"apprise", "certbot-bigip", "requests"} <= by_name["sectigo-f5"]


def schema_accepts_it_and_refuses_another(found: Any) -> None:
    """With one component of each shape, and one hash of each: the validator would take five seconds for all of them."""
    shapes = {(*sorted(one), *one["licenses"][0], one["scope"]): one for one in found["components"]}
    for component in shapes.values():
        del component["externalReferences"][0]["hashes"][1:]
    assert len(shapes) >= 4
    found["components"] = list(shapes.values())
    del found["metadata"]["tools"]
    assert sbom.problem(json.dumps(found)) is None
    found["components"] = [{**found["components"][0], "scope": "perhaps"}]
    assert "perhaps" in (sbom.problem(json.dumps(found)) or "")


def test_a_line_of_a_lock_that_is_not_understood_is_an_error(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"one==1 \\\n    --hash=sha256:{'0' * 64}\n    # via two\n")
    assert [(pin.name, pin.version, pin.needed_by) for pin in lockfile.read(lock)] == [("one", "1", ("two",))]
    lock.write_text(lock.read_text() + "three>=3\n")
    with pytest.raises(ValueError, match="not as script/lock writes it"):
        lockfile.read(lock)
