"""`accelerate launch -m aigc.train NAME --from SOURCE…`: `aigc train`, learning in several processes at once.

Each process learns its share of every step; the first writes checkpoints, looks at them and talks.
"""

from __future__ import annotations

import sys

from aigc.cli import main

if __name__ == "__main__":
    sys.exit(main(["train", *sys.argv[1:]]))
