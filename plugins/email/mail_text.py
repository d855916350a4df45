"""The facts of a mail as its text: whole sentences where their words allow, else a list below a line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aigc_plugins.ads.capital import after_marks, capital
from aigc_plugins.ads.fact_lines import FINAL, in_sentence
from aigc_plugins.ads.fact_shape import DIVIDED
from aigc_plugins.ads.provisos import warns
from aigc_plugins.email.mail_brief import MailBrief
from aigc_plugins.email.mail_facts import fact_sentence

SAME = re.compile(r"^(It|They) (\w+ .+)$")
SHORT = 8  # characters of a Chinese fact beside another
LISTED = 3  # Chinese facts of one mail that stand as a list


def parted(brief: MailBrief) -> tuple[list[str], list[str]]:
    """Return the facts of a brief that can be sentences, and those that are only parts of one; Chinese says either."""
    told = [fact for fact in brief.facts if sentence_of(brief, fact)]
    if brief.language == "en" and not all(map(warns, brief.facts)):
        told = [fact for fact in told if not warns(fact)]  # no mail begins with what costs extra
    return told, [fact for fact in brief.facts if fact not in told]


def sentence_of(brief: MailBrief, fact: str) -> str:
    """Return a fact as a sentence about what the mail is about, or nothing."""
    if brief.language == "zh":
        return brief.ended(fact)
    sentence = fact_sentence(fact, brief.thing, goods=brief.goods)
    return brief.ended(sentence) if sentence else ""


def told_facts(
    brief: MailBrief, told: Sequence[str], listed: Sequence[str], *, at: int = 0, led: bool = False
) -> list[str]:
    """Return the paragraphs of some facts: those that are sentences two by two, the others as a list below a line,
    unless they are `led` to already."""
    if led:
        return [bullets([*listed, *told])]
    if brief.language == "zh" and len(told) >= LISTED:
        return [bullets(told)]
    sentences = [sentence_of(brief, fact) for fact in told]
    pairs = [_joined(brief, sentences[start : start + 2]) for start in range(0, len(sentences), 2)]
    if not listed:
        return pairs
    part = "also" if told else "only"
    if len(listed) == 1:
        line = brief.one_of("lead", f"{part}_one", at).replace("{fact}", in_sentence(listed[0].strip(FINAL)))
        return [*pairs, brief.ended(line)]
    return [*pairs, f"{brief.one_of('lead', part, at)}\n\n{bullets(listed)}"]


def bullets(facts: Sequence[str]) -> str:
    """Return facts as a list."""
    return "\n".join(f"- {after_marks(capital(fact.strip(FINAL)))}" for fact in facts)


def _joined(brief: MailBrief, sentences: Sequence[str]) -> str:
    """Return one or two sentences as a paragraph; two of one subject are one: "It holds 9 kg and opens below"."""
    if brief.language == "zh":
        parts = [one.rstrip("。") for one in sentences]
        divided = any(DIVIDED.search(one) or len(one) > SHORT for one in parts)
        return brief.ended(("；" if divided else "，").join(parts))
    found = [SAME.match(one.strip(FINAL)) for one in sentences]
    if len(found) == 2 and found[0] and found[1] and not any(DIVIDED.search(one) for one in sentences):
        return brief.ended(f"{found[0].group()} and {found[1][2]}")
    return brief.joint.join(sentences)
