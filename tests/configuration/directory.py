"""A configuration directory for tests, with good files and bad ones."""

from __future__ import annotations

from pathlib import Path

from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.model import Configuration, Job
from tests.support import editor

CREDENTIALS = "username: sectigo\npassword: 'long enough'\n"

GOOD = """\
name: shop
version: v1
devices:
- name: bigip-fra
  host: 192.0.2.10
  credentials_file: credentials/bigip-fra.yaml
  common_name: www.example.com
  virtual_servers: [vs_www_https]
"""


def private(file: Path, content: str | bytes) -> Path:
    """Write a file that nobody else can read, with its directory."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    file.chmod(0o600)
    return file


def configuration(directory: Path, **files: str | bytes) -> Configuration:
    """Write each text as ``NAME.yaml`` next to one credentials file, and read the directory, as an editor does, too."""
    private(directory / "credentials" / "bigip-fra.yaml", CREDENTIALS)
    for name, text in files.items():
        private(directory / f"{name}.yaml", text)
    read = read_configuration(directory)
    for name, text in files.items():
        editor.must_agree(text, [each for each in read.mistakes if each.startswith(f"{directory / name}.yaml")])
    return read


def only_job(directory: Path, text: str) -> Job:
    """Read one good file with one certificate."""
    read = configuration(directory, shop=text)
    assert read.mistakes == ()
    (job,) = read.jobs
    return job


def mistakes(directory: Path, text: str | bytes) -> list[str]:
    """Read one bad file and return its mistakes, without the directory in front."""
    read = configuration(directory, shop=text)
    assert read.jobs == ()
    assert read.warnings == (f"{directory / 'shop.yaml'}: {EXCLUDED}",)
    return [mistake.replace(f"{directory}/", "") for mistake in read.mistakes]


EXCLUDED = "none of its certificates is managed until its mistakes are fixed"
