"""How a question names its thing and asks for its answer: "a window", "the heart", "Who is the author", 哪座城市."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from aigc_plugins.lessons.number_words import ENGLISH
from aigc_plugins.lessons.sentence_ends import PLURALS

ARTICLE = re.compile(r"(?:an?|the|its|their|my|your|our)\s", re.IGNORECASE)
VOWEL = re.compile(r"(?i)(?!uni|use|usu|eu|one\b|ukul)[aeiou]|hour|honest")
JOINING = re.compile(r"\s(?:of|in|on|with|from|for|at|to|that|which|who|without)\s")
ABSTRACT = re.compile(r"(?:tion|sion|ness|ity|ism|ology|ics|ing|ium)$")
COUNTED = ("building", "ring", "string", "spring", "wing", "painting", "stadium", "aquarium", "station", "city")
ALIKE = ("sheep", "deer", "fish", "salmon", "trout", "moose", "swine")  # one as several
MOST_NOUN_WORDS = 3
_QUALITIES = """
    red orange yellow green blue purple violet pink brown black white grey gray golden silver dark light bright
    big small large little long short tall high low hot cold warm cool wet dry hard soft fast slow old young new good
    bad round square flat sweet sour bitter salty acid acidic neutral solid liquid true false yes no left right up down
    north south east west spring summer autumn winter breakfast lunch dinner better best worse worst more less most
    least hydrogen mathematics history biology physics chemistry
"""
QUALITIES = frozenset(_QUALITIES.split())  # words that stand behind "is" as they are
PERSON = re.compile(
    r"(?:者|[^\u3400-\u9fff]人|的[^的]{1,4}人|[教律医厨画]师|[演成队官]员|将军|皇帝|[作画科学]家|诗人|冠王|冠军|得主|选手|球员|棋手|航天员|宇航员|歌手|教练|队长|国君|丞相)$"
)
FIGURE = re.compile(r"[约大]*\d")

STATES = re.compile(  # states that are named with an article
    r"(?:Czech|Dominican|Central African) Republic|Netherlands|Philippines|Bahamas|Maldives|Seychelles|Gambia|"
    r"United (?:States(?: of America)?|Kingdom|Arab Emirates)|U\.?S\.?A?\.?|U\.?K\.?|UAE|(?:Solomon|Marshall) Islands"
)


def with_article(thing: str) -> str:
    """Return a thing as a sentence names it: "a window", "an oak leaf", but "bricks", "flour" and "Norway"."""
    if ARTICLE.match(thing) or not thing[:1].islower() or is_several(thing) or is_mass(thing):
        return thing
    return f"{'an' if VOWEL.match(thing) else 'a'} {thing}"


def is_several(thing: str) -> bool:
    """Tell whether an English noun stands for several: "shoes", not "glass"."""
    noun = JOINING.split(thing)[0].casefold()
    one, joined, other = noun.partition(" and ")
    two = bool(joined) and len(other.split()) <= len(one.split())  # not "mortise and tenon joint"
    if noun.split()[-1] in pair_kinds()["one_in_s"]:
        return False
    return (
        noun.split()[-1] in PLURALS or two or bool(re.search(r"[^su\W]s$", noun) and not noun.endswith(("is", "ics")))
    )


def is_mass(thing: str) -> bool:
    """Tell whether an English noun is not counted: "flour", "erosion"."""
    words = JOINING.split(thing)[0].casefold().split()
    noun = words[-1]
    if len(words) > 1 and noun in pair_kinds()["counted_behind"]:
        return False  # a front light, a wine glass
    return noun in pair_kinds()["mass"] or (bool(ABSTRACT.search(noun)) and not noun.endswith(COUNTED))


def thing_of(relation: str, thing: str) -> str:
    """Return the thing of an English relation: of the plural “mouse”, of the function "the heart"."""
    kinds, noun = pair_kinds(), JOINING.split(f"{relation} ")[0].casefold().strip()
    noun = noun.removeprefix("the ")
    if noun in kinds["words"]:
        return thing if re.match(r"[“\"']", thing) else f"“{thing}”"
    if noun.split()[-1] in ("young", "baby", "home") and thing in ALIKE:
        return f"a {thing}"  # the young of a sheep, beside those of a cow
    if STATES.fullmatch(thing):
        return f"the {thing}"
    if noun in kinds["bare"] or noun.split()[-1] in kinds["bare"] or not relation.endswith((" of", " for")):
        return thing
    if (
        noun.split()[-1] in (*kinds["whole"], *kinds["persons"]["en"])
        and thing[:1].islower()
        and not ARTICLE.match(thing)
        and not is_mass(thing)
    ):
        return f"the {thing}"
    return with_article(thing)


def asked_with(described: str) -> str:
    """Return the English word that asks for what is described: Who for "author of Emma"."""
    noun = JOINING.split(described)[0].casefold().split()
    return "Who" if noun and noun[-1] in pair_kinds()["persons"]["en"] else "What"


def asked_in_chinese(described: str, answer: str) -> str:
    """Return what asks in Chinese for what something is: 谁, 哪座城市, 哪里, 什么时候, 多少, 什么."""
    kinds = pair_kinds()
    asked = (("谁", "persons"), ("哪座城市", "cities"), ("哪里", "places"), ("什么时候", "times"), ("哪个", "which"))
    found = next(
        (
            word
            for word, kind in asked
            if described.endswith(tuple(kinds[kind]["zh"] if "zh" in kinds[kind] else kinds[kind]))
        ),
        "",
    )
    found = found or ("谁" if PERSON.search(described) else "")
    return found or ("多少" if FIGURE.match(answer) else "什么")


def lacks_article(answer: str) -> bool:
    """Tell whether an English answer needs an article behind "is", and nobody says which: "femur", not "flour"."""
    words = answer.split()
    if (
        not words
        or ARTICLE.match(answer)
        or not re.fullmatch(r"[a-zà-öø-ÿŀ-ɏ][a-zà-öø-ÿŀ-ɏ' -]*", answer)
        or len(words) > MOST_NOUN_WORDS
    ):
        return False
    if re.match(r"(?:to|in|on|at|by|for|from|with|of|not|very|about|under|over)\b", answer) or is_several(answer):
        return False
    plain = words[0] in ENGLISH or words[-1] in QUALITIES
    return (
        not plain and not is_mass(answer) and not re.search(r"(?:ing|ed|ous|ful|ish|ese|ly|ive|able|ible)$", words[-1])
    )


@cache
def pair_kinds() -> Mapping[str, Any]:
    """Return the lists by which pairs are asked about."""
    text = files("aigc_plugins.lessons").joinpath("pair_kinds.yaml").read_text(encoding="utf-8")
    read: Mapping[str, Any] = yaml.safe_load(text)
    return read
