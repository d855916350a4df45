"""How well a model foretells a text, in each dtype of ours and by llama.cpp, on the same token ids.

    python tests/bench/perplexity.py                                            # the default model
    python tests/bench/perplexity.py file.gguf folder --dtypes float32,int8 --llama python-with-llama-cpp
    python tests/bench/perplexity.py file.gguf --texts english --windows 4 --agree 500

A text is cut into windows of 512 tokens, and each window's second half is foretold from all that stands before it.
Prints a JSON line for each model, text and engine: `perplexity`, its ratio to llama.cpp's (`of_llama`) and to our first
dtype's (`of_first`), and `alike`, the share of places where the likeliest token is the first dtype's too. Then one for
each further dtype: `agree`, that share on texts that the first dtype wrote itself, greedily, from many places
of the first text on, about 2,000 tokens in all.

The texts are in the public domain and stand beside this file; their first line says what they are.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

from aigc.engine import EngineOptions, convert_gguf, open_engine
from aigc.engine.cache import Bank
from aigc.engine.engine import Engine
from aigc.engine.network import Network, Span
from aigc.engine.scoring import Given, Score, score
from aigc.engine.threads import torch_threads
from aigc.models import pull

HERE = Path(__file__).parent
TEXTS = ("english", "chinese")
WINDOW = 512  # tokens
START = 64  # tokens of a window that a text of our own begins with
LENGTH = 100  # tokens that it goes on for


Window: TypeAlias = Given  # a text of which ids[begin:] are foretold


def perplexity(score: Score) -> float:
    return math.exp(-score.total / len(score.logprobs))


def windows_of(engine: Engine, text: str, most: int) -> list[Window]:
    """This cuts a text; each window begins with what the tokenizer puts before every text."""
    start = list(engine.front.raw.encode("").ids)
    ids = list(engine.front.raw.encode(text, add_special_tokens=False).ids)
    own = WINDOW - len(start)
    cuts = [start + ids[at : at + own] for at in range(0, len(ids) - own + 1, own)][:most]
    return [Window(ids=cut, begin=WINDOW // 2) for cut in cuts]


def read_text(name: str) -> str:
    """This is a text without the line that says what it is."""
    _, _, text = (HERE / f"{name}.txt").read_text(encoding="utf-8").partition("\n\n")
    return text


def joined(scores: Sequence[Score]) -> Score:
    """This is what came of all windows, one after the other."""
    logprobs, likeliest = (
        [part for one in scores for part in getattr(one, name)] for name in ("logprobs", "likeliest")
    )
    return Score(logprobs=tuple(logprobs), likeliest=tuple(likeliest))


def write_on(network: Network, windows: Sequence[Window], tokens: int) -> list[Window]:
    """This has the network go on, greedily, from so many places of the windows that it writes about `tokens`."""
    places = range(0, WINDOW, WINDOW // 4)
    starts = [window.ids[at : at + START] for at in places for window in windows][: max(1, tokens // LENGTH)]
    texts, rows = [list(start) for start in starts], range(len(starts))
    bank = Bank(network.shape, len(starts), START + LENGTH)
    fresh = [list(text) for text in texts]
    for _ in range(LENGTH):
        spans = [Span(bank, row, len(texts[row]) - len(fresh[row]), fresh[row]) for row in rows]
        ends = [sum(len(fresh[before]) for before in range(row + 1)) - 1 for row in rows]
        with torch_threads(network.torch_threads):
            chosen = network.forward(spans, ends).argmax(1).tolist()
        fresh = [[token] for token in chosen]
        for text, token in zip(texts, chosen, strict=True):
            text.append(token)
    return [Window(ids=text, begin=START) for text in texts]


def by_llama(python: str, weights: Path, windows: Sequence[Window]) -> Score:
    """This asks llama.cpp, in an environment that has its bindings."""
    asked = json.dumps([{"ids": window.ids, "begin": window.begin} for window in windows])
    done = subprocess.run(
        [python, str(HERE / "llama_worker.py"), str(weights)], input=asked, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"llama.cpp failed: {done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    logprobs, best = (tuple(chain.from_iterable(answer[key])) for key in ("logprobs", "best"))
    return Score(logprobs=logprobs, likeliest=best)


def share(first: Sequence[int], second: Sequence[int]) -> float:
    return round(sum(a == b for a, b in zip(first, second, strict=True)) / len(first), 5)


@contextmanager
def opened(folder: Path, dtype: str) -> Iterator[Engine]:
    engine = open_engine(folder, EngineOptions(device="cpu", dtype=dtype))
    try:
        yield engine
    finally:
        engine.close()


def measure(folder: Path, gguf: Path | None, given: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """This gives a record for each text and engine, and for each further dtype."""
    own: list[Window] = []
    cuts: dict[str, list[Window]] = {}
    firsts: dict[str, Score] = {}
    theirs: dict[str, Score] = {}
    for dtype in given.dtypes.split(","):
        with opened(folder, dtype) as engine:
            if not cuts:
                cuts = {name: windows_of(engine, read_text(name), given.windows) for name in given.texts.split(",")}
                if given.llama and gguf is not None:
                    theirs = {name: by_llama(given.llama, gguf, windows) for name, windows in cuts.items()}
            for name, windows in cuts.items():
                found = joined(score(engine.network, windows))
                first = firsts.setdefault(name, found)
                yield {
                    "text": name,
                    "engine": f"aigc {dtype}",
                    "tokens": len(found.logprobs),
                    "perplexity": round(perplexity(found), 4),
                    "of_llama": round(perplexity(found) / perplexity(theirs[name]), 5) if name in theirs else None,
                    "of_first": round(perplexity(found) / perplexity(first), 5),
                    "alike": share(first.likeliest, found.likeliest),
                }
            if own:
                agree = share(
                    [token for one in own for token in one.ids[one.begin :]],
                    joined(score(engine.network, own)).likeliest,
                )
                yield {"engine": f"aigc {dtype}", "tokens": sum(len(one.ids) - START for one in own), "agree": agree}
            elif given.agree:
                own = write_on(engine.network, next(iter(cuts.values())), given.agree)
    for name, found in theirs.items():
        alike = share(firsts[name].likeliest, found.likeliest)
        yield {"text": name, "engine": "llama.cpp", "perplexity": round(perplexity(found), 4), "alike": alike}


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=["smollm2-135m"], help="names, folders or GGUFs")
    parser.add_argument(
        "--dtypes", default="float32,int8", help="of `engine.dtype`; the others are held against the first"
    )
    parser.add_argument("--texts", default=",".join(TEXTS))
    parser.add_argument("--windows", type=int, default=1000, help="of a text at most")
    parser.add_argument("--agree", type=int, default=2000, help="tokens of our own texts, 0 for none")
    parser.add_argument("--llama", default="", help="a Python that has llama-cpp-python")
    given = parser.parse_args(words)
    for model in given.models:
        weights = pull(model, convert=convert_gguf)
        assert weights.folder is not None
        gguf = weights.gguf or weights.folder / "source.gguf"
        for record in measure(weights.folder, gguf if gguf.is_file() else None, given):
            print(json.dumps({"model": model, **record}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
