"""What OpenAI's protocol has in common over its endpoints: bodies read strictly where they count, options of sampling,
errors by the name of the parameter, server-sent events.

Fields that nobody here knows are taken, as new clients send new ones. A known one that asks for what cannot be done is
refused, with `lenient` left out: its name then stands in the answer's header `x-aigc-ignored`.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from aigc.serving.refusals import Refusal
from aigc.types import Json, SamplingParams
from aigc.types.foreign import flaw

IGNORED = "x-aigc-ignored"
MOST_ANSWERS = 64
MOST_STOPS = 64
MOST_TOP = 20


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)  # 3.0 is one too, by JSON Schema
Penalty = Annotated[float, Field(ge=-2, le=2)]
Share = Annotated[float, Field(ge=0, le=1)]


class Body(BaseModel):
    """This is the body of a call."""

    model_config = ConfigDict(extra="allow", strict=True)


class StreamOptions(Body):
    include_usage: bool = False


class Sampled(Body):
    """This is what the endpoints of texts have in common."""

    model: str = ""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Share | None = None
    top_k: Annotated[int, Field(ge=0, le=1 << 20), WHOLE] | None = None
    min_p: Share | None = None
    repetition_penalty: Annotated[float, Field(gt=0, le=4)] | None = None
    frequency_penalty: Penalty | None = None
    presence_penalty: Penalty | None = None
    logit_bias: dict[str, Annotated[float, Field(ge=-100, le=100)]] | None = None
    stop: str | Annotated[list[str], Field(max_length=MOST_STOPS)] | None = None
    seed: Annotated[int, WHOLE] | None = None
    n: Annotated[int, Field(ge=1, le=MOST_ANSWERS), WHOLE] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    user: str | None = None

    @property
    def with_usage(self) -> bool:
        """Whether a stream ends with what it took."""
        return self.stream_options is not None and self.stream_options.include_usage


TYPES = frozenset({"str", "int", "float", "bool", "dict"})  # as pydantic calls what a value might have been
B = TypeVar("B", bound=Body)


@dataclass(slots=True)
class Leniency:
    """This gathers what a body asks for and cannot be done: refused at once, or left out by name."""

    lenient: bool = False
    ignored: list[str] = field(default_factory=list)

    def cannot(self, param: str, message: str) -> None:
        """Refuse a parameter, or leave it out."""
        if not self.lenient:
            raise Refusal(400, f"{param}: {message}", param=param, code="unsupported_parameter")
        self.ignored.append(param)

    @property
    def headers(self) -> dict[str, str]:
        """Return what an answer says of what was left out."""
        return {IGNORED: ", ".join(dict.fromkeys(self.ignored))} if self.ignored else {}


def read_body(kind: type[B], value: Json) -> B:
    """Read a body. Refusal names the first parameter that is wrong."""
    if wrong := flaw(value):
        raise Refusal(400, f"the body {wrong}", code="invalid_json")
    if not isinstance(value, Mapping):
        raise Refusal(400, "the body is no JSON object", code="invalid_json")
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        param = ".".join(_steps(first["loc"]))
        raise Refusal(400, f"{param}: {first['msg']}", param=param, code="invalid_value") from error


def _steps(place: tuple[int | str, ...]) -> Iterator[str]:
    """Yield where in a body something is, without the names of the types of which it may be one."""
    for step in place:
        if isinstance(step, str) and (step in TYPES or not step.isidentifier() or not step.islower()):
            return
        yield str(step)


def sampling_of(asked: Leniency, body: Sampled, *, most: int, logprobs: int = 0, n: int = 0) -> SamplingParams:
    """Return how tokens are to be chosen; `most` is how many, `logprobs` how many likely ones are told of each."""
    stop = (body.stop,) if isinstance(body.stop, str) else tuple(body.stop or ())
    set_: dict[str, Any] = {
        name: value
        for name in ("top_p", "top_k", "min_p", "repetition_penalty", "frequency_penalty", "presence_penalty")
        if (value := getattr(body, name)) is not None
    }
    return SamplingParams(
        temperature=1.0 if body.temperature is None else body.temperature,
        stop=tuple(one for one in stop if one),
        seed=secrets.randbits(31) if body.seed is None else body.seed % (1 << 63),
        n=n or body.n or 1,
        max_tokens=max(1, most),  # of none, one is written and not told: it says that the prompt can be read
        logprobs=logprobs,
        logit_bias=_bias(asked, body.logit_bias or {}),
        **set_,
    )


def _bias(asked: Leniency, bias: Mapping[str, float]) -> tuple[tuple[int, float], ...]:
    told = []
    for token, value in bias.items():
        if not token.isdecimal():
            if value:
                asked.cannot("logit_bias", f"{token!r} is no token's number")
            continue
        told.append((int(token), value))
    return tuple(told)


def refuse_unknown(model: str, known: Collection[str], *, any_model: bool) -> str:
    """Return the model that is meant, the first where none is named or `any_model` will do. Refusal names the rest."""
    if model in known:
        return model
    if not model or any_model:
        return next(iter(known))
    raise Refusal(404, f"no model {model!r} here; there are: {', '.join(known)}", param="model", code="model_not_found")
