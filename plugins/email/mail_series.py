"""Several mails from one brief, each on its day: a welcome, facts by what they are good for, the best once more."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from jinja2 import pass_context
from jinja2.runtime import Context

from aigc.types import Json
from aigc_plugins.ads.a_or_an import is_plural
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, in_sentence
from aigc_plugins.ads.provisos import warns
from aigc_plugins.ads.word_lists import TAIL
from aigc_plugins.email.mail_brief import MailBrief
from aigc_plugins.email.mail_facts import fact_theme
from aigc_plugins.email.mail_lists import mail_list
from aigc_plugins.email.mail_parts import PARTED, PREHEADER, SUBJECT, framed
from aigc_plugins.email.mail_text import bullets, parted, sentence_of, told_facts

LEAST, USUAL = 3, 4  # mails: a welcome, a fact or two, a reminder
RECALLED = 4  # facts that the last mail tells once more
TOGETHER = 4  # facts in the list of one mail
LONG = {"en": 40, "zh": 16}  # characters of a fact that is enough for a mail
BUSY = re.compile(r"They (?!are )")
THEMES = ("benefit", "listed", "proof", "practical")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMatter:
    """This is what one mail of several tells: facts that are sentences, or a list of those that are none."""

    theme: str
    told: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        return (*self.told, *self.listed)


@pass_context
def mail_series(context: Context) -> list[dict[str, Json]]:
    """Return the mails of a brief: a welcome on the first day, mails of a fact or two, at the end a reminder of the
    best with the offer.

    There are as many as `mails` says, else as there are `days`, else four, but fewer where one would tell but a short
    fact. They go out on the brief's `days`, of fewer mails on the first and the last of them, else on ours.
    What a thing does comes first, then what stands behind it, then what is practical.
    """
    values = context.get_all()
    brief = MailBrief.of(values)
    given = [int(day) for day in values.get("days") or []]
    asked = int(values.get("mails") or len(given) or 0)
    first, between = _planned(brief, asked)
    count = len(between) + 2
    days = mail_list("wording")["days"][count]  # the check says where the brief's do not fit
    if len(given) >= count and len(given) == asked:
        days = [*given[: count - 1], given[-1]]
    mails = [_welcome(brief, first)]
    seen: dict[str, int] = {}
    for at, matter in enumerate(between, 1):
        mails.append(_between(brief, matter, at, seen.setdefault(matter.theme, 0)))
        seen[matter.theme] += 1
    mails.append(_reminder(brief, len(mails)))
    link = {"url": str(values.get("url") or "")}
    return [{"day": day, **mail, **link} for day, mail in zip(days, mails, strict=True)]


def thin_matter(values: Mapping[str, Json]) -> bool:
    """Tell whether a mail of a brief would tell but one short fact, with as few mails as there may be."""
    brief = MailBrief.of(values)
    return not all(_is_enough(one, brief.language) for one in shared_matter(brief, LEAST - 2)[1])


def _planned(brief: MailBrief, asked: int) -> tuple[MailMatter | None, list[MailMatter]]:
    """Return what the mails tell, of so many as are asked for, or fewer, so that each tells enough."""
    most = len(brief.facts) + 2 if asked else len(brief.facts) - 1
    for count in range(max(LEAST, min(asked or USUAL, most)), LEAST, -1):
        first, between = shared_matter(brief, count - 2)
        if not (first or brief.story) or len(between) < count - 2:
            continue
        if all(_is_enough(one, brief.language) for one in between):
            return first, between
    return shared_matter(brief, LEAST - 2)


def _is_enough(matter: MailMatter, language: str) -> bool:
    return len(matter.facts) > 1 or any(len(fact) >= LONG[language] for fact in matter.facts)


def shared_matter(brief: MailBrief, count: int) -> tuple[MailMatter | None, list[MailMatter]]:
    """Return what the welcome tells, if there is enough, and what so many mails behind it tell."""
    told, listed = parted(brief)
    themes = {fact: fact_theme(fact, brief.language) for fact in told}
    lists = [MailMatter(theme="listed", listed=tuple(listed[:TOGETHER]))] if listed else []
    if len(listed) > TOGETHER:
        lists = _lists(listed, 2)
    while len(told) + len(lists) < count and len(lists) < len(listed):
        lists = _lists(listed, len(lists) + 1)
    if len(told) + len(lists) == count and len(listed) > len(lists) + 1:
        lists = _lists(listed, len(lists) + 1)  # so that the welcome has one
    units = [*lists, *(MailMatter(theme=themes[fact], told=(fact,)) for fact in told)]
    first = None
    if len(units) > count and _left_enough(units[1:], count, brief.language):
        first = units.pop(0)
        if len(units) > count and first.told and _left_enough(units[1:], count, brief.language):
            first = MailMatter(theme=first.theme, told=(*first.told, *units.pop(0).told))
        elif len(units) > count and len(first.listed) == 1 and _left_enough(units[1:], count, brief.language):
            first = MailMatter(theme=first.theme, listed=(*first.listed, *units.pop(0).told))
    spare = sum(len(one.facts) for one in units) - 2 * count
    if not first and spare > 0 and units and units[0].listed[1:]:
        line, *others = units[0].listed
        first, units[0] = MailMatter(theme="benefit", listed=(line,)), replace(units[0], listed=tuple(others))
    ordered = sorted(units, key=lambda one: THEMES.index(one.theme))
    size, more = divmod(len(ordered), count)
    parts, at = [], 0
    for place in range(count):
        end = at + size + (place < more)
        parts.append(_together(ordered[at:end]))
        at = end
    return first, [part for part in parts if part.facts] or [MailMatter(theme="benefit")]


def _left_enough(units: Sequence[MailMatter], count: int, language: str) -> bool:
    """Tell whether so many mails can tell two facts each of what is left, or a long one."""
    return sum(2 if len(fact) >= LONG[language] else 1 for one in units for fact in one.facts) >= 2 * count


def _lists(facts: Sequence[str], count: int) -> list[MailMatter]:
    size = -(-len(facts) // count)
    chunks = [tuple(facts[at : at + size]) for at in range(0, len(facts), size)]
    return [MailMatter(theme="listed" if len(chunk) > 1 else "benefit", listed=chunk) for chunk in chunks]


def _together(units: Sequence[MailMatter]) -> MailMatter:
    told = tuple(fact for one in units for fact in one.told)
    return MailMatter(
        theme=units[0].theme if units else "benefit", told=told, listed=tuple(f for one in units for f in one.listed)
    )


def _welcome(brief: MailBrief, matter: MailMatter | None) -> dict[str, Json]:
    """Return the first mail, which tells the facts that no other mail has for itself."""
    first = [brief.one_of("welcome", "text"), brief.ended(brief.story) if brief.story else ""]
    facts = told_facts(brief, matter.told, matter.listed) if matter else []
    text = [*filter(None, first), *facts, brief.one_of("more")]
    subject = _headed(brief, "welcome")
    shown = matter.facts[1:] if matter else ()  # the text begins with the first
    parts = {"subject": subject, "preheader": _shown(brief, shown, "welcome")}
    return {"kind": "welcome", **parts, "body": "\n\n".join(text), **framed(replace(brief, offer=""))}


def _between(brief: MailBrief, matter: MailMatter, at: int, nth: int) -> dict[str, Json]:
    """Return a mail of a fact or more. Its subject tells the first that fits behind the product, the preheader the
    next; the first mail for those who still think asks them so."""
    opening = brief.one_of(matter.theme, "text", nth)
    opening = opening.replace("{points}", _points(brief, len(matter.facts)))
    subject, fact = _told_subject(brief, matter, nth)
    left = [one for one in matter.facts if one != fact]
    parts = {"subject": subject, "preheader": _shown(brief, left, matter.theme, nth)}
    facts = told_facts(brief, matter.told, matter.listed, at=at, led=matter.theme == "listed")
    text = "\n\n".join([opening, *facts, brief.one_of("more", at=at)])
    return {"kind": "fact", **parts, "body": text, **framed(replace(brief, offer=""), at)}


def _told_subject(brief: MailBrief, matter: MailMatter, nth: int) -> tuple[str, str]:
    """Return a subject, and the fact in it if any."""
    asked = _headed(brief, matter.theme, nth)
    if matter.theme == "practical" and nth == 0 and asked != brief.name:
        return asked, ""
    short = TAIL.sub("", brief.name)
    for fact in matter.facts:
        line = fact.strip(FINAL)
        if PARTED.search(line) or warns(line):
            continue  # it would stand behind the colon of the name
        if is_plural(brief.name) and BUSY.match(sentence := sentence_of(brief, fact)):
            line = sentence.removeprefix("They ").strip(FINAL)  # "Lockers: fit any wall", not "fits"
        for name in (brief.name, short):
            told = f"{name}：{line}" if brief.language == "zh" else f"{name}: {in_sentence(line)}"
            if len(told) <= SUBJECT:
                return told, fact
    return asked, ""


def _reminder(brief: MailBrief, at: int) -> dict[str, Json]:
    price = brief.ended(brief.price) if brief.price else ""
    text = [brief.one_of("reminder", "text"), bullets(_recalled(brief)), price, brief.one_of("goodbye")]
    subject, shown = _headed(brief, "reminder"), price
    if brief.offer:
        line = brief.offer.strip(FINAL)
        named = f"{brief.name}：{line}" if brief.language == "zh" else f"{brief.name}: {in_sentence(line)}"
        subject = next((one for one in (named, capital(line)) if len(one) <= SUBJECT), subject)
        shown = shown if line in subject or in_sentence(line) in subject else brief.ended(brief.offer)
    parts = {"subject": subject, "preheader": shown or brief.one_of("reminder", "preheader")}
    return {"kind": "reminder", **parts, "body": "\n\n".join(filter(None, text)), **framed(brief, at)}


def _recalled(brief: MailBrief) -> Sequence[str]:
    """Return the facts that the last mail tells again: the first, which are the best; all would copy the others."""
    return brief.facts[:RECALLED]


def _shown(brief: MailBrief, facts: Sequence[str], part: str, at: int = 0) -> str:
    """Return a preheader: the first of some facts that fits, else a line of ours."""
    lines = [sentence_of(brief, fact) or brief.ended(fact) for fact in facts]
    return next((line for line in lines if len(line) <= PREHEADER), brief.one_of(part, "preheader", at))


def _headed(brief: MailBrief, part: str, at: int = 0) -> str:
    """Return a subject of ours: the first that fits, with the shorter name where the whole one leaves no room."""
    line = brief.one_of(part, "subject", at)
    short = replace(brief, name=capital(TAIL.sub("", brief.name)))
    return next((one for one in (line, short.one_of(part, "subject", at)) if len(one) <= SUBJECT), brief.name)


def _points(brief: MailBrief, count: int) -> str:
    points = mail_list("wording")["points"].get(brief.language, {})
    return str(points.get(max(1, min(count, 3)), ""))
