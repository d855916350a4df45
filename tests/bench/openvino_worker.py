"""OpenVINO GenAI with its own weights: float32, as they are, its int8 or int4, or what it makes of a GGUF itself.

Runs in an environment that has openvino-genai, optimum-intel and gguf, and nothing of ours. What is converted is kept
beside the environments, a folder for each model and kind of weights; a process of its own converts, so that its memory
is not counted.

    python openvino_worker.py MODEL_FOLDER GGUF_OR_NOTHING ENVS fp32|int8|int4
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy

Lines = list[dict[str, Any]]
WEIGHTS = {"openvino": "fp32", "openvino-native": "fp32", "openvino-int8": "int8", "openvino-int4": "int4"}
CACHE = 4  # GB of keys and values


def pipeline_of(name: str, folder: Path, gguf: Path | None, envs: Path) -> Any:
    """Open the model as one of the engines' names says; converting it takes minutes the first time."""
    import openvino_genai

    schedule = openvino_genai.SchedulerConfig()
    schedule.enable_prefix_caching = True
    schedule.cache_size = CACHE
    schedule.max_num_seqs = 256
    schedule.max_num_batched_tokens = 2048
    hints = {"INFERENCE_PRECISION_HINT": "f32"} if name == "openvino" else {}
    if name == "openvino-gguf":
        assert gguf is not None, "there is no GGUF"
        source = gguf
    else:
        source = place_of(folder, envs, WEIGHTS[name])
        if not (source / "openvino_model.xml").exists():
            words = [str(folder), str(gguf or ""), str(envs), WEIGHTS[name]]
            subprocess.run([sys.executable, __file__, *words], check=True, stdout=sys.stderr)
    return openvino_genai.ContinuousBatchingPipeline(str(source), schedule, "CPU", hints)


def writer(pipeline: Any) -> Callable[[Lines], list[list[int]]]:
    import openvino
    import openvino_genai

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


def place_of(folder: Path, envs: Path, weights: str) -> Path:
    return envs / f"openvino-{folder.name}-{weights}"


def convert(folder: Path, gguf: Path | None, envs: Path, weights: str) -> None:
    """Make the model's folder for OpenVINO, by its own tool with its own settings."""
    target = place_of(folder, envs, weights)
    source = folder if (folder / "model.safetensors").exists() or gguf is None else _dense(folder, gguf, envs)
    tool = Path(sys.executable).parent / "optimum-cli"
    task = ["--task", "text-generation-with-past", "--weight-format", weights]
    task += ["--group-size-fallback", "adjust"] if weights == "int4" else []  # where 128 inputs do not divide a row
    half = target.with_name(f"{target.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    subprocess.run([tool, "export", "openvino", "--model", source, *task, half], check=True, stdout=sys.stderr)
    half.rename(target)


def _dense(folder: Path, gguf: Path, envs: Path) -> Path:
    """Return a folder with the GGUF's weights as transformers dequantises them, in float16."""
    target = envs / f"dense-{folder.name}"
    if not (target / "config.json").exists():
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        model = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float16)
        model.hf_quantizer, model.is_quantized = None, False
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
        half = target.with_name(f"{target.name}.half")
        shutil.rmtree(half, ignore_errors=True)
        model.save_pretrained(half)
        AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(half)
        half.rename(target)
    return target


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None, Path(sys.argv[3]), sys.argv[4])
