"""The card of a result: written whole or not at all, read back as it was, never over something else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from aigc.errors import ModelError, UsageError
from aigc.generating.trained import TrainedBase, TrainedType, read_trained
from aigc.training.card import Card, CardRows, CardSource, page_of, read_card, write_card

BASE = TrainedBase(name="smollm2-135m", digest="d1", licence="Apache-2.0")
TYPE = TrainedType(name="shop/line", version=2, digest="d2", prompt="p" * 64, shots=False)


def card(**changes: Any) -> Card:
    given: dict[str, Any] = {
        "name": "house",
        "base": BASE,
        "made": "2026-11-28T10:00:00+00:00",
        "types": (TYPE,),
        "languages": ("en", "zh"),
        "rows": CardRows(kept=180, left_out={"twin": 3, "too long": 1}, held_out=20),
        "sources": (CardSource(where="spring", sha256="ab" * 32),),
        "settings": {"method": "lora", "rank": 8, "extra": {"weight_decay": 0.1}},
        "curve": ((10, 2.5, 2.75), (20, 1.5, None)),
        "figures": {"base": {"accepted": 0.5}, "adapter": {"accepted": 0.75}},
        "adopted": True,
        "versions": {"aigc": "0.1.0"},
    }
    return Card(**given | changes)


def test_a_card_is_read_back_as_it_was_and_its_page_has_a_head(tmp_path: Path) -> None:
    write_card(card(), tmp_path / "house")
    assert read_card(tmp_path / "house") == card()
    assert sorted(path.name for path in (tmp_path / "house").iterdir()) == ["README.md", "card.json"]
    _, head, body = (tmp_path / "house/README.md").read_text(encoding="utf-8").split("---\n", 2)
    assert yaml.safe_load(head) == {
        "base_model": "smollm2-135m",
        "library_name": "peft",
        "license": "apache-2.0",
        "language": ["en", "zh"],
        "tags": ["aigc", "lora", "shop/line"],
    }
    for told in (
        "180 were learnt and 20 held out",
        "3 left out: twin",
        "without examples",
        "| accepted | 0.5 | 0.75 |",
    ):
        assert told in body
    assert "Not adopted" not in body and "Not adopted" in page_of(card(adopted=False))


def test_whoever_serves_reads_base_and_types(tmp_path: Path) -> None:
    assert read_trained(tmp_path) is None and read_card(tmp_path) is None
    write_card(card(), tmp_path)
    trained = read_trained(tmp_path)
    assert trained is not None and (trained.base, trained.of("shop/line"), trained.of("shop/x")) == (BASE, TYPE, None)


def test_what_is_no_number_is_none(tmp_path: Path) -> None:
    write_card(card(curve=((1, float("nan"), float("inf")),), figures={"base": {"x": float("nan")}}), tmp_path)
    read = read_card(tmp_path)
    assert read is not None and (read.curve, read.figures) == (((1, None, None),), {"base": {"x": None}})
    assert "nan" not in (tmp_path / "README.md").read_text()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda text: text[:-40], "Invalid JSON"),
        (lambda text: "[]", "Input should be"),
        (lambda text: text.replace('"name": "house"', '"name": 7'), "name: Input should be a valid string"),
        (
            lambda text: text.replace('"shots": false', '"shots": "no"'),
            "types.0.shots: Input should be a valid boolean",
        ),
        (lambda text: text.replace('"base"', '"bass"', 1), "base: "),
    ],
)
def test_a_damaged_card_is_one_sentence(tmp_path: Path, damage: Any, message: str) -> None:
    write_card(card(figures={}), tmp_path)
    file = tmp_path / "card.json"
    file.write_text(damage(file.read_text()))
    with pytest.raises(ModelError) as caught:
        read_card(tmp_path)
    assert str(caught.value).startswith(f"{file}: ") and message in str(caught.value) and "\n" not in str(caught.value)


def test_a_later_card_may_say_more(tmp_path: Path) -> None:
    write_card(card(), tmp_path)
    file = tmp_path / "card.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "judged_by": "people"}))
    assert read_card(tmp_path) == card()


@pytest.mark.parametrize("name", ["card.json", "README.md"])
def test_what_is_there_is_never_overwritten(tmp_path: Path, name: str) -> None:
    write_card(card(), tmp_path)
    write_card(card(), tmp_path)  # the same once more
    (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError, match=f"{name}: is there already, with other content"):
        write_card(card(), tmp_path)
    assert (tmp_path / name).read_text() == "mine"


def test_the_page_of_whole_weights_says_so_and_how_to_write_with_them() -> None:
    page = page_of(card(settings={"method": "full"}))
    head, body = yaml.safe_load(page.split("---\n")[1]), page.split("---\n", 2)[2]
    assert (head["base_model"], head["library_name"], head["license"]) == (
        "smollm2-135m",
        "transformers",
        "apache-2.0",
    )
    assert head["tags"] == ["aigc", "shop/line"]
    assert "All weights of `smollm2-135m`, trained on `shop/line`, 2026-11-28." in body
    assert "-m models/house" in body and "| | base | trained |" in body
    assert not any(word in body for word in ("adapter", "LoRA", "PEFT", "aigc.yaml"))


def test_a_gpt_made_of_texts_has_no_base_and_nobodys_licence() -> None:
    page = page_of(card(settings={"method": "scratch"}, types=(), figures={}))
    head, body = yaml.safe_load(page.split("---\n")[1]), page.split("---\n", 2)[2]
    assert head == {"library_name": "transformers", "language": ["en", "zh"], "tags": ["aigc"]}
    assert "A small GPT made of these texts" in body and "-m models/house" in body
    assert "smollm2" not in page
    assert not any(word in body for word in ("adapter", "LoRA", "PEFT", "aigc.yaml"))
