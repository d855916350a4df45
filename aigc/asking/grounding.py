"""Facts that a brief does not have, found in the project's folder of sources, with where each of them stands.

A content type says of a list of texts what to look for, `from_sources: "{{ topic }}"`. What is found becomes the
brief's own: prompts and checks hold pieces to it as to what a row says, and a source that changes makes a brief that
changed. Where the type has an input `sources`, it says where each fact stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

from aigc.asking.computing import computed
from aigc.content import ContentType
from aigc.content.languages import language_of_text, language_said
from aigc.content.type_keys import FROM_SOURCES
from aigc.content.walk import item_schema
from aigc.errors import AigcError, BriefError
from aigc.knowledge import Knowledge
from aigc.project import Project
from aigc.types import Artifact, Brief, Provenance

SOURCES = "sources"  # the setting, and the input that tells of places
MOST = 12  # facts that are looked for
LONGEST = 220  # characters of one, where its input has no limit
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


@lru_cache(maxsize=2)  # projects; the one at hand is asked for every row
def sources_of(project: Project) -> Knowledge:
    """Return the project's folder of sources, read once. NotFound and BriefError say where it was named, what is wrong,
    and with which file."""
    try:
        return Knowledge.of(Path(project.settings.sources).expanduser())
    except AigcError as error:
        place = project.settings.places.get(SOURCES, "")
        raise type(error)(f"{place}: {error.message}" if place else error.message, hint=error.hint) from None


def _looked_for(content_type: ContentType, project: Project) -> dict[str, str]:
    """Return input → what is looked for where it is empty; nothing without a folder of sources."""
    if not project.settings.sources:
        return {}
    return {name: schema[FROM_SOURCES] for name, schema in content_type.brief.items() if FROM_SOURCES in schema}


def _in_language(language: str, sentence: str) -> bool:
    """Say whether a sentence is in a language, or too short to tell."""
    return not language or language_of_text(sentence) in ("", language)
