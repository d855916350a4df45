"""Two processes learn what one does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from training_rows import OPTIONS, PLAIN_STEPS, rows

from aigc.learner.learn import learn


def test_two_processes_learn_what_one_does(tiny_folder: Callable[[str], Path], tmp_path: Path) -> None:
    base, script = tiny_folder("llama"), Path(__file__).with_name("shared_run.py")
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", "0"]
    done = subprocess.run(
        [*command, "--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0", str(script), str(base), str(tmp_path)],
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path), "GLOO_SOCKET_IFNAME": "lo"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    for batch in (4, 1):
        main, other = (json.loads((tmp_path / f"{batch}-{rank}.json").read_text()) for rank in (0, 1))
        options = replace(OPTIONS, batch=batch, dropout=0.0, learning_rate=0.1, extra=PLAIN_STEPS)
        alone = learn(base, rows(), rows(5, 2), options, tmp_path / f"alone{batch}")
        assert main["losses"] == other["losses"] == main["heard"]
        assert other["heard"] == [], "the main process alone tells"
        assert abs(main["losses"][6] - main["losses"][1]) > 1e-2
        assert main["losses"] == pytest.approx([one.loss for one in alone.told], abs=1e-5)
        shared = tmp_path / str(batch) / "checkpoint-000006" / "adapter_model.safetensors"
        one, two = load_file(shared), load_file(alone.checkpoints[-1] / shared.name)
        assert one.keys() == two.keys()
        assert all(torch.allclose(one[key], two[key], atol=1e-4) for key in one)
