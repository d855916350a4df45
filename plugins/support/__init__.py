"""Replies that people read before they send them: `support/macro`, `support/review-reply`.

They say the brief's own words between a greeting and an end from `wording.yaml`, so that nothing is promised that the
brief does not promise. No model is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aigc import hookimpl
from aigc_plugins.support.reply_parts import macro_reply, review_reply

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_content_types() -> Sequence[Path]:
    return (Path(str(files("aigc_plugins.templates").joinpath("support"))),)


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.globals.update(macro_reply=macro_reply, review_reply=review_reply)
