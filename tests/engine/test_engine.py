from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from aigc.errors import EngineError
from aigc.types import Completion, Delta, Generator, Grammar

OpenTiny = Callable[..., Any]


def test_it_is_a_generator(open_tiny: OpenTiny) -> None:
    engine = open_tiny(rows=7)
    assert isinstance(engine, Generator) and engine.capacity == 7
    assert list(engine.step()) == []
    assert engine.model_name


def test_a_json_grammar_gives_compact_json_in_schema_order(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    schema = {
        "type": "object",
        "properties": {"title": {"type": "string", "maxLength": 9}, "size": {"enum": ["small", "large"]}},
        "required": ["title", "size"],
        "additionalProperties": False,
    }
    grammar = Grammar(kind="json", source=json.dumps(schema))
    requests = [asking(str(n), "x", grammar=grammar, temperature=1.5, seed=n, max_tokens=200) for n in range(8)]
    for completion in running(open_tiny(), requests).values():
        value = json.loads(completion.text)
        assert list(value) == ["title", "size"] and len(value["title"]) <= 9
        assert completion.text.startswith('{"title":"') and completion.finish_reason == "stop"
        assert completion.usage.forced >= len('{"title":"') + len('","size":"')
        assert completion.usage.sampled + completion.usage.forced == len(completion.token_ids)


def test_regex_and_lark_hold_and_end(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    requests = [
        asking("regex", "x", grammar=Grammar(kind="regex", source="[ab]{4}c"), temperature=1.0),
        asking("lark", "x", grammar=Grammar(kind="lark", source='start: "Buy: " /[0-9]{3}/'), temperature=1.0),
        asking("word", "x", grammar=Grammar(kind="regex", source="only this"), temperature=1.0),
    ]
    done = running(open_tiny(), requests)
    assert set(done["regex", 0].text) <= set("abc") and len(done["regex", 0].text) == 5
    assert done["lark", 0].text.startswith("Buy: ") and done["lark", 0].text[5:].isdigit()
    assert done["word", 0].text == "only this" and done["word", 0].usage.sampled == 0
    assert {completion.finish_reason for completion in done.values()} == {"stop"}


def test_a_grammar_cut_by_the_length_says_length(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    request = asking("0", "x", grammar=Grammar(kind="regex", source="forced text[ab]{50}"), max_tokens=20)
    completion = running(open_tiny(), [request])["0", 0]
    assert completion.finish_reason == "length" and len(completion.token_ids) == 20
    tail = asking("0", "x", grammar=Grammar(kind="regex", source="[ab]{18}forced"), max_tokens=20)
    assert running(open_tiny(), [tail])["0", 0].finish_reason == "length"
    at_once = asking("0", "x", grammar=Grammar(kind="regex", source="forced only"), max_tokens=6)
    assert running(open_tiny(), [at_once])["0", 0].finish_reason == "length"
    exact = asking("0", "x", grammar=Grammar(kind="regex", source="[ab]{20}"), max_tokens=20)
    assert running(open_tiny(), [exact])["0", 0].finish_reason == "stop"


@pytest.mark.parametrize(
    ("kind", "source"), [("regex", "((("), ("json", '{"type": "nothing"}'), ("json", "{"), ("lark", "start: missing")]
)
def test_a_grammar_that_does_not_compile_fails_alone(
    kind: Any, source: str, open_tiny: OpenTiny, asking: Any, running: Any
) -> None:
    done = running(open_tiny(), [asking("bad", "x", grammar=Grammar(kind=kind, source=source)), asking("good", "x")])
    assert done["bad", 0].finish_reason == "error"
    assert done["bad", 0].error.startswith(f"the {kind} grammar does not compile: ")
    assert done["good", 0].finish_reason in ("stop", "length")


def test_a_prompt_too_long_fails_alone_with_both_numbers(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    engine = open_tiny("gpt2", chat=False)
    done = running(engine, [asking("long", "x" * 513), asking("full", "x" * 500), asking("good", "x")])
    assert done["long", 0].finish_reason == "error"
    assert done["long", 0].error == "the prompt has 513 tokens and the model takes 512"
    assert done["full", 0].finish_reason == "length" and len(done["full", 0].token_ids) <= 12
    assert done["good", 0].finish_reason in ("stop", "length")


def test_context_can_be_lowered(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    done = running(open_tiny("gpt2", chat=False, context=100), [asking("long", "x" * 100)])
    assert done["long", 0].error == "the prompt has 100 tokens and the model takes 100"


def free_text(open_tiny: OpenTiny, asking: Any, running: Any, **extra: Any) -> Completion:
    request = asking("0", "a mug", temperature=1.0, max_tokens=60, seed=3, **extra)
    completion: Completion = running(open_tiny(), [request])["0", 0]
    return completion


def test_a_stop_string_ends_the_text_before_it(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    whole = free_text(open_tiny, asking, running).text
    stop = whole[10:13]
    assert len(stop) == 3  # three tokens or more: a byte each
    cut = free_text(open_tiny, asking, running, stop=("never there", stop))
    assert cut.text == whole[: whole.index(stop)] and cut.finish_reason == "stop"


def test_deltas_add_up_and_hold_back_a_possible_stop(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    whole = free_text(open_tiny, asking, running).text
    stop = whole[10:13]
    for stops in ((), (stop,), (whole[10:12] + "never",)):
        engine = open_tiny()
        engine.submit(asking("0", "a mug", temperature=1.0, max_tokens=60, seed=3, stop=stops, stream=True))
        shown, final = "", None
        while engine.busy:
            for result in engine.step():
                if isinstance(result, Delta):
                    assert result.text and final is None
                    shown += result.text
                else:
                    final = result
        assert final is not None and shown == final.text
        assert final.text == (whole if stops != (stop,) else whole[: whole.index(stop)])


def test_a_delta_never_splits_a_character(open_tiny: OpenTiny, asking: Any) -> None:
    engine = open_tiny()
    engine.submit(asking("0", "x", grammar=Grammar(kind="regex", source="[折叠电动]{6}"), temperature=1.0, stream=True))
    deltas = []
    while engine.busy:
        deltas += [result.text for result in engine.step() if isinstance(result, Delta)]
    assert len("".join(deltas)) == 6 and set("".join(deltas)) <= set("折叠电动")


def test_logprobs_are_of_the_model_before_temperature_and_grammar(
    open_tiny: OpenTiny, asking: Any, running: Any
) -> None:
    import torch

    from aigc.engine.reference import Reference

    engine = open_tiny()
    grammar = Grammar(kind="regex", source="[ab]{6}")
    request = asking("0", "a mug", temperature=2.0, grammar=grammar, logprobs=3)
    completion = running(engine, [request])["0", 0]
    ids = engine.front.encode(request.prompt)
    model = Reference(engine, engine.folder).model
    with torch.inference_mode():
        logits = model(torch.tensor([ids + list(completion.token_ids)])).logits[0, len(ids) - 1 : -1]
    true = torch.log_softmax(logits[:, : engine.vocab].float(), dim=-1)
    for place, score in enumerate(completion.logprobs):
        assert score.logprob == pytest.approx(float(true[place, score.token]), abs=1e-4)
        assert [token for token, _ in score.top] == true[place].topk(3).indices.tolist()
    mean = sum(score.logprob for score in completion.logprobs) / 6
    assert completion.mean_logprob == pytest.approx(mean) and len(completion.logprobs) == 6


def test_cancelling(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    engine = open_tiny(rows=4)
    for name in ("a", "b", "c"):
        engine.submit(asking(name, f"{name} mug", temperature=1.0, max_tokens=50, n=2))
    engine.step()
    engine.step()
    engine.cancel("a")  # being written
    engine.cancel("c")  # still waiting
    engine.cancel("never heard of")
    engine.check_integrity()
    done = running(engine)
    assert {name for name, _ in done} == {"a", "b", "c"}
    assert done["a", 0].finish_reason == done["c", 0].finish_reason == "cancelled"
    assert done["a", 0].text and not done["c", 0].text
    assert {done["b", 0].finish_reason, done["b", 1].finish_reason} <= {"stop", "length"}


def test_more_candidates_than_rows(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    wide, narrow = (running(open_tiny(rows=rows), [asking("0", "x", temperature=1.0, n=7)]) for rows in (64, 3))
    assert len(wide) == 7 and {key: c.text for key, c in wide.items()} == {key: c.text for key, c in narrow.items()}


def test_misuse(open_tiny: OpenTiny, asking: Any) -> None:
    engine = open_tiny()
    engine.submit(asking("0", "x"))
    with pytest.raises(EngineError, match="'0' is in hand already"):
        engine.submit(asking("0", "x"))
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.submit(asking("1", "x"))


def test_no_thread_is_left(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    before = threading.active_count()
    engine = open_tiny()
    running(engine, [asking("0", "x", grammar=Grammar(kind="regex", source="[ab]+"))])
    engine.close()
    assert threading.active_count() == before


def test_prefixes_are_bounded(open_tiny: OpenTiny, asking: Any, running: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aigc.engine.engine.PREFIX_TOKENS", 200)
    engine = open_tiny()
    for n in range(6):
        running(engine, [asking("0", f"{n}" * 90), asking("1", f"{n}" * 90 + "!")])
    assert sum(len(prefix.ids) for prefix in engine.loop.prefixes.kept) <= 200
    warm = running(engine, [asking("0", "5" * 90)])
    assert warm["0", 0].usage.cached > 90


def test_tokens_are_counted_as_the_model_sees_them(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    engine = open_tiny()
    request = asking("0", "a mug", system="Be brief.")
    assert engine.count_tokens(request.prompt) == running(engine, [request])["0", 0].usage.prompt > 20
