"""llama.cpp by its C functions: texts one after another or many at once, and how likely it finds given texts.

    python llama_worker.py FILE.gguf < windows.json     # what `perplexity.py` asks for; a line of JSON comes out

Runs in an environment that has llama-cpp-python and nothing of ours. Keys and values of what many texts begin with are
computed once, in sequence 0, and shared by the others; keys and values are float16, as they are unless one asks. As it
comes llama.cpp lays weights of some formats out anew in memory of its own; `mapped` has it multiply by the file as it
is, which takes less memory, starts faster and, on some CPUs and for some work, is faster too.
"""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp
import numpy

THREADS = os.cpu_count() or 1
BATCH = 2048  # tokens of a step at most
SMALLEST = 2048  # tokens of a context at least
SPARE = 8  # tokens of a context that nobody needs

Line = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Text:
    """This is a text on its way: its place in the job, and what it has been given so far."""

    number: int
    line: Line
    length: int  # tokens that the model has seen: the place of the next
    written: list[int]


class Llama:
    """This is a model and, once it is known how long texts are, a context that holds `rows` of them."""

    def __init__(self, weights: Path, *, rows: int = 1, mapped: bool = False) -> None:
        llama_cpp.llama_backend_init()
        settings = llama_cpp.llama_model_default_params()
        settings.use_extra_bufts = not mapped
        self.model = llama_cpp.llama_model_load_from_file(str(weights).encode(), settings)
        assert self.model, f"{weights}: llama.cpp cannot load it"
        self.vocab = llama_cpp.llama_model_get_vocab(self.model)
        self.tokens = llama_cpp.llama_vocab_n_tokens(self.vocab)
        self.rows = rows
        self.room = 0  # tokens of the context
        self.kept: list[int] = []  # what sequence 0 has seen
        self.context: Any = None
        self._batch = llama_cpp.llama_batch_init(BATCH, 0, 1)

    def write(self, lines: Sequence[Line]) -> list[list[int]]:
        """Write the texts of a job, greedily, `rows` at a time, in the job's order."""
        alone = len(lines) == 1  # then its whole prompt is kept: the next may begin like it
        shared = lines[0]["ids"] if alone else _common([line["ids"] for line in lines])
        base = len(shared) if alone else min(len(shared), *(len(line["ids"]) - 1 for line in lines))
        own = max(len(line["ids"]) - base + line["max_tokens"] for line in lines)
        self._make_room(base + self.rows * (own + SPARE))
        first = self._share(shared[:base], asked=alone)
        waiting, free = deque(enumerate(lines)), list(range(1, self.rows + 1))
        live: dict[int, Text] = {}
        done: list[list[int]] = [[] for _ in lines]
        while waiting or live:
            rows = [(text.written[-1], text.length, row, True) for row, text in live.items()]
            for text in live.values():
                text.length += 1
            while waiting and free:
                number, line = waiting.popleft()
                row, rest = free.pop(), line["ids"][base:]
                llama_cpp.llama_memory_seq_rm(self.memory, row, -1, -1)
                llama_cpp.llama_memory_seq_cp(self.memory, 0, row, 0, base)
                rows += [(token, base + at, row, at == len(rest) - 1) for at, token in enumerate(rest)]
                live[row] = Text(number=number, line=line, length=len(line["ids"]), written=[])
            for row, logits in zip(list(live), first or self._decode(rows), strict=True):
                text, token = live[row], int(logits.argmax())
                ended = not text.line["ignore_end"] and llama_cpp.llama_vocab_is_eog(self.vocab, token)
                text.written += [] if ended else [token]
                if ended or len(text.written) == text.line["max_tokens"]:
                    done[text.number] = text.written
                    free.append(row)
                    del live[row]
            first = []
        return done

    def score(self, ids: Sequence[int], begin: int) -> tuple[list[float], list[int]]:
        """Return the log-probability of each of ids[begin:], and which token would have been likeliest there."""
        self._make_room(len(ids))
        llama_cpp.llama_memory_clear(self.memory, True)
        self.kept = []
        rows = [(token, at, 0, at >= begin - 1) for at, token in enumerate(ids[:-1])]
        found, best = [], []
        for token, row in zip(ids[begin:], self._decode(rows), strict=True):
            logits = row.astype(numpy.float64)
            most = logits.max()
            found.append(float(logits[token] - most - numpy.log(numpy.exp(logits - most).sum())))
            best.append(int(row.argmax()))
        return found, best

    @property
    def memory(self) -> Any:
        return llama_cpp.llama_get_memory(self.context)

    def _make_room(self, tokens: int) -> None:
        """Open a context for so many tokens, where the one that is open is smaller."""
        if tokens <= self.room:
            return
        if self.context:
            llama_cpp.llama_free(self.context)
        self.room = max(SMALLEST, -(-tokens * 5 // 1024) * 256)  # the next job may have longer texts
        settings = llama_cpp.llama_context_default_params()
        settings.n_ctx, settings.n_batch, settings.n_seq_max = self.room, BATCH, self.rows + 1
        settings.n_threads = settings.n_threads_batch = THREADS
        settings.kv_unified = True  # sequences share the cells of what they begin with
        self.context = llama_cpp.llama_init_from_model(self.model, settings)
        assert self.context, f"llama.cpp has no room for {self.room} tokens"
        self.kept = []

    def _share(self, start: list[int], *, asked: bool) -> list[Any]:
        """Have sequence 0 hold `start`, of which it may have seen some already, and nothing else; return the last
        token's logits where they are asked for."""
        same = min(len(_common([self.kept, start])), len(start) - asked)
        llama_cpp.llama_memory_seq_rm(self.memory, 0, same, -1)
        for row in range(1, self.rows + 1):
            llama_cpp.llama_memory_seq_rm(self.memory, row, -1, -1)
        self.kept = list(start)
        last = len(start) - 1
        return self._decode([(start[at], at, 0, asked and at == last) for at in range(same, len(start))])

    def _decode(self, rows: Sequence[tuple[int, int, int, bool]]) -> list[Any]:
        """Run tokens, (id, place, sequence, whether its logits are asked for), and return copies of the logits."""
        found = []
        for begin in range(0, len(rows), BATCH):
            part = rows[begin : begin + BATCH]
            batch = self._batch
            batch.n_tokens = len(part)
            for at, (token, place, sequence, asked) in enumerate(part):
                batch.token[at], batch.pos[at], batch.logits[at] = token, place, asked
                batch.n_seq_id[at], batch.seq_id[at][0] = 1, sequence
            status = llama_cpp.llama_decode(self.context, batch)
            assert status == 0, f"llama_decode: {status}"
            for at, (*_, asked) in enumerate(part):
                if asked:
                    logits = llama_cpp.llama_get_logits_ith(self.context, at)
                    found.append(numpy.ctypeslib.as_array(logits, (self.tokens,)).copy())
        return found


def _common(texts: Sequence[Sequence[int]]) -> list[int]:
    """Return what all texts begin with."""
    first, last = min(texts), max(texts)
    same = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return list(first[:same])


def main() -> None:
    windows = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever llama.cpp prints goes elsewhere
    llama = Llama(Path(sys.argv[1]))
    scores = [llama.score(window["ids"], window["begin"]) for window in windows]
    built = llama_cpp.llama_print_system_info().decode()
    logprobs, best = ([score[part] for score in scores] for part in (0, 1))
    print(json.dumps({"logprobs": logprobs, "best": best, "built": built}), file=answers)


if __name__ == "__main__":
    main()
