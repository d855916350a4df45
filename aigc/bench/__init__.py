"""How fast: workloads of known shape, run on the engine and set against what the machine could do at best.

A workload is a list of Requests made from a seed: the same seed gives the same texts, another seed other texts of the
same lengths. Its prompts begin with a shared part, which has a seed of its own, so that a warm engine can be given
new texts of a template it knows (`shared` kept) or of one it has never seen.

Names: `WORKLOADS`, `Workload`, `build`, `write_jsonl` (the same token ids for other engines), `Run`, `run_workload`,
`median_run`. Knows: the Generator protocol, the engine's token counts. Does not know: content types, projects, the
command line. torch is imported by the engine only.
"""

from __future__ import annotations

from aigc.bench.measure import Run, median_run, run_workload
from aigc.bench.workloads import WORKLOADS, Workload, build, write_jsonl

__all__ = ["WORKLOADS", "Run", "Workload", "build", "median_run", "run_workload", "write_jsonl"]
