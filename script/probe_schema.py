#!/usr/bin/env python3
"""Write ``docs/probe-report.schema.json``: what is in a report of ``probe``, by the catalogue of its questions."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sectigo_f5.probe.filing.report_form import schema  # noqa: E402  # the path comes first

FILE = ROOT / "docs" / "probe-report.schema.json"


def text() -> str:
    """Return the content of the file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    FILE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
