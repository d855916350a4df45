"""How likely a model holds texts that are there already: nats, perplexity, bits per byte, margins of pairs."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from aigc.errors import EngineError, UsageError
from aigc.evaluation.given_texts import passages
from aigc.evaluation.proportion import Estimate, Proportion
from aigc.evaluation.writer_figures import Value
from aigc.types import Generator, Request

TOGETHER = 256  # texts handed over at once: prompts are shared among those
PASSAGES = (4000, 2000, 1000, 500, 250, 120)  # bytes, and as many before them: the most that the model takes


class TextScore(Protocol):
    """This is what a generator says of one text: a logarithm for each token, and their sum, in nats."""

    @property
    def logprobs(self) -> Sequence[float]: ...

    @property
    def total(self) -> float: ...


@runtime_checkable
class ScoringGenerator(Protocol):
    """This is a Generator that can say how likely texts are as answers to requests, as our own engine can. Of a request
    its prompt and adapter count; the text's end is not foretold. EngineError for one that cannot be served."""

    def score(self, asked: Sequence[tuple[Request, str]]) -> Sequence[TextScore]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """This is what texts cost a model: of each one its `nats` (minus its log-probability), `tokens` and `sizes` in
    bytes of UTF-8, None in `nats` for one that it cannot be asked for; `refusals` says why, by place."""

    nats: tuple[float | None, ...]
    tokens: tuple[int, ...]
    sizes: tuple[int, ...]
    refusals: dict[int, str] = field(default_factory=dict)

    def only(self, places: Collection[int]) -> Scored:
        """Return what is known of some of the texts, in their order."""
        wanted = set(places)
        kept = [at for at in range(len(self.nats)) if at in wanted]
        return Scored(
            nats=tuple(self.nats[at] for at in kept),
            tokens=tuple(self.tokens[at] for at in kept),
            sizes=tuple(self.sizes[at] for at in kept),
        )

    @property
    def total(self) -> float:
        """Return the nats of all texts together."""
        return sum(one for one in self.nats if one is not None)

    @property
    def nats_per_token(self) -> float | None:
        """Return nats per token, over all tokens; None of none."""
        tokens = sum(self.tokens)
        return self.total / tokens if tokens else None

    @property
    def perplexity(self) -> float | None:
        """Return e to the nats per token, infinite where that is no number any more."""
        each = self.nats_per_token
        return None if each is None else math.exp(each) if each < 700 else math.inf

    @property
    def bits_per_byte(self) -> float | None:
        """Return bits per byte of UTF-8, over all bytes; None of none."""
        size = sum(self.sizes)
        return self.total / math.log(2) / size if size else None

    def values(self) -> dict[str, Value]:
        """Return the figures by name, as `writer_figures.KINDS` has them."""
        return {
            "texts": sum(one is not None for one in self.nats),
            "tokens": sum(self.tokens),
            "nats_per_token": self.nats_per_token,
            "perplexity": self.perplexity,
            "bits_per_byte": self.bits_per_byte,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """This is how much more than a reference a model prefers the better text of pairs: per pair, in nats,

        (log p(chosen) − log p_ref(chosen)) − (log p(rejected) − log p_ref(rejected))

    as in direct preference optimisation (Rafailov et al. 2023, without its β). Whether the chosen text is the likelier
    one says nothing: the shorter one nearly always is. `gains` are the first bracket.
    """

    margins: tuple[float, ...]
    gains: tuple[float, ...]

    @classmethod
    def of(cls, chosen: Scored, rejected: Scored, reference: tuple[Scored, Scored]) -> Margins:
        """Return the margins of the pairs of which all four texts were scored."""
        margins, gains = [], []
        for nats in zip(chosen.nats, rejected.nats, reference[0].nats, reference[1].nats, strict=True):
            good, bad, good_before, bad_before = nats
            if good is None or bad is None or good_before is None or bad_before is None:
                continue
            gains.append(good_before - good)
            margins.append((good_before - good) - (bad_before - bad))
        return cls(margins=tuple(margins), gains=tuple(gains))

    def values(self) -> dict[str, Value]:
        """Return the figures by name, as `writer_figures.KINDS` has them."""
        return {
            "margin": Estimate.of(self.margins),
            "margin_above_0": Proportion(sum(one > 0 for one in self.margins), len(self.margins)),
            "chosen_change": Estimate.of(self.gains),
        }


def scoring(generator: Generator, name: str = "") -> ScoringGenerator:
    """Return the generator as one that scores. UsageError where it cannot."""
    if not isinstance(generator, ScoringGenerator):
        raise UsageError(f"{name or type(generator).__name__} cannot say how likely a text is; our own engine can")
    return generator


def score_texts(
    generator: ScoringGenerator,
    asked: Sequence[tuple[Request, str]],
    heard: Callable[[int], None] = lambda done: None,
) -> Scored:
    """Score texts as answers to requests. One that cannot be asked for is refused by itself; EngineError where all
    are. `heard` is told how many are done."""
    nats: list[float | None] = []
    tokens: list[int] = []
    refusals: dict[int, str] = {}
    for begin in range(0, len(asked), TOGETHER):
        lot = asked[begin : begin + TOGETHER]
        for at, found in enumerate(_scores(generator, lot), begin):
            if isinstance(found, EngineError):
                refusals[at] = str(found)
            nats.append(None if isinstance(found, EngineError) else -found.total)
            tokens.append(0 if isinstance(found, EngineError) else len(found.logprobs))
        heard(begin + len(lot))
    if asked and len(refusals) == len(asked):
        raise EngineError(f"none of {len(asked)} texts can be scored: {refusals[0]}")
    sizes = [
        0 if own is None else len(text.encode("utf-8", "replace")) for own, (_, text) in zip(nats, asked, strict=True)
    ]
    return Scored(nats=tuple(nats), tokens=tuple(tokens), sizes=tuple(sizes), refusals=refusals)


def score_passages(
    generator: ScoringGenerator,
    text: str,
    *,
    adapter: str | None = None,
    heard: Callable[[int], None] = lambda done: None,
) -> Scored:
    """Score a long text, passage by passage, each after as much of what stands before it, as long as the model takes;
    of the first passage the first word is given. EngineError where not even a short one fits."""
    for size in PASSAGES:
        asked = [
            (Request(id=str(number), prompt=before, adapter=adapter), passage)
            for number, (before, passage) in enumerate(passages(text, size))
        ]
        try:
            found = score_texts(generator, asked, heard)
        except EngineError:
            if size == PASSAGES[-1]:
                raise
            continue
        if not found.refusals or size == PASSAGES[-1]:
            return found
    raise AssertionError("the last size returns or raises")


def _scores(generator: ScoringGenerator, lot: Sequence[tuple[Request, str]]) -> list[TextScore | EngineError]:
    """Score texts together; where one cannot be asked for, each by itself."""
    try:
        return list(generator.score(lot))
    except EngineError as error:
        if len(lot) == 1:
            return [error]
    return [one for asked in lot for one in _scores(generator, [asked])]
