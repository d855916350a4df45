"""Which passage answers a question: words weighed by how rare they are, whatever customers call a thing.

FTS5 finds candidates; each is held against the question by how much of it the passage's heading and its text have. What
customers call by several words counts as one (`synonyms.yaml`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log

from aigc.knowledge.passages import Passage

RUN = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]+|[^\W_]+", re.UNICODE)
EAST = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]")
APOSTROPHE = re.compile(r"['’](?:s|re|ve|ll|d|m)\b")
ENDING = re.compile(r"(?:ings?|ies|ied|es|ed|s|y|e)$")
DOUBLED = re.compile(r"([b-df-hj-km-np-rtv-z])\1$")
SHORTEST = 4  # letters of a word that an ending is taken from
IN_TEXT = 0.6  # of what a word counts that stands in the text, not in the heading
ABOVE = 0.8  # the same for headings above the last one
OF_HEADING = 0.35  # what it counts that the heading asks for nothing else
PARTICLES = ("back", "off", "up")
BETWEEN = r"(?:\ \w+){0,3}\ "
ANYTHING = frozenset(f"x{language}{group}x" for language in ("en", "zh") for group in range(3))
OF_ANYTHING = 0.3  # what a word counts that is asked of anything: what it costs, when, whether it is sold
JOINED = "x"  # begins the one word that stands for several, which no text has
# What a question is asked with; what is not about the matter.
_ASKING = """
    " a about above after again all already also although am an and any anybody anything anyway are around as at
    be because been before below between both but by can can't could dear did didn't do does doesn't doing don't
    during each either else ever every few find first for from further gave get give given go goes going gone
    got had has have hello help here hers hey hi his how i i'd i'm i've if in into is isn't it its just know
    last later least less let like long look looking make makes many may maybe me might mine more most much must
    my need neither never new no nor not now of off often ok on once one or other others our out over own part
    per perhaps please put question quick quite rather really same say see several shall she should since so
    some someone something still such sure tell than thank thanks that the their them then there these they
    thing things this though through thus till to together too toward under until up upon us use very want
    wanted was we were what when where which while who whom whose why will with within without work works would
    yes yet you your
"""
ASKING = frozenset(_ASKING.split())
ASKING_HAN = re.compile(
    "哪里|在哪|哪个|哪些|哪|东西|请问一下|请问|你好|您好|你们|您们|我们|怎么办|怎么样|怎么|怎样|如何|什么|为什么|多少|是不是|有没有|能不能|可不可以|可以|能否|是否|一下|"
    "帮我|我想|想要|需要|我的|你的|您的|一直|已经|现在|这个|那个|谢谢|麻烦|吗|呢|吧|啊|呀|了|的|我|你|您|想|要|都|用|把|在|是|有|能|会"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPassage:
    """This is a passage with how much of a question it has, from 0 to 1: `headed` its heading alone, `shared` all of
    it; and how much of its heading the question has, `asked`. `worth` is what it is ranked by."""

    passage: Passage
    headed: float
    shared: float
    asked: float
    worth: float


@cache
def _groups() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds the words that customers use for one thing, in English and in Chinese; the name of what was
    found begins with that of its group."""
    import yaml

    lists = yaml.safe_load(files("aigc.knowledge").joinpath("synonyms.yaml").read_text(encoding="utf-8"))
    english, chinese = (_grouped(name, lists[name]) for name in ("en", "zh"))
    return re.compile(rf"\b(?:{english})s?\b"), re.compile(chinese)


def _grouped(language: str, groups: Sequence[Sequence[str]]) -> str:
    words = [(str(word), f"{language}{at}") for at, group in enumerate(groups) for word in group]
    words.sort(key=lambda one: -len(one[0]))  # the longer one is looked for first
    return "|".join(f"(?P<{group}_{number}>{_apart(re.escape(word))})" for number, (word, group) in enumerate(words))


def _apart(word: str) -> str:
    """Let up to three words stand between a verb and what belongs to it: send the boots back."""
    verb, space, particle = word.rpartition("\\ ")
    return f"{verb}{BETWEEN}{particle}" if space and particle in PARTICLES else word


def _one_word(found: re.Match[str]) -> str:
    """Return the one word for what was found, and the words between a verb and what belongs to it."""
    between = found[0].split()[1:-1] if found[0].endswith(PARTICLES) else []
    return " ".join(["", f"{JOINED}{(found.lastgroup or '').partition('_')[0]}{JOINED}", *between, ""])


def meant_words(text: str) -> list[str]:
    """Return the words of a text that tell what it is about: stems, pairs of Chinese characters, and one word for all
    that are called alike."""
    english, chinese = _groups()
    plain = APOSTROPHE.sub("", english.sub(_one_word, text.casefold().replace("’", "'")))
    plain = chinese.sub(_one_word, plain)
    plain = ASKING_HAN.sub(" ", plain)
    found: list[str] = []
    for run in RUN.findall(plain):
        if EAST.match(run):
            found += [run[at : at + 2] for at in range(len(run) - 1)]
        elif run not in ASKING:
            found.append(run if run.startswith(JOINED) and run.endswith(JOINED) else _stem(run))
    return found


def _stem(word: str) -> str:
    if len(word) < SHORTEST or not word.isalpha():
        return word
    short = ENDING.sub("", word)
    return DOUBLED.sub(r"\1", short) if len(short) > 2 else word


class Matching:
    """This holds questions against passages."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = passages
        self._words = [
            (frozenset(meant_words(_last(one))), frozenset(meant_words(_above(one))), frozenset(meant_words(one.text)))
            for one in passages
        ]
        self._spread = Counter(word for parts in self._words for word in frozenset().union(*parts))

    def found(self, question: str, candidates: Iterable[int], most: int) -> list[FoundPassage]:
        """Return the passages of the candidates, by their numbers, that answer a question best, the best first."""
        asked = frozenset(meant_words(question))
        matches = [(at, self._match(asked, at)) for at in candidates] if asked else []
        matches.sort(key=lambda one: (-one[1].worth, one[0]))
        return [one for _, one in matches[:most]]

    def _match(self, asked: Set[str], at: int) -> FoundPassage:
        heading, above, text = self._words[at]
        whole = self._weight(asked)
        headed = self._weight(asked & heading)
        rest = ABOVE * self._weight((asked & above) - heading)
        rest += IN_TEXT * self._weight((asked & text) - heading - above)
        own = self._weight(heading)
        of_heading = self._weight(asked & heading) / own if own else 0.0
        shared = self._weight(asked & (heading | above | text)) / whole
        worth = (headed + rest) / whole + OF_HEADING * of_heading
        return FoundPassage(
            passage=self.passages[at], headed=headed / whole, shared=shared, asked=of_heading, worth=worth
        )

    def _weight(self, words: Iterable[str]) -> float:
        """Return what words weigh together, as in BM25."""
        many = len(self.passages)
        return sum(
            (OF_ANYTHING if word in ANYTHING else 1) * log(1 + (many + 0.5) / (self._spread[word] + 0.5))
            for word in sorted(words)
        )


def _last(passage: Passage) -> str:
    return passage.headings[-1] if passage.headings else passage.title


def _above(passage: Passage) -> str:
    return " ".join((passage.title, *passage.headings[:-1])) if len(passage.headings) > 1 else ""
