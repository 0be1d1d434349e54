"""The examples of docs/credentials.md: each is followed as it is written, on a host and in a pod.

That of HashiCorp Vault is followed in tests/commands/test_credentials_command.py, the drop-ins in tests/install.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from sectigo_f5.configuration.credentials.asking import PASSED_ON
from sectigo_f5.configuration.environment.reading import read_settings
from sectigo_f5.configuration.sources.handed_over import located
from tests.configuration.directory import CREDENTIALS, GOOD, only_job, private
from tests.configuration.test_environment import HMAC_KEY, SERVER

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "credentials.md").read_text(encoding="utf-8")
_, *PARTS = PAGE.split("\n## ")
SECTIONS = {part.partition("\n")[0]: part for part in PARTS}
CONTENT = {"bigip-fra": CREDENTIALS, "bigip-fra.yaml": CREDENTIALS, "eab-hmac-key": HMAC_KEY}


def must_be_understood(folder: Path, section: str) -> None:
    """Write the two lines that a section shows into a YAML file and an env file, and read these."""
    (setting,) = re.findall(r"^    (credentials_file: .*)$", section, re.MULTILINE)
    (variable,) = re.findall(r"^    (ACME_EAB_HMAC_KEY_FILE=.*)$", section, re.MULTILINE)
    device = only_job(folder / "etc", GOOD.replace("credentials_file: credentials/bigip-fra.yaml", setting)).device
    assert (device.username, device.password.reveal()) == ("sectigo", "long enough")
    env = private(folder / "env", f"{SERVER}ACME_EAB_KID=kid-1\n{variable}\n")
    settings, warnings = read_settings(env, {"CREDENTIALS_DIRECTORY": str(folder / "run")})
    assert settings.account.eab_hmac_key
    assert (settings.account.eab_hmac_key.reveal(), warnings) == (HMAC_KEY, ())


def test_a_service_gets_what_systemd_is_told_to_hand_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    section = SECTIONS["systemd"]
    loaded = re.findall(r"^(LoadCredential(?:Encrypted)?=([\w-]+):.*)$", section, re.MULTILINE)
    for line, name in loaded:
        private(tmp_path / "run" / name, CONTENT[name]).chmod(0o440)
        assert f" -p {line} " in section  # of the check by hand
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "run"))
    must_be_understood(tmp_path, section)


def test_a_pod_gets_what_the_secret_holds(tmp_path: Path) -> None:
    """Kubernetes mounts a Secret as links to a directory that it replaces as a whole."""
    section, mounted = SECTIONS["Kubernetes"], tmp_path / "run"
    names = [name for name in re.findall(r"--from-file=(\S+)", section) if name != "env"]
    for name in names:
        private(mounted / "..2026_11_26_12_00" / name, CONTENT[name]).chmod(0o400)
        (mounted / name).symlink_to(f"..data/{name}")
    (mounted / "..data").symlink_to("..2026_11_26_12_00")
    must_be_understood(tmp_path, section.replace("/run/secrets/sectigo-f5", str(mounted)))


def test_the_page_and_the_manifest_create_one_secret() -> None:
    created = {
        line
        for page in ("credentials", "scaling")
        for line in re.findall("kubectl create secret .*", (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"))
    }
    assert len(created) == 1
    manifest = (ROOT / "config" / "kubernetes-cronjob.yaml").read_text(encoding="utf-8")
    _, cron_job = yaml.safe_load_all(manifest)
    (container,) = cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    variables = {each["name"]: each["value"] for each in container["env"]}
    key = located(variables["ACME_EAB_HMAC_KEY_FILE"], Path("/"), {})
    assert str(key.parent) in {mount["mountPath"] for mount in container["volumeMounts"]}
    assert f" --from-file={key.name}" in created.pop()


def test_the_environment_of_a_program_is_what_the_page_says() -> None:
    (told,) = re.findall(r"\* Its environment: (.*?);", SECTIONS["A command"], re.DOTALL)
    names = {name.replace("*", "X") for name in re.findall(r"`([A-Z_*]+)`", told)}
    prefixes = {f"{name}_X" for group in re.findall(r"\(([A-Z|]+)\)", PASSED_ON.pattern) for name in group.split("|")}
    simple = {name.replace(".*", "X") for name in re.sub(r"\(.*?\)_\.\*", "", PASSED_ON.pattern).strip("|").split("|")}
    assert names == prefixes | simple


def test_the_unit_shows_what_the_page_shows() -> None:
    unit = (ROOT / "config" / "systemd" / "sectigo-f5.service").read_text(encoding="utf-8")
    for line in re.findall(r"^#(LoadCredential=([\w-]+):.*)$", unit, re.MULTILINE):
        assert f"credential:{line[1]}" in unit
        assert f"credential:{line[1]}" in SECTIONS["systemd"]
