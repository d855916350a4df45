"""Texts that are there: how they are read, and what they cost a model."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from aigc.errors import BriefError, EngineError, UsageError
from aigc.evaluation import Estimate, Margins, Proportion, Scored, passages, read_texts, score_passages, score_texts
from aigc.evaluation.scored import scoring
from aigc.plugs.registry import Registry
from aigc.testing import ScriptedGenerator, tiny_gpt
from aigc.types import Message, Prompt, Request

REQUEST = Request(id="1", prompt=Prompt(messages=(Message(role="user", content="Say hi"),)))


class Told:
    """This is a score by hand."""

    def __init__(self, *logprobs: float) -> None:
        self.logprobs = logprobs

    @property
    def total(self) -> float:
        return sum(self.logprobs)


class Flat:
    """This holds every byte for equally likely, and takes at most so many bytes."""

    def __init__(self, each: float, most: int = 1 << 20) -> None:
        self.each, self.most = each, most
        self.asked: list[str] = []

    def score(self, asked: Sequence[tuple[Request, str]]) -> list[Told]:
        for request, text in asked:
            if len(request.prompt.messages[0].content.encode()) + len(text.encode()) > self.most:
                raise EngineError(f"too long: {text[:5]}")
        self.asked += [text for _, text in asked]
        return [Told(*[-self.each] * len(text.encode())) for _, text in asked]


def scored(*nats: float | None) -> Scored:
    return Scored(nats=nats, tokens=(1,) * len(nats), sizes=(1,) * len(nats))


def test_nats_perplexity_and_bits_by_hand() -> None:
    found = score_texts(Flat(math.log(4)), [(REQUEST, "abcd"), (REQUEST, "杯")])
    assert found.tokens == (4, 3) and found.sizes == (4, 3)
    assert found.nats_per_token == pytest.approx(math.log(4)) and found.perplexity == pytest.approx(4)
    assert found.bits_per_byte == pytest.approx(2)
    assert score_texts(Flat(1), []).nats_per_token is None
    assert scored(1e6).perplexity == math.inf


def test_a_text_that_is_refused_is_left_out_by_itself() -> None:
    found = score_texts(Flat(1, most=20), [(REQUEST, "short"), (REQUEST, "x" * 30), (REQUEST, "brief")])
    assert found.nats == (5, None, 5) and found.sizes == (5, 0, 5) and found.refusals == {1: "too long: xxxxx"}
    assert found.only([2]).nats == (5,) and found.total == 10
    with pytest.raises(EngineError, match="none of 1 texts can be scored: too long"):
        score_texts(Flat(1, most=2), [(REQUEST, "short")])


def test_a_margin_is_over_the_reference_whatever_is_likelier() -> None:
    reference = (scored(10, 10, 10), scored(2, 2, 2))  # the worse texts are the likelier ones
    found = Margins.of(scored(7, 10, None), scored(3, 1, 1), reference)
    assert found.margins == (4, -1) and found.gains == (3, 0)
    assert found.values()["margin"] == Estimate(1.5, 2.5, 2)
    assert found.values()["margin_above_0"] == Proportion(1, 2)


def test_what_cannot_score_says_so() -> None:
    with pytest.raises(UsageError, match="openai cannot say how likely a text is"):
        scoring(ScriptedGenerator(["x"]), "openai")


def test_passages_are_the_text_and_follow_what_stands_before() -> None:
    text = "One two three four five six seven eight"
    found = list(passages(text, 10))
    assert "One" + "".join(passage for _, passage in found) == text and len(found) > 2
    for prompt, passage in found:
        before = prompt.messages[0].content
        assert f"{before}{passage}" in text and len(before) <= 10 and not prompt.chat
    assert "杯" + "".join(one for _, one in passages("杯盖防漏容量很大", 6)) == "杯盖防漏容量很大"
    with pytest.raises(BriefError, match="one word"):
        list(passages("word ", 10))


def test_a_long_text_is_cut_as_the_model_takes_it() -> None:
    model, text = Flat(math.log(2), most=1100), "word " * 2000
    found = score_passages(model, text)
    assert found.bits_per_byte == pytest.approx(1) and not found.refusals
    assert sum(found.sizes) == len(text) - 4 and max(found.sizes) > 400, "the largest that fits, not the smallest"


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return path


def test_rows_of_each_shape(tmp_path: Path, registry: Registry) -> None:
    turns = [{"role": "user", "content": "Say hi"}, {"role": "assistant", "content": "Hello"}]
    chats = read_texts(write(tmp_path / "a.jsonl", {"messages": turns}, {"messages": turns[:1]}), registry)
    assert chats.rows[0].prompt.messages[0].content == "Say hi" and chats.rows[0].answer == "Hello"
    assert chats.left_out == ("a.jsonl:2: the last turn is the user's, not the assistant's",)
    rows = [{"prompt": "Say hi", "completion": text, "label": text != "No"} for text in ("Hello", "No")]
    verdicts = read_texts(write(tmp_path / "e.jsonl", *rows), registry)
    assert [one.answer for one in verdicts.rows] == ["Hello"]
    plain = read_texts(write(tmp_path / "b.jsonl", {"prompt": "Say hi", "completion": "Hello"}), registry)
    assert plain.shape == "answers" and plain.rows[0].prompt == chats.rows[0].prompt
    pair = {"prompt": "Say hi", "chosen": "Hello", "rejected": "No"}
    lists = {"chosen": turns, "rejected": [turns[0], {"role": "assistant", "content": "No"}]}
    same = {**pair, "rejected": "Hello"}
    pairs = read_texts(write(tmp_path / "c.jsonl", pair, lists, same, [1]), registry)
    assert [(one.answer, one.rejected) for one in pairs.rows] == [("Hello", "No")] * 2 and pairs.shape == "pairs"
    assert pairs.rows[1].prompt == chats.rows[0].prompt
    assert "chosen and rejected are the same" in pairs.left_out[0] and "is not an object" in pairs.left_out[1]
    assert read_texts(write(tmp_path / "d.jsonl", {"text": "a"}, {"text": "b"}), registry).text == "a\n\nb"
    table = tmp_path / "e.csv"
    table.write_text("prompt,completion\nSay hi,Hello\nSay hi,\n", encoding="utf-8")
    assert len(read_texts(table, registry).rows) == 1 and len(read_texts(table, registry, limit=1).left_out) == 0


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"\xff\xfe", "not UTF-8"),
        ("a.txt", b" \n", "is empty"),
        ("a.jsonl", b'{"product": "Mug"}', "--type TYPE"),
        ("a.jsonl", b'{"chosn": "a", "rejected": "b"}', "no column 'chosen' to score; did you mean 'chosn'"),
        ("a.jsonl", b'{"prompt": "a", "completion": 5}', "none of its 1 rows can be used"),
        ("a.jsonl", b"[1]", "none"),
    ],
)
def test_a_file_of_nothing_is_refused(
    name: str, content: bytes, message: str, tmp_path: Path, registry: Registry
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BriefError, match=message):
        read_texts(tmp_path / name, registry)


def test_our_engine_scores(tmp_path: Path) -> None:
    from aigc.engine import EngineOptions, open_engine

    engine = open_engine(tiny_gpt("llama", tmp_path / "tiny"), EngineOptions(device="cpu"))
    found = score_texts(scoring(engine), [(REQUEST, "Hello"), (REQUEST, "杯盖"), (REQUEST, "x" * 600)])
    assert found.tokens == (5, 6, 0) and found.nats_per_token and found.nats_per_token > 0 and 2 in found.refusals
    assert score_passages(scoring(engine), "Some words " * 200).bits_per_byte
    engine.close()
