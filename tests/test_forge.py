"""What a forge reads: workflow, issue form and dependency updates say what the scripts do; links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text())


def test_workflow_runs_what_ci_runs_on_every_supported_python() -> None:
    steps = read(".github/workflows/ci.yml")["jobs"]["test"]["steps"]
    assert steps[-1] == {"run": ".ci/run"}
    (versions,) = (step["with"]["python-version"].split() for step in steps if "setup-python" in step.get("uses", ""))
    supported = re.search(r"^SUPPORTED=\((.*?)\)", (ROOT / "script" / "environment.sh").read_text(), re.MULTILINE)
    assert supported is not None
    assert set(versions) == set(supported[1].split())


def test_known_vulnerabilities_are_asked_for_every_day() -> None:
    workflow = read(".github/workflows/vulnerabilities.yml")
    (when,) = workflow[True]["schedule"]  # YAML 1.1 reads `on` as a boolean
    assert re.fullmatch(r"\d+ \d+ \* \* \*", when["cron"])
    assert workflow["jobs"]["known"]["steps"][-1] == {"run": "script/vulnerabilities"}
    assert workflow["permissions"] == {"contents": "read"}


def test_issue_form_asks_for_release_check_and_debug_log() -> None:
    form = read(".github/ISSUE_TEMPLATE/bug.yml")
    required = {field["id"] for field in form["body"] if field.get("validations", {}).get("required")}
    assert {"tmos", "check", "log"} <= required
    assert "--log-level DEBUG" in (ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml").read_text()


def test_commit_hooks_use_the_locked_tools() -> None:
    (repository,) = read(".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    assert {hook["entry"].split()[0] for hook in repository["hooks"]} == {".venv-test/bin/ruff", ".venv-test/bin/mypy"}


def test_dependency_updates_cover_packages_and_workflow() -> None:
    assert {entry["package-ecosystem"] for entry in read(".github/dependabot.yml")["updates"]} == {
        "uv",
        "github-actions",
    }


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_and_named_files_exist(name: str) -> None:
    text = (ROOT / name).read_text()
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    named = re.findall(r"`((?:config|docs|script|tests|sectigo_f5|\.ci)/[\w./-]*)`", text)
    assert [file for file in (*links, *named) if not (ROOT / file).exists()] == []
