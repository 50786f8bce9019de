"""``python -m cmms``: see :mod:`cmms.cli`."""

import sys

from cmms.cli import main

if __name__ == "__main__":
    sys.exit(main())
