"""A landing page from its brief: what is offered, why, what people ask, and the button."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigc import check
from aigc.types import Draft, Finding
from aigc_plugins.ads.calls import offering
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, has_words, in_sentence, offered, owned_name, priced, worded
from aigc_plugins.ads.fact_sentences import LED, clause, deed, deeds_told, is_many
from aigc_plugins.ads.fact_shape import opening, told_together
from aigc_plugins.ads.provisos import warns
from aigc_plugins.ads.word_lists import in_language
from aigc_plugins.articles.bare_facts import needs_title
from aigc_plugins.articles.page_wording import ended_line, pair_of
from aigc_plugins.articles.things import orders
from aigc_plugins.email.mail_lists import drawn
from aigc_plugins.rules.content_words import HAN
from aigc_plugins.social.social_platforms import wording as post_wording

GOES_ON = re.compile(r"(?:it|they|this|that|these|those|he|she|there)\b|[它这那他她]|(?:用|由|凭|按|以)", re.IGNORECASE)
HERO, SUBLINE, DESCRIPTION, SHORT = 60, 160, 155, 40
FEW, IN_DESCRIPTION, TWO = 3, 2, 2  # benefits
FEW_WORDS, SHORT_NAME = 5, 4  # words of a benefit in a headline; of a name that a sentence begins with
TAILED = re.compile(r"(?:[,;:(–—]|\s(?:at|by|for|from|in|of|on|to|with|without)\s)|ing$", re.IGNORECASE)
DENIED = re.compile(r"(?:is|are) not\b|cannot\b|\w+n['’]t\b", re.IGNORECASE)
ENDING_PRONOUN = re.compile(r"\b(?:it|them|this|that)$", re.IGNORECASE)
CHINESE_TIME = re.compile("[每周点元块]|\\d+(?:分钟|小时|天|年|月|日)")
CHINESE_SHORT = 12  # characters of a fact in a headline
LOOSE = re.compile(  # what tells of something that a headline's colon would not name
    r"(?:in|on|at|by|from|between|within|for|every|same|no|not|you|your|we|our|if|when|open|free|built|made|\w+ed)\b",
    re.IGNORECASE,
)
UNBOOKED = re.compile(
    r"\b(?:entry|admission)\b[^,;]*\bfree\b|\bfree (?:entry|admission)\b|\bno (?:need to )?book(?:ing)?\b|\bdrop in\b"
    "|免费(?:入场|进场|参观)|(?:无需|不用|不必)(?:预约|预订)",
    re.IGNORECASE,
)
SERVICE = re.compile(  # what is done for somebody, and no thing
    "服务|家政|维修|课|班$|培训|上门|清洗|清洁|保洁|改制|修补|安装|调律|搬家|回收|租赁|翻译|咨询|护理|定制|设计|摄影|代办"
    "|[修改洗养租]$"
)


def hero_line(
    product: str,
    benefits: Sequence[str],
    *,
    brand: str | None = None,
    category: str | None = None,
    language: str = "en",
) -> str:
    """Return a headline: the product with its first benefit, where that is a short noun and the page has others; else
    with its brand, else alone. What it does makes the subline's sentence."""
    name, chinese = capital(product.strip(FINAL)), language == "zh"
    service = chinese and SERVICE.search(f"{product} {category or ''}")
    plain = [one for one in map(_plain, benefits) if one]
    owned = owned_name(product, brand, language)
    if service and owned != name:  # 净风空调清洗 would be a thing of that make
        owned = f"{name}｜{worded(brand)}"
    told = [
        f"{name}{'：' if chinese else ': '}{in_sentence(one)}"
        for one in plain[:1]
        if not service and (_is_short_chinese(one) if chinese else _is_short_noun(one)) and not warns(one)
    ]
    lines = [*(told if len(benefits) >= FEW and len(plain[0]) <= SHORT else []), owned, name]
    return next((line for line in lines if len(line) <= HERO), name)


def hero_subline(
    benefits: Sequence[str],
    *,
    title: str | None = None,
    product: str | None = None,
    offer: str | None = None,
    price: str | None = None,
    language: str = "en",
) -> str:
    """Return what stands below the headline: one or two benefits as whole sentences, then the offer and the price.

    In English, what a `product` does has it as its subject; where no benefit is surely a sentence, one stands as it
    is. Neither the headline nor a section tells them, and two or more are left to the list."""
    deal = offered(offer)
    plain = [one for one in map(_plain, benefits) if one and not _stands_in(one, title or "")]
    if deal:
        plain = [one for one in plain if one.casefold() != deal.strip(FINAL).casefold()]
    most = max(1, min(TWO, len(plain) - TWO))
    deal = ended_line(deal, language) if deal else ""
    sentences = [line for one in benefits if has_words(one) and (line := _sentence(one))]
    amount = ended_line(_telling_price(sentences, price) or page_price(price, language), language)
    joint = "" if language == "zh" else " "
    for told in _openings(plain, product or "", most, language):
        cost = "" if _telling_price([told], price) else amount
        text = joint.join(filter(None, [told, deal, cost]))
        if len(text) <= SUBLINE:
            return text
    return ""


def _openings(plain: Sequence[str], product: str, most: int, language: str) -> Iterator[str]:
    """Yield texts to stand below a headline, the best first and an empty one last."""
    if language == "zh":
        yield from (ended_line(told_together(plain[:count], language, SUBLINE), language) for count in (most, 1))
    else:
        many = is_many(product)
        whole = {one: told for one in plain[:FEW] if (told := _opening_sentence(one, many=many))}
        first = next(iter(whole.values()), "")
        alike = [told for told in whole.values() if told.endswith(".") == first.endswith(".")]
        for count in (most, 1) if first else ():
            some = alike[:count]  # "it" behind a clause would be of that
            yield " ".join(some if first.endswith(".") else deeds_told(_subject(product, some), some, many=many))
        named = [one for one in plain if not orders(one)]
        if named and not whole:
            yield ended_line(named[0], language)
    yield ""


def _opening_sentence(benefit: str, *, many: bool) -> str:
    """Return what a product does, or a benefit that is a sentence, with its full stop; nothing of what is a condition,
    denied, or points to something else: "service is part of it"."""
    if LED.match(benefit) or warns(benefit) or ENDING_PRONOUN.search(benefit):
        return ""
    done = deed(benefit, many=many)
    return "" if DENIED.match(done) else done or clause(benefit)


def _subject(product: str, deeds: Sequence[str]) -> str:
    """Return a product as the subject of what it does: "The standing desk"; "It" for a long name, something that is
    done, or one whose last word stands in the sentence again."""
    name = product.strip(FINAL)
    words = {word.casefold() for word in name.split()}
    again = words & {word.casefold() for told in deeds for word in told.split()}
    if not name or again or len(words) > SHORT_NAME or TAILED.search(name):
        return "They" if is_many(product) else "It"
    return f"The {in_sentence(name)}"


def page_price(price: str | None, language: str = "en") -> str:
    """Return what says a price of goods and services alike, as "Price: €85 an hour"; nothing where it is no amount."""
    told = priced(price)
    return (f"价格：{told}" if language == "zh" else f"Price: {told}") if told else ""


def page_description(
    product: str,
    benefits: Sequence[str],
    *,
    price: str | None = None,
    brand: str | None = None,
    category: str | None = None,
    above: str | None = None,
    language: str = "en",
) -> str:
    """Return a meta description: what it is and whose, up to two benefits and the price, as they fit; benefits that
    stand in the text `above` come only where there are too few others."""
    chinese, name = language == "zh", owned_name(product, brand, language)
    if chinese and worded(brand) and SERVICE.search(f"{product} {category or ''}"):
        name = f"{capital(product.strip(FINAL))}（{worded(brand)}）"
    lines = [line for one in benefits if has_words(one) and (line := _sentence(one))]
    priced_line = _telling_price(lines, price)
    alone = [one for one in map(_plain, benefits) if one]
    lines = alone if len(alone) >= IN_DESCRIPTION else lines  # a pair's second side leans on its first
    new = [line for line in lines if not _told_in(line, above or "") and not warns(line)]
    lines = new if len(new) >= IN_DESCRIPTION else lines
    many, joint = is_many(product), "" if chinese else " "
    named = [line for line in lines if chinese or not (deed(line, many=many) or clause(line))]
    first = next(iter(named or lines), "")
    if not chinese and first and not named and (done := deed(first, many=many)):
        begun = f"{name}. {'They' if many else 'It'} {done}"
    else:
        begun = f"{name}{'：' if chinese else ': '}{in_sentence(first)}" if first else name
    begun = ended_line(begun if len(begun) < DESCRIPTION else name, language)
    last = ended_line(priced_line or page_price(price, language), language)
    text, told = begun, [first]
    for line in lines:
        whole = line if chinese else _as_sentence(line, many=many)
        if line != first and len(told) < IN_DESCRIPTION and ended_line(line, language) != last:
            longer = joint.join(filter(None, [text, ended_line(whole, language)]))
            if len(joint.join(filter(None, [longer, last]))) <= DESCRIPTION:
                text, told = longer, [*told, line]
    last = "" if _telling_price(told, price) else last
    longer = joint.join(filter(None, [text, last]))
    return longer if len(longer) <= DESCRIPTION else text


def _as_sentence(line: str, *, many: bool) -> str:
    """Return a benefit as a sentence where it surely is one; else as it is."""
    done = deed(line, many=many)
    return f"{'They' if many else 'It'} {done}" if done else clause(line) or line


def _told_in(line: str, text: str) -> bool:
    """Tell whether a text tells a benefit, if with another form of its verb."""
    rest = line.partition(" ")[2]
    return _stands_in(line, text) or (len(rest) > SHORT // 2 and rest.casefold() in text.casefold())


def _telling_price(lines: Sequence[str], price: str | None) -> str:
    """Return the line that tells the price, as "£75, whatever the height": it is not told again beside it."""
    told = " ".join(str(price or "").split()).casefold()
    amounts = (line for line in lines if told and re.search(rf"(?<!\w){re.escape(told)}(?![\w.])", line.casefold()))
    return next(amounts, "")


def _sentence(benefit: str) -> str:
    """Return what a benefit says: of `Title = what it is` the second side, since a short title alone tells nothing; the
    title where the other goes on from it ("it loses water", 用测试笔测给您看), and nothing where that is short."""
    title, text = pair_of(benefit)
    if GOES_ON.match(text):
        return title.strip(FINAL) if len(title.split()) > 2 or (len(title) > 6 and HAN.search(title)) else ""
    if text and needs_title(text):  # 40 pages of what? 不另收费 for what?
        return f"{title.strip(FINAL)}{'，' if HAN.search(title) else ': '}{text.strip(FINAL)}"
    return (text or title).strip(FINAL)


def benefit_blocks(benefits: Sequence[str]) -> list[dict[str, str]]:
    """Return the benefits that are pairs, `Title = what it is`, as blocks of a heading and a text."""
    pairs = map(pair_of, benefits)
    language = ["zh" if any("\u4e00" <= char <= "\u9fff" for char in one) else "en" for one in benefits]
    return [
        {"heading": capital(title.strip(FINAL)), "text": ended_line(text, spoken)}
        for (title, text), spoken in zip(pairs, language, strict=True)
        if text
    ]


def benefit_lines(benefits: Sequence[str], above: Sequence[str] = ()) -> list[str]:
    """Return the benefits that are no pairs, a line each, but those that a text `above` tells."""
    lines = [one for one in map(_plain, benefits) if one]
    return [capital(one) for one in lines if not any(_told_in(one, text) for text in above)]


def _plain(benefit: str) -> str:
    """Return a benefit that is no pair, and nothing of one that is."""
    title, text = pair_of(benefit)
    return title.strip(FINAL) if not text and has_words(title) else ""


def _is_short_noun(line: str) -> bool:
    """Tell whether an English benefit is a noun of a few words, "room for 40 bikes"; no list, nothing that is done."""
    few = len(line.split()) <= FEW_WORDS and not re.search(r"[,;:]", line)
    return few and opening(line) == "noun" and not (deed(line) or clause(line) or orders(line) or LOOSE.match(line))


def _is_short_chinese(line: str) -> bool:
    return len(line) <= CHINESE_SHORT and not re.search("[，；：]", line) and not CHINESE_TIME.search(line)


def _stands_in(line: str, text: str) -> bool:
    plain = re.escape(line)
    return re.search(rf"(?<!\w){plain}(?!\w)" if line.isascii() else plain, text, re.IGNORECASE) is not None


def asked_questions(faq: Sequence[str]) -> list[dict[str, str]]:
    """Return the brief's questions with their answers, of `Question? = Answer`."""
    pairs = map(pair_of, faq)
    return [{"question": capital(asked), "answer": capital(answer)} for asked, answer in pairs if answer]


def page_call(
    product: str,
    *,
    button: str | None = None,
    category: str | None = None,
    benefits: Sequence[str] = (),
    language: str = "en",
) -> str:
    """Return what the page asks for: the brief's own button, else a call for what is sold so; where a benefit says that
    one comes without booking, it is to read more."""
    kind = offering(product, category, further=True)
    known = kind if category or kind != "goods" else "topic"  # nobody orders a sawmill that comes to the wood
    known = "topic" if any(map(UNBOOKED.search, benefits)) else known
    return worded(button) or drawn(in_language(post_wording()["linked"], language)[known], product)


@check
def questions_have_answers(draft: Draft) -> Iterator[Finding]:
    """Each of a brief's `faq` is a question with an answer, `Question? = Answer`, and none stands twice."""
    asked: set[str] = set()
    for text in draft.brief.values.get("faq") or []:
        question, answer = pair_of(str(text))
        if not answer:
            yield Finding(message=f"the question {question!r} has no answer: `Question? = Answer`", field="faq")
        if question.casefold() in asked:
            yield Finding(message=f"the question {question!r} stands twice", field="faq")
        asked.add(question.casefold())
