"""What finishes parses and keeps to its grammar, and what was forced was not sampled: over random schemas."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aigc.errors import EngineError
from aigc.types import Completion, Grammar

OpenTiny = Callable[..., Any]
LETTERS = st.text("abc é折\"\\'-", min_size=1, max_size=8)
LEAVES = st.one_of(
    st.just({"type": "boolean"}),
    st.builds(
        lambda low, size: {"type": "integer", "minimum": low, "maximum": low + size},
        st.integers(-120, 120),
        st.integers(0, 150),
    ),
    st.just({"type": "number", "exclusiveMinimum": 0, "maximum": 2}),
    st.builds(
        lambda low, size: {"type": "string", "minLength": low, "maxLength": low + size},
        st.integers(0, 5),
        st.integers(0, 12),
    ),
    st.builds(
        lambda low, size: {"type": "string", "pattern": f"^[a-z][a-z ]{{{low},{low + size}}}[a-z]$"},
        st.integers(0, 4),
        st.integers(0, 9),
    ),
    st.builds(lambda texts: {"enum": texts}, st.lists(LETTERS, min_size=1, max_size=4, unique=True)),
    st.builds(lambda value: {"const": value}, st.one_of(LETTERS, st.integers(-9, 99), st.booleans(), st.none())),
)


def _object(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(fields), "required": list(fields), "additionalProperties": False}


def _nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    arrays = st.builds(
        lambda items, low, size: {"type": "array", "items": items, "minItems": low, "maxItems": low + size},
        inner,
        st.integers(0, 2),
        st.integers(0, 2),
    )
    return st.one_of(arrays, OBJECTS(inner))


def OBJECTS(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:  # noqa: N802
    return st.dictionaries(LETTERS.filter(str.strip), inner, min_size=1, max_size=3).map(_object)


SCHEMAS = OBJECTS(st.recursive(LEAVES, _nested, max_leaves=4))


def keeps(value: Any, schema: Mapping[str, Any]) -> bool:
    """Says whether a value is valid, by the few words of JSON Schema above; written apart from what compiles them."""
    if "enum" in schema or "const" in schema:
        allowed = schema["enum"] if "enum" in schema else [schema["const"]]
        return any(type(value) is type(one) and value == one for one in allowed)
    match schema["type"]:
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "number" as kind:
            exact = isinstance(value, int) if kind == "integer" else isinstance(value, int | float)
            low, above = schema.get("minimum", -1e99), schema.get("exclusiveMinimum", -1e99)
            return exact and not isinstance(value, bool) and low <= value <= schema["maximum"] and value > above
        case "string":
            sized = isinstance(value, str) and schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 1e9)
            return sized and re.search(schema.get("pattern", ""), value) is not None
        case "array":
            sized = isinstance(value, list) and schema["minItems"] <= len(value) <= schema["maxItems"]
            return sized and all(keeps(item, schema["items"]) for item in value)
        case "object":
            fields = schema["properties"]
            same = isinstance(value, dict) and list(value) == list(fields)  # in the schema's order
            return same and all(keeps(value[name], words) for name, words in fields.items())
    raise AssertionError(schema)


def test_the_validator_can_say_no() -> None:
    assert (
        keeps({"a": [1, 2]}, _object({"a": {"type": "array", "items": {"const": 1}, "minItems": 1, "maxItems": 2}}))
        is False
    )
    for schema, good, bad in (
        ({"type": "integer", "minimum": 1, "maximum": 3}, (1, 3), (0, 4, 1.5, True, "1")),
        ({"type": "string", "minLength": 1, "maxLength": 2}, ("a", "折叠"), ("", "abc", 1)),
        ({"enum": ["a", "b"]}, ("a",), ("c", None)),
        ({"const": 1}, (1,), (True, 1.0)),
        (_object({"a": {"type": "boolean"}}), ({"a": True},), ({}, {"a": 1}, {"a": True, "b": 1})),
    ):
        assert all(keeps(value, schema) for value in good)  # type: ignore[arg-type]
        assert not any(keeps(value, schema) for value in bad)  # type: ignore[arg-type]


def forced_by(engine: Any, grammar: Grammar, completion: Completion) -> list[bool]:
    """Says for each token of a text whether the grammar left no choice about it: what must not have been sampled."""
    matcher = engine.grammars.matcher(grammar)
    said: list[bool] = []
    while len(said) < len(completion.token_ids):
        sure = matcher.forced()
        said += [True] * len(sure)
        if not sure:
            assert matcher.accept(completion.token_ids[len(said)]), "a token its grammar does not allow"
            said.append(False)
    return said[: len(completion.token_ids)]


def check(engine: Any, grammar: Grammar, completion: Completion) -> None:
    """Asserts what holds of every completion with a grammar, finished or not."""
    assert completion.finish_reason in ("stop", "length") and not completion.error
    ids, usage = completion.token_ids, completion.usage
    assert usage.sampled + usage.forced == len(ids)
    scored = [score.token for score in completion.logprobs if score.token not in engine.ends]
    assert len(scored) == usage.sampled
    # Sampled tokens are those that are scored, in order, and none of them was forced. More may have been written
    # without sampling: what closes a string on a whole word.
    rest = iter(zip(ids, forced_by(engine, grammar, completion), strict=True))
    for token in scored:
        assert any(token == other and not forced for other, forced in rest), "a forced token was sampled"


@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_json_that_finishes_is_valid(kind: str, open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    engine = open_tiny(kind, chat=False, rows=16)
    finished: list[str] = []

    @settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(
        schemas=st.lists(SCHEMAS, min_size=4, max_size=4), seed=st.integers(0, 999), heat=st.sampled_from([1.0, 2.0])
    )
    def hold(schemas: list[dict[str, Any]], seed: int, heat: float) -> None:
        grammars = [Grammar(kind="json", source=json.dumps(schema)) for schema in schemas]
        requests = [
            asking(str(n), "x", grammar=grammar, temperature=heat, seed=seed, n=2, max_tokens=160, logprobs=1)
            for n, grammar in enumerate(grammars)
        ]
        for (name, _), completion in running(engine, requests).items():
            check(engine, grammars[int(name)], completion)
            if completion.finish_reason == "stop":
                assert keeps(json.loads(completion.text), schemas[int(name)]), completion.text
                assert not re.search(r"[:,]\s", re.sub(r'"(?:[^"\\]|\\.)*"', '""', completion.text)), "not compact"
            finished.append(completion.finish_reason)

    hold()
    assert finished.count("stop") > 0.8 * len(finished)


ITEM = r"[a-z]{1,5}=[0-9]+(\.[0-9])?"


@pytest.mark.parametrize(
    ("kind", "source", "whole"),
    [
        ("regex", "(?:[a-c]{2,4} ){1,3}[0-9]{2}", ""),
        ("regex", r"[^ \n](?:[^\n]{0,28}[^ \n])?", ""),
        ("regex", "Buy now|Order today|折叠|Buy", ""),
        ("lark", f'start: item ("," item)~1..3\nitem: /{ITEM}/', f"{ITEM}(?:,{ITEM}){{1,3}}"),
        ("lark", r'start: "Head: " /[^\n]{3,20}/ "\nText: " /[^\n]{3,30}/', r"Head: [^\n]{3,20}\nText: [^\n]{3,30}"),
    ],
)
@pytest.mark.parametrize("heat", [0.0, 1.0, 3.0])
def test_regex_enum_and_lark_that_finish_match(
    kind: Any, source: str, whole: str, heat: float, open_tiny: OpenTiny, asking: Any, running: Any
) -> None:
    engine, grammar = open_tiny(chat=False), Grammar(kind=kind, source=source)
    requests = [
        asking(str(seed), "x", grammar=grammar, temperature=heat, seed=seed, max_tokens=90, logprobs=1, n=2)
        for seed in range(6)
    ]
    done = running(engine, requests)
    for completion in done.values():
        check(engine, grammar, completion)
        if completion.finish_reason == "stop":
            assert re.fullmatch(whole or source, completion.text), completion.text
    assert sum(completion.finish_reason == "stop" for completion in done.values()) >= 6


def test_what_is_kept_for_a_repair_is_forced(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    from aigc.content.grammar import with_kept

    words: dict[str, Any] = {"type": "string", "minLength": 3, "limit": {"chars": 12}}
    fields = {"title": words, "tags": {"type": "array", "items": words, "minItems": 1, "maxItems": 2}, "text": words}
    kept = {"title": 'A "tall" mug,\nblue', "tags": ["折叠", "x"]}
    grammar = with_kept(fields, kept)
    engine = open_tiny(chat=False)
    requests = [
        asking(str(seed), "x", grammar=grammar, temperature=1.0, seed=seed, max_tokens=200, logprobs=1)
        for seed in range(6)
    ]
    given = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))[:-1] + ',"text":"'
    for completion in running(engine, requests).values():
        check(engine, grammar, completion)
        value = json.loads(completion.text)
        assert {name: value[name] for name in kept} == kept and value["text"]
        assert completion.usage.forced >= len(given.encode())
        assert completion.usage.sampled <= len(value["text"].encode()) + 2  # its end, and a bit of an escape


def test_forced_tokens_are_fed_like_a_prompt(
    open_tiny: OpenTiny, asking: Any, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred forced tokens cost one step, not a hundred."""
    engine = open_tiny(chat=False)
    steps: list[int] = []
    forward = engine.network.forward
    monkeypatch.setattr(
        engine.network,
        "forward",
        lambda spans, keep: (steps.append(sum(len(s.ids) for s in spans)), forward(spans, keep))[1],
    )
    grammar = Grammar(kind="regex", source="[ab]" + "x" * 100 + "[ab]")
    completion = running(engine, [asking("0", "a mug", grammar=grammar, max_tokens=200)])["0", 0]
    assert (completion.usage.sampled, completion.usage.forced) == (2, 100)
    assert steps == [5, 101]


def test_masks_are_filled_while_the_model_runs(open_tiny: OpenTiny, asking: Any, running: Any) -> None:
    """Filling has begun, on another thread, before the forward is called, and is waited for after it."""
    engine = open_tiny(chat=False)
    said: list[str] = []
    bias, forward = engine.loop.bias, engine.network.forward

    def fill(matchers: Any) -> Any:
        said.append("begun")
        wait = bias(matchers)
        return lambda: (said.append("waited"), wait())[1]

    engine.loop.bias = fill
    engine.network.forward = lambda spans, keep: (said.append("ran"), forward(spans, keep))[1]
    running(engine, [asking("0", "x", grammar=Grammar(kind="regex", source="[ab]{3}"))])
    assert [*pairwise(said)][:2] == [("begun", "ran"), ("ran", "waited")] and said.count("waited") == 3


@pytest.mark.parametrize("kind", ["llama", "gemma3"])
def test_a_tokenizer_may_know_more_than_the_model(
    kind: str, open_tiny: OpenTiny, asking: Any, running: Any, tmp_path: Path
) -> None:
    """Gemma 3's has a token for pictures that a model of texts has no row for."""
    from tokenizers import AddedToken, Tokenizer

    from aigc.engine import EngineOptions, open_engine

    whole = open_tiny(kind)
    folder = shutil.copytree(whole.folder, tmp_path / kind)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    names = [f"<picture{number}>" for number in range(1 + whole.network.vocab - tokenizer.get_vocab_size())]
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in names])
    tokenizer.save(str(folder / "tokenizer.json"))
    engine = open_engine(folder, EngineOptions(device="cpu"))
    assert engine.front.vocab > engine.network.vocab == engine.vocab
    request = asking("a", "Hello", grammar=Grammar(kind="regex", source="(yes|no), (please|thanks)"), max_tokens=30)
    done = running(engine, [request])["a", 0]
    assert re.fullmatch("(yes|no), (please|thanks)", done.text), done.error
    engine.front.encode = lambda prompt: [1, engine.network.vocab]  # as the reader of a damaged file might
    with pytest.raises(EngineError, match="and the model knows"):
        engine.encode(request)
    engine.close()


@pytest.mark.parametrize("free", [True, False])
def test_weights_that_are_no_numbers_are_said_to_be(
    free: bool, open_tiny: OpenTiny, asking: Any, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_tiny("llama")
    forward = engine.network.forward
    monkeypatch.setattr(engine.network, "forward", lambda *given: forward(*given) * float("nan"))
    grammar = None if free else Grammar(kind="regex", source="(yes|no), (please|thanks)")
    done = running(engine, [asking("a", "Hello", grammar=grammar, max_tokens=5)])["a", 0]
    assert done.finish_reason == "error" and done.error.startswith("the model gives no numbers")


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
        {
            "type": "object",
            "properties": {"a": {"$ref": "#/$defs/a"}},
            "required": ["a"],
            "$defs": {"a": {"$ref": "#/$defs/a"}},
        },
    ],
)
def test_a_schema_of_which_no_text_can_come_is_an_error(
    schema: Any, open_tiny: OpenTiny, asking: Any, running: Any
) -> None:
    request = asking("a", "Hi", grammar=Grammar(kind="json", source=json.dumps(schema)), max_tokens=40)
    answer = running(open_tiny(), [request])["a", 0]
    assert answer.finish_reason == "error"
    assert answer.error == "the grammar broke off: no whole text can come of it"
