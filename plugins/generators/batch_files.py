"""The folder of a job's batch files: what was asked in which, and what was answered.

`batch-1.jsonl`, `batch-2.jsonl`, … hold requests, each file for one endpoint; every other `.jsonl` there holds answers.
A request is known by the content of its line, so nothing is asked twice, whatever the answers' files are called. A file
gets its name when it is whole. The index of both lives in `Scratch`, on disk when it is large and thrown away at the
end: the files are the truth, and a million requests need no memory. What a file asked and its
answers, as far as they came, leave out is in `missing-1.jsonl`: to be sent only if those answers never come.
Facts: the OpenAI API reference, Batch ("request input object", "request output object"; at most 50,000 requests and
200 MB a file, all for one endpoint). Knows no Request.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from aigc import Scratch
from aigc.errors import EngineError
from aigc.types import Json
from aigc.types.foreign import LONGEST_LINE, lines_of, read_json

log = logging.getLogger(__name__)

MOST_REQUESTS = 50_000
MOST_BYTES = 200_000_000
OURS = re.compile(r"batch-(\d+)\.jsonl")
ASIDE = re.compile(r"earlier-(\d+)")
MISSING = re.compile(r"missing-\d+\.jsonl")
WRAPPED = ("error", "detail", "errors", "data")  # in which runners wrap an error
PARTIAL = ".partial"  # after the name of a file that is being written
BREAKS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}  # some readers end a line there
WRITTEN = re.compile(rb'\{"custom_id": "([0-9a-f]{32})".*\}\n')


class Known(NamedTuple):
    """This is what the folder knows of one request: how often it was asked, last in which file, the answers that are
    errors, and the best answer, None where there is none."""

    times: int
    file: str
    errors: int
    answer: Json


class _Best(NamedTuple):
    """This is where the best of a request's answers stands, the last of the good ones or of all, and how many of them
    are errors."""

    errors: int = 0
    good: bool = False
    file: str = ""
    at: int = 0  # bytes before it


@dataclass(slots=True)
class _Open:
    """This is a file that is being written."""

    path: Path
    file: BinaryIO
    requests: int = 0
    size: int = 0  # bytes


class BatchFolder:
    """This is a folder of batch files; a `fresh` one moves what it holds aside. EngineError where the disk refuses."""

    def __init__(
        self, folder: Path, *, most_requests: int = MOST_REQUESTS, most_bytes: int = MOST_BYTES, fresh: bool = False
    ) -> None:
        self.folder = folder
        self._most = (most_requests, most_bytes)
        self._open: dict[str, _Open] = {}  # by endpoint
        self.missing: dict[str, tuple[str, int, int]] = {}  # file answered in part → the rest's file, its size, of all
        self._asked = Scratch()  # a request's id → how often it was asked, last in which file
        self._answers = Scratch()  # a request's id → what is known of its answers
        self._seen = Scratch()  # ids of requests with answers' own
        try:
            if fresh:
                self._set_aside()
            self._number = self._read()
        except OSError as error:
            self._forget()
            raise _refusal(error) from error

    def known(self, name: str) -> Known:
        """Return what is known of a request by its `custom_id`."""
        times, file = self._asked_before(name)
        best = self._answered(name)
        answer = (self._line(best.file, best.at) or {}) if best.file else None  # nothing where it was changed meanwhile
        return Known(times, file, best.errors, answer)

    def ask(self, name: str, endpoint: str, body: Json) -> str:
        """Write a request into the endpoint's next file, and return the name that file will have."""
        request = {"custom_id": name, "method": "POST", "url": endpoint, "body": body}
        text = json.dumps(request, ensure_ascii=False).translate(BREAKS)
        line = text.encode("utf-8", "backslashreplace") + b"\n"
        try:
            file = self._room(endpoint, len(line))
            file.file.write(line)
        except OSError as error:
            raise _refusal(error) from error
        file.requests += 1
        file.size += len(line)
        self._index_request(name, file.path.name)
        return file.path.name

    def close(self) -> None:
        """Name the files that are being written; without one there is nothing to send."""
        try:
            for file in self._open.values():
                _finish(file)
        except OSError as error:
            raise _refusal(error) from error
        finally:
            self._open.clear()
            self._forget()

    def _forget(self) -> None:
        self._asked.close()
        self._answers.close()
        self._seen.close()

    # -- writing ------------------------------------------------------------------------------------------------------

    def _room(self, endpoint: str, size: int) -> _Open:
        """Return the endpoint's file with room for one more line."""
        file = self._open.get(endpoint)
        if file is not None and (file.requests + 1 > self._most[0] or file.size + size > self._most[1]):
            _finish(file)
            file = None
        if file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._number += 1
            path = self.folder / f"batch-{self._number}.jsonl"
            file = self._open[endpoint] = _Open(path, Path(f"{path}{PARTIAL}").open("wb"))  # noqa: SIM115
        return file

    def _index_request(self, name: str, file: str) -> None:
        times, _ = self._asked_before(name)
        self._asked.put(name, f"{times + 1} {file}")

    def _asked_before(self, name: str) -> tuple[int, str]:
        """Return (how often a request was asked, last in which file)."""
        times, _, file = self._asked.get(name).partition(" ")
        return int(times or 0), file

    def _answered(self, name: str) -> _Best:
        """Return what is known of the answers to a request."""
        return _Best(*json.loads(self._answers.get(name) or "[]"))

    def _index_answer(self, name: str, own: str, answer: _Best) -> None:
        """Take an answer to a request, unless one with the same id of its own is there."""
        mark = hashlib.sha256(json.dumps([name, own]).encode()).hexdigest()
        if self._seen.add(mark, ""):
            before = self._answered(name)
            best = max(before, answer, key=lambda one: one[1:])
            self._answers.put(name, json.dumps(best._replace(errors=before.errors + (not answer.good))))

    def _lacks(self, name: str) -> bool:
        """Say whether an answer to a request may still come: none is good, and there are fewer than it was asked."""
        times, _ = self._asked_before(name)
        best = self._answered(name)
        return times > best.errors and not best.good

    # -- reading ------------------------------------------------------------------------------------------------------

    def _set_aside(self) -> None:
        """Move all files into a folder of their own: somebody may have paid for them."""
        if files := sorted(self.folder.glob("*.jsonl")):
            taken = [int(match[1]) for path in self.folder.iterdir() if (match := ASIDE.fullmatch(path.name))]
            place = self.folder / f"earlier-{max(taken, default=0) + 1}"
            place.mkdir()
            for file in files:
                file.rename(place / file.name)

    def _read(self) -> int:
        """Index the folder and return the number of the last file in it, or once in it."""
        for left in self.folder.glob(f"*{PARTIAL}"):  # of a run that was killed: never sent
            if OURS.fullmatch(name := left.name.removesuffix(PARTIAL)) or MISSING.fullmatch(name):
                left.unlink()
        files = [file for file in sorted(self.folder.glob("*.jsonl")) if not MISSING.fullmatch(file.name)]
        numbers = {int(match[1]): file for file in files if (match := OURS.fullmatch(file.name))}
        for number in sorted(numbers):
            foreign = 0
            for line in _lines(numbers[number]):
                if written := WRITTEN.fullmatch(line):
                    self._index_request(written[1].decode(), numbers[number].name)
                else:
                    foreign += bool(line.strip())
            if foreign:
                log.warning("%s: %d lines are no requests of ours; answers need another name", numbers[number], foreign)
        for file in files:
            if file not in numbers.values() and not self._read_answers(file):
                log.warning("%s: answers nothing that was asked in %s", file, self.folder)
        for file in numbers.values():
            self._keep_missing(file)
        self._name_unread()
        earlier = (OURS.fullmatch(file.name) for file in self.folder.glob("earlier-*/*.jsonl"))
        return max((*numbers, *(int(match[1]) for match in earlier if match)), default=0)

    def _keep_missing(self, file: Path) -> None:
        """Write the requests of a file that lack an answer where others have theirs."""
        asked = lacking = 0
        for name, _ in self._last_asked_in(file):
            asked += 1
            lacking += self._lacks(name)
        target = file.with_name(file.name.replace("batch-", "missing-"))
        if not 0 < lacking < asked:
            target.unlink(missing_ok=True)
            return
        temporary = Path(f"{target}{PARTIAL}")
        with temporary.open("wb") as out:
            out.writelines(line for name, line in self._last_asked_in(file) if self._lacks(name))
        temporary.replace(target)
        self.missing[file.name] = (target.name, lacking, asked)

    def _last_asked_in(self, file: Path) -> Iterator[tuple[str, bytes]]:
        """Yield (id, line) of the requests of a file that were not asked again in a later one."""
        for line in _lines(file):
            written = WRITTEN.fullmatch(line)
            if written and self._asked_before(name := written[1].decode())[1] == file.name:
                yield name, line

    def _name_unread(self) -> None:
        """Warn of what may have been meant as answers."""
        for file in sorted(self.folder.glob("*")):
            if file.is_file() and file.suffix not in (".jsonl", PARTIAL) and not file.name.startswith("."):
                log.warning("%s: is not read; answers are in files that end in .jsonl", file)

    def _read_answers(self, file: Path) -> int:
        """Index a file of answers and say how many were asked for."""
        wanted = broken = foreign = 0
        stranger = ""
        with file.open("rb") as opened:
            for at, line in lines_of(opened):
                answer = read_answer(line)
                if answer is None:
                    broken += line is None or bool(line.strip())
                    continue
                name = answer["custom_id"]
                own = str(answer.get("id") or f"{file.name}:{at}")  # tells an answer that lies here twice from two
                self._index_answer(name, own, _Best(good=is_good(answer), file=file.name, at=at))
                if self._asked_before(name)[0]:
                    wanted += 1
                else:
                    foreign, stranger = foreign + 1, stranger or name
        if broken:
            log.warning("%s: %d lines are no answers, was it downloaded whole?", file, broken)
        if wanted and foreign:
            text = "%s: %d answers are to nothing that was asked in %s, the first to custom_id %r"
            log.warning(text, file, foreign, self.folder, stranger)
        return wanted

    def _line(self, file: str, at: int) -> Json:
        try:
            with (self.folder / file).open("rb") as opened:
                opened.seek(at)
                return read_answer(opened.readline(LONGEST_LINE))
        except OSError as error:
            raise _refusal(error) from error


def name_of(endpoint: str, body: Json) -> str:
    """Return a request's `custom_id`: the hash of what is asked."""
    text = json.dumps([endpoint, body], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def read_answer(line: bytes | None) -> dict[str, Json] | None:
    """Read a line of answers, None where it is none: no object, too long or deep, or to nothing with a name."""
    try:
        answer = read_json(line or b"", marked=True)
    except ValueError:
        return None
    if not isinstance(answer, dict) or not isinstance(answer.get("response") or {}, dict):
        return None
    return answer if isinstance(answer.get("custom_id"), str) else None


def is_good(answer: Json) -> bool:
    """Say whether a line of answers holds a completion rather than an error."""
    body = body_of(answer)
    return not answer.get("error") and status(answer) == 200 and isinstance(body, dict) and bool(body.get("choices"))


def status(answer: Json) -> int:
    """Return the HTTP status in a line of answers; 0 where there is none."""
    try:
        return int(_response(answer).get("status_code") or 0)
    except (ValueError, TypeError, OverflowError):
        return 0


def body_of(answer: Json) -> Json:
    """Return the body of the response in a line of answers: a completion, an error, a text, or nothing."""
    return _response(answer).get("body")


def _response(answer: Json) -> dict[str, Json]:
    return answer.get("response") or {}


def inner_error(error: Json) -> Json:
    """Return an error without what runners wrap it in: `{"error": {"message": …}}`, as vLLM's does, or `detail`, of
    which FastAPI makes a list whose words are in `msg`."""
    while isinstance(error, dict) and not error.get("message"):
        if not (inner := next((error[name] for name in WRAPPED if error.get(name)), None)):
            break
        error = inner
    return inner_error(error[0]) if isinstance(error, list) and error else error or {}


def _lines(file: Path) -> Iterator[bytes]:
    """Yield the lines of a file of requests; one that is too long to be ours is as good as any other that is not."""
    with file.open("rb") as opened:
        for _, line in lines_of(opened, MOST_BYTES):
            yield b"?" if line is None else line


def _finish(file: _Open) -> None:
    file.file.close()
    Path(file.file.name).replace(file.path)


def _refusal(error: OSError) -> EngineError:
    return EngineError(f"{error.filename}: {error.strerror or error}", hint="what was finished is kept, run it again")
