"""A content type as loaded: what can be written, and what makes a piece of it good.

Everything here is validated; nothing here reads files. The simple form (one `prompt:`) is one stage named `main` whose
fields are the output; the staged form composes `output` from the stages' results through each field's `from:`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from aigc.content.demands import Demands
from aigc.content.mix import Mix, mix_for
from aigc.content.type_keys import CHECKS_ONLY, EXPORT_ONLY
from aigc.models.needs import Needs
from aigc.plugs.extension import Bound
from aigc.types import Brief, Grammar, Json, SamplingParams, Status

Schema = Mapping[str, Json]  # JSON Schema words plus limit, from, fallback

MAIN = "main"  # the stage of the simple form
TEXT = "text"  # the field of an output that is a single string
NOTHING = Needs()  # is needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """This is a brief with an expected outcome: few-shot (`shot`), golden test and training seed at once.

    `output` is a field mapping, or a string for a single-string output. With `completion` the raw text a model might
    give, or of each stage one for all its items or one for each, `output`, `status` and `findings` (check names) are
    what the pipeline must make of it.
    """

    name: str
    brief: Mapping[str, Json]
    output: Json = None
    item: Json = None
    completion: str | Mapping[str, str | tuple[str, ...]] | None = None
    status: Status | None = None
    findings: tuple[str, ...] = ()
    shot: bool = False
    where: str = field(default="", compare=False)  # file:line


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """This is how a stage's candidates are told apart. `field` is the one whose text is judged and suggested: the first
    with a fallback, else the first text. `mix` names the file of `mixes`, empty without; `source` is what stands in it.
    `needs` is the least that a model must have to be asked for a verdict; scorers of `judge` are asked besides where
    another model than the one that writes judges.
    """

    by: tuple[Bound, ...]
    field: str
    mix: str = ""
    mixes: tuple[Mix, ...] = ()
    floor: float | None = None
    suggest: int = 0
    source: bytes = b""
    needs: Needs = NOTHING
    judge: tuple[Bound, ...] = ()

    def mix_of(self, marks: Collection[str], adapter: str) -> Mix | None:
        """Return the mix for the model of these names and digests and the digest of its adapter, or None."""
        return mix_for(self.mixes, marks, adapter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """This is one model call of a content type, or with `foreach` one per item of a list.

    `foreach` and `fallback` are expressions (see `aigc.content.prompt`), empty when absent; `fallback` maps a field to
    one. `output` maps field names to schemas; a single-string output has the one field `text` and `single` is true.
    `pick` says how one of the candidates is chosen, where it is not simply the likeliest.
    Post-processors and checks here see one result of this stage at a time.
    """

    name: str
    template: str
    output: Mapping[str, Schema]
    single: bool
    grammar: Grammar | None
    sampling: SamplingParams
    candidates: int = 1
    pick: Pick | None = None
    attempts: int = 2
    foreach: str = ""
    fallback: Mapping[str, str] = field(default_factory=dict)
    postprocess: tuple[Bound, ...] = ()
    checks: tuple[Bound, ...] = ()
    shots: tuple[Example, ...] = ()
    chat: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentType:
    """This is one YAML file and its templates. `digest` is the SHA-256 of all of them, includes, bases and
    the files that templates read too."""

    name: str
    version: int
    summary: str
    brief: Mapping[str, Schema]
    stages: tuple[Stage, ...]
    output: Mapping[str, Schema]
    composed: bool  # output comes from `from:` expressions rather than from the one stage
    postprocess: tuple[Bound, ...] = ()
    checks: tuple[Bound, ...] = ()
    exports: tuple[str, ...] = ("jsonl",)
    examples: tuple[Example, ...] = ()
    file: Path = Path()
    plugin: str = ""
    digest: str = ""
    demands: Demands = field(default_factory=Demands)

    def without_shots(self, only: Collection[str] = ()) -> ContentType:
        """Return the type with no examples in its prompts, or in those of `only` some stages, as an adapter may have
        learnt it; its digest is another."""
        bare = {stage.name for stage in self.stages if stage.shots and (not only or stage.name in only)}
        if not bare:
            return self
        stages = tuple(replace(stage, shots=()) if stage.name in bare else stage for stage in self.stages)
        named = f" of {', '.join(sorted(only))}" if only else ""
        return replace(self, stages=stages, digest=f"{self.digest} without shots{named}")

    def told(self, brief: Brief) -> Brief:
        """Return a brief as prompts and checks see it: without what is for exports only. An artifact has all of it."""
        return _without(brief, {name for name, schema in self.brief.items() if schema.get(EXPORT_ONLY)})

    def drawn_from(self, brief: Brief) -> Brief:
        """Return a brief as prompts alone see it: without what is for checks only, too."""
        return _without(brief, self.brief.keys() - told_inputs(self.brief).keys())

    def asks(self, voice: str) -> bool:
        """Say whether a model is asked for anything in a voice."""
        return any(self.demands.runs(stage.name, voice) for stage in self.stages)

    def picking(self, voice: str) -> tuple[Stage, ...]:
        """Return the stages that pick what stands, of those that are run in a voice."""
        return tuple(stage for stage in self.stages if stage.pick and self.demands.runs(stage.name, voice))

    def without_pick(self) -> ContentType:
        """Return the type that takes the likeliest candidate of every stage, for texts that no model is asked about."""
        return replace(self, stages=tuple(replace(stage, pick=None) for stage in self.stages))


def told_inputs(inputs: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return the inputs that prompts see: those that are not for exports or checks only."""
    return {name: schema for name, schema in inputs.items() if not (schema.get(EXPORT_ONLY) or schema.get(CHECKS_ONLY))}


def _without(brief: Brief, hidden: Collection[str]) -> Brief:
    if not hidden:
        return brief
    return replace(brief, values={name: value for name, value in brief.values.items() if name not in hidden})
