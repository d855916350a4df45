"""A landing page from its brief: what is offered, why, what people ask, and the button."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigc import check
from aigc.types import Draft, Finding
from aigc_plugins.ads.calls import offering
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, has_words, in_sentence, offered, owned_name, priced, worded
from aigc_plugins.ads.fact_sentences import LED, clause, deed, is_many, sized_first
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
HERO, SUBLINE, DESCRIPTION, SHORT = 60, 160, 155, 40  # characters
FEW, IN_DESCRIPTION, TWO = 3, 2, 2  # benefits
WORD = 4  # letters of a word that is not told again
TAILED = re.compile(r"(?:[,;:(–—]|\s(?:at|by|for|from|in|of|on|to|with|without)\s)|ing$", re.IGNORECASE)
POINTED = re.compile(r"\b(?:it|them|this|that)$|\bit\b", re.IGNORECASE)
ASIDE = re.compile(  # what does not say what something is: an age, a discount, what one need not do
    r"^(?:for |from )?(?:ages?|aged|children|adults|over|under)\b|^from \d+ years|\byears? (?:and|or) (?:over|up)\b"
    r"|[%£$€¥]|\boff\b|\bdiscount|\b(?:is|are) not\b|\w+n['’]t\b|\bextra$"
    r"|^(?:works? with|compatible|no|not|never|free|only|cancel|pay|bring|if|cannot)\b"
    "|岁|折|优惠|立减|[¥￥元]|^(?:不|无需|无须|免|禁|限|只|仅)|下雨|取消|退款|付款|押金",
    re.IGNORECASE,
)
ACTING = re.compile(r"[a-z]+ (?:at|from|in|into|on|to|with)\b")  # of many: "close with one buckle"
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
    *,
    brand: str | None = None,
    category: str | None = None,
    language: str = "en",
) -> str:
    """Return a headline: the product with its brand where both fit, else alone. The line below it has a benefit."""
    name = capital(product.strip(FINAL))
    owned = owned_name(product, brand, language)
    if language == "zh" and owned != name and SERVICE.search(f"{product} {category or ''}"):
        owned = f"{name}｜{worded(brand)}"  # 净风空调清洗 would be a thing of that make
    return owned if len(owned) <= HERO else name


def hero_subline(
    benefits: Sequence[str],
    *,
    title: str | None = None,
    product: str | None = None,
    offer: str | None = None,
    price: str | None = None,
    language: str = "en",
) -> str:
    """Return what stands below the headline: what it is, with one or two benefits, then the offer and the price.

    The first sentence names the `product`, and goes on with what it does or is, no side fact where there is another:
    for whom it is, when, at what price. Neither the headline nor a section tells the same, nor is one left alone.
    """
    deal, name = offered(offer), capital((product or "").strip(FINAL))
    plain = [one for one in map(_plain, benefits) if one and not _stands_in(one, title or "")]
    if deal:
        plain = [one for one in plain if one.casefold() != deal.strip(FINAL).casefold()]
    most = max(1, min(TWO, len(plain) - TWO)) if len(plain) != TWO else TWO
    deal = ended_line(deal, language) if deal else ""
    sentences = [line for one in benefits if has_words(one) and (line := _sentence(one))]
    amount = ended_line(_telling_price(sentences, price) or page_price(price, language), language)
    joint = "" if language == "zh" else " "
    alone = ended_line(name, language) if deal or amount else ""
    for told in (*_openings(best_first(plain, name), name, most, language), alone, ""):
        cost = "" if _telling_price([told], price) else amount
        text = joint.join(filter(None, [told, deal, cost]))
        if len(text) <= SUBLINE:
            return text
    return ""


def best_first(benefits: Sequence[str], product: str = "") -> list[str]:
    """Return benefits with those behind that do not say what something is, or say a word of its name again."""
    return sorted(benefits, key=lambda one: is_aside(one) or _again(product, one))


def is_aside(benefit: str) -> bool:
    """Tell whether a benefit is a side fact: an age, a discount, a condition, what one does or may leave undone."""
    aside = ASIDE.search(benefit) or warns(benefit) or LED.match(benefit) or POINTED.search(benefit)
    return bool(aside) or (not HAN.search(benefit) and orders(benefit) and opening(benefit) == "do")


def _openings(plain: Sequence[str], name: str, most: int, language: str) -> Iterator[str]:
    """Yield texts to stand below a headline, the best first: a name with its first benefits, the others behind it."""
    if language == "zh":
        lead = f"{name}：" if name else ""
        yield from (
            f"{lead}{told}" for n in (most, 1) if (told := ended_line(told_together(plain[:n], language), "zh"))
        )
        return
    many = is_many(name)
    for first in plain[:FEW]:
        told = named_benefit(name, first, many=many)
        rest = [one for one in plain if one != first and (len(plain) == most or not is_aside(one))]
        if most > 1 and rest:
            yield _longer(told, rest[0], language, many=many)
        yield told


def named_benefit(name: str, benefit: str, *, many: bool = False) -> str:
    """Return a sentence of a product and a benefit of its: "The oak bird box holds two nests."; behind a colon what is
    no verb, and its name once: "Garden plots from 20 square metres."."""
    acts = many and orders(benefit) and ACTING.match(benefit)
    done = benefit.strip(FINAL) if acts else deed(benefit, many=many)
    if not name:
        return ended_line(clause(benefit) or benefit, "en")
    name = sized_first(name)
    if done:
        named = re.match(r"(?:the|an?|our|your|my)\s", name, re.IGNORECASE) or TAILED.search(name) is not None
        return f"{name if named and many else capital(_with_the(name))} {done}."
    if _goes_on_from(name, benefit):
        return f"{name} {benefit.partition(' ')[2].strip(FINAL)}."
    return ended_line(f"{name}: {in_sentence(benefit)}", "en")


def _goes_on_from(name: str, benefit: str) -> bool:
    """Tell whether a benefit is the last word of a name with more of it: "plots from 20 square metres"."""
    first, _, rest = benefit.partition(" ")
    return bool(rest) and first.casefold() == name.split()[-1].casefold() and opening(benefit) == "noun"


def _with_the(name: str) -> str:
    """Return a name with "the", unless it has a word of its kind, or is a doing: "Invoicing for workshops"."""
    bare = re.match(r"(?:the|an?|our|your|my)\s|\w+ing (?:for|of|in|at|by|with|and)\s|[^a-z]*$", name, re.IGNORECASE)
    return name if bare else f"the {in_sentence(name)}"


def _again(name: str, benefit: str) -> bool:
    """Tell whether a benefit has a word or an amount of the name again: "holds 350 ml" of a camping mug 350 ml."""
    if not name or _goes_on_from(name, benefit):
        return False
    if HAN.search(name):
        return any(run in benefit for run in re.findall(r"\d+(?:\.\d+)?[^\d\s]{1,2}", name))
    words = {word.casefold().removesuffix("s") for word in re.findall(r"[\w-]+", name) if len(word) >= WORD}
    amounts = re.findall(r"\d[\d.,]*(?: ?[a-z]+)?", name.casefold())
    first = benefit.split()[0].casefold().removesuffix("s") if benefit else ""
    return first in words or any(re.search(rf"\b{re.escape(one)}\b", benefit.casefold()) for one in amounts)


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
    new = best_first(new, product)
    told = new if len(new) >= IN_DESCRIPTION and not is_aside(new[0]) else best_first(lines, product)[:1] + new
    lines = list(dict.fromkeys(told if new else told[:1]))
    many, joint, first = is_many(product), "" if chinese else " ", next(iter(lines), "")
    begun = f"{name}：{first}" if chinese else named_benefit(name, first, many=many)
    begun = ended_line(begun if first and len(begun) < DESCRIPTION else name, language)
    last = ended_line(priced_line or page_price(price, language), language)
    last = "" if _telling_price([above or ""], price) else last  # the line below the headline has it
    text, told = begun, [first]
    for line in lines[1:]:
        if len(told) < IN_DESCRIPTION and ended_line(line, language) != last:
            longer = _longer(text, line, language, many=many)
            if len(joint.join(filter(None, [longer, last]))) <= DESCRIPTION:
                text, told = longer, [*told, line]
    last = "" if _telling_price(told, price) else last
    longer = joint.join(filter(None, [text, last]))
    return longer if len(longer) <= DESCRIPTION else text


def _longer(text: str, line: str, language: str, *, many: bool) -> str:
    """Return a text with a benefit behind it: a sentence of its own, or behind a comma where it has no verb."""
    if language == "zh":
        return text + ended_line(line, "zh")
    whole = _as_sentence(line, many=many)
    listed = whole == line and ": " in text and not re.search("[,;]|: .*: ", f"{text} {line}")
    return f"{text.strip(FINAL)}, {in_sentence(line)}." if listed else f"{text} {ended_line(whole, 'en')}"


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
    amounts = (line for line in lines if told and re.search(rf"(?<!\w){re.escape(told)}(?!\w|\.\d)", line.casefold()))
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
