"""``--only``: shell wildcards, and names that look like one."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from sectigo_f5.configuration.selection import select, whole_devices
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.model import Job
from tests.configuration.directory import GOOD, only_job

LABELS = ["*.example.com@fra", "www.example.com@fra", "www.example.com@muc", "api.example.net@muc"]


@pytest.fixture
def jobs(tmp_path: Path) -> list[Job]:
    job = only_job(tmp_path, GOOD)

    def named(label: str) -> Job:
        name, _, device = label.rpartition("@")
        return dataclasses.replace(job, common_name=name, device=dataclasses.replace(job.device, name=device))

    return [named(label) for label in LABELS]


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ([], LABELS),
        (["www.example.com"], LABELS[1:3]),
        (["WWW.example.com"], LABELS[1:3]),
        (["fra"], LABELS[:2]),
        (["www.example.com@muc"], LABELS[2:3]),
        (["www.*"], LABELS[1:3]),
        (["*@muc"], LABELS[2:]),
        (["*.example.com"], LABELS[:1]),
        (["*.example.com@fra"], LABELS[:1]),
        (["*.example.com@*"], LABELS[:1]),
        (["*.example.net"], LABELS[3:]),
        (["?ww.example.com@[fm]*"], LABELS[1:3]),
        (["api.*", "fra"], [*LABELS[:2], LABELS[3]]),
        (["*"], LABELS),
    ],
)
def test_a_pattern_chooses(jobs: list[Job], patterns: list[str], chosen: list[str]) -> None:
    assert [job.label for job in select(jobs, patterns)] == chosen


@pytest.mark.parametrize(
    ("patterns", "whole"),
    [
        ([], {"fra", "muc"}),
        (["*"], {"fra", "muc"}),
        (["fra"], {"fra"}),
        (["*@m*", "www.example.com@fra"], {"muc"}),
        (["www.example.com"], set()),
        (["*.example.com"], set()),
        (["*.example.com@fra", "api.*"], set()),
    ],
)
def test_a_device_is_meant_as_a_whole_if_it_is_named_itself(
    jobs: list[Job], patterns: list[str], whole: set[str]
) -> None:
    assert whole_devices(jobs, patterns) == whole


@pytest.mark.parametrize("pattern", ["wwww.example.com", "*@ber", "*.example.com@muc", "", "www.example.com@fr"])
def test_a_pattern_without_a_match_lists_the_certificates(jobs: list[Job], pattern: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        select(jobs, ["fra", pattern])
    assert str(raised.value).startswith(f"--only '{pattern}' matches no certificate")
    assert str(raised.value).endswith(f"configured: {', '.join(LABELS)}")


def test_a_typing_mistake_is_guessed_and_a_long_list_is_cut(jobs: list[Job]) -> None:
    many = [dataclasses.replace(jobs[0], common_name=f"host{number}.example.com") for number in range(25)]
    with pytest.raises(ConfigurationError, match="did you mean host7.example.com.*; configured: host0.*and 5 more$"):
        select(many, ["hots7.example.com"])
