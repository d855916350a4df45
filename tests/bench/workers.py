"""One engine's process: a job file's path a line in, one JSON line out. Run by `peers.py` in the engine's environment.

    python workers.py ENGINE MODEL_FOLDER GGUF_OR_NOTHING ENVS DEVICE

Each engine is a function that loads the model and gives a function from a job's lines to the ids written for each, in
the job's order. Nothing of AIGC is imported except for our own engine. On a GPU our engine and transformers' write in
bfloat16, and memory is the device's.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Lines = list[dict[str, Any]]
Write = Callable[[Lines], list[list[int]]]
THREADS = os.cpu_count() or 1
SLOTS = 32  # texts that llama.cpp writes at once where it may


@dataclass(frozen=True, slots=True)
class Place:
    """This is where the model is: its folder, the GGUF it was made from if there is one; and what it is run on."""

    folder: Path
    gguf: Path | None
    envs: Path
    device: str


def aigc(place: Place, dtype: str) -> Write:
    from aigc.engine import EngineOptions, open_engine
    from aigc.types import Completion, Grammar, Message, Prompt, Request, SamplingParams

    engine = open_engine(place.folder, EngineOptions(device=place.device, dtype=dtype))

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


def openvino(place: Place, name: str) -> Write:
    """This is OpenVINO with prefix caching; without a name of its own kind of weights, in float32."""
    assert place.device == "cpu", "OpenVINO runs on the CPU here"
    from openvino_worker import pipeline_of, writer

    return writer(pipeline_of(name, place.folder, place.gguf, place.envs))


def _transformers(place: Place) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(THREADS)
    dtype = torch.float32 if place.device == "cpu" else torch.bfloat16
    source: dict[str, Any] = {"pretrained_model_name_or_path": place.folder}
    if place.gguf is not None and not (place.folder / "model.safetensors").exists():
        source = {"pretrained_model_name_or_path": place.gguf.parent, "gguf_file": place.gguf.name}
    network = AutoModelForCausalLM.from_pretrained(**source, dtype=dtype, attn_implementation="sdpa")
    return network.to(place.device).eval()


def generate(place: Place) -> Write:
    """This is transformers' own batch, padded on the left, at most 64 rows at a time."""
    import torch

    network = _transformers(place)

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
                    torch.tensor(rows, device=place.device), attention_mask=torch.tensor(mask, device=place.device),
                    max_new_tokens=most, do_sample=False, pad_token_id=0, **ends,
                )  # fmt: skip
            done += [row[width:].tolist() for row in out]
        return done

    return write


def generate_batch(place: Place) -> Write:
    """This is transformers' continuous batching."""
    from transformers import GenerationConfig

    network = _transformers(place)

    def write(lines: Lines) -> list[list[int]]:
        ends = -1 if lines[0]["ignore_end"] else network.generation_config.eos_token_id
        most = max(line["max_tokens"] for line in lines)
        config = GenerationConfig(max_new_tokens=most, do_sample=False, eos_token_id=ends, pad_token_id=0)
        out = network.generate_batch([line["ids"] for line in lines], generation_config=config, progress_bar=False)
        found = [one.generated_tokens for one in out.values()]
        assert len(found) == len(lines)
        return found

    return write


def llama_cpp(place: Place, rows: int, *, mapped: bool) -> Write:
    """This is llama.cpp on the GGUF itself, the shared start cached, `rows` texts at once."""
    assert place.device == "cpu", "llama.cpp runs on the CPU here"
    assert place.gguf is not None, "there is no GGUF"
    from llama_worker import Llama

    return Llama(place.gguf, rows=rows, mapped=mapped).write


def vllm(place: Place) -> Write:
    """This is vLLM compiled, as it is by default; the first job waits minutes for that."""
    assert place.device == "cpu", "vLLM runs on the CPU here"
    import vllm

    engine = vllm.LLM(
        str(place.folder), dtype="float32", max_model_len=2048, enable_prefix_caching=True, disable_log_stats=True,
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


LOAD: dict[str, Callable[[Place], Write]] = {
    "aigc": lambda place: aigc(place, "auto"),
    "aigc-float32": lambda place: aigc(place, "float32"),
    "aigc-int8": lambda place: aigc(place, "int8"),
    "openvino": lambda place: openvino(place, "openvino"),
    "openvino-native": lambda place: openvino(place, "openvino-native"),
    "openvino-int8": lambda place: openvino(place, "openvino-int8"),
    "openvino-int4": lambda place: openvino(place, "openvino-int4"),
    "openvino-gguf": lambda place: openvino(place, "openvino-gguf"),
    "generate": generate,
    "generate_batch": generate_batch,
    "llama.cpp": lambda place: llama_cpp(place, 1, mapped=False),
    "llama.cpp-parallel": lambda place: llama_cpp(place, SLOTS, mapped=False),
    "llama.cpp-mapped": lambda place: llama_cpp(place, 1, mapped=True),
    "llama.cpp-mapped-parallel": lambda place: llama_cpp(place, SLOTS, mapped=True),
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


def memory(device: str) -> dict[str, int]:
    """This is, in bytes, the most memory held so far, mapped files included, and what is the process's own and mapped
    now; of a GPU, the most since the model was loaded."""
    if device != "cpu":
        import torch

        return {"peak_memory": torch.cuda.max_memory_allocated(device)}
    try:
        status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    except OSError:  # not on Linux
        return {"peak_memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
    named = {"peak_memory": "VmHWM", "own_memory": "RssAnon", "mapped_memory": "RssFile"}
    return {name: int(status[field].split()[0]) * 1024 for name, field in named.items()}


def load(name: str, place: Place) -> Write:
    write = LOAD[name](place)
    if place.device != "cpu":
        import torch

        torch.cuda.reset_peak_memory_stats(place.device)
    return write


def main() -> None:
    name, folder, gguf, envs, device = sys.argv[1:6]
    place = Place(Path(folder), Path(gguf) if gguf else None, Path(envs), device)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever an engine prints goes to the log
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(place.folder / "tokenizer.json"))
    write: Write | None = None
    for line in sys.stdin:
        job = [json.loads(one) for one in Path(line.strip()).read_text(encoding="utf-8").splitlines()]
        write = write or load(name, place)
        began = time.perf_counter()
        ids = [write([one])[0] for one in job] if job[0]["apart"] else write(job)
        seconds = time.perf_counter() - began
        texts = [tokenizer.decode(one, skip_special_tokens=True) for one in ids]
        valid = sum(
            bool(is_valid(text, one["schema"]) if one["schema"] else text) for text, one in zip(texts, job, strict=True)
        )
        answer = {
            "seconds": seconds,
            "prompt": sum(len(one["ids"]) for one in job),
            "tokens": sum(map(len, ids)),
            "items": len(ids),
            "valid": valid,
            "ids": ids,
            **memory(place.device),
        }
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
