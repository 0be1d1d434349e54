"""Known vulnerabilities of the locked releases, by pip-audit from OSV; never a success that nobody has vouched for.

pip-audit says "no known vulnerabilities" with exit code 0 also if it could find out nothing about a package, leaves out
what another Python would get, and ends with 1 for a finding as well as for a network that is down. So its JSON is read,
every release must be in it, and one more is asked for, whose vulnerabilities are old: who knows none of those is not to
be believed about the rest.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from script import lockfile

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-notify.txt")  # what an installation can hold
OSV = "https://api.osv.dev/v1/query"
NONE_KNOWN, FOUND, UNKNOWN = 0, 1, 3  # exit status
TIMEOUT = 300  # seconds for all questions

Release = tuple[str, str]  # name and version
CONTROL: Release = ("pillow", "8.0.0")  # PYSEC-2021-137 and many more


class UnknownError(Exception):
    """Whether there are vulnerabilities cannot be said; the text says why."""


@dataclass(frozen=True)
class Vulnerability:
    """One that is known of a release."""

    release: Release
    names: tuple[str, ...]  # its own and its aliases: PYSEC, CVE, GHSA
    fixed_in: tuple[str, ...]
    summary: str

    def __str__(self) -> str:
        """Return it as a line."""
        fixed = f"fixed in {', '.join(self.fixed_in)}" if self.fixed_in else "not fixed in any release"
        return f"{' '.join(self.release)}: {', '.join(self.names)}, {fixed}: {self.summary}"


def releases_of(files: Iterable[Path]) -> tuple[Release, ...]:
    """Return every release that the locks pin, for whichever Python."""
    return tuple(sorted({(pin.name, pin.version) for file in files for pin in lockfile.read(file)}))


def rounds(releases: Iterable[Release]) -> list[dict[str, str]]:
    """Spread releases over as many questions as needed: pip-audit refuses two releases of a package in one."""
    spread: list[dict[str, str]] = []
    for name, version in releases:
        free = next((one for one in spread if name not in one), None)
        if free is None:
            spread.append(free := {})
        free[name] = version
    return spread


def known(releases: Sequence[Release], url: str) -> list[Vulnerability]:
    """Ask for all of them; raises UnknownError unless each was answered, by somebody who knows something."""
    found: list[Vulnerability] = []
    for question in rounds([CONTROL, *releases]):
        found += told(question, ask(question, url))
    if not any(one.release == CONTROL for one in found):
        raise UnknownError(f"{url} knows no vulnerability of {' '.join(CONTROL)}, which has many: it knows nothing")
    return [one for one in found if one.release != CONTROL]


def ask(question: dict[str, str], url: str) -> dict[str, Any]:
    """Return what pip-audit writes about these releases; raises UnknownError if it writes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answer = Path(folder, "releases.txt"), Path(folder, "answer.json")
        asked.write_text("".join(f"{name}=={version}\n" for name, version in question.items()), encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(asked), "--no-deps", "--disable-pip"]
        command += ["--vulnerability-service", "osv", "--osv-url", url, "--cache-dir", folder]
        command += ["--format", "json", "--output", str(answer), "--progress-spinner", "off"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            raise UnknownError(f"{url} did not answer within {TIMEOUT} s") from None
        if done.returncode not in (NONE_KNOWN, FOUND) or not answer.exists():
            raise UnknownError(f"{url} gave no answer: {_reason(done.stderr)}")
        return dict(json.loads(answer.read_text(encoding="utf-8")))


def _reason(errors: str) -> str:
    """Return what a traceback, or several, ended with; the last is not always the one with a text."""
    texts = re.findall(r"^[\w.]*(?:Error|Exception|Timeout): (.+)", errors, re.MULTILINE)
    return str((texts or errors.split("\n") or [""])[-1] or "pip-audit does not say why")


def told(question: dict[str, str], answer: dict[str, Any]) -> list[Vulnerability]:
    """Return what an answer names; raises UnknownError if it leaves a release out."""
    answered = {(one["name"], one["version"]): one for one in answer["dependencies"] if "version" in one}
    if missing := sorted(question.items() - answered.keys()):
        raise UnknownError(f"not answered: {', '.join(' '.join(release) for release in missing)}")
    return [_vulnerability(release, one) for release in sorted(answered) for one in answered[release]["vulns"]]


def _vulnerability(release: Release, one: dict[str, Any]) -> Vulnerability:
    summary = " ".join(one["description"].split())
    return Vulnerability(release, (one["id"], *one["aliases"]), tuple(one["fix_versions"]), summary[:100])


def main(arguments: Sequence[str]) -> int:
    """Print what is known; returns the exit status."""
    line = argparse.ArgumentParser(prog="script/vulnerabilities", description="Ask for known vulnerabilities.")
    line.add_argument("--osv-url", metavar="URL", default=OSV, help="of a mirror (default: %(default)s)")
    line.add_argument("locks", metavar="LOCK", nargs="*", type=Path, help=f"default: {' '.join(LOCKS)}")
    options = line.parse_args(arguments)
    try:
        releases = releases_of(options.locks or [ROOT / name for name in LOCKS])
        found = known(releases, options.osv_url)
    except (UnknownError, OSError, LookupError, TypeError, ValueError) as error:  # none may end as FOUND does
        print(f"script/vulnerabilities: it is not known whether there are any: {error}", file=sys.stderr)
        print(f"  No conclusion. Try later, or where {options.osv_url} can be reached (HTTPS_PROXY).", file=sys.stderr)
        return UNKNOWN
    for one in found:
        print(one)
    affected = {one.release for one in found}
    print(f"{len(releases)} releases, {len(affected)} with known vulnerabilities, by {options.osv_url}")
    if affected:
        print(f"To raise them: script/lock {' '.join(sorted({name for name, _ in affected}))}")
    return FOUND if found else NONE_KNOWN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
