"""A folder that was read, and what in it tells most about some words."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from math import log
from pathlib import Path
from threading import Lock

from aigc.errors import BriefError
from aigc.knowledge.kept_blocks import BlockStore, blocks_kept
from aigc.knowledge.matching import FoundPassage, Matching, meant_words
from aigc.knowledge.passages import Passage, passages_of
from aigc.knowledge.source_files import files_of
from aigc.knowledge.sourced_facts import SourcedFact, standing_in
from aigc.types.foreign import whole_text

MOST_TEXT = 200_000_000  # characters, which with their index take about a gigabyte
LOOKED_AT = 24  # passages
TITLE, HEADING, TEXT = 4.0, 6.0, 1.0  # what a word counts where it is found
NEAREST = 0.35  # of the best passage's rank, below which one is about something else
RUN = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]+|[^\W_]+", re.UNICODE)
EAST = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]")
MOST_OF_ONE = 4  # sentences of a passage
SHARED = 0.6  # of what the words asked for weigh, rare ones more, that a passage must have, with its headings
ALIKE = 0.8  # of the words of two sentences, from which one says the other again
TABLE = "CREATE VIRTUAL TABLE passages USING fts5(title, headings, text, tokenize='porter unicode61')"
ADD = "INSERT INTO passages (rowid, title, headings, text) VALUES (?, ?, ?, ?)"
RANK = f"-bm25(passages, {TITLE}, {HEADING}, {TEXT})"
FIND = f"SELECT rowid, {RANK} FROM passages WHERE passages MATCH ? ORDER BY 2 DESC LIMIT ?"
CANDIDATES = 60  # passages that a question is held against
MEANT = "CREATE VIRTUAL TABLE meant USING fts5(headings, text, tokenize='unicode61')"
ADD_MEANT = "INSERT INTO meant (rowid, headings, text) VALUES (?, ?, ?)"
FIND_MEANT = f"SELECT rowid FROM meant WHERE meant MATCH ? ORDER BY bm25(meant, {HEADING}, {TEXT}) LIMIT ?"
# What English asks with and joins with; a word that most passages have counts little anyway.
_EVERYDAY = """
    a about an and are as at be by can do does for from how in into is it its of on or our that the their to up was what
    when where which who why will with you your 的 了 和 与 在 是 怎么 怎样 如何 什么 吗 呢
"""
EVERYDAY = frozenset(_EVERYDAY.split())


class Knowledge:
    """This is a folder of sources, read. It may be asked from several threads."""

    def __init__(self, folder: Path, passages: Sequence[Passage], passed_over: int = 0) -> None:
        self.folder = folder
        self.passages = passages
        self.passed_over = passed_over
        self._lock = Lock()

    @classmethod
    def of(cls, folder: Path, *, store: BlockStore | None = None) -> Knowledge:
        """Read a folder, of which a `store` knows the files that have not changed. NotFound and BriefError say what is
        wrong with it, or with which line of which file."""
        paths, others = files_of(folder)
        passages, room = list[Passage](), MOST_TEXT
        for path in paths:
            blocks = blocks_kept(path, store)
            room -= sum(len(block.text) for block in blocks)
            if room < 0:
                raise BriefError(
                    f"{folder}: has more than {MOST_TEXT:,} characters of text", hint="name a folder in it"
                )
            passages += passages_of(whole_text(path.relative_to(folder).as_posix()), blocks)
        return cls(folder, passages, others)

    def search(self, words: str, most: int = LOOKED_AT) -> list[tuple[Passage, float]]:
        """Return the passages that tell most about some words, the best first, each with its rank by BM25."""
        return [(self.passages[at], rank) for at, rank in self._ranked(words, most)]

    def under(self, file: str, headings: tuple[str, ...]) -> list[Passage]:
        """Return all passages of a file under the same headings."""
        return self._under[file, headings]

    def answering(self, question: str, most: int) -> list[FoundPassage]:
        """Return the passages that answer a question best, the best first."""
        asked = list(dict.fromkeys(meant_words(question)))
        if not asked:
            return []
        with self._lock:
            rows = self._meant.execute(FIND_MEANT, (" OR ".join(f'"{word}"' for word in asked), CANDIDATES))
            return self._matching.found(question, [at for (at,) in rows.fetchall()], most)

    def _ranked(self, words: str, most: int) -> list[tuple[int, float]]:
        asked = list(dict.fromkeys(_terms(words)))
        if not asked:
            return []
        with self._lock:
            return self._index.execute(FIND, (" OR ".join(f'"{term}"' for term in asked), most)).fetchall()

    def facts(self, words: str, *, most: int, longest: int, fits: Callable[[str], bool] = bool) -> list[SourcedFact]:
        """Return up to so many sentences about some words, none longer than so many characters and none twice, that
        fit, such as by their language: of the best passages some of each, file by file as they stand there."""
        asked, told = _asked(words), list[set[str]]()
        found: list[tuple[int, int, SourcedFact]] = []
        files: dict[str, int] = {}  # the better ones first
        for at, rank in (ranked := self._ranked(words, LOOKED_AT)):
            passage = self.passages[at]
            if rank < NEAREST * ranked[0][1] or self._shared(asked, _known(passage)) < SHARED:
                continue
            place, many = files.setdefault(passage.file, len(files)), 0
            for fact, terms in self._about(asked, passage, longest):
                if not fits(fact.text) or any(_alike(terms, one) for one in told):
                    continue
                told.append(terms)
                found.append((place, at, fact))
                many += 1
                if many == MOST_OF_ONE or len(found) == most:
                    break
            if len(found) == most:
                break
        return [fact for _, _, fact in sorted(found, key=lambda one: one[:2])]

    def _about(
        self, asked: Sequence[frozenset[str]], passage: Passage, longest: int
    ) -> Iterator[tuple[SourcedFact, set[str]]]:
        """Yield the sentences of a passage that have something of what is asked, all where its headings have it, each
        with its stems."""
        headed = self._shared(asked, _stems((passage.title, *passage.headings))) >= SHARED
        words = frozenset[str]().union(*asked)
        for block, sentence in standing_in(passage, longest):
            if headed or words & _stems([sentence]):
                yield SourcedFact(text=sentence, place=passage.place(block)), _stems([sentence])

    def _shared(self, asked: Sequence[frozenset[str]], known: Set[str]) -> float:
        """Return how much of what is asked is known, from 0 to 1; what fewer passages have weighs more."""
        weights = [min(map(self._weight, terms)) for terms in asked]
        has = sum(weight for terms, weight in zip(asked, weights, strict=True) if terms & known)
        return has / sum(weights) if weights else 0.0

    def _weight(self, stem: str) -> float:
        """Return what a word weighs, as in BM25."""
        return log(1 + (len(self.passages) + 0.5) / (self._spread[stem] + 0.5))

    @cached_property
    def _spread(self) -> Counter[str]:
        """In how many passages each word stands."""
        return Counter(stem for passage in self.passages for stem in _known(passage))

    @cached_property
    def _index(self) -> sqlite3.Connection:
        index = sqlite3.connect(":memory:", check_same_thread=False)
        index.execute(TABLE)
        rows = (
            (at, *map(_indexed, (one.title, " ".join(one.headings), one.text))) for at, one in enumerate(self.passages)
        )
        index.executemany(ADD, rows)
        return index

    @cached_property
    def _under(self) -> Mapping[tuple[str, tuple[str, ...]], list[Passage]]:
        found: dict[tuple[str, tuple[str, ...]], list[Passage]] = {}
        for one in self.passages:
            found.setdefault((one.file, one.headings), []).append(one)
        return found

    @cached_property
    def _matching(self) -> Matching:
        return Matching(self.passages)

    @cached_property
    def _meant(self) -> sqlite3.Connection:
        index = sqlite3.connect(":memory:", check_same_thread=False)
        index.execute(MEANT)
        parts = ((one.title, *one.headings) for one in self.passages)
        rows = (
            (at, " ".join(meant_words(" ".join(heads))), " ".join(meant_words(one.text)))
            for at, (heads, one) in enumerate(zip(parts, self.passages, strict=True))
        )
        index.executemany(ADD_MEANT, rows)
        return index


def _indexed(text: str) -> str:
    return " ".join(_parts(text))


def _parts(text: str) -> Iterable[str]:
    """Yield words in small letters; of a run of Chinese, Japanese or Korean every two neighbours."""
    for run in RUN.findall(text):
        if EAST.match(run):
            yield from _pairs(run)
        else:
            yield run.casefold()


def _asked(words: str) -> list[frozenset[str]]:
    """Return what is asked for, one by one: stems of words, and of a run of Chinese each character as the pairs that it
    is in, of which one is enough: other pairs reach over the ends of words."""
    found: list[frozenset[str]] = []
    for run in RUN.findall(words):
        if EAST.match(run):
            pairs = _pairs(run)
            found += [frozenset(pair for pair in pairs[max(0, at - 1) : at + 1]) for at in range(len(run))]
        elif (word := run.casefold()) not in EVERYDAY:
            found.append(frozenset([_stemmed(word)]))
    return [stems - EVERYDAY for stems in dict.fromkeys(found) if stems - EVERYDAY]


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(max(1, len(run) - 1))]


def _terms(text: str) -> list[str]:
    return [part for part in _parts(text) if part not in EVERYDAY]


def _stemmed(term: str) -> str:
    """Return a word without the commonest ends, so that one asked for is known in another form."""
    return re.sub(r"(?:ing|ies|es|s|ed|y)$", "", term) if len(term) > 4 else term


def _stems(texts: Iterable[str]) -> set[str]:
    return {_stemmed(term) for text in texts for term in _terms(text)}


def _known(passage: Passage) -> set[str]:
    return _stems((passage.title, *passage.headings, passage.text))


def _alike(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= ALIKE * min(len(one), len(other)) > 0
