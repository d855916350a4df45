"""Say whether the engine serves adapters as plain PEFT runs them: greedy texts, their log-probabilities, company.

    python tests/bench/served.py adapters/house adapters/taste [--model NAME] [--texts 40] [--merged] [--dtype float32]

The same prompts are answered by the base, each adapter, and with --merged the first adapter merged into the base: once
by transformers and PEFT (its weights widened to 32-bit floats), once by the engine, alone and all in one batch. No
socket may be opened meanwhile. Prints, for each, how many texts are the same, how far the log-probabilities of PEFT's
texts are apart at most (nats a token), and whether the batch changed a text.
"""

from __future__ import annotations

import argparse
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from aigc.engine import EngineOptions, convert_gguf, open_engine
from aigc.engine.front import load_front
from aigc.engine.hf.model import load_model
from aigc.models import pull
from aigc.types import Completion, Message, Prompt, Request, SamplingParams

HERE = Path(__file__).parent
LENGTH = 24  # tokens of a text
BATCH = 8  # texts that transformers writes at once


def prompts_of(count: int) -> list[Prompt]:
    """Return so many prompts, each of a line of a text."""
    words = (HERE / "english.txt").read_text(encoding="utf-8").split()
    parts = [" ".join(words[at * 12 : at * 12 + 6 + at % 7]) for at in range(count)]
    return [
        Prompt(messages=(Message(role="user", content=f"Product: {part}\nFact: {part[::-1][:9]}"),)) for part in parts
    ]


def by_peft(
    folder: Path, adapter: Path | None, ids: Sequence[list[int]], ends: list[int]
) -> tuple[list[list[int]], Any]:
    """Return the greedy tokens of transformers and PEFT, with the model that wrote them."""
    model: Any = load_model(folder, torch.device("cpu"), torch.float32)
    model.set_attn_implementation("sdpa")
    if adapter is not None:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, str(adapter))
    model.train(False)
    written = []
    for prompt in ids:
        with torch.inference_mode():
            found = model.generate(
                torch.tensor([prompt]), max_new_tokens=LENGTH, do_sample=False, temperature=None, top_p=None,
                top_k=None, repetition_penalty=1.0, eos_token_id=ends, pad_token_id=ends[0],
            )  # fmt: skip
        tokens = found[0, len(prompt) :].tolist()
        written.append([one for one in tokens if one not in ends])
    return written, model


def logprobs(model: Any, prompt: list[int], text: list[int]) -> torch.Tensor:
    with torch.inference_mode():
        logits = model(torch.tensor([prompt + text])).logits[0, len(prompt) - 1 : -1].float()
    return logits.log_softmax(-1).gather(1, torch.tensor(text)[:, None])[:, 0]


def by_engine(engine: Any, asked: Sequence[Request]) -> dict[str, str]:
    for request in asked:
        engine.submit(request)
    found = {}
    while engine.busy:
        found |= {one.request_id: one.text for one in engine.step() if isinstance(one, Completion)}
    return found


def requests(adapter: Path | None, name: str, prompts: Sequence[Prompt]) -> list[Request]:
    greedy = SamplingParams(temperature=0, max_tokens=LENGTH)
    own = str(adapter) if adapter else None
    return [
        Request(id=f"{name} {at}", prompt=prompt, sampling=greedy, adapter=own) for at, prompt in enumerate(prompts)
    ]


def compare(model: str, adapters: Sequence[Path], count: int, dtype: str, *, merged: bool) -> None:
    """Print a line for the base, each adapter, and the first one merged."""
    folder = pull(model, convert=convert_gguf).folder
    assert folder is not None
    front, prompts = load_front(folder), prompts_of(count)
    ids = [front.encode(prompt) for prompt in prompts]
    engine = open_engine(folder, EngineOptions(dtype=dtype))
    for adapter in adapters:
        engine.load_adapter(str(adapter), adapter)
    ends = sorted(engine.ends)
    sides: list[tuple[str, Path, Path | None]] = [("base", folder, None)]
    sides += [(one.name, folder, one) for one in adapters]
    alone: dict[str, str] = {}
    for name, _, adapter in sides:
        alone |= by_engine(engine, requests(adapter, name, prompts))
    everything = [request for name, _, adapter in sides for request in requests(adapter, name, prompts)]
    together = by_engine(engine, sorted(everything, key=lambda one: one.id.split()[-1]))
    print(f"one batch of {len(everything)}: {sum(together[key] == alone[key] for key in alone)} as alone")
    with tempfile.TemporaryDirectory() as scratch:
        if merged:
            from aigc.learner.merging import merge_adapter

            place = Path(scratch) / "merged"
            merge_adapter(folder, adapters[0], place, dtype="float32")
            with_own = open_engine(place, EngineOptions(dtype=dtype))
            alone |= by_engine(with_own, requests(None, "merged", prompts))
            sides.append(("merged", folder, adapters[0]))
        for name, base, adapter in sides:
            _tell(name, by_peft(base, adapter, ids, ends), alone, front, ids, engine, prompts, adapter)


def _tell(
    name: str, written: tuple[list[list[int]], Any], alone: dict[str, str], front: Any, ids: Sequence[list[int]],
    engine: Any, prompts: Sequence[Prompt], adapter: Path | None,
) -> None:  # fmt: skip
    tokens, model = written
    texts = [front.decode(one) for one in tokens]
    same = sum(alone[f"{name} {at}"] == text for at, text in enumerate(texts))
    far = 0.0
    asked = [(request, text) for request, text in zip(requests(adapter, name, prompts), texts, strict=True)]
    scored = [at for at, one in enumerate(tokens) if one and front.text_ids(texts[at]) == one]
    for at, score in zip(scored, engine.score([asked[at] for at in scored]), strict=True):
        own = logprobs(model, ids[at], tokens[at])
        far = max(far, float((own - torch.tensor(score.logprobs)).abs().max()))
    print(f"{name}: {same} of {len(texts)} texts as PEFT's, {len(scored)} scored, log-probabilities {far:.1e} apart")


def _no_socket(self: socket.socket, address: Any) -> None:
    raise SystemExit(f"a socket was opened: {address}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("adapters", nargs="*", type=Path)
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--texts", type=int, default=40)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--merged", action="store_true")
    given = parser.parse_args()
    socket.socket.connect = _no_socket  # type: ignore[method-assign]
    compare(given.model, given.adapters, given.texts, given.dtype, merged=given.merged)
