"""What the items of a piece share: how its content type is written in this session, its brief, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from aigc.bounds.undisturbed import disturbs_nothing, undisturbed
from aigc.content import ContentType, Stage, evaluate, schema_problems
from aigc.content.brand_rules import in_brand_words
from aigc.content.demands import VOICE
from aigc.content.environment import TemplateEnvironment
from aigc.content.mix import Mix
from aigc.content.variables import uses_only
from aigc.errors import AigcError
from aigc.plugs.extension import Bound
from aigc.types import Brief, Draft, Finding, Json, KeepLines
from aigc.writing.drafting import check
from aigc.writing.duty import Patience
from aigc.writing.fitness import Fitness
from aigc.writing.ranking import Pool
from aigc.writing.severity import distinct

VARIES = object()  # from one piece to the next


def functions_at_work(
    made: ContentType, policy: Sequence[Bound], environment: TemplateEnvironment
) -> list[Callable[..., Any]]:
    """Return all functions that may work on a piece of a content type, those of templates too."""
    picks = [one for stage in made.stages if stage.pick for one in stage.pick.by]
    staged = [one for stage in made.stages for one in (*stage.postprocess, *stage.checks)]
    bound = [one.extension.function for one in (*policy, *made.postprocess, *made.checks, *staged, *picks)]
    live = [environment.filters, environment.tests, environment.globals]
    return [*bound, *(one for mapping in live for one in mapping.values() if callable(one))]


@dataclass(frozen=True, kw_only=True)
class Setup:
    """This is how a content type is written: what all its pieces in one session share. `voice` is one of its voices,
    nothing where it has none; `mixes` are those of its stages' picks that were fitted for what writes here, by the
    stage's name; `adapted` names the stages that the adapter writes, without names all; `unjudged` names the stages
    whose picks need more of a judge than there is, `second` says that another model judges; without a `fitness` whoever
    writes is up to it; `patience` is for plugins' functions."""

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
    second: bool = False
    fitness: Fitness | None = None
    patience: Patience = field(default_factory=Patience)

    @cached_property
    def settled(self) -> dict[str, Json]:
        """The values of expressions that are the same for all pieces, VARIES of others; it fills up."""
        return {}

    @cached_property
    def others_work(self) -> bool:
        """Whether code of others works on a piece: what it does to the process is not known."""
        return not all(map(disturbs_nothing, functions_at_work(self.content_type, self.policy, self.environment)))

    def guarding(self, work: str) -> AbstractContextManager[None]:
        """Have the process as it is now when this ends, where code of others works on a piece."""
        return undisturbed(work) if self.others_work else nullcontext()

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
        stages = content_type.stages if self.second else tuple(map(_alone, content_type.stages))
        if content_type.composed:
            return stages
        stage = stages[0]
        postprocess = (*stage.postprocess, *content_type.postprocess)
        return (replace(stage, postprocess=postprocess, checks=(*stage.checks, *content_type.checks, *self.policy)),)


def _alone(stage: Stage) -> Stage:
    """Return a stage as it is picked where no other model judges."""
    return replace(stage, pick=replace(stage.pick, judge=())) if stage.pick and stage.pick.judge else stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """This is what all items of one piece see, of the brief no more than whoever writes may. `results` fills up: stage
    name → what later stages may use. `pools` is what items may be picked from, by stage and place."""

    setup: Setup
    brief: Brief
    results: dict[str, Json] = field(default_factory=dict)
    pools: dict[tuple[str, int], Pool] = field(default_factory=lambda: defaultdict(Pool))

    def __post_init__(self) -> None:
        told = self.setup.content_type.told(self.brief)
        object.__setattr__(self, "brief", in_brand_words(told, self.setup.environment.brands))

    def names(self, **more: Json) -> dict[str, Json]:
        return {**self.brief.values, **self.setup.named, "stages": self.results, **more}

    def lines_beside(self, stage: str, index: int, name: str) -> list[str]:
        """Return the lines that lead at a stage's other items, as the field of this name has them."""
        others = [key for key in sorted(self.pools) if key[0] == stage and key[1] != index]
        return [line for key in others if (line := self.pools[key].leading(name))]

    def evaluate(self, text: str, names: Mapping[str, Json]) -> Json:
        """Return the value of an expression; one of nothing but the voice is the same for all pieces."""
        environment, settled = self.setup.environment, self.setup.settled
        if (value := settled.get(text, VARIES)) is not VARIES:
            return value.copy() if isinstance(value, list) else value
        value = evaluate(environment, text, names)
        if text not in settled:
            settled[text] = value if _flat(value) and uses_only(environment, text, self.setup.named) else VARIES
        return value

    def judged(self, draft: Draft, checks: Sequence[Bound], names: Mapping[str, Json]) -> list[Finding]:
        """Return what is wrong with a draft: hard limits first, which no content type can leave out, then checks."""
        problems = schema_problems(draft.fields, draft.schema)
        limits = [Finding(message=message, field=path, check="limits") for path, message in problems]
        found = check(draft, checks, lambda text: self.evaluate(text, names), self.setup.patience)
        return distinct([*limits, *found])

    def hopeless(self, findings: Sequence[Finding], checks: Sequence[Bound]) -> bool:
        """Say whether what rejects a whole piece by some of these checks would reject one without any text; not one
        that cannot do without."""
        whole = {(one.check, one.message) for one in findings if one.severity == "reject" and not one.field}
        asked = [one for one in checks if any(one.name == name for name, _ in whole)]
        if not asked:
            return False
        for one in asked:
            with suppress(AigcError):
                found = self.judged(Draft(brief=self.brief, fields={}, schema={}), [one], self.names())
                if any((finding.check, finding.message) in whole for finding in found):
                    return True
        return False


def _flat(value: Json) -> bool:
    """Say whether a copy of a value has nothing in common with it."""
    plain = (str, int, float, bool, type(None))
    return type(value) in plain or (type(value) is list and all(type(item) in plain for item in value))
