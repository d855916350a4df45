"""Whether a story tells something of its own: lines of ours fit many stories, and a logline of a few words is none."""

from __future__ import annotations

from collections.abc import Iterator

from aigc import check
from aigc.content import measure
from aigc.types import Draft, Finding
from aigc_plugins.rules.content_words import HAN
from aigc_plugins.stories.bedtime import BedtimeBrief
from aigc_plugins.stories.wish_shapes import wishes_of_ours


@check
def lines_fit_the_plot(draft: Draft) -> Iterator[Finding]:
    """A story of the brief's own events stands as it is, and so does one told for its kind of wish, unless its lesson
    is not shown by what happens; one told in lines that fit many stories is to be read first.

    Two blind readers would have printed one of ten such stories (tests/bench/LOG.md): a race was won without a race.
    """
    brief = BedtimeBrief.of(draft.brief.values)
    if brief.telling:
        if not brief.telling.bears_out(brief.lesson):
            yield Finding(message=f"nothing in it shows {brief.lesson!r}: leave `lesson` out, or write `events`")
        return
    if not brief.events:
        message = "is told in lines that fit many stories: read it before others do"
        if not draft.brief.values.get("plot"):
            message += f"; none is told for a wish as {brief.wish!r}: write `events`, or a wish like one of these: "
            message += wishes_of_ours(brief.language)
        yield Finding(message=message, field="scenes")


@check
def logline_tells_enough(draft: Draft, *, words: int = 50, characters: int = 75) -> Iterator[Finding]:
    """A logline's own sentences (`obstacle`, `events`, `turn`, `ending`) have together so many words, in Chinese
    characters: flash fiction is told with them alone, and of fewer it is an outline."""
    values = draft.brief.values
    events = values.get("events") or []
    told = [*(events if isinstance(events, list) else []), *(values.get(one) for one in ("obstacle", "turn", "ending"))]
    text = " ".join(str(one or "") for one in told)
    chinese = values.get("language") == "zh"
    size, least = (len(HAN.findall(text)), characters) if chinese else (measure(text, "words"), words)
    if size < least:
        yield Finding(
            message=f"tells {size} {'characters' if chinese else 'words'} of its own, at least {least} are wanted: "
            "write `obstacle`, `turn` or `ending` more fully, or what happens between them as `events`",
            field="scenes",
        )
