"""What runs wrote into a folder, so that nothing else there is ever replaced.

`.exports.json` names every file with the SHA-256 of what was written: under the format that wrote it, those of the job
itself (`artifacts.jsonl`, `job.yaml`, `report.html`) under no name. A file that is not named is somebody's own: whoever
would write there is refused, before anything is written. One that is named and holds something else than was written
was changed by somebody: it is set aside as `content (yours).csv`, which is told, and a new one takes its place. So are
all in a job's folder where the record cannot be read; elsewhere junk names nothing: what is there is somebody's. One of
an earlier version has no digests, and none of the job's own files: those are ours. A file that is about to take its
place is named first, beside what is there: a kill in between makes none of ours a stranger, and what was still `coming`
nobody took away. The disk has it before it takes its name, so that a power cut makes none of ours another one either.
No format replaces what another one wrote, but for files of pieces, which they place alike.
"""

from __future__ import annotations

import hashlib
import json
import logging
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from aigc.asking.plan import FILE as PLAN_FILE
from aigc.bounds.boundary import Boundary
from aigc.bounds.undisturbed import undisturbed
from aigc.errors import JobError, UsageError
from aigc.jobs.exports_record import ANY, FORMAT, NONE, RECORD, SEVERAL, read_record, tell_wrong
from aigc.jobs.lock import only_writer
from aigc.ledger.ledger import has_ledger
from aigc.plugs.extension import Extension
from aigc.plugs.placing import FOLDER as MEDIA
from aigc.plugs.synced import sync
from aigc.plugs.timeouts import DEFAULT
from aigc.plugs.whole_file import whole_file
from aigc.types.foreign import read_json

log = logging.getLogger(__name__)

SCRATCH = ".exporting-"  # how folders begin in which files are written first
ARTIFACTS_FILE, REPORT = "artifacts.jsonl", "report.html"
OWN, OWN_FILES = "", (ARTIFACTS_FILE, PLAN_FILE, REPORT)
BLOCK = 1 << 20  # bytes compared at a time
YOURS = "yours"
KEPT = ("job.sqlite", ".lock", ".holder", ".files", ".at-work", ".pieces.jsonl", RECORD, SCRATCH)  # begin our names
ELSEWHERE = "write one of them into another folder: `aigc export DIR --to FORMAT --out OTHER`"

ANOTHER = "an exporter is to choose another one"

State = Literal["free", "ours", "changed", "foreign"]


class FolderRecord:
    """This is what runs wrote into one folder. `of` is the job of which exports are here, where that is another
    folder's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files, self._coming, self.of, self._readable, wrong = read_record(folder / RECORD)
        if not self._readable and not has_ledger(folder):  # no job's: files of that name may be anybody's
            self._readable = True
        if wrong:
            tell_wrong(folder / RECORD, wrong)

    def formats(self) -> list[str]:
        """Return the formats that wrote files here."""
        return [name for name in self._files if name != OWN]

    def files(self, name: str) -> list[str]:
        """Return the files that a format wrote last."""
        return list(self._files.get(name, ()))

    def state(self, name: str) -> State:
        """Say whose the file of a name is."""
        if not _is_there(self.folder / name):
            return "free"
        digests = self._digests(name)
        if not digests:
            return "foreign" if self._readable else "changed"
        return "ours" if ANY in digests or _digest(self.folder / name) in digests else "changed"

    def is_whole(self, name: str, *, filled_in: bool = False) -> bool:
        """Say whether all files of a format are there, as they were written or `filled_in`, but for those that a kill
        kept from taking their places."""
        fine = {"ours", *(["changed"] if filled_in else [])}
        states = {one: self.state(one) for one in self.files(name)}
        left = [one for one, state in states.items() if state not in fine]
        return bool(states) and all(states[one] == "free" and one in self._coming for one in left)

    def refuse(self, names: Iterable[str], read: Iterable[Path] = ()) -> None:
        """Refuse, with a UsageError, to write in the place of somebody's own file, or of one that is `read`."""
        inputs = list(read)
        for name in names:
            path = self.folder / name
            if any(_same(path, one) for one in inputs):
                raise UsageError(f"{path}: is read by this run, which would replace it", hint="choose another --out")
            if _is_device(path):
                raise UsageError(f"{path}: is a device or a pipe, which would be gone", hint="choose another --out")
            if self._readable and _is_there(path) and not self._digests(name):
                hint = "move it away, or choose another --out"
                raise UsageError(f"{path}: is there already, and no run of this folder wrote it", hint=hint)

    def refuse_shared(self, format_: str, coming: Mapping[str, Path | None]) -> None:
        """Refuse, with a JobError, to write in the place of what another format or the job itself wrote: one of the two
        would be lost. What is written alike is shared, and so are files of pieces."""
        self.refuse_kept(coming)
        for name, path in coming.items():
            other = self._other_writer(format_, name)
            if other == OWN or (other and (path is None or _digest(path) != _digest(self.folder / name))):
                whose = f"exporter {other!r}" if other else "the job itself"
                what = f"{whose} writes this file, which exporter {format_!r} would replace"
                raise JobError(f"{self.folder / name}: {what}", hint=ELSEWHERE)

    def refuse_kept(self, names: Iterable[str]) -> None:
        """Refuse, with a JobError, what an exporter writes by a name that a job's own files have, whether it is there
        or not: SQLite plays a `job.sqlite-journal` back into the ledger."""
        for name in names:
            if Path(name).parts[0].casefold().startswith(KEPT):
                raise JobError(f"{self.folder / name}: is a name that a job keeps its own files by", hint=ANOTHER)

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
        while _is_there(other):
            number += 1
            other = path.with_stem(f"{path.stem} ({YOURS} {number})")
        path.rename(other)
        sync(path.parent)  # before another file takes its name
        why = "was changed since it was written" if self._readable else "is somebody's, for all that is known"
        log.warning("%s: %s; that is %s now", path, why, other.name)

    def expect(self, format_: str, coming: Mapping[str, Path | None]) -> None:
        """Name files that are about to take their places, and what will be in them where that is written already: until
        they are noted it may be the one or the other, and nothing else is ours."""
        before = self._files.get(format_)
        if before is None and format_ == OWN:  # from here on there is a record of those too
            before = {name: ANY for name in OWN_FILES if self.state(name) == "ours"}
        held = dict(before or {})
        for name, path in coming.items():
            new = ANY if path is None else _digest(path)
            both = dict.fromkeys([*held.get(name, new).split(SEVERAL), new])
            held[name] = ANY if ANY in both else SEVERAL.join(both)
        self._files, self._coming = {**self._files, format_: held}, {*self._coming, *coming}
        self._save()

    def note(self, format_: str, names: Iterable[str], *, besides: bool = True) -> None:
        """Name files that have been written, `besides` those of before or instead of them."""
        now = {name: _digest(self.folder / name) for name in names}
        self._files = {**self._files, format_: {**(self._files.get(format_, {}) if besides else {}), **now}}
        self._coming -= now.keys()
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
        for stale in sorted(set(self._files.get(exporter.name, ())) - set(now) - others):
            path = self.folder / stale
            if not path.parent.resolve().is_relative_to(root) or _is_device(path):  # anybody may edit the record
                continue
            if exporter.files.spare and path.is_file():
                name = f"exporter {exporter.name!r}"
                with Boundary(name, DEFAULT.plugin, kind=JobError), undisturbed(name if exporter.of_others else ""):
                    exporter.files.spare(path)
            elif self.state(stale) == "changed":
                self.set_aside(stale)
            path.unlink(missing_ok=True)

    def settle(self) -> None:
        """Take the record for whole again: all that the job has was written anew. One of its own files that was not is
        left to people: it is set aside where one is to be replaced."""
        if not self._readable:
            self._readable = True
            left = {name: NONE for name in OWN_FILES if _is_there(self.folder / name)}
            self._files = {**self._files, OWN: {**left, **self._files.get(OWN, {})}}
            self._save()

    def _other_writer(self, format_: str, name: str) -> str | None:
        """Return which other format wrote what there is of a name, if one did, and this one did not."""
        if name in OWN_FILES and has_ledger(self.folder):
            return OWN
        others = [one for one, files in self._files.items() if one != format_ and name in files]
        if not others or name.startswith(f"{MEDIA}/") or not (self.folder / name).is_file():
            return None
        found = {ANY, _digest(self.folder / name)}
        wrote = (
            one for one in (format_, *others) if found & {*self._files.get(one, {}).get(name, NONE).split(SEVERAL)}
        )
        other = next(wrote, None)
        return None if other == format_ else other

    def _digests(self, name: str) -> list[str]:
        """Return what was written of a name; nothing where it is somebody's own."""
        digests = [one for files in self._files.values() if name in files for one in files[name].split(SEVERAL)]
        return digests or [ANY] * (name in OWN_FILES and self._unnamed(name))

    def _unnamed(self, name: str) -> bool:
        """Say whether a job's own file is ours that nobody named: of an earlier version, which kept no record, or
        artifacts of a run that was broken off before it did."""
        earlier = OWN not in self._files and self._readable and has_ledger(self.folder)
        return earlier or (name == ARTIFACTS_FILE and _holds_artifacts(self.folder / name))

    def _save(self) -> None:
        lost = {} if self._readable else {"lost": True}  # until all is written anew, what is not named may be ours
        if _is_there(self.folder / RECORD) and not (self.folder / RECORD).is_file():
            self.set_aside(RECORD)
        with whole_file(self.folder / RECORD, synced=True) as file:
            coming = {"coming": sorted(self._coming)} if self._coming else {}
            json.dump({"format": FORMAT, "of": self.of, **lost, **coming, "files": self._files}, file, sort_keys=True)


def is_foreign(folder: Path, name: str) -> bool:
    """Say whether a file there is somebody's own."""
    return FolderRecord(folder).state(name) == "foreign"


def begin_record(folder: Path) -> None:
    """Begin the record of a new job, from which on nothing there is of an earlier version."""
    if not has_ledger(folder):
        with only_writer(folder):
            FolderRecord(folder).expect(OWN, {})


def refuse_foreign(
    folder: Path, exporters: Iterable[Extension] = (), read: Iterable[Path] = (), own: Iterable[str] = OWN_FILES
) -> None:
    """Refuse, with a UsageError, what a run with such exporters would replace, as far as that is known beforehand."""
    there, several = FolderRecord(folder), list(exporters)
    _refuse_twice(folder, several, own := list(own))
    names = (name for one in several for name in (*one.files.names, *there.files(one.name)))
    there.refuse([*own, *names], read)


def _refuse_twice(folder: Path, exporters: Sequence[Extension], own: Sequence[str]) -> None:
    """Refuse two that would write one file, of those that are known before they write."""
    whose = dict.fromkeys(own, "the job itself")
    for one in exporters:
        for name in one.files.names:
            me = f"exporter {one.name!r}"
            if whose.setdefault(name, me) != me:
                raise UsageError(f"{folder / name}: {whose[name]} and {me} would both write it", hint=ELSEWHERE)


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Say in a line that a disk refuses, of a path where the system names none, or one of scratch."""
    try:
        yield
    except OSError as error:
        where = str(error.filename2 or error.filename or "")
        where = str(path) if not where or SCRATCH in where else where
        raise JobError(f"{where}: cannot be written ({error.strerror or error})") from error


def _is_device(path: Path) -> bool:
    """Say whether a path is none of a file, a folder and a link: whatever takes its place puts the system's away."""
    try:
        return stat.S_IFMT(path.lstat().st_mode) not in (stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK)
    except OSError:
        return False


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


def _is_there(path: Path) -> bool:
    """Say whether anything has that name. OSError where the disk does not tell: that is not to say no."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def _holds_artifacts(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            return bool(read_json(next(lines, ""))["provenance"]["content_type"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return False
