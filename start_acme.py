#!/usr/bin/env python3
"""Keep the TLS certificates of BIG-IP virtual servers alive; see README.md.

Kept readable for a Python that is too old for the connector, so that it can say so.
"""

import os
import signal
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve()
ENVIRONMENT = SCRIPT.parent / ".venv" / "bin" / "python"  # install.sh creates it

if __name__ == "__main__":
    try:
        if sys.prefix == sys.base_prefix and ENVIRONMENT.exists():
            os.execv(str(ENVIRONMENT), [str(ENVIRONMENT), str(SCRIPT), *sys.argv[1:]])  # noqa: S606  # this script again
    except OSError as error:
        sys.exit(
            f"start_acme.py: {ENVIRONMENT} cannot be run ({error.strerror}): this user needs access to it, and to the "
            "Python that it was created with; see docs/install.md"
        )
    if sys.version_info < (3, 10):  # noqa: UP036  # see above
        sys.exit("start_acme.py: needs Python 3.10 or newer; create .venv beside this script with one, see README.md")
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends what has not begun without a traceback; see stopping.py
    try:
        from sectigo_f5.cli import main

        code = main(script=SCRIPT)  # imports the rest, once the arguments are read
    except ModuleNotFoundError as error:
        sys.exit(
            f"start_acme.py: the Python package {error.name} is missing; install what the connector needs in "
            f"{SCRIPT.parent}: python3 -m venv .venv && .venv/bin/pip install --require-hashes -r requirements.txt"
        )
    sys.exit(code)
