"""``python -m sectigo_f5``: the same as the installed command ``sectigo-f5``."""

import sys

from sectigo_f5.cli import main

if __name__ == "__main__":
    sys.exit(main())
