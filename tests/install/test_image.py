"""The Containerfile: what it copies is there and enough to run, and it fits the manifest for Kubernetes."""

from __future__ import annotations

import json
import re
import shutil
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from sectigo_f5 import __version__
from tests.install.placing import CONFIG, ROOT, placed, run

TEXT = (ROOT / "Containerfile").read_text(encoding="utf-8")
INSTRUCTIONS = re.findall(r"^([A-Z]+) (.+)$", TEXT, re.MULTILINE)
HOME = "/opt/sectigo-f5"


def values(name: str) -> list[str]:
    return [text for instruction, text in INSTRUCTIONS if instruction == name]


def copied() -> list[tuple[list[str], str]]:
    """Return sources and target of what comes out of the clone."""
    words = [text.split() for text in values("COPY") if not text.startswith("--from=")]
    return [(sources, target) for *sources, target in words]


def test_what_is_copied_exists_and_reaches_the_builder() -> None:
    sources = [source for group, _ in copied() for source in group]
    assert [source for source in sources if not (ROOT / source).exists()] == []
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    assert [source for source in sources if any(fnmatch(source, pattern) for pattern in left_out)] == []
    assert re.findall(r"requirements[\w-]*\.txt", TEXT.split("COPY")[0]) == ["requirements.txt"]


def test_what_is_copied_runs_from_a_directory_that_it_cannot_write(tmp_path: Path) -> None:
    """Without a home, from the root directory, as in a container whose file system is read-only."""
    place = tmp_path / HOME.lstrip("/")
    for sources, target in copied():
        for source in sources:
            put = place / (source if target == "./" else target)
            put.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, put, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, put)
    for directory in (place, place / "sectigo_f5"):
        directory.chmod(0o555)
    command: list[str | Path] = [sys.executable, place / values("ENTRYPOINT")[0].strip('[]"').rsplit("/", 1)[1]]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "ACME_SERVER": "https://127.0.0.1:9/"}
    files = {"LOG_FILE": "/dev/null", "STATE_DIR": str(tmp_path / "state")}
    assert run(*command, "--version", environment=environment).stdout == f"start_acme.py {__version__}\n"
    config = tmp_path / "config"
    shutil.copytree(CONFIG / "credentials", config / "credentials")
    placed(CONFIG / "smallest.yaml", config / "shop.yaml", {"host: 192.0.2.10": "host: 127.0.0.1\n  port: 9"})
    checked = run(*command, "status", "--config-dir", config, folder=Path("/"), environment=environment | files)
    assert checked.returncode != 3, checked.stdout
    assert "www.example.com" in checked.stdout


def test_image_and_manifest_are_of_one_mind() -> None:
    _, job = yaml.safe_load_all((CONFIG / "kubernetes-cronjob.yaml").read_text(encoding="utf-8"))
    pod: dict[str, Any] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    who = pod["securityContext"]
    assert values("USER") == [f"{who['runAsUser']}:{who['runAsGroup']}"]
    assert json.loads(values("CMD")[0])[0] == container["args"][0] == "run"
    mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert {"/etc/sectigo", *values("VOLUME")} <= mounted
    variables = dict(pair.split("=") for pair in values("ENV")[0].split())
    assert variables["LOG_FILE"] in [each["value"] for each in container["env"] if each["name"] == "LOG_FILE"]


def test_program_belongs_to_root_and_no_step_runs_after_the_user_is_set() -> None:
    names = [name for name, _ in INSTRUCTIONS]
    assert "RUN" not in names[names.index("USER") :]
    assert names.count("FROM") == 2
    assert values("COPY")[-1] == f"--from=build {HOME} {HOME}"
    assert len(set(re.findall(r"^FROM (\S+)", TEXT, re.MULTILINE))) == 1


def test_install_runs_it_read_only_with_what_the_image_has() -> None:
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^    podman run ((?:.*\\\n)*.*)", page, re.MULTILINE)
    words = shown.replace("\\\n", " ").split()
    assert {"--read-only", "--tmpfs=/tmp", "--cap-drop=all", "--security-opt=no-new-privileges"} <= set(words)
    places = {word.split(":")[1] for word in words if word.startswith("--volume=")}
    assert places == {"/etc/sectigo", *values("VOLUME")}
