"""Facts → flashcards: what is asked in front, the answer behind, one card for each front."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from aigc import check
from aigc.types import Draft, Finding
from aigc_plugins.lessons.asked_things import pair_kinds
from aigc_plugins.lessons.loose_relations import of_left
from aigc_plugins.lessons.questions import noted
from aigc_plugins.lessons.quiz_material import GAP, PARTICIPLE, related, says_the_same
from aigc_plugins.lessons.reading_questions import questions_of
from aigc_plugins.lessons.taught_facts import TaughtFact, each_taught, taught_facts, told_language

JOINED = {"en": "; ", "zh": "；"}  # between the answers to one front


def flashcards(
    facts: Sequence[str],
    relation: str | None = None,
    language: str | None = None,
    *,
    fronts: Sequence[str] = (),
    both_ways: bool = False,
    tags: Sequence[str] = (),
) -> list[dict[str, object]]:
    """Return the cards `{front, back, tags}`.

    Of a pair the front is its left side, with what the right one is to it: "capital of Ohio"; of a sentence the one of
    `fronts` that a model wrote for it, else the sentence with its gap. Two answers to one front stand on one card. With
    `both_ways` every pair is a second card, turned round: with a `relation` the sentence asks for the left side.
    """
    language = told_language(facts, language)
    taught = taught_facts(facts, relation, language)
    waiting = iter(fronts)
    sides: list[tuple[str, str]] = []
    for one in taught:
        written = next(waiting, "") if one.kind == "sentence" and one.gap else ""
        if front := _front(one, relation, language, written):
            sides.append((front, one.answer))
    if both_ways:
        turned = [one for one in taught if one.kind == "pair" and not one.sums]
        sides += [(back, one.left) for one in turned if (back := _turned(one, relation, language))]
    backs: dict[str, list[str]] = {}
    for front, back in sides:
        known = backs.setdefault(front, [])
        if back not in known:
            known.append(back)
    between = JOINED.get(language, JOINED["en"])
    return [{"front": front, "back": between.join(back), "tags": list(tags)} for front, back in backs.items()]


@check
def cards_differ(draft: Draft, *, field: str = "cards") -> Iterator[Finding]:
    """No front comes twice, and no card says its back on its front."""
    fronts: set[str] = set()
    cards = draft.fields.get(field)
    for at, card in enumerate(cards if isinstance(cards, list) else ()):
        if not isinstance(card, Mapping):
            continue  # what is no card is the schema's to say
        front, back = (" ".join(str(card.get(side, "")).casefold().split()) for side in ("front", "back"))
        if front in fronts:
            yield Finding(message="this front comes twice", field=f"{field}[{at}].front")
        if front == back:
            yield Finding(message="its back is its front", field=f"{field}[{at}].back")
        fronts.add(front)


@check(severity="warn")
def every_fact_taught(draft: Draft) -> Iterator[str | Finding]:
    """Every fact of the brief is used; one from which nothing sure can be asked is named. Where there are three tasks
    or cards, and half of the facts are used, what is left out is only noted."""
    values = draft.brief.values
    made = sum(len(draft.fields.get(name) or ()) for name in ("cards", "gaps", "left", "questions"))
    facts = values.get("facts") or []
    for fact in filter(says_the_same, facts):
        yield f"nothing from {fact!r}: both sides are the same"
    left_out = [
        f"nothing from {fact!r}: put *asterisks* around the word to ask for, which only one answer may fit"
        for fact in unused_facts(draft)
    ]
    yield from noted(left_out, len(facts), made)


def unused_facts(draft: Draft) -> list[str]:
    """Return the facts of a brief from which its cards or its sheet have nothing."""
    values, fields = draft.brief.values, draft.fields
    facts, relation, language = values.get("facts") or [], values.get("relation"), values.get("language")
    key = fields.get("key")
    words = key.get("gaps") if isinstance(key, Mapping) else None
    used = {str(gap).replace(GAP, str(word)) for gap, word in zip(fields.get("gaps") or (), words or (), strict=False)}
    asked, taught = set(fields.get("questions") or ()), each_taught(facts, relation, language)
    known = [one for one in taught if one and f"{one.gap}" not in (fields.get("gaps") or ())]
    used |= {
        told for told, (question, _) in questions_of(known, told_language(facts, language)).items() if question in asked
    }
    return [
        fact
        for fact, one in zip(facts, taught, strict=True)
        if not says_the_same(fact)
        and (one is None or (one.kind == "sentence" and not one.gap and one.material["statement"] not in used))
    ]


def _turned(fact: TaughtFact, relation: str | None, language: str) -> str:
    """Return what asks for the left side of a pair; nothing where a relation is no noun: "made of"."""
    if not relation:
        return fact.answer
    if language == "zh":
        asks = "哪里" if relation.endswith(tuple(pair_kinds()["cities"]["zh"])) else "什么"
        asks = "哪部作品" if fact.left.startswith("《") else asks
        word = relation.endswith(tuple(pair_kinds()["quoted"])) and fact.answer[0] not in "“《"
        back = f"“{fact.answer}”" if word else fact.answer
        return f"{back}是{asks}的{relation}？" if "的" not in relation else ""
    noun = relation.endswith((" of", " for")) and not PARTICIPLE.match(relation) and not of_left(relation)
    bare = relation.removeprefix("the ")
    word = bare.removesuffix(" of").removesuffix(" for") in pair_kinds()["words"]
    back = f"“{fact.answer}”" if word else f"{fact.answer[:1].upper()}{fact.answer[1:]}"
    return f"{back} is the {bare} {GAP}." if noun else ""


def _front(fact: TaughtFact, relation: str | None, language: str, written: str) -> str:
    if fact.kind == "sentence":
        return written or fact.gap
    if fact.kind == "question" or fact.sums or not relation:
        return fact.left
    if language == "zh":
        return related(fact.left, relation)
    asked = PARTICIPLE.match(relation) or of_left(relation)
    return fact.material["question"] if asked else f"{relation} {fact.left}"
