"""The page as text: what it shows, and the template that shows it; everything from outside is escaped."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sectigo_f5 import __version__
from sectigo_f5.printable import one_line
from sectigo_f5.report.page.entries import WRONG, entries
from sectigo_f5.report.page.timeline import timeline
from sectigo_f5.report.status import attention
from sectigo_f5.report.status.rows import Row
from sectigo_f5.report.status.troubles import troubles
from sectigo_f5.timestamps import to_iso

TEMPLATES = Path(__file__).parent / "templates"
OTHER_TONES = {"due": "info", "waiting": "warn"}
LINKED = 5  # certificates that a sentence leads to; the others are counted


@dataclass(frozen=True)
class About:
    """What the page says of itself, and of no single certificate."""

    made: datetime
    configuration: Path
    whole_devices: bool = False  # everything in use on the BIG-IPs is shown, not only beside what is ours
    selection: Sequence[str] = ()  # what --only and --shard say; empty: everything that is configured
    remarks: Sequence[str] = ()  # mistakes in files, and what is to be said of devices and of the account


def render(rows: Sequence[Row], about: About) -> str:
    """Return the page."""
    shown, style, script = entries(rows, about.made), text("style.css"), text("script.js")
    by_row = {id(entry.row): entry for entry in shown}
    found = troubles((entry.row for entry in shown), about.made)
    return (
        environment()
        .get_template("page.html")
        .render(
            about=about,
            version=__version__,
            made=to_iso(about.made),
            entries=shown,
            headlines=attention.headlines(rows, about.made),
            tones={**dict.fromkeys(attention.BAD, "bad"), **OTHER_TONES},
            wrong=WRONG,
            troubles=[(trouble, [by_row[id(row)] for row in trouble.rows]) for trouble in found],
            timeline=timeline(shown, about.made),
            linked=LINKED,
            style=Markup(style),  # noqa: S704  # both are ours, and the policy names their hashes
            script=Markup(script),  # noqa: S704
            policy=policy(style, script),
        )
    )


def policy(style: str, script: str | None = None) -> str:
    """Return the content security policy: this style and this script, if any, and nothing that is loaded."""
    scripts = f"'{_hash(script)}'" if script is not None else "'none'"
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src {scripts}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


@functools.cache
def environment() -> Environment:
    """Return where the templates are, with everything escaped that they show."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _printable(value: object) -> object:
    """Let nothing from outside reach the page with control characters in it."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def text(name: str) -> str:
    """Return a file of the page as it is."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
