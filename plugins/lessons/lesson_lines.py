"""Lines that carry what they belong to: `answer: wrong; wrong; wrong` and `term: meaning`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigc import check, postprocessor

_TASKS = """
    draw make write sort build list match sketch act read solve measure design label compare create show find
    choose collect tell plan explain describe look mark fold cut name prepare
    practise practice take teach
"""
HAN = re.compile(r"[\u3400-\u9fff]")
TASKS = frozenset(_TASKS.split())
LEAD_IN = (
    r"^(?:in [\w ]+, )?(?:an? |the )?(?:word |term )?[\"'“]?TERM[\"'”]?\s*"
    r"(?::|,|-|–|—|\b(?:is|are|means|refers to)\b)\s*"
)


def of_class(title: str, grade: str | None) -> str:
    """Return a title with whom it is for, as its language writes it: "Knots, year 4", 磁铁（三年级）."""
    if not grade or grade.casefold() in title.casefold():  # said once
        return title
    return f"{title}（{grade}）" if HAN.search(title) else f"{title}, {grade}"


@postprocessor
def answer_first(text: str, *, answer: str) -> str:
    """Write a line of wrong answers as `answer: wrong; wrong; wrong`, without the answer among the wrong ones."""
    line = text.partition("\n")[0]
    head, colon, rest = line.partition(":")
    options = re.split(r"[;,；，、]", rest if colon and len(head) <= len(answer) + 12 else line)
    kept = [option.strip(" .。") for option in options]
    wrong = [option for option in kept if option and option.casefold() != answer.casefold()]
    return f"{answer}: " + "; ".join(dict.fromkeys(wrong))


@postprocessor
def term_first(text: str, *, term: str) -> str:
    """Write a meaning as `term: meaning`: its first sentence, without "Evaporation is" before it."""
    line = text.partition("\n")[0].strip()
    pattern = LEAD_IN.replace("TERM", re.escape(term) + "(?:s|es)?")
    meaning = line
    while (shorter := re.sub(pattern, "", meaning, count=1, flags=re.IGNORECASE)) != meaning and shorter:
        meaning = shorter
    meaning = re.split(r"(?<=[a-z0-9)])\.\s|。", meaning, maxsplit=1)[0].strip(" .。")
    return f"{term}: {meaning}"


@check
def no_given_word(text: str, *, term: str) -> Iterator[str]:
    """A meaning `term: meaning` does not explain the term by itself, and is a phrase of three to twenty-five words."""
    meaning = text.partition(": ")[2].casefold()
    stem = re.escape(re.sub(r"(?:ing|ion|ed|es|s|e)$", "", term.casefold()))
    if re.search(rf"(?<![a-z]){stem}" if term.isascii() else re.escape(term), meaning):
        yield f"explains {term!r} by itself"
    if re.match(r"[\w' -]{0,40}\bis an?\b|like\b|(?:an?|the) (?:word|term|concept)\b", meaning) and term.isascii():
        yield "is no meaning"
    if re.match(r"[A-Z][a-z]", text.partition(": ")[2]) or "!" in text:
        yield "is a sentence of its own, not a meaning"
    words = len(meaning.split()) if term.isascii() else len(meaning) // 2
    if not 3 <= words <= 25:
        yield f"has {words} words, 3 to 25 are wanted"


@check
def classroom_task(text: str) -> Iterator[str]:
    """A task is one thing to do: it begins with a verb of doing (draw, sort, write), in at most 24 words."""
    if not text.isascii() and not re.match(r"[A-Za-z]", text):
        return
    words = re.findall(r"[a-z]+", text.casefold())
    if not words or words[0] not in TASKS:
        yield f"does not begin with one of {', '.join(sorted(TASKS)[:6])}, …"
    if len(words) > 24:
        yield f"has {len(words)} words, at most 24 are wanted"
    if twice := _twice(text):
        yield f"says {twice!r} twice"


@check
def says_words_once(text: str) -> Iterator[str]:
    """A short line uses no longer word twice: "Use decimals to explain decimals"."""
    if twice := _twice(text):
        yield f"says {twice!r} twice"


@check
def covers_topic(text: str, *, topic: str) -> Iterator[str]:
    """A line names its topic: every content word of a short one, half of those of a longer one."""
    if not topic.isascii():
        return
    wanted = {_stem(word) for word in re.findall(r"[a-z]+", topic.casefold()) if len(word) > 3}
    named = {_stem(word) for word in re.findall(r"[a-z]+", text.casefold())}
    needed = len(wanted) if len(wanted) <= 2 else -(-len(wanted) // 2)
    if len(wanted & named) < needed:
        yield f"leaves out {', '.join(sorted(wanted - named))}"


def _twice(text: str) -> str:
    stems = [_stem(word) for word in re.findall(r"[a-z]+", text.casefold()) if len(word) > 4]
    return next((stem for stem in stems if stems.count(stem) > 1), "")


def _stem(word: str) -> str:
    return re.sub(r"(?:ing|oes|ed|es|s|e|o)$", "", word) or word
