"""Whatever wrote a CSV file, its rows are read back as they were, or the file or row is refused by name."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aigc.asking.headers import Needed, open_table
from aigc.errors import BriefError
from aigc.plugs.registry import Registry

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "gb18030")
TOLD = {"cp1252", "gb18030"}  # by nothing in the file
NAMES = (
    "topic",
    "Page topic",
    "keyword (main, exact)",
    "price; EUR",
    "a|b",
    "note, more",
    "日期",
    "Größe",
    "id",
    "2024",
)
ABOVE = ("Report of pages", "# -----", "# Pages, and screens; all", "March 1, 2024 - May 2, 2024", '"Two\nlines"', "")


@dataclass(frozen=True, kw_only=True)
class Written:
    """This is a file as some program writes it, and the rows it was written from."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    encoding: str
    delimiter: str
    newline: str
    quoting: int
    above: tuple[str, ...]
    hinted: bool
    cut: bool  # empty cells at the end of a row are left out
    nameless: bool  # a first column that only counts the rows

    @property
    def content(self) -> bytes:
        file = io.StringIO(newline="")
        if self.hinted:
            file.write(f"sep={self.delimiter}{self.newline}")
        file.writelines(line + self.newline for line in self.above)
        table = csv.writer(file, delimiter=self.delimiter, lineterminator=self.newline, quoting=self.quoting)
        for number, row in enumerate((self.names, *self.rows)):
            cells = [*([str(number) if number else ""] if self.nameless else []), *row]
            while self.cut and number and not cells[-1]:
                cells.pop()
            table.writerow(cells)
        text = file.getvalue()
        mark = "\ufeff" if self.encoding in ("utf-16-le", "utf-16-be") else ""
        return (mark + text).encode(self.encoding)

    @property
    def readable(self) -> bool:
        try:
            return bool(self.content)
        except UnicodeEncodeError:
            return False


TEXT_FORMULA = re.compile(r'\s*=".*"\s*', re.DOTALL)  # how Excel is told that 007 is a text; read as what it says
cells = st.text(alphabet="ab1é折 ,;|\t\"'\n#=.\u00a0", max_size=6).filter(lambda cell: not TEXT_FORMULA.fullmatch(cell))


@st.composite
def files(draw: st.DrawFn) -> Written:
    names = tuple(draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True)))
    row = st.tuples(*(cells for _ in names)).filter(lambda row: any(cell.strip() for cell in row))
    return draw(
        st.builds(
            Written,
            names=st.just(names),
            rows=st.lists(row, min_size=1, max_size=6).map(tuple),
            encoding=st.sampled_from(ENCODINGS),
            delimiter=st.sampled_from(",;\t|"),
            newline=st.sampled_from(("\n", "\r\n")),
            quoting=st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
            above=st.lists(st.sampled_from(ABOVE), max_size=4).map(tuple),
            hinted=st.booleans(),
            cut=st.booleans(),
            nameless=st.booleans(),
        ).filter(lambda file: file.readable)
    )


@pytest.mark.parametrize("told", [False, True], ids=["found", "told"])
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(file=files())
def test_rows_are_read_back_as_they_were_written(
    registry: Registry, tmp_path_factory: pytest.TempPathFactory, told: bool, file: Written
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.csv"
    path.write_bytes(file.content)
    reading: dict[str, str | int] = {"encoding": file.encoding} if file.encoding in TOLD else {}
    if told:
        lines = io.StringIO("".join(f"{line}\n" for line in file.above), newline=None).readlines()
        reading |= {"delimiter": file.delimiter, "header": file.hinted + len(lines) + 1}
    needed = Needed(names=file.names)
    try:
        rows = list(open_table(path, registry, reading, needed).rows)
    except BriefError:
        assert not told
        return
    if not told and not needed.among(rows[0].values):
        return  # which is refused as soon as briefs are made
    expected = [dict(zip(file.names, row, strict=True)) for row in file.rows]
    assert [{name: row.values[name] for name in file.names} for row in rows if not row.error] == expected
