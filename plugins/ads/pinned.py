"""Texts of a search ad that must show: they stand in the ad as the brief has them, and can be shown where it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aigc import check
from aigc.content import measure
from aigc.types import Draft, Finding
from aigc_plugins.formats.ad_pins import SURE, ad_pin, pins_of, unfilled
from aigc_plugins.rules.repetition import near_duplicates

FIELDS = {"H": ("headlines", 30, 15), "D": ("descriptions", 90, 4)}  # field, width, most; as Google and Microsoft count


def with_pins(lines: Sequence[str], pins: Sequence[str] | None, kind: str) -> list[str]:
    """Return the lines of an ad with the brief's `pins` of a kind, H or D, before them, none twice and no more than
    fit."""
    _, _, most = FIELDS[kind]
    pinned = pins_of(pins, kind)
    texts = list(dict.fromkeys(pin.text for pin in pinned))
    others = [line for line in lines if not any(pin.is_in(line) or near_duplicates(pin.text, line) for pin in pinned)]
    return [*texts, *others][:most]


@check
def pins_can_show(draft: Draft) -> Iterator[Finding]:
    """Each of a brief's `pins` is a place with a text, `H1 = Meadowly`, that is short enough and stands in the ad; no
    place is left without a text. One at H3 or D2, which are not always shown, is warned about."""
    pins = draft.brief.values.get("pins") or []
    for text in pins:
        if ad_pin(text) is None:
            yield Finding(
                message=f"the pin {text!r} is no `H1 = text`; places are H1 to H3, D1 and D2", field="headlines"
            )
    for kind, (field, width, _) in FIELDS.items():
        lines = [line for line in draft.fields.get(field) or [] if isinstance(line, str)]
        found = pins_of(pins, kind)
        for pin in found:
            if (wide := measure(pin.text, "width")) > width:
                yield Finding(message=f"{pin.text!r} has width {wide}, at most {width} fit {pin.name}", field=field)
            elif not any(map(pin.is_in, lines)):
                yield Finding(message=f"{pin.text!r} is pinned to {pin.name} and not in the ad", field=field)
            if pin.name not in SURE:
                told = f"{pin.name} is not always shown; what must show stands in {', '.join(SURE)}"
                yield Finding(message=told, field=field, severity="note")
        if found:
            places = [next((pin.place for pin in found if pin.is_in(line)), 0) for line in lines]
            yield from (Finding(message=told, field=field) for told in unfilled(places, kind))
