"""What is held out: whole briefs, with all that is nearly the same brief, so that what is learnt is not asked again.

Rows of one prompt are about one brief, wherever they come from. Briefs are near-twins where their texts are the same
but for blanks and capitals, or their words, sorted, are 90 % alike; of plain texts their beginnings are compared. Who
may be is found by MinHash bands over their characters (Broder 1997; Indyk and Motwani 1998), as twins of pieces are.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from aigc.errors import UsageError
from aigc.training.sample import Sample

NEAR = 90.0  # of 100
MOST = 50  # groups held out: more cost time and say little more
FEW = 300  # subjects: so many are all compared with each other
BEGINNING = 2000  # characters of a plain text
SHINGLE = 3  # characters
BANDS, ROWS = 32, 4  # two texts of Jaccard similarity s share a band with probability 1 - (1 - s^4)^32: 0.999 at 0.67


def split(samples: Sequence[Sample], *, share: float = 0.1, seed: int = 0) -> tuple[list[int], list[int]]:
    """Return the places of the samples to learn and of those to hold out, both in order and never empty.

    About `share` of the groups are held out, `MOST` at most, chosen by `seed` and their subjects; the same samples give
    the same split. A group that has over half of the samples is learnt. UsageError where all are of one group.
    """
    groups = _joined(samples)
    sizes = Counter(groups)
    if len(sizes) < 2:
        one = f"all {len(samples)} rows are about one brief, or nearly the same one" if samples else "there are no rows"
        raise UsageError(f"{one}; training needs another to hold out")
    count = min(max(1, round(share * len(sizes))), MOST, len(sizes) - 1)
    order = sorted(sizes, key=lambda group: _draw(samples[group], seed))
    held = set([group for group in order if 2 * sizes[group] <= len(samples)][:count])
    learnt = [place for place, group in enumerate(groups) if group not in held]
    return learnt, [place for place, group in enumerate(groups) if group in held]


def _draw(sample: Sample, seed: int) -> bytes:
    return hashlib.sha256(f"{seed} {_about(sample) or sample.group}".encode("utf-8", "backslashreplace")).digest()


def _about(sample: Sample) -> str:
    """Return what near-twins are told by: a row's subject, of a plain text how it begins."""
    return _normal(sample.subject or (sample.answer[:BEGINNING] if sample.prompt is None else ""))


def _joined(samples: Sequence[Sample]) -> list[int]:
    """Return each sample's group, as the place of its first sample: its own and those of near-twins together."""
    leader = list(range(len(samples)))

    def root(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    def join(one: int, other: int) -> None:
        first, second = sorted((root(one), root(other)))
        leader[second] = first

    first_of: dict[tuple[str, object], int] = {}
    subjects: dict[str, int] = {}
    for place, sample in enumerate(samples):
        join(first_of.setdefault(("group", sample.group), place), place)
        if sample.prompt is not None:
            join(first_of.setdefault(("prompt", sample.prompt), place), place)
        if subject := _about(sample):
            join(subjects.setdefault(subject, place), place)
    for one, other in _near_twins(list(subjects)):
        join(subjects[one], subjects[other])
    return [root(place) for place in range(len(samples))]


def _normal(text: str) -> str:
    """Return a text's words, sorted, in small letters: what near-twins are told by."""
    return " ".join(sorted(re.findall(r"\w+", text.casefold())))


def _near_twins(subjects: Sequence[str]) -> Iterator[tuple[str, str]]:
    from rapidfuzz import fuzz, process

    if len(subjects) <= FEW:
        for at, one in enumerate(subjects):
            for other, _, _ in process.extract(one, subjects[:at], scorer=fuzz.ratio, score_cutoff=NEAR, limit=None):
                yield one, other
        return
    buckets: dict[tuple[int, tuple[int, ...]], list[str]] = defaultdict(list)
    for subject in subjects:
        for band in _bands(subject):
            buckets[band].append(subject)
    for alike in buckets.values():
        for one, other in pairwise(alike):
            if fuzz.ratio(one, other, score_cutoff=NEAR):
                yield one, other
        for other in alike[2:]:
            if fuzz.ratio(alike[0], other, score_cutoff=NEAR):
                yield alike[0], other


def _bands(text: str) -> Iterator[tuple[int, tuple[int, ...]]]:
    from rensa import RMinHash

    sketch = RMinHash(num_perm=BANDS * ROWS, seed=1)
    sketch.update(sorted({text[at : at + SHINGLE] for at in range(max(len(text) - SHINGLE + 1, 1))}))
    signature = sketch.digest()
    for band in range(BANDS):
        yield band, tuple(signature[band * ROWS : (band + 1) * ROWS])
