"""Facts that a brief does not have, found in the project's folder of sources, with where each of them stands.

A content type says of a list of texts what to look for, `from_sources: "{{ topic }}"`. What is found becomes the
brief's own: prompts and checks hold pieces to it as to what a row says, and a source that changes makes a brief that
changed. Where the type has an input `sources`, it says where each fact stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

from aigc.asking.computing import computed
from aigc.content import ContentType
from aigc.content.languages import language_of_text, language_said
from aigc.content.type_keys import FROM_SOURCES
from aigc.content.walk import item_schema, properties
from aigc.errors import AigcError, BriefError
from aigc.knowledge import Knowledge
from aigc.ledger.kept_sources import KeptSources
from aigc.project import STORE, Project
from aigc.types import Artifact, Brief, Json, Provenance

KEPT = "knowledge.sqlite"  # what was read of the sources, beside the project's store
SOURCES = "sources"  # the setting, and the input that tells of places
MOST = 12  # facts that are looked for
LONGEST = 220  # characters of one, where its input has no limit
PASSAGES = 3  # that are looked for, where its input has no limit
LONGEST_PASSAGE = 8000  # characters
LEAST = 2  # facts, below which sources say nothing of a matter


def grounded(
    briefs: Iterable[Brief | Artifact], content_type: ContentType, project: Project
) -> Iterator[Brief | Artifact]:
    """Yield the briefs with the facts that they lack, a failed Artifact in place of one of which the sources say
    nothing. NotFound and BriefError at once for a folder that cannot be read."""
    if not _looked_for(content_type, project):
        yield from briefs
        return
    sources_of(project)
    for brief in briefs:
        try:
            yield with_facts(brief, content_type, project) if isinstance(brief, Brief) else brief
        except AigcError as error:
            assert isinstance(brief, Brief)
            made_by = Provenance(content_type=content_type.name, version=content_type.version)
            yield Artifact(id=brief.id, status="failed", fields={}, brief=brief, provenance=made_by, reason=str(error))


def with_facts(brief: Brief, content_type: ContentType, project: Project) -> Brief:
    """Return a brief with the facts that it lacks. BriefError where the sources say nothing of what it is about."""
    values = dict(brief.values)
    for name, about in _looked_for(content_type, project).items():
        if values.get(name):
            continue
        knowledge = sources_of(project)
        words = " ".join(str(computed(about, values, project.environment) or "").split())
        schema = content_type.brief[name]
        if item_schema(schema).get("type") == "object":
            values[name] = _passages(knowledge, words, schema)
            continue
        facts = knowledge.facts(
            words,
            most=min(MOST, schema.get("maxItems", MOST)),
            longest=item_schema(schema).get("maxLength", LONGEST),
            fits=partial(_in_language, language_said(values)),
        )
        if len(facts) < LEAST:
            told = f"says nothing of {words!r}" if not facts else f"has one sentence alone on {words!r}"
            hint = f"add a file on it to {knowledge.folder}, or give the row {name}"
            raise BriefError(f"{brief.source or brief.id}: {name}: {knowledge.folder} {told}", hint=hint)
        values[name] = [fact.text for fact in facts]
        if SOURCES in content_type.brief and not values.get(SOURCES):
            values[SOURCES] = [fact.place for fact in facts]
    return replace(brief, values=values)


def _passages(knowledge: Knowledge, words: str, schema: Mapping[str, Json]) -> list[Json]:
    """Return the passages that answer a message, the best first, all that stands under one heading together."""
    known = properties(item_schema(schema))
    longest = known.get("text", {}).get("maxLength", LONGEST_PASSAGE)
    found: dict[tuple[str, tuple[str, ...]], Json] = {}
    for one in knowledge.answering(words, most=2 * min(PASSAGES, schema.get("maxItems", PASSAGES))):
        passage = one.passage
        under = (passage.file, passage.headings)
        if under in found:
            continue
        parts = knowledge.under(*under)
        whole = "\n".join(part.text for part in parts)
        told = parts if len(whole) <= longest else [passage]
        values = {
            "place": told[0].place(told[0].blocks[0]),
            "heading": passage.headings[-1] if passage.headings else passage.title,
            "text": "\n".join(part.text for part in told)[:longest],
            "worth": round(one.worth, 3),
            "headed": round(one.headed, 3),
            "asked": round(one.asked, 3),
        }
        found[under] = {key: value for key, value in values.items() if key in known or not known}
    return list(found.values())[: min(PASSAGES, schema.get("maxItems", PASSAGES))]


@lru_cache(maxsize=2)  # projects; the one at hand is asked for every row
def sources_of(project: Project) -> Knowledge:
    """Return the project's folder of sources, read once. NotFound and BriefError say where it was named, what is wrong,
    and with which file."""
    store = None if project.folder is None else KeptSources(project.folder / STORE.parent / KEPT)
    try:
        return Knowledge.of(Path(project.settings.sources).expanduser(), store=store)
    except AigcError as error:
        place = project.settings.places.get(SOURCES, "")
        raise type(error)(f"{place}: {error.message}" if place else error.message, hint=error.hint) from None
    finally:
        if store is not None:
            store.close()


def _looked_for(content_type: ContentType, project: Project) -> dict[str, str]:
    """Return input → what is looked for where it is empty; nothing without a folder of sources."""
    if not project.settings.sources:
        return {}
    return {name: schema[FROM_SOURCES] for name, schema in content_type.brief.items() if FROM_SOURCES in schema}


def _in_language(language: str, sentence: str) -> bool:
    """Say whether a sentence is in a language, or too short to tell."""
    return not language or language_of_text(sentence) in ("", language)
