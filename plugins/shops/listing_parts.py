"""The parts of a product listing from the facts of its brief; nothing is cut within a fact, and none is told twice
where there are enough of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, ad_sentence, has_words, in_sentence, owned_name, worded
from aigc_plugins.ads.fact_shape import agrees, opening, told_together
from aigc_plugins.ads.faithful import plain_line
from aigc_plugins.ads.provisos import is_sending, warns
from aigc_plugins.rules.support import points_back

TITLE, ALT_TEXT, BULLET = 150, 125, 255  # characters: Google Merchant Center; what screen readers read at once; ours
SHORT_FACT, SENTENCE = 40, 200  # wide
IN_TITLE, IN_PROSE, BULLETS = 2, 2, 5  # facts at most
POINTING = re.compile(r"\b(?:it|its|itself|they|them|their|this|these|those|he|she|one)\b|[它其]|这些?|那些?", re.I)
STUFF = re.compile(  # what a thing is made of
    r"\b(?:made (?:of|from)|\d+% [a-z]+|solid|pure|linen|cotton|wool|merino|silk|leather|oak|beech|pine|ash|walnut|"
    r"bamboo|cork|steel|iron|copper|brass|aluminium|aluminum|titanium|ceramic|stoneware|porcelain|glass|silicone|rubber|"
    r"plastic|nylon|polyester|felt|granite|marble|slate|wax|beeswax)\b"
    r"|纯棉|全棉|亚麻|羊毛|羊绒|真丝|桑蚕丝|真皮|牛皮|实木|原木|榉木|橡木|松木|整竹|不锈钢|铸铁|纯铜|黄铜|铝合金|钛|陶瓷|骨瓷|"
    r"玻璃|硅胶|橡胶|乳胶|软木|帆布|大理石|产$",
    re.IGNORECASE,
)
SIZED = re.compile(  # a size, a weight, a number of pieces
    r"^(?:sizes? |about |up to |from )?\d|\b(?:to|of) \d[\d.,]* ?[a-z]+$"
    r"|^(?:容量|净含量|净重|重量?|单只(?:仅?重)?|长|宽|高|直径|续航|尺码|功率|一盒|一包|每盒|每包)?(?:仅|约)?\d"
    r"|^[一二三四五六七八九十两]+[档层件支只片张袋]",
    re.IGNORECASE,
)
BOUND = re.compile(r"\b(?:guarantees?|warranty|years?|days?)\b|[年天](?!然)", re.IGNORECASE)  # a promise, no size
DIVIDED = re.compile("[,;:，；：]")
WITH = re.compile(r"(?:an?|two|three|four|five|six|seven|eight|nine|ten|several) [a-z]", re.IGNORECASE)


def listing_title(product: str, facts: Sequence[str], *, brand: str | None = None, language: str = "en") -> str:
    """Return brand and product, then one or two short facts of its stuff or size, within 150 characters."""
    joint = "，" if language == "zh" else ", "
    name = product.strip(FINAL)
    if (owner := worded(brand)) and owner.casefold() not in name.casefold():
        name = f"{owner}{name}" if language == "zh" else f"{owner} {in_sentence(name)}"
    title, told = capital(name), 0
    for fact in map(_line, facts):
        short = plain_line(fact, SHORT_FACT) if has_words(fact) and _is_named_by(fact, language) else ""
        whole = bool(short) and short.casefold() == fact.strip(FINAL).casefold()
        longer = f"{title}{joint}{in_sentence(short)}"
        if whole and told < IN_TITLE and len(longer) <= TITLE and joint.strip() not in short:
            title, told = longer, told + 1
    return title


def listing_bullets(facts: Sequence[str], *, language: str = "en") -> list[str]:
    """Return five facts at most, a line each; one that begins with "it" or 它 stays with the fact that it speaks of."""
    return [capital(row) for row in _rows(facts, language)[:BULLETS]]


def listing_description(
    product: str, facts: Sequence[str], *, brand: str | None = None, language: str = "en", story: str | None = None
) -> str:
    """Return what the bullets leave: a sentence of what it is, the facts that found no bullet, and the brief's own
    words about it. Where each has a bullet, the sentence takes up to two facts."""
    rows = _rows(facts, language)
    rest, joint = rows[BULLETS:], "" if language == "zh" else " "
    loose = bool(rest) and not any(POINTING.search(row) for row in rest)
    lead, told = _lead(product, brand, [*([rest] if loose else []), rows[:BULLETS]], language)
    left = [row for row in rest if row not in told]
    pairs = [left[at : at + 2] for at in range(0, len(left), 2)]
    sentences = [lead, *(told_together(pair, language, SENTENCE) or _ended(pair[0], language) for pair in pairs)]
    return "\n\n".join(filter(None, [joint.join(sentences), " ".join(str(story or "").split())]))


def picture_text(product: str, *, brand: str | None = None, picture: str | None = None, language: str = "en") -> str:
    """Return what a picture shows in words: what the brief says of it, with the product where it does not name it."""
    shown, name = _line(picture or ""), owned_name(product, brand, language)
    if not shown:
        return name
    head = (product.split(",")[0].split() or [""])[-1].strip(FINAL)
    begins = head and re.match(rf"(?:(?:an?|the)\s)?{re.escape(head)}(?!\w)", shown, re.IGNORECASE)
    if begins or product.casefold() in shown.casefold():
        return capital(shown)
    text = f"{name}{'：' if language == 'zh' else ': '}{in_sentence(shown)}"
    return text if len(text) <= ALT_TEXT else capital(shown)


def _lead(product: str, brand: str | None, sources: Sequence[Sequence[str]], language: str) -> tuple[str, list[str]]:
    """Return a sentence that says what the thing is, and the facts that it tells: what it does, or what it has."""
    name = owned_name(product, brand, language)
    plain = [[row for row in rows if not (warns(row) or is_sending(row) or POINTING.search(row))] for rows in sources]
    for rows in plain:
        facts, sentence = _stated(product, brand, rows, language)
        if facts and len(sentence) <= SENTENCE:
            return sentence, facts
    first = next(iter([*plain[0], *sources[-1]]), "")
    told = ad_sentence(first, name, language, SENTENCE, once=True) if first else ""
    return told or _ended(name, language), [first] if told else []


def _stated(product: str, brand: str | None, rows: Sequence[str], language: str) -> tuple[list[str], str]:
    """Return up to two facts as what a product does or has; none of them where no sentence is sure to be one."""
    name, owner = capital(product.strip(FINAL)), worded(brand)
    if language == "zh":
        short = [row for row in rows if not DIVIDED.search(row)][:IN_PROSE]
        return short, f"{owned_name(product, brand, language)}：{'，'.join(short)}。"
    if owner and owner.casefold() not in name.casefold():
        name = f"{owner} {in_sentence(name)}"
    doing = [row for row in rows if agrees(product, row) and not DIVIDED.search(row)][:IN_PROSE]
    having = [row for row in rows if WITH.match(row) and opening(row) == "noun" and not DIVIDED.search(row)]
    having = having[: IN_PROSE - len(doing)]
    if " with " in product or "," in product:
        having = []
    had = " and ".join(map(in_sentence, having))
    if not doing:
        return having, f"{owned_name(product, brand)}, with {had}."
    parts = [*([f"{'have' if opening(doing[0]) == 'do' else 'has'} {had}"] if had else []), *map(in_sentence, doing)]
    return [*having, *doing], f"The {name if owner else in_sentence(name)} {' and '.join(parts)}."


def _is_named_by(fact: str, language: str) -> bool:
    """Tell whether a title may name a thing by a fact: its stuff or size, nothing that it does or that points away."""
    if warns(fact) or is_sending(fact) or POINTING.search(fact) or BOUND.search(fact):
        return False
    if not (STUFF.search(fact) or SIZED.search(fact)):
        return False
    return language == "zh" or (opening(fact) == "noun" and not re.match(r"(?:an?|the)\s", fact, re.IGNORECASE))


def _rows(facts: Sequence[str], language: str) -> list[str]:
    rows: list[str] = []
    for fact in (_line(one).strip(FINAL) for one in facts if has_words(one)):
        joined = f"{rows[-1]}{'；' if language == 'zh' else '; '}{in_sentence(fact)}" if rows else ""
        if joined and len(joined) <= BULLET and (points_back(fact) or re.match("[它其]", fact)):
            rows[-1] = joined
        else:
            rows.append(fact)
    return rows


def _line(text: str) -> str:
    return " ".join(str(text).split())


def _ended(text: str, language: str) -> str:
    return capital(text.strip(FINAL)) + ("。" if language == "zh" else ".")
