"""The things that a fact names: "the waiting list" of "The waiting list is two years long.", 业主 of 业主同意就能申请.

English ones are what a fact is about, what an order is given about ("bring a liner"), then what stands after "the" or
a number. Chinese ones are words of the lists, with a character before them that no list has (鸽 + 棚).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from aigc_plugins.claims.claim_lists import lists_for
from aigc_plugins.claims.line_words import CJK
from aigc_plugins.claims.stems import bases
from aigc_plugins.rules.numerals import ENGLISH
from aigc_plugins.rules.units import canonical_unit

TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*|[^\w\s]")
CLASSIFIED = re.compile(r"[\d一二三四五六七八九十两几半每这那各]")
ARTICLES = frozenset(("a", "an", "the"))
KEPT = frozenset((*ARTICLES, "your", "its", "their", "his", "her", "our", "my"))  # what stands before a thing stays
VOWEL = re.compile(r"[aeiou]", re.IGNORECASE)
MOST_WORDS = 3  # of an English thing
SHORT = 3  # characters of a Chinese one that no list has
LONGEST = 6  # characters of a Chinese thing


def things(fact: str) -> list[str]:
    """Return the things that a fact names, what it is about first; an English one with its article."""
    return list(_chinese(fact) if CJK.search(fact) else _english(fact))


@cache
def naming(language: str) -> Mapping[str, Any]:
    """Return a language's block of `naming.yaml`."""
    import yaml

    blocks = yaml.safe_load(files("aigc_plugins.articles").joinpath("naming.yaml").read_text(encoding="utf-8"))
    block: Mapping[str, Any] = blocks.get(language.split("-")[0], blocks["en"])
    return block


def without_article(thing: str) -> str:
    """Return a thing without its article."""
    first, _, rest = thing.partition(" ")
    return rest if rest and first.lower() in ARTICLES else thing


@lru_cache(maxsize=1 << 10)
def _english(fact: str) -> tuple[str, ...]:
    tokens = TOKEN.findall(fact.replace("’", "'"))
    found: list[str] = []
    at, acted = _after_order(tokens)
    ended = -1  # where a thing ended: a word right behind it is what it does
    while at < len(tokens):
        phrase = _phrase(tokens, at, acted=acted) if at != ended and _may_begin(tokens, at) else []
        if name := _named(phrase, sure=not found):
            found.append(name)
        acted = acted or _is_verb(tokens[at].lower())
        at += len(phrase) or 1
        ended = at if phrase else -1
        if at < len(tokens):
            acted = (acted or bool(phrase) or tokens[at].lower() in _words("auxiliary")) and not _anew(tokens[at])
            acted = acted and not (phrase and tokens[at].lower() in _words("prepositions"))
    return tuple(dict.fromkeys(found))


def _after_order(tokens: Sequence[str]) -> tuple[int, bool]:
    """Return where what an order is about begins, and whether the fact is an order: "cut back | the roots"."""
    if not orders(" ".join(tokens)):
        return 0, False
    at = next(at for at, word in enumerate(tokens) if word.lower() not in _words("urging")) + 1
    while at < len(tokens) and tokens[at].lower() in _words("particles"):
        at += 1
    return at, True


@lru_cache(maxsize=1 << 12)
def orders(sentence: str) -> bool:
    """Tell whether an English sentence tells its reader to do something: "bring a liner", "never block the hole"."""
    words = [token for token in TOKEN.findall(sentence.lower().replace("’", "'")) if token[0].isalpha()]
    while words and words[0] in _words("urging"):
        words = words[1:]
    if not words or words[0] not in lists_for("en").verbs | _words("verbs"):
        return False
    follows = words[1] if len(words) > 1 else ""
    agrees = _third(follows) and _is_noun(words[0])
    return follows not in _words("auxiliary") and not agrees


def _may_begin(tokens: Sequence[str], at: int) -> bool:
    """Tell whether a thing may begin at a word: with "the" or a number, or bare where a thing is looked for."""
    word, before = tokens[at].lower(), tokens[at - 1].lower() if at else ""
    if _opens(word):
        return True
    if not word[0].isalpha() or word in lists_for("en").function:
        return False
    if not at:
        return True
    behind = before in _words("prepositions") or _is_verb(before) or before in _words("particles")
    joined = (before in ("and", "or") or _anew(before)) and not _third(word)
    return (behind or joined) and before not in _words("relative") and (not _is_verb(word) or _is_noun(word))


def _phrase(tokens: Sequence[str], at: int, *, acted: bool) -> list[str]:
    """Return the words of the thing that begins at a place: to a small word, a mark, or what it does."""
    phrase: list[str] = []
    for place, token in enumerate(tokens[at:], at):
        word = token.lower()
        inside = any(not _opens(one) for one in phrase)
        if not word[0].isalnum() or (word in lists_for("en").function and not _opens(word)):
            break
        if inside and (word in _words("determiners") or (not acted and _acts(tokens, place))):
            break
        phrase.append(token)
    return phrase


def _acts(tokens: Sequence[str], at: int) -> bool:
    """Tell whether a word behind a thing is what it does: "tables | swap", "the label | names", not "heavy boxes"."""
    word, before = tokens[at].lower(), tokens[at - 1].lower()
    after = tokens[at + 1].lower() if at + 1 < len(tokens) else ""
    if not _is_verb(word):
        done = lists_for("en").alike.get(word, "") in lists_for("en").verbs and not _is_noun(word)  # "an agenda sent"
        return done or (_plural(word) and not _is_noun(word) and _is_noun(before) and not _plural(before))
    if _third(word):
        does = after in _words("auxiliary") or (after in lists_for("en").verbs and not _is_noun(before))
        return not does and (not _plural(before) or not _is_noun(word))
    return _plural(before) or before in ("people", "children", "men", "women")


def _named(phrase: Sequence[str], *, sure: bool) -> str:
    """Return what a heading calls a thing: no number before it, "the" for each one; nothing of hours or metres.

    One that is not `sure` to be a thing must end like one.
    """
    opening = [word.lower() for word in phrase if _opens(word)]
    words = [word if _is_name(word, first=not at) else word.lower() for at, word in enumerate(phrase)]
    words = [word for word in words if not _opens(word)]
    while words and (
        words[-1].endswith("ly") or (_is_verb(words[-1]) and not (_is_noun(words[-1]) or _plural(words[-1])))
    ):
        words.pop()
    head = words[-1].lower() if words else ""
    if not head or len(words) > MOST_WORDS or any(canonical_unit(word) or word in _words("empty") for word in words):
        return ""
    if not (_is_noun(head) or _plural(head) or (sure and not head.endswith(("ed", "ing")))):
        return ""
    lead = next((one for one in opening if one in KEPT), "")
    if not lead and not _plural(head) and {"each", "every", "no"} & {*opening}:
        lead = "the"
    if phrase[0].lower() == "one" and not _plural(head):
        lead = "an" if VOWEL.match(words[0]) else "a"
    return " ".join(filter(None, (lead, *words)))


def _is_name(word: str, *, first: bool) -> bool:
    return word[1:] != word[1:].lower() or (word[:1].isupper() and not first)


def _anew(token: str) -> bool:
    """Tell whether a clause with a doer of its own may begin behind a token."""
    return not token[0].isalnum() or token.lower() in _words("clauses")


def _third(word: str) -> bool:
    """Tell whether a word may say what one does: "closes"."""
    return word.endswith("s") and not word.endswith("ss") and _is_verb(word)


def _plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith("ss")


def _opens(word: str) -> bool:
    plain = word.lower()
    return plain in _words("determiners") or plain in _words("counted") or plain[0].isdigit() or plain in ENGLISH


def _is_verb(word: str) -> bool:
    verbs = lists_for("en").verbs | _words("verbs")
    return not verbs.isdisjoint(bases(word)) and word not in _words("auxiliary")


def _is_noun(word: str) -> bool:
    return not _nouns("en").isdisjoint(bases(word))


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(word.strip('"') for word in str(naming("en")[name]).split())


@cache
def _nouns(language: str) -> frozenset[str]:
    """Return the words of the lists that name a thing, a place, a time, or somebody."""
    import yaml

    source = files("aigc_plugins.claims").joinpath(f"{language}.yaml").read_text(encoding="utf-8")
    read = yaml.safe_load(source)
    return frozenset(word for kind in ("times", "places", "people", "things") for word in str(read[kind]).split())


@lru_cache(maxsize=1 << 10)
def _chinese(fact: str) -> tuple[str, ...]:
    found: list[str] = []
    run, last, opening = "", "", True  # a word of no list that opens a clause is what it is about
    for token, kind, before in (*_tokens(fact), ("", "end", "")):
        counted = kind == "noun" and len(token) == 1 and CLASSIFIED.match(before or " ")
        if kind in ("noun", "strange") and not counted:
            run, last = run + token, kind
            continue
        about = last == "noun" or (opening and len(run) <= SHORT and kind == "other" and token[:1] not in "的得地")
        if about and 2 <= len(run) <= LONGEST and run not in _empty() and not CLASSIFIED.search(run):
            found.append(run)
        run, last, opening = "", "", kind == "mark"
    return tuple(dict.fromkeys(found))


def _tokens(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the words of a Chinese text, the longest that the lists have, with their kind and the character before."""
    lists, nouns, at = lists_for("zh"), _nouns("zh"), 0
    while at < len(text):
        sizes = range(min(LONGEST, len(text) - at), 0, -1)
        known = (text[at : at + size] for size in sizes)
        word = next((one for one in known if one in lists.everyday or one in lists.function), text[at])
        kind = "strange" if CJK.match(word) else "other" if word.isalnum() else "mark"
        if word in _empty() or word in naming("zh")["breaks"] or word in lists.function or word in lists.verbs:
            kind = "other"
        elif word in nouns:
            kind = "noun"
        yield word, kind, text[at - 1] if at else ""
        at += len(word)


@cache
def _empty() -> frozenset[str]:
    return frozenset(str(naming("zh")["empty"]).split())
