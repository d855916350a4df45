"""What a brief gives for an ad and no line of it tells."""

from __future__ import annotations

from collections.abc import Iterator

from aigc import check
from aigc.types import Draft
from aigc_plugins.ads.fact_lines import offered, priced, worded


@check(severity="warn")
def price_is_told(draft: Draft) -> Iterator[str]:
    """A price says how much, and an offer more than a number; else no line tells it, which is said."""
    price, offer = (str(draft.brief.values.get(name) or "") for name in ("price", "offer"))
    if worded(price) and not priced(price):
        yield f"price is left out: {price!r} is no amount"
    if worded(offer) and not offered(offer):
        yield f"offer is left out: {offer!r} may be a share, an amount or a number of things"
