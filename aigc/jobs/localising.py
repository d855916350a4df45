"""A finished job for another market: its pieces and their briefs changed alike, then judged by their own content type.

    localised = Localised(project, folder, MarketChange(market="gb"))
    with open_job(project, localised.content_type, out, reuse=False) as job:
        job.register(localised.briefs())
        job.run(localised.runner(generator))

What is written there are pieces of the type they were: with its limits, counted anew, its checks and its exports. No
prompt of the type is asked again. Pieces in another language than the market's are translated where that is asked for
(`job_translation`), their briefs first. Texts change by the post-processor `for_market`, in the brief as in the piece,
so that what a check looks up in the brief is there; `fits_market` tells what nobody could convert. Addresses, words of
enums and what is for exports only stay, and so do the brand's name and the words of its pack.

A piece is not all in its localised brief, where each of its numbers would vouch for itself: the brief has a mark of it,
`localised_from`, by which the expressions of the derived type find its texts here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from aigc.content import ContentType, Schema, Stage
from aigc.content.brand_pack import MARKET, PACK
from aigc.content.demands import Demands, Voice
from aigc.content.languages import LANGUAGE, language_said
from aigc.content.rendering import PlacedExpression
from aigc.content.schema import problems
from aigc.content.type_keys import EXPORT_ONLY
from aigc.content.walk import ANYTHING, is_prose, item_schema, leaves, mapped
from aigc.errors import EngineError, JobError, describe
from aigc.jobs.exporting import MARK
from aigc.jobs.folder import exported_statuses
from aigc.jobs.job_translation import ALL_TRANSLATED, STAGE, Manner, Translation
from aigc.jobs.runner import Local, Task
from aigc.ledger.entry import Finished
from aigc.ledger.ledger import opened_ledger
from aigc.plugs.extension import Bound, Kind
from aigc.project import Project
from aigc.types import Artifact, Brief, Completion, Delta, Finding, Generator, Json, Request
from aigc.writing.drafting import Signed
from aigc.writing.severity import distinct, verdict

FOR_MARKET, FITS_MARKET = "for_market", "fits_market"  # the extensions that know markets
FIELD, LINES = "localised_field", "localised_lines"  # functions that find a piece's fields and lines by its mark
LANGUAGE_OF = "market_language"  # the function that tells the language of a market
BRAND = "brand"  # the input that holds a name
LETTERS = str.maketrans("0123456789abcdef", "ghijklmnopqrstuv")  # a mark with digits would be numbers of the brief
WHERE = "aigc localise"
SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketChange:
    """This is what a job is localised to: the options of `for_market`, `keep` for all pieces; whether pieces in another
    language are translated, how readers are then addressed, and the glossary."""

    market: str
    source: str = ""
    measures: str = "replace"
    rates: Mapping[str, str] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    translate: bool = False
    formality: str = "any"
    terms: tuple[str, ...] = ()

    @property
    def where(self) -> dict[str, str]:
        """The options that say from where to where."""
        return {"market": self.market, **({"source": self.source} if self.source else {})}

    @property
    def options(self) -> dict[str, Json]:
        """The options of `for_market`."""
        return {**self.where, "measures": self.measures, "rates": dict(self.rates), "keep": list(self.keep)}


class Localised:
    """This is a finished job as it is for a market. NotFound where the folder holds none, JobError where it has no
    piece to localise, UsageError for a market or an option that is none."""

    def __init__(self, project: Project, folder: Path, change: MarketChange, *, with_flagged: bool = False) -> None:
        self._project, self._folder, self._change = project, folder, change
        with opened_ledger(folder) as ledger:
            facts = ledger.facts()
            self._pieces = {one.id: one for one in ledger.pieces.exported(exported_statuses(with_flagged))}
            self.damaged = ledger.pieces.damaged  # whether one of them is left out, which is told
        self._fields: dict[str, Mapping[str, Json]] = {}  # by their mark
        self._step = project.registry.get("postprocessor", FOR_MARKET, WHERE).bind(change.options, WHERE)
        self._step.extension("", **self._step.values)  # what is wrong with an option is said before anything is written
        self.source = project.content_type(str(facts.get("content_type", "")))
        language_of: Any = project.environment.globals[LANGUAGE_OF]
        self._market_language = str(language_of(change.market))
        self.left_out = [] if change.translate else self._leave_out()
        self.translation: Translation | None = None
        if any(map(self._is_foreign, self._pieces.values())):
            manner = Manner(language=self._market_language, formality=change.formality, terms=change.terms)
            self.translation = Translation(project, manner)
            self.translation.check(self.source)
        self._lines: dict[str, dict[str, list[Json]]] = {}  # by the mark
        self._keep: dict[str, list[str]] = {}
        self._notes: dict[str, list[Finding]] = {}  # by the piece's id
        self.content_type = self._derived(str(facts.get("voice") or ""))
        if not self._pieces:
            hint = "" if with_flagged else "--with-flagged takes flagged pieces too"
            raise JobError(f"{folder}: no piece to localise for {change.market}", hint=hint)
        project.environment.globals.update({FIELD: self._field, LINES: self._lines_of})

    def _leave_out(self) -> list[str]:
        """Leave out the pieces in another language than the market's; return their ids."""
        other = [name for name, one in self._pieces.items() if self._is_foreign(one)]
        for name in other:
            del self._pieces[name]
        return other

    def _is_foreign(self, piece: Artifact) -> bool:
        return _language(piece.brief) not in ("", self._market_language)

    def brief_texts(self) -> Iterator[Brief]:
        """Yield what asks for the translation of the briefs' own texts; nothing where no piece is translated."""
        if self.translation is None:
            return
        for piece in filter(self._is_foreign, self._pieces.values()):
            keep = self._kept(piece)
            values = self._changed_values(piece, keep)
            texts = [
                text
                for name, value in values.items()
                if self._is_localised(name)
                for _, text, schema in leaves(value, self.source.brief.get(name, ANYTHING), name)
                if isinstance(text, str) and text.strip() and is_prose(schema)
            ]
            yield from self.translation.briefs(texts, keep)

    def briefs(self) -> Iterator[Brief]:
        """Yield the localised brief of each piece, in their order."""
        return map(self._brief, self._pieces.values())

    def runner(self, generator: Generator | None = None) -> Local:
        """Return what writes the localised pieces; without a generator one that no model is asked for."""
        checked = {one.name for one in self.content_type.checks}
        return _Carrying(generator or NobodyAsked(), self._pieces, self._notes, checked)

    def _derived(self, voice: str) -> ContentType:
        """Return the source's content type as its localised pieces are made and judged."""
        source, change = self.source, self._change
        output: dict[str, Schema] = {}
        for name, schema in source.output.items():
            words = {key: one for key, one in schema.items() if key != "fallback"}
            lines = f", stages.{STAGE}" if self.translation else ""
            output[name] = {**words, "from": PlacedExpression(f"{{{{ {FIELD}({MARK}, {name!r}{lines}) }}}}", WHERE)}
        checks = [self._bound("check", FITS_MARKET, change.where)]
        demands, stages = Demands(), tuple[Stage, ...]()
        made_of = [source.digest, "localised", change.options]
        if self.translation is not None:
            texts, line = self.translation.text_type, f"{LINES}({MARK})"
            here = {**change.where, "measures": "keep", "source": self._written_for()}
            stages = (self.translation.stage(line, [self._bound("postprocessor", FOR_MARKET, here)]),)
            checks.append(self._bound("check", ALL_TRANSLATED, {"of": f"{{{{ {line} }}}}"}))
            demands = texts.demands
            made_of += [texts.digest, change.formality, list(change.terms)]
        return replace(
            source,
            brief={**source.brief, MARK: {"type": "string"}},
            stages=stages,
            output=output,
            composed=True,
            postprocess=(),
            checks=(*(one for one in source.checks if not _of_stages(one)), *checks),
            examples=(),
            demands=_voiced(demands, source.demands, voice),
            digest=_digest(made_of),
        )

    def _bound(self, kind: Kind, name: str, options: Mapping[str, Json]) -> Bound:
        return self._project.registry.get(kind, name, WHERE).bind(options, WHERE)

    def _written_for(self) -> str:
        """Return the market that a model's own translations are as if written for."""
        return "cn" if self._market_language == "zh" else "gb" if self._change.market == "us" else "us"

    def _brief(self, piece: Artifact) -> Brief:
        foreign, keep = self._is_foreign(piece), self._kept(piece)
        change = self._changing(piece, keep)
        schemas = self.source.output
        fields = {name: mapped(one, schemas.get(name, ANYTHING), name, change) for name, one in piece.fields.items()}
        fields, self._notes[piece.id] = _that_fit(fields, schemas)
        values = self._changed_values(piece, keep)
        lines: dict[str, list[Json]] = {}
        if foreign and (translation := self.translation):
            lines = {**translation.lines(fields, schemas, keep)}
            for name, value in values.items():
                if self._is_localised(name):
                    values[name] = mapped(
                        value,
                        self.source.brief.get(name, ANYTHING),
                        name,
                        lambda path, one, schema: (
                            translation.of(one) if isinstance(one, str) and is_prose(schema) else one
                        ),
                    )
            values["language"] = self._market_language
        pack = self._project.environment.brands.get(str(values.get(PACK)))
        if pack is not None and self._change.market in pack.markets:
            values[MARKET] = self._change.market
        mark = values[MARK] = _digest([fields, lines])[:16].translate(LETTERS)
        self._fields[mark], self._lines[mark], self._keep[mark] = fields, lines, keep
        return replace(
            piece.brief,
            values=values,
            source=f"{self._folder}: {piece.id}",
            language="" if foreign else piece.brief.language,
        )

    def _kept(self, piece: Artifact) -> list[str]:
        return [*self._change.keep, *self._names(piece.brief)]

    def _changing(self, piece: Artifact, keep: Sequence[str]) -> Callable[[str, Json, Schema], Json]:
        """Return what changes a text of a piece or its brief for the market, but for its language."""
        options: dict[str, Json] = {"keep": keep}
        if not self._change.source and self._is_foreign(piece):
            options["source"] = "cn" if _language(piece.brief) == "zh" else "us"
        return partial(_changed, self._step, options)

    def _changed_values(self, piece: Artifact, keep: Sequence[str]) -> dict[str, Json]:
        change = self._changing(piece, keep)
        return {
            name: mapped(value, self.source.brief.get(name, ANYTHING), name, change)
            if self._is_localised(name)
            else value
            for name, value in piece.brief.values.items()
        }

    def _is_localised(self, name: str) -> bool:
        """Say whether an input is in words that change with the market."""
        hidden = self.source.brief.get(name, ANYTHING).get(EXPORT_ONLY)
        return name not in (BRAND, MARK, LANGUAGE) and not hidden

    def _names(self, brief: Brief) -> list[str]:
        """Return what is said the same in every market: the brand's name, and the words that its pack prescribes."""
        names = [one] if isinstance(one := brief.values.get(BRAND), str) else []
        pack = self._project.environment.brands.get(str(brief.values.get(PACK)))
        if pack is not None:
            rules = pack.rules_for(brief.values)
            names += [pack.brand, *rules.terms.values(), *(one.text for one in rules.required)]
        return names

    def _lines_of(self, mark: str) -> list[Json]:
        """Return the lines to translate of the piece with a mark."""
        return [line for lines in self._lines.get(mark, {}).values() for line in lines]

    def _field(self, mark: str, name: str, lines: Sequence[str] = ()) -> Json:
        """Return a field of the piece with a mark, None where it has none; `lines` are all its translated lines."""
        value, own = self._fields.get(mark, {}).get(name), self._lines.get(mark, {})
        if self.translation is None or not own.get(name):
            return value
        there = {one.origin.item: one for one in lines if isinstance(one, Signed)}  # but those that were left out
        before = sum(len(own[one]) for one in list(own)[: list(own).index(name)])
        mine = (there.get(before + at, str(line["text"])) for at, line in enumerate(own[name]))
        return self.translation.field(value, self.source.output.get(name, ANYTHING), name, mine, self._keep[mark])


class NobodyAsked:
    """This is the Generator of work that asks no model."""

    capacity = 64

    def submit(self, request: Request) -> None:
        raise EngineError("what is localised for a market of the same language asks no model")

    def step(self) -> Sequence[Completion | Delta]:
        return ()

    def cancel(self, request_id: str) -> None:
        return

    def close(self) -> None:
        return


class _Carrying(Local):
    """This is a runner whose pieces keep what was found in those they are made of, and who wrote these."""

    def __init__(
        self,
        generator: Generator,
        pieces: Mapping[str, Artifact],
        notes: Mapping[str, Sequence[Finding]],
        checked: set[str],
    ) -> None:
        super().__init__(generator)
        self._pieces, self._notes, self._checked = pieces, notes, checked

    def write(self, task: Task) -> Iterator[Finished]:
        for finished in super().write(task):
            yield replace(finished, artifact=self._carried(finished.artifact))

    def _carried(self, made: Artifact) -> Artifact:
        before = self._pieces[made.id]
        if made.status == "failed":
            return made
        kept = (one for one in before.findings if self._stays(one))
        findings = tuple(distinct([*made.findings, *kept, *self._notes.get(made.id, ())]))
        status, reason = verdict(findings)
        was = before.provenance
        provenance = made.provenance
        if not made.provenance.requests:  # nobody wrote it anew
            texts: dict[str, Any] = {"lines": was.lines, "fallbacks": was.fallbacks, "repaired": was.repaired}
            provenance = replace(provenance, model=was.model, seed=was.seed, **texts)
        return replace(
            made, findings=findings, status=status, reason=reason, provenance=provenance, assets=before.assets
        )

    def _stays(self, finding: Finding) -> bool:
        """Say whether nobody looks for a finding again: that the model was too small, or a line was left out."""
        return finding.severity != "reject" and finding.check not in self._checked


def _language(brief: Brief) -> str:
    """Return the language that a brief's piece is in, as far as it is told: en where a type has the choice."""
    return language_said(brief.values) or brief.language.partition("-")[0]


def _that_fit(fields: Mapping[str, Json], schemas: Mapping[str, Schema]) -> tuple[dict[str, Json], list[Finding]]:
    """Return fields without the items of lists that are too long now, as far as a list may do without them, and what
    was left out."""
    fitting, notes = {**fields}, list[Finding]()
    for name, value in fields.items():
        schema = schemas.get(name, ANYTHING)
        if not isinstance(value, list):
            continue
        wrong = [next(problems(item_schema(schema), item, "it"), "") if item_schema(schema) else "" for item in value]
        if any(wrong) and wrong.count("") >= max(1, schema.get("minItems", 0)):
            fitting[name] = [item for item, why in zip(value, wrong, strict=True) if not why]
            for item, why in zip(value, wrong, strict=True):
                if why:
                    message = f"{describe(item)} is left out: {why}"
                    notes.append(Finding(message=message, field=name, check="limits", severity="note"))
    return fitting, notes


def _changed(step: Bound, options: Mapping[str, Json], path: str, value: Json, schema: Mapping[str, Any]) -> Json:
    if not isinstance(value, str) or not is_prose(schema):
        return value
    return step.extension(value, **{**step.values, **options})


def _digest(of: Json) -> str:
    return hashlib.sha256(SORTED(of).encode("utf-8", "surrogatepass")).hexdigest()


def _of_stages(check: Bound) -> bool:
    """Say whether a check looks at what stages wrote, which is not kept."""
    return any("stages" in str(check.values[name]) for name in check.templated)


def _voiced(demands: Demands, source: Demands, voice: str) -> Demands:
    """Return the demands of localised pieces, in the voice that they were written in, which asks for nothing more."""
    names = dict.fromkeys([voice, *source.voices] if voice in source.voices else source.voices)
    return replace(demands, voices={name: Voice(summary=source.voices[name].summary) for name in names})
