"""A landing page from its brief: what is offered, why, what people ask, and the button."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigc import check
from aigc.types import Draft, Finding
from aigc_plugins.ads.calls import offering
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, has_words, in_sentence, offered, owned_name, priced, worded
from aigc_plugins.ads.fact_shape import agrees, opening, told_together
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
FEW, IN_DESCRIPTION = 3, 2  # benefits
HAS_VERB = re.compile(r"\w\s+(?:is|are|can|has|have|will|may|must)\s", re.IGNORECASE)
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
    """Return a headline: the product with its first short benefit that names something or that it does, where the page
    has others; else with its brand, else alone."""
    name, chinese = capital(product.strip(FINAL)), language == "zh"
    service = chinese and SERVICE.search(f"{product} {category or ''}")
    plain = [one for one in map(_plain, benefits) if one]
    owned = owned_name(product, brand, language)
    if service and owned != name:  # 净风空调清洗 would be a thing of that make
        owned = f"{name}｜{worded(brand)}"
    told = [f"{name} {in_sentence(one)}" for one in plain[:1] if not chinese and agrees(product, one)]
    told += [
        f"{name}{'：' if chinese else ': '}{in_sentence(one)}"
        for one in plain[:1]
        if not service and (chinese or (opening(one) == "noun" and _is_whole(one))) and not warns(one)
    ]
    lines = [*(told if len(benefits) >= FEW and len(plain[0]) <= SHORT else []), owned, name]
    return next((line for line in lines if len(line) <= HERO), name)


def hero_subline(
    benefits: Sequence[str],
    *,
    title: str | None = None,
    offer: str | None = None,
    price: str | None = None,
    language: str = "en",
) -> str:
    """Return what stands below the headline: further benefits, as many as fit before the offer and the price.

    Below a `title` it takes what neither that nor a section tells, nothing without its subject ("Hold 200 tonnes"), and
    leaves two benefits or more to the list."""
    sentences = [line for line in map(_sentence, benefits) if line]
    deal = offered(offer)
    if deal:
        sentences = [line for line in sentences if line.casefold() != deal.strip(FINAL).casefold()] or sentences
    told = sentences[1:3] or sentences[:1]
    if title is not None:
        plain = [one for one in map(_plain, benefits) if one and not _stands_in(one, title)]
        sentences = [one for one in plain if one.casefold() != (deal or "").strip(FINAL).casefold()]
        whole = [one for one in sentences if language == "zh" or _is_whole(one)]
        told = whole[: min(2, len(sentences) - 2 if len(sentences) > 2 else 2)]
    if deal and deal.strip(FINAL).casefold() in {line.casefold() for line in told}:
        deal = ""
    amount = "" if _telling_price(told, price) else _telling_price(sentences, price) or page_price(price, language)
    last = [ended_line(line, language) for line in (deal, amount) if line]
    joint = "" if language == "zh" else " "
    room = SUBLINE - len(joint.join(["", *last]))
    return joint.join(filter(None, [ended_line(told_together(told, language, max(room - 1, 0)), language), *last]))


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
    language: str = "en",
) -> str:
    """Return a meta description: what it is and whose, two benefits as sentences and the price, as they fit."""
    chinese, name = language == "zh", owned_name(product, brand, language)
    if chinese and worded(brand) and SERVICE.search(f"{product} {category or ''}"):
        name = f"{capital(product.strip(FINAL))}（{worded(brand)}）"
    lines = [line for one in benefits if has_words(one) and (line := _sentence(one))]
    lines = lines if chinese else sorted(lines, key=lambda line: not _is_whole(line))  # "X: hold 200 tonnes" last
    first, *others = lines or [""]
    begun = f"{name}{'：' if chinese else ': '}{in_sentence(first)}" if first else name
    begun = ended_line(begun if len(begun) < DESCRIPTION else name, language)
    last = ended_line(_telling_price([first, *others], price) or page_price(price, language), language)
    joint, text, told = "" if chinese else " ", begun, [first]
    for line in (ended_line(one, language) for one in others):
        if (
            len(told) < IN_DESCRIPTION
            and line != last
            and len(joint.join(filter(None, [text, line, last]))) <= DESCRIPTION
        ):
            text = joint.join([text, line])
            told.append(line)
    last = "" if _telling_price(told, price) else last
    longer = joint.join(filter(None, [text, last]))
    return longer if len(longer) <= DESCRIPTION else text


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
    return [capital(one) for one in lines if not any(_stands_in(one, text) for text in above)]


def _plain(benefit: str) -> str:
    """Return a benefit that is no pair, and nothing of one that is."""
    title, text = pair_of(benefit)
    return title.strip(FINAL) if not text and has_words(title) else ""


def _is_whole(line: str) -> bool:
    """Tell whether an English benefit can stand by itself: no verb without its subject, as in "hold 200 tonnes"."""
    return bool(HAS_VERB.search(line)) or (opening(line) in ("noun", "clause") and not orders(line))


def _stands_in(line: str, text: str) -> bool:
    plain = re.escape(line)
    return re.search(rf"(?<!\w){plain}(?!\w)" if line.isascii() else plain, text, re.IGNORECASE) is not None


def asked_questions(faq: Sequence[str]) -> list[dict[str, str]]:
    """Return the brief's questions with their answers, of `Question? = Answer`."""
    pairs = map(pair_of, faq)
    return [{"question": capital(asked), "answer": capital(answer)} for asked, answer in pairs if answer]


def page_call(product: str, *, button: str | None = None, category: str | None = None, language: str = "en") -> str:
    """Return what the page asks for: the brief's own button, else a call for what is sold so."""
    kind = offering(product, category, further=True)
    known = kind if category or kind != "goods" else "topic"  # nobody orders a sawmill that comes to the wood
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
