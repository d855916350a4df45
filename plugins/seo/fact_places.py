"""Which search each fact of a brief stands under: the one it answers best, so that as many as can be have one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from aigc_plugins.rules.content_words import HAN, content
from aigc_plugins.seo.answers import (
    FEW,
    GIVEN,
    HALF,
    PLAIN,
    WEAK,
    answers,
    characters,
    has_any,
    is_strict,
    part,
    shared,
    shares_all,
    subject_words,
    told_beside,
    told_by,
    told_of,
    wanted_of,
)
from aigc_plugins.seo.asked_deeds import speaks_of_another

CLOSE = 0.6  # by so much a fact may answer another search less and still stand with it
SAME_LEAST = 1.2  # of how surely a fact answers a search that stands with another


def shared_out(facts: Sequence[str], searches: Sequence[str], keyword: str) -> dict[str, list[str]]:
    """Return the facts of each search that has some: each fact stands with the search that it answers best.

    Where a search would have none and a fact of another answers it hardly less, and the other has more, it moves.
    """
    counted = Counter(word for fact in facts for word in content(fact))
    sure = {(fact, one): answers(fact, one, keyword, counted) for fact in facts for one in searches}
    told: dict[str, list[str]] = {one: [] for one in searches}
    for fact in facts:
        best = max(searches, key=lambda one: sure[fact, one], default="")
        if best and sure[fact, best] > 0:
            told[best].append(fact)
    for one in searches:
        if not told[one]:
            movable = [
                (sure[fact, one] - sure[fact, other], fact, other)
                for other, mine in told.items()
                if len(mine) > 1
                for fact in (mine if searches.index(one) < searches.index(other) else mine[::-1])
                if sure[fact, one] > 0
                and not asks_alike(one, other, keyword)
                and not (_priced(fact, other, keyword) and not _priced(fact, one, keyword))
                and (sure[fact, one] >= sure[fact, other] - CLOSE or shared(fact, one, keyword) == 1)
            ]
            if movable:
                _, fact, other = max(movable, key=lambda found: found[0])
                told[other].remove(fact)
                told[one].append(fact)
    _swap(told, sure)
    _second_best(told, facts, searches, keyword)
    return {one: mine for one, mine in told.items() if mine}


def _priced(fact: str, search: str, keyword: str) -> bool:
    """Tell whether a search asks for a price and a fact tells one."""
    return "price" in wanted_of(search, keyword) & told_by(fact)


def _swap(told: dict[str, list[str]], sure: Mapping[tuple[str, str], float]) -> None:
    """Let two searches with a fact each change them where both together are then answered more surely."""
    single = [one for one, mine in told.items() if len(mine) == 1]
    for one, other in combinations(single, 2):
        mine, yours = told[one][0], told[other][0]
        kept, changed = sure[mine, one] + sure[yours, other], sure[yours, one] + sure[mine, other]
        if changed > kept and sure[yours, one] > 0 and sure[mine, other] > 0:
            told[one], told[other] = [yours], [mine]


def _second_best(told: dict[str, list[str]], facts: Sequence[str], searches: Sequence[str], keyword: str) -> None:
    """Put facts that answer no search for sure under searches without any of which they have a word, the most first;
    English ones more than half of them: "kennel" does not answer whether kennels give medication.

    Neither has another that it is as near to. The only one left that tells how often or how long goes with the only
    search for it.
    """
    left = [fact for fact in facts if not any(fact in mine for mine in told.values())]
    for kind in ("often", "long"):
        having = [fact for fact in left if kind in told_beside(fact, keyword)]
        asking = [one for one in searches if not told[one] and kind in wanted_of(one, keyword)]
        if len(having) == len(asking) == 1 and speaks_of_another(having[0], asking[0], keyword):
            continue
        if len(having) == len(asking) == 1 and (kind == "often" or _names_little(asking[0], keyword)):
            told[asking[0]] += having
            left.remove(having[0])
    _of_its_kind_by_word(told, left, keyword)
    open_ones = [one for one in searches if not told[one] and not is_strict(one, keyword)]
    pairs = [(part(fact, one, keyword), fact, one) for fact in left for one in open_ones]
    for share, fact, one in sorted(pairs, key=lambda found: -found[0]):
        rivals = [other for other in pairs if other[0] == share and (other[1] == fact) != (other[2] == one)]
        if share > (0 if HAN.search(one) else HALF) and not rivals and fact in left and not told[one]:
            told[one].append(fact)
            left.remove(fact)


def _names_little(search: str, keyword: str) -> bool:
    return len(subject_words(search, keyword)) < FEW and len(characters(search, keyword)) < FEW


def _of_its_kind_by_word(told: dict[str, list[str]], left: list[str], keyword: str) -> None:
    """Put a fact that is left under the search for what it tells, such as a time, with which it alone has a word."""
    for search in [one for one, mine in told.items() if not mine and is_strict(one, keyword)]:
        asked, about = wanted_of(search, keyword), subject_words(search, keyword) | (characters(search, keyword) - WEAK)
        having = [fact for fact in left if asked & told_beside(fact, keyword) and has_any(fact, about)]
        if len(having) == 1:
            told[search] = having
            left.remove(having[0])


def answered_too(
    searches: Sequence[str], told: dict[str, list[str]], facts: Sequence[str], keyword: str
) -> tuple[dict[str, list[str]], list[str]]:
    """Return for each search that has facts the searches that these answer too, and the searches left."""
    counted = Counter(word for fact in facts for word in content(fact))
    same: dict[str, list[str]] = {one: [] for one in told}
    left: list[str] = []
    for search in searches:
        if search in told:
            continue
        sure = {
            one: max(answers(fact, search, keyword, counted) for fact in mine)
            + CLOSE * asks_alike(search, one, keyword)
            for one, mine in told.items()
        }
        best = max(sure, key=lambda one: sure[one], default="")
        if best and sure[best] < SAME_LEAST:
            best = _of_its_kind(search, told, keyword)
        if best:
            same[best].append(search)
        else:
            left.append(search)
    return same, left


def _of_its_kind(search: str, told: Mapping[str, Sequence[str]], keyword: str) -> str:
    """Return the search whose facts tell what another asks for, such as a size, be it of something else, or nothing.

    How often and how long that is tells only what stands under a search for it.
    """
    asked = wanted_of(search, keyword) if is_strict(search, keyword) else frozenset[str]()
    for one, mine in told.items():
        kinds = asked - (PLAIN - GIVEN - wanted_of(one, keyword))
        kinds -= frozenset(("where",)) if subject_words(search, keyword) else frozenset()  # of another thing
        if any(kinds & _only_told_by(fact) & told_of(fact, search, keyword) for fact in mine):
            return one
    return ""


def _only_told_by(fact: str) -> frozenset[str]:
    """Return what a fact tells; one with a price tells not for sure how often or how long something else is."""
    return told_by(fact) - (PLAIN - GIVEN if GIVEN & told_by(fact) else frozenset())


def asks_alike(search: str, other: str, keyword: str) -> bool:
    """Tell whether two searches ask for the same: both for a price, of the same thing, by these words or others."""
    asked, about = wanted_of(search, keyword), subject_words(search, keyword) | characters(search, keyword)
    yours = subject_words(other, keyword) | characters(other, keyword)
    if asked != wanted_of(other, keyword) or not (asked or about):
        return False
    return about == yours or (shares_all(about, yours) and shares_all(yours, about))
