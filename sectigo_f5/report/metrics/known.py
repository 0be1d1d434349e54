"""What the file is to tell, from whoever knows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sectigo_f5.model import Result
from sectigo_f5.progress import Step


@dataclass(frozen=True)
class Work:
    """What a complete run that could begin has done."""

    took: timedelta
    results: Collection[Result]
    durations: Mapping[Step, float]  # seconds


@dataclass(frozen=True)
class End:
    """How a complete run ended."""

    finished: datetime
    code: int
    work: Work | None = None  # None: it could not begin


@dataclass(frozen=True)
class Open:
    """What is not finished with a certificate, by the state of the program; None if it is not so."""

    pending_since: datetime | None = None
    next_order: datetime | None = None


@dataclass(frozen=True)
class Devices:
    """What is known of BIG-IPs, by the names that the YAML gives them."""

    hosts: frozenset[tuple[str, str]] = frozenset()  # the configured units: name and host
    unsaved: Mapping[str, bool] = field(default_factory=dict)
    answered: Mapping[tuple[str, str], bool] = field(default_factory=dict)  # of those that this run tried
    management: Mapping[tuple[str, str], datetime] = field(default_factory=dict)  # ends that were seen
    unmanaged: Mapping[str, Mapping[str, datetime | None]] = field(default_factory=dict)  # ends by full path
    looked_at: frozenset[str] = frozenset()  # all certificates of these were: what is not in ``unmanaged`` is gone


@dataclass(frozen=True)
class Known:
    """What the file is to tell, from the surest source to the least."""

    results: Collection[Result]  # of this run
    history: Collection[Result]  # of earlier runs
    configured: frozenset[str]  # ``common_name@device``
    complete: bool = True  # False: a file with more certificates may be there, and cannot be read
    elsewhere: frozenset[str] = frozenset()  # what other shards do, though this one may have done it before
    failing_since: Mapping[str, datetime] = field(default_factory=dict)  # by label, of those in the history
    planned: Mapping[str, datetime | None] = field(default_factory=dict)  # by label, of those that were looked at
    unfinished: Mapping[str, Open] = field(default_factory=dict)  # by label, of those whose state was read
    orders: Mapping[tuple[str, ...], int] = field(default_factory=dict)  # of this run, by kind and end
    devices: Devices = field(default_factory=Devices)
    trail: tuple[int, str] | None = None  # how many lines it has, and the SHA-256 of the last; None: not known now
