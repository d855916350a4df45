"""Posts: `social/post` for ten platforms, and what its YAML needs beyond the generic post-processors and checks.

A post is the brief's own words, in the voice `copy` but for its first line; what a platform takes is data
(`platforms.yaml`).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aigc import Extension, hookimpl
from aigc_plugins.social.hashtags import hashtag_form
from aigc_plugins.social.post_checks import keeps_platform_advice, keeps_platform_limits, says_what_it_is_about
from aigc_plugins.social.post_parts import post_part

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_content_types() -> Sequence[Path]:
    return (Path(str(files("aigc_plugins.templates").joinpath("social"))),)


@hookimpl
def aigc_postprocessors() -> Sequence[Extension]:
    return (hashtag_form,)


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return (keeps_platform_advice, keeps_platform_limits, says_what_it_is_about)


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.globals.update(post_part=post_part)
