"""Texts to choose from: what else could stand at a place of a finished piece.

A suggestion went the way of the text in its place: it passed its stage's checks, and here it stands in the piece for a
moment, is post-processed with it and checked by those of the whole piece: one that has these reject anything more, at
whatever place, is none. Only a place that is one item's text has
some: what an expression joins from several has none. An item whose own text stands only within another one ("Lid" in
"Mug: Lid") is offered in place of that; one that is left out, since no plain text fits it, or that stands nowhere, in
place of what says something else: the last text of its list that is no item's own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from aigc.content.walk import ANYTHING, mapped
from aigc.types import Draft, Json, Suggestion
from aigc.writing.drafting import Origin, Signed, at_path, draft_texts, postprocess, root_of
from aigc.writing.item import Item
from aigc.writing.line_log import Places
from aigc.writing.ranking import Contender
from aigc.writing.sheet import Sheet

WORDS = re.compile(r"\w+")


def suggestions(draft: Draft, sheet: Sheet, items: Sequence[Item], places: Places) -> tuple[Suggestion, ...]:
    """Return what `items` suggest for the places where their texts stand, the best of each place first."""
    offers = {path: item for item in items for path in _stands(draft, item, places)}
    offers |= _within(draft, items, offers)
    offers |= (instead := _instead(draft, _without(items, offers), places, offers))
    if not offers:
        return ()
    content_type, names = sheet.setup.content_type, sheet.names()
    whole = content_type.composed  # the simple form's one stage has the type's own steps and checks
    checks = (*content_type.checks, *sheet.setup.policy)
    textual = [step for step in content_type.postprocess if whole and step.extension.scope == "text"]
    queues = {path: _offered(item, at_path(draft.fields, path)) for path, item in offers.items()}
    there = {str(text) for _, text, _ in draft_texts(draft)}
    found: dict[str, dict[str, Suggestion]] = {path: {} for path in offers}

    def rejects(one: Draft) -> set[tuple[str, str, str]]:
        judged = sheet.judged(one, checks, names) if whole else ()
        return {(bad.field, bad.check, bad.message) for bad in judged if bad.severity == "reject"}

    before = rejects(draft)

    def tried(trial: Mapping[str, Contender]) -> Draft | None:
        """Return the draft with the trial's texts, None where the whole piece rejects them."""
        changed = _changed(draft, {path: _text(offers[path], one) for path, one in trial.items()})
        changed = postprocess(changed, textual, lambda text: sheet.evaluate(text, names), sheet.setup.patience)
        return changed if rejects(changed) <= before else None

    while trial := _next(offers, queues, found):
        together = tried(trial)
        for path, one in trial.items():
            changed = together or (tried({path: one}) if len(trial) > 1 else None)
            item, text = offers[path], at_path(changed.fields, path) if changed else None
            if isinstance(text, str) and text.strip() and text not in there:
                score = round(one.worth, 4)
                new = Suggestion(
                    field=path,
                    stage=item.stage.name,
                    item=item.index,
                    text=str(text),
                    score=score,
                    instead=path in instead,
                )
                found[path].setdefault(new.text, new)
    return tuple(one for told in found.values() for one in told.values())


def _stands(draft: Draft, item: Item, places: Places) -> list[str]:
    """Return the paths at which an item's text stands by itself."""
    if not _suggests(item) or item.draft is None or item.left_out:
        return []
    own, origin = _own(item), Origin(item.stage.name, item.index, _field(item))
    texts = {path: at_path(draft.fields, path) for path in places.get(origin, ())}
    return [path for path, text in texts.items() if isinstance(text, Signed) or text == own]


def _within(draft: Draft, items: Sequence[Item], offers: Mapping[str, Item]) -> dict[str, Item]:
    """Return path → the item whose own text, or its fact, and no other item's, is part of what stands there: the
    shortest text of a list with the limit of the item's."""
    found: dict[str, Item] = {}
    for item in _without([one for one in items if _suggests(one) and not one.left_out], offers):
        others = [_own(one) for one in items if one is not item and one.stage is item.stage]
        limit = item.stage.output[_field(item)].get("limit")
        free = [
            (len(text), path)
            for path, text, schema in draft_texts(draft)
            if path not in offers and path not in found and path.endswith("]") and schema.get("limit") == limit
            if any(_has(text, part) for part in (_own(item), item.value))
            if not any(_has(text, part) for part in others)
        ]
        if free:
            found[min(free)[1]] = item
    return found


def _instead(draft: Draft, items: Sequence[Item], places: Places, taken: Collection[str]) -> dict[str, Item]:
    """Return path → the item that is offered there, as it stands nowhere: the last texts of its list that are no
    item's."""
    held = {path for paths in places.values() for path in paths} | set(taken)
    found: dict[str, Item] = {}
    for item in items:
        stage = item.stage.name
        roots = [root_of(path) for origin, paths in places.items() if origin.stage == stage for path in paths]
        texts = draft.fields.get(roots[0]) if roots else None
        kept = item.by_design or not item.left_out
        if _suggests(item) and kept and item.pool and isinstance(texts, list):
            free = [path for at in range(len(texts)) if (path := f"{roots[0]}[{at}]") not in held | found.keys()]
            found |= dict.fromkeys(free[-1:], item)
    return found


def _without(items: Sequence[Item], offers: Mapping[str, Item]) -> list[Item]:
    """Return the items that are offered nowhere yet."""
    return [item for item in items if not any(item is one for one in offers.values())]


def _suggests(item: Item) -> bool:
    return bool(item.stage.pick and item.stage.pick.suggest)


def _field(item: Item) -> str:
    assert item.stage.pick is not None
    return item.stage.pick.field


def _own(item: Item) -> Json:
    return item.draft.fields.get(_field(item)) if item.draft else None


def _has(text: str, part: Json) -> bool:
    """Tell whether a text has the words of another one in a row, however they are capitalised."""
    if not isinstance(part, str):
        return False
    words, wanted = (" ".join(WORDS.findall(one.casefold())) for one in (text, part))
    return bool(wanted) and (f" {wanted} " in f" {words} " if wanted.isascii() else wanted in words)


def _offered(item: Item, standing: Json) -> list[Contender]:
    """Return an item's contenders, the best last, without what stands."""
    return [one for one in reversed(item.pool.ranked()) if _text(item, one) != standing]


def _text(item: Item, contender: Contender) -> str:
    return str(contender.draft.fields[_field(item)])


def _next(
    offers: Mapping[str, Item], queues: Mapping[str, list[Contender]], found: Mapping[str, Mapping[str, Suggestion]]
) -> dict[str, Contender]:
    """Take the next contender of every place that has room for another suggestion."""
    return {
        path: queue.pop()
        for path, queue in queues.items()
        if queue and (pick := offers[path].stage.pick) and len(found[path]) < pick.suggest
    }


def _changed(draft: Draft, texts: Mapping[str, str]) -> Draft:
    """Return the draft with other texts at some paths."""

    def change(path: str, value: Json, schema: Mapping[str, Json]) -> Json:
        return texts.get(path, value)

    roots = {root_of(path) for path in texts}
    fields = {
        name: mapped(value, draft.schema.get(name, ANYTHING), name, change) if name in roots else value
        for name, value in draft.fields.items()
    }
    return replace(draft, fields=fields)
