#!/usr/bin/env python3
"""Keep the TLS certificates of BIG-IP virtual servers alive; see README.md."""

import sys
from pathlib import Path

try:
    from sectigo_f5.cli import main
except ModuleNotFoundError as error:
    sys.exit(
        f"start_acme.py: the Python package {error.name} is missing; run `pip install -r requirements.txt`, "
        "or start this with the Python of the virtual environment that has it"
    )

if __name__ == "__main__":
    sys.exit(main(script=Path(__file__).resolve()))
