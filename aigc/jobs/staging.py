"""Where an exporter writes: an empty folder beside what is there, from which its files take their places. So do the
files of a job itself.

So none of them takes the place of somebody's own file, whoever wrote the exporter and however. One that spares what
people filled in reads its earlier files and is handed the folder itself: the names it writes are known beforehand.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from aigc.errors import AigcError, JobError
from aigc.jobs.folder_record import OWN, SCRATCH, FolderRecord, refusals
from aigc.jobs.lock import only_writer
from aigc.plugs.extension import Extension
from aigc.plugs.synced import sync, sync_all

MOST = 100 << 30  # bytes of all that an exporter writes


class ExportStage:
    """This is where one exporter writes, for once."""

    def __init__(self, there: FolderRecord, exporter: Extension, place: Path) -> None:
        self.folder = place
        self.there = there
        self._exporter = exporter

    @property
    def direct(self) -> bool:
        """Say whether it is the folder itself."""
        return self.folder == self.there.folder

    def as_in_folder(self, text: str) -> str:
        """Return a text about files of the stage as one about the folder that they are for."""
        return text.replace(str(self.folder), str(self.there.folder))

    def check(self) -> None:
        """Refuse, with a UsageError, to take the place of somebody's own file, with a JobError that of the job's, and
        what is no file that can be kept."""
        names = self._exporter.files.names if self.direct else self._names()
        if not self.direct:
            self._refuse_odd(names)
        self.there.refuse_kept(names)
        self.there.refuse(names)

    def _refuse_odd(self, names: Iterable[str]) -> None:
        """Refuse, with a JobError, what nobody could read to its end, or name in the record."""
        size, who = 0, f"exporter {self._exporter.name!r}"
        for name in names:
            status = (self.folder / name).lstat()
            place = str(self.there.folder / name).encode("utf-8", "replace").decode()
            if place != str(self.there.folder / name):
                raise JobError(f"{who} wrote {place}, whose name is no text")
            if not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
                raise JobError(f"{who} wrote {place}, which is a device, a pipe or a socket")
            size += status.st_size
            if size > MOST:
                raise JobError(f"{who} wrote {size >> 30:,} GiB up to {place}, more than {MOST >> 30:,} GiB")

    def expect(self) -> None:
        """Name what is about to be written into the folder itself."""
        names = dict.fromkeys(self._exporter.files.names)
        self.there.refuse_shared(self._exporter.name, names)
        self.there.expect(self._exporter.name, names)

    def take(self, written: Iterable[Path], *, dropping: bool) -> list[Path]:
        """Put the files in their places, `dropping` those of last time that are not among them; return where what the
        exporter says it wrote is now. JobError where another format wrote one."""
        there, name, own = self.there, self._exporter.name, self.folder
        paths = [there.folder / one.relative_to(own) if one.is_relative_to(own) else one for one in written]
        names: Sequence[str]
        if self.direct:
            names = [one.relative_to(there.folder).as_posix() for one in paths if one.is_relative_to(there.folder)]
            sync_all(paths)
            _sync_folders(there.folder, names)
        else:
            names = self._names()
            coming = {one: self.folder / one for one in names}
            there.refuse_shared(name, coming)
            _place(there, name, coming)
        if dropping:
            there.drop(self._exporter, names)
        there.note(name, names, besides=not dropping)
        return paths

    def _names(self) -> Sequence[str]:
        inside = sorted(path for path in self.folder.rglob("*") if path.is_symlink() or not path.is_dir())
        return [path.relative_to(self.folder).as_posix() for path in inside]


@contextmanager
def staged(there: FolderRecord, exporter: Extension) -> Iterator[ExportStage]:
    """Give an exporter its stage."""
    if exporter.files.spare:
        yield ExportStage(there, exporter, there.folder)
        return
    with _scratch(there.folder, there.folder) as place:
        yield ExportStage(there, exporter, place)


@contextmanager
def replacing(folder: Path, name: str) -> Iterator[Path]:
    """Give a path to write one of a job's own files at, which then takes its place. What people changed of it is set
    aside; what is theirs is refused. JobError where the disk refuses."""
    with only_writer(folder), refusals(folder / name):
        there = FolderRecord(folder)
        there.refuse([name])
        with _scratch(folder, folder / name) as place:
            yield place / name
            _place(there, OWN, {name: place / name})
        there.note(OWN, [name])


@contextmanager
def _scratch(folder: Path, told: Path) -> Iterator[Path]:
    """Make an empty folder of the same name in a folder. What goes wrong in it is told as of the folder itself, and
    where it cannot be made as of another path."""
    with refusals(told):
        scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=folder))
        place = scratch / (folder.resolve().name or "out")
    try:
        with refusals(told):
            place.mkdir()
        yield place
    except AigcError as error:
        raise type(error)(error.message.replace(str(place), str(folder)), hint=error.hint) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _place(there: FolderRecord, name: str, coming: Mapping[str, Path]) -> None:
    """Move files to their places, once the disk has them and they are named as a format's."""
    there.make_room(coming)
    sync_all(coming.values())
    there.expect(name, coming)
    for one, path in coming.items():
        _move(path, there.folder / one)
    _sync_folders(there.folder, coming)


def _sync_folders(folder: Path, names: Iterable[str]) -> None:
    """Have the disk hold what the files of some names, and the folders that they are in, are called now."""
    sync_all(dict.fromkeys(folder / inner for name in names for inner in Path(name).parents))


def sweep(folder: Path) -> None:
    """Remove the stages of exports that were killed."""
    for left in folder.glob(f"{SCRATCH}*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)


def _move(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(file, target)  # noqa: PTH105 - atomic on every platform
    except OSError as error:
        if error.errno != errno.EXDEV:  # the folder in it is a link to another disk
            raise
        part = target.with_name(f".{target.name}.part")
        part.unlink(missing_ok=True)
        shutil.copyfile(file, part)
        sync(part)
        os.replace(part, target)  # noqa: PTH105
