"""The manifest in config/: valid for the Kubernetes API, of one mind with the command line, and no configuration."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from sectigo_f5.commands.arguments import parse
from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.configuration.shards import INDEX, Shard
from sectigo_f5.errors import ConfigurationError

ROOT = Path(__file__).parent.parent
FILE = ROOT / "config" / "kubernetes-cronjob.yaml"
VOLUME, CRON_JOB = yaml.safe_load_all(FILE.read_text(encoding="utf-8"))
JOB: dict[str, Any] = CRON_JOB["spec"]["jobTemplate"]["spec"]
POD: dict[str, Any] = JOB["template"]["spec"]
(CONTAINER,) = POD["containers"]
API = json.loads((ROOT / "tests" / "support" / "kubernetes-1.29.json").read_text(encoding="utf-8"))


def problems(document: dict[str, Any]) -> list[str]:
    schema = {**API, "$ref": f"#/$defs/{document['kind']}"}
    return [error.json_path for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]


def parts(value: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every mapping in a document."""
    if isinstance(value, dict):
        yield path
        for key, inner in value.items():
            yield from parts(inner, *path, key)
    for number, inner in enumerate(value if isinstance(value, list) else ()):
        yield from parts(inner, *path, number)


@pytest.mark.parametrize("document", [VOLUME, CRON_JOB], ids=lambda document: str(document["kind"]))
def test_the_manifest_is_valid_for_the_kubernetes_api(document: dict[str, Any]) -> None:
    assert problems(document) == []
    for path in parts(document):
        if path[-1:] not in (("limits",), ("requests",)):  # of resources with any name
            wrong = copy.deepcopy(document)
            place = wrong
            for step in path:
                place = place[step]
            place["nameMisspelt"] = "x"
            assert problems(wrong), f"the schema would not notice a misspelt key in {path}"


def test_a_pod_does_the_shard_of_its_index(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (JOB["completionMode"], JOB["parallelism"]) == ("Indexed", JOB["completions"])
    for index in range(JOB["completions"]):
        monkeypatch.setenv(INDEX, str(index))
        options = parse(CONTAINER["args"], "sectigo-f5")
        assert (options.command, options.shard) == ("run", Shard(index, JOB["completions"]))
        mounted = {mount["mountPath"] for mount in CONTAINER["volumeMounts"]}
        assert options.env_file is not None
        assert {str(options.config_dir), str(options.env_file.parent)} <= mounted


def test_a_shard_that_fails_ends_no_other_and_none_runs_twice() -> None:
    """Without a limit per index the first failure would end the Job, and with it the pods of the other shards."""
    assert (JOB["backoffLimitPerIndex"], JOB["podReplacementPolicy"]) == (0, "Failed")
    assert (POD["restartPolicy"], CRON_JOB["spec"]["concurrencyPolicy"]) == ("Never", "Forbid")


def test_each_shard_has_a_state_directory_of_its_own() -> None:
    mounts = {mount["name"]: mount for mount in CONTAINER["volumeMounts"]}
    assert mounts.keys() == {volume["name"] for volume in POD["volumes"]}
    assert mounts["state"]["subPathExpr"] == f"shard-$({INDEX})"
    variables = {each["name"]: each["value"] for each in CONTAINER["env"]}
    assert variables["STATE_DIR"].startswith(mounts["state"]["mountPath"] + "/")


def test_a_pod_has_no_more_rights_than_it_needs() -> None:
    who, what = POD["securityContext"], CONTAINER["securityContext"]
    assert who["runAsNonRoot"]
    assert who["runAsUser"] == who["runAsGroup"] == who["fsGroup"] != 0
    assert (what["readOnlyRootFilesystem"], what["allowPrivilegeEscalation"]) == (True, False)
    assert what["capabilities"] == {"drop": ["ALL"]}
    assert not POD["automountServiceAccountToken"]
    (secret,) = (volume["secret"] for volume in POD["volumes"] if "secret" in volume)
    assert secret["defaultMode"] == 0o400


def test_the_docs_create_what_the_manifest_needs() -> None:
    page = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    created = set(re.findall(r"kubectl create (configmap|secret generic) ([\w-]+) ", page))
    wanted = {
        ("configmap", volume["configMap"]["name"]) if "configMap" in volume else ("secret generic", secret)
        for volume in POD["volumes"]
        if "configMap" in volume or (secret := volume.get("secret", {}).get("secretName"))
    }
    assert created == wanted
    assert f"podman build -t {CONTAINER['image']} ." in page
    assert CONTAINER["image"].startswith("registry.example.com/"), "nobody's registry: there is no such image"


def test_an_image_holds_no_env_file() -> None:
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {"env", ".git", ".venv*"} <= set(left_out)


def copied(folder: Path, *names: str) -> Path:
    shutil.copytree(ROOT / "config" / "credentials", folder / "credentials")
    for file in [*(ROOT / "config" / name for name in names)]:
        shutil.copy(file, folder)
    (folder / "credentials").chmod(0o700)
    for file in folder.rglob("*.yaml"):
        file.chmod(0o600)
    return folder


def test_a_manifest_beside_the_configuration_is_passed_over(tmp_path: Path) -> None:
    read = read_configuration(copied(tmp_path, "smallest.yaml", FILE.name))
    assert (len(read.jobs), read.mistakes, read.warnings) == (1, (), ())


def test_a_manifest_alone_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="contains no .* file; write one"):
        read_configuration(copied(tmp_path, FILE.name))


def test_a_manifest_that_holds_a_configuration_is_a_mistake(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    inside = (ROOT / "config" / "smallest.yaml").read_text(encoding="utf-8").replace("\n", "\n    ")
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  shop.yaml: |\n    {inside}\n"
    (folder / "shop.yaml").write_text(text, encoding="utf-8")
    assert "shop.yaml:1: apiVersion: unknown key" in read_configuration(folder).mistakes[0]
