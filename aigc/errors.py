"""Every exception AIGC raises on purpose.

    AigcError                 exit code 3: it could not be done, whatever the call (no server, a full disk, another run)
    ├── UsageError            exit code 2: something the caller can mend
    │   ├── ProjectError      aigc.yaml
    │   ├── ContentTypeError  a content type's YAML or template
    │   ├── BriefError        an input row or a key=value pair
    │   └── NotFound          no such name
    ├── PluginError           a plugin failed to load, or two declare one name
    ├── ModelError            weights that cannot be had, verified or loaded
    ├── EngineError           generation itself broke
    └── JobError              a job's folder or ledger

An expected outcome (a rejected ad) is a value, not an exception. Messages put the location first, `!r` around
identifiers, the remedy last. Only the CLI's outermost frame catches `AigcError`; everything here survives pickling.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from pathlib import Path, PurePath
from typing import Any

BEGINNING = 3  # letters from which on a word may be the beginning of several names
SHOWN_FILES = 5
ALIKE = 5  # such names told
LONGEST_LINE = 500  # characters of somebody else's error
POINTER = b"version https://git-lfs"


class AigcError(Exception):
    """This is the root of all: one sentence for a person, and optionally what to try next. `also` is what else is
    wrong in the same file, each by itself."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "", also: Sequence[AigcError] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.also = tuple(also)

    def __str__(self) -> str:
        return "; and ".join(f"{one.message}; {one.hint}" if one.hint else one.message for one in self.apart())

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.hint, self.also))

    def apart(self) -> list[AigcError]:
        """Return each thing that is wrong by itself."""
        return [type(self)(self.message, hint=self.hint), *self.also] if self.also else [self]


def _rebuild(kind: type[AigcError], message: str, hint: str, also: Sequence[AigcError] = ()) -> AigcError:
    return kind(message, hint=hint, also=also)


def all_of(errors: Sequence[AigcError]) -> AigcError:
    """Return one error that says all of some, as the kind of the first."""
    first, *others = [one for error in errors for one in error.apart()]
    return type(first)(first.message, hint=first.hint, also=others)


class UsageError(AigcError):
    """This is a mistake of the caller's: a wrong key, option, file or value."""

    exit_code = 2


class ProjectError(UsageError):
    """This is a mistake in aigc.yaml or in the project's folder."""


class ContentTypeError(UsageError):
    """This is a mistake in a content type: `file:line: message`."""


class BriefError(UsageError):
    """This is a mistake in a brief: `file:line: message` or `key: message`."""


class NotFound(UsageError):
    """This is a name that stands for nothing here."""


class PluginError(AigcError):
    """This is a plugin that cannot be used, or clashes with another; `place` is the `file:line` of it, where known."""

    place = ""

    def at(self, place: str) -> PluginError:
        """Return it with the place of what it is about."""
        self.place = place
        return self


class ModelError(AigcError):
    """This is a model that cannot be fetched, verified or loaded."""


class EngineError(AigcError):
    """This is a generation that could not go on."""


class JobError(AigcError):
    """This is a job's folder that cannot be read or written."""


@contextmanager
def disk_told(folder: Path) -> Iterator[None]:
    """Say in a line, as a JobError, what a disk refuses of a folder and what lies in it."""
    try:
        yield
    except OSError as error:
        at = Path(str(error.filename2 or error.filename or ""))
        if at != folder and folder not in at.parents:  # a closed pipe, or somebody else's file
            raise
        raise JobError(f"{at}: cannot be read or written ({error.strerror or error})") from error


def describe(value: Any) -> str:
    """Return a value of YAML or JSON as a message shows it: short, and a mapping or list by its kind. What breaks when
    it is looked at is told by its type."""
    try:
        return _described(value)
    except KeyboardInterrupt:
        raise
    except BaseException:  # whatever its own code does
        return f"a value of type {type.__dict__['__name__'].__get__(type(value))}"


def _described(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    shown = ("true" if value else "false") if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= 40 else shown[:37] + "…" + shown[-1:]


def megabytes(count: float) -> str:
    """Return a number of bytes as MB or GB, decimal as disks are sold."""
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the remedy for a misspelt `word`: `did you mean 'x'?`, of several that begin so a few, or a short list of
    what is known, or nothing."""
    names = sorted(set(known))
    begun = [name for name in names if len(word) >= BEGINNING and name.startswith(word)]
    if len(begun) > 1:
        shown = ", ".join(map(repr, begun[:ALIKE]))
        return f"did you mean {shown}{', …' if len(begun) > ALIKE else ''}?"
    close = get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return ""
    shown = ", ".join(names[:12])
    return f"known: {shown}" + (", …" if len(names) > 12 else "")


def near_file(name: str, names: Iterable[str]) -> str:
    """Return the one of the file names that a misspelt one may mean, or nothing. A common suffix makes none alike."""
    stems = {one: PurePath(one).stem for one in sorted(names)}
    close = get_close_matches(PurePath(name).stem, set(stems.values()), n=3, cutoff=0.6)
    return next(iter(get_close_matches(name, [one for one in stems if stems[one] in close], n=1, cutoff=0.5)), "")


def no_file(path: Path) -> str:
    """Say what is at a path where a file was looked for and there is none: `x.csv: no such file`."""
    if path.is_dir():
        return f"{path}: is a folder, not a file"
    return f"{path}: is a pipe or device; write it to a file first" if path.exists() else f"{path}: no such file"


def nearest(path: Path, fits: Callable[[Path], bool] = Path.is_file) -> str:
    """Return the remedy for a misspelt path: `did you mean 'x'?`, all of it, or nothing. Its last part is held
    against what `fits` beside it, or its first folder that is not there against the folders beside that."""
    missing = path
    while not missing.parent.is_dir() and missing.parent != missing:
        missing = missing.parent
    rest = path.relative_to(missing)
    near: dict[str, Path] = {}
    with suppress(OSError):  # a folder that nobody may read
        near = {one.name: one / rest for one in missing.parent.iterdir() if one != missing and fits(one / rest)}
    close = near_file(missing.name, near)
    return f"did you mean {str(near[close])!r}?" if close else ""


def sought(path: Path, kinds: Collection[str] = ()) -> str:
    """Return the remedy for a path that has no file: the nearest name, else where it was looked for and what lies there
    of its kind. `kinds` are the suffixes that are read there, of which it need have none."""
    if path.exists() or (near := nearest(path)):
        return "" if path.exists() else near
    folder = path.absolute().parent
    if not folder.is_dir():
        return f"there is no folder {folder}"
    names: list[str] = []
    with suppress(OSError):  # a folder that nobody may read
        fitting = kinds or (path.suffix,)
        names = sorted(one.name for one in folder.iterdir() if one.suffix.lower() in fitting and one.is_file())
    more = ", …" if len(names) > SHOWN_FILES else ""
    there = f", which has {', '.join(names[:SHOWN_FILES])}{more}" if names else ", which has none of its kind"
    read = f"; read are {', '.join(sorted(kinds))}" if kinds else ""
    return f"looked for in {folder}{there}{read}"


def shell_command(name: str, *words: object, options: Sequence[str] = ()) -> str:
    """Return a command of ours as a remedy says it, to be pasted into a shell; words that begin with `-` are no
    options."""
    told = list(map(str, words))
    apart = ["--"] if any(word.startswith("-") for word in told) else []
    after = [*options, *apart, *told] if apart else [*told, *options]
    return shlex.join(["aigc", name, *after])


def first_line(error: BaseException) -> str:
    """Return the first line of somebody else's error, as far as anybody reads, without its final stop."""
    try:
        text = str(error).strip()
    except KeyboardInterrupt:
        raise
    except BaseException:  # whatever its own code does
        text = "…"
    text = text or type(error).__name__
    line = text[: 2 * LONGEST_LINE].splitlines()[0].rstrip(".")
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"


def pointer_told(head: bytes) -> str:
    """Return what a file is that begins so, where it only stands for another: Git LFS left it. Else nothing."""
    if not head.startswith(POINTER):
        return ""
    return "is a Git LFS pointer, not the file itself: `git lfs pull` in its repository fetches that"
