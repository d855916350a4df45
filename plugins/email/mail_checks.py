"""What a mail must not look like: shouting, an answer to nothing, spam; and what has to stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from aigc import check
from aigc.content import links_in, measure
from aigc.types import Draft, Field, Finding, Json, texts_in
from aigc_plugins.email.mail_lists import mail_list, mail_platform
from aigc_plugins.email.mail_series import thin_matter
from aigc_plugins.rules.content_words import sentences
from aigc_plugins.rules.once import alike

CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
ABBREVIATED = re.compile(r"(?<=[a-z] )(?:[A-Z]{2,3}|[B-DF-HJ-NP-TV-Z]{4,5})(?= [a-z]|[,.;)]|$)")  # within a fact
SHOUTED = 4  # letters of a word in capitals that is no abbreviation


@check
def subject_reads_well(text: str, field: Field) -> Iterator[Finding]:
    """A subject does not shout, looks like no answer to a mail, and is as short as phones show it.

    Two words in capitals, or one of four letters, shout, unless the brief's `brand` or `product` is written so, or a
    fact has it as an abbreviation: VAT, HMRC. "Re:" and 回复： are refused (15 U.S.C. 7704(a)(2)); what is longer
    than 45 wide is only noted.
    """
    lists, values = mail_list("subjects"), field.draft.brief.values
    if found := re.match(lists["answers"]["beginnings"], text.strip(), re.IGNORECASE):
        yield Finding(message=f"looks like an answer: {found.group()!r}", span=found.span())
    names = f"{values.get('brand') or ''} {values.get('product') or ''} {values.get('name') or ''}"
    names += " ".join(one for fact in values.get("facts") or [] for one in ABBREVIATED.findall(str(fact)))
    loud = [found for found in CAPITALS.finditer(text) if not re.search(rf"\b{found.group()}\b", names)]
    if len(loud) > 1 or any(len(found.group()) >= SHOUTED for found in loud):
        yield Finding(message=f"shouts: {' '.join(found.group() for found in loud)!r}", span=loud[0].span())
    if text.count("!") + text.count("！") > 1:
        yield Finding(message="has more than one exclamation mark")
    advised = lists["lengths"]["advised"]
    if (size := measure(text, advised["counter"])) > advised["most"]:
        message = f"counts {size} ({advised['counter']}), {advised['most']} are advised"
        yield Finding(message=message, severity="note")


@check
def no_spam_words(text: str) -> Iterator[Finding]:
    """No phrase stands in a text for which filters and readers take a mail for spam: "free!", "act now", 恭喜您中奖.

    `subjects.yaml` of the plugin lists them with their source. "Free delivery" is none of them.
    """
    for found in _spam().finditer(text):
        yield Finding(message=f"has {found.group()!r}, which is taken for spam", span=found.span())


@check
def subject_said_once(draft: Draft) -> Iterator[Finding]:
    """No mail's preheader or text says its subject again, and no two mails of a piece have the same subject."""
    subjects: set[str] = set()
    name = str(draft.brief.values.get("product") or draft.brief.values.get("name") or "")
    for where, mail in _mails(draft.fields):
        line = str(mail.get("subject") or "")
        if line.casefold() in subjects:
            yield Finding(message=f"two mails have the subject {line!r}", field=f"{where}subject")
        subjects.add(line.casefold())
        shown = str(mail.get("preheader") or "")
        if _same(shown, line) or alike(_without(name, shown), _without(name, line)):
            yield Finding(message=f"says the subject again: {shown!r}", field=f"{where}preheader")
        if any(_same(sentence, line) for sentence in sentences(str(mail.get("body") or ""))):
            yield Finding(message=f"says the subject again: {line!r}", field=f"{where}body")


@check
def has_one_link(draft: Draft) -> Iterator[Finding]:
    """A mail leads to one address: that of its button. No other stands in its texts."""
    for where, mail in _mails(draft.fields):
        url = str(mail.get("url") or "")
        for name in ("subject", "preheader", "body", "postscript"):
            for link in links_in(str(mail.get(name) or "")):
                if link.rstrip("/") != url.rstrip("/") or name == "subject":
                    yield Finding(message=f"has the link {link!r} beside the button's", field=f"{where}{name}")


@check(severity="note")
def mail_can_be_left(draft: Draft) -> Iterator[Finding]:
    """A mail says how to get no more of them and where its sender is, which laws ask for (15 U.S.C. 7704(a)(5)).

    Mailing programs add what is missing, which is why it is only noted. A mail of a platform that fills in neither
    needs the inputs `unsubscribe` and `address`.
    """
    values = draft.brief.values
    platform = mail_platform(str(values.get("platform") or "none"))
    for name, filled in (("unsubscribe", platform.unsubscribe), ("address", platform.address)):
        if not values.get(name) and not filled:
            yield Finding(message=f"the brief has no {name}, and {platform.title} fills in none")


@check
def mail_days_ascend(draft: Draft) -> Iterator[str]:
    """The mails of a series go out one after the other, on as many `days` as there are mails; there may be days left
    where there are too few facts for as many mails."""
    days = [int(day) for day in draft.brief.values.get("days") or []]
    asked = int(draft.brief.values.get("mails") or len(days))
    mails = draft.fields.get("mails")
    sent = [mail["day"] for mail in mails if isinstance(mail, Mapping)] if isinstance(mails, list) else []
    if days and (len(days) != asked or len(days) < len(sent)):
        yield f"the brief has {len(days)} days for {len(sent)} mails"
    if sent != sorted(set(sent)):
        yield f"the days {', '.join(map(str, sent))} do not follow one another"


@check(severity="warn")
def mails_have_matter(draft: Draft) -> Iterator[Finding]:
    """Each mail of a series but the last tells a fact that no other has told before, and the mails between the first
    and the last more than one short one: there are enough in the brief. Where fewer mails than asked for are made of
    them, that is only noted."""
    values, mails = draft.brief.values, draft.fields.get("mails")
    facts, days = values.get("facts"), values.get("days")
    given = len(facts) if isinstance(facts, list) else 0
    many = len(mails) if isinstance(mails, list) else 0
    asked = int(str(values.get("mails") or (len(days) if isinstance(days, list) else 0)))
    if given + bool(values.get("story")) < many - 1:
        yield Finding(message=f"the brief has {given} facts for {many} mails: one or more say nothing of their own")
    elif thin_matter(values):
        yield Finding(message=f"the brief has {given} facts for {many} mails: one tells but a few words")
    elif many < asked:
        message = f"the brief has {given} facts, which make {many} mails, not {asked}"
        yield Finding(message=message, severity="note")


def _mails(fields: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Yield each mail of a piece, with what stands before its fields' names."""
    mails = fields.get("mails")
    if not isinstance(mails, Sequence) or isinstance(mails, str):
        yield "", fields
        return
    for at, mail in enumerate(mails):
        if isinstance(mail, Mapping):
            yield f"mails[{at}].", mail


def _without(name: str, text: str) -> str:
    """Return a text without the product's name, which stands in subject and preheader alike."""
    return re.sub(re.escape(name), " ", text, flags=re.IGNORECASE) if name else text


def _same(one: str, other: str) -> bool:
    plain = [" ".join(re.findall(r"\w+", text.casefold())) for text in (one, other)]
    return bool(plain[0]) and plain[0] == plain[1]


@cache
def _spam() -> re.Pattern[str]:
    lists = mail_list("subjects")["spam"]
    latin = "|".join(sorted(map(re.escape, texts_in(lists["en"])), key=len, reverse=True))
    plain = "|".join(map(re.escape, (*lists["shown"], *lists["zh"])))
    return re.compile(rf"{plain}|(?<!\w)(?:{latin})(?!\w)", re.IGNORECASE)
