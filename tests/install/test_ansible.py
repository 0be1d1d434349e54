"""The Ansible role: without a remark of ansible-lint, and a check of it changes what a run would, and nothing else."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from sectigo_f5.configuration.files import read_configuration
from tests.install.placing import CONFIG, ENVIRONMENT, ROOT, USER, run, tree

ANSIBLE = CONFIG / "ansible"
ROLE = ANSIBLE / "roles" / "sectigo_f5"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Keep what Ansible writes beside the test's own files."""
    own = {name: str(tmp_path / "ansible") for name in ("HOME", "ANSIBLE_HOME", "XDG_CACHE_HOME")}
    fast = {"ANSIBLE_GATHERING": "explicit", "ANSIBLE_LOCALHOST_WARNING": "False", "ANSIBLE_NOCOLOR": "1"}
    return {**ENVIRONMENT, **own, **fast, "NO_COLOR": "1"}


def test_ansible_lint_has_nothing_to_say(tmp_path: Path, environment: dict[str, str]) -> None:
    project = Path(shutil.copytree(ANSIBLE, tmp_path / "project"))
    options = ("-q", "--offline", "--nocolor", "--profile", "production")
    names = ("playbook.yml", "roles")
    checked = run("ansible-lint", *options, *names, folder=project, environment=environment)
    assert checked.returncode == 0, checked.stdout


def sample() -> dict[str, Any]:
    (play,) = yaml.safe_load((ANSIBLE / "playbook.yml").read_text(encoding="utf-8"))
    variables: dict[str, Any] = play["vars"]
    return variables


def play(root: Path, environment: dict[str, str], *options: str) -> dict[str, set[str]]:
    """Apply the role to this host, below a directory; returns the results of each task by its name."""
    us = run("id", "-un").stdout.strip(), run("id", "-gn").stdout.strip()
    settings = {
        "sectigo_f5_root": str(root),
        "sectigo_f5_repository": "",
        "sectigo_f5_directory": str(ROOT),
        "sectigo_f5_user": USER,
        "sectigo_f5_owner": us[0],
        "sectigo_f5_group": us[1],
        "sectigo_f5_schedule": "systemd",
        "vault_eab_kid": "a kid",
        "vault_eab_hmac_key": "aG1hYw",
        "vault_bigip_password": "it's a \\secret",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "ansible_become": False,
    }
    variables = root.parent / "variables.json"
    variables.write_text(json.dumps(settings), encoding="utf-8")
    command = ("ansible-playbook", "--connection=local", "-i", "localhost,", "-e", f"@{variables}", *options)
    book = root.parent / "playbook.yml"
    book.write_text((ANSIBLE / "playbook.yml").read_text().replace("hosts: sectigo_connectors", "hosts: all"))
    played = run(*command, book, environment={**environment, "ANSIBLE_ROLES_PATH": str(ANSIBLE / "roles")})
    assert played.returncode == 0, played.stdout
    assert "secret" not in played.stdout
    tasks = re.findall(r"^TASK \[(?:sectigo_f5 : )?(.+?)\] \*+\n((?:.+\n)*)", played.stdout, re.MULTILINE)
    return {name: set(re.findall(r"^(\w+): \[localhost\]", results, re.MULTILINE)) for name, results in tasks}


def test_check_says_what_a_run_would_change(root: Path, environment: dict[str, str]) -> None:
    before = tree(root)
    results = play(root, environment, "--check")
    assert tree(root) == before
    changed = {name for name, words in results.items() if "changed" in words}
    assert changed == {"Write the env file", "Write the credentials files", "Write the YAML files"}
    assert {name for name, words in results.items() if "skipping" in words} == {
        "Install what the connector needs of the system",
        "Clone the connector",
        "Check what a run needs",
    }


def test_role_knows_the_options_of_the_script() -> None:
    usage = run(ROOT / "install.sh", "--help").stdout
    used = set(re.findall(r"'(--[a-z-]+)'", (ROLE / "vars/main.yml").read_text(encoding="utf-8")))
    assert used | {"--enable"} <= set(re.findall(r"--[a-z-]+", usage))


def test_sample_sets_only_what_the_role_knows() -> None:
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))
    assert set(sample()) <= set(defaults)


def test_sample_makes_a_valid_configuration(tmp_path: Path) -> None:
    for name, content in sample()["sectigo_f5_files"].items():
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump({"name": name, "version": "v1", **content}))
    shutil.copytree(CONFIG / "credentials", tmp_path / "credentials")
    read = read_configuration(tmp_path)
    assert (read.mistakes, [job.label for job in read.jobs]) == ((), ["www.example.com@bigip-fra"])
    present = [file.stem for file in (CONFIG / "credentials").iterdir()]
    assert present == list(sample()["sectigo_f5_credentials"])
