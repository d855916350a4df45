"""What a server does under load, over real sockets, in CPU seconds of its own process.

    python tests/bench/serving.py streams [--many 64]     # texts as a generator gives them, throughput, /health
    python tests/bench/serving.py beside [--texts 16]     # newcomers and a chat beside a job of 600-token texts
    python tests/bench/serving.py leaving [--each 10]     # clients that go: queued, in the prompt, mid-text, whole, n=4

`streams` asks for the texts of `aigc bench raw`, each with a seed, no end token ends them; the same requests go to a
generator in a process of its own. `beside` runs a job alone by `aigc batch`, then over HTTP: 20 newcomers of 24 tokens
one after another, then a chat until the job is done; how many steps passed before each newcomer began is read from
/metrics, and what starting takes (a server's) is taken off what the job alone took. With --share 1 there are no steps
in between for whoever waits. `leaving` says how many steps passed, and how long it took, until nothing of those who
left was in hand. Each prints a JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OURS = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
TOKEN = "a-token-for-measuring"
NO_ENDS = {"0": -100, "1": -100, "2": -100}  # SmolLM2's tokens that end a text
TICK = os.sysconf("SC_CLK_TCK")
LONG = """
aigc: 1
name: bench/long
summary: A text of 600 tokens.
brief: {topic: {type: string}}
prompt: long.j2
sampling: {max_tokens: 600, temperature: 0.8}
output: {type: string}
repair: {attempts: 0}
exports: [csv]
"""
TASK = "{% extends 'base.j2' %}{% block task %}Write a very long story about {{ topic }}.{% endblock %}"
NAMES = ("kettle", "cat", "clock")
FOR_EVER = 1e9
LENGTH, COMPANY, SEA = 2000, 4000, 600  # tokens of who leaves and of who stays, and how often a prompt says the same
LEAVING = ("queued", "prompt", "middle", "whole", "several")


class Server:
    """This is `aigc serve` in a process of its own."""

    def __init__(self, folder: Path, *words: str) -> None:
        tokens = folder / "tokens.yaml"
        tokens.write_text(f"me: {{token: {TOKEN}, role: admin}}\n")
        tokens.chmod(0o600)
        command = [sys.executable, "-m", "aigc", "serve", "--port", "0", "--token-file", str(tokens), *words]
        self.process = subprocess.Popen(command, cwd=folder, env=OURS, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        told = ""
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)", told)):
            line = self.process.stderr.readline()
            assert line, told
            told += line
        self.port = int(found[1])

    @property
    def used(self) -> float:
        """This is the CPU seconds of the process so far."""
        return cpu_of(self.process.pid)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(60)


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


@asynccontextmanager
async def called(port: int, path: str, body: Any = None) -> AsyncIterator[tuple[Any, Any]]:
    """This makes a call and gives its reader and writer, the headers of the answer not read yet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    text = b"" if body is None else json.dumps(body).encode()
    head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    head += f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
    writer.write(head.encode() + text)
    try:
        yield reader, writer
    finally:
        writer.close()


async def told(port: int, path: str, body: Any = None) -> str:
    async with called(port, path, body) as (reader, _):
        status = await reader.readline()
        text = (await reader.read()).partition(b"\r\n\r\n")[2].decode()
        assert b" 200 " in status or b" 201 " in status, (status, text[:500])
        return str(text)


async def deltas(port: int, body: Any) -> AsyncIterator[dict[str, Any]]:
    """This gives the chunks of a chat as they come."""
    async with called(port, "/v1/chat/completions", {**body, "stream": True}) as (reader, _):
        async for line in reader:
            if line.startswith(b"data: {"):
                chunk = json.loads(line[6:])
                assert "error" not in chunk, chunk
                yield chunk


def content(chunk: dict[str, Any]) -> str:
    return "".join(one["delta"].get("content") or "" for one in chunk["choices"])


async def steps(port: int) -> int:
    found = re.search(r"^aigc_generator_steps_total (\d+)", await told(port, "/metrics"), re.MULTILINE)
    assert found is not None
    return int(found[1])


async def in_hand(port: int) -> int:
    return int(json.loads(await told(port, "/health"))["in_hand"])


def chat(text: str, tokens: int, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}], "max_tokens": tokens, "logit_bias": NO_ENDS, **more}


def bodies(many: int) -> list[dict[str, Any]]:
    """These are the requests of `aigc bench raw` as chats, each with a seed."""
    from aigc.bench.workloads import build
    from aigc.engine import convert_gguf
    from aigc.engine.front import load_front
    from aigc.models import pull
    from aigc.project import Project

    folder = pull(Project.open(Path("/")).settings.model, convert=convert_gguf).folder
    assert folder is not None
    front = load_front(folder)
    work = build("raw", lambda prompt: len(front.encode(prompt)), limit=many)
    return [
        {
            "messages": [{"role": turn.role, "content": turn.content} for turn in one.prompt.messages],
            "max_tokens": one.sampling.max_tokens,
            "temperature": 0.8,
            "seed": seed,
            "logit_bias": NO_ENDS,
        }
        for seed, one in enumerate(work.requests)
    ]


def generator_alone(many: int) -> dict[str, Any]:
    """This asks a generator for the same texts at once, in this process."""
    from dataclasses import replace

    from aigc.project import Project
    from aigc.serving.chat_wire import ChatBody, read_chat
    from aigc.serving.wire import Leniency

    asked = bodies(many)
    generator = Project.open(Path("/")).generator()
    requests = [
        replace(read_chat(Leniency(), ChatBody.model_validate(body), context=1 << 20), id=str(number), urgent=False)
        for number, body in enumerate(asked)
    ]
    texts: dict[str, str] = {}
    began, cpu = time.perf_counter(), time.process_time()
    tokens = 0
    for one in requests:
        generator.submit(one)
    while len(texts) < many:
        for event in generator.step():
            if hasattr(event, "finish_reason"):
                texts[event.request_id] = event.text
                tokens += event.usage.sampled + event.usage.forced
    used = {"tokens": tokens, "cpu": time.process_time() - cpu, "seconds": time.perf_counter() - began}
    return {**used, "texts": [texts[str(number)] for number in range(many)]}


async def streams(folder: Path, many: int) -> dict[str, Any]:
    alone = subprocess.run(
        [sys.executable, __file__, "alone", "--many", str(many)], check=True, capture_output=True, text=True
    )
    wanted = json.loads(alone.stdout.splitlines()[-1])
    asked, server, looks, done = bodies(many), Server(folder), list[float](), False

    async def look() -> None:
        while not done:
            began = time.perf_counter()
            await told(server.port, "/health")
            looks.append(1000 * (time.perf_counter() - began))
            await asyncio.sleep(0.4)

    async def text(body: dict[str, Any]) -> str:
        return "".join([content(chunk) async for chunk in deltas(server.port, body)])

    start = server.used
    try:
        await told(server.port, "/v1/chat/completions", chat("Hi", 2))
        began, cpu = time.perf_counter(), server.used
        looking = asyncio.create_task(look())
        texts = await asyncio.gather(*(text(body) for body in asked))
        used, seconds = server.used - cpu, time.perf_counter() - began
        done = True
        await looking
    finally:
        server.close()
    looks.sort()
    rates = wanted["tokens"] / wanted["cpu"], wanted["tokens"] / used
    return {
        "streams": many,
        "texts_that_are_the_same": sum(a == b for a, b in zip(texts, wanted["texts"], strict=True)),
        "tokens_per_cpu_second": {"generator": round(rates[0], 1), "server": round(rates[1], 1)},
        "ratio": round(rates[1] / rates[0], 3),
        "seconds": {"generator": round(wanted["seconds"], 1), "server": round(seconds, 1)},
        "start_cpu_seconds": round(start, 1),
        "health_ms": {"looks": len(looks), "p50": looks[len(looks) // 2], "p95": looks[int(len(looks) * 0.95)]},
    }


def long_project(folder: Path, texts: int) -> list[dict[str, str]]:
    (folder / "templates" / "bench").mkdir(parents=True)
    (folder / "aigc.yaml").write_text("")
    (folder / "templates" / "bench" / "long.yaml").write_text(LONG)
    (folder / "templates" / "bench" / "long.j2").write_text(TASK)
    rows = [{"topic": f"a {NAMES[n % len(NAMES)]} that went to sea, part {n}"} for n in range(texts)]
    (folder / "briefs.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return rows


async def beside(folder: Path, texts: int, share: float, most: float) -> dict[str, Any]:
    rows = long_project(folder, texts)
    command = [sys.executable, "-m", "aigc", "batch", "bench/long", "briefs.jsonl", "--no-reuse", "--out", "alone"]
    before = os.times()
    if most == FOR_EVER:
        subprocess.run(command, cwd=folder, env=OURS, capture_output=True, check=False)
    after = os.times()
    alone = after.children_user + after.children_system - before.children_user - before.children_system
    server = Server(folder, "-o", f"engine.batch_share={share}")
    starting = server.used
    try:
        job = json.loads(await told(server.port, "/api/jobs", {"type": "bench/long", "rows": rows}))["id"]
        path = f"/api/jobs/{job}"
        while json.loads(await told(server.port, path))["in_hand"] < texts:
            await asyncio.sleep(0.1)
        for _ in range(8):  # until all of it is being written
            await asyncio.sleep(0.5)
        newcomers = [await newcomer(server.port, number) for number in range(20)]
        cpu, began, written = server.used, time.perf_counter(), 0
        while json.loads(await told(server.port, path))["status"] == "writing":
            async for chunk in deltas(server.port, chat("Tell me of the sea.", 200, temperature=0.8)):
                written += bool(content(chunk))
                if server.used - cpu > most:
                    break
            if server.used - cpu > most:
                break
        chatting = server.used - cpu
        status = json.loads(await told(server.port, path))["status"]
        used = server.used - starting
    finally:
        server.close()
    files = ("artifacts.jsonl", "content.csv")
    there = folder / ".aigc" / "jobs" / job
    pairs = [(there / one, folder / "alone" / one) for one in files]
    compared = status == "done" and most == FOR_EVER
    same = compared and all(one.read_bytes() == other.read_bytes() for one, other in pairs)
    return {
        "job": f"{texts} texts of at most 600 tokens",
        "batch_share": share,
        "steps_before_a_newcomer_began": sorted(one[0] for one in newcomers),
        "seconds_before_a_newcomer_began": [round(one[1], 2) for one in newcomers],
        "chat_tokens_per_cpu_second": round(written / chatting, 1),
        "cpu_seconds": {"start": round(starting, 1), "job alone": round(alone - starting, 1), "beside": round(used, 1)},
        "job_share_of_its_rate": round((alone - starting) / used, 2) if compared else None,
        "folder_is_the_same": same if compared else None,
        "seconds": round(time.perf_counter() - began, 1),
    }


async def newcomer(port: int, number: int) -> tuple[int, float]:
    """This is how many steps, and seconds, passed before a text of 24 tokens began."""
    first, began = await steps(port), time.perf_counter()
    found: tuple[int, float] | None = None
    async for chunk in deltas(port, chat(f"Name a town, number {number}.", 24, seed=number)):
        if found is None and content(chunk):
            found = (await steps(port) - first, time.perf_counter() - began)
    assert found is not None
    return found


async def leaving(folder: Path, each: int) -> dict[str, Any]:
    server = Server(folder, "-o", "engine.rows=16")
    port = server.port
    result: dict[str, Any] = {}
    try:
        await told(port, "/v1/chat/completions", chat("Hi", 2))
        for kind in LEAVING:
            many = 24 if kind == "queued" else 1
            company = [asyncio.create_task(forever(port, number)) for number in range(many)]
            while await in_hand(port) < many:
                await asyncio.sleep(0.05)
            took = []
            for number in range(each):
                first = await leave(port, kind, number, many)
                began = time.perf_counter()
                while await in_hand(port) > many:
                    assert time.perf_counter() - began < 60, kind
                    await asyncio.sleep(0.005)
                took.append((await steps(port) - first, round(time.perf_counter() - began, 3)))
            result[kind] = {
                "left": each,
                "steps_at_most": max(one[0] for one in took),
                "seconds": [statistics.median(one[1] for one in took), max(one[1] for one in took)],
            }
            for one in company:
                one.cancel()
            await asyncio.gather(*company, return_exceptions=True)
            while await in_hand(port):
                await asyncio.sleep(0.05)
    finally:
        server.close()
    return result


async def forever(port: int, number: int) -> None:
    while True:
        async for _ in deltas(port, chat(f"Count, number {number}.", COMPANY)):
            pass


async def leave(port: int, kind: str, number: int, company: int) -> int:
    """This asks, goes without a word, and tells which step it was."""
    body = chat(f"{kind} {number}", LENGTH, stream=kind != "whole", n=4 if kind == "several" else 1)
    if kind == "prompt":
        body = chat(f"{number} " + "of the sea and of the wind " * SEA, LENGTH, stream=True)
    async with called(port, "/v1/chat/completions", body) as (reader, writer):
        while await in_hand(port) <= company:
            await asyncio.sleep(0.005)
        if kind in ("middle", "several"):
            for _ in range(20):
                await reader.readline()
        elif kind == "whole":
            await asyncio.sleep(0.5)
        first = await steps(port)
        writer.transport.abort()
    return first


def main(asked: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("streams", "beside", "leaving", "alone"))
    parser.add_argument("--many", type=int, default=64)
    parser.add_argument("--texts", type=int, default=16)
    parser.add_argument("--share", type=float, default=0.5)
    parser.add_argument(
        "--most", type=float, default=FOR_EVER, help="CPU seconds of chatting; the job alone is then left out"
    )
    parser.add_argument("--each", type=int, default=10)
    given = parser.parse_args(asked)
    if given.what == "alone":
        print(json.dumps(generator_alone(given.many)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        work = {
            "streams": lambda: streams(folder, given.many),
            "beside": lambda: beside(folder, given.texts, given.share, given.most),
            "leaving": lambda: leaving(folder, given.each),
        }
        print(json.dumps(asyncio.run(work[given.what]())))


if __name__ == "__main__":
    main()
