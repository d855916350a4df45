"""The workloads. Lengths are in tokens of the model at hand and are met to within a word."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aigc.errors import NotFound, did_you_mean
from aigc.types import Grammar, Json, Message, Prompt, Request, SamplingParams
from aigc.types.foreign import read_json

if TYPE_CHECKING:
    from aigc.engine.front import Front

THINGS = "mug kettle bench lamp jacket boot blanket backpack tent grinder pan knife basket rug pillow bottle clock"
WORDS = (
    "cedar copper linen wool ceramic bamboo cotton steel glass oak leather stone enamel walnut brass silk cork rubber "
    "light sturdy compact quiet warm bright soft simple daily folding stackable washable recycled handmade seasonal "
    "keeps holds fits stays pours folds dries cleans lasts opens closes travels stores comes works for with and in on "
    "morning winter garden kitchen office weekend family market harbour mountain studio balcony summer evening coffee"
)
AD: Mapping[str, Json] = {
    "type": "object",
    "properties": {
        "headline": {"type": "string", "maxLength": 30},
        "description": {"type": "string", "maxLength": 90},
        "cta": {"enum": ["Buy now", "Learn more", "Order today", "See the range"]},
    },
    "required": ["headline", "description", "cta"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadShape:
    """This is a kind of work: how many requests, how long their parts, how much is written.

    `siblings` requests in a row share `product` tokens after the shared part. `ends` says whether an end token ends a
    text; where it does not, every engine writes exactly `out` tokens. `apart` has a request wait for the one before.
    """

    summary: str
    requests: int
    shared: int
    own: int
    out: int
    siblings: int = 1
    product: int = 0
    schema: Mapping[str, Json] | None = None
    ends: bool = False
    apart: bool = False


SHAPES: Mapping[str, WorkloadShape] = {
    "raw": WorkloadShape(summary="64 texts of 64 tokens", requests=64, shared=255, own=48, out=64),
    "raw-256": WorkloadShape(summary="256 texts of 64 tokens", requests=256, shared=255, own=48, out=64),
    "ads": WorkloadShape(summary="64 ads as JSON", requests=64, shared=255, own=48, out=96, schema=AD, ends=True),
    "lines": WorkloadShape(summary="2,000 short lines", requests=2000, shared=255, own=24, out=12),
    "lines-nested": WorkloadShape(
        summary="2,000 short lines, four to a product", requests=2000, shared=255, own=6, out=12, siblings=4, product=24
    ),
    "lines-64": WorkloadShape(summary="64 short lines", requests=64, shared=255, own=24, out=12),
    "lines-64-apart": WorkloadShape(
        summary="64 short lines, one after another", requests=64, shared=255, own=24, out=12, apart=True
    ),
    "long": WorkloadShape(summary="16 articles of 600 tokens", requests=16, shared=60, own=40, out=600),
    "one": WorkloadShape(summary="one text alone", requests=1, shared=255, own=48, out=64),
    "prompt": WorkloadShape(summary="a prompt of 300 tokens nobody has seen", requests=1, shared=0, own=300, out=1),
    "first": WorkloadShape(summary="the first token after a short prompt", requests=1, shared=0, own=55, out=1),
}
MIXED = {"raw": 24, "ads": 24, "lines": 200}
WORKLOADS: Mapping[str, str] = {
    **{name: shape.summary for name, shape in SHAPES.items()},
    "mixed": "texts, ads and lines in one shuffle",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """This is work to be timed. `endless` names the requests whose texts no end token ends.

    Where they are to be written `apart`, each request is handed in when the one before is done.
    """

    name: str
    requests: tuple[Request, ...]
    endless: frozenset[str]
    schemas: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)  # by request
    apart: bool = False

    @property
    def turns(self) -> list[tuple[Request, ...]]:
        """Return the requests that are handed in together, one such group after the other."""
        return [(one,) for one in self.requests] if self.apart else [self.requests]


def build(
    name: str, count: Callable[[Prompt], int], *, seed: int = 0, shared: int = 0, limit: int | None = None
) -> Workload:
    """Make a workload, or its first `limit` requests; `count` is the model's prompt length in tokens.

    `seed` varies every request's own part and `shared` the part all begin with. Raises NotFound for an unknown name.
    """
    if name not in WORKLOADS:
        raise NotFound(f"no workload named {name!r}", hint=did_you_mean(name, WORKLOADS))
    shapes = {part: (SHAPES[part], most) for part, most in MIXED.items()} if name == "mixed" else {}
    shapes = shapes or {name: (SHAPES[name], SHAPES[name].requests)}
    requests: list[Request] = []
    schemas: dict[str, Mapping[str, Json]] = {}
    endless: set[str] = set()
    for part, (shape, most) in shapes.items():
        for request in _requests(
            part, shape, most if name == "mixed" else min(limit or most, most), count, seed, shared
        ):
            requests.append(request)
            if shape.schema is not None:
                schemas[request.id] = shape.schema
            if not shape.ends:
                endless.add(request.id)
    if name == "mixed":
        random.Random(seed).shuffle(requests)
        requests = requests[:limit]
    apart = name != "mixed" and SHAPES[name].apart
    return Workload(name=name, requests=tuple(requests), endless=frozenset(endless), schemas=schemas, apart=apart)


def _requests(
    part: str, shape: WorkloadShape, most: int, count: Callable[[Prompt], int], seed: int, shared: int
) -> list[Request]:
    start = ""
    if shape.shared:
        start = _text("You write for a shop.", shape.shared, count, random.Random(f"shared {shared}"))
    rng = random.Random(f"{part} {seed}")
    sampling = SamplingParams(temperature=0.0, max_tokens=shape.out)
    grammar = Grammar(kind="json", source=json.dumps(shape.schema)) if shape.schema is not None else None
    found: list[Request] = []
    stem, stem_tokens = start, shape.shared
    for number in range(most):
        if shape.product and number % shape.siblings == 0:
            stem = _text(f"{start} {rng.choice(THINGS.split())}", shape.shared + shape.product, count, rng)
            stem_tokens = shape.shared + shape.product
        text = _text(f"{stem} {rng.choice(WORDS.split())}".strip(), stem_tokens + shape.own, count, rng)
        found.append(Request(id=f"{part}-{seed}-{number}", prompt=_ask(text), sampling=sampling, grammar=grammar))
    return found


def _ask(text: str) -> Prompt:
    return Prompt(messages=(Message(role="user", content=text),))


def _text(text: str, tokens: int, count: Callable[[Prompt], int], rng: random.Random) -> str:
    """Add words to `text` until its prompt has `tokens` tokens."""
    words = WORDS.split()
    have, pace = count(_ask(text)), 8.0  # tokens a word; learnt on the way
    while have < tokens:
        more = max(1, int((tokens - have) / pace * 0.9))
        text += "".join(f" {rng.choice(words)}" for _ in range(more))
        before, have = have, count(_ask(text))
        pace = max(1.0, (have - before) / more)
    return text


def write_jsonl(workload: Workload, front: Front, path: Path) -> None:
    """Write one line a request for other engines: id, token ids, the user's message, max_tokens, schema, whether end
    tokens are to be ignored, and whether the next request waits for this one."""
    lines = [
        {
            "id": request.id,
            "ids": front.encode(request.prompt),
            "text": request.prompt.messages[0].content,
            "max_tokens": request.sampling.max_tokens,
            "schema": workload.schemas.get(request.id),
            "ignore_end": request.id in workload.endless,
            "apart": workload.apart,
        }
        for request in workload.requests
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def is_valid(text: str, schema: Mapping[str, Json] | None) -> bool:
    """Say whether a text is what its schema asks for; a text without one need only be there."""
    if schema is None:
        return bool(text.strip())
    try:
        value = read_json(text)
    except ValueError:
        return False
    wanted: Sequence[str] = schema["required"]
    return (
        isinstance(value, dict) and set(value) == set(wanted) and all(_fits(value[key], schema, key) for key in wanted)
    )


def _fits(value: Json, schema: Mapping[str, Json], key: str) -> bool:
    words = schema["properties"][key]
    if "enum" in words:
        return value in words["enum"]
    return isinstance(value, str) and bool(value.strip()) and len(value) <= words["maxLength"]
