"""``python -m symjac`` is the command ``symjac``."""

import sys

from symjac.cli import main

if __name__ == "__main__":
    sys.exit(main())
