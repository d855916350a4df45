"""Finished pieces as what a classroom platform knows: questions of three kinds, and cards.

    lessons/quiz        `items`: a stem, options, which one is right
    lessons/flashcards  `cards`: a front, a back, tags
    lessons/worksheet   `gaps`, `left` and `right`, `questions`, and the `key` to each

Any content type with one of these fields will do: nothing here asks what a type is called.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from aigc.types import Artifact, Json, texts_in

Kind: TypeAlias = Literal["choice", "short", "match"]
Problems: TypeAlias = Callable[[Artifact], Iterator[str]]

ITEMS = "items"  # the field of questions with options
ASKED = (ITEMS, "cards", "gaps", "questions", "left")  # fields that questions and cards are made of
CHOSEN = (ITEMS,)
WRITERS = ("lessons/quiz, lessons/flashcards and lessons/worksheet do", "lessons/quiz does")
MATCH = {"en": "Match each item with the one that belongs to it.", "zh": "将每一项与对应的内容配对。"}
ARTICLE = re.compile(r"(?:the|an?)\s+(?=\S)", re.IGNORECASE)
UNIT = re.compile(r"(\d)\s+(?=[°%℃A-Za-z\u3400-\u9fff]+$)")
NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizQuestion:
    """This is one question. `number` counts from 1 in its piece; `answers` are the right ones, of which the first is
    shown; a `match` has `pairs` instead, and `others`, which belong to none."""

    kind: Kind
    number: int
    stem: str
    answers: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    feedback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flashcard:
    """This is one flashcard; `options` are choices to show below the front."""

    front: str
    back: str
    options: tuple[str, ...] = ()
    note: str = ""
    tags: tuple[str, ...] = ()


def title_of(artifact: Artifact) -> str:
    """Return what a piece is called, in one line."""
    title = artifact.fields.get("title")
    return one_line(title) if isinstance(title, str) and title.strip() else artifact.id


def language_of(artifact: Artifact) -> str:
    """Return the language of a piece: its input `language`, else the one that its row is surely in, else `en`."""
    return str(artifact.brief.values.get("language") or artifact.brief.language or "en")


def questions_of(artifact: Artifact) -> list[QuizQuestion]:
    """Return a piece's questions in the order in which it has them; an item that is none is left out."""
    found = [*_choices(artifact.fields), *_sheet(artifact.fields, language_of(artifact)), *_typed(artifact.fields)]
    return [
        QuizQuestion(
            kind=one.kind,
            number=number,
            stem=one.stem,
            answers=one.answers,
            options=one.options,
            pairs=one.pairs,
            feedback=one.feedback,
        )
        for number, one in enumerate(found, 1)
    ]


def cards_of(artifact: Artifact) -> list[Flashcard]:
    """Return a piece's cards; of its questions, where it has no cards."""
    cards = [
        Flashcard(front=_text(one, "front"), back=_text(one, "back"), tags=tuple(_texts(one.get("tags"))))
        for one in _objects(artifact.fields, "cards")
        if _text(one, "front") and _text(one, "back")
    ]
    if cards:
        return cards
    for one in questions_of(artifact):
        if one.kind == "match":
            cards += [Flashcard(front=left, back=right) for left, right in one.pairs]
        else:
            note = "" if one.feedback == one.answers[0] else one.feedback
            cards.append(Flashcard(front=one.stem, back=one.answers[0], options=one.options, note=note))
    return cards


def lacking(artifact: Artifact, what: str, found: Sequence[object], asked: Sequence[str] = ASKED) -> Iterator[str]:
    """Yield why a piece is nothing for a format of `what`: it has none, or as a row it never will, having none of the
    fields `asked`."""
    writers = WRITERS[tuple(asked) == CHOSEN]
    if not _unwritten(artifact) and not found:
        yield f"has no {what}; {writers}"
    elif _unwritten(artifact) and not set(asked) & set(artifact.fields):
        yield f"will have no {what}, which {artifact.provenance.content_type} does not write; {writers}"


def told(artifacts: Sequence[Artifact], name: str, problems: Problems) -> str:
    """Return what keeps pieces out of a format, the first three; nothing where all of them fit."""
    wrong = [f"{artifact.id}: {what}" for artifact in artifacts for what in problems(artifact)]
    more = f" (and {len(wrong) - 3} more)" if len(wrong) > 3 else ""
    return f"{name}: {'; '.join(wrong[:3])}{more}" if wrong else ""


def spellings(answer: str) -> tuple[str, ...]:
    """Return the ways in which a typed answer is right: as it is, without its article, its unit close to its number."""
    bare = ARTICLE.sub("", answer, count=1) if ARTICLE.match(answer) else answer
    return tuple(dict.fromkeys((answer, bare, UNIT.sub(r"\1", answer))))


def identifier(*parts: str) -> str:
    """Return an identifier that the same parts always have: a letter and sixteen hexadecimal digits."""
    return "a" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def one_line(text: str) -> str:
    return " ".join(text.split())


def unprintable(artifact: Artifact) -> Iterator[str]:
    """Yield a message for each question, or else for the piece, with a character that no file of texts can hold."""
    told = False
    for one in questions_of(artifact):
        if found := _control((one.stem, *one.options, *one.answers, one.feedback, *sum(one.pairs, ()))):
            told = True
            yield f"question {one.number} has the control character {found!r}"
    if not told and (found := _control((title_of(artifact), *texts_in(artifact.fields)))):
        yield f"has the control character {found!r}"


def _control(texts: Iterable[str]) -> str:
    return next((found.group() for text in texts if (found := NO_XML.search(text))), "")


def _unwritten(artifact: Artifact) -> bool:
    return all(value is None for value in artifact.fields.values())


def _choices(fields: Mapping[str, Json]) -> Iterator[QuizQuestion]:
    for one in _objects(fields, ITEMS):
        options, answer = tuple(_texts(one.get("options"))), _text(one, "answer")
        if _text(one, "stem") and len(options) > 1 and options.count(answer) == 1:
            yield QuizQuestion(
                kind="choice",
                number=0,
                stem=_text(one, "stem"),
                answers=(answer,),
                options=options,
                feedback=_text(one, "feedback"),
            )


def _sheet(fields: Mapping[str, Json], language: str) -> Iterator[QuizQuestion]:
    key = fields.get("key")
    known: Mapping[str, Json] = key if isinstance(key, Mapping) else {}
    for asked in ("gaps", "questions"):
        for stem, answer in zip(_texts(fields.get(asked)), _texts(known.get(asked)), strict=False):
            yield QuizQuestion(kind="short", number=0, stem=stem, answers=spellings(answer))
        if asked == "gaps" and (pairs := pairs_of(fields)):
            yield QuizQuestion(kind="match", number=0, stem=MATCH.get(language, MATCH["en"]), pairs=pairs)


def pairs_of(fields: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    """Return what belongs together on a worksheet, by the letters of its key."""
    key = fields.get("key")
    letters = _texts(key.get("matching")) if isinstance(key, Mapping) else []
    right = rights_of(fields)
    places = [ord(letter[0]) - ord("A") if letter else -1 for letter in letters]
    left = _texts(fields.get("left"))
    if len(places) != len(left) or any(not 0 <= place < len(right) for place in places):
        return ()
    return tuple((one, right[place]) for one, place in zip(left, places, strict=True))


def rights_of(fields: Mapping[str, Json]) -> list[str]:
    """Return what stands on the right of a worksheet, which the letters of its key name."""
    return _texts(fields.get("right"))


def _typed(fields: Mapping[str, Json]) -> Iterator[QuizQuestion]:
    for one in _objects(fields, "cards"):
        if _text(one, "front") and _text(one, "back"):
            yield QuizQuestion(kind="short", number=0, stem=_text(one, "front"), answers=spellings(_text(one, "back")))


def _objects(fields: Mapping[str, Json], name: str) -> list[Mapping[str, Json]]:
    found = fields.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _texts(value: Json) -> list[str]:
    return [_clean(one) for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _text(item: Mapping[str, Json], name: str) -> str:
    found = item.get(name)
    return _clean(found) if isinstance(found, str) else ""


def _clean(text: str) -> str:
    """Return a text without blanks around it, its line breaks of one kind."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
