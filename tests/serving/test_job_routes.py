from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc.errors import UsageError
from aigc.jobs import run_job
from aigc.testing import ScriptedGenerator, run_cli
from aigc.types import Brief, Completion
from tests.serving.listening import FILES, TOKENS, Listening
from tests.serving.puppets import PATIENCE, Gated

ROWS = [{"product": name} for name in ("tea", "mug", "pot", "much too long a name", "cup")]


def ended(server: Listening, job: str, *status: str) -> dict[str, Any]:
    """Wait until a job is over, or as it is to be."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        state: dict[str, Any] = server.call(f"/api/jobs/{job}").json()
        if state["status"] in (status or ("done", "failed", "stopped", "cancelled")):
            return state
        time.sleep(0.02)
    raise AssertionError(f"still {state}")


def begun(server: Listening, **more: Any) -> str:
    answer = server.call("/api/jobs", {"type": "shop/item", "rows": ROWS, **more})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/api/jobs/{answer.json()['id']}"
    name: str = answer.json()["id"]
    return name


def batched(folder: Path, job: Path, *words: str) -> int:
    """Have `aigc batch` go on with a job's folder."""
    script = ScriptedGenerator(lambda one, index: f"Buy {one.prompt.messages[-1].content}", capacity=4)
    return run_cli("batch", str(job / "job.yaml"), *words, cwd=folder, generator=script).code


def test_a_job_is_written_as_aigc_batch_writes_it(listen: Callable[..., Listening], tmp_path: Path) -> None:
    server = listen()
    job = begun(server, exports=["csv", "jsonl"], with_flagged=True)
    state = ended(server, job)
    assert state["status"] == "done" and state["problems"] == [] and state["briefs"] == 5
    assert state["counts"]["accepted"] == 4 and state["counts"]["waiting"] == 0
    assert set(state["files"]) > {"artifacts.jsonl", "report.html", "content.csv"}
    over_http = {name: server.call(f"/api/jobs/{job}/files/{name}").content for name in state["files"]}
    folder = server.running.works.home / job
    for name in over_http:
        (folder / name).unlink()
    (folder / "job.sqlite").unlink()
    (folder / ".exports.json").unlink()
    assert batched(tmp_path, folder, "--out", str(folder), "--no-reuse") == 1  # one piece is flagged or rejected
    for name in state["files"]:
        if name != "report.html":  # it has the time
            assert (folder / name).read_bytes() == over_http[name], name


def test_it_is_told_as_it_happens(listen: Callable[..., Listening]) -> None:
    script = Gated(capacity=4)
    server = listen(script)
    job = begun(server)
    events: list[tuple[str, Any]] = []

    def read() -> None:
        text = server.call(f"/api/jobs/{job}/events").text
        for block in text.split("\n\n")[:-1]:
            name, data = block.split("\n")
            events.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))

    reading = threading.Thread(target=read)
    reading.start()
    ended(server, job, "writing")
    script.let.release()
    while server.call(f"/api/jobs/{job}").json()["counts"]["accepted"] < 1:
        time.sleep(0.02)
    assert server.call(f"/api/jobs/{job}").json()["in_hand"] > 0
    script.open.set()
    reading.join(PATIENCE)
    told = [one["id"] for name, event in events if name == "pieces" for one in event["pieces"]]
    assert events[0][0] == "state" and events[-1][0] == "end" and events[-1][1]["status"] == "done"
    assert sorted(told)[-1] == "0005" and len(told) == 5
    late = server.call(f"/api/jobs/{job}/events").text  # of one that is over: how it ended
    assert late.startswith("event: end\n") and late.count("event:") == 1
    pieces = [one["id"] for one in server.call(f"/api/jobs/{job}/pieces?after=1&limit=2").json()]
    assert pieces == ["0002", "0003"]
    assert server.call(f"/api/jobs/{job}/pieces?after=-1").status_code == 400
    assert [one["id"] for one in server.call("/api/jobs").json()] == [job]


def test_one_that_is_cancelled_keeps_what_is_finished_and_goes_on_when_asked(listen: Callable[..., Listening]) -> None:
    script = Gated(capacity=2)
    server = listen(script)
    job, second = begun(server), begun(server)
    for _ in range(2):
        script.let.release()
    while server.call(f"/api/jobs/{job}").json()["counts"]["accepted"] < 2:
        time.sleep(0.02)
    assert server.call(f"/api/jobs/{second}/cancel", {}).json()["status"] == "cancelled"  # it waits in line
    assert server.call(f"/api/jobs/{job}/cancel", {}).status_code == 200
    state = ended(server, job)
    assert state["status"] == "cancelled" and state["counts"]["accepted"] == 2
    assert "artifacts.jsonl" in state["files"]
    script.open.set()
    assert server.call(f"/api/jobs/{job}/resume", {}).json()["status"] in ("waiting", "writing", "done")
    state = ended(server, job)
    assert state["status"] == "done" and state["counts"]["accepted"] == 4
    asked = len(script.requests)
    assert server.call(f"/api/jobs/{job}/resume", {}).json()["status"] == "done"
    assert server.call(f"/api/jobs/{job}/cancel", {}).json()["status"] == "done"
    assert len(script.requests) == asked
    assert server.call(f"/api/jobs/{second}").json()["status"] == "cancelled"


def test_the_end_of_the_server_keeps_what_is_finished_and_the_next_one_goes_on(
    listen: Callable[..., Listening], tmp_path: Path
) -> None:
    script = Gated(capacity=2)
    server = listen(script)
    job, waiting, dropped = begun(server), begun(server), begun(server)
    server.call(f"/api/jobs/{dropped}/cancel", {})
    script.let.release()
    while server.call(f"/api/jobs/{job}").json()["counts"]["accepted"] < 1:
        time.sleep(0.02)
    began = time.monotonic()
    server.close()
    assert time.monotonic() - began < 10
    folder = server.running.works.home / job
    lines = (folder / "artifacts.jsonl").read_text(encoding="utf-8").splitlines()
    assert 1 <= len(lines) < 5
    again = listen()
    assert ended(again, job)["counts"]["accepted"] == 4
    assert ended(again, waiting)["status"] == "done"
    assert again.call(f"/api/jobs/{dropped}").json()["status"] == "cancelled"
    again.close()
    assert batched(tmp_path, folder) == 1
    assert len((folder / "artifacts.jsonl").read_text(encoding="utf-8").splitlines()) == 5


def test_what_is_in_hand_may_finish_when_the_server_ends(listen: Callable[..., Listening]) -> None:
    script = Gated(capacity=2)
    server = listen(script)
    job = begun(server)
    ended(server, job, "writing")
    while len(script.requests) < 2:
        time.sleep(0.02)
    closing = threading.Thread(target=server.close)
    closing.start()
    time.sleep(0.3)
    script.open.set()  # within the seconds of grace
    closing.join(PATIENCE)
    lines = (server.running.works.home / job / "artifacts.jsonl").read_text(encoding="utf-8").splitlines()
    assert 2 <= len(lines) < 5


def test_a_folder_of_aigc_batch_goes_on_beside_what_is_asked(
    listen: Callable[..., Listening], make_project: Callable[..., Any], tmp_path: Path
) -> None:
    make_project(FILES)
    (tmp_path / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS))

    def breaks(one: Any, index: int) -> str | Completion:
        if "mug" in one.prompt.messages[-1].content:
            raise KeyboardInterrupt
        return "Buy tea"

    stopped = run_cli(
        "batch", "shop/item", "rows.jsonl", "--out", "spring", cwd=tmp_path, generator=ScriptedGenerator(breaks, lump=1)
    )
    assert stopped.code == 130
    server = listen(jobs=[tmp_path / "spring"])
    assert ended(server, "spring")["counts"]["accepted"] == 4
    assert (tmp_path / "spring" / "content.csv").is_file()
    written = (tmp_path / "spring" / "artifacts.jsonl").read_bytes()
    assert batched(tmp_path, tmp_path / "spring") == 1
    assert (tmp_path / "spring" / "artifacts.jsonl").read_bytes() == written


def test_a_folder_that_is_no_job_or_another_models_is_refused(
    listen: Callable[..., Listening], make_project: Callable[..., Any], tmp_path: Path
) -> None:
    project = make_project(FILES)
    with pytest.raises(UsageError, match=r"no job.yaml here"):
        listen(jobs=[tmp_path])
    script = ScriptedGenerator("Buy")
    run_job(
        project, script, project.content_type("shop/item"), [Brief(id="1", values={"product": "tea"})], tmp_path / "j"
    )
    plan = tmp_path / "j" / "job.yaml"
    plan.write_text("type: shop/item\nbriefs: sample\nmodel: qwen3-1.7b\n")
    with pytest.raises(UsageError, match=r"model is 'qwen3-1.7b', and this server has 'smollm2-135m'.*-m qwen3-1.7b"):
        listen(jobs=[tmp_path / "j"])


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"type": "shop/item"}, 400, "one of the two"),
        ({"type": "shop/item", "rows": ROWS, "briefs": "sample"}, 400, "one of the two"),
        ({"type": "shop/items", "rows": ROWS}, 404, "shop/items"),
        ({"type": "templates/shop/item.yaml", "rows": ROWS}, 404, "no content type"),
        ({"type": "shop/item", "briefs": "/etc/passwd"}, 400, "briefs"),
        ({"type": "shop/item", "rows": []}, 400, "rows"),
        ({"type": "shop/item", "rows": [{"name": "tea"}]}, 400, "product"),
        ({"type": "shop/item", "rows": ["tea"]}, 400, "rows"),
        ({"type": "shop/item", "rows": ROWS, "exports": ["cvs"]}, 400, "csv"),
        ({"type": "shop/item", "rows": ROWS, "exports": ["../x"]}, 400, "exports"),
        ({"type": "shop/item", "rows": ROWS, "from": "./origin.yaml"}, 400, "from"),
        ({"type": "shop/item", "rows": ROWS, "sources": "/etc"}, 400, "sources"),
        ({"type": "shop/item", "rows": ROWS, "model": "x"}, 400, "model"),
        ({"type": "shop/item", "rows": ROWS, "engine": {"threads": 64}}, 400, "engine"),
        ({"type": "shop/item", "rows": ROWS, "sampling": {"heat": 1}}, 400, "heat"),
        ({"type": "shop/item", "rows": ROWS, "map": {"product": "nmae"}}, 400, "nmae"),
        ({"type": "shop/item", "rows": ROWS, "set": {"product": "{{ ''.__class__ }}"}}, 400, ""),
        ({"type": "shop/item", "rows": ROWS, "voice": "loud"}, 400, "voice"),
        ([], 400, "object"),
    ],
)
def test_what_no_job_can_come_of_is_refused_and_leaves_nothing(
    listen: Callable[..., Listening], tmp_path: Path, body: Any, status: int, told: str
) -> None:
    server = listen()
    answer = server.call("/api/jobs", body)
    assert answer.status_code == status, answer.text
    assert told in answer.text and str(tmp_path) not in answer.text
    home = server.running.works.home
    assert not home.is_dir() or list(home.iterdir()) == []
    assert server.call("/api/jobs").json() == []


def test_only_what_runs_wrote_can_be_fetched(listen: Callable[..., Listening]) -> None:
    server = listen()
    job = begun(server)
    ended(server, job)
    folder = server.running.works.home / job
    (folder / "notes.txt").write_text("somebody's own")
    (folder / "content.csv").unlink()
    (folder / "content.csv").symlink_to(folder.parent.parent.parent / "tokens.yaml")
    for name in ("notes.txt", "job.sqlite", "asked.yaml", "content.csv", "", ".", "..", "../tokens.yaml", "%2e%2e/x"):
        head = f"Host: localhost\r\nAuthorization: Bearer {TOKENS['admin']}\r\n\r\n"
        status, told = server.send(f"GET /api/jobs/{job}/files/{name} HTTP/1.1\r\n{head}")
        assert status == 404 and TOKENS["admin"].encode() not in told, name
    answer = server.call(f"/api/jobs/{job}/files/report.html")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert server.call("/api/jobs/nothing").status_code == 404


def test_a_job_that_breaks_says_why_and_the_next_one_is_written(listen: Callable[..., Listening]) -> None:
    server = listen()
    works = server.running.works
    first = works.get(begun(server))
    assert first is not None
    ended(server, first.id)
    job = begun(server, exports=["csv"])
    ended(server, job)
    folder = works.home / job
    (folder / "job.sqlite").write_bytes(b"no database at all, though long enough to look like one" * 100)
    work = works.get(job)
    assert work is not None
    work.status = "stopped"
    server.call(f"/api/jobs/{job}/resume", {})
    state = ended(server, job)
    assert state["status"] == "failed" and state["problems"] and str(folder) not in str(state["problems"])
    assert ended(server, begun(server))["status"] == "done"


def test_a_piece_that_somebody_waits_for_goes_before_a_job(listen: Callable[..., Listening]) -> None:
    script = Gated(capacity=2)
    server = listen(script)
    job = begun(server)
    ended(server, job, "writing")
    threading.Timer(0.5, script.open.set).start()
    piece = server.call("/api/pieces", {"type": "shop/item", "brief": {"product": "jar"}}, role="write").json()
    assert piece["status"] == "accepted" and "Buy jar" in piece["fields"].values()
    ended(server, job)
    by_text = {one.prompt.messages[-1].content: one.urgent for one in script.requests}
    assert by_text["jar"] and not by_text["tea"]
