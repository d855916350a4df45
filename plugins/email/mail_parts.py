"""A mail from its facts: subject, preheader, greeting, text, what it asks for, postscript and who writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from jinja2 import pass_context
from jinja2.runtime import Context

from aigc.content import measure
from aigc_plugins.ads.calls import sold_as
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, in_sentence
from aigc_plugins.ads.fact_shape import told_together
from aigc_plugins.ads.provisos import warns
from aigc_plugins.ads.word_lists import TAIL, in_language
from aigc_plugins.email.mail_brief import MailBrief
from aigc_plugins.email.mail_lists import drawn, mail_list
from aigc_plugins.email.mail_text import bullets, parted, told_facts
from aigc_plugins.social.social_platforms import wording as post_wording

SUBJECT, PREHEADER, BUTTON = 60, 90, 30
PARTED = re.compile(r"：|: ")  # of a fact that has a colon of its own
UNFIT = ("服务详情", "Open the app")  # not said of a course or a race; not where a mail says that a page is behind it


@pass_context
def mail_part(context: Context, part: str) -> str:
    """Return a part of the mail of a brief, as `mail_part("subject")`.

    Parts are subject, preheader, greeting, body, button, postscript, signature, footer and unsubscribe.
    """
    brief = MailBrief.of(context.get_all())
    if part == "subject":
        return subject(brief)[0]
    if part == "preheader":
        return preheader(brief)
    return body(brief) if part == "body" else framed(brief)[part]


def framed(brief: MailBrief, at: int = 0) -> dict[str, str]:
    """Return the parts around a mail's text: greeting, button, postscript, signature, footer, unsubscribe."""
    sold: str = sold_as(brief.name, brief.category or None, brief.facts)
    sold = "topic" if sold == "unsure" else sold  # which nobody is asked to order, nor to book
    kinds = in_language(post_wording()["linked"], brief.language)
    unbought = (is_event(brief) and not brief.price) or is_joined(brief)
    calls = [one for one in kinds["topic" if unbought else sold] if len(one) <= BUTTON and one not in UNFIT]
    offer = brief.one_of("postscript", at=at).replace("{offer}", brief.ended(brief.offer)) if brief.offer else ""
    chinese = brief.language == "zh"
    farewell = brief.one_of("farewell") + ("" if chinese else ",")
    address, reader = brief.address or brief.platform.address, brief.platform.first_name
    greeting = (
        brief.one_of("greeting", at=at).replace("{reader}", reader) if reader else brief.one_of("nameless", at=at)
    )
    named = "" if address.casefold().startswith(brief.brand.casefold()) else brief.brand  # which is said once
    return {
        "greeting": greeting,
        "button": brief.button or drawn(calls, brief.name, at),
        "postscript": offer,
        "signature": f"{farewell}\n{brief.brand}" if brief.brand else "",
        "footer": ("，" if chinese else ", ").join(filter(None, [named, address])) if address else "",
        "unsubscribe": brief.unsubscribe or brief.platform.unsubscribe,
    }


def is_event(brief: MailBrief) -> bool:
    """Tell whether a mail is about something that people come to, which nobody orders."""
    events = mail_list("telling")["events"]
    if brief.language == "zh":
        return bool(re.search(events["zh"], brief.name + brief.category))
    return TAIL.sub("", brief.name).lower().rpartition(" ")[2] in events["en"] or brief.category.lower() == "event"


def is_joined(brief: MailBrief) -> bool:
    """Tell whether a mail is about what people become members of, which nobody books and nobody orders."""
    joined = mail_list("telling")["joined"][brief.language]
    return bool(re.search(joined, f"{brief.name}\n{brief.category}", re.IGNORECASE))


def subject(brief: MailBrief) -> tuple[str, str]:
    """Return a subject with the offer or the fact that it tells: the first that is short, else the first that fits."""
    short = replace(brief, name=capital(TAIL.sub("", brief.name)))
    plain = [(one.one_of("benefit", "subject"), "") for one in (brief, short)]
    lines = [*_subjects(brief), *_subjects(short), *plain, (brief.name, ""), (short.name, "")]
    advised = mail_list("subjects")["lengths"]["advised"]
    brief_lines = [pair for pair in lines if measure(pair[0], advised["counter"]) <= advised["most"]]
    fitting = [pair for pair in lines if len(pair[0]) <= SUBJECT]
    told = [pair for pair in brief_lines if pair[1]] or [pair for pair in fitting if pair[1]]
    return (told or brief_lines or fitting or lines)[0]


def preheader(brief: MailBrief) -> str:
    """Return what is seen behind the subject: the offer and facts that it does not tell, as many as fit."""
    told = subject(brief)[1]
    lines = [brief.ended(brief.offer)] if brief.offer and told != brief.offer else []
    left = [fact for fact in brief.facts if fact != told]
    if not lines:
        lines = [told_together(left[:2], brief.language, PREHEADER)]
    fitting = [line for line in lines if line and len(line) <= PREHEADER]
    return fitting[0] if fitting else brief.one_of("preheader")


def body(brief: MailBrief) -> str:
    """Return the text of a mail in paragraphs: what it is about, the facts, the price, where there is more."""
    told, listed = parted(brief)
    price = brief.ended(brief.price) if brief.price else ""
    story = brief.ended(brief.story) if brief.story else ""
    if brief.language == "en" and len(listed) >= len(told) > 0 and brief.facts[0] in listed:
        told, listed = [], list(brief.facts)  # one list in the brief's order, not half of it
    if listed == list(brief.facts) and listed[1:] and not brief.offer:
        facts, opening = [bullets(listed)], brief.one_of("listed", "text")
    else:
        facts, opening = told_facts(brief, told, listed), brief.one_of("opening")
    told_deal = brief.ended(brief.offer)
    told_deal = brief.offer[0] + told_deal[1:] if brief.offer[:1].islower() else in_sentence(told_deal)  # "under-12s"
    deal = brief.one_of("deal").replace("{offer}", told_deal) if brief.offer else ""
    if deal and brief.language == "zh" and facts[:1] and facts[0].startswith("- "):
        facts = [brief.one_of("lead", "only"), *facts]
    return "\n\n".join(filter(None, [story, deal or opening, *facts, price, brief.one_of("more")]))


def _subjects(brief: MailBrief) -> Iterator[tuple[str, str]]:
    facts = (fact for fact in brief.facts if not (PARTED.search(fact) or warns(fact)))
    for told in filter(None, [brief.offer, *facts]):
        line = told.strip(FINAL)
        yield f"{brief.name}：{line}" if brief.language == "zh" else f"{brief.name}: {in_sentence(line)}", told
