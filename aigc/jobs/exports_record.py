"""What stands in `.exports.json`: which files formats wrote, and what was in them. Anybody may have written there."""

from __future__ import annotations

import errno
import logging
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from aigc.errors import JobError, describe
from aigc.types import Json
from aigc.types.foreign import file_bytes, read_json

log = logging.getLogger(__name__)

RECORD = ".exports.json"
FORMAT = 2  # of the record
LONGEST = 1 << 28  # bytes of a record: a million files have half of that
ANY, NONE = "", "-"  # in place of a digest: whatever is there is ours, and nothing is
SEVERAL = " "  # between digests
DIGEST = re.compile("[0-9a-f]{64}")
NO_FILE = (errno.EISDIR, errno.EINVAL, errno.ELOOP)  # what stands in the record's place is none

Names = Mapping[str, Mapping[str, str]]  # format → file → digest, or several


def read_record(record: Path) -> tuple[Names, set[str], str, bool, str]:
    """Return what a record names, what of that was to come, of which job, whether it could be read, and what is wrong
    with it; one that is not there names nothing. JobError where the disk does not tell: whose the files are is known
    again when it does."""
    try:
        found = read_json(file_bytes(record) if _size(record) <= LONGEST else b"")
        if found.get("format") == FORMAT and isinstance(found.get("files"), dict):
            named = {name: {file: _digests(sha) for file, sha in of.items()} for name, of in found["files"].items()}
            coming = set(map(_text, _several(found.get("coming", []))))
            return named, coming, _text(found["of"]), not found.get("lost"), ""
        return (
            {name: {_text(file): ANY for file in _several(files)} for name, files in found.items()},
            set(),
            "",
            True,
            "",
        )
    except (FileNotFoundError, NotADirectoryError):
        link = record.is_symlink()
        return {}, set(), "", not link, "is a link to nothing" if link else ""
    except OSError as error:
        if error.errno not in NO_FILE:
            raise JobError(f"{record}: cannot be read ({error.strerror})", hint="try it again") from error
        return {}, set(), "", False, "is no file"
    except (ValueError, RecursionError):
        return {}, set(), "", False, "is no JSON"
    except (TypeError, AttributeError, KeyError) as error:
        return {}, set(), "", False, f"holds something else than a record ({error})"


@cache
def tell_wrong(record: Path, wrong: str) -> None:
    """Tell once what is wrong with a record."""
    log.warning("%s: %s: it does not say which files here a run wrote", record, wrong)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{describe(value)} is no text")
    return value


def _digests(value: Json) -> str:
    """Return what a record says of a file, if that is what it may say."""
    if not all(one in (ANY, NONE) or DIGEST.fullmatch(one) for one in _text(value).split(SEVERAL)):
        raise TypeError(f"{describe(value)} is no digest")
    return _text(value)


def _several(value: Json) -> Iterable[Json]:
    if not isinstance(value, list | dict):
        raise TypeError(f"{describe(value)} is no list")
    return value
