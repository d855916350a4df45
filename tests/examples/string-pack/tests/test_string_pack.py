"""What the plugin promises, without a model."""

from string_pack import placeholders_kept

from aigc.testing import ScriptedGenerator, assert_content_type, open_project, run_cli


def test_the_examples_of_the_type_come_out_as_they_say() -> None:
    assert_content_type("strings/translation")


def test_placeholders_are_counted() -> None:
    assert list(placeholders_kept("{a} {b}", source="{b} {a}")) == []
    assert list(placeholders_kept("{a}", source="{a} {a}")) == ["has '{a}' 1 times, its source 2 times"]


def test_each_language_becomes_a_file(tmp_path) -> None:
    open_project(tmp_path, {"rows.csv": "key,source\nok,OK\nback,Back\n"})
    said = {"OK": "好", "Back": "返回"}
    generator = ScriptedGenerator(lambda request, index: said[request.prompt.messages[-1].content.split(": ")[1]])
    words = ("batch", "strings/translation", "rows.csv", "--set", "language=zh", "--out", "pack")
    ran = run_cli(*words, cwd=tmp_path, generator=generator)
    assert ran.code == 0, ran.err
    assert (tmp_path / "pack" / "strings.zh.json").read_text(
        encoding="utf-8"
    ) == '{\n  "back": "返回",\n  "ok": "好"\n}'
