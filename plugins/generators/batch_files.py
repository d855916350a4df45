"""The folder of a job's batch files: what was asked in which, and what was answered.

`batch-1.jsonl`, `batch-2.jsonl`, … hold requests, each file for one endpoint; every other `.jsonl` there holds answers.
A request is known by the content of its line, so nothing is asked twice, whatever the answers' files are called. A file
gets its name when it is whole. The index of both lives in a database that SQLite keeps on disk when it is large and
throws away at the end: the files are the truth, and a million requests need no memory. What a file asked and its
answers, as far as they came, leave out is in `missing-1.jsonl`: to be sent only if those answers never come.
Facts: the OpenAI API reference, Batch ("request input object", "request output object"; at most 50,000 requests and
200 MB a file, all for one endpoint). Knows no Request.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from aigc.errors import EngineError
from aigc.types import Json

log = logging.getLogger(__name__)

MOST_REQUESTS = 50_000
MOST_BYTES = 200_000_000
OURS = re.compile(r"batch-(\d+)\.jsonl")
ASIDE = re.compile(r"earlier-(\d+)")
MISSING = re.compile(r"missing-\d+\.jsonl")
PARTIAL = ".partial"  # after the name of a file that is being written
BREAKS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}  # some readers end a line there
WRITTEN = re.compile(rb'\{"custom_id": "([0-9a-f]{32})".*\}\n')

INDEX = """
create table asked (id text primary key, times integer not null, file text not null) without rowid;
create table answers (
    id text not null, own text not null, good integer not null, file text not null, at integer not null,
    primary key (id, own)
) without rowid;
create view unanswered as select id, file from asked where
    times > (select count(*) from answers where answers.id = asked.id and not good)
    and not exists (select 1 from answers where answers.id = asked.id and good);
"""


class Known(NamedTuple):
    """This is what the folder knows of one request: how often it was asked, last in which file, the answers that are
    errors, and the best answer, None where there is none."""

    times: int
    file: str
    errors: int
    answer: Json


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
        self._index = sqlite3.connect("", isolation_level=None)
        self._index.executescript(INDEX)
        try:
            if fresh:
                self._set_aside()
            self._number = self._read()
        except OSError as error:
            self._index.close()
            raise _refusal(error) from error

    def known(self, name: str) -> Known:
        """This is what is known of a request by its `custom_id`."""
        times, file = self._index.execute("select times, file from asked where id = ?", (name,)).fetchone() or (0, "")
        ask = "select good, file, at from answers where id = ? order by good desc, file desc, at desc"
        found = self._index.execute(ask, (name,)).fetchall()
        answer = self._line(*found[0][1:]) if found else None
        return Known(times, file, sum(not good for good, *_ in found), answer)

    def ask(self, name: str, endpoint: str, body: Json) -> str:
        """This writes a request into the endpoint's next file, and gives the name that file will have."""
        said = {"custom_id": name, "method": "POST", "url": endpoint, "body": body}
        text = json.dumps(said, ensure_ascii=False).translate(BREAKS)
        line = text.encode("utf-8", "backslashreplace") + b"\n"
        try:
            file = self._room(endpoint, len(line))
            file.file.write(line)
        except OSError as error:
            raise _refusal(error) from error
        file.requests += 1
        file.size += len(line)
        self._asked(name, file.path.name)
        return file.path.name

    def close(self) -> None:
        """This names the files that are being written; without one there is nothing to send."""
        try:
            for file in self._open.values():
                _finish(file)
        except OSError as error:
            raise _refusal(error) from error
        finally:
            self._open.clear()
            self._index.close()

    # -- writing ------------------------------------------------------------------------------------------------------

    def _room(self, endpoint: str, size: int) -> _Open:
        """This is the endpoint's file with room for one more line."""
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

    def _asked(self, name: str, file: str) -> None:
        self._index.execute(
            "insert into asked values (?, 1, ?) on conflict (id) do update set times = times + 1, file = excluded.file",
            (name, file),
        )

    # -- reading ------------------------------------------------------------------------------------------------------

    def _set_aside(self) -> None:
        """This moves all files into a folder of their own: somebody may have paid for them."""
        if files := sorted(self.folder.glob("*.jsonl")):
            taken = [int(match[1]) for path in self.folder.iterdir() if (match := ASIDE.fullmatch(path.name))]
            place = self.folder / f"earlier-{max(taken, default=0) + 1}"
            place.mkdir()
            for file in files:
                file.rename(place / file.name)

    def _read(self) -> int:
        """This indexes the folder and gives the number of the last file in it, or once in it."""
        for left in self.folder.glob(f"*{PARTIAL}"):  # of a run that was killed: never sent
            left.unlink()
        files = [file for file in sorted(self.folder.glob("*.jsonl")) if not MISSING.fullmatch(file.name)]
        numbers = {int(match[1]): file for file in files if (match := OURS.fullmatch(file.name))}
        self._index.execute("begin")
        for number in sorted(numbers):
            foreign = 0
            for _, line in _lines(numbers[number]):
                if written := WRITTEN.fullmatch(line):
                    self._asked(written[1].decode(), numbers[number].name)
                else:
                    foreign += bool(line.strip())
            if foreign:
                log.warning("%s: %d lines are no requests of ours; answers need another name", numbers[number], foreign)
        for file in files:
            if file not in numbers.values() and not self._read_answers(file):
                log.warning("%s: answers nothing that was asked in %s", file, self.folder)
        self._index.execute("commit")
        for file in numbers.values():
            self._keep_missing(file)
        self._name_unread()
        earlier = (OURS.fullmatch(file.name) for file in self.folder.glob("earlier-*/*.jsonl"))
        return max((*numbers, *(int(match[1]) for match in earlier if match)), default=0)

    def _keep_missing(self, file: Path) -> None:
        """This writes the requests of a file that lack an answer where others have theirs."""
        ask = "select count(*), total(id in (select id from unanswered)) from asked where file = ?"
        asked, lacking = map(int, self._index.execute(ask, (file.name,)).fetchone())
        target = file.with_name(file.name.replace("batch-", "missing-"))
        if not 0 < lacking < asked:
            target.unlink(missing_ok=True)
            return
        temporary = Path(f"{target}{PARTIAL}")
        with temporary.open("wb") as out:
            for _, line in _lines(file):
                written = WRITTEN.fullmatch(line)
                ask = "select 1 from unanswered where id = ? and file = ?"
                if written and self._index.execute(ask, (written[1].decode(), file.name)).fetchone():
                    out.write(line)
        temporary.replace(target)
        self.missing[file.name] = (target.name, lacking, asked)

    def _name_unread(self) -> None:
        """This warns of what may have been meant as answers."""
        for file in sorted(self.folder.glob("*")):
            if file.is_file() and file.suffix not in (".jsonl", PARTIAL) and not file.name.startswith("."):
                log.warning("%s: is not read; answers are in files that end in .jsonl", file)

    def _read_answers(self, file: Path) -> int:
        """This indexes a file of answers and says how many were asked for."""
        wanted = broken = foreign = 0
        stranger = ""
        for at, line in _lines(file):
            try:
                said = json.loads(line)
                name, good = str(said["custom_id"]), is_good(said)
                own = str(said.get("id") or f"{file.name}:{at}")  # tells an answer that lies here twice from two
            except (ValueError, KeyError, TypeError, AttributeError):
                broken += bool(line.strip())
                continue
            self._index.execute(
                "insert or ignore into answers values (?, ?, ?, ?, ?)", (name, own, good, file.name, at)
            )
            if self._index.execute("select 1 from asked where id = ?", (name,)).fetchone() is not None:
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
                return json.loads(opened.readline())
        except OSError as error:
            raise _refusal(error) from error


def name_of(endpoint: str, body: Json) -> str:
    """This is a request's `custom_id`: the hash of what is asked."""
    text = json.dumps([endpoint, body], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def is_good(answer: Json) -> bool:
    """This says whether a line of answers holds a completion rather than an error."""
    response = answer.get("response") or {}
    return not answer.get("error") and status(answer) == 200 and bool((response.get("body") or {}).get("choices"))


def status(answer: Json) -> int:
    """This is the HTTP status in a line of answers; 0 where there is none."""
    response = answer.get("response") or {}
    return int(response.get("status_code") or 0)


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """This yields each line with the place where it begins, in bytes."""
    at = 0
    with file.open("rb") as opened:
        for line in opened:
            yield at, line
            at += len(line)


def _finish(file: _Open) -> None:
    file.file.close()
    Path(file.file.name).replace(file.path)


def _refusal(error: OSError) -> EngineError:
    return EngineError(f"{error.filename}: {error.strerror or error}", hint="what was finished is kept, run it again")
