"""What a piece says is read back from its Markdown by a parser of others, whatever signs it begins with or holds."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from aigc.testing import ScriptedGenerator, run_cli
from aigc.types import Artifact, Brief, Provenance
from aigc_plugins.formats.markdown_pieces import markdown_pieces

SIGNS = [
    *("###", "# one", "- two", "+ three", "* four", "1. five", "12) six", "> seven", "| a | b |", "|---|---|", "---"),
    *("===", "***", "___", "```", "~~~", "~~gone~~", "*stressed*", "_stressed_", "snake_case_name", "**bold**"),
    *("`code`", "<b>tag</b>", "<!-- note -->", "<https://a.example>", "&copy; &#35;", "[link](https://a.example)"),
    *("![picture](x.png)", "[word]: https://a.example", "[x] done", "[ ] open", "back\\slash\\*", "end\\", "5 < 6 > 4"),
    *("    four blanks", "\ta tab", "C#", "C #", "2 * 3 * 4", "10 % off", "词*重*点", "价格_低_的", "a | b\n--- | ---"),
]
texts = st.one_of(
    st.sampled_from(SIGNS),
    st.lists(st.sampled_from(SIGNS), min_size=1, max_size=4).map(" ".join),
    st.lists(st.sampled_from(SIGNS), min_size=1, max_size=4).map("\n\n".join),
    st.text(alphabet="a1 #-+*_`~<>|[]()!&;:.=\\\n折", min_size=1, max_size=24),
).filter(lambda text: text.strip(" \t\n"))


def piece(values=None, **fields) -> Artifact:
    return Artifact(
        id="1",
        status="accepted",
        fields=fields,
        brief=Brief(id="1", values=values or {}),
        provenance=Provenance(content_type="articles/blog", version=1),
    )


def parsed(path) -> list[Token]:
    """Return the tokens of the text behind the front matter, tables and struck words known as GitHub knows them."""
    body = re.split("^---\n", path.read_text(encoding="utf-8"), maxsplit=2, flags=re.MULTILINE)[2]
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(body)


def words(token: Token) -> str:
    """Return what an inline token shows; what is no plain text is named."""
    shown = {"softbreak": " ", "hardbreak": " "}
    return "".join(
        child.content if child.type in ("text", "text_special") else shown.get(child.type, f"<{child.type}>")
        for child in token.children or ()
    )


def plain(text: str) -> str:
    return " ".join(text.split())


def is_list(paragraph: str) -> bool:
    lines = paragraph.split("\n")
    return len(lines) > 1 and all(re.match(r"[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+\S", line) for line in lines)


@settings(max_examples=300, deadline=None)
@given(text=texts)
@example(text="press@example.com\n\n###")
def test_a_text_is_shown_as_it_is(tmp_path_factory, text):
    (path,) = markdown_pieces([piece(title="Tea", text=text, note="n")], tmp_path_factory.getbasetemp())
    tokens = parsed(path)
    paragraphs = [one for one in re.split(r"\n[ \t]*\n\s*", text.strip()) if one.strip()]
    if any(map(is_list, paragraphs)):
        return
    assert {one.type for one in tokens} == {
        *("heading_open", "heading_close", "inline", "paragraph_open", "paragraph_close")
    }
    shown = [words(one) for one in tokens if one.type == "inline"]
    assert list(map(plain, shown)) == ["Tea", *map(plain, paragraphs), "Note", "n"]


@settings(max_examples=200, deadline=None)
@given(line=texts.map(plain).filter(bool))
def test_titles_items_and_values_are_shown_as_they_are(tmp_path_factory, line):
    made = piece(title=line, points=[line, line], plan={"first": line}, parts=[{"word": line, "more": 1}])
    tokens = parsed(markdown_pieces([made], tmp_path_factory.getbasetemp()).__next__())
    shown = [plain(words(one)) for one in tokens if one.type == "inline"]
    bold = "<strong_open>{}:<strong_close> {}"
    assert shown == [
        *(line, "Points", line, line, "Plan", bold.format("First", line)),
        *("Parts", "1", bold.format("Word", line), bold.format("More", 1)),
    ]
    assert {one.type for one in tokens} <= {
        *("heading_open", "heading_close", "inline", "paragraph_open", "paragraph_close"),
        *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
    }


def test_lines_with_bullets_are_a_list(tmp_path):
    (path,) = markdown_pieces([piece(title="Tea", text="- *one*\n• two\n- # three\n\n1. a\n2. b")], tmp_path)
    tokens = parsed(path)
    assert [words(one) for one in tokens if one.type == "inline"] == ["Tea", "*one*", "two", "# three", "a", "b"]
    assert [one.type for one in tokens if one.type.endswith("list_open")] == ["bullet_list_open", "ordered_list_open"]


def test_lines_stay_lines(tmp_path):
    (path,) = markdown_pieces([piece(title="Tea", text="Mill Road 3\nBergen")], tmp_path)
    (inline,) = [one for one in parsed(path) if one.type == "inline" and "Bergen" in one.content]
    assert [one.type for one in inline.children or ()] == ["text", "hardbreak", "text"]


def test_fields_that_are_markdown_stay_so(tmp_path):
    made = piece(title="Tea", text="Soft *leaves*.", sections=[{"heading": "A", "text": "*b*"}], points=["*c*"])
    marked = replace(made, provenance=replace(made.provenance, markup=("sections.text", "points")))
    (path,) = markdown_pieces([marked], tmp_path)
    body = re.split("^---\n", path.read_text(encoding="utf-8"), maxsplit=2, flags=re.MULTILINE)[2]
    assert "Soft \\*leaves\\*." in body and "\n*b*\n" in body and "- *c*\n" in body


@pytest.mark.parametrize("site", ["hugo", "jekyll", "astro"])
def test_a_site_shows_signs_too(tmp_path, site):
    made = piece({"date": "2026-12-01"}, title="Tea", text="### *a* <b> {{< c >}}\n\n&copy;")
    (path,) = markdown_pieces([made], tmp_path, site=site)
    shown = [words(one) for one in parsed(path) if one.type == "inline"]
    assert shown == ["### *a* <b> {{< c >}}", "&copy;"]


def test_a_type_says_which_of_its_fields_are_markdown(tmp_path):
    brief = {"keyword": "rain barrel", "seeds": ["*good* barrel"], "facts": ["A *good* barrel holds water."]}
    (tmp_path / "in.jsonl").write_text(json.dumps(brief))
    ran = run_cli(
        "batch",
        "seo/article-brief",
        "in.jsonl",
        "--out",
        "out",
        "--to",
        "markdown",
        cwd=tmp_path,
        generator=ScriptedGenerator({}),
    )
    assert ran.code == 0, ran.err
    (path,) = (tmp_path / "out").glob("markdown/*.md")
    body = path.read_text(encoding="utf-8")
    assert "\n## " in body.split("## Outline", 1)[1] and "\n- A *good* barrel holds water." in body
