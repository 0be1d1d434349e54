"""A simulated BIG-IP, or single replies of one, for every test that requests one."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import responses

from tests.support.properties import SEED
from tests.support.quick_keys import quick_keys
from tests.support.replies import LOGIN, ORIGIN, TOKEN
from tests.support.spread import DAY
from tests.support.world import World, bigip

LONGEST = "test_years_of_nights.py"  # begun first, or the other workers would wait for it in the end


def pytest_configure() -> None:
    """Write files that only we can change, whatever the developer's umask is: another kind is warned of."""
    os.umask(0o022)


def pytest_report_header() -> str:
    return f"property-based tests draw with PROPERTY_SEED={SEED}; the long walks are those of SPREAD={DAY} (or all)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name != LONGEST)


@pytest.fixture(autouse=True)
def _log_reaches_the_test() -> None:
    """Undo what a command did to our logger, so that ``caplog`` sees it."""
    logger = logging.getLogger("sectigo_f5")
    logger.propagate = True
    logger.setLevel(logging.NOTSET)


@pytest.fixture(scope="session", autouse=True)
def _rsa_keys_are_quick() -> Iterator[None]:
    """Make no RSA key of 2048 or 4096 bits again and again: to make one takes a third of an enrolment."""
    with quick_keys():
        yield


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A BIG-IP of TMOS 16.1 with one virtual server for the job ``world.job()``."""
    with bigip(tmp_path, tmos="16.1.4") as world:
        yield world


@pytest.fixture
def device() -> Iterator[responses.RequestsMock]:
    """A BIG-IP that logs in and out; its other replies are the test's."""
    with responses.RequestsMock() as mock:
        mock.post(LOGIN, json={"token": {"token": TOKEN}})
        mock.delete(f"{ORIGIN}/mgmt/shared/authz/tokens/{TOKEN}", json={})
        yield mock
