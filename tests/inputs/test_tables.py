"""Tables as programs export them: headers further down, nameless, double or oddly spaced; delimiters and bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aigc.asking import open_rows
from aigc.cli import main
from aigc.plugs.registry import Registry

HERE = Path(__file__).parent
Checked = Callable[..., tuple[str, str]]


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Checked:
    """Return what checks a file as `aigc batch TYPE FILE … --dry-run` does, and gives back what was printed."""
    (tmp_path / "aigc.yaml").write_text("model: smollm2-135m\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def checked(kind: str, name: str, *more: str) -> tuple[str, str]:
        main(["batch", kind, str(HERE / name), *more, "--dry-run"])
        printed = capsys.readouterr()
        return printed.out, printed.err

    return checked


PAGE = ("--map", "topic=Page title", "--map", "keyword=Page title")


@pytest.mark.parametrize(
    ("kind", "name", "options", "found"),
    [
        ("seo/keywords", "10-preamble.csv", ("--map", "topic=Keyword"), "2 rows: 2 valid, 0 not"),
        ("seo/meta", "10-preamble-hash.csv", PAGE, "1 rows: 1 valid, 0 not"),
        ("seo/meta", "11-unnamed-column.csv", (), "2 rows: 2 valid, 0 not"),
        ("seo/meta", "12-header-twice.csv", (), "2 rows: 2 valid, 0 not"),
        (
            "seo/meta",
            "13-delimiter-tie.csv",
            ("--map", "keyword=keyword (main, exact)"),
            "2 rows: 2 valid, 0 not",
        ),
        ("seo/meta", "13-sep-quoted.csv", (), "1 rows: 1 valid, 0 not"),
        ("seo/meta", "14-short-rows.csv", (), "2 rows: 2 valid, 0 not"),
        ("seo/meta", "15-one-bad-byte.csv", (), "3 rows: 2 valid, 1 not"),
        (
            "seo/meta",
            "27-nbsp-header.csv",
            ("--map", "topic=Page topic", "--map", "keyword=Main keyword"),
            "1 rows: 1 valid, 0 not",
        ),
    ],
)
def test_a_file_is_checked(checked: Checked, kind: str, name: str, options: tuple[str, ...], found: str) -> None:
    assert found in checked(kind, name, *options)[0]


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("10-preamble-hash.csv", PAGE, "10-preamble-hash.csv: line 6 names the columns (--input header=6)"),
        (
            "10-preamble-hash.csv",
            ("--set", "topic={{ Page title }}", "--set", "keyword=tea"),
            "the column 'Page title' is row[\"Page title\"] or Page_title",
        ),
        ("10-preamble-hash.csv", (), "--input header=6 if line 6 names the columns (Page title, Views)"),
        ("11-unnamed-column.csv", (), "columns not used: column 1"),
        ("12-header-twice.csv", (), "columns not used: Image (column 3), Image (column 4)"),
        ("12-header-twice.csv", ("--map", "topic=Image"), "'Image'; it is 'Image (column 3)' or 'Image (column 4)'"),
        (
            "27-nbsp-header.csv",
            ("--set", "topic={{ Page topic }}", "--map", "keyword=Main keyword"),
            "the column 'Page topic' is row[\"Page topic\"] or Page_topic",
        ),
    ],
)
def test_what_is_told_can_be_typed(checked: Checked, name: str, options: tuple[str, ...], told: str) -> None:
    assert told in checked("seo/meta", name, *options)[1]


def test_a_table_of_one_column_names_the_option_for_its_delimiter(checked: Checked, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("topic^keyword\nTea^green tea\n", encoding="utf-8")
    assert "or --input delimiter=X if X parts its cells" in checked("seo/meta", str(tmp_path / "rows.csv"))[1]
    assert "2 valid" not in checked("seo/meta", str(tmp_path / "rows.csv"), "--input", "delimiter=^")[0]
    assert "1 rows: 1 valid" in checked("seo/meta", str(tmp_path / "rows.csv"), "--input", "delimiter=^")[0]


def test_the_line_that_fails_alone_is_named(checked: Checked) -> None:
    out, _ = checked("seo/meta", "15-one-bad-byte.csv")
    assert "15-one-bad-byte.csv:3: column 'topic' has byte 0xe9, which is not UTF-8; " in out
    assert "--input encoding=cp1252" in out


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        ("topic,keyword\n保温杯,不锈钢水杯\n", "gb18030", "gb18030, or such as cp1252, cp1250, cp1251 or cp932"),
        ("topic,keyword\nステンレスの水筒,あたたかい\n", "cp932", "cp932, or such as cp1252, "),
        ("topic,keyword\nКружка,держит тепло\n", "cp1251", "cp1251, or such as cp1252, "),
        ("topic,keyword\nKubek,trzyma ciepło\n", "cp1250", "cp1250, or such as cp1252, "),
        ("topic,keyword\nTasse für Kaffee,hält heiß à 29,90 €\n", "cp1252", "cp1252, or such as cp1250, "),
        ("topic,keyword\nTaza pequeña,¿caliente? 5 m², ¾ l\n", "cp1252", "cp1252, or such as cp1250, "),
    ],
)
def test_the_likeliest_encoding_is_named_first(text: str, encoding: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "b.csv"
    file.write_bytes(text.encode(encoding))
    (row,) = open_rows(file, Registry.discover(only={"formats"}))
    assert f"say --input encoding={told}" in row.error
    (row,) = open_rows(file, Registry.discover(only={"formats"}), {"encoding": encoding})
    assert text.split("\n")[1].startswith(row.values["topic"])
