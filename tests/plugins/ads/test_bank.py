from __future__ import annotations

import json
from importlib.resources import files

import pytest

from aigc import Project
from aigc.content import ContentType, brief_values, measure
from aigc.testing import preview
from aigc.types import Brief, Message


@pytest.mark.parametrize(("name", "most"), [("headlines", 30), ("descriptions", 90)])
def test_every_line_of_the_bank_fits(name: str, most: int) -> None:
    text = files("aigc_plugins.templates").joinpath("ads", "bank", f"{name}.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    assert {row["language"] for row in rows} == {"en", "zh"}
    assert not [row["line"] for row in rows if measure(row["line"], "width") > most]
    assert len({row["line"] for row in rows}) == len(rows)


def test_the_bank_is_part_of_the_type(search_ad: ContentType) -> None:
    bank = search_ad.file.parent / "bank"
    assert {f"bank/{file.name}" for file in bank.iterdir()} == set(search_ad.demands.reads)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_prompts_show_the_nearest_lines_unless_an_adapter_was_trained_without(
    project: Project, search_ad: ContentType, language: str
) -> None:
    values = {
        "en": {"product": "Rain barrel", "category": "Garden", "benefits": ["holds 300 litres", "childproof lid"]},
        "zh": {"product": "雨水桶", "category": "园艺", "benefits": ["容量300升", "防儿童开启"], "language": "zh"},
    }[language]
    asked = {
        "en": [
            ("Write a headline of at most 30 characters from the fact.", "Rain barrel (garden): holds 300 litres"),
            (
                "Write one sentence of at most 90 characters from both facts.",
                "Rain barrel (garden): holds 300 litres; childproof lid",
            ),
        ],
        "zh": [
            ("用这条事实写一条不超过15个字的广告标题。", "雨水桶（园艺）：容量300升"),
            ("用这两条事实写一句不超过45个字的话。", "雨水桶（园艺）：容量300升；防儿童开启"),
        ],
    }[language]
    brief = Brief(id="", values=brief_values(search_ad, values | {"url": "https://example.com/"}, where="test"))

    def messages(content_type: ContentType, at: int) -> tuple[Message, ...]:
        stages = list(preview(content_type, project.environment, brief, voice="copy"))
        assert stages[at].first is not None
        return stages[at].first.messages

    for at, (system, task) in enumerate(asked):
        bare = messages(search_ad.without_shots(), at)
        assert [(one.role, one.content) for one in bare] == [("system", system), ("user", task)]
        shown = messages(search_ad, at)
        assert (shown[0].content, shown[-1].content) == (system, task)
        assert len(shown) == 2 + 2 * 7  # one example of the file, six of the bank


def test_without_a_category_the_product_stands_alone(project: Project, search_ad: ContentType) -> None:
    values = {"product": "Rain barrel", "benefits": ["brass tap"], "url": "https://example.com/"}
    brief = Brief(id="", values=brief_values(search_ad, values, where="test"))
    first = next(iter(preview(search_ad, project.environment, brief, voice="copy"))).first
    assert first is not None and first.messages[-1].content == "Rain barrel: brass tap"
