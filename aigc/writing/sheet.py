"""What the items of a piece share: how its content type is written in this session, its brief, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from aigc.content import ContentType, Stage, evaluate, schema_problems
from aigc.content.demands import VOICE
from aigc.content.environment import TemplateEnvironment
from aigc.content.mix import Mix
from aigc.plugs.extension import Bound
from aigc.types import Brief, Draft, Finding, Json, KeepLines
from aigc.writing.drafting import check, distinct
from aigc.writing.duty import Patience
from aigc.writing.fitness import Fitness
from aigc.writing.ranking import Pool


@dataclass(frozen=True, kw_only=True)
class Setup:
    """This is how a content type is written: what all its pieces in one session share. `voice` is one of its voices,
    nothing where it has none; `mixes` are those of its stages' picks that were fitted for what writes here, by the
    stage's name; `adapted` names the stages that the adapter writes, without names all; `unjudged` names the stages
    whose picks need more of a judge than there is; without a `fitness` whoever writes is up to it; `patience` is for
    plugins' functions."""

    content_type: ContentType
    environment: TemplateEnvironment
    policy: tuple[Bound, ...] = ()
    model: str = ""
    seed: int = 0
    adapter: str | None = None
    adapted: tuple[str, ...] = ()
    keep_lines: KeepLines = "none"
    voice: str = ""
    mixes: Mapping[str, Mix] = field(default_factory=dict)
    unjudged: frozenset[str] = frozenset()
    fitness: Fitness | None = None
    patience: Patience = field(default_factory=Patience)

    @property
    def named(self) -> dict[str, Json]:
        """What templates and expressions know besides a brief's own values."""
        return {VOICE: self.spoken} if self.spoken else {}

    @property
    def spoken(self) -> str:
        """The voice, which is the type's first where none was said; nothing for a type without voices."""
        return self.voice or next(iter(self.content_type.demands.voices), "")

    def adapter_of(self, stage: str) -> str | None:
        """Return the adapter that writes a stage, or None."""
        return self.adapter if not self.adapted or stage in self.adapted else None

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages; the simple form's one stage has the type's own post-processors and checks and the policy too."""
        content_type = self.content_type
        if content_type.composed:
            return content_type.stages
        stage = content_type.stages[0]
        postprocess = (*stage.postprocess, *content_type.postprocess)
        return (replace(stage, postprocess=postprocess, checks=(*stage.checks, *content_type.checks, *self.policy)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """This is what all items of one piece see. `results` fills up: stage name → what later stages may use. `pools` is
    what items may be picked from, by stage and place."""

    setup: Setup
    brief: Brief
    results: dict[str, Json] = field(default_factory=dict)
    pools: dict[tuple[str, int], Pool] = field(default_factory=lambda: defaultdict(Pool))

    def names(self, **more: Json) -> dict[str, Json]:
        return {**self.brief.values, **self.setup.named, "stages": self.results, **more}

    def evaluate(self, text: str, names: Mapping[str, Json]) -> Json:
        return evaluate(self.setup.environment, text, names)

    def judged(self, draft: Draft, checks: Sequence[Bound], names: Mapping[str, Json]) -> list[Finding]:
        """Return what is wrong with a draft: hard limits first, which no content type can leave out, then checks."""
        problems = schema_problems(draft.fields, draft.schema)
        limits = [Finding(message=message, field=path, check="limits") for path, message in problems]
        found = check(draft, checks, lambda text: self.evaluate(text, names), self.setup.patience)
        return distinct([*limits, *found])
