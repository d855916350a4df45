"""A Request as the body of an OpenAI chat completion, and the answer to it as Completions.

What the protocol has no word for is settled by `server`, the kind of server there is: `any` that speaks it, `openai`
(which says `max_completion_tokens`), `vllm`, or `vllm-guided` (vLLM before 0.12, with other words for grammars).
Facts: the OpenAI API reference, chat and completions; vLLM's documentation, "Structured Outputs". Knows no network.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from aigc.content import choices, free_form
from aigc.types import Completion, Delta, FinishReason, Grammar, Json, Message, Request, TokenLogprob, Usage
from aigc.types.foreign import sane_count
from aigc_plugins.generators.asked_words import asking, word_told

log = logging.getLogger(__name__)

Server: TypeAlias = Literal["any", "openai", "vllm", "vllm-guided"]

CHAT, PLAIN = "chat/completions", "completions"  # endpoints, below the base URL
SEEDS = 1 << 31  # the widest seed that every server takes
FILTERS: Mapping[str, Json] = {
    "top_k": 0,
    "min_p": 0.0,
    "repetition_penalty": 1.0,
}  # beyond the protocol; off
TOKEN = "token_id:"  # how vLLM writes a token when asked for its id


THOUGHTS = ("thinking", "reasoning", "redacted_thinking", "reasoning_text", "summary_text")  # parts that are no answer
_TAGS = r"(?:think|thinking|reasoning|thoughts?|reflection|seed:think)\s*"
THINKS = re.compile(rf"[\s\ufeff]*(?:<{_TAGS}>|\[THINK\]|◁think▷|<\|START_THINKING\|>)", re.IGNORECASE)
THOUGHT = re.compile(rf"</{_TAGS}>|\[/THINK\]|◁/think▷|<\|END_THINKING\|>", re.IGNORECASE)
CHANNELS = re.compile(
    r"<\|channel\|>(\w+)[^<]*<\|message\|>(.*?)(?=<\|(?:start|end|return|call|channel)\|>|\Z)", re.DOTALL
)
FINAL = "final"  # the channel of gpt-oss that holds the answer
AROUND = re.compile(r"<\|(?:START|END)_RESPONSE\|>")  # of Cohere's models
UNTOLD = "how likely a given text is cannot be asked of this generator"


class Refused(Exception):
    """This request cannot be served: one sentence. Others may be."""


class Call(NamedTuple):
    """This is what is sent for one request: the endpoint and its body."""

    endpoint: str
    body: dict[str, Json]


@dataclass(slots=True, kw_only=True)
class Wording:
    """This puts requests into the words of one server for one model.

    `logprobs=False` is for servers that do not tell log-probabilities; candidates are then judged by findings alone.
    `think=False` tells the model's chat template to leave out thinking, in a word that the protocol does not have.
    """

    model: str
    server: Server = "any"
    logprobs: bool = True
    think: bool = True
    left_out: set[str] = field(default_factory=set)  # sampling filters that were dropped, said once each

    @property
    def is_vllm(self) -> bool:
        return self.server in ("vllm", "vllm-guided")

    def call(self, request: Request) -> Call:
        """Put a request into words. Refused where the server has no way to do it."""
        if request.given is not None and not (request.judge and self.logprobs):
            raise Refused(UNTOLD)
        if request.adapter:
            raise Refused(
                f"the adapter {request.adapter!r} cannot be sent; serve it there as a model and name that by -m"
            )
        if request.prompt.tools:
            raise Refused("tools cannot be sent: the calls in an answer would be lost")
        if not request.prompt.chat and any(one.calls or one.role == "tool" for one in request.prompt.messages):
            raise Refused("calls of tools cannot be sent as plain text")
        body: dict[str, Json] = {"model": self.model}
        if request.prompt.chat:
            body["messages"] = [_turn(message) for message in request.prompt.messages]
            body |= {} if self.think else {"chat_template_kwargs": {"enable_thinking": False}}
        else:
            body["prompt"] = joined(request.prompt.messages)
        if request.given is not None:
            asked = asking(request)
            return Call(CHAT, body | self._limited(asked)) if request.prompt.chat else Call(PLAIN, body | asked)
        body |= self._sampling(request)
        if request.grammar is not None:
            self._constrain(request, request.grammar, body)
        if request.stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return Call(CHAT if request.prompt.chat else PLAIN, body)

    def _sampling(self, request: Request) -> dict[str, Json]:
        wanted = request.sampling
        body: dict[str, Json] = {
            "temperature": wanted.temperature,
            "max_tokens": wanted.max_tokens,
            "seed": wanted.seed % SEEDS,
        }
        for name, off in {"n": 1, "top_p": 1.0, "presence_penalty": 0.0, "frequency_penalty": 0.0, **FILTERS}.items():
            value = _texts(request) if name == "n" else getattr(wanted, name)
            if value == off:
                continue
            if name in FILTERS and not self.is_vllm:
                self._leave_out(name)
            else:
                body[name] = value
        if wanted.stop:
            body["stop"] = list(wanted.stop)
        if wanted.logit_bias:
            body["logit_bias"] = {str(token): amount for token, amount in wanted.logit_bias}
        if self.logprobs and (wanted.n > 1 or wanted.logprobs):
            if request.prompt.chat:
                body |= {"logprobs": True} | ({"top_logprobs": wanted.logprobs} if wanted.logprobs else {})
            else:
                body["logprobs"] = wanted.logprobs
            if self.is_vllm:
                body["return_tokens_as_token_ids"] = True
        return self._limited(body) if request.prompt.chat else body

    def _limited(self, body: dict[str, Json]) -> dict[str, Json]:
        """Say the longest answer in the server's own word."""
        if self.server != "openai":
            return body
        return {"max_completion_tokens" if name == "max_tokens" else name: value for name, value in body.items()}

    def _leave_out(self, name: str) -> None:
        if name not in self.left_out:
            self.left_out.add(name)
            log.warning("%s is left out: the protocol has no such word, only engine.server=vllm takes it", name)

    def _constrain(self, request: Request, grammar: Grammar, body: dict[str, Json]) -> None:
        """Add what makes the server keep to a grammar. Refused where it cannot."""
        if grammar.kind == "json" and (request.prompt.chat or self.is_vllm):
            schema = json.loads(grammar.source)
            schema.pop("x-guidance", None)  # a word to our own engine
            asked = {"name": "output", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": asked}
        elif self.is_vllm:
            kind, value = constraint(grammar)
            guided = {"regex": "guided_regex", "choice": "guided_choice", "grammar": "guided_grammar"}
            body |= {"structured_outputs": {kind: value}} if self.server == "vllm" else {guided[kind]: value}
        elif (form := free_form(grammar)) is None:
            what = "a choice or a pattern" if grammar.kind == "regex" else f"a {grammar.kind} grammar"
            raise Refused(f"the server cannot hold an output to {what}; say engine.server=vllm where it is vLLM")
        elif form == "line":
            body["stop"] = list(stops(request))


def _turn(message: Message) -> dict[str, Json]:
    """Return a turn in the protocol's words."""
    turn: dict[str, Json] = {"role": message.role, "content": message.content}
    if message.calls:
        turn["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.calls
        ]
    return turn | ({"tool_call_id": message.answers} if message.answers else {})


def constraint(grammar: Grammar) -> tuple[Literal["json", "regex", "choice", "grammar"], Json]:
    """Return a grammar in vLLM's words: the kind of structured output, and its value."""
    if grammar.kind == "json":
        return "json", grammar.source
    if allowed := choices(grammar):
        return "choice", list(allowed)
    return ("regex", grammar.source) if grammar.kind == "regex" else ("grammar", grammar.source)


def joined(messages: Sequence[Message]) -> str:
    """Return a prompt as plain text: an answer follows its task after a line break, all else after a blank line."""
    filled = [message for message in messages if message.content]
    text = ""
    for message in filled:
        text += ("" if not text else "\n" if message.role == "assistant" else "\n\n") + message.content
    answered = any(message.role == "assistant" for message in filled)
    return text + "\n" if answered and filled[-1].role == "user" else text


def stops(request: Request) -> tuple[str, ...]:
    """Return where a text ends: at the request's own stop strings, and a line at its end."""
    return tuple(dict.fromkeys([*request.sampling.stop, *(["\n"] if _is_line(request) else [])]))


def _is_line(request: Request) -> bool:
    return request.grammar is not None and free_form(request.grammar) == "line"


def completions(request: Request, answer: Json) -> list[Completion]:
    """Return the request's `n` Completions, of one for a given word how likely it is. ValueError where `answer` is no
    chat completion.

    The request's usage stands in the first: a server counts them together. An index that is missing is an error.
    """
    try:
        found = {int(choice.get("index", place)): choice for place, choice in enumerate(answer["choices"])}
        usage = _usage(answer.get("usage") or {})
        if request.given is not None:
            return [word_told(request, answer, usage)]
        return [
            _completion(request, index, found.get(min(index, _texts(request) - 1)), usage if index == 0 else Usage())
            for index in range(request.sampling.n)
        ]
    except (LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError("what is no completion") from error


def _texts(request: Request) -> int:
    """Return how many texts to ask for. Greedy candidates are one and the same; vLLM's server refuses to repeat it."""
    return request.sampling.n if request.sampling.temperature > 0 else 1


def failed(request: Request, sentence: str) -> list[Completion]:
    """Return the `n` Completions of a request that cannot be served."""
    return [
        Completion(request_id=request.id, index=index, text="", finish_reason="error", error=sentence)
        for index in range(request.sampling.n)
    ]


def _completion(request: Request, index: int, choice: Json, usage: Usage) -> Completion:
    if choice is None:
        error = f"the server gave no text for candidate {index + 1} of {request.sampling.n}"
        return Completion(request_id=request.id, index=index, text="", finish_reason="error", usage=usage, error=error)
    message = choice.get("message") or {}
    text = (
        _without_thoughts(_joined_parts(message.get("content"))) if request.prompt.chat else str(choice["text"] or "")
    )
    finish = str(choice.get("finish_reason") or "stop")
    error = ""
    if refusal := message.get("refusal"):
        error = f"the model refused: {refusal}"
    elif finish == "content_filter":
        error = "the server's content filter stopped the text"
    reason: FinishReason = "error" if error else "length" if finish == "length" else "stop"
    if _is_line(request):
        text = text.lstrip("\n")
    cuts = [place for stop in stops(request) if stop and (place := text.find(stop)) >= 0]
    if cuts:  # some servers leave the stop string in
        text, reason = text[: min(cuts)], reason if error else "stop"
    mean, positions = _logprobs(choice.get("logprobs"))
    return Completion(
        request_id=request.id,
        index=index,
        text="" if error else text,
        token_ids=tuple(position.token for position in positions),
        finish_reason=reason,
        usage=usage,
        mean_logprob=mean,
        logprobs=positions if request.sampling.logprobs else (),
        error=error,
    )


def _joined_parts(content: Json) -> str:
    """Return the text of a message whose content is a text or, as some servers write it, a list of parts."""
    parts = content if isinstance(content, list) else [content]
    told = [_part(part) if isinstance(part, dict) else part for part in parts if not _is_thought(part)]
    return "".join(str(text) for text in told if text is not None)


def _part(part: Mapping[str, Json]) -> Json:
    text = part.get("text", part.get("content"))
    return text.get("value") if isinstance(text, dict) else text


def _is_thought(part: Json) -> bool:
    return isinstance(part, dict) and str(part.get("type") or "") in THOUGHTS


def _without_thoughts(text: str) -> str:
    """Return a text without the reasoning before it, which some servers leave in; nothing where it never ended."""
    if text.lstrip().startswith("<|channel|>"):
        return "".join(told for channel, told in CHANNELS.findall(text) if channel == FINAL).strip()
    while True:  # a text may hold thousands of them
        begun, ended = THINKS.match(text), THOUGHT.search(text)
        if not ended or not (begun or not THINKS.search(text)):
            return "" if begun else AROUND.sub("", text)
        text = text[ended.end() :].lstrip()


def _usage(counted: Mapping[str, Json]) -> Usage:
    cached = (counted.get("prompt_tokens_details") or {}).get("cached_tokens")
    prompt, kept, written = (
        int(one or 0) for one in (counted.get("prompt_tokens"), cached, counted.get("completion_tokens"))
    )
    if not all(map(sane_count, (prompt, kept, written))):
        raise ValueError("counts of tokens that cannot be")
    return Usage(prompt=prompt, cached=kept, sampled=written)


def _logprobs(told: Json) -> tuple[float | None, tuple[TokenLogprob, ...]]:
    """Return the mean log-probability, and each position where the server told ids (only vLLM does)."""
    if not told:
        return None, ()
    if "content" in told:
        positions = [
            (one["token"], one["logprob"], [(top["token"], top["logprob"]) for top in one.get("top_logprobs") or ()])
            for one in told["content"] or ()
        ]
    else:  # the older form, of plain completions; its first position may have no value
        tops = told.get("top_logprobs") or [None] * len(told.get("tokens") or ())
        each = zip(told.get("tokens") or (), told.get("token_logprobs") or (), tops, strict=False)
        positions = [(token, value, list((top or {}).items())) for token, value, top in each if value is not None]
    if not positions:
        return None, ()
    mean = sum(float(value) for _, value, _ in positions) / len(positions)
    if not all(str(token).startswith(TOKEN) for token, _, _ in positions):
        return mean, ()
    return mean, tuple(
        TokenLogprob(token=_id(token), logprob=float(value), top=tuple((_id(name), float(low)) for name, low in tops))
        for token, value, tops in positions
    )


def _id(token: str) -> int:
    return int(token.removeprefix(TOKEN))


class Growing:
    """This is a streamed answer as it comes: each event gives Deltas, and at the end stands the whole answer."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.shown = 0  # characters
        self._choices: dict[int, dict[str, Json]] = {}
        self._usage: Json = None

    def take(self, event: Json) -> list[Delta]:
        """Add one event. ValueError where it is none."""
        try:
            self._usage = event.get("usage") or self._usage
            return [delta for choice in event.get("choices") or () if (delta := self._grow(choice)) is not None]
        except (LookupError, TypeError, AttributeError, ArithmeticError) as error:
            raise ValueError("what is no completion") from error

    def _grow(self, choice: Json) -> Delta | None:
        index = int(choice["index"])
        whole = self._choices.setdefault(index, {"index": index, "message": {"content": ""}, "text": ""})
        part = choice.get("delta") or {}
        text = str((part.get("content") if self.request.prompt.chat else choice.get("text")) or "")
        whole["message"]["content"] += text
        whole["text"] += text
        if part.get("refusal"):
            whole["message"]["refusal"] = whole["message"].get("refusal", "") + part["refusal"]
        whole["finish_reason"] = choice.get("finish_reason") or whole.get("finish_reason")
        if (told := choice.get("logprobs")) and "content" in told:
            whole.setdefault("logprobs", {"content": []})["content"] += told["content"] or []
        self.shown += len(text)
        positions = _logprobs(told)[1] if self.request.sampling.logprobs else ()
        if not text and not positions:
            return None
        return Delta(request_id=self.request.id, index=index, text=text, logprobs=positions)

    @property
    def ended(self) -> bool:
        """Say whether every candidate told why it stopped; a stream that broke off did not."""
        reasons = [choice.get("finish_reason") for choice in self._choices.values()]
        return len(reasons) == self.request.sampling.n and all(reasons)

    def completions(self) -> list[Completion]:
        return completions(self.request, {"choices": list(self._choices.values()), "usage": self._usage})
