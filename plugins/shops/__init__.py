"""Product listings: `shops/listing`, and what its YAML needs beyond the generic post-processors and checks.

A listing says the brief's own words: no model is asked, so a catalogue of any size is written at once, on any machine,
and nothing stands in it that the brief does not have.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aigc import hookimpl
from aigc_plugins.shops.listing_parts import listing_bullets, listing_description, listing_title, picture_text

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_content_types() -> Sequence[Path]:
    return (Path(str(files("aigc_plugins.templates").joinpath("shops"))),)


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.globals.update(
        listing_bullets=listing_bullets,
        listing_description=listing_description,
        listing_title=listing_title,
        picture_text=picture_text,
    )
