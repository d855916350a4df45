"""A landing page from its brief: what is offered, why, what people ask, and the button."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigc import check
from aigc.types import Draft, Finding
from aigc_plugins.ads.calls import offering
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, has_words, in_sentence, offered, priced, worded
from aigc_plugins.ads.fact_shape import told_together
from aigc_plugins.ads.word_lists import in_language
from aigc_plugins.articles.bare_facts import needs_title
from aigc_plugins.articles.page_wording import ended_line, pair_of
from aigc_plugins.email.mail_lists import drawn
from aigc_plugins.rules.content_words import HAN
from aigc_plugins.social.social_platforms import wording as post_wording

GOES_ON = re.compile(r"(?:it|they|this|that|these|those|he|she|there)\b|[它这那他她]|(?:用|由|凭|按|以)", re.IGNORECASE)
HERO, SUBLINE, DESCRIPTION, SHORT = 60, 160, 155, 40


def hero_line(product: str, benefits: Sequence[str], *, brand: str | None = None, language: str = "en") -> str:
    """Return a headline: the product with its first short benefit where both fit, else with its brand, else alone."""
    name = capital(product.strip(FINAL))
    first = next((pair_of(one)[0].strip(FINAL) for one in benefits if has_words(one)), "")
    mark = "：" if language == "zh" else ": "
    owner = worded(brand)
    owned = f"{owner}{name}" if language == "zh" else f"{name} by {owner}"
    lines = [f"{name}{mark}{in_sentence(first)}" if first and len(first) <= SHORT else "", owned if owner else "", name]
    return next((line for line in lines if line and len(line) <= HERO), name)


def hero_subline(
    benefits: Sequence[str], *, offer: str | None = None, price: str | None = None, language: str = "en"
) -> str:
    """Return what stands below the headline: further benefits, as many as fit before the offer and the price."""
    sentences = [line for line in map(_sentence, benefits) if line]
    deal = offered(offer)
    if deal:
        sentences = [line for line in sentences if line.casefold() != deal.strip(FINAL).casefold()] or sentences
    told = sentences[1:3] or sentences[:1]
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
    language: str = "en",
) -> str:
    """Return a meta description: what it is and whose, the benefits as sentences and the price, as they fit."""
    chinese, name, owner = language == "zh", capital(product.strip(FINAL)), worded(brand)
    if owner and owner.casefold() not in name.casefold():
        name = f"{owner}{name}" if chinese else f"{name} by {owner}"
    first, *others = [line for one in benefits if has_words(one) and (line := _sentence(one))] or [""]
    opening = f"{name}{'：' if chinese else ': '}{in_sentence(first)}" if first else name
    opening = ended_line(opening if len(opening) < DESCRIPTION else name, language)
    last = ended_line(_telling_price([first, *others], price) or page_price(price, language), language)
    joint, text, told = "" if chinese else " ", opening, [first]
    for line in (ended_line(one, language) for one in others):
        if line != last and len(joint.join(filter(None, [text, line, last]))) <= DESCRIPTION:
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


def benefit_lines(benefits: Sequence[str]) -> list[str]:
    """Return the benefits that are no pairs, a line each."""
    return [capital(title.strip(FINAL)) for title, text in map(pair_of, benefits) if not text and has_words(title)]


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
