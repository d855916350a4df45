"""Whether a story tells something of its own: lines of ours fit many stories, and a logline of a few words is none."""

from __future__ import annotations

from collections.abc import Iterator

from aigc import check
from aigc.content import measure
from aigc.types import Draft, Finding, texts_in
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
def logline_tells_enough(
    draft: Draft, *, words: int = 70, characters: int = 110, asked: int = 0, share: float = 0.6
) -> Iterator[Finding]:
    """A logline's own sentences (`obstacle`, `events`, `turn`, `ending`) have together so many words, in Chinese
    characters: flash fiction is told with them alone, and of fewer it is an outline. The story has a `share` of the
    words that are `asked` for, 0 for any."""
    values = draft.brief.values
    events = values.get("events") or []
    told = [*(events if isinstance(events, list) else []), *(values.get(one) for one in ("obstacle", "turn", "ending"))]
    chinese = values.get("language") == "zh"
    unit = "characters" if chinese else "words"
    more = "write what happens between obstacle and turn as `events`, or `obstacle`, `turn` and `ending` more fully"
    size, least = _size(" ".join(str(one or "") for one in told), chinese), characters if chinese else words
    whole = _size(" ".join(texts_in(draft.fields.get("scenes"))), chinese)
    if size < least:
        yield Finding(message=f"tells {size} {unit} of its own, at least {least} are wanted: {more}", field="scenes")
    elif asked and whole < share * asked:
        message = f"has {whole} {unit}, and {asked} were asked for: {more}, or ask for fewer with `words`"
        yield Finding(message=message, field="scenes")


def _size(text: str, chinese: bool) -> int:
    return len(HAN.findall(text)) if chinese else measure(text, "words")
