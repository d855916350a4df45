"""Batch files in OpenAI's format, for any service or runner that takes them (OpenAI, Azure, `vllm run-batch`, …).

    aigc batch ads/google-search products.csv --out spring --on openai-batch -m gpt-4.1-mini

writes `spring/batches/batch-1.jsonl` and stops. Once its answers lie beside it, the same command reads them and goes
on; what later stages and repairs ask becomes the next file, until all is finished. Nothing here goes over a network.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from aigc import Range, generator
from aigc.errors import EngineError, UsageError, first_line
from aigc.types import Completion, Generator, Json, Request
from aigc_plugins.generators.batch_files import (
    MOST_BYTES,
    MOST_REQUESTS,
    BatchFolder,
    body_of,
    inner_error,
    is_good,
    name_of,
    status,
)
from aigc_plugins.generators.chat_completions import Refused, Server, Wording, completions, failed

log = logging.getLogger(__name__)

FOLDER = "batches"  # in the folder that is written into
TRANSIENT = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})  # another time may go better
EXPIRED = frozenset({"batch_expired", "batch_cancelled"})  # these were never served
WORDS = ("message", "msg", "title", "code")  # of an error, the plainest first
SHOWN = 3  # kinds of errors named
IN_HAND = 1000  # requests; every one is answered or put off in the same step


@generator(
    name="openai-batch",
    keeps_files=True,
    neutral=("folder", "fresh", "retry", "attempts", "requests_per_file", "bytes_per_file"),
)
def openai_batch(
    model: str,
    *,
    folder: str = "",
    fresh: bool = False,
    retry: bool = False,
    server: Server = "openai",
    logprobs: bool = True,
    attempts: Annotated[int, Range(1, 100)] = 3,
    requests_per_file: Annotated[int, Range(1, MOST_REQUESTS)] = MOST_REQUESTS,
    bytes_per_file: Annotated[int, Range(1, MOST_BYTES)] = MOST_BYTES,
) -> Generator:
    """Batch files in OpenAI's format: write requests, stop, read the answers beside them.

    The files are in `batches` under the folder written into; a .jsonl of any other name there is read as answers.
    `server` says whose words to use (openai, any, vllm, vllm-guided). What failed for want of time, quota or a server
    is asked again in the next file, `attempts` times in all; any other error fails its request, unless with `retry` it
    is asked once more. With `fresh` the files that are there are moved aside first, into `batches/earlier-1`.
    """
    if not folder:
        raise UsageError("--on openai-batch needs a folder for its files", hint="aigc batch … --out DIR")
    place = Path(folder) / FOLDER
    files = BatchFolder(place, most_requests=requests_per_file, most_bytes=bytes_per_file, fresh=fresh)
    return Batches(files, Wording(model=model, server=server, logprobs=logprobs), attempts=attempts, retry=retry)


class Batches:
    """This is a Generator that answers from files; what they do not answer is put off, and asked once.

    How many answers were errors, and which, it says when it closes.
    """

    def __init__(self, files: BatchFolder, wording: Wording, *, attempts: int, retry: bool = False) -> None:
        self.capacity = IN_HAND
        self._files: BatchFolder | None = files
        self._wording = wording
        self._attempts = attempts
        self._retry = retry
        self._refused: Counter[str] = Counter()
        self._asked_again: Counter[str] = Counter()
        self._ready: dict[str, list[Completion]] = {}

    def submit(self, request: Request) -> None:
        """Find the answer, or write the request down. EngineError after `close` or for an id in hand."""
        if self._files is None:
            raise EngineError("the generator is closed")
        if request.id in self._ready:
            raise EngineError(f"a request {request.id!r} is in hand already")
        try:
            self._ready[request.id] = self._answered(self._files, request)
        except Refused as error:
            self._ready[request.id] = failed(request, str(error))

    def step(self) -> Sequence[Completion]:
        events = [one for answered in self._ready.values() for one in answered]
        self._ready.clear()
        return events

    def cancel(self, request_id: str) -> None:
        if request_id in self._ready:
            self._ready[request_id] = [Completion(request_id=request_id, text="", finish_reason="cancelled")]

    def close(self) -> None:
        """Finish the files that are to be sent."""
        if self._files is not None:
            files, self._files = self._files, None
            for refused, then in ((self._refused, "fail"), (self._asked_again, "are asked again")):
                if refused:
                    counts = "; ".join(f"{many} x {reason}" for reason, many in refused.most_common(SHOWN))
                    log.warning("%s: %d answers are errors and %s: %s", files.folder, refused.total(), then, counts)
            files.close()

    def _answered(self, files: BatchFolder, request: Request) -> list[Completion]:
        call = self._wording.call(replace(request, stream=False))
        endpoint = f"/v1/{call.endpoint}"
        name = name_of(endpoint, call.body)
        known = files.known(name)
        if known.answer is not None and is_good(known.answer):
            try:
                return completions(request, body_of(known.answer))
            except ValueError as error:
                raise Refused(f"the batch answered with {error}") from error
        file = known.file
        if known.times <= known.errors:  # never asked, or every time in vain
            if known.times:
                again = self._retry or (known.times < self._attempts and _may_pass(known.answer))
                (self._asked_again if again else self._refused)[reason := _reason(known.answer)] += 1
                if not again:
                    raise Refused(reason)
            file = files.ask(name, endpoint, call.body)
        return _put_off(request, files, file, endpoint)


def _put_off(request: Request, files: BatchFolder, file: str, endpoint: str) -> list[Completion]:
    folder = files.folder
    sentence = (
        f"send {folder / file} (endpoint {endpoint}) to a batch service, and put the answers, "
        f"a .jsonl file of any other name, into {folder}"
    )
    if file in files.missing:
        rest, lacking, asked = files.missing[file]
        sentence = (
            f"{lacking} of the {asked} requests of {folder / file} have no answer yet: put the missing answers into "
            f"{folder}; if none will come, send those requests alone, {folder / rest} (endpoint {endpoint})"
        )
    return [
        Completion(request_id=request.id, index=index, text="", finish_reason="deferred", error=sentence)
        for index in range(request.sampling.n)
    ]


def _may_pass(answer: Json) -> bool:
    error = inner_error(answer.get("error"))
    code = str(error.get("code") or "") if isinstance(error, dict) else ""
    return code in EXPIRED or status(answer) in TRANSIENT


def _reason(answer: Json) -> str:
    """Say what came instead of a text: the line's own error, or the one in its response."""
    error = inner_error(answer.get("error") or body_of(answer))
    message = next((error[name] for name in WORDS if error.get(name)), "") if isinstance(error, dict) else error
    number = status(answer)
    reason = f"the batch answered {number}" if number and number != 200 else "the batch gave no text"
    return f"{reason}: {first_line(Exception(message))}" if message else reason
