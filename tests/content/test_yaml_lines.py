from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from aigc.content.yaml_lines import parse_yaml, read_yaml, yaml_text
from aigc.errors import ContentTypeError
from aigc.types import WrittenFloat


def test_plain_words_are_what_yaml_1_2_says() -> None:
    text = b"[yes, no, on, off, True, 010, 12:30, 2026-01-01, 1_000, 0x1F, .5, +1, <<]"
    assert parse_yaml(text, "f").value == text.decode().strip("[]").split(", ")
    values = parse_yaml(b'[true, false, null, ~, 12, -3, 1.5, 1e3, "true", "12", {a: }]', "f").value
    assert values == [True, False, None, None, 12, -3, 1.5, 1000.0, "true", "12", {"a": None}]
    assert [type(value) for value in values[4:8]] == [int, int, float, float]


def test_every_key_and_item_has_its_line() -> None:
    document = parse_yaml(b"a: 1\nb:\n  c: [x,\n    y]\n  d: |\n    text\ne: 2\n", "f.yaml")
    assert document.where(()) == "f.yaml:1"
    assert document.where(("b", "c")) == "f.yaml:3"
    assert document.where(("b", "c", 1)) == "f.yaml:4"
    assert document.where(("b", "d")) == "f.yaml:5"
    assert document.where(("e",)) == "f.yaml:7"
    assert document.where(("b", "nothing", "here")) == "f.yaml:2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a: 1\nb: 2\na: 3", "f:3: 'a' stands here twice; first in line 1"),
        (b"x:\n  a: 1\n  a: 3", "f:3: 'a' stands here twice; first in line 2"),
        (b"a: &x 1\nb: *x", "f:1: anchors and aliases are not used here; write the value out"),
        (b"a: 1\n2: x", "f:2: keys are text; put quotes around 2"),
        (b"true: x", "f:1: keys are text; put quotes around true"),
        (b"", "f:1: the file is empty; write it, or delete the file"),
        (b"# only a comment\n", "f:1: the file is empty; write it, or delete the file"),
        (b"a: !python/object 3", "f:1: the tag '!python/object' does not fit '3'"),
        (b"a: !x [3]", "f:1: the tag '!x' is not used here"),
        (
            b"a: 1\nb: c: d",
            "f:2: a ': ' stands where none may; put quotes around the text, or indent the line as those around it",
        ),
        (b"a: 1\nb: \xff", "f:2: not UTF-8 text (byte 8); save it as UTF-8"),
        (b"a: 1\nb: \x01", "f:2: a character YAML does not allow, U+0001; delete it"),
        (b"[" * 3000 + b"]" * 3000, "f:1: nested too deeply"),
        (b"a: " + b"[" * 120 + b"]" * 120, "f:1: nested too deeply"),
        (b"a: " + b"9" * 400, "f:1: a value is a number of more than 300 digits"),
        (b"a: 1\n---\nb: 2", "f:2: but found another document (expected a single document in the stream)"),
    ],
)
def test_what_strict_yaml_refuses(text: bytes, message: str) -> None:
    with pytest.raises(ContentTypeError) as caught:
        parse_yaml(text, "f")
    assert str(caught.value) == message


def test_a_tab_is_an_error_with_a_line() -> None:
    with pytest.raises(ContentTypeError, match=r"^f:2: "):
        parse_yaml(b"a:\n\tb: 1", "f")


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1")
    assert read_yaml(file).value == {"a": 1}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ContentTypeError, match="cannot be read: No such file"):
        read_yaml(tmp_path / "x.yaml")


def test_readers_say_what_they_want_and_where() -> None:
    root = parse_yaml(b"count: many\nshare: 2\nflag: yes\nname: ''\nlist: {}\nnested: {a: 1}\nitems: [1]", "f").root
    cases = [
        (lambda: root.child("count").integer(), "f:1: 'count' must be a whole number, not 'many'"),
        (lambda: root.child("share").number(0, 1), "f:2: 'share' must be at most 1, not 2"),
        (lambda: root.child("flag").boolean(), "f:3: 'flag' must be true or false, not 'yes'"),
        (lambda: root.child("name").text(), "f:4: 'name' is empty"),
        (lambda: root.child("list").list(), "f:5: 'list' must be a list, not a mapping"),
        (lambda: root.child("nested").only(("ab", "b")), "f:6: unknown key 'a'; did you mean 'ab'?"),
        (lambda: root.child("items").list()[0].text(), "f:7: item 1 of 'items' must be text, not 1"),
        (lambda: root.child("gone").text(), "f:1: 'gone' must be text, not nothing"),
    ]
    for read, message in cases:
        with pytest.raises(ContentTypeError) as caught:
            read()  # type: ignore[no-untyped-call]
        assert str(caught.value) == message


def test_a_number_is_kept_as_written_where_that_is_asked_for() -> None:
    text = b"price: 29.90\nkeyword: 1.0\nscale: 1e3\nmany: 7\n"
    value = parse_yaml(text, "f", as_written=True).value
    assert value == {"price": 29.9, "keyword": 1.0, "scale": 1000.0, "many": 7}
    assert [one.text for one in value.values() if isinstance(one, WrittenFloat)] == ["29.90", "1.0", "1e3"]
    assert yaml_text(value).encode() == text
    assert pickle.loads(pickle.dumps(value["price"])).text == "29.90"
