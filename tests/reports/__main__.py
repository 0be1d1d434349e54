"""Make the reports of the simulated releases: ``python -m tests.reports``."""

from __future__ import annotations

from tests.reports.making import write_all
from tests.support.quick_keys import quick_keys

if __name__ == "__main__":
    with quick_keys():
        write_all()
