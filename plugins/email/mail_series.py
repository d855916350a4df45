"""Several mails from one brief, each on its day: a welcome, a fact at a time, all of it once more."""

from __future__ import annotations

from dataclasses import replace

from jinja2 import pass_context
from jinja2.runtime import Context

from aigc.types import Json
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, in_sentence
from aigc_plugins.ads.word_lists import TAIL
from aigc_plugins.email.mail_lists import mail_list
from aigc_plugins.email.mail_parts import SUBJECT, MailBrief, framed

LEAST, USUAL = 3, 4  # mails: a welcome, a fact or two, a reminder


@pass_context
def mail_series(context: Context) -> list[dict[str, Json]]:
    """Return the mails of a brief: a welcome on the first day, one of a fact each, at the end a reminder of them all
    with the offer.

    There are as many as `mails` says, else as there are `days`, else four, where the facts allow. They go out on the
    brief's `days`, else on ours.
    """
    values = context.get_all()
    brief = MailBrief.of(values)
    given = [int(day) for day in values.get("days") or []]
    count = max(LEAST, min(int(values.get("mails") or len(given) or USUAL), len(brief.facts) + 2))
    days = given if len(given) == count else mail_list("wording")["days"][count]  # the check says that they do not fit
    told = brief.facts[: count - 2]
    mails = [_welcome(brief, brief.facts[count - 2 :]), *(_one(brief, fact, at) for at, fact in enumerate(told, 1))]
    mails.append(_reminder(brief, len(mails)))
    link = {"url": str(values.get("url") or "")}
    return [{"day": day, **mail, **link} for day, mail in zip(days, mails, strict=True)]


def _welcome(brief: MailBrief, others: tuple[str, ...]) -> dict[str, Json]:
    """Return the first mail, which tells the facts that no other mail has for itself."""
    first = [brief.one_of("welcome", "text"), brief.ended(brief.story) if brief.story else ""]
    text = [*filter(None, first), *brief.paragraphs(others)]
    parts = {"subject": _headed(brief, "welcome"), "preheader": brief.one_of("welcome", "preheader")}
    return {"kind": "welcome", **parts, "body": "\n\n".join(text), **framed(replace(brief, offer=""))}


def _one(brief: MailBrief, fact: str, at: int) -> dict[str, Json]:
    """Return a mail of one fact. Its subject tells it behind the product, in short where there is no room; else that
    there is one: the text would say the fact again."""
    line, short = fact.strip(FINAL), TAIL.sub("", brief.name)
    joint = "：" if brief.language == "zh" else ": "
    told = line if brief.language == "zh" else in_sentence(line)
    options = [f"{brief.name}{joint}{told}", f"{short}{joint}{told}", brief.one_of("one", "subject", at)]
    subject = next((one for one in options if len(one) <= SUBJECT), brief.name)
    parts = {"subject": subject, "preheader": brief.one_of("one", "preheader", at)}
    text = "\n\n".join([brief.one_of("one", "text", at), brief.ended(fact)])
    return {"kind": "fact", **parts, "body": text, **framed(replace(brief, offer=""), at)}


def _reminder(brief: MailBrief, at: int) -> dict[str, Json]:
    listed = "\n".join(f"- {capital(fact.strip(FINAL))}" for fact in brief.facts)
    text = [brief.one_of("reminder", "text"), listed, brief.ended(brief.price) if brief.price else ""]
    offer = brief.ended(brief.offer) if brief.offer else ""
    parts = {"subject": _headed(brief, "reminder"), "preheader": offer or brief.one_of("reminder", "preheader")}
    return {"kind": "reminder", **parts, "body": "\n\n".join(filter(None, text)), **framed(brief, at)}


def _headed(brief: MailBrief, part: str) -> str:
    line = brief.one_of(part, "subject")
    return line if len(line) <= SUBJECT else brief.name
