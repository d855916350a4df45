"""What writes unless told: our own GPT engine, on this machine.

A plugin of its own, so that one may do without the other generators and still write. `own_engine` declares it with its
options.
"""

from __future__ import annotations

from collections.abc import Sequence

from aigc import Extension, hookimpl
from aigc_plugins.gpt.own_engine import gpt


@hookimpl
def aigc_generators() -> Sequence[Extension]:
    return (gpt,)
