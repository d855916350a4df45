"""What usable pieces lack, though no check refuses them: facts of their briefs, half of a platform's places."""

from __future__ import annotations

from collections.abc import Iterator

from aigc.content import ContentType, limit_of
from aigc.content.walk import item_schema
from aigc.ledger.ledger import Ledger

PLACES = range(10, 16)  # for texts of a limited length, which a platform shows in turns: half of them is few


def lacking(ledger: Ledger, content_type: ContentType | None) -> Iterator[str]:
    """Yield in sentences what accepted and flagged pieces lack, each with how many do and which is the first."""
    many, first = ledger.totals.left_out()
    if many == 1:
        yield f"1 piece has a line less ({first}): a fact of its brief is left out, its notes say which"
    elif many:
        which = "facts of their briefs are left out, their notes say which"
        yield f"{many:,} pieces have a line less (first {first}): {which}"
    for name, schema in content_type.output.items() if content_type else ():
        places = schema.get("maxItems", 0)
        if places in PLACES and limit_of(item_schema(schema)):
            least = (places + 1) // 2
            many, first = ledger.totals.shorter_than(name, least)
            which = f"1 piece has fewer than {least} {name} ({first})"
            if many:
                yield which if many == 1 else f"{many:,} pieces have fewer than {least} {name} (first {first})"
