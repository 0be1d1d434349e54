"""The software bill of materials (CycloneDX 1.6, JSON) of what an installation of the connector holds.

cyclonedx-py reads the lock; added is what it does not find there: our own version, which package needs which (from the
lock's comments), the licences (docs/licences.md), and what is installed only sometimes. The same commit gives the same
bytes: there is no serial number, and the time stamp is SOURCE_DATE_EPOCH, if that is set.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator

from script import lockfile

ROOT = Path(__file__).resolve().parent.parent
NAME = "sectigo-f5"
REQUIRED, LARGEST = "requirements.txt", "requirements-notify.txt"  # the second holds the first, and the extra
NEVER = "sys_platform == 'win32'"  # the connector runs on Linux
MARKER = f"{NAME}:installed-if"  # property of a component that not every Python or system gets


def bill(folder: Path = ROOT) -> str:
    """Return the document for the connector in this folder, a clone or an export of one."""
    found = json.loads(_scan(folder))
    pins = {(pin.name, pin.version): pin for pin in lockfile.read(folder / LARGEST)}
    required = {pin.name for pin in lockfile.read(folder / REQUIRED) if NEVER not in pin.marker}
    licences = _licences(folder)
    for component in found["components"]:
        pin = pins[component["name"], component["version"]]
        _complete(component, pin, licences[pin.name], pin.name in required)
    root = found["metadata"]["component"]
    root["version"] = _version(folder)
    root["purl"] = root["bom-ref"] = f"pkg:generic/{NAME}@{root['version']}"  # no package index has it
    found["dependencies"] = _dependencies(root, found["components"], pins)
    return json.dumps(found, indent=2, sort_keys=True) + "\n"


def _scan(folder: Path) -> str:
    """Return what cyclonedx-py makes of the lock."""
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", str(folder / LARGEST)]
    command += ["--pyproject", str(folder / "pyproject.toml"), "--sv", "1.6", "--of", "JSON"]
    command += ["--output-reproducible", "--no-validate"]  # the whole is validated at the end
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def _complete(component: dict[str, Any], pin: lockfile.Pin, licence: str, required: bool) -> None:
    component["bom-ref"] = component["purl"]
    component["scope"] = "required" if required else "optional"
    component["licenses"] = [{"expression": licence} if " " in licence else {"license": {"id": licence}}]
    del component["description"]  # the lines of the lock, hashes and all
    if pin.marker:
        component["properties"] = [{"name": MARKER, "value": pin.marker}]


def _licences(folder: Path) -> dict[str, str]:
    """Return the SPDX expression of each package from docs/licences.md."""
    table = (folder / "docs" / "licences.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| ([\w.-]+) \| (.+) \|$", table, re.MULTILINE))


def _version(folder: Path) -> str:
    source = (folder / "sectigo_f5" / "__init__.py").read_text(encoding="utf-8")
    (version,) = re.findall(r'^__version__ = "(.+)"$', source, re.MULTILINE)
    return str(version)


def _dependencies(
    root: dict[str, Any], components: list[dict[str, Any]], pins: dict[tuple[str, str], lockfile.Pin]
) -> list[dict[str, Any]]:
    """Return who needs whom: a package in two releases needs what either needs."""
    rows = []
    for needing in (root, *components):
        needed = [one["purl"] for one in components if needing["name"] in pins[one["name"], one["version"]].needed_by]
        rows.append({"ref": needing["bom-ref"], **({"dependsOn": sorted(needed)} if needed else {})})
    return sorted(rows, key=lambda row: str(row["ref"]))


def problem(document: str) -> str | None:
    """Return what of the document the schema of CycloneDX refuses; None if it is valid."""
    error = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_6).validate_str(document)
    return None if error is None else str(error)


def valid_bill(folder: Path = ROOT) -> str:
    """Return the document; ends the program if the schema refuses it."""
    document = bill(folder)
    if found := problem(document):
        raise SystemExit(f"script/sbom: not valid by the schema of CycloneDX 1.6: {found}")
    return document


def main(arguments: Sequence[str]) -> None:
    """Write it to standard output, or to a file."""
    line = argparse.ArgumentParser(prog="script/sbom", description="Write the software bill of materials.")
    line.add_argument("--output", metavar="FILE", type=Path, help="instead of standard output")
    options = line.parse_args(arguments)
    document = valid_bill()
    if options.output:
        options.output.write_text(document, encoding="utf-8")
    else:
        sys.stdout.write(document)


if __name__ == "__main__":
    main(sys.argv[1:])
