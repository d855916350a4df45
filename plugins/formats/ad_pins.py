"""Texts of a search ad that must show, each with its place: `H1 = Meadowly`, `D1 = Terms apply.`

H1, H2 and D1 always show; H3 and D2 do not where there is little room (developers.google.com/google-ads/api/docs/
responsive-search-ads/overview, help.ads.microsoft.com). A place needs at least one text: those pinned there, else those
that are pinned nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from aigc.types import Artifact, Json

PIN = re.compile(r"^\s*(?P<place>[HD]\d)\s*[=:：]\s*(?P<text>\S.*?)\s*$", re.IGNORECASE | re.DOTALL)
PLACES = {"H": 3, "D": 2}  # headlines and descriptions that are shown at once
SURE = ("H1", "H2", "D1")
FINAL = " .。!！"


@dataclass(frozen=True, slots=True)
class AdPin:
    """This is a text that has to show, and where: `H` and 1 is the first headline."""

    kind: str
    place: int
    text: str

    @property
    def name(self) -> str:
        """What the place is called, as `H1`."""
        return f"{self.kind}{self.place}"

    def is_in(self, line: str) -> bool:
        """Tell whether a line of the ad is this text, whatever its capitals and its end."""
        return _plain(line).startswith(_plain(self.text))


def ad_pin(text: str) -> AdPin | None:
    """Return a pin as briefs write it; None where it is none."""
    found = PIN.match(str(text))
    if not found:
        return None
    kind, place = found["place"][0].upper(), int(found["place"][1])
    return AdPin(kind, place, " ".join(found["text"].split())) if 0 < place <= PLACES[kind] else None


def pins_of(values: Iterable[Json] | None, kind: str = "") -> list[AdPin]:
    """Return the pins of a brief's `pins` that are some, of one kind where that is named."""
    found = (ad_pin(str(one)) for one in values or ())
    return [pin for pin in found if pin is not None and kind in ("", pin.kind)]


def places_of(artifact: Artifact, lines: Sequence[str], kind: str) -> list[int]:
    """Return for each line of an ad the place it is pinned to, 0 where to none."""
    pins = pins_of(artifact.brief.values.get("pins"), kind)
    return [next((pin.place for pin in pins if pin.is_in(line)), 0) for line in lines]


def unfilled(places: Sequence[int], kind: str) -> Iterator[str]:
    """Yield what leaves a place without a text, for lines that are pinned so."""
    free = [at for at in range(1, PLACES[kind] + 1) if at not in places]
    if len(free) > places.count(0):
        told = " and ".join(f"{kind}{at}" for at in free)
        yield f"pins all but {places.count(0)} lines, which leaves nothing to show in {told}"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(FINAL)
