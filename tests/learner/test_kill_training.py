"""A run that is killed again and again ends with the bytes of one that never was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=pytest.mark.slow)])
def test_a_killed_run_ends_with_the_same_bytes(kills: int, tiny_folder: Callable[[str], Path], tmp_path: Path) -> None:
    script = Path(__file__).with_name("killed_runs.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tiny_folder("llama")), str(tmp_path), str(kills)],
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert found["straight"] == found["killed"]
    assert found["straight"].startswith("checkpoint-000060")
    assert found["kills"] >= 3, found
    assert found["saving"] >= 1, found
    assert found["left"] == []
