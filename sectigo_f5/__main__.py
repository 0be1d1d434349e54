"""``python -m sectigo_f5``: the same as the installed command ``sectigo-f5``."""

import signal
import sys

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # as in start_acme.py
    from sectigo_f5.cli import main

    sys.exit(main())
