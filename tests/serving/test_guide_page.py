"""What the guide's page on serving shows: its tokens, its program, its call."""

from __future__ import annotations

import json
import re
import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import aigc
from aigc.project import Project
from aigc.serving.content_routes import ContentRoutes
from aigc.serving.job_routes import JobRoutes
from aigc.serving.passes import read_passes
from aigc.serving.piece_service import PieceService
from aigc.serving.switchboard import Switchboard
from aigc.serving.works import Works

from .served import Served, Spelling, serve
from .test_openai_client import connect

__all__ = ["connect", "serve"]  # fixtures

PAGE = (Path(aigc.__file__).parent / "guide" / "serve.md").read_text(encoding="utf-8")


def block(kind: str, begin: str) -> str:
    """Return the block of the page that begins so."""
    (found,) = re.findall(rf"^```{kind}\n({re.escape(begin)}.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_tokens_are_read(tmp_path: Path) -> None:
    file = tmp_path / "team.yaml"
    file.write_text(block("yaml", "# team.yaml"), encoding="utf-8")
    file.chmod(0o600)
    assert {one.name: one.role for one in read_passes(file)} == {"shop": "write", "mei": "review", "ops": "admin"}


def test_the_program_runs(
    connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import openai

    client = connect("Good morning to you.", any_model=True)
    monkeypatch.setattr(openai, "OpenAI", lambda base_url, api_key: client)
    exec(block("python", "# hello.py"), ModuleType("hello").__dict__)
    assert capsys.readouterr().out == "Good morning to you."


@pytest.fixture
def pieces(tmp_path: Path) -> Iterator[Served]:
    """Serve the bundled types, over a script."""
    (tmp_path / "aigc.yaml").touch()
    project, generator = Project.open(tmp_path), Spelling("cold brew ratio")
    board = Switchboard(lambda: generator).start()
    service = PieceService(project, board)
    works = Works(project, board)
    routes = [*ContentRoutes(project=project, board=board, service=service).routes(), *JobRoutes(works=works).routes()]
    served = Served(generator, more=routes)
    yield served
    works.close()
    service.close()
    served.board.close()
    board.close()


def test_the_call_writes_a_piece(pieces: Served) -> None:
    words = shlex.split(block("bash", "curl http://127.0.0.1:8765/api/pieces"))
    body = json.loads(words[words.index("-d") + 1])
    path = words[1].removeprefix("http://127.0.0.1:8765")
    piece = pieces.told(path, body)
    assert piece["status"] in ("accepted", "flagged") and piece["fields"]
    written = {"type": "text/continue", "brief": {"prompt": "Cold brew"}, "stream": True}
    names = re.findall(r"^event: (\w+)$", pieces.call(path, written).text, re.MULTILINE)
    assert names[-1] == "piece" and {"text", "stage"} & {*names[:-1]}
    for found in re.findall(r"`GET (\S+)`", PAGE):
        assert "ID" in found or pieces.told(found)
    described = pieces.told("/openapi.json")
    assert "PieceBody" in str(described["paths"]["/api/pieces"]["post"])


def test_nobody_is_told_where_a_model_lies(tmp_path: Path) -> None:
    from aigc.serving.server import _called

    (tmp_path / "mine.gguf").touch()
    assert _called(str(tmp_path / "mine.gguf")) == "mine.gguf" and _called("smollm2-135m") == "smollm2-135m"


def test_the_call_begins_a_job(pieces: Served) -> None:
    words = shlex.split(block("bash", "curl http://127.0.0.1:8765/api/jobs"))
    begun = pieces.call(words[1].removeprefix("http://127.0.0.1:8765"), json.loads(words[words.index("-d") + 1]))
    assert begun.status_code == 201
    place, until = f"/api/jobs/{begun.json()['id']}", time.monotonic() + 60
    while (state := pieces.told(place))["status"] not in ("done", "failed") and time.monotonic() < until:
        time.sleep(0.05)
    assert state["status"] == "done" and "content.csv" in state["files"]
    assert pieces.told(f"{place}/pieces?after=0")
    assert "Cold brew" in pieces.call(f"{place}/files/content.csv").text
