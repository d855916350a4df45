"""What runs wrote into a folder, so that nothing else there is ever replaced.

`.exports.json` names every file with the SHA-256 of what was written: under the format that wrote it, those of the job
itself (`artifacts.jsonl`, `job.yaml`, `report.html`) under no name. A file that is not named is somebody's own: whoever
would write there is refused, before anything is written. One that is named and holds something else than was written
was changed by somebody: it is set aside as `content (yours).csv`, which is told, and a new one takes its place. So are
all where the record cannot be read. One of an earlier version has no digests, and none of the job's own files: those
are ours. A file that is about to be written is named first: a kill in between makes none of ours a stranger.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from aigc.asking.plan import FILE as PLAN_FILE
from aigc.bounds.boundary import Boundary
from aigc.errors import JobError, UsageError
from aigc.jobs.lock import only_writer
from aigc.ledger.ledger import has_ledger
from aigc.plugs.extension import Extension
from aigc.plugs.timeouts import DEFAULT
from aigc.plugs.whole_file import whole_file
from aigc.types.foreign import read_json

log = logging.getLogger(__name__)

RECORD = ".exports.json"
FORMAT = 2  # of the record
SCRATCH = ".exporting-"  # how folders begin in which files are written first
ARTIFACTS_FILE, REPORT = "artifacts.jsonl", "report.html"
OWN, OWN_FILES = "", (ARTIFACTS_FILE, PLAN_FILE, REPORT)
BLOCK = 1 << 20  # bytes compared at a time
ANY, NONE = "", "-"  # in place of a digest: whatever is there is ours, and nothing is
YOURS = "yours"

State = Literal["free", "ours", "changed", "foreign"]
Names = Mapping[str, Mapping[str, str]]  # format → file → digest


class FolderRecord:
    """This is what runs wrote into one folder. `of` is the job of which exports are here, where that is another
    folder's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files, self.of, self._readable = _read(folder / RECORD)

    def formats(self) -> list[str]:
        """Return the formats that wrote files here."""
        return [name for name in self._files if name != OWN]

    def files(self, name: str) -> list[str]:
        """Return the files that a format wrote last."""
        return list(self._files.get(name, ()))

    def state(self, name: str) -> State:
        """Say whose the file of a name is."""
        if not os.path.lexists(self.folder / name):
            return "free"
        digests = self._digests(name)
        if not digests:
            return "foreign" if self._readable else "changed"
        return "ours" if ANY in digests or _digest(self.folder / name) in digests else "changed"

    def is_whole(self, name: str) -> bool:
        """Say whether all files of a format are there, as they were written."""
        return bool(self.files(name)) and all(self.state(one) == "ours" for one in self.files(name))

    def refuse(self, names: Iterable[str], read: Iterable[Path] = ()) -> None:
        """Refuse, with a UsageError, to write in the place of somebody's own file, or of one that is `read`."""
        inputs = list(read)
        for name in names:
            path = self.folder / name
            if any(_same(path, one) for one in inputs):
                raise UsageError(f"{path}: is read by this run, which would replace it", hint="choose another --out")
            if self._readable and os.path.lexists(path) and not self._digests(name):
                hint = "move it away, or choose another --out"
                raise UsageError(f"{path}: is there already, and no run of this folder wrote it", hint=hint)

    def claim(self, of: str) -> None:
        """Say of which job exports are here. UsageError where there are some of another."""
        if of != self.of and self._files:
            whose = f"exports of {self.of}" if self.of else "what other runs wrote"
            raise UsageError(f"{self.folder}: holds {whose}", hint="choose another --out")
        self.of = of

    def make_room(self, coming: Mapping[str, Path]) -> None:
        """Set aside what people changed; what is theirs is refused before. What is no more than the beginning of the
        file that is `coming` was cut off by a disk, and may go."""
        self.refuse(coming)
        for name, path in coming.items():
            if self.state(name) == "changed" and not _begins(path, self.folder / name):
                self.set_aside(name)

    def set_aside(self, name: str) -> None:
        """Give a file another name, in the place of no other one."""
        path = self.folder / name
        number, other = 1, path.with_stem(f"{path.stem} ({YOURS})")
        while os.path.lexists(other):
            number += 1
            other = path.with_stem(f"{path.stem} ({YOURS} {number})")
        path.rename(other)
        log.warning("%s: was changed since it was written; that is %s now", path, other.name)

    def expect(self, format_: str, names: Iterable[str]) -> None:
        """Name files that are about to be written."""
        before = self._files.get(format_)
        if before is None and format_ == OWN:  # from here on there is a record of those too
            before = {name: ANY for name in OWN_FILES if self.state(name) == "ours"}
        self._files = {**self._files, format_: {**(before or {}), **dict.fromkeys(names, ANY)}}
        self._save()

    def note(self, format_: str, names: Iterable[str], *, besides: bool = True) -> None:
        """Name files that have been written, `besides` those of before or instead of them."""
        now = {name: ANY if name == REPORT else _digest(self.folder / name) for name in names}  # nobody edits a page
        self._files = {**self._files, format_: {**(self._files.get(format_, {}) if besides else {}), **now}}
        self._save()

    def give_up(self, format_: str) -> None:
        """Leave a format's files to people: they are set aside where one is to be replaced."""
        if format_ in self._files:
            self._files = {**self._files, format_: dict.fromkeys(self._files[format_], NONE)}
            self._save()

    def drop(self, exporter: Extension, now: Collection[str]) -> None:
        """Remove the files that a format wrote last time and not now: their pieces are no longer good. What people put
        into them is spared by the format, or set aside."""
        root = self.folder.resolve()
        others = {path for name, files in self._files.items() if name != exporter.name for path in files}
        for stale in set(self._files.get(exporter.name, ())) - set(now) - others:
            path = self.folder / stale
            if not path.parent.resolve().is_relative_to(root):  # anybody may have edited the record
                continue
            if exporter.files.spare and path.is_file():
                with Boundary(f"exporter {exporter.name!r}", DEFAULT.plugin, kind=JobError):
                    exporter.files.spare(path)
            elif self.state(stale) == "changed":
                self.set_aside(stale)
            path.unlink(missing_ok=True)

    def settle(self) -> None:
        """Take the record for whole again: all that the job has was written anew."""
        if not self._readable:
            self._readable = True
            self._save()

    def _digests(self, name: str) -> list[str]:
        """Return what was written of a name; nothing where it is somebody's own."""
        digests = [files[name] for files in self._files.values() if name in files]
        return digests or [ANY] * (name in OWN_FILES and self._unnamed(name))

    def _unnamed(self, name: str) -> bool:
        """Say whether a job's own file is ours that nobody named: of an earlier version, which kept no record, or
        artifacts of a run that was broken off before it did."""
        earlier = OWN not in self._files and self._readable and has_ledger(self.folder)
        return earlier or (name == ARTIFACTS_FILE and _holds_artifacts(self.folder / name))

    def _save(self) -> None:
        lost = {} if self._readable else {"lost": True}  # until all is written anew, what is not named may be ours
        with whole_file(self.folder / RECORD) as file:
            json.dump({"format": FORMAT, "of": self.of, **lost, "files": self._files}, file, sort_keys=True)


def is_foreign(folder: Path, name: str) -> bool:
    """Say whether a file there is somebody's own."""
    return FolderRecord(folder).state(name) == "foreign"


def begin_record(folder: Path) -> None:
    """Begin the record of a new job, from which on nothing there is of an earlier version."""
    if not has_ledger(folder):
        with only_writer(folder):
            FolderRecord(folder).expect(OWN, [])


def refuse_foreign(
    folder: Path, exporters: Iterable[Extension] = (), read: Iterable[Path] = (), own: Iterable[str] = OWN_FILES
) -> None:
    """Refuse, with a UsageError, what a run with such exporters would replace, as far as that is known beforehand."""
    there = FolderRecord(folder)
    names = (name for one in exporters for name in (*one.files.names, *there.files(one.name)))
    there.refuse([*own, *names], read)


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Say in a line that a disk refuses, of a path where the system names none, or one of scratch."""
    try:
        yield
    except OSError as error:
        where = str(error.filename2 or error.filename or "")
        where = str(path) if not where or SCRATCH in where else where
        raise JobError(f"{where}: cannot be written ({error.strerror or error})") from error


def _read(record: Path) -> tuple[Names, str, bool]:
    """Return what a record names, of which job, and whether it could be read; one that is not there names nothing."""
    try:
        found = read_json(record.read_text(encoding="utf-8"))
        if found.get("format") == FORMAT and isinstance(found.get("files"), dict):
            named = {
                str(name): {str(file): str(sha) for file, sha in of.items()} for name, of in found["files"].items()
            }
            return named, str(found["of"]), not found.get("lost")
        return {str(name): {str(file): ANY for file in files} for name, files in found.items()}, "", True
    except FileNotFoundError:
        return {}, "", True
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return {}, "", False


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file; of a link, a folder or what cannot be read that of nothing."""
    if path.is_symlink() or not path.is_file():
        return NONE
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _begins(path: Path, cut: Path) -> bool:
    """Say whether a file begins with all of another."""
    if _digest(cut) == NONE:
        return False
    with path.open("rb") as whole, cut.open("rb") as part:
        while block := part.read(BLOCK):
            if whole.read(len(block)) != block:
                return False
    return True


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def _holds_artifacts(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            return bool(read_json(next(lines, ""))["provenance"]["content_type"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return False
