"""Facts → a text to read: their sentences in their order, a few to a paragraph, and tasks that the text answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aigc import check
from aigc.types import Draft
from aigc_plugins.lessons.dull_words import DULL, EMPTY
from aigc_plugins.lessons.joined_sentences import flowing
from aigc_plugins.lessons.noun_places import PHRASE_END, names_in, stands_as_noun
from aigc_plugins.lessons.plain_questions import plain_question
from aigc_plugins.lessons.quiz_material import GAP, STARRED, with_equals
from aigc_plugins.lessons.reading_questions import completed, more_questions
from aigc_plugins.lessons.sentence_ends import taken_apart
from aigc_plugins.lessons.sure_gaps import cuts_a_word
from aigc_plugins.lessons.taught_facts import TaughtFact, each_taught, taught_facts, told_language
from aigc_plugins.lessons.told_questions import surely_told
from aigc_plugins.lessons.worksheets import as_listed, mixed, worksheet
from aigc_plugins.rules.content_words import content, telling

PARAGRAPH = 4  # sentences
ENOUGH_GAPS = 4  # where few words are starred; what is left is asked in other ways
CLAUSE = re.compile(
    r"^(?:What|Who|Which|When|Where) (?:is|are|was|were)\b[^?]*\?\s*=\s*(?:it|they|he|she|there) [a-z]+ ", re.I
)
ARTICLE = re.compile(r"^(?:the|an?) ", re.IGNORECASE)
LEAST_GAPS = 3  # of fewer no exercise is made
HAN = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"(?<![\w'’-])[a-z]{3,}[a-z](?<!ly|ed)(?<!ing)(?![\w'’-])")
ENDS = re.compile(  # what stands behind these ends a sentence; not in 没有, 现在, 作用 and the like
    r"(?:(?<![但还可总不])是|(?<![没所具])有|吃|喝|(?<![大喊])叫|(?<![作使利])用(?!.{0,3}[造做制喂写画打洗煮捉挖盖织建传塞填擦冲扎绑泡浸切剪夹压刷涂垫运买卖付装载驮拖呼])|(?<![现正])在|(?<![目有])的)"
    r"(?:[一二两三四五六七八九十]+[个只条种座块颗根])?"
    r"(?P<word>[^，。、；：“”《》的了是有在不一二两三四五六七八九十几\d\s]{1,6})了?[。！]?$"
)

OBJECT = re.compile(  # what a verb of two characters does it to, at the end of a sentence
    r"(?:传到|送到|送回|连接|运输|长满|选自|注入|流入|来到|达到|变成|做成|制成|磨成|揉成|切成|结成|排成|聚成|变为|成为|作为|分为|分成|位于|来自|属于|需要|依靠|产生|放出|"
    r"吸收|保护|代表|象征|表示|带动|转动|喜欢|善于|适合|提出|发明|发现|改进|建立|统一|设计|减少|增加|防止|写清|写明|引起|形成|组成|包括)了?"
    r"(?:[一二两三四五六七八九十]+[个种只条座块颗根])?(?P<word>[^，。、；：“”《》的了是有在不\d\s]{2,8})[。！]?$"
)
PLACE = re.compile(
    r"(?<![以之早晚楼])[上下](?<!天下|乡下)$|(?<![初高其集])中$|(?<![公这那哪])里$|(?<![以之国海户])[内外]$|旁$"
)
WITHIN = re.compile(r"(?:[上里中下内外旁]面?|[前后]面|旁边|[这那哪]里)[^面边]")
VERBAL = re.compile(r"可以|可能|能够|应当|应该|必须|除外|更|最|很|都|也|把|被|让|就|(?<!未)来(?=..)|(?<=.)[要会](?=..)")
CHINESE = (
    OBJECT,
    ENDS,
    re.compile(
        r"是(?:由|用|靠)(?P<word>[^，。、的是]{2,5})(?:产生|组成|构成|制成|做成|做|造|发明|设计|建成)的[。！]?$"
    ),
    re.compile(r"越[^，。越]{1,4}，[^，。越]{0,6}越(?P<word>[^，。越]{1,3})[。！]?$"),
    re.compile(r"[可能会]以?在(?P<word>[^，。的在]{1,10})[中里上下][^，。]{2,4}[。！]?$"),
)


def reading_text(facts: Sequence[str], relation: str | None = None, language: str | None = None) -> str:
    """Return the text that the facts make: sentences as they stand, pairs as `relation` joins them, questions as the
    sentences that they surely are with their answers. Other pairs and questions are no sentences, and are left out."""
    told = told_language(facts, language)
    between = "" if told == "zh" else " "
    sentences = flowing(_sentences(facts, relation, language), told)
    starts = [
        at for at in range(0, len(sentences), PARAGRAPH) if at == 0 or at + 1 < len(sentences)
    ]  # none stands alone
    ends = [*starts[1:], len(sentences)]
    return "\n\n".join(between.join(sentences[start:end]) for start, end in zip(starts, ends, strict=False))


def _asked(gaps: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return gaps that are questions as well, each with it and its answer, as long as there are enough others."""
    found = {gap: (question, word) for gap, word in gaps.items() if (question := plain_question(gap, word))}
    return dict(list(found.items())[: max(0, len(gaps) - LEAST_GAPS)])


def _sentences(facts: Sequence[str], relation: str | None, language: str | None) -> list[str]:
    return [sentence for one in taught_facts(facts, relation, language) if (sentence := _read(one, relation))]


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
    the text have one as well, of a word that the `topic` does not say; where there are too few of these too, each is a
    question. What other sentences bear is asked as well: numbers, reasons, what is true and what is false.
    """
    read = [fact for fact in with_equals(facts) if is_told(fact, facts, relation, language)]
    sheet = worksheet(read, relation, language, written=written)
    if len(sheet["gaps"]) + len(sheet["questions"]) and any(written) and len(sheet["gaps"]) >= LEAST_GAPS:
        return sheet
    gaps = dict(zip(sheet["gaps"], sheet["key"]["gaps"], strict=True))
    for fact in read:
        gaps |= _starred(fact)
    gaps = _one_for_each(gaps)
    taught, told = taught_facts(read, relation, language), told_language(facts, language)
    if len(gaps) < LEAST_GAPS:
        gaps |= other_gaps([one for one in taught if one.gap not in set(written)], gaps, topic, told)
    alone = {} if len(gaps) >= LEAST_GAPS else gaps
    spent = {gap.replace(GAP, word) for gap, word in gaps.items()}
    left = [one for one in taught if one.material["statement"] not in spent]
    more = {completed(gap, told): word for gap, word in alone.items()} | more_questions(left, told)
    gaps = {} if alone else gaps
    if not alone:
        asked = _asked(gaps)
        gaps = {gap: word for gap, word in gaps.items() if gap not in asked}
        more = dict(asked.values()) | more
    sheet["questions"] += list(more)
    sheet["key"]["questions"] += list(more.values())
    text = "\n".join(_sentences(facts, relation, language))
    order = sorted(gaps, key=lambda gap: text.find(gap.replace(GAP, gaps[gap])))
    words = [gaps[gap] for gap in order]
    bank = mixed([as_listed(word) for word in words])
    return sheet | {"gaps": order, "word_bank": bank, "key": sheet["key"] | {"gaps": words}}


def other_gaps(
    taught: Sequence[TaughtFact], gaps: Mapping[str, str], topic: str, told: str, *, most: int = ENOUGH_GAPS
) -> dict[str, str]:
    """Return gaps of further sentences, each with its word, which no other one has: first of those on which nothing
    else can be asked, until there are enough."""
    spent, every = {gap.replace(GAP, word) for gap, word in gaps.items()}, [one.material["statement"] for one in taught]
    whole = [one for one in taught if one.kind == "sentence" and one.material["statement"] not in spent]
    found: dict[str, str] = {}
    words = {text: open_word(text, topic, " ".join(other for other in every if other != text)) for text in every}
    weak = {text: not word or is_weak(word[0], text) for text, word in words.items()}
    for one in sorted(whole, key=lambda one: (bool(more_questions([one], told)), weak[one.material["statement"]])):
        statement = one.material["statement"]
        word = words[statement]
        known = {_plain(one) for one in (*gaps.values(), *found.values())}
        if word and _plain(word[0]) not in known and len(gaps) + len(found) < most:
            found[statement[: word[1]] + GAP + statement[word[1] + len(word[0]) :]] = word[0]
    order = [gap for statement in every for gap in found if gap.replace(GAP, found[gap]) == statement]
    return {gap: found[gap] for gap in order}


def open_word(told: str, topic: str, others: str) -> tuple[str, int] | None:
    """Return the word of a sentence to leave a gap for, and where it starts: one that no other sentence has, a noun
    rather, or a name where the noun is one that anything may have."""
    found = gap_word(told, f"{topic} {others}", last=True) or gap_word(told, topic, last=True)
    names = [one for one in names_in(told) if told.count(one) == 1 and not told.startswith(one) and one not in topic]
    if names and not HAN.search(told) and (not found or is_weak(found[0], told)):
        return names[-1], told.find(names[-1])
    return found or gap_word(told, topic)


def is_weak(word: str, told: str) -> bool:
    """Tell whether a word is one that nobody need know, or perhaps no noun: world, behaves."""
    return word.casefold() in DULL or not (stands_as_noun(word, told) or word[:1].isupper() or bool(HAN.search(word)))


def _plain(word: str) -> str:
    return ARTICLE.sub("", word).casefold()


@check(severity="warn")
def every_fact_read(draft: Draft) -> Iterator[str]:
    """Every fact of a reading stands in its text: a pair does where the brief has a `relation`, a question where its
    sentence is sure, or its answer stands in another one. A text has three tasks at the least."""
    values = draft.brief.values
    facts, relation, language = values.get("facts") or (), values.get("relation"), values.get("language")
    taught = taught_facts(facts, relation, language)
    tasks = sum(len(draft.fields.get(field) or ()) for field in ("gaps", "left", "questions"))
    if "gaps" in draft.fields and taught and tasks < LEAST_GAPS:
        yield f"has too few tasks, {tasks} of {LEAST_GAPS}: put *asterisks* around words that are asked for"
    for fact in with_equals(facts):
        if CLAUSE.search(fact):
            yield f"{fact!r} asks what something is, and its answer is a sentence: write it as one fact"
        elif _is_asked(fact, relation, language) and not is_told(fact, facts, relation, language):
            yield f"the text does not answer {fact!r}, which is left out: write it as a sentence"
        elif not _is_asked(fact, relation, language):
            yield f"{fact!r} is no sentence, and not in the text: write it as one, or give a `relation`"


def is_told(fact: str, facts: Sequence[str], relation: str | None, language: str | None) -> bool:
    """Tell whether a text has a fact as a sentence, or has a question's answer word for word in others."""
    (one,) = each_taught([fact], relation, language)
    if one is None or one.kind != "question":
        return bool(one and _read(one, relation))
    answer = one.answer.strip().rstrip(".。")
    text = " ".join(_sentences(facts, relation, language))
    shape = re.escape(answer) if HAN.search(answer) else rf"(?<!\w){re.escape(answer)}(?!\w)"
    return bool(_read(one, relation)) or bool(re.search(shape, text, re.IGNORECASE))


def _is_asked(fact: str, relation: str | None, language: str | None) -> bool:
    """Tell whether a text tells a fact, or asks it: a question of which no sentence is sure."""
    (one,) = each_taught([fact], relation, language)
    return bool(one and (one.kind == "question" or _read(one, relation)))


def _read(one: TaughtFact, relation: str | None) -> str:
    """Return a fact as the text has it; nothing of one that is no sentence."""
    if one.kind == "question":
        return surely_told(one.left, one.answer)
    whole = not one.sums and "told" not in one.material  # which lacks an article
    told = one.kind == "sentence" or (relation and whole)
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
        found = next((one for shape in CHINESE if (one := shape.search(sentence))), None)
        if found and re.search(r"在$", sentence[: found.start("word")]) and re.search(r"了[。！]?$", sentence):
            return None  # 撞在树桩上死了
        if found and VERBAL.search(found["word"]):
            return None  # 更形象, 可以剪掉: no word, but what is said of one
        if found and re.search(r"在$", sentence[: found.start("word")]) and WITHIN.search(found["word"]):
            return None  # 在上面乱写乱画: a place, and what is done there
        if found and re.search(r"[靠凭][^，]*的$", sentence[: found.start("word")]):
            return None  # 靠湿润的体壁呼吸
        if (
            found
            and PLACE.search(found["word"])
            and re.search(r"[在到于入进][^，。]*$", sentence[: found.start("word")])
        ):
            return _named_place(sentence, found["word"], topic)
        if not found:
            return None
        whole = not re.search(r"[成于]$|[变把被让都很又]|相[等同似]", found["word"])
        alone = whole and sentence.count(found["word"]) == 1 and found["word"] not in topic
        alone = alone and not cuts_a_word(sentence.replace(found["word"], GAP), found["word"], topic)
        return (found["word"], found.start("word")) if alone else None
    verb = taken_apart(sentence) if last else None
    did = verb.end.split()[0] if verb else ""
    words: list[re.Match[str]] = []
    for known in (telling, content) if last else (telling,):
        every = [one for one in WORD.finditer(sentence) if one.start() and known(one.group()) - known(topic)]
        every = [one for one in every if one.group() not in EMPTY]
        every = [one for one in every if not last or PHRASE_END.match(sentence, one.end())]
        words = words or [one for one in every if not (last and _acts(sentence, one, did))]
    once = [one for one in words if sentence.casefold().count(one.group()) == 1]
    best = max(once, key=lambda one: one.start() if last else len(one.group()), default=None)
    return (best.group(), best.start()) if best else None


def _named_place(sentence: str, word: str, topic: str) -> tuple[str, int] | None:
    """Return what a place is named by, without the 上, 中 or 里 behind it: 竹简和丝帛 of 写在竹简和丝帛上."""
    bare = word[:-1]
    alone = len(bare) > 1 and sentence.count(bare) == 1 and bare not in topic
    return (bare, sentence.find(bare)) if alone else None


def _acts(sentence: str, word: re.Match[str], verb: str) -> bool:
    """Tell whether a word is the verb of its sentence, or stands as one: "were left"."""
    before = sentence[: word.start()]
    return word.group() == verb or bool(
        re.search(r"\b(?:is|are|was|were|be|been|not|to|you|we|they)\s$", before)
        or (word.group().endswith("s") and re.search(r"(?:^A|\ba)n? (?:\w+ )?\w+\s$", before))
        or (word.group().endswith("s") and re.search(r"\b(?!early|daily|family|likely|only)[a-z]{3,}ly\s$", before))
    )
