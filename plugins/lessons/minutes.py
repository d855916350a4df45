"""Minutes that add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aigc import check
from aigc.types import Draft, Finding

# How a lesson divides among Engage, Explore, Explain, Elaborate, Evaluate, in hundredths.
FIVE_E_SHARES = (10, 25, 25, 25, 15)
ROUND_FROM = 40  # minutes from which phases are rounded to five


def five_e_minutes(duration: int, shares: Sequence[int] = FIVE_E_SHARES) -> list[int]:
    """Divide `duration` minutes by `shares` into phases of at least one minute, in steps of five in longer lessons.

    The sum is exactly `duration`: what rounding leaves over goes to the phases that lost most by it.
    """
    step = 5 if duration >= ROUND_FROM and duration % 5 == 0 else 1
    exact = [duration * share / sum(shares) for share in shares]
    minutes = [max(step, int(part // step) * step) for part in exact]
    while (left := duration - sum(minutes)) > 0:
        lost = max(range(len(minutes)), key=lambda at: exact[at] - minutes[at])
        minutes[lost] += min(step, left)
    while sum(minutes) > duration and max(minutes) > 1:
        minutes[minutes.index(max(minutes))] -= 1
    return minutes


@check
def adds_up(draft: Draft, *, field: str = "phases", to: str = "duration") -> Iterator[Finding]:
    """The minutes of all phases together are the lesson's duration, a number of the brief."""
    wanted = draft.brief.values.get(to)
    total = sum(int(phase.get("minutes", 0)) for phase in draft.fields.get(field) or ())
    if total != wanted:
        yield Finding(message=f"the minutes add up to {total}, the brief has {wanted}", field=field)
