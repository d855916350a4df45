"""Exports of the tools that people have: keyword tools, crawlers, shops, product feeds.

Each is a YAML file in this folder, for `aigc batch … --from NAME`; `aigc.asking.origins` says what stands in one. The
columns are those that the tools wrote in 2026 and the years before. What expressions need beside them is here.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aigc import hookimpl
from aigc_plugins.origins.cell_texts import (
    cut,
    last_part,
    option_fact,
    parted,
    short_facts,
    title_shared,
    url_words,
    without_shortcodes,
)

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_origins() -> Sequence[Path]:
    return (Path(str(files("aigc_plugins.origins"))),)


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.filters.update(
        cut=cut,
        title_shared=title_shared,
        last_part=last_part,
        parted=parted,
        short_facts=short_facts,
        url_words=url_words,
        without_shortcodes=without_shortcodes,
    )
    environment.globals.update(option_fact=option_fact)
