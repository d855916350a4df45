"""`python -m aigc` is `aigc`."""

from __future__ import annotations

import sys

from aigc.cli import main

if __name__ == "__main__":
    sys.exit(main())
