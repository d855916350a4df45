"""Facts beside a name, beside each other, and in halves: headlines in which no word is new, made without a model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import combinations

from aigc.content import ends_dangling, measure
from aigc_plugins.ads.a_or_an import is_plural
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, LISTED, ad_line, has_words, in_sentence
from aigc_plugins.ads.fact_shape import opening
from aigc_plugins.ads.faithful import same_word, tells, words_of
from aigc_plugins.ads.gaps import is_scrap
from aigc_plugins.ads.given_capitals import begins_with_name
from aigc_plugins.ads.provisos import has_proviso
from aigc_plugins.ads.shortened import heads, loses_time, reads_on, tightened
from aigc_plugins.ads.sure_forms import CONDITION, TIMED, loses_bound, other_lines, shorter_whole
from aigc_plugins.ads.word_lists import CJK, TAIL, in_language, occasions, word_lists

WIDTH = 30
TWICE = 2  # a fact stands in so many lines of two facts
PART = 22  # wide; a longer fact leaves no room for another one
SPLIT = re.compile(r",\s+|;\s+|\s+[–—]\s+|[，；]")
ARTICLE = re.compile(r"^(?:an?|the)\s+(?=\w)", re.IGNORECASE)
LIMITED = re.compile(r"(?:up to|over|under|from|at|only|less|more|around|about)\b", re.IGNORECASE)
LOOSE = re.compile(r"[,;，；]|\s+for\s")  # a fact loses what follows, and still says the same
ANOTHER = re.compile(r"\b(?:an?|the)\s", re.IGNORECASE)
PLACED = re.compile(r"\s+(?:on|under|near|without|against)\s+.*$", re.IGNORECASE)
INCLUDED = re.compile(
    r"(?<=\w)(?: is| are)? (?:included|provided)$", re.IGNORECASE
)  # goes without saying beside the product
COSTS = re.compile(r"[$€£¥₹]|\b(?:euros?|dollars?|pounds?)\b|[元]")  # of the whole offer: no "dust sheets, from $75"
CHOICE = re.compile(r"\bor\b", re.IGNORECASE)
JOINED = frozenset(["and", "or", "&"])
KIND = re.compile(r"\s[a-z]{3,}$")
MODEL = re.compile(r"\s+(?:\S*\d|[A-Z]{2,}\b).*$")  # "SPF 50", "20 cm": which one it is, not what


@lru_cache(maxsize=1 << 10)
def short_names(product: str) -> Sequence[str]:
    """Return a product's name and the shorter forms of it that still name the thing, the longest first.

    "Pour-over coffee kettle", "coffee kettle", "kettle"; but no "bank" for a power bank.
    """
    lists = word_lists()
    whole = PLACED.sub("", TAIL.sub("", product))
    words = without_model(whole).strip(FINAL).split(" ")
    if len(words) > 2 and words[-1].lower() in lists["offered"]:
        words.pop()
    cut = TAIL.search(product)
    full = whole if cut and cut.group().startswith(",") else product  # no line goes on after "tea towel, set of 3"
    names = [full, whole, " ".join(words)]
    clear = not is_vague(words[-1])
    if JOINED & {*words[-2:]}:
        return list(dict.fromkeys(names[:2]))  # of "bucket and ladle" no "ladle"
    if len(words) > 3 and not JOINED & {*words[-3:]} and words[-4].lower() not in lists["tied"]:
        names += [" ".join(words[-3:])] if _begins_name(words[-3]) and (clear or words[-2].islower()) else []
    tied = words[-2].lower() in lists["verbs"] or words[-3].lower() in lists["tied"] if len(words) > 2 else True
    tied = tied or bool(JOINED & {*words[-3:]}) or not _begins_name(words[-2])
    names += [" ".join(words[-2:])] if not tied and (clear or words[-2].islower()) else []
    names += [words[-1]] if clear and len(words[-1]) > 2 and words[-1].isalpha() else []
    names += [head for head in lists["heads"] if whole.endswith(head)]
    return tuple(name for name in dict.fromkeys(names) if name in (full, whole) or _still_tells(name, whole))


def _still_tells(name: str, whole: str) -> bool:
    """Tell whether a shorter name has what tells the thing: no "night classes" of Sign Language night classes."""
    words, lost = name.split(" "), whole[: -len(name)].split()
    if not whole.endswith(name) or not lost or CJK.search(whole):
        return True
    titled = any(word[:1].isupper() for word in words)  # "Linen Curtain Fabric", where capitals say nothing
    named = [word for word in lost[1:] if word[:1].isupper() and len(word) > 1 and not titled]
    named += lost[:1] if begins_with_name(whole) and not titled else []
    if named or (titled and words[0][:1].isupper() and lost[-1][:1].isupper() and not words[-1][:1].isupper()):
        return False
    lists, small = word_lists(), [word.lower() for word in words]
    service = {*lists["kinds"]["service"], *lists["further_kinds"]["service"], *_occasion_words()}
    return len(words) == 1 or small[-1] not in service or not {*small[:-1]} <= {*lists["untelling"]}


@cache
def _occasion_words() -> frozenset[str]:
    return frozenset(word for lists in occasions().values() for word in lists["words"])


def without_model(name: str) -> str:
    """Return a name without the model or size at its end; whole where nothing but a mark would stay, "MR16" of "MR16
    LED spot", or where words follow that say what it is."""
    found = MODEL.search(name)
    if not found:
        return name
    kept = name[: found.start()].split(" ")
    marked = len(kept) == 1 and (re.search(r"\d", kept[0]) or (not kept[0].islower() and KIND.search(found.group())))
    named = KIND.search(found.group()) and not re.match(r"\s+\S*\d", found.group())
    return name if marked or named else name[: found.start()]


def _begins_name(word: str) -> bool:
    """Tell whether a word says something without the one before it: not "making" of cheese making, "C" of vitamin C."""
    return len(word) > 1 and word.lower() not in word_lists()["needs_object"]


def is_vague(word: str) -> bool:
    """Tell whether the last word of a name says nothing without the word before it: "maker", "cleaners"."""
    lists, small = word_lists(), word.lower()
    return any(one in lists[part] for part in ("vague", "agents") for one in (small, small.removesuffix("s")))


def names_vaguely(line: str, product: str, facts: Sequence[str] = ()) -> bool:
    """Tell whether a line begins with the last word of a product's name that names nothing alone, which no fact does:
    "Maker fits any fridge door"."""
    last = without_model(TAIL.sub("", product)).strip(FINAL).split(" ")[-1].lower()
    first = re.match(r"\w+", ARTICLE.sub("", line).lower())
    if not is_vague(last) or " " not in product or not first or first.group() != last:
        return False
    return not any(re.match(rf"(?:an? |the )?{re.escape(last)}\b", fact, re.IGNORECASE) for fact in facts)


@lru_cache(maxsize=1 << 12)
def bare(fact: str) -> str:
    """Return a fact without the verb that goes without saying beside a product: "200 litres" of "holds 200 litres"."""
    small, lists = fact.lower(), word_lists()
    for verb in sorted(lists["light"], key=len, reverse=True):
        if small.startswith(f"{verb} ") and verb not in lists["kept_light"]:
            rest = ARTICLE.sub("", fact[len(verb) + 1 :])
            return fact if ANOTHER.search(rest) or LIMITED.match(rest) else rest
    return fact


def beside(names: Sequence[str], fact: str, language: str, *, brand: str | None = None, acts: bool = True) -> str:
    """Return name and fact in one headline: the longest of `names`, or at last the `brand`, that fits beside the whole
    fact, else beside its beginning, else beside a tighter or shorter way to say it; nothing where none does, where
    it would say a word twice, or the fact has none. What the one thing of a name does follows it as a sentence: "Tent
    Pitches in 5 Minutes"; unless a thing of that name `acts` not, as a hire.
    """
    return _beside_any(tuple(names), fact, language, brand, acts) if has_words(fact) else ""


def _tighter(fact: str) -> Iterator[str]:
    yield fact
    yield from (form for form in tightened(fact) if reads_on(form, fact))


def parts_badly(fact: str) -> bool:
    """Tell whether no part of a fact should stand for it, as it is a headline itself and has a choice or two times: of
    "starts in May and August" no "Starts in August"."""
    whole = ARTICLE.sub("", fact.strip(FINAL))
    divided = CHOICE.search(whole) or TIMED.search(whole)
    return divided is not None and measure(whole, "width") <= WIDTH


@lru_cache(maxsize=1 << 10)
def _beside_any(names: Sequence[str], fact: str, language: str, brand: str | None, acts: bool) -> str:
    whole = fact.strip(FINAL)
    named = [name for name in (*names, brand) if name and not _repeats(name, whole)]
    shorter = [*shorter_whole(whole), *(form for one in heads(whole) for form in _tighter(one))]
    tries = [(name, whole, False) for name in named] + [(name, whole, True) for name in named]
    tries += [(name, form, False) for form in shorter for name in named]
    lines = (
        _beside(name, form, language, subject=acts and name != brand, begins=begins) for name, form, begins in tries
    )
    return next(filter(None, lines), "")


def _beside(name: str, fact: str, language: str, *, subject: bool, begins: bool) -> str:
    """Return a name and a fact in one line, or what the fact `begins` with; nothing where the name leaves no room."""
    short = ARTICLE.sub("", _without_own_verb(name, bare(fact)))
    short = INCLUDED.sub("", short) if short.count(" ") > 1 else short
    says = short == fact and subject and opening(fact) == ("do" if is_plural(name) else "does")
    goes_on = language == "en" and short == fact and subject and fact.lower().startswith("for ") and " for " not in name
    says = says or goes_on  # "Escape room for two to six players"
    pattern: str = in_language(word_lists()["subject_fact" if says else "named_fact"], language)
    room = WIDTH - measure(pattern.format(name=name, fact=""), "width")
    text = begun(short, room) if begins else short
    if not text or measure(text, "width") > room:
        return ""
    return pattern.format(name=capital(name), fact=in_sentence(text) if says else capital(text))


def _without_own_verb(name: str, fact: str) -> str:
    """Return a fact without the verb that its thing is named after: "150 labels a minute" of what a printer prints."""
    verb, _, rest = fact.partition(" ")
    stem = verb.lower().removesuffix("s")
    if not rest[:1].isdigit() or len(stem) <= 2 or not verb.lower().endswith("s"):
        return fact
    own = re.search(rf"\b{re.escape(stem.removesuffix('e'))}\w?(?:er|or)$", name, re.IGNORECASE)
    return rest if own else fact


@lru_cache(maxsize=1 << 12)
def begun(fact: str, width: int) -> str:
    """Return a fact, or the clause or noun it begins with, in at most that width; nothing where a number is lost."""
    line = ad_line(fact, width) if width > 0 else ""
    lost = ARTICLE.sub("", fact)[len(line) :]
    if lost and (re.search(r"\d", lost) or not LOOSE.match(lost)):
        return ""
    return "" if loses_time(line, fact) or loses_bound(line, fact) else line


@lru_cache(maxsize=1 << 12)
def clauses(fact: str) -> Sequence[str]:
    """Return the two clauses of a fact as a line each, where each says something by itself, else nothing."""
    parts = SPLIT.split(fact.strip(FINAL))
    if len(parts) != 2:
        return ()
    one, other = parts
    if has_proviso(other):
        return ()
    if re.search(r"\d", one) and re.search(r"\d", other):
        return ()  # "charges for 5 hours, in 10 minutes"
    if CJK.search(fact):
        bound = one.endswith(tuple(word_lists()["unfinished_ends"])) or one.startswith(
            tuple(word_lists()["unfinished"])
        )
        alone = min(len(one), len(other)) > 2 and not other.startswith(tuple(word_lists()["unfinished"])) and not bound
        alone = alone and not CONDITION.search(fact)
    else:
        alone = _second().match(other) is not None and len(one.split()) > 1 and not LISTED.search(one)
    lines = tuple(capital(part) for part in parts if has_words(part))
    fits = all(measure(line, "width") <= WIDTH and not ends_dangling(line) for line in lines)
    return lines if alone and fits and len(lines) == len(parts) else ()


@cache
def _second() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(word_lists()['second'])})\b", re.IGNORECASE)


def two_in_one(facts: Sequence[str], language: str, names: Sequence[str] = ()) -> Iterator[str]:
    """Yield headlines of two short facts each, beside the longest of `names` that fits where some are given; facts that
    stand in few of them come first, and none stands in more than two."""
    pattern: str = in_language(word_lists()["two_facts"], language)
    joint: str = in_language(word_lists()["named_fact"], language) if names else "{fact}"
    short = [line for fact in facts if (line := _short(fact)) and not SPLIT.search(line) and not COSTS.search(line)]
    short = [line for line in short if not is_scrap(line, facts)]
    lines: dict[tuple[str, str], str] = {}
    for pair in combinations(short, 2):
        one, other = sorted(pair, key=lambda line: opening(line) not in ("do", "does"))  # no "drawer, bears 20 kg"
        both = pattern.format(one=one, other=in_sentence(other))
        fitting = (joint.format(name=name, fact=both) for name in names or [""] if not _repeats(name, both))
        line = next((line for line in fitting if measure(line, "width") <= WIDTH), "")
        if line and not _repeats(one, other):
            lines[one, other] = capital(line)
    told: Counter[str] = Counter()
    while lines:
        pair = min(lines, key=lambda pair: sorted((told[pair[0]], told[pair[1]]), reverse=True))
        told.update(pair)
        if max(told[fact] for fact in pair) <= TWICE:
            yield lines[pair]
        del lines[pair]


@lru_cache(maxsize=1 << 12)
def _short(fact: str) -> str:
    """Return a fact, or what it begins with, that leaves room for another one beside it; nothing where it does not."""
    whole = fact.strip(FINAL)
    ways = (*map(bare, shorter_whole(whole)), *heads(whole), *other_lines(whole))
    forms = (form for form in ways if measure(form, "width") <= PART)
    return begun(bare(whole), PART) or next(forms, "")


@lru_cache(maxsize=1 << 12)
def _repeats(name: str, fact: str) -> bool:
    """Tell whether a name and a fact have a telling word in common, or two characters running."""
    if CJK.search(name):
        return any(name[at : at + 2] in fact for at in range(len(name) - 1))
    theirs = words_of(fact)
    telling = [word for word in words_of(name) if tells(word)]
    return any(
        same_word(word, other) or other.startswith(word) or (len(other) > 3 and word in (other + "er", other + "ers"))
        for word in telling
        for other in theirs
        if other.startswith(word[:3])
    )


def says_twice(line: str) -> bool:
    """Tell whether what stands before a line's colon has a telling word, or two characters running, in common with what
    stands behind it."""
    before, _, after = line.replace("：", ":").partition(":")
    return _repeats(before, after.strip())
