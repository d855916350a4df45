"""The parts of an article: what to propose points about, which point goes where, and plain texts around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from aigc import check
from aigc.content import measure, trim
from aigc.types import Draft, Finding
from aigc_plugins.ads.fact_lines import in_sentence
from aigc_plugins.articles.grouping import under_headings
from aigc_plugins.articles.prose import as_sentences
from aigc_plugins.articles.section_names import section_name
from aigc_plugins.rules.repetition import near_duplicates
from aigc_plugins.rules.support import points_back

DESCRIPTION_CHARS = 155
OPENING, IN_DESCRIPTION = 3, 2  # facts that open an article at most, and of its description
LEAST = 20  # characters of it
LEAST_TITLE, TITLE_CHARS, TITLE_PIXELS = 4, 60, 580
# What a model is asked to give a tip about, where the brief brings no facts.
ANGLES: Mapping[str, Sequence[str]] = {
    "en": (
        "how to begin",
        "what to get ready",
        "what to look for",
        "how to save time",
        "a common mistake",
        "how to keep it up",
        "how to save money",
        "what to do when it goes wrong",
        "how to do it more safely",
        "how to get better at it",
        "what others can help with",
        "when to ask for advice",
    ),
    "zh": (
        "怎样开始",
        "需要准备什么",
        "要注意什么",
        "怎样省时间",
        "常见的错误",
        "怎样坚持",
        "怎样省钱",
        "出问题怎么办",
    ),
}


def article_angles(topic: str, sections: int, language: str = "en", facts: Sequence[str] | None = None) -> list[str]:
    """Return the angles from which the model is asked for points, two per section; none where the brief has facts."""
    return [] if facts else list(ANGLES.get(language, ANGLES["en"])[: 2 * sections])


def article_sections(
    headings: Sequence[str], paragraphs: Sequence[str], groups: Sequence[Sequence[str]], topic: str = ""
) -> list[dict[str, str]]:
    """Return the sections `{heading, text}` of groups of points; of a short article only `{text}`. The first paragraph
    is none of them: it opens the article.

    Where there are not as many headings as sections, each is made anew from its own points, so that none stands over
    another's; so is one that says the same as a heading before it. Where one cannot be made, none has one.
    """
    headed = under_headings(groups, topic)
    made = [section_name(group, topic) for group in headed]
    if len(headings) != len(headed):
        headings = made
    told: list[str] = []
    for pair in zip(headings, made, strict=True):
        told.append(next((one for one in pair if one and not _stands_in(one, told)), ""))
    texts = paragraphs[1:]
    if not headed or len(told) != len(texts) or not all(told):
        return [{"text": text} for text in texts]
    return [{"heading": heading, "text": text} for heading, text in zip(told, texts, strict=True)]


@check(severity="note")
def sections_as_asked(draft: Draft) -> Iterator[Finding]:
    """An article has as many parts, its opening and its sections, as its brief asks; facts may be too few for that."""
    wanted, facts = draft.brief.values.get("sections"), draft.brief.values.get("facts") or []
    parts = bool(draft.fields.get("intro")) + len(list(draft.fields.get("sections") or []))
    if facts and isinstance(wanted, int) and parts < wanted:
        message = f"{parts} of {wanted} sections, the opening counted: {len(facts)} facts carry no more"
        yield Finding(message=message, field="sections")


def _stands_in(heading: str, headings: Sequence[str]) -> bool:
    return any(near_duplicates(heading, other) for other in headings)


def article_title(topic: str, language: str = "en") -> str:
    """Return a plain title that fits: the topic. It is no guide, nor "for" anybody: the description says for whom."""
    if language == "zh":
        titles = [topic, f"说说{topic}的事"]
    else:
        named = " ".join(word if len(word) < 4 or not word.islower() else word.capitalize() for word in topic.split())
        named = named[:1].upper() + named[1:]
        titles = [named, f"{named}: A Practical Guide"]
    long = (text for text in titles if len(text) >= LEAST_TITLE)
    return trim(trim(next(long, titles[-1]), TITLE_CHARS, "chars"), TITLE_PIXELS, "pixels")


def article_description(topic: str, audience: str | None, facts: Sequence[str], language: str = "en") -> str:
    """Return a meta description within 155 characters: the topic, for whom, and up to two facts as they fit.

    They come from behind the article's opening where there are such; its first fact only where too little else is.
    """
    named = topic[:1].upper() + topic[1:]
    chinese = language == "zh"
    if audience:
        named += f"，写给{audience}" if chinese else f", for {audience}" if " for " in topic else f" for {audience}"
    text = trim(named, DESCRIPTION_CHARS - 1, "chars") + ("。" if chinese else ".")
    told = as_sentences(facts)
    others = [one for one in (*told[OPENING:], *told[1:OPENING]) if not points_back(one)]
    count = 0
    for fact in (*others, *told[:1]):
        first = in_sentence(fact) if not chinese else fact
        longer = f"{text}{'' if chinese else ' '}{fact}" if count else f"{text[:-1]}{'：' if chinese else ': '}{first}"
        short = count < IN_DESCRIPTION if fact in others else not count or measure(text, "chars") < LEAST
        if short and measure(longer, "chars") <= DESCRIPTION_CHARS:
            text, count = longer, count + 1
    return text
