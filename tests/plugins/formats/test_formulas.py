"""No text of a piece is run by a spreadsheet, wherever it stands in a cell and whatever hides it."""

from __future__ import annotations

import csv
import io
import re
import time

import pytest

from aigc_plugins.formats.formulas import harmless

CALL = "cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        " =1",
        "\t=1",
        "\n=1",
        "\0=1",
        "\x01=1",
        "\u200b=1",
        "\ufeff=1",
        "\u2060\u00ad=1",
        "\u00a0=1",
        "\u3000=1",
        "\u202e=1",
        "\ufe0f=1",
        "\U000e0041=1",
        "﹦1",
        "＝1",
        "⁼1",
        "₌1",
        "﹢1",
        "＋1",
        "－1",
        "﹣1",
        "＠SUM(A1)",
        "﹫x",
        f"={CALL}",
    ],
)
def test_a_cell_that_would_be_run_begins_with_an_apostrophe(cell: str) -> None:
    kept = harmless(cell)
    assert kept.startswith("'") and kept.replace("'", "") == cell.replace("'", "").replace("\0", "")


@pytest.mark.parametrize("mark", [";", "; ", ";\u200b", ';"', "\n", "\r\n", "\t", ";\0", "; \ufeff", "\n\n", ';""'])
@pytest.mark.parametrize(
    "run", ["=1+1", "@SUM(A1)", f"+{CALL}", f"-1+{CALL}", "-2+Sheet1!A1", "﹦1", "- 1+HYPERLINK(A1)"]
)
def test_what_follows_a_separator_of_some_locale_is_no_formula_either(mark: str, run: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerow(map(harmless, ["a", f"Coffee{mark}{run}", "b"]))
    for part in re.split(r"[;\t\r\n]", file.getvalue()):
        shown = part.lstrip(' "\u200b\ufeff')
        assert not shown.startswith(("=", "@", "+", "-", "﹦")), part


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "Coffee; tea",
        "-5",
        "+5,2%",
        "1 - 2",
        "a=b",
        "me@example.com",
        "Great ;-)",
        "So; -5 °C at night",
        "What it has:\n- two pockets (deep)\n- a zip!\n- one hood",
        "– a dash",
        "https://example.com/?a=b;c=d",
    ],
)
def test_other_texts_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


def test_a_text_of_nothing_but_separators_takes_no_time() -> None:
    began = time.perf_counter()
    harmless("\n" * 200_000 + "=")
    harmless("; " * 200_000 + "=")
    harmless(";-" * 200_000)
    harmless("\u200b" * 200_000 + "x=")
    assert time.perf_counter() - began < 2
