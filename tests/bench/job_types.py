"""What the job layer is timed with: content types, their briefs, and what a scripted model answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aigc.types import Brief, Json, Request

ITEM = """
aigc: 1
name: shop/item
summary: An item.
brief:
  product: {type: string}
prompt: item.j2
output: {type: string, minLength: 3, limit: {chars: 60}}
postprocess: [normalise_quotes]
checks: [limits, no_placeholder]
repair: {attempts: 0}
"""
AD = """
aigc: 1
name: shop/ad
summary: An ad in one answer, with the checks of a real one.
brief:
  product:  {type: string, maxLength: 80}
  benefits: {type: array, items: {type: string, maxLength: 120}, minItems: 1, maxItems: 12}
  url:      {type: string, format: uri}
  brand:    {type: string, default: null}
  category: {type: string, default: null}
  language: {type: string, default: en}
repair: {attempts: 1}
stages:
  ad:
    prompt: ad.j2
    output:
      headlines:    {type: array, minItems: 3, maxItems: 15, items: {type: string, limit: {width: 30}}}
      descriptions: {type: array, minItems: 2, maxItems: 4, items: {type: string, limit: {width: 90}}}
    postprocess: [strip_emoji: {symbols: true}, normalise_quotes, normalise_spaces]
    checks: [limits, facts_from_brief]
output:
  headlines:
    type: array
    minItems: 3
    maxItems: 15
    items: {type: string, limit: {width: 30}}
    from: "{{ stages.ad.headlines }}"
  descriptions:
    type: array
    minItems: 2
    maxItems: 4
    items: {type: string, limit: {width: 90}}
    from: "{{ stages.ad.descriptions }}"
  path1: {type: string, limit: {width: 15}, from: "{{ category }}"}
  path2: {type: string, limit: {width: 15}, from: "{{ brand }}"}
  final_url: {type: string, format: uri, from: "{{ url }}"}
postprocess:
  - title_case: {field: headlines}
  - ensure_final_punctuation: {field: descriptions}
checks:
  - limits
  - no_placeholder
  - facts_from_brief
  - editorial: {field: headlines}
  - not_cut: {field: headlines}
  - complete_sentence: {field: descriptions}
  - no_near_duplicates: {field: headlines}
  - forbidden_words: {lists: [superlatives], severity: warn}
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
AD_TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}: {{ benefits | join('; ') }}{% endblock %}"

SHOP = {"item.yaml": ITEM, "item.j2": TASK, "ad.yaml": AD, "ad.j2": AD_TASK}
AD_EXPORTS = ("google-ads-editor", "csv")
CALLS = ("Order yours online today", "See all the details here", "Find yours today", "Take a closer look")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """This is what jobs of a type are made of: the values of the brief at a place, the answer to a request."""

    values: Callable[[int], dict[str, Json]]
    answer: Callable[[Request], str]
    exports: tuple[str, ...] = AD_EXPORTS

    def briefs(self, count: int) -> Iterator[Brief]:
        for at in range(count):
            yield Brief(id=f"{at:07}", values=self.values(at), source=f"products.csv:{at + 2}")


def write_types(folder: Path) -> None:
    """Write a project with the types `shop/item` and `shop/ad` into a folder."""
    (folder / "templates/shop").mkdir(parents=True)
    for name, text in SHOP.items():
        (folder / "templates/shop" / name).write_text(text)
    (folder / "aigc.yaml").write_text("")


def item_values(at: int) -> dict[str, Json]:
    return {"product": f"mug number {at}"}


def ad_values(at: int) -> dict[str, Json]:
    """Return a brief whose facts are partly its own and partly those of many others, as in a real catalogue."""
    return {
        "product": f"Travel mug {at}",
        "benefits": [
            f"holds {at % 900 + 100} ml",
            "leakproof lid",
            "washes at 60 degrees",
            f"keeps tea hot for {at % 9 + 2} hours",
            "fits most car holders",
        ],
        "url": "https://example.com/mug",
        "brand": "Northmug",
        "category": "kitchen",
        "language": "en",
    }


def search_ad_values(at: int) -> dict[str, Json]:
    return ad_values(at) | dict.fromkeys(("offer", "price", "keyword"))


def bought(request: Request) -> str:
    return f"Buy {_asked(request)}"


def same_fact(request: Request) -> str:
    """Answer with the fact that a request ends with, which is a line that passes where it fits."""
    return _asked(request).rpartition("\n")[2].rpartition(": ")[2]


def whole_ad(request: Request) -> str:
    """Answer with all lines of an ad at once: the product, its facts, and calls to action, all within their limits."""
    product, _, told = _asked(request).partition(": ")
    facts = told.split("; ")
    headlines = [product, *(fact.capitalize() for fact in facts), *CALLS]
    descriptions = [f"{product}, {one}. {call}." for one, call in zip(facts, CALLS, strict=False)]
    return json.dumps({"headlines": headlines, "descriptions": descriptions[:4]}, ensure_ascii=False)


def _asked(request: Request) -> str:
    return request.prompt.messages[-1].content


SHAPES = {
    "shop/item": Shape(values=item_values, answer=bought, exports=("csv",)),
    "shop/ad": Shape(values=ad_values, answer=whole_ad),
    "ads/google-search": Shape(values=search_ad_values, answer=same_fact),
}
