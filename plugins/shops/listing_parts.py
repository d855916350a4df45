"""The parts of a product listing from the facts of its brief; nothing is cut within a fact, and none is told twice
where there are enough of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, ad_sentence, has_words, in_sentence, owned_name, worded
from aigc_plugins.ads.fact_sentences import clause, deed, deeds_told, had, is_many
from aigc_plugins.ads.fact_shape import opening, told_together
from aigc_plugins.ads.faithful import plain_line
from aigc_plugins.ads.provisos import is_sending, warns
from aigc_plugins.rules.support import points_back

TITLE, ALT_TEXT, BULLET = 150, 125, 255  # characters: Google Merchant Center; what screen readers read at once; ours
SHORT_FACT, SENTENCE = 40, 200  # wide
IN_TITLE, BULLETS = 2, 8  # facts at most
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
PRICED = re.compile(r"[£$€¥￥]\s?\d|\d\s?(?:[£$€¥￥元块]|euros?\b|pounds\b|dollars?\b)|\d ?[ap]m\b", re.IGNORECASE)
LINKED = re.compile(
    r"\b(?:and|or|per|in|at|on|for|with|under|above|from(?! \S+$)|every|each|until|up|free)\b", re.IGNORECASE
)
DENIED = re.compile(r"not\b|cannot\b|(?:can|wo)n['’]t\b", re.IGNORECASE)
WORD = re.compile(r"\b[a-z]{3,}\b")
GOES_ON = re.compile(r"^[它其]|\b(?:after|beyond|on top of) that$|^(?:otherwise|after that|then)\b", re.IGNORECASE)
LIMITED = re.compile("不能|不可|不要|不得|只|仅|手洗|干洗")
COUNTED = re.compile("^[每第周]|[一二三四五六七八九十两]+[种色款个次小]")
IN_SENTENCE = 2  # Chinese facts at least
FEW, LEAST, SAYING = 5, 3, 4  # words of a fact in a title; bullets; characters of a Chinese fact that says how it is


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
        whole = whole and not {*WORD.findall(fact.lower())} & {*WORD.findall(name.lower())}  # merino, 175 g merino
        longer = f"{title}{joint}{in_sentence(short)}"
        if whole and told < IN_TITLE and len(longer) <= TITLE and joint.strip() not in short:
            title, told = longer, told + 1
    return title


def listing_bullets(
    facts: Sequence[str], *, product: str = "", brand: str | None = None, language: str = "en"
) -> list[str]:
    """Return the facts that the description does not tell, a line each, eight at most; one that begins with "it" or 它,
    or goes on from another ("£6 after that"), stays with the fact that it speaks of."""
    return [capital(row) for row in _shared(product, facts, brand, language)[1][:BULLETS]]


def listing_description(
    product: str, facts: Sequence[str], *, brand: str | None = None, language: str = "en", story: str | None = None
) -> str:
    """Return what the thing is, what it does and has in whole sentences, and the brief's own words about it.

    No bullet tells any of that again, but that of a lone fact; what is no sentence is a bullet's, where there is room.
    """
    sentences, listed = _shared(product, facts, brand, language)
    left, joint = listed[BULLETS:], "" if language == "zh" else " "
    pairs = [left[at : at + 2] for at in range(0, len(left), 2)]
    more = [told_together(pair, language, SENTENCE) or _ended(pair[0], language) for pair in pairs]
    return "\n\n".join(filter(None, [joint.join([*sentences, *more]), " ".join(str(story or "").split())]))


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


def _shared(product: str, facts: Sequence[str], brand: str | None, language: str) -> tuple[list[str], list[str]]:
    """Return the sentences of a description, and the facts that it leaves to the bullets."""
    rows = _rows(facts, language)
    most = len(rows) - max(1, min(LEAST, (len(rows) + 1) // 2))
    sentences, told = (_chinese if language == "zh" else _english)(product, brand, rows, most)
    if not told:
        first = next((row for row in rows if not POINTING.search(row) and not warns(row)), rows[0] if rows else "")
        name, told = owned_name(product, brand, language), [first]
        sentences = [ad_sentence(first, name, language, SENTENCE, once=True) or _ended(name, language)]
    title = listing_title(product, facts, brand=brand, language=language).casefold()
    listed = [row for row in rows if row not in told] or rows
    new = [row for row in listed if row.casefold() not in title]
    return sentences, new if len(new) > 1 else listed


def _english(product: str, brand: str | None, rows: Sequence[str], most: int) -> tuple[list[str], list[str]]:
    """Return sentences that are surely such, and the facts they tell: what the thing does, is or has, then the rest."""
    many, name, owner = is_many(product), product.strip(FINAL), worded(brand)
    deeds = {row: told for row in rows if (told := deed(row, many=many))}
    having = {row: told for row in rows if (told := had(row))} if " with " not in name and "," not in name else {}
    clauses = {row: told for row in rows if row not in deeds and (told := clause(row))}
    chosen = [row for row in rows if row in deeds or row in clauses][:most]
    chosen += [row for row in rows if row in having and row not in chosen][: max(0, min(1, most - len(chosen)))]
    plain = sorted((row for row in chosen if row in deeds), key=lambda row: bool(DENIED.match(row)))
    done = [
        *(f"{'have' if many else 'has'} {having[row]}" for row in chosen if row in having),
        *(deeds[row] for row in plain),
    ]
    if owner and owner.casefold() not in name.casefold():
        name = f"{owner} {in_sentence(name)}"
    whole = [clauses[row] for row in chosen if row in clauses]
    if done:
        return [*deeds_told(f"The {name if owner else in_sentence(name)}", done, many=many), *whole], chosen
    lead = owned_name(product, brand)
    if whole and len(lead) + len(whole[0]) < SENTENCE and lead.split()[-1] not in whole[0].split():
        whole[:1] = [f"{lead}: {in_sentence(whole[0])}"]
    return whole, chosen


def _chinese(product: str, brand: str | None, rows: Sequence[str], most: int) -> tuple[list[str], list[str]]:
    """Return a sentence for each of the facts that say how a thing is, not what it is of, how large or how dear."""
    able = [row for row in rows if not (warns(row) or is_sending(row) or POINTING.search(row) or PRICED.search(row))]
    able = [row for row in able if len(row) >= SAYING and not (LIMITED.match(row) or re.search("[；：]", row))]
    plain = [row for row in able if not (STUFF.search(row) or SIZED.search(row) or COUNTED.search(row))][:most]
    if len(plain) < min(IN_SENTENCE, most):  # too little to tell a thing by
        plain = sorted({*plain, *able[: min(IN_SENTENCE, most) - len(plain)]}, key=rows.index)
    if not plain:
        return [], []
    parts = list[str]()
    for row in plain:
        joined = f"{parts[-1]}，{row}" if parts and not re.search("[，、]", parts[-1] + row) else ""
        parts = [*parts[:-1], joined] if joined else [*parts, row]
    parts[0] = f"{owned_name(product, brand, language='zh')}：{parts[0]}"
    return [_ended(part, "zh") for part in parts], plain


def _is_named_by(fact: str, language: str) -> bool:
    """Tell whether a title may name a thing by a fact: its stuff or size, nothing that it does or that points away."""
    if warns(fact) or is_sending(fact) or POINTING.search(fact) or BOUND.search(fact):
        return False
    if not (STUFF.search(fact) or SIZED.search(fact)) or PRICED.search(fact):
        return False
    words = fact.split()
    if language != "zh" and not STUFF.search(fact) and words[0].endswith("s") and words[0].lower() != "sizes":
        return False  # "foams to 70 degrees"
    if language != "zh" and (len(words) > FEW or LINKED.search(fact) or deed(fact) not in ("", f"is {fact}")):
        return False
    return language == "zh" or (opening(fact) == "noun" and not re.match(r"(?:an?|the)\s", fact, re.IGNORECASE))


def _rows(facts: Sequence[str], language: str) -> list[str]:
    rows: list[str] = []
    for fact in (_line(one).strip(FINAL) for one in facts if has_words(one)):
        joined = f"{rows[-1]}{'；' if language == 'zh' else '; '}{in_sentence(fact)}" if rows else ""
        if joined and len(joined) <= BULLET and (points_back(fact) or GOES_ON.search(fact)):
            rows[-1] = joined
        else:
            rows.append(fact)
    return rows


def _line(text: str) -> str:
    return " ".join(str(text).split())


def _ended(text: str, language: str) -> str:
    return capital(text.strip(FINAL)) + ("。" if language == "zh" else ".")
