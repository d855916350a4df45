"""Values are cleaned once, on reading, the same from every file; what was done is told of the row and of the file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aigc.asking import Cleaning, Plan, open_rows, survey_briefs
from aigc.asking.cleaning import Cleaner, cleaned_text
from aigc.cli import main
from aigc.content import ContentType
from aigc.errors import UsageError
from aigc.jobs import open_job, write_report
from aigc.ledger import Ledger, opened_ledger
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief, Json, Row

HERE = Path(__file__).parent
ADS = "ads/google-search"
FACTS = """
aigc: 1
name: shop/facts
summary: What a row says.
brief:
  product: {type: string, maxLength: 40}
  facts: {type: array, items: {type: string, maxLength: 40}, maxItems: 3, default: []}
  offer: {type: string, maxLength: 20, default: null}
  weight: {type: number, default: null}
prompt: facts.j2
output: {type: string}
"""
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}: {{ facts }}{% endblock %}"


@pytest.fixture
def project(make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch) -> Project:
    made = make_project({"templates/shop/facts.yaml": FACTS, "templates/shop/facts.j2": TASK})
    assert made.folder is not None
    monkeypatch.chdir(made.folder)
    return made


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """Return a project with all bundled types."""
    return Project.open(tmp_path)


@pytest.fixture
def facts(project: Project) -> ContentType:
    return project.content_type("shop/facts")


def rows_of(project: Project, file: Path, name: str = "shop/facts", **plan: Any) -> list[Brief | Artifact]:
    return list(Plan(type=name, briefs=str(file), **plan).rows(project, project.content_type(name)))


def good(rows: list[Brief | Artifact]) -> list[Brief]:
    assert all(isinstance(row, Brief) for row in rows), rows
    return [row for row in rows if isinstance(row, Brief)]


# -- the files people have ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<p>Warm</p>&lt;p&gt;Dry&lt;/p&gt;", "Warm\nDry"),
        ("<b>Warm</b> &lt;br&gt; dry", "Warm\ndry"),
        ("<p>Two &lt;b&gt;pockets&lt;/b&gt;</p>", "Two pockets"),
        ("<li>One</li>&amp;lt;li&amp;gt;Two&amp;lt;/li&amp;gt;", "One\nTwo"),
        ("<p>Use the &lt;br&gt; tag</p>", "Use the <br> tag"),
        ("<p>Write &lt;b&gt;x&lt;/b&gt; in HTML</p>", "Write <b>x</b> in HTML"),
        ("<code>&lt;b&gt;x&lt;/b&gt;</code>", "<b>x</b>"),
        ("<p>a &lt; b, List&lt;int&gt;</p>", "a < b, List<int>"),
    ],
)
def test_tags_that_are_escaped_beside_others_are_tags_too(text: str, wanted: str) -> None:
    assert cleaned_text(text)[0] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("★ warm; ★ light", "warm;light"),
        ("★ Warm ★ Light", "Warm\nLight"),
        ("➊ light\n➋ warm", "light\nwarm"),
        ("⓵ one; ⓶ two", "one;two"),
        ("› Warm", "Warm"),
        ("» Warm; » Light", "Warm;Light"),
        ("⭐ Best seller", "Best seller"),
        ("★★★★ hotel", "★★★★ hotel"),
        ("★ 4.8 of 5", "★ 4.8 of 5"),
        ("»Zitat« und »mehr«", "»Zitat« und »mehr«"),
        ("« bonjour »", "« bonjour »"),
    ],
)
def test_signs_that_are_bullets(text: str, wanted: str) -> None:
    assert cleaned_text(text)[0] == wanted


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"a": "ＦＵＬＬ steel，１２ cm"}, {"a": "FULL steel,12 cm"}),
        ({"a": ["ＦＵＬＬ"], "id": "ＡＢ"}, {"a": ["FULL"], "id": "ＡＢ"}),
        ({"a": "ＬＥＤ显示"}, {"a": "ＬＥＤ显示"}),
        ({"a": "ＡＢＣ", "b": "杯"}, {"a": "ＡＢＣ", "b": "杯"}),
        ({"a": "ＡＢＣ", "b": "コップ"}, {"a": "ＡＢＣ", "b": "コップ"}),
        ({"a": "plain, “quoted”"}, {"a": "plain, “quoted”"}),
    ],
)
def test_full_width_letters_are_plain_in_no_chinese_row(values: dict[str, Json], wanted: dict[str, Json]) -> None:
    (row,) = Cleaner(Cleaning()).rows([Row(values=values, where="1")])
    assert row.values == wanted
    assert dict(row.cleaned) == ({} if values == wanted else {"a": ("full-width letters",)})
    (row,) = Cleaner(Cleaning(clean=False)).rows([Row(values=values, where="1")])
    assert row.values == values


def test_html_of_a_shop_becomes_facts(shop: Project) -> None:
    columns = {"product": "Title", "benefits": "Body (HTML)", "url": "link"}
    apron, board = good(rows_of(shop, HERE / "01-html.csv", ADS, columns=columns))
    assert apron.values["product"] == "Linen apron & towel"
    assert apron.values["benefits"] == ["Two front pockets.", "Washes at 40°C", "Neck strap of 60 cm"]
    assert board.values["benefits"] == ["Cut from one piece", "oiled by hand"]
    assert apron.cleaned == {"product": ("entities",), "benefits": ("tags", "entities", "spaces")}
    computed = {"benefits": "{{ row['Body (HTML)'] }}", "url": "https://example.com/{{ link | length }}"}
    computed_apron, _ = good(rows_of(shop, HERE / "01-html.csv", ADS, columns={"product": "Title"}, literals=computed))
    assert (computed_apron.values["benefits"], computed_apron.cleaned) == (apron.values["benefits"], apron.cleaned)


def test_words_for_nothing_are_unknown(shop: Project) -> None:
    apron, board = good(rows_of(shop, HERE / "07-na-words.csv", ADS))
    for row in (apron, board):
        assert [row.values[name] for name in ("brand", "price", "offer")] == [None, None, None]
    assert board.cleaned == {"brand": ("unknown nan",), "price": ("unknown NULL",), "offer": ("unknown None",)}


def test_what_nobody_sees_is_dropped(shop: Project) -> None:
    rows = good(rows_of(shop, HERE / "08-invisible.csv", ADS))
    assert [row.values["product"] for row in rows] == ["Linen apron", "Oak board", "Tea towel"]
    assert [row.cleaned["product"] for row in rows] == [("spaces",), ("invisible marks",), ("invisible marks",)]


def test_escapes_of_a_workbook_are_line_breaks(shop: Project) -> None:
    for row in good(rows_of(shop, HERE / "09-x000d.xlsx", ADS)):
        assert "_x000" not in json.dumps(row.values)
        assert row.values["benefits"] and all("\n" not in fact for fact in row.values["benefits"])


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "json", "xlsx"])
def test_every_importer_gives_the_same(project: Project, suffix: str) -> None:
    row = {"product": "Linen\u00a0apron\u200b", "facts": "<ul><li>A &amp; B</li><li>C</li></ul>", "offer": "n/a"}
    file = Path(f"rows.{suffix}")
    if suffix == "xlsx":
        from openpyxl import Workbook

        book = Workbook()
        for cells in (list(row), list(row.values())):
            book.active.append(cells)
        book.save(file)
    elif suffix.startswith("json"):
        file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    else:
        mark = "\t" if suffix == "tsv" else ","
        file.write_text(f"{mark.join(row)}\n{mark.join(row.values())}\n", encoding="utf-8")
    (brief,) = good(rows_of(project, file))
    assert brief.values == {"product": "Linen apron", "facts": ["A & B", "C"], "offer": None, "weight": None}
    assert {name: list(terms) for name, terms in brief.cleaned.items()} == {
        "product": ["invisible marks", "spaces"],
        "facts": ["tags", "entities"],
        "offer": ["unknown n/a"],
    }


# -- one value ---------------------------------------------------------------------------------------------------------

CLEANED = {
    # HTML
    "<p>One</p><div>two<br/>three</div><h2>Four</h2>five": "One\ntwo\nthree\nFour\nfive",
    "<p>A line\nthat is broken</p>\n\n<p>Two</p>": "A line that is broken\nTwo",
    "One of a shop\n\nTwo<br>Three": "One of a shop\nTwo\nThree",
    "<b>Bold</b> and <i>italic</i>\nanother fact": "Bold and italic\nanother fact",
    "<ul class=\"a > b\">\n\t<li data-x='1'>One</li>\n\t<li>Two</li></ul>": "One\nTwo",
    "<tr><th>Weight</th><td>2 kg</td></tr><tr><td>Colour</td><td>red</td></tr>": "Weight 2 kg\nColour red",
    "<style>p {color: red}</style><!-- no --><p>Yes</p><script>a < b</script>": "Yes",
    "<![CDATA[<p>One</p>]]>": "One",
    "<p>Word<o:p></o:p></p><my-card>Card</my-card>": "Word\nCard",
    "<p>Cut off here</p><p cla": "Cut off here",
    "Fish &amp; chips; R&amp;D": "Fish & chips; R&D",
    "caf&eacute; &#39;x&#39; &#x20AC;5": "café 'x' €5",
    "60&amp;nbsp;cm": "60 cm",
    "&lt;ul&gt;&lt;li&gt;One&lt;/li&gt;&lt;/ul&gt;": "One",
    "<p>Type &lt;b&gt;x&lt;/b&gt;</p>": "Type <b>x</b>",
    "https://example.com/?a=1&amp;b=2": "https://example.com/?a=1&b=2",
    # spaces, marks, line breaks
    "60\u00a0cm,\u202f5\u2009%\u3000x": "60 cm, 5 % x",
    "\ufeffa\u200bb\u2060c\u00adde\u200e\u202b\u061c": "abcde",
    "a\u200db\u200cc": "abc",
    "one_x000D_\ntwo_x000d_three_x000A_four": "one\ntwo\nthree\nfour",
    "one\\ntwo\\r\\nthree": "one\ntwo\nthree",
    "one\u2028two\x0bthree": "one\ntwo\nthree",
    # bullets and numbers
    "- one; - two": "one;two",
    "• one\n• two": "one\ntwo",
    "•\none\n•\ntwo": "\none\n\ntwo",
    "✓ one": "one",
    "✔️ one；✔️ two": "one；two",
    "– one": "one",
    "* one\n* 2 metres": "one\n2 metres",
    "-one;-two": "one;two",
    "- 2 pockets; - 3 sizes": "2 pockets;3 sizes",
    "1. one\n2. two": "one\ntwo",
    "(1) one; (2) two": "one;two",
    "1.防水\n2.耐磨": "防水\n耐磨",
    "1、防水；2、耐磨": "防水；耐磨",
    "1. 30 cm long; 2. 2 kg": "30 cm long;2 kg",
    "1. one": "one",
    "1) One": "One",
    "&bull; one<br>&bull; two": "one\ntwo",
    "→ one\n➔ two\n❶ three": "one\ntwo\nthree",
    "1️⃣ one\n2️⃣ two": "one\ntwo",
    "• one • two • three": "one\ntwo\nthree",
    "• warm• light• 3 kg• • red": "warm\nlight• 3 kg•\nred",
    "✦ 350 ml\n✧ Fits cup holders": "350 ml\nFits cup holders",
    # apostrophes that tell a spreadsheet to take a text
    "'29.90": "29.90",
    "'€ 1.299,00": "€ 1.299,00",
    "'=SUM(A1)": "=SUM(A1)",
    "'+49 30 1234": "+49 30 1234",
    # shortcodes and Markdown
    '[vc_row][vc_column width="1/2"]Keeps hot[/vc_column][/vc_row]': "Keeps hot",
    '[caption id="x"]One piece[/caption] Oiled': "One piece\nOiled",
    "[row]One[/row][row]Two[/row]": "One\nTwo",
    "**Keeps hot** for [6 hours](https://example.com/a)": "Keeps hot for 6 hours",
    "## Care\n**By hand**\n### Size ###\n30 cm": "Care\nBy hand\nSize\n30 cm",
    "![A mug](/mug.jpg) 350 ml": "A mug 350 ml",
    # lists as programs write them into a cell
    '["Holds 2 l", "Keeps warm"]': "Holds 2 l\nKeeps warm",
    "['Holds 2 l', 'Don\\'t leak']": "Holds 2 l\nDon't leak",
    "✓ one ✓ 2 sizes; ✓ three": "one ✓ 2 sizes;three",
    "►one ►two": "one\ntwo",
    "- one - two - three": "one\ntwo\nthree",
    "1) one 2) two": "one\ntwo",
    "(1) one (2) two (3) three": "one\ntwo\nthree",
    "1. one 2. two 3. three": "one\ntwo\nthree",
    "1、防水 2、耐磨": "防水\n耐磨",
}
AS_IT_IS = [
    # no HTML
    *("a < b", "I <3 it", "x<y and y>z", "x <p and q> z", "#include <stdio.h>", "std::vector<a> b"),
    "List<int> = Map<String, List<T>>",
    *("The <br> tag breaks a line", "`<p>` begins, `</p>` ends", "<b> = bold", "bold = <b>", "Buy <title> now"),
    *("<br>标签换行", "mail <a@example.com>", "AT&T, R&D", "https://example.com/?a=1&copy=2&lt=3", "&amp; = ampersand"),
    "ampersand = &amp;",
    # marks that do something
    *("👨\u200d👩\u200d👧 tent", "❤️\u200d🔥", "می\u200cخواهم", "क्\u200dष"),
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    *("C:\\new\\table", "print('a\\n')", '"\\n" = a new line', "\\n = a new line", "\\neq"),
    "$\\frac{a}{b} \\nabla$",
    *("snake_x000", "_x00e9_", "one\r\ntwo", "a\tb"),
    # no bullets
    *("-5 °C", "- 5 °C", "-20%; -30%", "1.5 l; 2.5 l", "3 litres", "1. FC Köln", "2. Bundesliga", "12. Mai; 14. Mai"),
    *("• = bullet", "- = minus", "- x + 5 = 0", "*100 °C*", "−5", "2024. A year", "✓", "a - b", "one; 2. two", "-free"),
    "nothing; at all",
    *("[Brand] mug", "[row] and [col]", "x[row]", "[title]", "[video] included", "2**3", "2 ** 3 ** 4"),
    *("__init__(self)", "a[i] = b[j]"),
    *("**bold** = strong", "`**bold**` begins", "# 1 in tests", "a [note] (sic)", "f(x)[0](y)", "Markdown's **bold**"),
    *("'90s style", "'n' roll", "'quoted'", "rock 'n' roll", "5' 3", "'-quoted-'"),
    *('[Brand] "x"', 'len(["a"]) = 1', '["a" + b]', "Sugar: none", "https://n/a", "JS: null is nothing"),
    *("one • two • three", "Oak - massive - oiled", "1. FC Köln 2. Bundesliga", "→ = implies", "5️⃣ stars"),
]  # fmt: skip


@pytest.mark.parametrize("text", CLEANED)
def test_a_value_is_cleaned(text: str) -> None:
    cleaned, terms = cleaned_text(text)
    assert cleaned == CLEANED[text] and terms
    (row,) = Cleaner(Cleaning()).rows([Row(values={"x": "Mug", "y": text}, where="")])
    assert row.values == {"x": "Mug", "y": CLEANED[text]} and list(row.cleaned) == ["y"], "however it is looked at"
    assert cleaned_text(cleaned)[0] == cleaned or "&lt;b&gt;" in text, "once is enough"


@pytest.mark.parametrize("text", AS_IT_IS)
def test_nothing_else_of_a_value_changes(text: str) -> None:
    assert cleaned_text(text) == (text, [])
    (row,) = Cleaner(Cleaning()).rows([Row(values={"x": text}, where="")])
    assert (row.values, row.cleaned) == ({"x": text}, {})


@pytest.mark.parametrize("fact", ["Material: N/A", "Lid: -", "Colour：null", "Grösse: #N/A"])
def test_a_fact_that_says_nothing_of_a_thing_is_unknown(fact: str) -> None:
    (row,) = Cleaner(Cleaning()).rows([Row(values={"a": fact, "b": f"one; {fact}; Sugar: none"}, where="")])
    assert row.values["a"] is None
    assert [part.strip() for part in str(row.values["b"]).split(";") if part.strip()] == ["one", "Sugar: none"]


@pytest.mark.parametrize(
    "word",
    [
        *("#N/A", "#REF!", "#DIV/0!", "#NV", "nan", "NaN", "NULL", "None", "n/a", "-", "—", "无"),
        *("########", "(not set)", "$-", "€ -", "#VALOR!", "#ЗНАЧ!", "Err:502", "[object Object]"),
    ],
)
def test_a_word_for_nothing_is_no_value(word: str) -> None:
    cells = {"a": word, "b": f" {word} ", "c": f"one; {word}; two", "d": f"{word}-tag", "e": f"one {word}"}
    (row,) = Cleaner(Cleaning()).rows([Row(values=cells, where="")])
    assert (row.values["a"], row.values["b"]) == (None, None)
    assert [part.strip() for part in row.values["c"].split(";") if part.strip()] == ["one", "two"]
    assert [row.values["d"], row.values["e"]] == [cells["d"], cells["e"]]
    assert set(row.cleaned) == {"a", "b", "c"} and set(row.cleaned["a"]) == {f"unknown {word}"}


def test_what_an_importer_says_of_a_row_stays() -> None:
    row = Row(values={"x": "<b>One</b>", "y": "Two"}, where="a:1", error="bad", cleaned={"x": ("merged",), "y": ("z",)})
    (cleaned,) = Cleaner(Cleaning()).rows([row])
    assert (cleaned.where, cleaned.error) == ("a:1", "bad")
    assert cleaned.cleaned == {"x": ("merged", "tags"), "y": ("z",)}


def test_values_of_json_are_cleaned_inside() -> None:
    items: list[Json] = ["1. One", "2. <b>Two</b>", float("nan"), None, "three<br>four", "N/A", 5]
    values = {"list": items, "inside": {"a": "x\u00a0y", "b": [True]}, "number": float("inf"), "blank": "&nbsp;"}
    (row,) = Cleaner(Cleaning()).rows([Row(values=values, where="")])
    assert row.values == {
        "list": ["One", "Two", None, None, "three", "four", None, 5],
        "inside": {"a": "x y", "b": [True]},
        "number": None,
        "blank": None,
    }
    assert row.cleaned["number"] == ("unknown Infinity",)


@pytest.mark.parametrize("suffix", [".jsonl", ".json"])
def test_numbers_of_json_stay_as_they_are_written(project: Project, suffix: str) -> None:
    rows = ['{"id": 1.50, "product": 1.0, "facts": [29.90, "dry", 1e3], "offer": 29.90, "weight": 29.90}']
    rows.append('{"product": 7, "offer": 0.30000000000000004, "weight": 1.0, "facts": "2.50"}')
    text = "\n".join(rows) if suffix == ".jsonl" else f"[{','.join(rows)}]"
    file = Path(f"rows{suffix}")
    file.write_text(text, encoding="utf-8")
    one, seven = good(rows_of(project, file))
    assert (one.id, one.values["product"], one.values["offer"]) == ("1.50", "1.0", "29.90")
    assert one.values["facts"] == ["29.90", "dry", "1e3"]
    assert (one.values["weight"], type(one.values["weight"])) == (29.9, float)
    assert (seven.values["product"], seven.values["offer"], seven.values["weight"]) == ("7", "0.30000000000000004", 1.0)
    (told, _) = good(rows_of(project, file, literals={"offer": "{{ weight }} €", "weight": "{{ weight * 2 }}"}))
    assert (told.values["offer"], told.values["weight"]) == ("29.90 €", 59.8)


def test_numbers_of_rows_that_are_one_stay_as_they_are_written(project: Project) -> None:
    Path("till.yaml").write_text(
        "aigc: 1\ntitle: Till\nknown_by: [[name, price]]\njoin: {by: name, collect: price}\n"
        'feeds: {product: name, offer: \'{{ cells("price") | join(" to ") }}\'}\n'
    )
    Path("rows.jsonl").write_text(
        '{"name": "Mug", "price": 24.50}\n{"name": "Cup", "price": 1.0}\n{"name": "Mug", "price": 19.90}\n'
        '{"name": "Mug", "price": 24.5}\n'
    )
    mug, cup = good(rows_of(project, Path("rows.jsonl"), origin="till.yaml"))
    assert (mug.values["offer"], cup.values["offer"]) == ("24.50 to 19.90", "1.0")


def test_a_number_that_is_none_is_unknown(project: Project) -> None:
    Path("rows.jsonl").write_text('{"product": "Mug", "weight": NaN}\n{"product": "Cup", "weight": -Infinity}\n')
    Path("rows.json").write_text('[{"product": "Mug", "weight": NaN, "facts": ["one", NaN]}]')
    mug, cup = good(rows_of(project, Path("rows.jsonl")))
    assert (mug.values["weight"], mug.cleaned) == (None, {"weight": ("unknown NaN",)})
    assert cup.cleaned == {"weight": ("unknown -Infinity",)}
    (again,) = good(rows_of(project, Path("rows.json")))
    assert (again.values["facts"], again.cleaned["facts"]) == (["one"], ("unknown NaN",))


def test_an_amount_of_nothing_is_unknown(project: Project) -> None:
    Path("rows.csv").write_text('product,offer\nMug, $-   \nCup," -   € "\nPot,- 5 €\n', encoding="utf-8")
    assert [row.values["offer"] for row in good(rows_of(project, Path("rows.csv")))] == [None, None, "- 5 €"]


# -- ids, settings -----------------------------------------------------------------------------------------------------


def test_ids_are_kept_as_they_are_written(project: Project) -> None:
    Path("rows.csv").write_text(
        "id,product\n0,A\n00417,B\nMug,C\nmug,D\n- a,E\n&amp;,F\n#N/A,G\nmug,H\n", encoding="utf-8"
    )
    rows = rows_of(project, Path("rows.csv"))
    assert [row.id for row in rows[:7]] == ["0", "00417", "Mug", "mug", "- a", "&amp;", "0007"]
    assert isinstance(rows[7], Artifact) and "id 'mug' is used twice" in rows[7].reason


def test_an_id_that_is_a_number_is_one(project: Project) -> None:
    Path("rows.jsonl").write_text(
        '{"id": 0, "product": "A"}\n{"id": 417, "product": "B"}\n{"id": "00417", "product": "C"}\n'
        '{"id": null, "product": "D"}\n{"id": NaN, "product": "E"}\n'
    )
    assert [row.id for row in rows_of(project, Path("rows.jsonl"))] == ["0", "417", "00417", "0004", "0005"]


def test_cleaning_can_be_turned_off(project: Project, make_project: Callable[..., Project]) -> None:
    Path("rows.csv").write_text("product,offer\n<b>Mug</b>\u00a0,n/a\nCup,tbd\n", encoding="utf-8")
    (mug, _) = good(rows_of(project, Path("rows.csv")))
    assert (mug.values["product"], mug.values["offer"]) == ("Mug", None)
    settings = replace(project.settings, importers={"clean": False, "unknown": ["tbd"]})
    plain = Project(settings, project.folder, project.registry)
    mug, cup = good(rows_of(plain, Path("rows.csv")))
    assert (mug.values["product"], mug.values["offer"], mug.cleaned) == ("<b>Mug</b>", "n/a", {})
    assert (cup.values["offer"], cup.cleaned) == (None, {"offer": ("unknown tbd",)})
    Path("rows.csv").write_text("product,offer\n<b>Mug</b>\u00a0,tbd\n", encoding="utf-8")
    (mug,) = good(rows_of(plain, Path("rows.csv")))
    assert mug.values["product"] == "<b>Mug</b>", "also where another cell of the row is unknown"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("importers: {claen: false}", r"aigc\.yaml:1: importers\.claen: no such option; did you mean 'clean'\?"),
        ("importers: {unknown: none}", r"aigc\.yaml:1: importers\.unknown: 'none' is not a list"),
        ("importer: {clean: false}", r"aigc\.yaml:1: importer: no such setting; did you mean 'importers'\?"),
    ],
)
def test_a_misspelt_setting_is_told(make_project: Callable[..., Project], line: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Cleaning.of(make_project({"aigc.yaml": line + "\n"}).settings)


def test_a_job_keeps_to_how_it_was_read(project: Project) -> None:
    Path("rows.csv").write_text("product\n<b>Mug</b>\n", encoding="utf-8")
    dry = ("batch", "shop/facts", "rows.csv", "--dry-run", "--json")
    assert main([*dry, "-o", "importers.clean=false"]) == 0
    assert main([*dry, "-o", "importers.unknown=[tbd, n/a]"]) == 0
    Path("job.yaml").write_text("type: shop/facts\nbriefs: rows.csv\nimporters: {clean: false}\n")
    assert main(["batch", "job.yaml", "--dry-run", "--json"]) == 0


# -- what is over a limit ----------------------------------------------------------------------------------------------


def test_an_optional_input_over_its_limit_does_not_end_its_row(project: Project, facts: ContentType) -> None:
    long = "x" * 41
    Path("rows.csv").write_text(
        f"product,facts,offer\nMug,one;{long};2;3;4,everything at half its price\nCup,one,half price\n{long},one,\n",
        encoding="utf-8",
    )
    mug, cup, failed = rows_of(project, Path("rows.csv"))
    assert isinstance(mug, Brief) and isinstance(cup, Brief)
    assert (mug.values["offer"], mug.values["facts"]) == (None, ["one", "2", "3"])
    assert mug.left_out == {
        "facts": "an item: it has 41 characters, at most 40; it has 4 items, at most 3",
        "offer": "it has 28 characters, at most 20",
    }
    assert (cup.values["offer"], cup.left_out) == ("half price", {})
    assert isinstance(failed, Artifact) and "product has 41 characters, at most 40" in failed.reason
    generator = ScriptedGenerator(["A mug.", "A cup."])
    wrote = {piece.id: piece for piece in project.pipeline(generator).write(facts, [mug, cup])}
    assert (wrote["0001"].status, wrote["0002"].status) == ("flagged", "accepted")
    assert [finding.message for finding in wrote["0001"].findings] == [
        "some of facts is left out: an item: it has 41 characters, at most 40; it has 4 items, at most 3",
        "offer is left out: it has 28 characters, at most 20",
    ]


def test_what_may_be_left_out_is_called_optional(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "shop/facts"]) == 0
    shown = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line.startswith("  ")}
    assert ["optional" in shown[name] for name in ("product", "facts", "offer")] == [False, True, True]


# -- what is told ------------------------------------------------------------------------------------------------------


def test_a_dry_run_shows_what_was_cleaned_ignored_and_unknown(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["batch", "shop/facts", "rows.csv", "--dry-run"]
    Path("rows.csv").write_text(
        "product,facts,offer,Colour\n<b>Mug</b>,- one; - two,nan,red\nCup,<p>one</p>,#N/A,blue\nPot,one,"
        "a saucepan at half its price,\n",
        encoding="utf-8",
    )
    assert main(argv) == 0
    told = capsys.readouterr().out
    table = [line.split() for line in told.partition("On reading:\n")[2].splitlines()[:6]]
    assert table == [
        ["input", "what", "rows", "how", "often"],
        ["product", "cleaned", "1", "tags", "1"],
        ["facts", "cleaned", "2", "bullets", "1,", "tags", "1"],
        ["offer", "unknown", "2", "nan", "1,", "#N/A", "1"],
        ["offer", "left", "out", "1", "over", "the", "limit", "1"],
        ["Colour", "ignored", "feeds", "no", "input"],
    ]
    assert main([*argv, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["ignored"] == ["Colour"]
    assert record["read"][2] == {"input": "offer", "what": "unknown", "rows": 2, "terms": {"nan": 1, "#N/A": 1}}
    Path("rows.csv").write_text("product\nMug\n", encoding="utf-8")
    main(argv)
    assert "On reading" not in capsys.readouterr().out, "where there is nothing to tell"


def test_a_survey_counts_what_was_done_to_rows_that_fail_too(project: Project, facts: ContentType) -> None:
    Path("rows.csv").write_text("product,offer\n-,nan\n<b>Cup</b>,\n", encoding="utf-8")
    found = survey_briefs(rows_of(project, Path("rows.csv")), 3)
    assert (found.valid, found.failed) == (1, 1)
    assert [(one.input, one.what, one.rows) for one in found.tally.told()] == [
        ("product", "unknown", 1),
        ("product", "cleaned", 1),
        ("offer", "unknown", 1),
    ]


def test_a_file_of_any_length_is_checked_in_flat_memory(project: Project) -> None:
    import tracemalloc

    def peak(many: int) -> int:
        rows = (f"{n:05},<b>Mug {n}</b>,- one; - two {n},n/a\n" for n in range(many))
        Path("rows.csv").write_text("id,product,facts,offer\n" + "".join(rows), encoding="utf-8")
        tracemalloc.start()
        found = survey_briefs(rows_of_plan(project), 3)
        reached = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (found.valid, found.failed) == (many, 0)
        return reached

    def rows_of_plan(project: Project) -> Iterator[Brief | Artifact]:
        yield from Plan(type="shop/facts", briefs="rows.csv").rows(project, project.content_type("shop/facts"))

    peak(10)  # what is loaded once
    assert peak(2000) < peak(500) * 1.2 + 100_000


def test_a_piece_knows_what_was_done_to_its_row(
    project: Project, facts: ContentType, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("rows.csv").write_text("product,facts,offer\n<b>Mug</b>,one,nan\nCup,one,\n", encoding="utf-8")
    with open_job(project, facts, Path("made")) as job:
        job.register(rows_of(project, Path("rows.csv")), command="")
        job.write(ScriptedGenerator(["A mug.", "A cup."]))
        job.finish(())
        page = write_report(Path("made"), job.ledger, facts).read_text(encoding="utf-8")
        mug, cup = (entry.artifact.brief for entry in job.ledger.pieces.entries())
    assert mug.cleaned == {"product": ["tags"], "offer": ["unknown nan"]} and cup.cleaned == {}
    assert '"reading": {"product": "tags", "offer": "unknown nan"}' in page
    assert main(["job", "made", "--piece", "0001"]) == 0
    assert "product: on reading: tags\noffer: on reading: unknown nan\n" in capsys.readouterr().err
    lines = [json.loads(line)["brief"] for line in Path("made/artifacts.jsonl").read_text().splitlines()]
    assert lines[0]["cleaned"] == {"product": ["tags"], "offer": ["unknown nan"]} and "cleaned" not in lines[1]


def test_a_note_makes_no_other_piece(project: Project, facts: ContentType) -> None:
    def run(text: str) -> int:
        Path("rows.csv").write_text(f"product\n{text}\n", encoding="utf-8")
        with open_job(project, facts, Path("made")) as job:
            job.register(rows_of(project, Path("rows.csv")), command="")
            waiting = job.remaining
            job.write(ScriptedGenerator(["A mug."]))
            job.finish(())
            (entry,) = job.ledger.pieces.entries()
            assert bool(entry.artifact.brief.cleaned) == ("<" in text), "the note is that of this run"
            return waiting

    assert [run("Mug"), run("<b>Mug</b>"), run("Mug")] == [1, 0, 0]


def test_a_ledger_of_before_opens_and_learns_it(project: Project, facts: ContentType) -> None:
    Path("rows.csv").write_text("product\n<b>Mug</b>\n", encoding="utf-8")
    with open_job(project, facts, Path("made")) as job:
        job.register(rows_of(project, Path("rows.csv")), command="")
        job.write(ScriptedGenerator(["A mug."]))
        job.finish(())
    file = Path("made/job.sqlite")
    with sqlite3.connect(file) as db:
        db.execute("alter table pieces drop column reading")
        db.execute("pragma user_version = 3")
    db.close()
    with opened_ledger(Path("made")) as ledger:
        assert ledger.pieces.entry("0001").artifact.brief.cleaned == {}
        assert list(ledger.pieces.artifact_lines()) and list(ledger.briefs.waiting()) == []
    ledger = Ledger(file)
    ledger.briefs.register(rows_of(project, Path("rows.csv")), lambda brief: "another")
    (brief,) = ledger.briefs.waiting()
    assert brief.cleaned == {"product": ["tags"]}
    ledger.close()


def test_rows_that_are_no_briefs_are_left_alone(project: Project) -> None:
    Path("texts.csv").write_text("prompt,completion\n<b>One</b>,- nan\n", encoding="utf-8")
    (row,) = open_rows(Path("texts.csv"), project.registry)
    assert row.values == {"prompt": "<b>One</b>", "completion": "- nan"}
