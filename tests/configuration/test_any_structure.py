"""Whatever structure a YAML file has: each mistake has its line, and the valid file beside it counts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.configuration.settings import SETTINGS
from tests.configuration.directory import CREDENTIALS, private
from tests.support.damaged_files import FORTHRIGHT, UNTOUCHED
from tests.support.properties import generated

KEYS = st.sampled_from(["name", "version", "devices", "certificates", "other", *(setting.key for setting in SETTINGS)])
EXAMPLES = [yaml.safe_load(setting.example) for setting in SETTINGS]
SCALARS = (
    st.sampled_from(["v1", "www.example.com", "all", *EXAMPLES])
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.dates()
    | st.datetimes()
    | st.binary(max_size=5)
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            KEYS | SCALARS.filter(lambda key: isinstance(key, str | int | bool | None)), inner, max_size=6
        )
        | st.sets(st.text(max_size=3), max_size=3)
    ),
    max_leaves=25,
)


@st.composite
def almost(draw: st.DrawFn) -> object:
    """Return what looks like a configuration down to any depth, and is anything below."""
    certificates = st.lists(st.dictionaries(KEYS, ANYTHING, max_size=6) | ANYTHING, max_size=3) | ANYTHING
    devices = st.fixed_dictionaries(
        {"name": st.sampled_from(["a", "b"]) | ANYTHING, "host": st.just("192.0.2.9") | ANYTHING},
        optional={
            "certificates": certificates,
            **{setting.key: ANYTHING for setting in SETTINGS if setting.key != "host"},
        },
    )
    top = {"name": st.just("x"), "version": st.just("v1"), "devices": st.lists(devices | ANYTHING, max_size=3)}
    more = draw(st.dictionaries(KEYS, ANYTHING, max_size=2))
    return {**more, **draw(st.fixed_dictionaries(top))} if draw(st.booleans()) else draw(ANYTHING)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("structures")
    for name in ("good", "bigip-fra"):
        private(directory / "credentials" / f"{name}.yaml", CREDENTIALS)
    private(directory / "z.yaml", UNTOUCHED.replace("credentials/bigip-fra", "credentials/good"))
    return directory


@generated(60)
@given(content=almost(), flow=st.booleans())
def test_any_structure_has_mistakes_with_their_lines(directory: Path, content: object, flow: bool) -> None:
    file = private(directory / "a.yaml", yaml.dump(content, default_flow_style=flow, allow_unicode=True))
    lines = file.read_text(encoding="utf-8").count("\n") + 1
    read = read_configuration(directory)
    assert [job.label for job in read.jobs if job.place.file.name == "z.yaml"] == [FORTHRIGHT]
    mistakes = [mistake for mistake in read.mistakes if mistake.startswith(f"{file}:")]
    assert mistakes or any(job.place.file == file for job in read.jobs)
    for mistake in mistakes:
        place = re.match(rf"{re.escape(str(file))}:(\d+): ", mistake)
        assert mistake.isprintable()
        assert (place is None) == ("too deeply" in mistake or "is empty" in mistake or "more than" in mistake), mistake
        assert place is None or 1 <= int(place[1]) <= lines + 1
