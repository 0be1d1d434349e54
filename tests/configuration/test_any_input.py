"""Whatever is written in a file, reading it ends in jobs or in mistakes, never in another error."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sectigo_f5.configuration.environment.reading import read_settings
from sectigo_f5.configuration.environment.variables import VARIABLES
from sectigo_f5.configuration.settings import SETTINGS
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.model import Configuration, Job
from tests.configuration.directory import GOOD, configuration, private
from tests.support import damaged_files
from tests.support.properties import generated

# the same examples on every run; one directory for all of them, because each writes the file again
reproducible = settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
INDICATORS = st.text("[]{}*&!'\"\t\n:-|>~é<#\\%@`?,= \x07\x00\x85\u2028", max_size=4)
LEVELS = {"top": "", "device": "  ", "certificate": "    "}
SINGLE_LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\x85\u2028\u2029"), max_size=6)


def directory_of(factory: pytest.TempPathFactory, name: str) -> Path:
    """Return one directory for all examples: each writes its files again."""
    directory = factory.getbasetemp() / name
    directory.mkdir(exist_ok=True, mode=0o700)
    return directory


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.dates()
    | st.sampled_from([setting.example for setting in SETTINGS]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


def with_setting(key: str, value: object, level: str) -> str:
    """Return the good file with its certificate in a list, and one more setting at a level."""
    line = f"{LEVELS[level]}{key}: {yaml.safe_dump(value, default_flow_style=True, width=10_000)}".split("\n...")[0]
    certificate = "  certificates:\n  - common_name: www.example.com\n"
    lines = {"top": "", "device": "", "certificate": "", level: f"{line.rstrip()}\n"}
    device = GOOD.replace("  common_name: www.example.com\n", "")
    return lines["top"] + device + lines["device"] + certificate + lines["certificate"]


def check(read: Configuration, file: Path) -> None:
    """Check what holds for every file: jobs or mistakes, and each message is one line that names the file."""
    assert bool(read.jobs) != bool(read.mistakes)
    for message in (*read.mistakes, *read.warnings):
        assert message.isprintable()
        assert message.startswith(str(file.parent))
    for job in read.jobs:
        check_names(job)


def check_names(job: Job) -> None:
    """Check that our names need no quotes in a shell, and that Certbot's list and a URL can carry the others."""
    assert re.fullmatch("(/[A-Za-z0-9_.][A-Za-z0-9_.-]*){2,}", job.profile)
    segment = "[A-Za-z0-9_.:%-][A-Za-z0-9_.:% -]*"
    paths = (*job.virtual_servers, *job.challenge_virtual_servers, *job.replace_profiles)
    for name in (*paths, job.parent_profile):
        assert re.fullmatch(f"all|(/{segment}){{2,}}", name)
    for name in job.names:
        assert re.fullmatch(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+", name)


@reproducible
@given(st.binary(max_size=100) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_mistake(tmp_path: Path, content: bytes) -> None:
    read = configuration(tmp_path, shop=content)
    assert read.mistakes
    check(read, tmp_path / "shop.yaml")


@generated(150)
@given(damaged_files.configurations())
def test_a_damaged_sample_never_stops_the_file_beside_it(
    tmp_path_factory: pytest.TempPathFactory, files: tuple[bytes, bytes]
) -> None:
    damaged_files.must_be_read(directory_of(tmp_path_factory, "configurations"), *files)


@generated(100)
@given(damaged_files.damaged(damaged_files.ENV))
def test_a_damaged_env_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    damaged_files.must_be_read_or_refused(directory_of(tmp_path_factory, "env") / "env", content)


@reproducible
@given(
    st.sampled_from([*(setting.key for setting in SETTINGS), "name", "version", "devices", "certificates", "other"]),
    values,
    st.sampled_from(sorted(LEVELS)),
)
def test_any_value_of_a_key_has_jobs_or_mistakes(tmp_path: Path, key: str, value: object, level: str) -> None:
    check(configuration(tmp_path, shop=with_setting(key, value, level)), tmp_path / "shop.yaml")


@reproducible
@given(SINGLE_LINE, SINGLE_LINE)
def test_no_message_contains_a_part_of_a_password(tmp_path: Path, before: str, after: str) -> None:
    inline = f"username: sectigo\n  password: {before}hunter2{after}"
    read = configuration(tmp_path, shop=GOOD.replace("credentials_file: credentials/bigip-fra.yaml", inline))
    assert not [text for text in (*read.mistakes, *read.warnings) if "hunter2" in text]


@reproducible
@given(st.lists(st.tuples(st.sampled_from([*VARIABLES, "OTHER"]), st.text(max_size=20)), max_size=5), INDICATORS)
def test_any_env_file_is_read_or_refused(tmp_path: Path, lines: list[tuple[str, str]], rest: str) -> None:
    text = "ACME_SERVER=https://acme.example.com\n" + "".join(f"{name}={value}\n" for name, value in lines) + rest
    file = private(tmp_path / "env", text.encode("utf-8", "surrogatepass"))
    message = refusal(file)
    assert message is None or (message.startswith(str(file)) and message.isprintable())


def refusal(env_file: Path) -> str | None:
    try:
        read_settings(env_file, {})
    except ConfigurationError as error:
        return str(error)
    return None
