"""What the rules say of sentences: of ours, and of those that somebody labelled who had not seen the rules."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from aigc_plugins.law.advertising import verdict_on

BENCH = Path(__file__).parents[2] / "bench"
LABELLED = (BENCH / "law" / "open.jsonl", BENCH / "law" / "first-kept.jsonl", BENCH / "law" / "third.jsonl")
OURS = yaml.safe_load(Path(__file__).with_name("sentences.yaml").read_text(encoding="utf-8"))
CASES = [
    (language, verdict, sentence)
    for language, by_verdict in OURS.items()
    for verdict, sentences in by_verdict.items()
    for sentence in sentences
]


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    """Load tests/bench/law.py."""
    spec = importlib.util.spec_from_file_location("law_bench", BENCH / "law.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("language", "verdict", "sentence"), CASES)
def test_the_verdict_on_a_sentence(language: str, verdict: str, sentence: str) -> None:
    assert (verdict_on(sentence, language) or "pass") == verdict


def test_no_sentence_of_ours_stands_twice_or_among_the_labelled(bench: ModuleType) -> None:
    sentences = [sentence for _, _, sentence in CASES]
    labelled = {line["sentence"] for file in LABELLED for line in bench.labelled(file)}
    assert len(sentences) == len(set(sentences)) >= 300 and not labelled & set(sentences)


@pytest.mark.parametrize("file", LABELLED, ids=lambda file: file.stem)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_labelled_sentences_are_flagged_as_the_statutes_have_it(
    bench: ModuleType, file: Path, language: str
) -> None:
    found = bench.agreement([line for line in bench.labelled(file) if line["language"] == language])
    assert found.total >= 45 and found.precision >= 0.9 and found.recall >= 0.9, str(found)
    assert file.stem != "open" or found.exact >= 0.9 * found.total


def test_the_bench_prints_how_well_the_rules_agree(bench: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    bench.main([str(BENCH / "law" / "open.jsonl"), "--wrong"])
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told[:4]] == ["all", "en", "zh", "label"] and "precision" in told[0]
