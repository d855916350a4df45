"""Engines get the same jobs and are told apart rightly; llama.cpp's texts do not depend on slots and what is kept."""

from __future__ import annotations

import ctypes
import importlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

TOKENS = 50
END = 7


class FakeLlama:
    """This is llama.cpp's C functions over a model whose next token follows from all tokens of a sequence."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[int, int]] = {}  # by sequence: tokens by their place
        self.computed = 0  # tokens
        self.logits: list[Any] = []
        self.contexts = 0

    def llama_backend_init(self) -> None: ...

    def llama_model_default_params(self) -> Any:
        return SimpleNamespace()

    llama_context_default_params = llama_model_default_params

    def llama_model_load_from_file(self, path: bytes, settings: Any) -> Any:
        return SimpleNamespace(path=path, settings=settings)

    def llama_model_get_vocab(self, model: Any) -> str:
        return "vocab"

    def llama_vocab_n_tokens(self, vocab: str) -> int:
        return TOKENS

    def llama_vocab_is_eog(self, vocab: str, token: int) -> bool:
        return token == END

    def llama_batch_init(self, tokens: int, embeddings: int, sequences: int) -> Any:
        fields = ("token", "pos", "logits", "n_seq_id")
        return SimpleNamespace(n_tokens=0, seq_id=[[0] for _ in range(tokens)], **{f: [0] * tokens for f in fields})

    def llama_init_from_model(self, model: Any, settings: Any) -> Any:
        self.rows, self.contexts = {}, self.contexts + 1
        return settings

    def llama_free(self, context: Any) -> None: ...

    def llama_get_memory(self, context: Any) -> dict[int, dict[int, int]]:
        return self.rows

    def llama_memory_clear(self, rows: Any, numbers: bool) -> None:
        rows.clear()

    def llama_memory_seq_rm(self, rows: Any, row: int, begin: int, end: int) -> None:
        rows[row] = {at: token for at, token in rows.get(row, {}).items() if at < begin}

    def llama_memory_seq_cp(self, rows: Any, source: int, target: int, begin: int, end: int) -> None:
        rows[target].update({at: token for at, token in rows[source].items() if begin <= at < end})

    def llama_decode(self, context: Any, batch: Any) -> int:
        self.logits = [None] * batch.n_tokens
        for at in range(batch.n_tokens):
            seen = self.rows.setdefault(batch.seq_id[at][0], {})
            assert sorted(seen) == list(range(batch.pos[at])), "a place was left out, or is there already"
            seen[batch.pos[at]] = batch.token[at]
            if batch.logits[at]:
                numbers = (ctypes.c_float * TOKENS)()
                numbers[next_token([seen[place] for place in sorted(seen)])] = 1.0
                self.logits[at] = numbers
        self.computed += batch.n_tokens
        shared = self.rows.get(0, {})
        assert len(shared) + sum(at not in shared for row in self.rows.values() for at in row) <= context.n_ctx
        return 0

    def llama_get_logits_ith(self, context: Any, at: int) -> Any:
        return ctypes.cast(self.logits[at], ctypes.POINTER(ctypes.c_float))

    def llama_print_system_info(self) -> bytes:
        return b"fake"


def next_token(ids: list[int]) -> int:
    return sum((place + 1) * token for place, token in enumerate(ids)) % TOKENS


def alone(line: dict[str, Any]) -> list[int]:
    ids, written = list(line["ids"]), list[int]()
    while len(written) < line["max_tokens"]:
        token = next_token(ids)
        if token == END and not line["ignore_end"]:
            break
        ids.append(token)
        written.append(token)
    return written


def lines(count: int, shared: int = 30, ignore_end: bool = True) -> list[dict[str, Any]]:
    start = [place % 11 for place in range(shared)]
    return [
        {"ids": [*start, *((number * 5 + at) % TOKENS for at in range(4 + number % 3))], "max_tokens": 6 + number % 2}
        | {"ignore_end": ignore_end}
        for number in range(count)
    ]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return importlib.import_module


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeLlama:
    fake = FakeLlama()
    monkeypatch.setitem(sys.modules, "llama_cpp", fake)  # type: ignore[arg-type]
    monkeypatch.delitem(sys.modules, "llama_worker", raising=False)
    return fake


@pytest.mark.parametrize("rows", [1, 3, 32])
@pytest.mark.parametrize("ignore_end", [True, False])
def test_llama_cpp_writes_what_it_would_alone(bench: Any, fake: FakeLlama, rows: int, ignore_end: bool) -> None:
    llama = bench("llama_worker").Llama(Path("model.gguf"), rows=rows)
    for job in (lines(8, ignore_end=ignore_end), lines(1), lines(9), lines(5, shared=12), lines(40)):
        assert llama.write(job) == [alone(line) for line in job]


def test_llama_cpp_computes_what_texts_begin_with_once(bench: Any, fake: FakeLlama) -> None:
    llama = bench("llama_worker").Llama(Path("model.gguf"), rows=4)
    written = sum(line["max_tokens"] - 1 for line in lines(8))
    for begin in (30, 0):  # the second job finds it there
        before = fake.computed
        llama.write(lines(8))
        assert fake.computed - before == begin + sum(len(line["ids"]) - 30 for line in lines(8)) + written
    one = lines(3)[2]
    llama.write([one])
    before = fake.computed
    llama.write([one | {"ids": [*one["ids"][:-1], 3]}])  # a prompt like the last but for its last token
    assert fake.computed - before == 1 + one["max_tokens"] - 1
    assert fake.contexts == 1
    llama.write(lines(8, shared=3000))
    assert fake.contexts == 2  # more room was needed


def test_llama_cpp_scores_every_place(bench: Any, fake: FakeLlama) -> None:
    llama = bench("llama_worker").Llama(Path("model.gguf"))
    ids = [1, 2, 3]
    ids += [next_token(ids), 5]
    logprobs, best = llama.score(ids, 3)
    assert best == [next_token(ids[:3]), next_token(ids[:4])] and best[0] == ids[3] and best[1] != ids[4]
    assert logprobs[0] > logprobs[1]
    assert llama.write(lines(2)) == [alone(line) for line in lines(2)]


def test_a_job_is_written_apart_as_together_and_memory_is_told(bench: Any, tmp_path: Path) -> None:
    from aigc.testing.tiny import tiny_gpt

    peers = bench("peers")
    folder = tiny_gpt("llama", tmp_path / "tiny")
    jobs = peers.make_jobs(folder, "lines-64", 1, 3, False, tmp_path)
    apart = tmp_path / "apart.jsonl"
    told = [json.loads(line) | {"apart": True} for line in jobs[1].read_text().splitlines()]
    apart.write_text("".join(json.dumps(line) + "\n" for line in told))
    worker = peers.start("aigc-float32", peers.Setting(folder, None, tmp_path, "", "cpu"))
    try:
        together, alone = worker.ask(jobs[1]), worker.ask(apart)
    finally:
        worker.close()
    assert together and alone, worker.failed
    assert together["ids"] == alone["ids"] and together["tokens"] == 3 * 12
    assert together["prompt"] == sum(len(line["ids"]) for line in told)
    if sys.platform == "linux":
        assert together["own_memory"] + together["mapped_memory"] <= 1.05 * alone["peak_memory"]
        assert min(together["own_memory"], together["mapped_memory"]) > 1e6


def test_every_engine_has_a_home_and_a_loader(bench: Any, capsys: pytest.CaptureFixture[str]) -> None:
    peers, workers = bench("peers"), bench("workers")
    assert set(peers.ENGINES) == set(workers.LOAD)
    assert set(peers.ENGINES.values()) == set(peers.ENVIRONMENTS)
    assert set(f"{peers.ON_CPU},{peers.ON_GPU}".split(",")) <= set(peers.ENGINES)


def test_an_unknown_engine_is_named(
    bench: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["peers.py", "one", "--engines", "aigc,llama"])
    with pytest.raises(SystemExit):
        bench("peers").main()
    assert "no engine named llama; there are aigc" in capsys.readouterr().err


def test_a_race_of_fresh_processes_leaves_the_first_out(
    bench: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    peers = bench("peers")
    asked: list[tuple[str, str]] = []

    class Instant(peers.Worker):  # type: ignore[misc, name-defined]
        def ask(self, job: Path) -> dict[str, Any] | None:
            asked.append((self.name, job.name))
            return {"seconds": 0.0}

        def close(self) -> None: ...

    monkeypatch.setattr(peers, "start", lambda name, setting: Instant(name, None, tmp_path))
    monkeypatch.setattr(peers, "python_of", lambda name, envs: "")
    jobs = [tmp_path / name for name in ("first", "second", "third")]
    workers = peers.race_cold(["a", "b"], peers.Setting(tmp_path, None, tmp_path, "", "cpu"), "one", jobs)
    assert asked == [(name, job.name) for job in jobs for name in "ab"]
    assert [len(worker.answers["one"]) for worker in workers] == [2, 2]


def test_a_summary_has_medians_ratios_and_memory(
    bench: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    peers = bench("peers")

    def worker(name: str, seconds: list[float], **memory: int) -> Any:
        runs = [
            {"seconds": one, "prompt": 9, "tokens": 10, "items": 2, "valid": 1, "ids": [[1], [2]], **memory}
            for one in seconds
        ]
        return peers.Worker(name, None, tmp_path, answers={"one": runs} if runs else {}, failed="" if runs else "broke")

    workers = [
        worker("ours", [1.0, 2.0, 4.0], peak_memory=5, own_memory=2, mapped_memory=3),
        worker("theirs", [2.0, 4.0, 9.0], peak_memory=7),
        worker("none", []),
    ]
    ours, theirs, failed = peers.summary(workers, "one")
    assert (ours["seconds"], ours["tokens_per_second"], ours["ours_is_faster"]) == (2.0, 5.0, 1.0)
    assert (ours["peak_memory_bytes"], ours["own_memory_bytes"], ours["mapped_memory_bytes"]) == (5, 2, 3)
    assert (theirs["ours_is_faster"], theirs["same"], theirs["own_memory_bytes"]) == (2.0, 1.0, None)
    assert failed["failed"] == "broke"
    peers.show([ours, theirs, failed])
    assert "failed: broke" in capsys.readouterr().out
