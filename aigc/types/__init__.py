"""The nouns, from brief to artifact, and the Generator seam.

    Brief → Prompt → Request → Completion → Draft → Artifact
                                    Candidate ↗   ↘ Suggestion

Frozen dataclasses without behaviour beyond what their fields imply; those that need no other noun have files of their
own: `asked`, `asset`, `likelihood`, `review`, `shown_number`, `token_choice`, `written_float`; `places` are paths in a
piece, `column_names` those of a table. Knows no template, no plugin and no tensor. Texts are `str` in Unicode as
written; lengths are counted by `aigc.content.measures`, not by `len`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from aigc.types.asked import About as About
from aigc.types.asked import Brief as Brief
from aigc.types.asked import Json as Json
from aigc.types.asked import Message as Message
from aigc.types.asked import Prompt as Prompt
from aigc.types.asked import Role as Role
from aigc.types.asked import ToolCall as ToolCall
from aigc.types.asset import Asset as Asset
from aigc.types.column_names import column_name as column_name
from aigc.types.column_names import numbered as numbered
from aigc.types.column_names import without_number as without_number
from aigc.types.likelihood import Likelihood as Likelihood
from aigc.types.likelihood import Suggestion as Suggestion
from aigc.types.likelihood import by_field as by_field
from aigc.types.places import at_path as at_path
from aigc.types.places import text_places as text_places
from aigc.types.places import with_texts as with_texts
from aigc.types.reviewed import Decision as Decision
from aigc.types.reviewed import Review as Review
from aigc.types.reviewed import Ruled as Ruled
from aigc.types.reviewed import Ruling as Ruling
from aigc.types.reviewed import Standpoint as Standpoint
from aigc.types.reviewed import Verb as Verb
from aigc.types.reviewed import base_of as base_of
from aigc.types.reviewed import revision as revision
from aigc.types.reviewed import standpoint as standpoint
from aigc.types.shown_number import ShownNumber as ShownNumber
from aigc.types.token_choice import Grammar as Grammar
from aigc.types.token_choice import SamplingParams as SamplingParams
from aigc.types.token_choice import TokenLogprob as TokenLogprob
from aigc.types.token_choice import Usage as Usage
from aigc.types.written_float import WrittenFloat as WrittenFloat

FinishReason: TypeAlias = Literal["stop", "length", "cancelled", "error", "deferred"]
Severity: TypeAlias = Literal["note", "warn", "reject"]
Status: TypeAlias = Literal["accepted", "flagged", "rejected", "failed"]
KeepLines: TypeAlias = Literal["none", "taken", "all"]  # of the lines that a model writes for a piece


def texts_in(value: Json) -> Iterator[str]:
    """Yield every text inside a value, in order: keys of objects are names, not texts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, Sequence):
        for item in value:
            yield from texts_in(item)


SEVERITIES: tuple[Severity, ...] = ("note", "warn", "reject")  # mildest first
WHOLE, ABOUT_BRIEF = "the piece", "the brief's "  # in a reason: no field of it; its row, which no text mends
STATUSES: tuple[Status, ...] = ("accepted", "flagged", "rejected", "failed")
UNKNOWN = "unknown "  # in `Row.cleaned`, before the word in a cell that stands for no value


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """This is one model call as handed to a Generator. `id` is unique among the requests in flight.

    `about` says which piece it is for, None for a request that is for none; `digest` is the hash of all that
    decides its answer, empty until it is taken. What is written depends on neither.

    `given` asks how likely that text is as an answer, and nothing is written: one Completion comes back whose `text` is
    the given one, `mean_logprob` the mean over its own tokens, `usage.forced` how many those are. The token that would
    end the answer is not among them, so that a bare word can be asked for. Sampling and grammar do not count, but where
    `sampling.logprobs` are asked for each token's are told, and an empty text asks for those of the prompt's tokens,
    the first of which, foretold by nothing, has 0. With `judge` the model that judges is asked; a generator of one
    model is both. `other` is the other answer it may give.

    Somebody waits for an `urgent` one: a generator that has a queue of its own takes it first. It changes no text.
    """

    id: str
    prompt: Prompt
    given: str | None = None
    sampling: SamplingParams = field(default_factory=SamplingParams)
    grammar: Grammar | None = None
    adapter: str | None = None
    judge: bool = False
    other: str = ""
    stream: bool = False
    urgent: bool = False
    about: About | None = None
    digest: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """This is what came back for candidate `index` of a request.

    `text` ends before any stop string. `mean_logprob` is over sampled tokens, before temperature and grammar; over all
    tokens of a given text.
    `error` is one sentence when `finish_reason` is `error`, or `deferred` (what the answer waits for), else empty.
    """

    request_id: str
    index: int = 0
    text: str
    token_ids: tuple[int, ...] = ()
    finish_reason: FinishReason = "stop"
    usage: Usage = field(default_factory=Usage)
    mean_logprob: float | None = None
    logprobs: tuple[TokenLogprob, ...] = ()
    error: str = ""


def taken(answers: Sequence[Completion]) -> Usage:
    """Return the tokens of one request with all its candidates: they share one prompt, which is counted once."""
    if len(answers) == 1:
        return answers[0].usage
    read = max((one.usage for one in answers), key=lambda usage: usage.prompt, default=Usage())
    written = sum((one.usage for one in answers), Usage())
    return replace(written, prompt=read.prompt, cached=read.cached)


def likelihood(answer: Completion) -> Likelihood | None:
    """Return how likely a given text is by its answer, or None where the generator could not tell."""
    many = answer.usage.forced
    if answer.finish_reason != "stop" or answer.mean_logprob is None or not many:
        return None
    return Likelihood(total=answer.mean_logprob * many, tokens=many)


def came_before(one: Completion, answers: Sequence[Completion]) -> bool:
    """Say whether a candidate's text is among the answers already: one that comes twice stands for no other."""
    return one.finish_reason in ("stop", "length") and any(one.index == other.index for other in answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """This is the next part of a streaming request's text; the Completion still follows, whole.

    `logprobs`, where they are asked for, are of the tokens written since the last one; those of all parts together are
    the Completion's. So the last may have tokens and no text.
    """

    request_id: str
    index: int = 0
    text: str
    logprobs: tuple[TokenLogprob, ...] = ()


@runtime_checkable
class Generator(Protocol):
    """This is whatever turns requests into completions: our GPT engine, a scripted fake, vLLM, a remote API.

    `submit` never blocks. `step` advances and returns what finished, `n` Completions for a request, and Deltas of
    streaming ones; it returns an empty list when nothing is in hand. A request that cannot be served comes back as its
    `n` Completions with `finish_reason="error"`; only a generator that can serve nobody raises EngineError. A cancelled
    request comes back once more, as `cancelled`. One whose answer can only come in another run comes back `deferred`:
    its piece is put off, and asks the same again then. `close` frees everything and may be called twice.
    """

    capacity: int  # requests it wants in hand to run full

    def submit(self, request: Request) -> None: ...

    def step(self) -> Sequence[Completion | Delta]: ...

    def cancel(self, request_id: str) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """This is a piece on its way: parsed fields, the brief they answer, and the fields' schemas.

    `fields` maps a field's name to its value; `schema` maps the same names to our schema words (type, limit, …).
    An output of a single string has the one field `text`. `stages` holds the results of earlier stages by name;
    `item` is the foreach item a stage draft was written for. `assets` are files that a post-processor of whole drafts
    added, by returning the draft with them.
    """

    brief: Brief
    fields: Mapping[str, Json]
    schema: Mapping[str, Mapping[str, Json]]
    stages: Mapping[str, Json] = field(default_factory=dict)
    item: Json = None
    finish_reason: FinishReason = "stop"
    assets: tuple[Asset, ...] = ()

    @property
    def language(self) -> str:
        """The brief's `language`, or `en` where it has none."""
        return str(self.brief.values.get("language") or "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """This is a text that may stand for a stage's item, as a scorer sees it: it passed the checks.

    `text` is the item's one text, or that of its first field with a fallback; `draft` has all fields, brief and item.
    `prompt` asked for it, `times` is how often it came, `mean_logprob` how likely; `beside` lead at the other items.
    """

    text: str
    draft: Draft
    prompt: Prompt
    mean_logprob: float | None = None
    times: int = 1
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """This is what a scorer asks the generator: how likely is `text` as the answer to `prompt`?

    `adapter` names the adapter that answers; empty is the model alone, None the adapter that writes the piece. `judge`
    asks the model that judges, which may be another than the one that writes, and may answer `other` as well.
    """

    prompt: Prompt
    text: str
    adapter: str | None = None
    judge: bool = False
    other: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """This is where one text of a draft stands: its path (`headlines[2]`), its schema words, and the whole draft."""

    path: str
    schema: Mapping[str, Json]
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """This is one thing a check found. `field` is a path such as `headlines[2]`, `span` character offsets in it.

    A check need fill in `message` (and `span`) only: the pipeline adds the rest, and no `severity` above the check's.
    """

    message: str
    field: str = ""
    span: tuple[int, int] | None = None
    check: str = ""
    severity: Severity = "reject"

    @property
    def about_brief(self) -> bool:
        return not self.field and self.message.startswith(ABOUT_BRIEF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """This is how an artifact came about.

    `lines` counts the texts stages wrote; `fallbacks` (no model wrote these) and `repaired` are field paths among
    them. `requests` counts model calls. `markup` are the fields that are Markdown, such as `sections.text`.
    """

    content_type: str
    version: int
    model: str = ""
    seed: int = 0
    requests: int = 0
    usage: Usage = field(default_factory=Usage)
    lines: int = 0
    fallbacks: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()
    markup: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """This is one answer of a model, as it was written: of a stage, item (from 0), attempt (from 0) and
    candidate (from 0). `findings` are its verdict; their fields are named as in the stage's output.

    A `taken` line stands for its item; `fields` are the places in the piece that it became, such as `headlines[2]`:
    none where the content type leaves it out. `request` is the digest of all that decides the answer, `prompt` of the
    messages alone.
    """

    stage: str
    item: int = 0
    attempt: int = 0
    candidate: int = 0
    text: str
    findings: tuple[Finding, ...] = ()
    taken: bool = False
    fields: tuple[str, ...] = ()
    finish_reason: FinishReason = "stop"
    mean_logprob: float | None = None
    request: str = ""
    prompt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """This is a finished piece. `fields` satisfies the content type unless `status` is `rejected` or `failed`.

    `reason` is one sentence unless the piece was accepted without a finding. `assets` are its files. `suggestions` are
    texts to choose from, best first for each place; `review` is what people decided, whose texts are in `fields`.
    `lines` are what a model wrote for it, as far as they are kept; no export has them.
    """

    id: str
    status: Status
    fields: Mapping[str, Json]
    brief: Brief
    provenance: Provenance
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    assets: tuple[Asset, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    review: Review | None = None
    lines: tuple[Line, ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """This is one record of an input file, before it is a brief. `error` says why a row could not be read, `cleaned`
    what was done to the values of which columns. Where only single cells could not be read, `faults` says of which
    columns and why, and `error` is one of these: a row whose briefs need none of them can be used."""

    values: Mapping[str, Json]
    where: str
    error: str = ""
    cleaned: Mapping[str, Sequence[str]] = field(default_factory=dict, compare=False)
    faults: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCounts:
    """This counts a job. `lines` are texts that stages wrote, `fallback_lines` those no model wrote; none are counted
    of pieces for which no model was asked. `lacking` says in sentences what usable pieces do without.

    `reused` pieces were there already; `waiting` briefs have no piece yet, because the run was interrupted or was for
    some briefs only, or because their answers come in another run.
    """

    briefs: int
    counts: Mapping[Status, int]
    reasons: Mapping[str, int]
    lines: int
    fallback_lines: int
    reused: int = 0
    waiting: int = 0
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport(JobCounts):
    """This is how a job ended. `usage` and `seconds` are of this run alone. `problems` are files that could not be
    written, or not with all pieces: exports, or the page for people. `awaited` says in sentences what has to happen
    before answers come in another run.
    """

    folder: Path
    content_type: str
    seconds: float
    usage: Usage
    files: tuple[Path, ...] = ()
    problems: tuple[str, ...] = ()
    interrupted: bool = False
    awaited: tuple[str, ...] = ()
