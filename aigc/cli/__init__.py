"""The `aigc` command: one small file per command, no logic.

A command's module is imported when the command is run, so that `aigc --help` costs a few imports and `aigc types` never
sees torch. Plugins add commands through the hook `aigc_commands`. What people read goes to stdout; progress, findings
and errors go to stderr; with `--json` stdout holds one JSON value (of `bench` one per line) and nothing else. Exit
codes: 0 all accepted, 1 some not, 2 misuse, 3 it could not be done, 75 waiting for answers that come later, 130
interrupted, 143 ended by SIGTERM.

Names: `main` (the console entry and outermost frame), `Commands` (the click group plugins extend). Knows: every room
below, click, rich. Does not know: how anything is done.
"""

from __future__ import annotations

from aigc.cli.frame import main
from aigc.cli.group import Commands

__all__ = ["Commands", "main"]
