"""Draft → draft: running post-processors and checks over a draft's texts, and remembering who wrote which text.

A `Signed` is a text that knows the stage item it came from, so that a finding on `headlines[3]` of the composed piece
leads back to the one request to ask again. A `Bound` extension has its options checked, `resolve` renders those with
`{{ }}`; its scope says whether it gets each text or the whole draft. `leaves` and `mapped` walk a value with its
schema. Knows drafts, paths and bound extensions; does not know generators.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import count, islice
from typing import NamedTuple

from aigc.content.walk import ANYTHING, is_prose, leaves, mapped
from aigc.errors import describe
from aigc.plugs.copied import copied
from aigc.plugs.extension import Bound, Render
from aigc.types import SEVERITIES, Asset, Draft, Field, Finding, Json
from aigc.types import at_path as at_path
from aigc.writing.apart import refuse_large
from aigc.writing.duty import Duty, Patience

Schema = Mapping[str, Json]

LONGEST = 2000  # characters of a finding
MOST_FINDINGS, TOLD = 1000, 20  # of one check in one text, and how many are told of more
MOST_BITS = 4096  # of a whole number that is written out


class Origin(NamedTuple):
    """This is the stage item a text came from, and which field of that stage's output it was."""

    stage: str
    item: int
    field: str


class Signed(str):
    """This is a text with its origin; `fallback` says that no model wrote it."""

    __slots__ = ("fallback", "origin")
    origin: Origin
    fallback: bool

    @classmethod
    def by(cls, text: str, origin: Origin, *, fallback: bool = False) -> Signed:
        signed = cls(text)
        signed.origin = origin
        signed.fallback = fallback
        return signed


def sign(value: Json, origin: Origin, *, fallback: bool = False) -> Json:
    """Return `value` with every text in it marked as written by `origin`."""
    if isinstance(value, str):
        return Signed.by(value, origin, fallback=fallback)
    if isinstance(value, list):
        return [sign(item, origin, fallback=fallback) for item in value]
    if isinstance(value, dict):
        return {key: sign(item, origin, fallback=fallback) for key, item in value.items()}
    return value


def plain(value: Json) -> Json:
    """Return `value` with ordinary texts, lists and dicts, as it leaves the pipeline."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def not_written(value: Json) -> str:
    """Name the first thing in a value that JSON does not know; nothing where there is none."""
    if isinstance(value, str | bool | float) or value is None:
        return ""
    if isinstance(value, int):
        return "a number of too many digits" if value.bit_length() > MOST_BITS else ""
    if isinstance(value, Mapping):
        names = next((f"the name {describe(name)}" for name in value if not isinstance(name, str)), "")
        return names or next(filter(None, map(not_written, value.values())), "")
    if isinstance(value, list | tuple):
        return next(filter(None, map(not_written, value)), "")
    return describe(value)


def draft_texts(draft: Draft) -> Iterator[tuple[str, str, Schema]]:
    """Yield (path, text, schema) of every prose text in a draft; enums and URIs are not prose."""
    for name, field in draft.fields.items():
        for path, value, schema in leaves(field, draft.schema.get(name, ANYTHING), name):
            if isinstance(value, str) and is_prose(schema):
                yield path, value, schema


def origins(value: Json) -> Iterator[Origin]:
    """Yield the origin of every signed text inside `value`."""
    if isinstance(value, Signed):
        yield value.origin
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from origins(item)
    elif isinstance(value, list):
        for item in value:
            yield from origins(item)


def postprocess(draft: Draft, steps: Sequence[Bound], render: Render, patience: Patience | None = None) -> Draft:
    """Return the draft after `steps`, in order. PluginError names the step that broke or did not answer."""
    texts = list(draft_texts(draft)) if steps else []
    with Duty(patience or Patience()) as duty:
        for step in steps:
            duty.turn(step)
            options, before = step.resolve(render), draft
            if step.extension.scope == "draft":
                given = copied(draft) if step.extension.of_others else draft
                draft = _as_changed(draft, step.extension(given, **options))
            else:
                draft = _each_text(draft, texts, step, options)
            if draft is not before:
                refuse_large(draft)
            texts = texts if draft is before else list(draft_texts(draft))
        duty.end_turn()
    return draft


def _as_changed(draft: Draft, changed: Json) -> Draft:
    """Return the draft as a post-processor of whole drafts gave it back."""
    if isinstance(changed, Draft):
        if not all(isinstance(one, Asset) for one in changed.assets):
            raise TypeError("gave assets that are none")
        draft, changed = replace(draft, assets=changed.assets), changed.fields
    if not isinstance(changed, Mapping):
        raise TypeError(f"gave {describe(changed)} instead of the draft or its fields")
    return replace(draft, fields=changed)


def _with_fields(draft: Draft) -> list[tuple[str, Field]]:
    return [(text, Field(path=path, schema=schema, draft=draft)) for path, text, schema in draft_texts(draft)]


def check(draft: Draft, checks: Sequence[Bound], render: Render, patience: Patience | None = None) -> list[Finding]:
    """Return what `checks` found, in their order. PluginError names the check that broke or did not answer."""
    findings: list[Finding] = []
    if not checks:
        return findings
    ours = (draft, _with_fields(draft))
    with Duty(patience or Patience()) as duty:
        for bound in checks:
            duty.turn(bound)
            options = bound.resolve(render)
            given, texts = ours
            if bound.extension.of_others:  # none of them changes what another one sees, or what is kept
                given = copied(draft)
                texts = _with_fields(given) if bound.extension.takes_field else texts
            if bound.extension.scope == "draft":
                findings += [_finding(one, "", bound) for one in _yielded(bound.extension(given, **options))]
                continue
            for text, field in texts:
                if not bound.only or _meant(bound.only, field.path):
                    returned = _call(bound, text, field, options)
                    findings += [_finding(one, field.path, bound) for one in _yielded(returned)]
        duty.end_turn()
    return findings


def _yielded(returned: Iterable[Finding | str] | None) -> Sequence[Finding | str]:
    if isinstance(returned, str | Finding) or (returned and not isinstance(returned, Iterable)):
        raise TypeError(f"gave {returned!r}; a check yields findings or messages")
    found = list(islice(returned, MOST_FINDINGS + 1)) if returned else []
    if len(found) > MOST_FINDINGS:
        return [*found[:TOLD], f"finds over {MOST_FINDINGS} things in one text"]
    return found


def _finding(found: Finding | str, path: str, bound: Bound) -> Finding:
    finding = Finding(message=found) if isinstance(found, str) else found
    if not isinstance(finding, Finding) or not isinstance(finding.message, str):
        raise TypeError(f"gave {describe(found)}; a check yields findings or messages")
    if len(finding.message) > LONGEST:
        finding = replace(finding, message=f"{finding.message[:LONGEST]}…")
    severity = min(finding.severity, bound.severity, key=SEVERITIES.index)
    return replace(finding, check=bound.name, field=finding.field or path, severity=severity)


def root_of(path: str) -> str:
    """Return the field a path begins with: `headlines` of `headlines[2]`."""
    return path.partition("[")[0].partition(".")[0]


def _each_text(
    draft: Draft, texts: Sequence[tuple[str, str, Schema]], step: Bound, options: Mapping[str, Json]
) -> Draft:
    """Return the draft with those of its prose texts that `step` is meant for as the step gives them back."""
    function, takes_field = step.extension.function, step.extension.takes_field
    changed: dict[int, str] = {}  # by the place among the texts
    given = copied(draft) if takes_field and step.extension.of_others else draft
    schemas = [schema for _, _, schema in (draft_texts(given) if takes_field else texts)]
    for place, (path, text, _) in enumerate(texts):
        if step.only and not _meant(step.only, path):
            continue
        field = Field(path=path, schema=schemas[place], draft=given) if takes_field else None
        new = function(text, field, **options) if takes_field else function(text, **options)
        if not isinstance(new, str):
            raise TypeError(f"gave {new!r} instead of a text; end it with `return`")
        if new != text:
            changed[place] = Signed.by(new, text.origin, fallback=text.fallback) if isinstance(text, Signed) else new
    return _with_texts(draft, changed) if changed else draft


def _with_texts(draft: Draft, texts: Mapping[int, str]) -> Draft:
    """Return the draft with other prose texts at some places among these."""
    places = count()

    def change(path: str, value: Json, schema: Schema) -> Json:
        return texts.get(next(places), value) if isinstance(value, str) and is_prose(schema) else value

    schemas = draft.schema
    fields = {name: mapped(value, schemas.get(name, ANYTHING), name, change) for name, value in draft.fields.items()}
    return replace(draft, fields=fields)


def _call(bound: Bound, text: str, field: Field, options: Mapping[str, Json]) -> Json:
    function: Callable[..., Json] = bound.extension.function
    return function(text, field, **options) if bound.extension.takes_field else function(text, **options)


@lru_cache(maxsize=1 << 12)
def _meant(only: str, path: str) -> bool:
    bare = re.sub(r"\[\d+\]", "", path)
    return bare == only or bare.partition(".")[0] == only
