"""The parts of a product listing from the facts of its brief; nothing is cut within a fact."""

from __future__ import annotations

from collections.abc import Sequence

from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, ad_sentence, has_words, in_sentence, worded
from aigc_plugins.ads.fact_shape import opening, told_together
from aigc_plugins.ads.faithful import plain_line
from aigc_plugins.ads.provisos import is_sending, warns

TITLE, ALT_TEXT = 150, 125  # characters: Google Merchant Center; what screen readers read at once
SHORT_FACT, SENTENCE = 40, 200  # wide
IN_TITLE = 3  # facts at most


def listing_title(product: str, facts: Sequence[str], *, brand: str | None = None, language: str = "en") -> str:
    """Return brand and product, then up to three short facts that name something, within 150 characters."""
    joint = "，" if language == "zh" else ", "
    name = product.strip(FINAL)
    if (owner := worded(brand)) and owner.casefold() not in name.casefold():
        name = f"{owner}{name}" if language == "zh" else f"{owner} {in_sentence(name)}"
    title, told = capital(name), 0
    for fact in map(_line, facts):
        short = plain_line(fact, SHORT_FACT) if has_words(fact) else ""
        # a title names what a thing is or has; what it does is told below
        about = not warns(fact) and not is_sending(fact)
        about = about and (language == "zh" or opening(fact) == "noun")
        whole = about and short.casefold() == fact.strip(FINAL).casefold()
        longer = f"{title}{joint}{in_sentence(short)}"
        if whole and told < IN_TITLE and len(longer) <= TITLE and joint.strip() not in short:
            title, told = longer, told + 1
    return title


def listing_description(product: str, facts: Sequence[str], *, language: str = "en", story: str | None = None) -> str:
    """Return two paragraphs or three: the product with its first fact and those that go with it, the other facts, and
    the brief's own words about it."""
    told = [_line(fact) for fact in facts if has_words(fact)]
    joint = "" if language == "zh" else " "
    first = ad_sentence(told[0], product, language, SENTENCE, once=True) if told else ""
    pairs = [told[at : at + 2] for at in range(1, len(told), 2)]
    sentences = [told_together(pair, language, SENTENCE) or _ended(pair[0], language) for pair in pairs]
    half = (len(sentences) + 1) // 2 if len(sentences) > 2 else len(sentences)
    paragraphs = [[first or _ended(capital(product), language), *sentences[:half]], sentences[half:]]
    parts = [joint.join(filter(None, one)) for one in paragraphs]
    return "\n\n".join(filter(None, [*parts, " ".join(str(story or "").split())]))


def picture_text(product: str, *, brand: str | None = None, picture: str | None = None, language: str = "en") -> str:
    """Return what a picture shows in words: what the brief says of it, with the product where it does not name it."""
    shown, name = _line(picture or ""), capital(product.strip(FINAL))
    if owner := worded(brand):
        owned = f"{owner}{name}" if language == "zh" else f"{name} by {owner}"
        name = name if owner.casefold() in name.casefold() else owned
    if not shown:
        return name
    if product.casefold() in shown.casefold():
        return capital(shown)
    text = f"{name}{'：' if language == 'zh' else ': '}{in_sentence(shown)}"
    return text if len(text) <= ALT_TEXT else capital(shown)


def _line(text: str) -> str:
    return " ".join(str(text).split())


def _ended(text: str, language: str) -> str:
    return capital(text.strip(FINAL)) + ("。" if language == "zh" else ".")
