"""Texts that are there already: how likely they are, by transformers' own logits, alone and in any company."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aigc.errors import EngineError
from aigc.types import Message, Prompt, Request, SamplingParams, TokenLogprob

from .test_adapters import TARGETS, merge, open_model, paths_of, write_adapter

SHOTS = "Write a headline. Steel kettle: Boils in a minute. Oak table: Made to stay. "
ASKED = [  # prompts that share a start, one that does not, and a text longer than a step
    (SHOTS + "Wool scarf:", "Warm all winter, light all day."),
    (SHOTS + "Wool scarf:", "Soft."),
    (SHOTS + "Glass jar:", "Keeps what you cook, shows what you keep. ガラス"),
    ("Hello", "Good morning to you."),
    (SHOTS + "Tea:", "Green " * 30),
]


def given_of(engine: Any, request: Any, text: str) -> tuple[list[int], int]:
    """The ids of a prompt and a text after it, and where that begins."""
    prompt = engine.front.encode(request.prompt)
    return [*prompt, *engine.front.text_ids(text)], len(prompt)


def by_transformers(model: Any, windows: Any) -> list[tuple[list[float], list[int]]]:
    import torch

    found = []
    with torch.inference_mode():
        for ids, begin in windows:
            logits = model(torch.tensor([ids])).logits[0, begin - 1 : -1].double().log_softmax(1)
            chosen = torch.tensor(ids[begin:])
            found.append((logits.gather(1, chosen[:, None])[:, 0].tolist(), logits.argmax(1).tolist()))
    return found


@pytest.mark.parametrize("together", [512, 40])
@pytest.mark.parametrize("kind", ["llama", "qwen3", "gemma3", "mistral"])
def test_scores_are_the_models_own(
    kind: str, together: int, open_tiny: Callable[..., Any], asking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aigc.engine import scoring

    engine = open_tiny(kind, dtype="float32")
    monkeypatch.setattr(scoring, "TOGETHER", together)
    monkeypatch.setattr(scoring, "LOGITS", 4 * engine.network.vocab * (together // 5))
    asked = [(asking(str(at), prompt), text) for at, (prompt, text) in enumerate(ASKED)]
    expected = by_transformers(open_model(engine.folder), [given_of(engine, *one) for one in asked])
    for one, (logprobs, likeliest) in zip(engine.score(asked), expected, strict=True):
        assert one.logprobs == pytest.approx(logprobs, abs=2e-4)
        assert one.total == pytest.approx(sum(logprobs), abs=5e-3)
        assert sum(a != b for a, b in zip(one.likeliest, likeliest, strict=True)) <= 1, "where two tie, either"


def test_each_text_is_scored_under_its_own_adapter(open_tiny: Callable[..., Any], asking: Any, tmp_path: Path) -> None:
    engine = open_tiny("llama")
    plain, adapted = open_model(engine.folder), open_model(engine.folder)
    merge(adapted, write_adapter(tmp_path / "lora", plain, paths_of(plain, TARGETS["llama"]), seed=1), 2)
    engine.load_adapter("lora", tmp_path / "lora")
    asked = [(asking(str(at), prompt), text) for at, (prompt, text) in enumerate(ASKED)]
    both = [one for request, text in asked for one in ((request, text), (replace(request, adapter="lora"), text))]
    windows = [given_of(engine, *one) for one in asked]
    expected = zip(by_transformers(plain, windows), by_transformers(adapted, windows), strict=True)
    for one, (logprobs, _) in zip(engine.score(both), [score for pair in expected for score in pair], strict=True):
        assert one.logprobs == pytest.approx(logprobs, abs=2e-4)


def test_each_token_of_a_prompt_or_a_text_has_its_figure(open_tiny: Callable[..., Any], asking: Any) -> None:
    engine = open_tiny("llama")
    model = open_model(engine.folder)
    plain = Prompt(messages=(Message(role="user", content="Hot tea, ガ"),), chat=False)
    ids = engine.front.encode(plain)
    figures = SamplingParams(logprobs=2)
    asked = {
        "text": Request(id="text", prompt=plain, given=" is good", sampling=figures),
        "prompt": Request(id="prompt", prompt=plain, given="", sampling=figures),
        "ids": Request(id="ids", prompt=Prompt(messages=(), ids=tuple(ids)), given="", sampling=figures),
        "one": Request(id="one", prompt=Prompt(messages=(), ids=(65,)), given="", sampling=figures),
        "none": Request(id="none", prompt=plain, given=" is good"),
    }
    for one in asked.values():
        engine.submit(one)
    answers = {one.request_id: one for one in engine.step()}
    after = [*ids, *engine.front.text_ids(" is good")]
    for name, window in (("text", (after, len(ids))), ("prompt", (ids, 1))):
        ((expected, likeliest),) = by_transformers(model, [window])
        told = answers[name].logprobs[1:] if name == "prompt" else answers[name].logprobs
        assert [one.logprob for one in told] == pytest.approx(expected, abs=2e-4)
        assert sum(one.top[0][0] != best for one, best in zip(told, likeliest, strict=True)) <= 1
        assert all(len(one.top) == 2 == len(one.top_spelled) for one in told)
    assert answers["prompt"].logprobs[0] == TokenLogprob(token=ids[0], logprob=0.0, spelled=b"H")
    assert b"".join(one.spelled for one in answers["prompt"].logprobs) == "Hot tea, ガ".encode()
    assert answers["ids"].logprobs == pytest.approx(answers["prompt"].logprobs)
    assert [one.spelled for one in answers["one"].logprobs] == [b"A"] and answers["one"].mean_logprob is None
    assert answers["none"].logprobs == ()


def test_a_prompt_may_come_in_tokens(open_tiny: Callable[..., Any]) -> None:
    engine = open_tiny("llama")
    plain = Prompt(messages=(Message(role="user", content="Hot tea"),), chat=False)
    ids = tuple(engine.front.encode(plain))
    assert engine.front.encode(Prompt(messages=(), ids=ids)) == list(ids)
    more = Prompt(messages=(Message(role="user", content="!<|im_end|>"),), ids=ids)
    assert engine.front.encode(more) == [*ids, *engine.front.text_ids("!<|im_end|>")]
    texts = {}
    for name, prompt in (("text", plain), ("ids", Prompt(messages=(), ids=ids))):
        engine.submit(Request(id=name, prompt=prompt, sampling=SamplingParams(max_tokens=12, seed=5)))
    while engine.busy:
        texts |= {one.request_id: one.text for one in engine.step()}
    assert texts["text"] == texts["ids"]


def test_company_and_order_change_nothing(open_tiny: Callable[..., Any], asking: Any) -> None:
    engine = open_tiny("qwen2")
    if not engine.network.steady:
        pytest.skip("no kernels were built for this machine")
    asked = [(asking(str(at), prompt), text) for at, (prompt, text) in enumerate(ASKED)]
    alone = [engine.score([one])[0] for one in asked]
    order = random.Random(3).sample(range(len(asked)), len(asked))
    assert engine.score([asked[place] for place in order]) == [alone[place] for place in order]
    assert engine.score([]) == []


def test_what_is_shared_is_computed_once(open_tiny: Callable[..., Any], asking: Any) -> None:
    engine, tokens = open_tiny("llama"), []
    forward = engine.network.forward

    def counted(spans: Any, keep: Any) -> Any:
        tokens.append(sum(len(span.ids) for span in spans))
        return forward(spans, keep)

    engine.network.forward = counted
    asked = [(asking(str(at), SHOTS + "Wool scarf:"), f"Number {at}.") for at in range(20)]
    engine.score(asked)
    prompt = engine.count_tokens(asked[0][0].prompt)
    assert sum(tokens) < prompt + 20 * 12


@pytest.mark.parametrize("kind", ["llama", "gemma3", "mistral"])
def test_prompts_that_differ_late_copy_what_they_share(kind: str, open_tiny: Callable[..., Any], asking: Any) -> None:
    engine, calls = open_tiny(kind, dtype="float32"), []
    angles = ("outcome and ease", "moment and place", "proof in numbers", "who it is for")
    asked = [
        (asking(f"{at}{angle}", SHOTS + f"Wool scarf, seen as {angle}, in a few plain words:"), f"Number {at}.")
        for angle in angles
        for at in range(12)
    ]
    expected = by_transformers(open_model(engine.folder), [given_of(engine, *one) for one in asked])
    forward = engine.network.forward

    def counted(spans: Any, keep: Any) -> Any:
        calls.append(sum(len(span.ids) for span in spans))
        return forward(spans, keep)

    engine.network.forward = counted
    for one, (logprobs, _) in zip(engine.score(asked), expected, strict=True):
        assert one.logprobs == pytest.approx(logprobs, abs=2e-4)
    prompt, texts = engine.count_tokens(asked[0][0].prompt), 48 * 12
    if engine.network.in_place:
        assert sum(calls) < 2.5 * prompt + texts, "four prompts, of which most is the same"
        assert len(calls) <= 2 + texts // 512 + 1


def test_scoring_leaves_what_is_in_hand_alone(open_tiny: Callable[..., Any], asking: Any, running: Any) -> None:
    engine = open_tiny("llama")
    expected = running(engine, [asking("a", "Hello", max_tokens=12)])["a", 0].text
    engine.submit(asking("a", "Hello", max_tokens=12))
    engine.step()
    engine.score([(asking("b", "Hello"), "there")])
    found = []
    while engine.busy:
        found += engine.step()
    assert [one.text for one in found] == [expected]


def test_what_cannot_be_scored_is_said(open_tiny: Callable[..., Any], asking: Any) -> None:
    engine = open_tiny("llama")
    with pytest.raises(EngineError, match="an empty text cannot be scored"):
        engine.score([(asking("a", "Hello"), "")])
    with pytest.raises(EngineError, match=r"the prompt has \d+ tokens and its text \d+, and the model takes"):
        engine.score([(asking("a", "Hello"), "word " * 3000)])
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.score([(asking("a", "Hello"), "there")])


def test_a_request_for_a_given_text_comes_back_with_its_figures(
    open_tiny: Callable[..., Any], asking: Any, running: Any, tmp_path: Path
) -> None:
    engine = open_tiny("llama")
    write_adapter(
        tmp_path / "lora", open_model(engine.folder), paths_of(open_model(engine.folder), TARGETS["llama"]), seed=1
    )
    engine.load_adapter("lora", tmp_path / "lora")
    written = running(engine, [asking("w", "Hello", max_tokens=12)])["w", 0].text
    requests = [
        replace(asking(f"{at}{adapter}", prompt), given=text, adapter=adapter or None)
        for at, (prompt, text) in enumerate(ASKED)
        for adapter in ("", "lora")
    ]
    scores = engine.score([(request, request.given) for request in requests])
    found = running(engine, [asking("w", "Hello", max_tokens=12), *requests])
    assert found["w", 0].text == written
    for request, one in zip(requests, scores, strict=True):
        answer = found[request.id, 0]
        assert (answer.text, answer.finish_reason) == (request.given, "stop")
        assert answer.usage.forced == len(one.logprobs) == len(answer.token_ids)
        assert answer.mean_logprob * answer.usage.forced == pytest.approx(one.total, abs=1e-3)
        assert not answer.usage.sampled


def test_a_bare_word_is_scored_without_its_end(open_tiny: Callable[..., Any], asking: Any) -> None:
    engine = open_tiny("llama")
    engine.submit(replace(asking("a", "Is it?"), given="Y"))
    (answer,) = engine.step()
    assert answer.token_ids == tuple(engine.front.text_ids("Y"))
    assert not engine.busy


def test_given_texts_that_cannot_be_scored_or_are_dropped(open_tiny: Callable[..., Any], asking: Any) -> None:
    engine = open_tiny("llama")
    engine.submit(replace(asking("empty", "Hello"), given=""))
    engine.submit(replace(asking("long", "Hello"), given="word " * 3000))
    engine.submit(replace(asking("lora", "Hello"), given="there", adapter="none"))
    engine.submit(replace(asking("gone", "Hello"), given="there"))
    with pytest.raises(EngineError, match="in hand already"):
        engine.submit(replace(asking("gone", "Hello"), given="there"))
    engine.cancel("gone")
    engine.submit(replace(asking("good", "Hello"), given="there"))
    found = {one.request_id: one for one in engine.step()}
    assert {name: one.finish_reason for name, one in found.items()} == {
        **dict.fromkeys(("empty", "long", "lora"), "error"),
        "gone": "cancelled",
        "good": "stop",
    }
    assert "empty text" in found["empty"].error and "not loaded" in found["lora"].error


def test_given_texts_are_scored_in_smaller_lots_where_memory_runs_out(
    open_tiny: Callable[..., Any], asking: Any, running: Any
) -> None:
    engine = open_tiny("llama")
    requests = [replace(asking(str(at), "Hello"), given=f"there {at}") for at in range(9)]
    expected = running(engine, requests)
    forward = engine.network.forward

    def scarce(spans: Any, keep: Any) -> Any:
        if len(spans) > 3:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return forward(spans, keep)

    engine.network.forward = scarce
    found = running(engine, requests)
    assert {key: one.text for key, one in found.items()} == {key: one.text for key, one in expected.items()}
    assert all(one.mean_logprob == pytest.approx(expected[key].mean_logprob, abs=1e-4) for key, one in found.items())

    def full(spans: Any, keep: Any) -> Any:
        raise MemoryError

    engine.network.forward = full
    assert {one.error for one in running(engine, requests).values()} == {"the text does not fit into memory"}
