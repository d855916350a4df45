"""A line says what its fact says: no word from elsewhere, no limit lost, no "not" gained.

The check `facts_from_brief` looks after numbers; this one after the words around them, which a small model likes to
make up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from aigc import check
from aigc.content import limit_of, measure
from aigc.types import Field, Json
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, ad_line, has_words
from aigc_plugins.ads.shortened import loses_time, reads_on, tightened
from aigc_plugins.ads.sure_forms import is_bare_thing, loses_bound, other_lines
from aigc_plugins.ads.word_lists import CJK, neutral, word_lists
from aigc_plugins.rules.worded_shares import lost_share

TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?")
# What may follow a common stem: "washes", "washing", "washable", but not "washed" where nothing was washed.
ENDINGS = frozenset(("", "s", "es", "ing", "able", "'s", "’s", "e", "y", "ies"))
BASE = frozenset(("", "e", "y"))  # one of the two is the plain form: "pressing" does not become "presses"


@check
def keeps_to_fact(
    text: str,
    field: Field,
    *,
    share: float = 1.0,
    short: float = 0.4,
    beside: Sequence[str] = ("product", "brand"),
    add: Sequence[str] | None = None,
    inflect: bool = True,
    begins: bool = False,
    facts: Sequence[str] = (),
) -> Iterator[str]:
    """A line written from one fact (the stage's item) uses its words, keeps its limits and its "no", and adds no claim.

    Where a stage has no item, `facts` are what it is written from: `{facts: "{{ [fact] }}"}`.

    `share` of each fact's words must be there; of a fact wider than the line may be, only `short`, in the fact's order
    and with one gap at most, because words picked here and there say something else. An amount in words (a third,
    twice, 一半) stays with what it is an amount of. Words of the inputs in `beside`
    and those in `add` (by default articles, "with", "has" and the like) are free; every other word must be the fact's,
    in another form of it only with `inflect`. With `begins` a line does not go without the fact's first words, unless
    they go without saying: "Included in the price" of "materials included in the price"; nor without the time for which
    something holds.
    """
    facts = list(filter(has_words, facts or _texts(field.draft.item)))
    if not facts:
        yield "the fact has no word"
    free = " ".join(str(field.draft.brief.values.get(name) or "") for name in beside)
    given = words_of(" ".join([*facts, free]))
    may_add = neutral() if add is None else add
    if field.draft.language != "en":  # "A 电动车 that…" adds English to a Chinese line
        may_add = [word for word in may_add if not word.isascii()]
    written = words_of(text)
    invented = [
        word
        for word in words_of(_without_made_of(text, facts))
        if word not in may_add
        and word not in given
        and not (inflect and any(same_word(word, other) for other in given))
    ]
    if invented:
        yield f"{invented[0]!r} is not in the fact"
    if begins and len(facts) == 1 and _lacks_beginning(written, words_of(facts[0])):
        yield "lacks what the fact begins with"
    if begins and any(loses_time(text, one) for one in facts):
        yield "does not say for how long"
    elif begins and any(loses_bound(text, one) for one in facts):
        yield "leaves out what limits its fact"
    for one in facts:
        fits = not (limit := limit_of(field.schema)) or measure(one, limit[0]) <= limit[1]
        yield from _told(written, words_of(one), one, share if fits else min(share, short))
        if not fits and len(facts) == 1:
            yield from _picked(written, one)
        if share_lost := lost_share(text, one):
            yield f"leaves out {share_lost!r} of its fact"
    yield from _turned(written, words_of(free), words_of(" ".join(facts)))
    twice = [word for word, count in Counter(written).items() if count > max(1, given.count(word)) and tells(word)]
    if twice:
        yield f"says {twice[0]!r} {written.count(twice[0])} times"
    yield from _bent(text, " ".join([*facts, free]), " ".join(facts))


def plain_line(fact: str, width: int = 30, share: float = 0.5, *, numbers: bool = True) -> str:
    """Return a fact as a line that says as much as a line written from it has to: at least `share` of its telling words
    and, unless not all `numbers` are wanted, each of its numbers, whole or tighter; nothing where none that is so
    narrow does."""
    ways = [fact, *(form for form in tightened(fact) if reads_on(form, fact))]
    whole = [one for one in ways if measure(one.strip(FINAL), "width") <= width]
    lines = (_saying(one, width, share, numbers) for one in (*whole[:1], *ways))
    if found := next((line for line in lines if line and (whole or not is_bare_thing(line, fact))), ""):
        return found
    others = (capital(one) for one in other_lines(fact) if measure(one, "width") <= width)
    return next((line for line in others if _says(line, fact, share, numbers) and not is_bare_thing(line, fact)), "")


def _saying(fact: str, width: int, share: float, numbers: bool) -> str:
    line = ad_line(fact, width)
    return line if _says(line, fact, share, numbers) else ""


def _says(line: str, fact: str, share: float, numbers: bool) -> bool:
    """Tell whether a line says enough of a fact and loses nothing that limits it."""
    written, wanted = words_of(line), [word for word in words_of(fact) if word not in neutral()]
    counts = [word for word in wanted if numbers and word[0].isdigit()]
    enough = len([word for word in wanted if word in written]) >= share * len(wanted)
    whole = enough and all(number in written for number in counts) and not lost_share(line, fact)
    return whole and not loses_time(line, fact) and not loses_bound(line, fact)


def _told(written: Sequence[str], fact: Sequence[str], shown: str, share: float) -> Iterator[str]:
    """Yield a message where fewer than `share` of the fact's telling words are written."""
    wanted = [word for word in fact if word not in neutral()]
    kept = sum(word in written or any(same_word(word, other) for other in written) for word in wanted)
    if kept < share * len(wanted):
        yield f"says too little of {shown!r}"


def _picked(written: Sequence[str], fact: str) -> Iterator[str]:
    """Yield a message where the words of a shortened fact do not stand together there, or stop within a phrase."""
    tokens, ends = _phrases(fact)
    places = list(_places(written, tokens))
    gaps = [tokens[left + 1 : right] for left, right in pairwise(places)]
    if sum(any(word not in neutral() for word in gap) for gap in gaps) > 1:
        yield "leaves words out in more than one place"
    if places and places[-1] not in ends:
        yield f"stops before {tokens[places[-1] + 1]!r}"
    numbers = [word for word in tokens if word[0].isdigit()]
    kept = [word for word in numbers if word in written]
    if kept and len(kept) < len(numbers):
        yield f"parts {kept[0]!r} from the other numbers of its fact"


def _lacks_beginning(written: Sequence[str], fact: Sequence[str]) -> bool:
    first = next((word for word in fact if word not in _light() and not CJK.match(word)), "")
    return bool(first) and first not in written and not any(same_word(first, word) for word in written)


@cache
def _light() -> frozenset[str]:
    return neutral() | {word for verb in word_lists()["light"] for word in verb.split(" ")}


def _turned(written: Sequence[str], free: Sequence[str], fact: Sequence[str]) -> Iterator[str]:
    """Yield a message where the fact's words come in another order: "live starter from rye" is not "a starter from live
    rye"."""
    telling = [word for word in written if word not in neutral()]
    while telling and (telling[0] in free or any(same_word(telling[0], other) for other in free)):
        telling = telling[1:]  # the product's name, which comes first
    meant = [word for word in telling if word in fact or any(same_word(word, other) for other in fact)]
    if len(list(_places(meant, fact))) < len(meant):
        yield "puts the fact's words in another order"


def _places(written: Sequence[str], fact: Sequence[str]) -> Iterator[int]:
    """Yield the place in the fact of each word written, going forward only."""
    begin = 0
    for word in written:
        place = next((at for at in range(begin, len(fact)) if same_word(word, fact[at])), None)
        if place is not None:
            yield place
            begin = place + 1


@lru_cache(maxsize=1 << 10)
def _phrases(fact: str) -> tuple[Sequence[str], set[int]]:
    """Return a fact's words, and the places after which a phrase of it ends."""
    marks = {mark.strip() for mark in word_lists()["clauses"]}
    tokens = words_of(fact)
    loose = fact.lower()
    ends = {len(tokens) - 1}
    for at, match in enumerate(TOKEN.finditer(loose)):
        follows = loose[match.end() :].lstrip()
        if at and follows and (follows[0] in marks or _first_word(follows) in marks):
            ends.add(at)
    return tokens, ends


def _first_word(text: str) -> str:
    found = re.match(r"\w+", text)
    return found.group() if found else ""


def _without_made_of(text: str, facts: Sequence[str]) -> str:
    """Return the text without "made of", which a line may add to facts without numbers, as they may name a material."""
    return text if any(re.search(r"\d", one) for one in facts) else re.sub(r"\bmade (?:of|from)\b", "", text)


def _bent(text: str, given: str, facts: str) -> Iterator[str]:
    """Yield limits ("up to") and denials that were added, or dropped from a number or a claim that stayed."""
    limited, stated, known = _limited(facts), _qualifiers(text), _qualifiers(given)
    for qualifier in word_lists()["qualifiers"]:
        if qualifier in stated and qualifier not in known:
            yield f"adds {qualifier!r}, which the fact does not say"
        for number in limited[qualifier]:
            if _has(text, number) and not re.search(_near(qualifier, number), text, re.IGNORECASE):
                yield f"drops {qualifier!r} before {number!r}"
    denied, denies = _denials(facts), _denials(text)
    if denies > _denials(given) or (denied and not denies):
        yield "turns a no into a yes" if denied else "denies what the fact does not"


@lru_cache(maxsize=1 << 12)
def _qualifiers(text: str) -> frozenset[str]:
    small = text.lower()
    return frozenset(one for one in word_lists()["qualifiers"] if one in small and _has(text, one))


@lru_cache(maxsize=1024)
def _limited(facts: str) -> dict[str, list[str]]:
    """Return qualifier ("up to") → the numbers it limits, read once for the many lines written from some facts."""
    small = facts.lower()
    found = {one: one in small for one in word_lists()["qualifiers"]}
    return {one: re.findall(_near(one), facts, re.IGNORECASE) if there else [] for one, there in found.items()}


def _near(qualifier: str, number: str = r"[\d.,]*\d") -> str:
    joint = r"\s*" if CJK.search(qualifier) else r"\s+(?:the\s+|a\s+)?"
    bound = "" if CJK.search(qualifier) else r"\b"
    number = number if number.startswith("[") else re.escape(number)
    return rf"{bound}{re.escape(qualifier)}{joint}({number})(?![\d])"


def _has(text: str, phrase: str) -> bool:
    return _whole(phrase).search(text) is not None


@lru_cache(maxsize=1024)
def _whole(phrase: str) -> re.Pattern[str]:
    """Return a pattern that finds a phrase as whole words, or a Chinese one anywhere."""
    if CJK.search(phrase):
        return re.compile(re.escape(phrase))
    return re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=1 << 12)
def _denials(text: str) -> int:
    return sum(len(pattern.findall(text)) for pattern in _negations())


@cache
def _negations() -> list[re.Pattern[str]]:
    listed = [re.escape(word) if CJK.search(word) else rf"(?<!\w){word}(?!\w)" for word in word_lists()["negations"]]
    return [re.compile(pattern, re.IGNORECASE) for pattern in (*listed, r"\w-free\b|\w+less\b")]


@lru_cache(maxsize=1 << 12)
def words_of(text: str) -> tuple[str, ...]:
    """Return the words and numbers of a text in small letters; each CJK character is a word."""
    spread = CJK.sub(lambda match: f" {match.group()} ", text.lower())
    units: dict[str, str] = word_lists()["units"]
    return tuple(units.get(token, token) for token in (found.replace("’", "'") for found in TOKEN.findall(spread)))


def tells(word: str) -> bool:
    return word not in neutral() and not CJK.match(word) and (len(word) > 2 or word[0].isdigit())


@lru_cache(maxsize=1 << 16)
def same_word(word: str, other: str) -> bool:
    """Tell whether two words are forms of one: nothing but an ending differs."""
    if word == other:
        return True
    if CJK.match(word) or word[0].isdigit() or other[0].isdigit():
        return False
    shared = 0
    for mine, theirs in zip(word, other, strict=False):
        if mine != theirs:
            break
        shared += 1
    left, right = word[shared:], other[shared:]
    return shared >= 3 and {left, right} <= ENDINGS and bool({left, right} & BASE)


def by_beginning(words: Iterable[str]) -> dict[str, list[str]]:
    """Return the first three letters of words → these words: the forms of one have them in common."""
    found: dict[str, list[str]] = {}
    for word in words:
        found.setdefault(word[:3], []).append(word)
    return found


def _texts(item: Json) -> list[str]:
    return [str(one) for one in item] if isinstance(item, list) else [str(item)]
