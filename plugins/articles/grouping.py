"""Which facts stand together: two or three that follow one another in a section, and whether sections have headings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from aigc.content import measure
from aigc_plugins.articles.section_names import section_name
from aigc_plugins.rules.content_words import HAN, telling
from aigc_plugins.rules.support import points_back

TOGETHER = 3  # facts of a section, where there are sections enough
LEAST_POINTS = 4  # of an article with headings
LEAST_WORDS, LEAST_CHARS = 25, 40  # and of its sections, on average; the latter of Chinese
LOST = 10  # what it costs to part "it" from what it speaks of, in words that two facts share


def share_out(points: Sequence[str], sections: int) -> list[list[str]]:
    """Return the points in order, shared evenly among at most `sections` sections of two or three.

    Where one section has a point more than another, it is the one whose points have more words in common; a point that
    speaks of the one before it ("it closes …") opens no section.
    """
    count = min(sections, -(-len(points) // TOGETHER))
    if not count:
        return []
    least, more = divmod(len(points), count)
    ways = [[least + (at in longer) for at in range(count)] for longer in combinations(range(count), more)]
    return max((_cut(points, sizes) for sizes in ways), key=_worth)


def under_headings(groups: Sequence[Sequence[str]], topic: str = "") -> list[list[str]]:
    """Return the groups of points whose sections have a heading: all but the first, which opens the article, or none of
    a short one, nor where one's points share nothing by which to name it that the topic does not.

    A section of two short sentences is read at a glance; headings over such would be a third of the article.
    """
    points = [point for group in groups for point in group]
    text = " ".join(points)
    wanted = LEAST_CHARS if HAN.search(text) else LEAST_WORDS
    long = len(points) >= LEAST_POINTS and measure(text, "words") >= wanted * len(groups)
    named = all(section_name(group, topic) for group in groups[1:])
    return [list(group) for group in groups[1:]] if long and named and len(groups) > 2 else []


def _cut(points: Sequence[str], sizes: Sequence[int]) -> list[list[str]]:
    ends = [sum(sizes[: at + 1]) for at in range(len(sizes))]
    return [list(points[end - size : end]) for end, size in zip(ends, sizes, strict=True)]


def _worth(groups: Sequence[Sequence[str]]) -> int:
    """Return how many telling words the points of a group share with those beside them, less what is torn apart."""
    shared = sum(
        len(telling(one) & telling(other))
        for group in groups
        for at, one in enumerate(group)
        for other in group[at + 1 :]
    )
    return shared - LOST * sum(points_back(group[0]) for group in groups[1:])
