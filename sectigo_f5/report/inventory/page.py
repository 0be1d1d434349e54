"""The page of ``inventory --html``: one file without a script, to be read on a screen or on paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from markupsafe import Markup

from sectigo_f5 import __version__
from sectigo_f5.report.inventory import attention, texts
from sectigo_f5.report.inventory.attention import Counts
from sectigo_f5.report.inventory.rows import Row
from sectigo_f5.report.page.rendering import environment, policy, text
from sectigo_f5.timestamps import to_iso

TONES = {"critical": "bad", "warning": "warn", "note": "info", None: "good"}


@dataclass(frozen=True)
class About:
    """What the page says of itself, and of no single item."""

    made: datetime
    configuration: Path
    devices: Sequence[str]
    selection: Sequence[str] = ()  # what --only and --shard say; empty: everything on the devices
    problems: Sequence[str] = ()  # what could not be read
    remarks: Sequence[str] = ()


def render(rows: Iterable[Row], counts: Counts, about: About) -> Iterator[str]:
    """Yield the page in pieces; ``rows``, in the order of attention, are read once, and none is kept."""
    style = text("style.css") + text("inventory.css")
    return (
        environment()
        .get_template("inventory.html")
        .generate(
            about=about,
            version=__version__,
            made=to_iso(about.made),
            rows=rows,
            counts=counts,
            texts=texts,
            word=attention.word,
            numbered=attention.NUMBERED,
            severity=attention.severity,
            tones=TONES,
            style=Markup(style),  # noqa: S704  # it is ours, and the policy names its hash
            policy=policy(style),
        )
    )
