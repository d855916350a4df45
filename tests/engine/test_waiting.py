"""Threads that spin while they wait starve whatever else the machine does, a second run of ours included."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CALLS = {
    "open_engine": "engine.open_engine(Path('no such folder'))",
    "convert_gguf": "engine.convert_gguf(Path('no such file'), Path('nowhere'))",  # imports torch first in a first run
}


@pytest.mark.parametrize("name", CALLS)
def test_waiting_threads_sleep_whoever_imports_torch_first(name: str) -> None:
    code = f"""
import os, sys
from pathlib import Path
from aigc import engine

class Look:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            print(os.environ.get("OMP_WAIT_POLICY"))
            raise ImportError("seen")

sys.meta_path.insert(0, Look())
try:
    {CALLS[name]}
except BaseException:
    pass
"""
    environment = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines()[:1] == ["PASSIVE"], done.stderr
