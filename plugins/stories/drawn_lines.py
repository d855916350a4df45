"""What a story says that is put together from lines of ours: a person reads it before anybody else does."""

from __future__ import annotations

from collections.abc import Iterator

from aigc import check
from aigc.types import Draft, Finding


@check
def lines_fit_the_plot(draft: Draft) -> Iterator[Finding]:
    """A story of the brief's own events stands as it is; one told in lines that fit many stories is to be read first.

    Two blind readers would have printed one of ten such stories (tests/bench/LOG.md): a race was won without a race.
    """
    if not draft.brief.values.get("events"):
        yield Finding(message="is told in lines that fit many stories: read it before others do", field="scenes")
