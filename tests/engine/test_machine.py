"""What memory there is: the machine's, a control group's of either version, and what `ulimit` leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from aigc.engine.machine import machine_memory

GB = 1 << 30
MEMINFO = "MemTotal:  16777216 kB\nMemFree:  1048576 kB\nMemAvailable:  8388608 kB\nHugePages_Total:       0\n"
Write = Callable[[dict[str, object]], Path]


@pytest.fixture
def system(tmp_path: Path) -> Write:
    """This is a system's files, below a folder of their own."""

    def write(files: dict[str, object]) -> Path:
        for name, text in {"proc/meminfo": MEMINFO, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(str(text))
        return tmp_path

    return write


def group(folder: str, limit: object, used: int, files: int = 0) -> dict[str, object]:
    stat = f"anon 1\nfile {files}\nactive_file {files // 2}\ninactive_file {files - files // 2}\n"
    return {f"{folder}/memory.max": limit, f"{folder}/memory.current": used, f"{folder}/memory.stat": stat}


def test_a_machine_alone(system: Write) -> None:
    found = machine_memory(system({"proc/self/status": "Name:\tpython\nVmSize:\t 100 kB\nRssAnon:\t  2048 kB\n"}))
    assert (found.whole, found.free, found.held) == (16 * GB, 8 * GB, 2 << 20)


def test_the_tightest_group_above_counts(system: Write) -> None:
    files = {
        "proc/self/cgroup": "0::/user.slice/job.scope\n",
        **group("sys/fs/cgroup/user.slice", 3 * GB, 2 * GB),
        **group("sys/fs/cgroup/user.slice/job.scope", "max\n", 1 * GB),
    }
    found = machine_memory(system(files))
    assert (found.whole, found.free) == (3 * GB, 1 * GB)


def test_what_a_group_has_read_of_files_is_given_back(system: Write) -> None:
    files = {"proc/self/cgroup": "0::/job\n", **group("sys/fs/cgroup/job", 4 * GB, 3 * GB, files=2 * GB)}
    assert machine_memory(system(files)).free == 3 * GB


def test_a_group_may_be_held_back_before_its_limit(system: Write) -> None:
    files = {"proc/self/cgroup": "0::/job\n", **group("sys/fs/cgroup/job", 4 * GB, 1 * GB)}
    files["sys/fs/cgroup/job/memory.high"] = 2 * GB
    assert machine_memory(system(files)).free == 1 * GB


def test_in_a_container_the_group_is_the_root_that_it_sees(system: Write) -> None:
    files = {"proc/self/cgroup": "0::/../../docker/abc\n", **group("sys/fs/cgroup", 2 * GB, GB // 2)}
    found = machine_memory(system(files))
    assert (found.whole, found.free) == (2 * GB, 3 * GB // 2)


def test_groups_of_the_first_version(system: Write) -> None:
    folder = "sys/fs/cgroup/memory/docker/abc"
    files = {
        "proc/self/cgroup": "9:name=systemd:/\n4:cpu,memory:/docker/abc\n0::/\n",
        f"{folder}/memory.limit_in_bytes": 4 * GB,
        f"{folder}/memory.usage_in_bytes": 3 * GB,
        f"{folder}/memory.stat": f"inactive_file 1\ntotal_inactive_file {GB}\ntotal_active_file 0\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": 9223372036854771712,
        "sys/fs/cgroup/memory/memory.usage_in_bytes": 5 * GB,
    }
    found = machine_memory(system(files))
    assert (found.whole, found.free) == (4 * GB, 2 * GB)


def test_a_group_of_others_does_not_count(system: Write) -> None:
    files = {"proc/self/cgroup": "0::/mine\n", **group("sys/fs/cgroup/other", GB, GB)}
    assert machine_memory(system(files)).free == 8 * GB


def test_a_full_group_leaves_nothing(system: Write) -> None:
    files = {"proc/self/cgroup": "0::/job\n", **group("sys/fs/cgroup/job", GB, 2 * GB)}
    assert machine_memory(system(files)).free == 0


def test_without_proc_all_that_there_is_counts_as_free(tmp_path: Path) -> None:
    found = machine_memory(tmp_path)
    assert found.whole == found.free > 0 and found.held == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count otherwise")
@pytest.mark.parametrize(("kind", "least"), [("v", 2.0), ("d", 2.55)])
def test_ulimit_leaves_what_python_and_torch_will_not_take(kind: str, least: float) -> None:
    code = "from aigc.engine.machine import machine_memory as m; print(m().addresses)"
    command = f"ulimit -{kind} {3 << 20} && exec {sys.executable} -c '{code}'"
    told = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout
    assert least * GB < int(told) < 3 * GB
    assert machine_memory().addresses is None, "these tests are held by nothing"


def test_a_library_of_another_name_is_refused() -> None:
    code = "from aigc.engine.cpu.library import load_library; load_library()"
    environment = {**os.environ, "AIGC_KERNELS": "AVX2"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode and "AIGC_KERNELS: 'AVX2' is none of 0, vnni, avx512, avx2" in done.stderr
    assert "did you mean 'avx2'?" in done.stderr
