"""The lines of a bank that are nearest to facts, as a template finds them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateRuntimeError

import aigc_plugins.templates as templates
from aigc import Project
from aigc.content import ContentType, brief_values
from aigc.testing import preview
from aigc.types import Brief
from aigc_plugins.rules.bank import BankRows, Shape

ADS, SEO = (Path(templates.__path__[0]) / name for name in ("ads", "seo"))


def found(folder: Path, item: Any, bank: str, language: str = "en", count: int = 6) -> list[dict[str, Any]]:
    environment = Project.open().environment
    template = environment.from_string("{{ keep(item | nearest_lines(language, count, bank)) }}")
    template.name = str(folder / "line.j2")
    kept: list[Any] = []
    template.render(keep=kept.append, item=item, bank=bank, language=language, count=count)
    return kept[0]


@pytest.mark.parametrize(("fact", "language", "unit"), [("holds 0.7 litres", "en", "litres"), ("容量3升", "zh", "升")])
def test_the_nearest_lines_say_the_same_quantity(fact: str, language: str, unit: str) -> None:
    lines = found(ADS, fact, "", language)
    assert len(lines) == len({one["product"] for one in lines}) == 6
    assert all(unit in one["item"] and any(char.isdigit() for char in one["item"]) for one in lines)


def test_the_nearest_comes_last_and_rows_without_facts_are_found_by_their_topic(tmp_path: Path) -> None:
    row = found(ADS, "childproof lid", "bank/headlines.jsonl", count=1)[0]
    assert found(ADS, row["item"], "bank/headlines.jsonl", count=3)[-1]["item"] == row["item"]
    assert all(isinstance(one["item"], list) for one in found(ADS, ["holds 2 litres", "brass tap"], ""))
    assert found(ADS, "2 litres", "bank/headlines.jsonl", "xx") == []
    rows = [{"language": "en", "topic": one, "facts": []} for one in ("mugs and cups", "tents for two")]
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert [one["topic"] for one in found(tmp_path, "tents", "own.jsonl")] == ["mugs and cups", "tents for two"]


def test_likeness_is_that_of_numbers_words_and_beginnings() -> None:
    texts = ["holds 2 litres", "holds 0.5 litres", "2 litres of tea", "a brass tap", "tea", "", "!", "刀身长21厘米"]
    bank = BankRows()
    for text in texts:
        bank.add(text, {})

    def shared(one: frozenset[Any], other: frozenset[Any]) -> float:
        return len(one & other) / len(one | other) if one | other else 1.0

    for fact in [*texts, "a lamp", "长21厘米", "0 0", "3 ; 3 litres"]:
        wanted = Shape.of(fact)
        assert bank.likeness(fact) == [
            3 * shared(wanted.numbers, other.numbers)
            + 2 * shared(wanted.bag, other.bag)
            + (wanted.words[:1] == other.words[:1])
            for other in map(Shape.of, texts)
        ]


@pytest.mark.parametrize(
    ("bank", "message"),
    [
        ("../seo/bank/meta.jsonl", "is not in the folder of a template"),
        ("bank/metas.jsonl", "there is no file 'bank/metas.jsonl'; did you mean 'bank/meta.jsonl'?"),
        ("wrong.jsonl", "wrong.jsonl:2: no row of a bank"),
    ],
)
def test_a_bank_that_cannot_be_read_is_named(tmp_path: Path, bank: str, message: str) -> None:
    (tmp_path / "wrong.jsonl").write_text('{"language": "en", "fact": "one"}\n{"language": "en"}\n', encoding="utf-8")
    with pytest.raises(TemplateRuntimeError) as failed:
        found(tmp_path if bank == "wrong.jsonl" else SEO, "facts", bank)
    assert message in str(failed.value)


NOT_SHOWN = ("openings.jsonl",)  # they name their topic, unlike paragraphs


@pytest.mark.parametrize(
    ("name", "stage", "values", "shots"),
    [
        ("seo/meta", "description", {"keyword": "bread knife", "facts": ["The blade is 21 cm long."]}, 1 + 3),
        ("seo/meta", "description", {"keyword": "面包刀", "facts": ["刀身长21厘米。"], "language": "zh"}, 1 + 3),
        ("articles/blog", "paragraphs", {"facts": ["The blade is 21 cm long.", "Wash it by hand."]}, 1 + 2),
    ],
)
def test_prompts_of_pages_show_the_nearest_unless_an_adapter_was_trained_without(
    name: str, stage: str, values: dict[str, Any], shots: int
) -> None:
    project = Project.open()
    content_type = project.content_type(name)
    brief = Brief(id="", values=brief_values(content_type, {"topic": "a bread knife"} | values, where="test"))

    def turns(one: ContentType) -> int:
        (shown,) = (shown.first for shown in preview(one, project.environment, brief) if shown.stage.name == stage)
        assert shown is not None and "21" in shown.messages[-1].content
        return len(shown.messages)

    assert turns(content_type.without_shots()) == 2
    assert turns(content_type) == 2 + 2 * shots
    assert set(content_type.demands.reads) == {
        f"bank/{one.name}" for one in (content_type.file.parent / "bank").iterdir() if one.name not in NOT_SHOWN
    }
