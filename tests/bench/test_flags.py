"""Labelled texts are counted right, and of those that are kept the checks stop what they should and little else."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BRIEF = {
    "topic": "Bike repair course for beginners",
    "language": "en",
    "keyword": "bike repair course",
    "facts": ["The course lasts three evenings.", "Learners bring their own bicycle."],
}
SOUND = "A bike repair course over three evenings. Learners bring their own bicycle."


@pytest.fixture
def flags(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return importlib.import_module("flags")


@pytest.fixture
def labelled(tmp_path: Path) -> Callable[..., Path]:
    """Write a set of one brief: rows of (fault or "", its words, text), for one half."""

    def write(*rows: tuple[str, str, str], half: str = "open") -> Path:
        told = [
            {"kind": "description", "text": text} | ({"fault": fault, "span": span} if fault else {})
            for fault, span, text in rows
        ]
        file = tmp_path / "texts.jsonl"
        file.write_text(json.dumps({"half": half, "brief": BRIEF, "rows": told}) + "\n", encoding="utf-8")
        return file

    return write


def test_a_fault_is_stopped_where_its_words_do_not_leave_and_a_sound_text_where_it_does_not(
    flags: Any, labelled: Callable[..., Path]
) -> None:
    file = labelled(
        ("", "", SOUND),
        ("", "", "Our course is loved by everybody who came from far away."),
        ("promise", "certificate", f"{SOUND} You get a certificate."),
        ("promise", "three", SOUND),  # no fault, so that it leaves
        ("stock_phrase", "bicycle", SOUND),  # once is no fault
    )
    found = list(flags.outcomes("open", file))
    assert [one.stopped for one in found] == [False, True, True, False, True]
    assert flags.told(found)[-1] == "recall 2/3 = 0.67, precision 2/3 = 0.67"
    assert flags.told(found)[:2] == ["promise: 1/2 stopped", "stock_phrase: 1/1 stopped"]
    assert len(list(flags.wrong(found))) == 2


def test_a_half_is_read_alone(flags: Any, labelled: Callable[..., Path]) -> None:
    file = labelled(("", "", SOUND), half="held")
    assert [len(list(flags.outcomes(half, file))) for half in ("open", "held", "all")] == [0, 1, 1]


def test_the_checks_stop_the_faults_of_the_set_and_few_sound_texts(flags: Any) -> None:
    found = list(flags.outcomes("all"))
    faulty = [one for one in found if one.fault != flags.SOUND]
    assert len(faulty) >= 90 and len(found) - len(faulty) >= 60
    assert [one.text for one in faulty if not one.stopped] == []
    assert sum(not one.stopped for one in found if one.fault == flags.SOUND) >= 0.9 * (len(found) - len(faulty))
