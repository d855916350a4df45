"""Writing a workbook whose bytes depend on what is in it alone: the same pieces make the same file on any day."""

from __future__ import annotations

import os
import shutil
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

FIRST = (1980, 1, 1)


def write_book(book: Any, path: Path) -> None:
    """Write a workbook of openpyxl's, which has to say when it was made: on the first day that a ZIP file knows."""
    from openpyxl.writer.excel import ExcelWriter  # type: ignore[import-untyped]

    book.properties.created = book.properties.modified = datetime(*FIRST)
    with Timeless(path, "w", zipfile.ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()


class Timeless(zipfile.ZipFile):
    """This is a ZIP file whose parts have no time: with one before 1980, of a clock that is wrong, it could not be."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *given: Any, **more: Any) -> None:
        part = self._part(zinfo_or_arcname) if isinstance(zinfo_or_arcname, str) else zinfo_or_arcname
        super().writestr(part, data, *given, **more)

    def write(self, filename: Any, arcname: Any = None, *given: Any, **more: Any) -> None:
        part = self._part(os.fspath(arcname or filename))
        part.file_size = Path(filename).stat().st_size  # how wide its numbers must be
        with Path(filename).open("rb") as source, self.open(part, "w") as target:
            shutil.copyfileobj(source, target)

    def _part(self, name: str) -> zipfile.ZipInfo:
        part = zipfile.ZipInfo(name)
        part.compress_type = self.compression
        return part
