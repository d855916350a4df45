"""schema.org data about a page, of what its piece really says: nothing is claimed that no field or input bears."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from aigc.types import Artifact, Json
from aigc_plugins.formats.ai_label import SCHEMA_SOURCE
from aigc_plugins.formats.piece_titles import BODIES
from aigc_plugins.formats.sound_text import sound
from aigc_plugins.publishing.piece_values import (
    description_of,
    language_of,
    of_piece,
    tags_of,
    title_of,
)

PRICE = re.compile(r"(?:(?P<amount>\d+(?:\.\d{1,2})?) ?(?P<currency>[A-Z]{3})|([A-Z]{3}) ?(\d+(?:\.\d{1,2})?))$")
ARTICLE_FIELDS = ("sections", *BODIES)
HEADLINE = 110  # characters that Google shows of one


def json_ld(artifact: Artifact, *, link: str, day: date | None, generated: bool) -> Iterator[dict[str, Json]]:
    """Yield what the fields bear: a Product where there is a price with its currency, else an Article where there is an
    article's text; a FAQPage of questions with their answers. `generated` says that a model wrote the text."""
    about: dict[str, Json] = {"@context": "https://schema.org"}
    language = language_of(artifact)
    common = _told(inLanguage=language, url=link) | ({"digitalSourceType": SCHEMA_SOURCE} if generated else {})
    offer = _offer(of_piece(artifact, "price"), link)
    if offer and (name := of_piece(artifact, "product") or title_of(artifact)):
        brand = of_piece(artifact, "brand")
        yield {
            **about,
            "@type": "Product",
            **_told(name=name, description=description_of(artifact), url=link, sku=of_piece(artifact, "sku", "gtin")),
            **({"brand": {"@type": "Brand", "name": brand}} if brand else {}),
            "offers": offer,
        }
    elif any(artifact.fields.get(name) for name in ARTICLE_FIELDS):
        author = of_piece(artifact, "author")
        yield {
            **about,
            "@type": "Article",
            **_told(
                headline=title_of(artifact)[:HEADLINE],
                description=description_of(artifact),
                datePublished=day.isoformat() if day else "",
                keywords=", ".join(tags_of(artifact)),
            ),
            **({"author": {"@type": "Person", "name": author}} if author else {}),
            **common,
        }
    if asked := list(_questions(artifact.fields)):
        yield {**about, "@type": "FAQPage", "mainEntity": asked, **common}


def script_of(data: Mapping[str, Json]) -> str:
    """Return such data as a script element, in which no text ends it."""
    text = json.dumps(data, ensure_ascii=False)
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return f'<script type="application/ld+json">{text}</script>'


def _told(**texts: str) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


def _offer(price: str, link: str) -> dict[str, Json]:
    found = PRICE.match(price)
    if found is None:
        return {}
    amount, currency = found["amount"] or found[4], found["currency"] or found[3]
    return {"@type": "Offer", "price": amount, "priceCurrency": currency, **_told(url=link)}


def _questions(fields: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """Yield the questions of fields that are lists of nothing but questions with answers."""
    for value in fields.values():
        if isinstance(value, Sequence) and not isinstance(value, str) and value and all(map(_is_question, value)):
            for one in value:
                answer = {"@type": "Answer", "text": sound(one["answer"])}
                yield {"@type": "Question", "name": sound(one["question"]), "acceptedAnswer": answer}


def _is_question(value: Json) -> bool:
    return (
        isinstance(value, Mapping)
        and set(value) == {"question", "answer"}
        and all(isinstance(one, str) and one.strip() for one in value.values())
    )
