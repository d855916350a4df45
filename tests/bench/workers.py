"""One engine's process: a job file's path a line in, one JSON line out. Run by `peers.py` in the engine's environment.

    python workers.py ENGINE MODEL_FOLDER ENVS DEVICE

Each engine is a function that loads the model and gives a function from a job's lines to the ids written for each, in
the job's order. Nothing of AIGC is imported except for our own engine. On a GPU our engine and transformers' write in
bfloat16, and memory is the device's.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Lines = list[dict[str, Any]]
Write = Callable[[Lines], list[list[int]]]
THREADS = os.cpu_count() or 1


def aigc(model: Path, envs: Path, device: str) -> Write:
    from aigc.engine import EngineOptions, open_engine
    from aigc.types import Completion, Grammar, Message, Prompt, Request, SamplingParams

    engine = open_engine(model, EngineOptions(device=device))

    def write(lines: Lines) -> list[list[int]]:
        engine.endless = frozenset(line["id"] for line in lines if line["ignore_end"])
        for line in lines:
            prompt = Prompt(messages=(Message(role="user", content=line["text"]),))
            grammar = Grammar(kind="json", source=json.dumps(line["schema"])) if line["schema"] else None
            sampling = SamplingParams(temperature=0, max_tokens=line["max_tokens"])
            engine.submit(Request(id=line["id"], prompt=prompt, sampling=sampling, grammar=grammar))
        done: dict[str, list[int]] = {}
        while engine.busy:
            for one in engine.step():
                if isinstance(one, Completion):
                    done[one.request_id] = list(one.token_ids)
        return [done[line["id"]] for line in lines]

    return write


def openvino(model: Path, envs: Path, device: str, precision: str = "f32") -> Write:
    assert device == "cpu", "OpenVINO runs on the CPU here"
    import numpy
    import openvino
    import openvino_genai

    converted = envs / "openvino-model"
    if not (converted / "openvino_model.xml").exists():
        tool = Path(sys.executable).parent / "optimum-cli"
        task = ["--task", "text-generation-with-past", "--weight-format", "fp32"]
        subprocess.run([tool, "export", "openvino", "--model", model, *task, converted], check=True, stdout=sys.stderr)
    schedule = openvino_genai.SchedulerConfig()
    schedule.enable_prefix_caching = True
    schedule.cache_size = 4  # GB
    schedule.max_num_seqs = 256
    schedule.max_num_batched_tokens = 2048
    hints = {"INFERENCE_PRECISION_HINT": precision} if precision else {}
    pipeline = openvino_genai.ContinuousBatchingPipeline(str(converted), schedule, "CPU", hints)

    def write(lines: Lines) -> list[list[int]]:
        settings = []
        for line in lines:
            one = openvino_genai.GenerationConfig()
            one.max_new_tokens, one.ignore_eos, one.do_sample = line["max_tokens"], line["ignore_end"], False
            if line["schema"]:
                one.structured_output_config = openvino_genai.StructuredOutputConfig(
                    json_schema=json.dumps(line["schema"])
                )
                one.eos_token_id = pipeline.get_tokenizer().get_eos_token_id()
            settings.append(one)
        ids = [openvino.Tensor(numpy.array([line["ids"]], dtype=numpy.int64)) for line in lines]
        return [list(one.m_generation_ids[0]) for one in pipeline.generate(ids, settings)]

    return write


def _transformers(model: Path, attention: str, device: str) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(THREADS)
    dtype = torch.float32 if device == "cpu" else torch.bfloat16
    network = AutoModelForCausalLM.from_pretrained(model, dtype=dtype, attn_implementation=attention)
    return network.to(device).eval()


def generate(model: Path, envs: Path, device: str) -> Write:
    """This is transformers' own batch, padded on the left, at most 64 rows at a time."""
    import torch

    network = _transformers(model, "sdpa", device)

    def write(lines: Lines) -> list[list[int]]:
        done: list[list[int]] = []
        for begin in range(0, len(lines), 64):
            part = lines[begin : begin + 64]
            width = max(len(line["ids"]) for line in part)
            rows = [[0] * (width - len(line["ids"])) + line["ids"] for line in part]
            mask = [[0] * (width - len(line["ids"])) + [1] * len(line["ids"]) for line in part]
            most = max(line["max_tokens"] for line in part)
            ends = {"eos_token_id": None} if part[0]["ignore_end"] else {}
            with torch.inference_mode():
                out = network.generate(
                    torch.tensor(rows, device=device), attention_mask=torch.tensor(mask, device=device),
                    max_new_tokens=most, do_sample=False, pad_token_id=0, **ends,
                )  # fmt: skip
            done += [row[width:].tolist() for row in out]
        return done

    return write


def generate_batch(model: Path, envs: Path, device: str) -> Write:
    """This is transformers' continuous batching."""
    from transformers import GenerationConfig

    network = _transformers(model, "sdpa", device)

    def write(lines: Lines) -> list[list[int]]:
        ends = -1 if lines[0]["ignore_end"] else network.generation_config.eos_token_id
        most = max(line["max_tokens"] for line in lines)
        config = GenerationConfig(max_new_tokens=most, do_sample=False, eos_token_id=ends, pad_token_id=0)
        out = network.generate_batch([line["ids"] for line in lines], generation_config=config, progress_bar=False)
        found = [one.generated_tokens for one in out.values()]
        assert len(found) == len(lines)
        return found

    return write


def llama_cpp(model: Path, envs: Path, device: str) -> Write:
    """This is llama.cpp on the same weights at 8 bit, one request after another, the shared start cached."""
    assert device == "cpu", "llama.cpp runs on the CPU here"
    import llama_cpp

    weights = envs / "q8_0.gguf"
    if not weights.exists():  # from the file our own weights come from
        settings = llama_cpp.llama_model_quantize_default_params()
        settings.ftype, settings.allow_requantize = llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0, True
        source = str(model / "source.gguf").encode()
        assert not llama_cpp.llama_model_quantize(source, str(weights).encode(), settings), "not quantised"
    llama = llama_cpp.Llama(
        model_path=str(weights), n_ctx=2048, n_threads=THREADS, n_threads_batch=THREADS, flash_attn=True, verbose=False
    )

    def write(lines: Lines) -> list[list[int]]:
        done = []
        for line in lines:
            ids: list[int] = []
            for token in llama.generate(line["ids"], temp=0.0, reset=True):
                if token == llama.token_eos() and not line["ignore_end"]:
                    break
                ids.append(token)
                if len(ids) == line["max_tokens"]:
                    break
            done.append(ids)
        return done

    return write


def vllm(model: Path, envs: Path, device: str) -> Write:
    """This is vLLM compiled, as it is by default; the first job waits minutes for that."""
    assert device == "cpu", "vLLM runs on the CPU here"
    import vllm

    engine = vllm.LLM(
        str(model), dtype="float32", max_model_len=2048, enable_prefix_caching=True, disable_log_stats=True,
        kv_cache_memory_bytes=4 << 30,
    )  # fmt: skip

    def write(lines: Lines) -> list[list[int]]:
        params = []
        for line in lines:
            extra = {}
            if line["schema"]:
                extra["structured_outputs"] = vllm.sampling_params.StructuredOutputsParams(json=line["schema"])
            params.append(
                vllm.SamplingParams(
                    temperature=0, max_tokens=line["max_tokens"], ignore_eos=line["ignore_end"], **extra
                )
            )
        prompts = [{"prompt_token_ids": line["ids"]} for line in lines]
        return [list(one.outputs[0].token_ids) for one in engine.generate(prompts, params, use_tqdm=False)]

    return write


LOAD: dict[str, Callable[[Path, Path, str], Write]] = {
    "aigc": aigc,
    "openvino": openvino,
    "openvino-native": lambda model, envs, device: openvino(model, envs, device, ""),
    "generate": generate,
    "generate_batch": generate_batch,
    "llama.cpp": llama_cpp,
    "vllm": vllm,
}


def is_valid(text: str, schema: dict[str, Any]) -> bool:
    """This is `aigc.bench.workloads.is_valid` for environments that have no AIGC."""
    try:
        value = json.loads(text)
        words = schema["properties"]
        return set(value) == set(schema["required"]) and all(
            value[key] in words[key]["enum"]
            if "enum" in words[key]
            else isinstance(value[key], str) and value[key].strip() and len(value[key]) <= words[key]["maxLength"]
            for key in words
        )
    except (ValueError, TypeError, KeyError):
        return False


def peak_memory(device: str) -> int:
    """This is the most memory held so far, in bytes: of a GPU, since the model was loaded."""
    if device == "cpu":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    import torch

    return torch.cuda.max_memory_allocated(device)


def load(name: str, model: Path, envs: Path, device: str) -> Write:
    write = LOAD[name](model, envs, device)
    if device != "cpu":
        import torch

        torch.cuda.reset_peak_memory_stats(device)
    return write


def main() -> None:
    name, model, envs, device = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever an engine prints goes to the log
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    write: Write | None = None
    for line in sys.stdin:
        job = [json.loads(one) for one in Path(line.strip()).read_text(encoding="utf-8").splitlines()]
        write = write or load(name, model, envs, device)
        began = time.perf_counter()
        ids = write(job)
        seconds = time.perf_counter() - began
        texts = [tokenizer.decode(one, skip_special_tokens=True) for one in ids]
        valid = sum(
            bool(is_valid(text, one["schema"]) if one["schema"] else text) for text, one in zip(texts, job, strict=True)
        )
        answer = {
            "seconds": seconds,
            "tokens": sum(map(len, ids)),
            "items": len(ids),
            "valid": valid,
            "ids": ids,
            "peak_memory": peak_memory(device),
        }
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
