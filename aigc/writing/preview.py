"""What each stage asks for a brief before anything is written: the prompts behind `aigc show`, dry runs and forecasts.

They are the prompts that a piece would send, made by the same items. A stage that builds on earlier ones has none
before those ran, unless something stands in for what they write.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from aigc.bounds.undisturbed import undisturbed_by
from aigc.content import ContentType, Stage
from aigc.content.environment import TemplateEnvironment
from aigc.errors import AigcError, ContentTypeError, first_line
from aigc.types import Brief, Draft, Finding, Json, Prompt
from aigc.writing.item import items_of
from aigc.writing.sheet import Setup, Sheet

log = logging.getLogger(__name__)

WAITS = "needs what earlier stages write, so it has no prompt before they ran"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """This is what one stage asks for a brief: so many `requests`, and the `prompts` of the first of them. `why` says
    why there is no prompt: nothing is asked, or nobody can tell yet what."""

    stage: Stage
    requests: int = 1
    prompts: tuple[Prompt, ...] = ()
    why: str = ""

    @property
    def first(self) -> Prompt | None:
        return self.prompts[0] if self.prompts else None


def preview(
    content_type: ContentType,
    environment: TemplateEnvironment,
    brief: Brief,
    *,
    voice: str = "",
    stand_ins: Mapping[str, Json] | None = None,
    most: int | None = None,
) -> Iterator[Preview]:
    """Yield what each stage asks before anything is asked again, with at most `most` prompts a stage.

    `voice` is the one of the content type that is written in. `stand_ins` are stage name → one result that later stages
    are shown in place of the real ones. AigcError where the first stage's prompt cannot be rendered; a later one that
    cannot only has to wait.
    """
    sheet = Sheet(setup=Setup(content_type=content_type, environment=environment, voice=voice), brief=brief)
    for stage in content_type.stages:
        try:
            with undisturbed_by(f"brief {brief.id!r}", environment.of_others):
                items = items_of(stage, sheet)
                prompts = tuple(item.prompt() for item in items[:most])
        except Exception as error:  # others' code may have spoilt what ours is made of: now it is whole again
            if stage is content_type.stages[0]:
                raise told_as_ours(error, f"{content_type.name}: {stage.name}") from None
            seen = Preview(stage=stage, why=WAITS)
        else:
            why = "" if items else f"asks nothing: {_silent(stage, sheet)}"
            seen = Preview(stage=stage, requests=len(items), prompts=prompts, why=why)
        yield seen
        if stand_ins and stage.name in stand_ins:
            result = stand_ins[stage.name]
            sheet.results[stage.name] = [result] * seen.requests if stage.foreach else result if seen.requests else None


def told_as_ours(error: Exception, where: str) -> AigcError:
    """Return an error as one of ours, which says where it came up."""
    if isinstance(error, AigcError):
        return error
    return ContentTypeError(f"{where}: {type(error).__name__}: {first_line(error)}")


def asks_a_model(content_type: ContentType, environment: TemplateEnvironment, brief: Brief, *, voice: str = "") -> bool:
    """Tell whether a model may be asked anything for a brief: not where every stage owes it nothing."""
    try:
        return any(seen.requests for seen in preview(content_type, environment, brief, voice=voice, most=0))
    except AigcError:  # nobody can tell yet
        return True


def brief_faults(setup: Setup, brief: Brief) -> list[str]:
    """Return what rejects every piece of a brief whatever is written: what whole-piece checks say of the brief, to whom
    no text is shown. A check that cannot do without one says nothing; one that does not answer is named."""
    sheet = Sheet(setup=setup, brief=brief)
    draft, names, found = Draft(brief=sheet.brief, fields={}, schema={}), sheet.names(), list[Finding]()
    checks = [
        bound
        for bound in (*setup.content_type.checks, *setup.policy)
        if bound.extension.scope == "draft" and bound.severity == "reject"
    ]
    late = set(setup.patience.late)
    with setup.guarding(f"brief {brief.id!r}"):
        try:
            found = sheet.judged(draft, checks, names)
        except AigcError:  # each for itself
            for bound in checks:
                with suppress(AigcError):
                    found += sheet.judged(draft, [bound], names)
    for name in setup.patience.late.keys() - late:
        log.warning("%s did not answer for %g s, about a brief without a text", name, setup.patience.seconds)
    return list(dict.fromkeys(one.message for one in found if one.about_brief))


def _silent(stage: Stage, sheet: Sheet) -> str:
    """Say why a stage owes a piece nothing."""
    voice = sheet.setup.voice
    runs = sheet.setup.content_type.demands.runs(stage.name, voice)
    return f"{stage.foreach} is empty" if runs else f"it is not run in the voice {voice!r}"
