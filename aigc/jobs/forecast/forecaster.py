"""What a job will take, told before its model loads: requests, tokens, time and memory.

Templates are rendered and prompts counted for real. A stage that builds on earlier ones is rendered with stand-ins for
what those write. How much comes back per request, how often it is asked again and how fast is what this machine did in
earlier runs (`rates`); of the first one only tokens can be told. Memory is what the engine says of the model, for as
many texts at once as the job has; of a model that nobody can tell of it is what earlier runs took.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Literal

from aigc.content import ContentType, Stage
from aigc.content.languages import told_by_words
from aigc.content.prompt import answer_text
from aigc.jobs.forecast.rates import Rate, load_of_each_core, of_writer, read_rates, writer_of
from aigc.jobs.forecast.tokens import MOST_HEADS, TokenCounter
from aigc.models import resolve
from aigc.project import Project
from aigc.types import Brief, Json, Prompt
from aigc.writing.preview import preview
from aigc.writing.stand_ins import stand_ins

WHOLE = 5_000  # briefs whose prompts are all rendered; of more, ever fewer
LUMP = 2_000  # prompts counted together
UNLIKE = 3  # times as many pieces, or as few, and a job is no longer like earlier ones
UNEVEN = 1.1  # times the usual length, by which memory goes: some texts are longer
# How far off a time may be, down and up: the same machine does other things besides, and few texts at once go slower.
SPANS = {"": (1 / 2, 3 / 2), "or more": (2 / 3, 3.0), "or less": (1 / 5, 3 / 2)}
OTHERS = (0.4, 3.6)  # at least, where only other types were written here
WIDEST = 6.0  # times the earliest end is the latest that is told, or nobody could plan by it
STAYING = 0.5  # how much of the slowness that others cause now lasts, as a power of it: they may end any minute
UNASKED = "no model"  # writes
TYPICAL = 0.5  # of max_tokens, where nothing tells how long an answer is


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedWork:
    """This is what is to be done for `briefs` pieces.

    `rendered` of them had their prompts rendered and counted, by the model's own tokenizer where `counted`. `planned`
    requests are those before anything is asked again. The written tokens go by earlier `runs` of this type here, by its
    `examples`, or by its `bounds`; by `no model` where the type asks none. `too_long` prompts do not fit the model's
    `context`.
    """

    briefs: int
    rendered: int
    planned: int
    requests: int
    prompt_tokens: int
    written_tokens: int
    written_by: str
    counted: bool
    longest_prompt: int
    too_long: int
    context: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast(ExpectedWork):
    """This is what `briefs` pieces will take.

    `seconds` are None before the first run on this machine, `like` is the type which that wrote, empty for several
    others, and `pieces` how many. `memory` is in bytes, 0 where nothing is known of it. `load` is how many other
    programs already want each core, `earlier_load` how many did in those runs.
    """

    like: str = ""
    seconds: float | None = None
    memory: int = 0
    pieces: float = 0.0
    load: float = 0.0
    earlier_load: float = 0.0

    @property
    def speed(self) -> float:
        """Return how many tokens are written per second, 0 where that is not known."""
        return self.written_tokens / self.seconds if self.seconds else 0.0

    @property
    def sure(self) -> Literal["", "or more", "or less"]:
        """Say which way `seconds` may be far off: a machine is faster the more pieces it writes at once."""
        if not self.briefs:
            return ""
        if self.briefs * UNLIKE <= self.pieces:
            return "or more"
        return "or less" if 0 < self.pieces * UNLIKE <= self.briefs else ""

    @property
    def span(self) -> tuple[float, float] | None:
        """Return between which seconds the run should end, None where that is not known."""
        if self.seconds is None:
            return None
        least, most = SPANS[self.sure]
        if not self.like:
            least, most = min(least, OTHERS[0]), max(most, OTHERS[1])
        slower = (1 + self.load) / (1 + self.earlier_load)
        middle = math.sqrt(least * most) * slower**STAYING
        least, most = least * min(slower, 1.0), most * max(slower, 1.0)
        if most > least * WIDEST:
            least, most = middle / math.sqrt(WIDEST), middle * math.sqrt(WIDEST)
        return self.seconds * least, self.seconds * most

    def record(self) -> dict[str, Json]:
        return {**asdict(self), "span": self.span}


class Forecaster:
    """This looks at one brief after another, in constant memory, and then says what they will take."""

    def __init__(self, project: Project, content_type: ContentType, rates: Path | None = None) -> None:
        self._project = project
        self._content_type = content_type
        self._voice = project.voice(content_type)
        self._asks = content_type.asks(self._voice)
        weights = project.source.known_weights() if self._asks else None
        self.counter = TokenCounter(weights.folder if weights else None, context=project.source.context)
        known = read_rates(rates) if rates and self._asks else ()
        here = self._asks and project.source.takes_weights and not project.settings.ray.get("address")
        self._load = load_of_each_core() if here else 0.0  # before this looks at many briefs, which is load itself
        self._rate = of_writer(known, writer_of(project), content_type.name)
        self._stand_ins = stand_ins(content_type)
        self._draw = Random(1)
        self._seen = self._rendered = 0
        self._asked: Counter[str] = Counter()  # stage → requests, all briefs
        self._tokens = 0.0
        self._own = 0.0  # tokens of `_tokens` that are no head
        self._heads: dict[int, int] = {}  # hash of what comes before a task → its tokens
        self._longest = self._too_long = 0
        self._waiting: list[tuple[Prompt, int]] = []  # not counted yet, each with how many it stands for

    def add(self, brief: Brief) -> None:
        """Take a brief into account. AigcError where its first prompt cannot be rendered."""
        stands_for = 1
        while stands_for * WHOLE <= self._seen:
            stands_for *= 2
        self._seen += 1
        if stands_for > 1 and self._draw.random() * stands_for >= 1:
            return
        self._rendered += 1
        voice = self._voice
        environment, stand_ins = self._project.environment, self._stand_ins
        for one in preview(self._content_type, environment, brief, voice=voice, stand_ins=stand_ins):
            self._asked[one.stage.name] += stands_for * one.requests
            self._waiting += [(prompt, stands_for) for prompt in one.prompts]
        if len(self._waiting) >= LUMP:
            self._count()

    def forecast(self, briefs: int | None = None) -> Forecast:
        """Return what all of them take, or so many like them."""
        self._count()
        share = 1.0 if briefs is None else briefs / max(self._seen, 1)
        asked = {stage.name: self._asked[stage.name] * share for stage in self._content_type.stages}
        rate = self._rate
        same = rate if rate and rate.content_type else None
        again = same.requests / same.planned if same and same.planned else 1.0
        written, by = self._written(asked, same, again)
        planned, completions = sum(asked.values()), self._completions(asked)
        memory = self._memory(asked, written / max(completions * again, 1))
        return Forecast(
            briefs=self._seen if briefs is None else briefs,
            rendered=self._rendered,
            planned=round(planned),
            requests=round(planned * again),
            prompt_tokens=round(self._tokens * share * again),
            written_tokens=round(written),
            written_by=by,
            counted=self.counter.exact or not self._asks,
            longest_prompt=self._longest,
            too_long=round(self._too_long * share),
            context=self.counter.context,
            like=same.content_type if same else "",
            seconds=written / rate.speed if rate and rate.written_tokens else None,
            memory=memory or (rate.memory if rate else 0),
            pieces=rate.pieces if rate else 0.0,
            load=self._load,
            earlier_load=rate.load if rate else 0.0,
        )

    def _count(self) -> None:
        lengths = self.counter.prompts([prompt for prompt, _ in self._waiting]) if self._waiting else []
        context = self.counter.context
        for length, (prompt, stands_for) in zip(lengths, self._waiting, strict=True):
            head = self.counter.head(prompt)
            if len(self._heads) < MOST_HEADS:
                self._heads[hash(prompt.messages[:-1])] = head
            self._tokens += length * stands_for
            self._own += (length - head) * stands_for
            self._longest = max(self._longest, length)
            if context and length >= context:
                self._too_long += stands_for
        self._waiting.clear()

    def _completions(self, asked: Mapping[str, float]) -> float:
        return sum(asked[stage.name] * stage.candidates for stage in self._content_type.stages)

    def _memory(self, asked: Mapping[str, float], written: float) -> int:
        """Return the most memory that will be taken, by what the model takes; 0 where that is not known.

        At once there are as many texts as may be, each with a task and an answer of the usual length: of one stage, for
        a piece goes through them one after the other.
        """
        model = self._project.source.memory() if self._asks else None
        if model is None:
            return 0
        from aigc.engine.memory import TELLING, held_tokens

        task = round(self._own / max(sum(self._asked.values()), 1))
        most = max((asked[stage.name] * stage.candidates for stage in self._content_type.stages), default=0)
        rows = max(min(model.rows, round(most)), 1)
        own = held_tokens(task, round(written * UNEVEN), self._completions(asked) / rows)
        if not self._project.settings.ray.get("address"):
            from aigc.engine.machine import machine_memory

            rows = min(rows, max(model.at_once(machine_memory(), own), 1))
        heads = list(self._heads.values())
        shared = sum(heads) if len(heads) < rows else round(rows * sum(heads) / len(heads))
        unused = min(TELLING, model.process) if not told_by_words() else 0  # rows told theirs before this
        return model.total(rows, own, shared) - unused

    def _written(self, asked: Mapping[str, float], same: Rate | None, again: float) -> tuple[float, str]:
        """Return how many tokens will be written, and what says so."""
        if not self._asks:
            return 0, UNASKED
        stages = self._content_type.stages
        if same is not None:
            return self._completions(asked) * again * same.written_tokens / same.completions, "runs"
        by = "examples" if all(stage.shots for stage in stages) else "bounds"
        return sum(asked[one.name] * one.candidates * self._answer_tokens(one) for one in stages) * again, by

    def _answer_tokens(self, stage: Stage) -> float:
        """Return how long an answer of a stage is: as its examples, else half of what it may be."""
        lengths = self.counter.texts([answer_text(stage, shot.output) for shot in stage.shots]) if stage.shots else []
        if lengths:
            return min(sum(lengths) / len(lengths) + 1, stage.sampling.max_tokens)
        return stage.sampling.max_tokens * TYPICAL


def check_model(project: Project) -> None:
    """Refuse a model that nobody knows, or that does not fit into memory, before anything is written. AigcError with a
    remedy; another machine may know more, and have more."""
    here = project.settings.ray.get("address", "") in ("", "local")
    if here and project.source.takes_weights:
        resolve(project.settings.model)
        project.source.check_memory()
