"""The same job on Ray: several nodes of a real cluster on this machine, some of which do not live to see its end."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from aigc.jobs.forecast.rates import read_rates
from aigc.jobs.ray.connection import LAST_WORD

HERE = Path(__file__).parent
ENVIRONMENT = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # every address is the loopback's
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_raylet_start_wait_time_s": "300",  # on a busy machine, and so is the next
    "RAY_CLIENT_SERVER_CHECK_CHANNEL_TIMEOUT_S": "300",
}
PROJECT = {
    "aigc.yaml": "generator: slow\n",
    "templates/shop/item.yaml": """
aigc: 1
name: shop/item
summary: An item.
brief:
  product: {type: string}
  language: {type: string, enum: [en, zh], default: en}
stages:
  lines:
    foreach: "[product, product + '!']"
    prompt: item.j2
    output: {type: string, limit: {chars: 40}}
    checks: [honest]
  close:
    prompt: close.j2
    output: {type: string, limit: {chars: 40}}
output:
  lines: {type: array, items: {type: string, limit: {chars: 40}}, from: "{{ stages.lines }}"}
  close: {type: string, from: "{{ stages.close }}"}
checks: [limits]
repair: {attempts: 1}
""",
    "templates/shop/item.j2": "{% extends 'base.j2' %}{% block task %}{{ item }}{% endblock %}",
    "templates/shop/close.j2": "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}",
}


class Shop:
    """This runs `aigc batch` in processes of their own, where a plugin with a slow generator is installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.diary = folder / "diary.txt"
        self.cluster: dict[str, object] = {}
        self._jobs: list[subprocess.Popen[str]] = []
        for name, text in PROJECT.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        own = {"PYTHONPATH": str(plugin(folder / "plugins")), "AIGC_CACHE": str(folder / "cache")}
        self.environment = {**os.environ, **ENVIRONMENT, **own}

    def start(self, out: str, products: list[str], *options: str) -> subprocess.Popen[str]:
        """This begins a job over the products, once none is left of a test that failed."""
        for job in self._jobs:
            if job.poll() is None:
                job.kill()
                job.communicate()
        rows = [f"{product},{'en' if at % 3 else 'zh'}" for at, product in enumerate(products)]
        (self.folder / "items.csv").write_text("\n".join(["product,language", *rows]), encoding="utf-8")
        self.diary.write_text("", encoding="utf-8")
        given = ["shop/item", "items.csv", "--out", out, "--no-reuse", "--json", "-o", f"engine.diary={self.diary}"]
        job = subprocess.Popen(
            [sys.executable, "-m", "aigc", "batch", *given, *options],
            cwd=self.folder,
            env={**self.environment, "RAY_ADDRESS": str(self.cluster.get("address", ""))},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._jobs.append(job)
        return job

    def run(self, out: str, products: list[str], *options: str, code: int = 0) -> dict[str, object]:
        """This is the report of a whole job."""
        return ended(self.start(out, products, *options), code)

    def on_cluster(self, *options: str, seconds: float = 0.05) -> list[str]:
        sized = ["-o", "ray.cpus=1", "-o", "ray.block=4", "-o", f"engine.seconds={seconds}"]
        return ["--on", "ray://auto", *sized, *options]

    def lines(self) -> list[tuple[int, int, str]]:
        """This is what the diary says: process, its parent, what was asked."""
        said = (line.split(" ", 2) for line in self.diary.read_text(encoding="utf-8").splitlines())
        return [(int(process), int(parent), what) for process, parent, what in said]

    def busy(self, processes: int, lines: int = 1) -> list[tuple[int, int]]:
        """This waits until so many workers have answered so often, and is (process, parent) of each."""
        until = time.monotonic() + 240
        while time.monotonic() < until:
            asked = [(process, parent) for process, parent, _ in self.lines()]
            found = [one for one in dict.fromkeys(asked) if asked.count(one) >= lines]
            if len(found) >= processes:
                return found
            time.sleep(0.05)
        raise AssertionError(f"nobody was busy: {self.lines()}")

    def content(self, out: str) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.folder / out).glob("[ac]*.jsonl")}

    def finished(self, out: str) -> set[str]:
        """This is the products a ledger has finished pieces of, or nothing where there is no ledger yet."""
        ledger = f"file:{self.folder / out}/job.sqlite?mode=ro"
        with suppress(sqlite3.OperationalError), sqlite3.connect(ledger, uri=True) as db:
            return {name for (name,) in db.execute("select brief ->> 'product' from pieces where status <> 'waiting'")}
        return set()


def ended(process: subprocess.Popen[str], code: int = 0) -> dict[str, object]:
    out, err = process.communicate(timeout=500)
    assert process.returncode == code, err
    report: dict[str, object] = json.loads(out) if out.strip() else {"error": err}
    return {**report, "err": err}


def plugin(folder: Path) -> Path:
    """This installs the slow generator into a folder."""
    (folder / "slow_plugin-1.dist-info").mkdir(parents=True, exist_ok=True)
    (folder / "slow_plugin-1.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: slow-plugin\nVersion: 1\n")
    (folder / "slow_plugin-1.dist-info/entry_points.txt").write_text("[aigc]\nslow = slow_plugin\n")
    shutil.copy(HERE / "slow_plugin.py", folder)
    return folder


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """This is a shop without a cluster."""
    return Shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def shop(alone: Shop) -> Iterator[Shop]:
    """This is a shop beside a cluster of three nodes of one CPU."""
    cluster = subprocess.Popen(
        [sys.executable, str(HERE / "ray_cluster.py"), "1", "1", "1"],
        env=alone.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert cluster.stdout is not None
    if not (said := cluster.stdout.readline()):
        raise AssertionError(cluster.communicate()[1])
    alone.cluster = json.loads(said)
    yield alone
    cluster.communicate()


def products(count: int, **special: str) -> list[str]:
    """This is names of products; `special` gives those at some places, `p7="…"`, another one."""
    return [special.get(f"p{at}", f"thing {at}") for at in range(count)]


@pytest.fixture(scope="module")
def whole(alone: Shop) -> dict[str, bytes]:
    """This is what a local run makes of forty products."""
    assert alone.run("local", products(40))["counts"] == {"accepted": 40, "flagged": 0, "rejected": 0, "failed": 0}
    return alone.content("local")


def on_ray(test: Callable[..., None]) -> Callable[..., None]:
    """This marks a test that needs Ray, and minutes."""
    installed = importlib.util.find_spec("ray") is not None
    marks = (pytest.mark.ray, pytest.mark.skipif(not installed, reason="needs Ray"), pytest.mark.timeout(600))
    for mark in marks:
        test = mark(test)
    return test


@on_ray
def test_on_a_cluster_of_its_own_the_folder_is_the_same_byte_for_byte(alone: Shop, whole: dict[str, bytes]) -> None:
    there = ("--on", "ray", "-o", "ray.workers=2", "-o", "ray.cpus=1")
    report = alone.run("own", products(40), *there)
    assert alone.content("own") == whole
    assert len({process for process, _, _ in alone.lines()}) == 2
    kept, local = read_rates(alone.folder / "cache/rates.json")
    assert "ray.address=local" in kept.writer and "ray." not in local.writer
    assert (kept.pieces, kept.planned, kept.requests, kept.completions) == (40, 120, 120, 120)
    assert kept.written_tokens == local.written_tokens and 0 < kept.seconds < report["seconds"] - 1
    again = alone.run("another", products(40), *there, "--dry-run")
    assert (report["forecast"]["seconds"], again["forecast"]["seconds"]) == (None, pytest.approx(kept.seconds))
    ours = ("Writing: ", " left", "Forecast: ", "of memory", "no time can be told", "are estimated")
    said = str(report["err"]).splitlines()
    assert [line for line in said if not any(words in line for words in ours)] == [], "Ray says nothing"


@on_ray
def test_from_a_client_it_is_the_same_too(shop: Shop, whole: dict[str, bytes]) -> None:
    shop.run("client", products(40), *shop.on_cluster("--on", f"ray://{shop.cluster['client']}"))
    assert shop.content("client") == whole
    assert {parent for _, parent, _ in shop.lines()} <= set(shop.cluster["raylets"])


@on_ray
def test_a_killed_worker_costs_its_block_and_no_piece(shop: Shop, whole: dict[str, bytes]) -> None:
    job = shop.start("killed", products(40), *shop.on_cluster(seconds=0.2))
    process, _ = shop.busy(2, lines=2)[0]
    os.kill(process, signal.SIGKILL)
    assert ended(job)["counts"] == {"accepted": 40, "flagged": 0, "rejected": 0, "failed": 0}
    assert shop.content("killed") == whole
    asked = [what for _, _, what in shop.lines()]
    assert len(set(asked)) == 80 and len(asked) <= 120 + 3 * 4


@on_ray
def test_a_poisoned_row_fails_alone(shop: Shop) -> None:
    special = {"p3": "poison", "p11": "lethal", "p17": "a lie", "p30": "poison ivy"}
    report = shop.run("poisoned", products(40, **special), *shop.on_cluster(), code=1)
    assert report["counts"] == {"accepted": 36, "flagged": 0, "rejected": 0, "failed": 4}
    records = [json.loads(line) for line in shop.content("poisoned")["artifacts.jsonl"].splitlines()]
    reasons = {one["brief"]["values"]["product"]: one["reason"] for one in records if one["status"] == "failed"}
    # where the check broke is in the plugin the shop itself wrote
    reasons["a lie"] = re.sub(r":\d+\)$", ":N)", reasons["a lie"])
    assert reasons == {
        "poison": "generator 'slow' broke: RuntimeError: cannot be digested",
        "poison ivy": "generator 'slow' broke: RuntimeError: cannot be digested",
        "lethal": "the process that writes it dies each time",
        "a lie": f"{shop.folder}/templates/shop/item.yaml:13: check 'honest' broke: ValueError: a lie"
        f" ({shop.folder}/plugins/slow_plugin.py:N)",
    }
    shop.run("tame", products(40, p17="a lie"), code=1)
    tame, there = (shop.content(out)["artifacts.jsonl"].splitlines() for out in ("tame", "poisoned"))
    assert [at for at in range(40) if tame[at] != there[at]] == [3, 11, 30], "the others are as if there were none"


@on_ray
def test_a_killed_driver_goes_on(shop: Shop, whole: dict[str, bytes]) -> None:
    job = shop.start("driver", products(40), *shop.on_cluster(seconds=0.2))
    until = time.monotonic() + 200
    while time.monotonic() < until and not shop.finished("driver"):
        time.sleep(0.1)
    job.send_signal(signal.SIGKILL)
    assert LAST_WORD in str(ended(job, code=-signal.SIGKILL)["err"])
    done = shop.finished("driver")
    assert 4 <= len(done) < 40
    shop.run("driver", products(40), *shop.on_cluster())
    assert shop.content("driver") == whole
    assert not done & {what.rstrip("!") for _, _, what in shop.lines()}, "what is finished is not asked again"


@on_ray
def test_ctrl_c_finishes_what_is_in_hand(shop: Shop, whole: dict[str, bytes]) -> None:
    job = shop.start("stopped", products(40), *shop.on_cluster(seconds=0.2))
    shop.busy(1)
    job.send_signal(signal.SIGINT)
    report = ended(job, code=130)
    assert report["interrupted"] and 4 <= report["counts"]["accepted"] < 40, (report, shop.lines())
    assert 4 <= len(shop.finished("stopped")) == report["counts"]["accepted"]
    shop.run("stopped", products(40))
    assert shop.content("stopped") == whole, "and goes on without Ray"


@on_ray
def test_a_generator_that_serves_nobody_ends_the_job(shop: Shop) -> None:
    names = [f"poison {at}" for at in range(8)]
    assert "cannot be digested; what was finished is kept" in str(shop.run("dead", names, *shop.on_cluster(), code=3))
    unopened = shop.run("unopened", names, *shop.on_cluster("-o", "generator=broken"), code=3)
    assert "generator 'broken' broke: OSError: no such weights" in str(unopened["err"])


@on_ray
def test_a_driver_whose_own_node_is_gone_says_so(alone: Shop) -> None:
    job = alone.start("gone", products(40), "--on", "ray", "-o", "ray.cpus=1", "-o", "engine.seconds=0.2")
    _, raylet = alone.busy(1)[0]
    os.kill(raylet, signal.SIGKILL)
    code = job.wait(timeout=200)
    assert code in (1, 3), "1 where Ray ends the process before the job can"
    assert "what was finished is kept, the same command goes on" in str(ended(job, code)["err"])


@on_ray
def test_no_node_that_is_large_enough_is_said_before_anything_starts(shop: Shop) -> None:
    said = shop.run("large", products(4), *shop.on_cluster("-o", "ray.gpus=1"), code=2)
    assert "no node has 1 CPUs and 1 GPUs" in str(said["err"])


@on_ray
def test_a_killed_node_costs_its_blocks_and_no_piece(shop: Shop, whole: dict[str, bytes]) -> None:
    job = shop.start("node", products(40), *shop.on_cluster(seconds=0.4))
    process, raylet = shop.busy(3, lines=2)[0]
    assert raylet in shop.cluster["raylets"]
    for victim in (raylet, process):
        os.kill(victim, signal.SIGKILL)
    assert ended(job)["counts"] == {"accepted": 40, "flagged": 0, "rejected": 0, "failed": 0}
    assert shop.content("node") == whole
