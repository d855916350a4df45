"""Who may be named in a story: those of the brief and of the plot, and the hero again and again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from aigc import check
from aigc.types import Draft, Field, Finding, texts_in
from aigc_plugins.rules.content_words import is_chinese, plain_words
from aigc_plugins.stories.bedtime import CHINESE, PRONOUNS
from aigc_plugins.stories.flash_fiction import known_words
from aigc_plugins.stories.story_lists import story_list

WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:['’](?!s\b)[A-Za-z]+)?")
BEGINS = re.compile(r"(?:^|[.!?:…]\s+|[“\"‘(]|\n)\s*$")
DOES = re.compile(r"\s+(?:said|asked|was|had|went|came|ran|saw|is|has|says|and [A-Z]|(?!red\b)[a-z]+ed\b)")
CLAUSE = re.compile(r"(?:^|[，。！？；：“”、\s])([\u3400-\u9fff]{2,4}?)(?=(?:{speaks}))")
CALLED = re.compile(r"(?:名叫|叫做|名字是|名字叫)([\u3400-\u9fff]{1,4}?)(?=[的，。！？；“”、\s]|$)")
LITTLE = re.compile(r"(?:^|[，。！？；：“”、\s])([小老阿][\u3400-\u9fff])(?=[说问喊答笑跑走跳看想])")


@check
def no_new_names(text: str, field: Field, *, cast: Sequence[str] = ()) -> Iterator[Finding]:
    """Nobody is named in a story whom neither the brief nor `cast` has.

    In English a name is a word with a capital inside a sentence, or at its beginning one that no word list knows and
    that does something there; in Chinese what is called so (名叫…), or speaks and is no word of the plots.
    """
    values = field.draft.brief.values
    given = " ".join([*texts_in(list(values.values())), *texts_in(field.draft.item), *cast])
    found = _chinese(text, given) if is_chinese(text) else _english(text, given)
    for name, span in found:
        yield Finding(message=f"names {name!r}, whom the brief does not have", span=span)


@check
def keeps_cast(text: str, *, names: Sequence[str]) -> Iterator[str]:
    """A scene names all who are in it, `names`: a model writes "he" for two, or a friend for another."""
    for name in names:
        if not _named(name).search(text):
            yield f"does not name {name!r}"


@check
def hero_stays(
    draft: Draft, *, hero: str, field: str = "scenes", apart: int = 1, spoken_of: Sequence[str] = ()
) -> Iterator[Finding]:
    """The `hero` is named in the first and the last but one of a story's scenes, and never missing from more than
    `apart` scenes running.

    Where the hero tells the story ("I", 我), give that word as `hero`. `spoken_of` are words that stand for the name
    behind the first scene: he, him.
    """
    scenes = list(texts_in(draft.fields.get(field)))
    missing = 0
    word = _named(hero)
    for at, scene in enumerate(scenes):
        there = word.search(scene) or (at and any(_named(one).search(scene) for one in spoken_of))
        missing = 0 if there else missing + 1
        if missing > apart or (missing and at == 0):
            yield Finding(message=f"does not name {hero!r}", field=f"{field}[{at}]")


def spoken_of(pronoun: str, language: str) -> list[str]:
    """Return the words that stand for a hero of a pronoun, as `{{ pronoun | spoken_of(language) }}`: she, her, She."""
    if language == "zh":
        return [CHINESE[pronoun]]
    return sorted({form for one in PRONOUNS[pronoun][:3] for form in (one, one.capitalize())})


def _named(name: str) -> re.Pattern[str]:
    return re.compile(re.escape(name) if is_chinese(name) else rf"\b{re.escape(name)}\b")


def _english(text: str, given: str) -> Iterator[tuple[str, tuple[int, int]]]:
    known = _words(given) | frozenset(story_list("story_words")["no_names"]["en"])
    small = frozenset(word.casefold() for word in known) | _vocabulary("en")
    for found in WORD.finditer(text):
        word = found.group().replace("’", "'")
        if not word[0].isupper() or word in known or word.casefold() in _words(given.casefold()):
            continue
        inside = not BEGINS.search(text[: found.start()])
        if inside or (word.casefold() not in small | plain_words() and DOES.match(text, found.end())):
            yield word, found.span()


def _chinese(text: str, given: str) -> Iterator[tuple[str, tuple[int, int]]]:
    words = story_list("story_words")
    told = given + known_words("zh")
    speaks = "|".join(words["called"]["zh"])
    none = tuple(words["no_names"]["zh"])
    patterns = (CALLED, LITTLE, re.compile(CLAUSE.pattern.replace("{speaks}", speaks)))
    seen: set[int] = set()
    for pattern in patterns:
        for found in pattern.finditer(text):
            name = found[1]
            known = name in told or name.startswith(none) or name.endswith(none)
            if not known and found.start(1) not in seen:
                seen.add(found.start(1))
                yield name, found.span(1)


@lru_cache(maxsize=1 << 10)
def _words(text: str) -> frozenset[str]:
    return frozenset(word.replace("’", "'") for word in WORD.findall(text))


@lru_cache(maxsize=4)
def _vocabulary(language: str) -> frozenset[str]:
    return _words(known_words(language).casefold())
