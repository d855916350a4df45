"""Facts → a text to read: their sentences in their order, a few to a paragraph, and tasks that the text answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aigc import check
from aigc.types import Draft
from aigc_plugins.lessons.quiz_material import GAP, STARRED, with_equals
from aigc_plugins.lessons.sentence_ends import taken_apart
from aigc_plugins.lessons.taught_facts import TaughtFact, each_taught, taught_facts, told_language
from aigc_plugins.lessons.told_questions import told_question
from aigc_plugins.lessons.worksheets import as_listed, mixed, worksheet
from aigc_plugins.rules.content_words import content, telling

PARAGRAPH = 4  # sentences
LEAST_GAPS = 3  # of fewer no exercise is made
HAN = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"(?<![\w'’-])[a-z]{3,}[a-z](?<!ly|ed)(?<!ing)(?![\w'’-])")
ENDS = re.compile(  # what stands behind these ends a sentence; not in 没有, 现在, 作用 and the like
    r"(?:(?<![但还可总不])是|(?<![没所具])有|吃|喝|(?<![大喊])叫|(?<![作使利])用(?!.{0,3}[造做制写画打洗煮捉挖盖织建传])|(?<![现正])在|(?<![目有])的)"
    r"(?:[一二两三四五六七八九十]+[个只条种座块颗根])?"
    r"(?P<word>[^，。、；：“”《》的了是有在不\d\s]{1,6})了?[。！]?$"
)

PHRASE_END = re.compile(  # what may stand behind a noun
    r"[,;.!?]|$| (?:of|in|on|at|with|from|for|and|or|to|by|into|because|so|that|is|are|was|were|has|have|had|who|which|when|if|can|may|must|should)\b"
)
OBJECT = re.compile(  # what a verb of two characters does it to, at the end of a sentence
    r"(?:传到|来到|达到|变成|做成|制成|磨成|揉成|切成|结成|排成|聚成|变为|成为|作为|分为|分成|位于|来自|属于|需要|依靠|产生|放出|"
    r"吸收|保护|代表|象征|表示|带动|转动|喜欢|善于|适合|提出|发明|发现|改进|建立|统一|设计|减少|增加|防止|引起|形成|组成|包括)了?"
    r"(?P<word>[^，。、；：“”《》的了是有在不\d\s]{2,8})[。！]?$"
)


def reading_text(facts: Sequence[str], relation: str | None = None, language: str | None = None) -> str:
    """Return the text that the facts make: sentences as they stand, pairs as `relation` joins them, questions with
    their answers. Other pairs are no sentences, and are left out."""
    told = told_language(facts, language)
    sentences = [sentence for one in taught_facts(facts, relation, language) if (sentence := _read(one, relation))]
    between = "" if told == "zh" else " "
    starts = [
        at for at in range(0, len(sentences), PARAGRAPH) if at == 0 or at + 1 < len(sentences)
    ]  # none stands alone
    ends = [*starts[1:], len(sentences)]
    return "\n\n".join(between.join(sentences[start:end]) for start, end in zip(starts, ends, strict=False))


def reading_tasks(
    facts: Sequence[str],
    relation: str | None = None,
    language: str | None = None,
    *,
    written: Sequence[str] = (),
    topic: str = "",
) -> dict[str, Any]:
    """Return the fields of `worksheet` that a text of the same facts answers.

    Every sentence with a starred word has a gap, of its first one. Where there are fewer than three, other sentences of
    the text have one as well, of a word that the `topic` does not say; where there are too few of these too, none has.
    """
    read = [fact for fact in with_equals(facts) if _is_read(fact, relation, language)]
    sheet = worksheet(read, relation, language, written=written)
    if len(sheet["gaps"]) + len(sheet["questions"]) and any(written) and len(sheet["gaps"]) >= LEAST_GAPS:
        return sheet
    gaps = dict(zip(sheet["gaps"], sheet["key"]["gaps"], strict=True))
    for fact in read:
        gaps |= _starred(fact)
    gaps = _one_for_each(gaps)
    asked = set(written)
    for one in taught_facts(read, relation, language) if len(gaps) < LEAST_GAPS else ():
        statement = one.material["statement"]
        whole = one.kind == "sentence" and not any(gap.replace(GAP, word) == statement for gap, word in gaps.items())
        if whole and one.gap not in asked and (found := gap_word(statement, topic)):
            gaps[statement[: found[1]] + GAP + statement[found[1] + len(found[0]) :]] = found[0]
    if len(gaps) < LEAST_GAPS:
        gaps = {}
    text = reading_text(facts, relation, language)
    order = sorted(gaps, key=lambda gap: text.find(gap.replace(GAP, gaps[gap])))
    words = [gaps[gap] for gap in order]
    bank = mixed([as_listed(word) for word in words])
    return sheet | {"gaps": order, "word_bank": bank, "key": sheet["key"] | {"gaps": words}}


@check(severity="warn")
def every_fact_read(draft: Draft) -> Iterator[str]:
    """Every fact of a reading stands in its text: a pair does where the brief has a `relation`."""
    values = draft.brief.values
    facts, relation, language = values.get("facts") or (), values.get("relation"), values.get("language")
    for fact in with_equals(facts):
        if not _is_read(fact, relation, language):
            yield f"{fact!r} is no sentence, and not in the text: write it as one, or give a `relation`"


def _is_read(fact: str, relation: str | None, language: str | None) -> bool:
    (one,) = each_taught([fact], relation, language)
    return bool(one and _read(one, relation))


def _read(one: TaughtFact, relation: str | None) -> str:
    """Return a fact as the text has it; nothing of one that is no sentence."""
    if one.kind == "question":
        return told_question(one.left, one.answer)
    told = one.kind == "sentence" or (relation and not one.sums)
    return one.material["statement"] if told else ""


def _starred(fact: str) -> dict[str, str]:
    """Return the gaps of the starred words of a sentence, each with its word."""
    stars = list(STARRED.finditer(fact.strip())) if "=" not in fact else []
    plain = STARRED.sub(r"\2", fact.strip())
    stop = "" if plain.endswith((".", "!", "。", "！")) else "。" if HAN.search(plain) else "."
    gaps, removed = {}, 0
    for star in stars:
        start, word = star.start() - removed, star[2]
        gaps[plain[:start] + GAP + plain[start + len(word) :] + stop] = word
        removed += len(star.group()) - len(word)
    return gaps


def _one_for_each(gaps: Mapping[str, str]) -> dict[str, str]:
    """Return one gap for each sentence: of two, each tells what is missing in the other."""
    first: dict[str, str] = {}  # the sentence → its first gap
    for gap, word in gaps.items():
        first.setdefault(gap.replace(GAP, word), gap)
    return {gap: gaps[gap] for gap in first.values()}


def gap_word(sentence: str, topic: str = "", *, last: bool = False) -> tuple[str, int] | None:
    """Return a word that the text above tells, to leave a gap for, and where it starts: the longest one that is not
    everyday and comes once, or the `last` that is no verb; in Chinese the last words, where they surely begin."""
    if HAN.search(sentence):
        found = OBJECT.search(sentence) or ENDS.search(sentence)
        whole = found and not re.search(r"[成于]$", found["word"])
        alone = found and whole and sentence.count(found["word"]) == 1 and found["word"] not in topic
        return (found["word"], found.start("word")) if found and alone else None
    verb = taken_apart(sentence) if last else None
    did = verb.end.split()[0] if verb else ""
    words: list[re.Match[str]] = []
    for known in (telling, content) if last else (telling,):
        every = [one for one in WORD.finditer(sentence) if one.start() and known(one.group()) - known(topic)]
        every = [one for one in every if not last or PHRASE_END.match(sentence, one.end())]
        words = words or [one for one in every if not (last and _acts(sentence, one, did))]
    once = [one for one in words if sentence.casefold().count(one.group()) == 1]
    best = max(once, key=lambda one: one.start() if last else len(one.group()), default=None)
    return (best.group(), best.start()) if best else None


def _acts(sentence: str, word: re.Match[str], verb: str) -> bool:
    """Tell whether a word is the verb of its sentence, or stands as one: "were left"."""
    return word.group() == verb or bool(re.search(r"\b(?:is|are|was|were|be|been|not|to)\s$", sentence[: word.start()]))
