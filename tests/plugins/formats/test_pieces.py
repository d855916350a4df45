from __future__ import annotations

import csv
import json
import os

import pytest
import yaml

from aigc.errors import JobError
from aigc.types import Finding
from aigc_plugins.formats.csv_pieces import csv_pieces
from aigc_plugins.formats.jsonl_pieces import jsonl_pieces
from aigc_plugins.formats.markdown_pieces import markdown_pieces


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_jsonl(tmp_path, artifact):
    piece = artifact("1", {"product": "壶"}, title="茶", lines=["a"])
    object.__setattr__(piece, "findings", (Finding(message="long", field="title", check="limits", severity="warn"),))
    (path,) = jsonl_pieces([piece, artifact("2", title="x")], tmp_path)
    assert path == tmp_path / "content.jsonl"
    first, second = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert first == {
        "id": "1",
        "status": "accepted",
        "content_type": "ads/test",
        "model": "tiny",
        "brief": {"product": "壶"},
        "fields": {"title": "茶", "lines": ["a"]},
        "findings": [{"severity": "warn", "check": "limits", "field": "title", "message": "long"}],
    }
    assert second["fields"] == {"title": "x"}


def test_csv_spreads_lists_and_puts_the_brief_first(tmp_path, artifact):
    pieces = [
        artifact(
            "1", {"product": "Mug", "benefits": ["light", "blue"]}, headlines=["a", "b"], title="T", more={"x": 1}
        ),
        artifact("2", {"product": "壶", "url": "u"}, headlines=["c", "d", "e"], title='say "hi",\nnow', more=None),
    ]
    (path,) = csv_pieces(pieces, tmp_path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    header, first, second = rows_of(path)
    columns = ["id", "status", "product", "benefits", "url"]
    assert header == [*columns, "headlines 1", "headlines 2", "headlines 3", "title", "more"]
    assert first == ["1", "accepted", "Mug", "light; blue", "", "a", "b", "", "T", '{"x": 1}']
    assert second == ["2", "accepted", "壶", "", "u", "c", "d", "e", 'say "hi",\nnow', ""]


def test_csv_tells_an_input_from_a_field_of_the_same_name(tmp_path, artifact):
    (path,) = csv_pieces([artifact("1", {"title": "in", "id": "x"}, title="out")], tmp_path)
    assert rows_of(path) == [
        ["id", "status", "title (brief)", "id (brief)", "title"],
        ["1", "accepted", "in", "x", "out"],
    ]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cheap", "'+cheap"),
        ("-20°C", "'-20°C"),
        ("@home", "'@home"),
        ("\t=1", "'\t'=1"),
        (" =1", "' =1"),
        ("＝1+1", "'＝1+1"),
        ("-20", "-20"),
        ("+4.5%", "+4.5%"),
        (-20, "-20"),
        ("a=1", "a=1"),
    ],
)
def test_csv_lets_no_formula_run(tmp_path, artifact, text, cell):
    (path,) = csv_pieces([artifact("1", title=text)], tmp_path)
    assert rows_of(path)[1][-1] == cell


def test_markdown(tmp_path, artifact):
    piece = artifact(
        "7",
        {"language": "en"},
        title="Tea: a guide",
        meta_description="All of it",
        keywords=["tea", "pot"],
        intro="Hello.",
        sections=[
            {"heading": "Green", "text": "Soft *leaves*.", "tips": ["short", "hot"]},
            {"heading": "Black", "text": "Strong."},
        ],
        facts=["one", "two"],
        plan={"minutes": 5, "steps": ["a"]},
        body="The end.",
        empty="",
    )
    (path,) = markdown_pieces([piece], tmp_path)
    assert path == tmp_path / "markdown" / "tea-a-guide.md"
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    assert yaml.safe_load(head) == {
        "title": "Tea: a guide",
        "meta_description": "All of it",
        "keywords": ["tea", "pot"],
        "id": "7",
        "type": "ads/test",
        "status": "accepted",
        "language": "en",
        "draft": True,
    }
    assert body == (
        "\n# Tea: a guide\n\nHello.\n\n## Green\n\nSoft \\*leaves\\*.\n\n**Tips**\n\n- short\n- hot\n\n"
        "## Black\n\nStrong.\n\n## Facts\n\n- one\n- two\n\n## Plan\n\n- **Minutes:** 5\n- **Steps:**\n  - a\n\n"
        "The end.\n"
    )


def test_markdown_names(tmp_path, artifact):
    pieces = [
        artifact("1", title="Tea"),
        artifact("2", title="TEA!"),
        artifact("3", title="折叠车：评测"),
        artifact("4", title="x", slug="the/../slug"),
        artifact("5/5", headlines=["a"]),
        artifact("6", title="con"),
    ]
    names = [path.name for path in markdown_pieces(pieces, tmp_path, draft=False)]
    assert names == ["tea.md", "tea-2.md", "折叠车-评测.md", "the-slug.md", "5-5.md", "con-.md"]
    assert "draft" not in (tmp_path / "markdown" / "tea.md").read_text(encoding="utf-8")


def test_markdown_names_fit_every_file_system(tmp_path, artifact):
    (path,) = markdown_pieces([artifact("7", title="\U00020000" * 80)], tmp_path)
    assert 100 < len(path.name.encode()) < 255


def test_nothing_is_left_behind_where_writing_fails(tmp_path, artifact):
    class Unwritable:
        def __str__(self):
            raise ValueError("no")

    before = tmp_path / "content.jsonl"
    before.write_text("old")
    with pytest.raises(ValueError, match="no"):
        list(jsonl_pieces([artifact("1", x=Unwritable())], tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["content.jsonl"]
    assert before.read_text() == "old"


def test_a_folder_that_cannot_be_written_is_a_job_error(tmp_path, artifact):
    (tmp_path / "file").write_text("")
    with pytest.raises(JobError, match="cannot be written"):
        list(jsonl_pieces([artifact("1")], tmp_path / "file"))


def test_the_file_appears_whole(tmp_path, artifact, monkeypatch):
    seen = []
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda part, path: (seen.append(path.exists()), replace(part, path)))
    list(csv_pieces([artifact("1", title="x")], tmp_path))
    assert seen == [False] and (tmp_path / "content.csv").exists()


def test_an_answer_to_a_question_needs_no_label(tmp_path, artifact):
    faq = [{"question": "Is it safe?", "answer": "Yes."}]
    (path,) = markdown_pieces([artifact("1", title="Mugs", faq=faq)], tmp_path)
    assert path.read_text("utf-8").endswith("# Mugs\n\n## Is it safe?\n\nYes.\n")
    quiz = [{"question": "Which?", "options": ["A", "B"], "answer": "B"}]
    (path,) = markdown_pieces([artifact("1", title="Quiz", quiz=quiz)], tmp_path)
    assert "**Answer:** B" in path.read_text("utf-8")
