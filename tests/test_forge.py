"""What a forge reads: workflow, issue form and dependency updates say what the scripts do; links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
FORMS = [file for file in sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")) if file.name != "config.yml"]
FORM_KEYS = ("name", "description", "title", "labels", "assignees", "projects", "type")
ATTRIBUTES = {  # of GitHub's form schema
    "markdown": {"value"},
    "textarea": {"label", "description", "placeholder", "value", "render"},
    "input": {"label", "description", "placeholder", "value"},
    "dropdown": {"label", "description", "multiple", "options", "default"},
    "checkboxes": {"label", "description", "options"},
}
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


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_issue_form_is_one_that_github_takes(form: Path) -> None:
    content = yaml.safe_load(form.read_text())
    assert {"name", "description", "body"} <= content.keys() <= {*FORM_KEYS, "body"}
    assert all(isinstance(content[key], str) for key in ("name", "description"))
    ids = [field["id"] for field in content["body"] if field["type"] != "markdown"]
    assert len(set(ids)) == len(ids)
    assert [field for field in content["body"] if not is_a_field(field)] == []


def is_a_field(field: dict[str, Any]) -> bool:
    """Tell whether a field of a form has the type and the attributes of GitHub's form schema."""
    attributes = field["attributes"]
    options = attributes.get("options", ["none needed"])
    return (
        field.keys() <= {"type", "id", "attributes", "validations"}
        and attributes.keys() <= ATTRIBUTES[field["type"]]
        and ("value" if field["type"] == "markdown" else "label") in attributes
        and bool(options)
        and all(isinstance(each, dict if field["type"] == "checkboxes" else str) for each in options)
        and field.get("validations", {}).keys() <= {"required"}
    )


def test_form_of_a_report_names_command_page_and_what_is_never_pasted() -> None:
    text = (ROOT / ".github" / "ISSUE_TEMPLATE" / "real-device.yml").read_text()
    fields = {field["id"]: field for field in yaml.safe_load(text)["body"] if "id" in field}
    assert {"report", "tmos", "platform", "how"} <= {name for name, field in fields.items() if is_required(field)}
    assert "render" not in fields["report"]["attributes"]  # GitHub takes no file in such a field
    assert all(option["required"] for option in fields["read"]["attributes"]["options"])
    assert "probe --device NAME --output report.json" in text
    assert "(../blob/main/docs/real-devices.md)" in text
    assert re.search(r"Never paste here.*password.*token.*key", text)


def is_required(field: dict[str, Any]) -> bool:
    return bool(field.get("validations", {}).get("required"))


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
