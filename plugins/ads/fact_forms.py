"""Facts beside a name, beside each other, and in halves: headlines in which no word is new, made without a model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from aigc.content import ends_dangling, measure
from aigc_plugins.ads.a_or_an import is_plural
from aigc_plugins.ads.fact_lines import FINAL, LISTED, ad_line, has_words, in_sentence
from aigc_plugins.ads.fact_shape import opening
from aigc_plugins.ads.faithful import same_word, tells, words_of
from aigc_plugins.ads.shortened import heads, loses_time, tightened, with_short_units
from aigc_plugins.ads.word_lists import CJK, TAIL, in_language, word_lists

WIDTH = 30
TWICE = 2  # a fact stands in so many lines of two facts
PART = 22  # wide; a longer fact leaves no room for another one
SPLIT = re.compile(r",\s+|;\s+|\s+[–—]\s+|[，；]")
ARTICLE = re.compile(r"^(?:an?|the)\s+(?=\w)", re.IGNORECASE)
LIMITED = re.compile(r"(?:up to|over|under|from|at|only|less|more|around|about)\b", re.IGNORECASE)
LOOSE = re.compile(r"[,;，；]|\s+for\s")  # a fact loses what follows, and still says the same
ANOTHER = re.compile(r"\b(?:an?|the)\s", re.IGNORECASE)
PLACED = re.compile(r"\s+(?:on|under|near|without|against)\s+.*$", re.IGNORECASE)
INCLUDED = re.compile(r"(?<=\w) (?:included|provided)$", re.IGNORECASE)  # goes without saying beside the product
MODEL = re.compile(r"\s+(?:\S*\d|[A-Z]{2,}\b).*$")  # "SPF 50", "20 cm": which one it is, not what


def short_names(product: str) -> list[str]:
    """Return a product's name and the shorter forms of it that still name the thing, the longest first.

    "Pour-over coffee kettle", "coffee kettle", "kettle"; but no "bank" for a power bank.
    """
    lists = word_lists()
    whole = PLACED.sub("", TAIL.sub("", product))
    words = MODEL.sub("", whole).split(" ")
    if len(words) > 2 and words[-1].lower() in lists["offered"]:
        words.pop()
    names = [product, whole, " ".join(words)]
    clear = words[-1].lower() not in lists["vague"]
    names += [" ".join(words[-2:])] if len(words) > 2 and (clear or words[-2].islower()) else []
    names += [words[-1]] if clear and len(words[-1]) > 2 and words[-1].isalpha() else []
    names += [head for head in lists["heads"] if whole.endswith(head)]
    return list(dict.fromkeys(names))


def bare(fact: str) -> str:
    """Return a fact without the verb that goes without saying beside a product: "200 litres" of "holds 200 litres"."""
    lists = word_lists()
    for verb in sorted(lists["light"], key=len, reverse=True):
        if fact.lower().startswith(f"{verb} ") and verb not in lists["kept_light"]:
            rest = ARTICLE.sub("", fact[len(verb) + 1 :])
            return fact if ANOTHER.search(rest) or LIMITED.match(rest) else rest
    return fact


def beside(names: Sequence[str], fact: str, language: str, *, brand: str | None = None) -> str:
    """Return name and fact in one headline: the longest of `names`, or at last the `brand`, that fits beside the whole
    fact, else beside its beginning, else beside a tighter or shorter way to say it; nothing where none does, where
    it would say a word twice, or the fact has none. What the one thing of a name does follows it as a sentence: "Tent
    Pitches in 5 Minutes".
    """
    if not has_words(fact):
        return ""
    whole = fact.strip(FINAL)
    named = [name for name in (*names, brand) if name and not _repeats(name, whole)]
    shorter = [*tightened(whole), *(form for one in heads(whole) for form in (one, *tightened(one)))]
    tries = [(name, whole, False) for name in named] + [(name, whole, True) for name in named]
    tries += [(name, form, False) for form in (*shorter, with_short_units(whole)) if form for name in named]
    lines = (_beside(name, form, language, subject=name != brand, begins=begins) for name, form, begins in tries)
    return next(filter(None, lines), "")


def _beside(name: str, fact: str, language: str, *, subject: bool, begins: bool) -> str:
    """Return a name and a fact in one line, or what the fact `begins` with; nothing where the name leaves no room."""
    short = ARTICLE.sub("", INCLUDED.sub("", _without_own_verb(name, bare(fact))))
    says = short == fact and subject and opening(fact) == ("do" if is_plural(name) else "does")
    pattern: str = in_language(word_lists()["subject_fact" if says else "named_fact"], language)
    room = WIDTH - measure(pattern.format(name=name, fact=""), "width")
    text = begun(short, room) if begins else short
    if not text or measure(text, "width") > room:
        return ""
    return pattern.format(name=_capital(name), fact=in_sentence(text) if says else _capital(text))


def _without_own_verb(name: str, fact: str) -> str:
    """Return a fact without the verb that its thing is named after: "150 labels a minute" of what a printer prints."""
    verb, _, rest = fact.partition(" ")
    stem = verb.lower().removesuffix("s")
    own = re.search(rf"\b{re.escape(stem.removesuffix('e'))}\w?(?:er|or)$", name, re.IGNORECASE)
    return rest if own and len(stem) > 2 and verb.lower().endswith("s") and rest[:1].isdigit() else fact


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def begun(fact: str, width: int) -> str:
    """Return a fact, or the clause or noun it begins with, in at most that width; nothing where a number is lost."""
    line = ad_line(fact, width) if width > 0 else ""
    lost = ARTICLE.sub("", fact)[len(line) :]
    return "" if lost and (re.search(r"\d", lost) or not LOOSE.match(lost) or loses_time(line, fact)) else line


def clauses(fact: str) -> list[str]:
    """Return the two clauses of a fact as a line each, where each says something by itself, else nothing."""
    parts = SPLIT.split(fact.strip(FINAL))
    if len(parts) != 2:
        return []
    one, other = parts
    if re.search(r"\d", one) and re.search(r"\d", other):
        return []  # "charges for 5 hours, in 10 minutes"
    if CJK.search(fact):
        alone = min(len(one), len(other)) > 2 and not other.startswith(tuple(word_lists()["unfinished"]))
    else:
        begins = any(re.match(rf"{word}\b", other, re.IGNORECASE) for word in word_lists()["second"])
        alone = begins and len(one.split()) > 1 and not LISTED.search(one)
    lines = [part[:1].upper() + part[1:] for part in parts if has_words(part)]
    fits = all(measure(line, "width") <= WIDTH and not ends_dangling(line) for line in lines)
    return lines if alone and fits and len(lines) == len(parts) else []


def two_in_one(facts: Sequence[str], language: str, names: Sequence[str] = ()) -> Iterator[str]:
    """Yield headlines of two short facts each, beside the longest of `names` that fits where some are given; facts that
    stand in few of them come first, and none stands in more than two."""
    pattern: str = in_language(word_lists()["two_facts"], language)
    joint: str = in_language(word_lists()["named_fact"], language) if names else "{fact}"
    short = [line for fact in facts if (line := _short(fact)) and not SPLIT.search(line)]
    lines: dict[tuple[str, str], str] = {}
    for one, other in combinations(short, 2):
        both = pattern.format(one=one, other=in_sentence(other))
        fitting = (joint.format(name=name, fact=both) for name in names or [""] if not _repeats(name, both))
        line = next((line for line in fitting if measure(line, "width") <= WIDTH), "")
        if line and not _repeats(one, other):
            lines[one, other] = line[:1].upper() + line[1:]
    told: Counter[str] = Counter()
    while lines:
        pair = min(lines, key=lambda pair: sorted((told[pair[0]], told[pair[1]]), reverse=True))
        told.update(pair)
        if max(told[fact] for fact in pair) <= TWICE:
            yield lines[pair]
        del lines[pair]


def _short(fact: str) -> str:
    """Return a fact, or what it begins with, that leaves room for another one beside it; nothing where it does not."""
    whole = fact.strip(FINAL)
    forms = (form for form in (*heads(whole), *map(bare, tightened(whole))) if measure(form, "width") <= PART)
    return begun(bare(whole), PART) or next(forms, "")


def _repeats(name: str, fact: str) -> bool:
    """Tell whether a name and a fact have a telling word in common, or two characters running."""
    if CJK.search(name):
        return any(name[at : at + 2] in fact for at in range(len(name) - 1))
    theirs = words_of(fact)
    telling = [word for word in words_of(name) if tells(word)]
    return any(same_word(word, other) or other.startswith(word) for word in telling for other in theirs)
