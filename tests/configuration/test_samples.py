"""The samples, read as an operator would read them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from sectigo_f5.configuration.environment.reading import read_settings
from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.configuration.settings import SETTINGS

ROOT = Path(__file__).parents[2]
SAMPLES = sorted(file for file in (ROOT / "config").glob("*.yaml") if "\ndevices:" in file.read_text())


def copied(directory: Path, samples: list[Path]) -> Path:
    shutil.copytree(ROOT / "config" / "credentials", directory / "credentials")
    for sample in samples:
        shutil.copy(sample, directory)
    (directory / "credentials").chmod(0o700)
    for file in directory.rglob("*.yaml"):
        file.chmod(0o600)
    return directory


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_each_sample_has_no_mistake(tmp_path: Path, sample: Path) -> None:
    read = read_configuration(copied(tmp_path, [sample]))
    assert (read.mistakes, read.warnings) == ((), ())
    assert read.jobs


def test_all_samples_are_valid_together(tmp_path: Path) -> None:
    assert {sample.name for sample in SAMPLES} == {
        "smallest.yaml",
        "every-key.yaml",
        "high-availability.yaml",
        "sni.yaml",
    }
    assert read_configuration(copied(tmp_path, SAMPLES)).mistakes == ()


def test_the_comment_in_the_smallest_sample_is_a_setting(tmp_path: Path) -> None:
    directory = copied(tmp_path / "etc", [])
    text = (ROOT / "config" / "smallest.yaml").read_text(encoding="utf-8")
    (directory / "shop.yaml").write_text(text.replace("# verify_tls:", "verify_tls:"), encoding="utf-8")
    (mistake,) = read_configuration(directory).mistakes
    assert f"shop.yaml:9: verify_tls: the CA file {directory}/bigip-fra.pem cannot be read" in mistake


@pytest.mark.parametrize("key", [*(setting.key for setting in SETTINGS), "name", "version", "devices", "certificates"])
def test_the_sample_with_every_key_names_the_key(key: str) -> None:
    text = (ROOT / "config" / "every-key.yaml").read_text(encoding="utf-8")
    assert re.search(rf"^ *(- )?{key}:", text, re.MULTILINE)


def test_the_example_of_the_env_file_is_valid_as_it_is(tmp_path: Path) -> None:
    file = Path(shutil.copy(ROOT / "env.example", tmp_path / "env"))
    file.chmod(0o600)
    settings, warnings = read_settings(file, {})
    assert settings.account.server == "https://acme.sectigo.com/v2/OV"
    assert warnings == ()
