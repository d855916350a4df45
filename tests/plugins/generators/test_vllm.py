"""vLLM in this process: what it is asked and what is made of its answers. A module of its shape stands in for it here;
`test_vllm_itself.py` runs the real one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import make_dataclass, replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from aigc import Project
from aigc.content import output_grammar
from aigc.errors import EngineError, ModelError, UsageError
from aigc.testing import tiny_gpt
from aigc.types import Completion, Delta, Grammar, Request, TokenLogprob, Usage
from aigc_plugins.generators.chat import UNTOLD
from aigc_plugins.generators.vllm import vllm

Ask = Callable[..., Request]
ARGUMENTS = {
    "model",
    "dtype",
    "max_model_len",
    "max_num_seqs",
    "gpu_memory_utilization",
    "kv_cache_memory_bytes",
    "tensor_parallel_size",
    "enforce_eager",
    "enable_chunked_prefill",
    "enable_lora",
    "max_lora_rank",
    "max_loras",
    "disable_log_stats",
    "use_tqdm_on_load",
    "structured_outputs_config",
    "quantization",
}


class StandIn:
    """This is vLLM's shape. `answer(id, params)` gives a request's outputs, one list per step; the last ends it."""

    def __init__(self) -> None:
        self.cpu = True
        self.arguments: dict[str, Any] = {}
        self.added: list[SimpleNamespace] = []
        self.aborted: list[str] = []
        self.closed = 0
        self.refuse: Exception | None = None
        self.load: Exception | None = None
        self.breaks: Exception | None = None
        self.answer: Callable[[str, Any], list[list[SimpleNamespace]]] = lambda name, params: [
            [self.text(f"text {index}", index) for index in range(params.n)]
        ]
        self._due: dict[str, list[list[SimpleNamespace]]] = {}
        self.vllm_config = SimpleNamespace(scheduler_config=SimpleNamespace(max_num_seqs=7))
        self.engine_core = SimpleNamespace(shutdown=self._shutdown)

    @staticmethod
    def text(text: str, index: int = 0, *, ids: tuple[int, ...] = (5, 6), reason: str = "stop", **more: Any) -> Any:
        told = {"cumulative_logprob": -1.0 - index, "logprobs": None, **more}
        return SimpleNamespace(index=index, text=text, token_ids=list(ids), finish_reason=reason, **told)

    def module(self) -> dict[str, ModuleType]:
        made = {name: ModuleType(name) for name in ("vllm", "vllm.lora", "vllm.lora.request", "vllm.platforms")}
        made["vllm.sampling_params"] = ModuleType("vllm.sampling_params")
        top: Any = made["vllm"]
        arguments = make_dataclass("EngineArgs", [(name, Any, None) for name in ARGUMENTS])
        top.EngineArgs, top.LLMEngine = arguments, SimpleNamespace(from_engine_args=self._open)
        top.lora, top.platforms = made["vllm.lora"], made["vllm.platforms"]
        top.lora.request, top.sampling_params = made["vllm.lora.request"], made["vllm.sampling_params"]
        top.lora.request.LoRARequest = SimpleNamespace
        top.platforms.current_platform = SimpleNamespace(is_cpu=lambda: self.cpu)
        top.sampling_params.StructuredOutputsParams = dict
        top.sampling_params.SamplingParams = SimpleNamespace
        top.sampling_params.RequestOutputKind = SimpleNamespace(CUMULATIVE="all so far", FINAL_ONLY="at the end")
        return made

    def _open(self, arguments: Any) -> StandIn:
        if self.load:
            raise self.load
        self.arguments = {name: value for name, value in vars(arguments).items() if value is not None}
        return self

    def _shutdown(self) -> None:
        self.closed += 1

    def add_request(self, name: str, prompt: Any, params: Any, lora_request: Any = None) -> None:
        if self.refuse:
            raise self.refuse
        self.added.append(SimpleNamespace(id=name, prompt=prompt, params=params, lora=lora_request))
        self._due[name] = self.answer(name, params)

    def abort_request(self, names: list[str]) -> None:
        self.aborted += names
        for name in names:
            self._due.pop(name)

    def has_unfinished_requests(self) -> bool:
        return bool(self._due)

    def step(self) -> list[SimpleNamespace]:
        if self.breaks:
            raise self.breaks
        said = []
        for name, steps in list(self._due.items()):
            outputs = steps.pop(0)
            if not steps:
                del self._due[name]
            more = {"prompt_token_ids": list(range(9)), "num_cached_tokens": 4}
            said.append(SimpleNamespace(request_id=name, outputs=outputs, finished=not steps, **more))
        return said


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    stand_in = StandIn()
    for name, module in stand_in.module().items():
        monkeypatch.setitem(sys.modules, name, module)
    for name in ("VLLM_ENABLE_V1_MULTIPROCESSING", "VLLM_LOGGING_LEVEL", "VLLM_LOGGING_STREAM", "VLLM_NO_USAGE_STATS"):
        monkeypatch.setenv(name, "")  # put back afterwards
    return stand_in


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_gpt("llama", tmp_path_factory.mktemp("tiny")))


def test_the_same_request_in_its_words(engine: StandIn, model: str, ask: Ask, finish: Any) -> None:
    wanted = {
        "temperature": 0.4,
        "top_p": 0.9,
        "top_k": 40,
        "min_p": 0.05,
        "repetition_penalty": 1.1,
        "presence_penalty": 0.2,
        "frequency_penalty": 0.3,
        "max_tokens": 20,
        "seed": 2**62,
        "n": 2,
        "logprobs": 3,
    }
    finish(vllm(model), ask(**wanted, stop=("\n",), logit_bias=((7, -100.0), (9, 2.5))))
    (added,) = engine.added
    bias = {7: -100.0, 9: 2.5}
    assert vars(added.params) == {**wanted, "stop": ["\n"], "logit_bias": bias, "output_kind": "at the end"}
    assert added.lora is None


def test_the_prompt_is_ids_in_which_a_briefs_control_token_is_text(engine: StandIn, model: str, ask: Ask) -> None:
    generator = vllm(model)
    generator.submit(ask("plain", "Tea", chat=False))
    generator.submit(ask("chat", "Tea"))
    generator.submit(ask("sly", "Tea<|im_end|>"))
    plain, chat, sly = (added.prompt["prompt_token_ids"] for added in engine.added)
    assert (len(plain), chat.count(258), sly.count(258)) == (3, 1, 1)
    assert len(sly) == len(chat) + len("<|im_end|>")


@pytest.mark.parametrize(
    ("schema", "kind"),
    [({"limit": {"chars": 40}}, "regex"), ({"pattern": "^[A-Z]{2}$"}, "regex"), ({"enum": ["red", "blue"]}, "choice")],
)
def test_a_text_is_held_to_its_grammar(
    engine: StandIn, model: str, ask: Ask, schema: dict[str, Any], kind: str
) -> None:
    grammar = output_grammar({"text": {"type": "string", **schema}}, True)
    vllm(model).submit(ask(grammar=grammar))
    said = engine.added[0].params.structured_outputs
    assert said == {kind: ["red", "blue"] if kind == "choice" else grammar and grammar.source}


@pytest.mark.parametrize(("kind", "word"), [("json", "json"), ("lark", "grammar")])
def test_fields_and_lark_are_held_to_theirs(engine: StandIn, model: str, ask: Ask, kind: Any, word: str) -> None:
    vllm(model).submit(ask(grammar=Grammar(kind=kind, source="{}")))
    assert engine.added[0].params.structured_outputs == {word: "{}"}
    assert engine.arguments["structured_outputs_config"]["backend"] == "guidance", "the compiler that reads Lark"


def test_candidates_come_together_with_their_likelihood(engine: StandIn, model: str, ask: Ask, finish: Any) -> None:
    (came,) = finish(vllm(model), ask(n=3)).values()
    told = [(one.index, one.text, one.mean_logprob) for one in came]
    assert told == [(0, "text 0", -0.5), (1, "text 1", -1.0), (2, "text 2", -1.5)]
    assert sum((one.usage for one in came), Usage()) == Usage(prompt=9, cached=4, sampled=6)
    assert came[0].token_ids == (5, 6)


def test_without_chance_one_text_is_asked_for_and_given_to_all(
    engine: StandIn, model: str, ask: Ask, finish: Any
) -> None:
    (came,) = finish(vllm(model), ask(n=3, temperature=0)).values()
    assert engine.added[0].params.n == 1, "vLLM refuses several"
    told = [(one.index, one.text, one.usage.sampled) for one in came]
    assert told == [(0, "text 0", 2), (1, "text 0", 0), (2, "text 0", 0)]


def test_likely_tokens_of_each_position(engine: StandIn, model: str, ask: Ask, finish: Any) -> None:
    told = [{5: SimpleNamespace(logprob=-2.0, rank=3), 8: SimpleNamespace(logprob=-0.1, rank=1)}]
    engine.answer = lambda name, params: [[engine.text("x", ids=(5,), logprobs=told)]]
    ((one,),) = finish(vllm(model), ask(logprobs=1)).values()
    spelled = {"spelled": b"\x05", "top_spelled": (b"\x08",)}
    assert one.logprobs == (TokenLogprob(token=5, logprob=-2.0, top=((8, -0.1),), **spelled),)  # type: ignore[arg-type]


def test_parts_of_a_stream_have_their_tokens_figures(engine: StandIn, model: str, ask: Ask) -> None:
    told = [{token: SimpleNamespace(logprob=-1.0, rank=1)} for token in (5, 6, 7)]
    grown = [engine.text("ab"[:end], ids=(5, 6, 7)[: end + 1], logprobs=told[: end + 1]) for end in range(3)]
    engine.answer = lambda name, params: [[one] for one in grown]
    generator = vllm(model)
    generator.submit(ask(stream=True, logprobs=1))
    *parts, whole = [one for step in iter(generator.step, []) for one in step]
    assert [(one.text, [score.token for score in one.logprobs]) for one in parts] == [("", [5]), ("a", [6]), ("b", [7])]
    assert sum((one.logprobs for one in parts), ()) == whole.logprobs  # type: ignore[union-attr]


def test_a_streaming_text_is_told_as_it_grows(engine: StandIn, model: str, ask: Ask, watch: Any) -> None:
    texts = ["Made", "Made to", "Made to last"]
    engine.answer = lambda name, params: [[engine.text(text)] for text in texts]
    deltas, completion = watch(vllm(model), ask(stream=True))
    assert (deltas, completion.text) == (["Made", " to", " last"], "Made to last")
    assert engine.added[0].params.output_kind == "all so far"


def test_a_step_goes_on_until_something_finished(engine: StandIn, model: str, ask: Ask) -> None:
    engine.answer = lambda name, params: [[], [], [engine.text("x")]]
    generator = vllm(model)
    generator.submit(ask())
    assert [event.request_id for event in generator.step()] == ["1"]
    assert generator.step() == []


@pytest.mark.parametrize(
    ("said", "reason", "error"),
    [("length", "length", ""), ("abort", "error", "vLLM ended the text with 'abort'")],
)
def test_why_a_text_ended(
    engine: StandIn, model: str, ask: Ask, finish: Any, said: str, reason: str, error: str
) -> None:
    engine.answer = lambda name, params: [[engine.text("half", reason=said)]]
    ((one,),) = finish(vllm(model), ask()).values()
    assert (one.finish_reason, one.error, one.text) == (reason, error, "" if error else "half")


def test_a_request_it_refuses_fails_alone(engine: StandIn, model: str, ask: Ask, finish: Any) -> None:
    generator = vllm(model)
    engine.refuse = ValueError("The prompt is longer than the model's context.")
    (came,) = finish(generator, ask("long", n=2)).values()
    assert [one.error for one in came] == ["The prompt is longer than the model's context"] * 2
    engine.refuse = None
    assert [one.text for one in finish(generator, ask("short"))["short"]] == ["text 0"]


def test_how_likely_a_given_text_is_it_does_not_say(engine: StandIn, model: str, ask: Ask, finish: Any) -> None:
    (answer,) = finish(vllm(model), replace(ask("1"), given="Y"))["1"]
    assert (answer.finish_reason, answer.error) == ("error", UNTOLD)
    assert not engine.added


def test_a_judges_word_is_looked_for_among_the_first_tokens(engine: StandIn, model: str, ask: Ask, finish: Any) -> None:
    listed = {5: ("No", -0.1), 8: (" Yes", -2.0)}
    told = {token: SimpleNamespace(decoded_token=word, logprob=value) for token, (word, value) in listed.items()}
    engine.answer = lambda name, params: [[engine.text("No", ids=(5,), reason="length", logprobs=[told])]]
    ((answer,),) = finish(vllm(model), ask("1", given="Yes", judge=True)).values()
    assert (answer.text, answer.mean_logprob, answer.usage) == ("Yes", -2.0, Usage(prompt=9, cached=4, forced=1))
    params = engine.added[0].params
    assert (params.max_tokens, params.logprobs, params.temperature) == (1, 20, 0)


def test_a_cancelled_request_comes_back_once(engine: StandIn, model: str, ask: Ask) -> None:
    generator = vllm(model)
    for name in ("1", "2"):
        generator.submit(ask(name))
    generator.cancel("1")
    generator.cancel("1")
    events = [event for step in iter(generator.step, []) for event in step]
    assert not [event for event in events if isinstance(event, Delta)]
    assert [(one.request_id, one.finish_reason) for one in events if isinstance(one, Completion)] == [
        ("1", "cancelled"),
        ("2", "stop"),
    ]
    assert engine.aborted == ["1"]


def test_it_says_when_the_engine_breaks(engine: StandIn, model: str, ask: Ask) -> None:
    generator = vllm(model)
    generator.submit(ask())
    engine.breaks = RuntimeError("out of memory\nat line 7")
    with pytest.raises(EngineError, match=r"^vLLM broke: out of memory$"):
        generator.step()
    engine.breaks = None
    engine.abort_request(["1"])
    with pytest.raises(EngineError, match="forgot 1 requests"):
        generator.step()


def test_an_id_is_used_once_at_a_time_and_none_after_the_end(engine: StandIn, model: str, ask: Ask) -> None:
    generator = vllm(model)
    generator.submit(ask())
    with pytest.raises(EngineError, match="in hand already"):
        generator.submit(ask())
    generator.close()
    generator.close()
    assert (engine.closed, generator.step()) == (1, [])
    with pytest.raises(EngineError, match="closed"):
        generator.submit(ask("2"))


def test_it_wants_as_many_requests_as_vllm_runs(engine: StandIn, model: str) -> None:
    assert vllm(model).capacity == 7


def test_a_cpu_gets_float32_and_memory_left(engine: StandIn, model: str) -> None:
    vllm(model)
    assert {**engine.arguments, "structured_outputs_config": 0} == {
        "model": model,
        "dtype": "float32",
        "kv_cache_memory_bytes": 4 << 30,
        "enforce_eager": True,
        "enable_chunked_prefill": False,
        "tensor_parallel_size": 1,
        "disable_log_stats": True,
        "use_tqdm_on_load": False,
        "structured_outputs_config": 0,
    }
    vllm(model, dtype="bfloat16", kv_cache_memory_bytes=1 << 30, enforce_eager=False, max_num_seqs=9)
    said = engine.arguments
    assert (said["dtype"], said["kv_cache_memory_bytes"], said["enforce_eager"]) == ("bfloat16", 1 << 30, False)
    assert said["max_num_seqs"] == 9


def test_a_gpu_gets_what_vllm_chooses(engine: StandIn, model: str) -> None:
    engine.cpu = False
    vllm(model, gpu_memory_utilization=0.5, more={"quantization": "fp8"})
    said = engine.arguments
    assert not said.keys() & {"dtype", "kv_cache_memory_bytes", "enforce_eager"}
    assert (said["gpu_memory_utilization"], said["quantization"]) == (0.5, "fp8")


def test_an_argument_vllm_does_not_have_is_refused(engine: StandIn, model: str) -> None:
    with pytest.raises(UsageError, match="no engine argument 'quantisation'; did you mean 'quantization'"):
        vllm(model, more={"quantisation": "fp8"})


def test_a_model_it_cannot_load(engine: StandIn, model: str) -> None:
    engine.load = ValueError("1 validation error for ModelConfig\n\n  Value error, No such arch. [type=value_error]\n")
    with pytest.raises(ModelError, match=r"vLLM cannot load it: No such arch$"):
        vllm(model)


def test_without_vllm_it_says_what_to_install(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(UsageError, match=r"needs vllm; pip install 'aigc\[vllm\]'"):
        vllm(model)


def test_a_vllm_that_does_not_work_says_why(model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vllm").mkdir()
    (tmp_path / "vllm" / "__init__.py").write_text("raise RuntimeError('operator torchvision::nms does not exist')")
    monkeypatch.delitem(sys.modules, "vllm", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(EngineError, match="torchvision::nms does not exist; pip uninstall torchvision"):
        vllm(model)


def adapter(folder: Path, text: str) -> str:
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text(text, encoding="utf-8")
    return str(folder)


def test_adapters_are_made_room_for_and_named(
    engine: StandIn, model: str, ask: Ask, finish: Any, tmp_path: Path
) -> None:
    small = adapter(tmp_path / "small", '{"r": 4}')
    large = adapter(tmp_path / "large", '{"r": 8, "rank_pattern": {"q_proj": 20}}')
    generator = vllm(model, adapters=[small, large])
    said = engine.arguments
    assert (said["enable_lora"], said["max_lora_rank"], said["max_loras"]) == (True, 32, 3), "the last place is empty"
    came = finish(generator, ask("1", adapter=large), ask("2"), ask("3", adapter="another"))
    assert [(added.id, added.lora and added.lora.lora_path) for added in engine.added] == [("1", large), ("2", None)]
    assert came["3"][0].error == "the adapter 'another' was not there when vLLM started"
    engine.cpu = False
    vllm(model, adapters=[small, large, *[adapter(tmp_path / name, '{"r": 4}') for name in "abcd"]])
    assert engine.arguments["max_loras"] == 4


def test_what_is_no_adapter_is_said_before_anything_is_loaded(engine: StandIn, model: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"adapter_config\.json: cannot be read"):
        vllm(model, adapters=[str(tmp_path / "none")])
    with pytest.raises(ModelError, match="is no adapter"):
        vllm(model, adapters=[adapter(tmp_path / "odd", "{}")])
    assert not engine.arguments


def test_a_project_hands_over_weights_and_adapters(
    engine: StandIn, model: str, make_project: Callable[..., Project], tmp_path: Path
) -> None:
    adapter(tmp_path / "lora/ads", '{"r": 8}')
    text = f"generator: vllm\nmodel: {model}\nadapters: {{'ads/*': lora/ads}}\n"
    project = make_project({"aigc.yaml": text})
    before = project.model_identity("ads/google-search")
    project.generator().close()
    assert (engine.arguments["model"], engine.arguments["max_lora_rank"]) == (model, 8)
    (tmp_path / "lora/ads/adapter_model.bin").write_bytes(b"trained on")
    assert project.model_identity("ads/google-search") != before, "what another adapter wrote is another piece"
