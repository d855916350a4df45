"""Writing a file so that nobody ever sees half of one, and no other file is touched on the way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from aigc.errors import JobError


@contextmanager
def whole_file(
    path: Path, *, encoding: str = "utf-8", newline: str = "\n", errors: str = "strict", hint: str = ""
) -> Iterator[TextIO]:
    """Open a file to write that takes its name only when all went well; JobError, with a `hint`, where it cannot be
    written. Until then it is `.NAME.part`, which is made anew: what was there may be a link to somebody's file."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with part.open("x", encoding=encoding, newline=newline, errors=errors) as file:
            yield file
        os.replace(part, path)  # noqa: PTH105 - atomic on every platform
    except OSError as error:
        raise JobError(f"{path}: cannot be written ({error.strerror or error})", hint=hint) from error
    finally:
        with suppress(OSError):
            part.unlink()
