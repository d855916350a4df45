"""The Hub's own client against a server on this machine that answers as the Hub does."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from aigc.errors import ModelError, NotFound
from aigc.models import Catalogue, HubFileSource, Progress, catalogued, marks, pull, resolve

from .conftest import GGUF

COMMIT = "c" * 40
FILES = {
    "config.json": b"{}",
    "model.safetensors": b"w" * 5000,
    "tokenizer.json": b"{ }",
    "pytorch_model.bin": b"pickle",
    "onnx/config.json": b"{}",
    "good-q4.gguf": GGUF,
    "good-q8.gguf": GGUF * 2,
}


SILENCE = threading.Event()  # once it is over, a slow answer comes


class Answers(BaseHTTPRequestHandler):
    """This serves `org/good`; `org/gated` asks for its licence; `org/pickled` has no safetensors;
    `org/good-but-slow` says nothing; nothing else is."""

    def do_GET(self) -> None:
        files = FILES
        if "org/pickled" in self.path:
            files = {name: content for name, content in FILES.items() if name != "model.safetensors"}
        elif "org/gated" in self.path:
            return self.answer(403, b"", {"X-Error-Code": "GatedRepo", "X-Error-Message": "ask first"})
        elif "org/good" not in self.path:
            return self.answer(404, b"", {"X-Error-Code": "RepoNotFound"})
        if "/tree/" in self.path:
            listed = [
                {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
                for name, content in files.items()
            ]
            return self.answer(200, json.dumps(listed).encode(), {})
        if "/resolve/" in self.path:
            if self.command == "GET" and "org/good-but-slow" in self.path:
                SILENCE.wait(30)
            content = files[self.path.split(f"/{COMMIT}/")[1]]
            etag = {"X-Repo-Commit": COMMIT, "ETag": f'"{hashlib.sha1(content).hexdigest()}"'}
            return self.answer(200, content, etag)
        return self.answer(200, json.dumps({"id": "org/x", "sha": COMMIT, "siblings": []}).encode(), {})

    do_HEAD = do_GET  # noqa: N815

    def answer(self, code: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(code)
        for key, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *arguments: Any) -> None:
        """This keeps the tests' output clean."""


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    return tmp_path / "hub"


@pytest.fixture
def hub(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    from huggingface_hub import constants

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}")
    yield address
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load()


def never(gguf: Path, folder: Path) -> None:
    raise AssertionError("the Hub's folders need no conversion")


def test_a_hub_model_is_fetched_into_the_hubs_cache(
    hub: str, hub_cache: Path, catalogue: Catalogue, capfd: pytest.CaptureFixture[str]
) -> None:
    seen: list[Progress] = []
    weights = pull("org/good", convert=never, catalogue=catalogue, progress=seen.append)
    assert weights.folder == hub_cache / "models--org--good" / "snapshots" / COMMIT
    assert sorted(path.name for path in weights.folder.iterdir()) == [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
    ]
    assert resolve("org/good", catalogue=catalogue) == weights
    assert weights.digest == hashlib.sha256(f"org/good@{COMMIT}".encode()).hexdigest()
    assert (seen[-1].stage, seen[-1].done, seen[-1].total) == ("download", 5005, 5005)
    assert capfd.readouterr() == ("", "")  # the client's own bars stay silent


@pytest.mark.parametrize(
    ("repo", "kind", "message"),
    [
        ("org/gated", ModelError, "org/gated: its licence has to be accepted on the Hub .*; open .*/org/gated, accept"),
        ("org/nothing", NotFound, "the Hub has no model 'org/nothing' that you may read; check the spelling"),
        ("org/pickled", ModelError, r"org/pickled: the model on the Hub has no model\.safetensors"),
    ],
)
def test_what_the_hub_refuses(hub: str, catalogue: Catalogue, repo: str, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        pull(repo, convert=never, catalogue=catalogue)
    assert not resolve(repo, catalogue=catalogue).installed


def test_an_unreachable_hub(hub_cache: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError) as caught:
        pull("qwen3-0.6b", convert=never, catalogue=catalogue)
    assert str(caught.value).startswith("Qwen/Qwen3-0.6B: is not on this machine, and the Hub cannot be reached; check")
    assert caught.value.__notes__


def test_a_hub_that_says_nothing_any_more_is_given_up(
    hub: str, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aigc.models.hub.LONGEST_SILENCE", 0.5)
    began = time.monotonic()
    try:
        with pytest.raises(
            ModelError, match=r"org/good-but-slow: the Hub has sent nothing for 0\.5 seconds; check the"
        ):
            pull("org/good-but-slow", convert=never, catalogue=catalogue)
        assert time.monotonic() - began < 15
        assert not resolve("org/good-but-slow", catalogue=catalogue).installed  # before the threads left may go on
    finally:
        SILENCE.set()


def test_a_full_disk_says_what_the_model_needs(
    hub_cache: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any, **named: Any) -> Callable[..., str]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("aigc.models.hub.cached", lambda repo: None)
    monkeypatch.setattr("huggingface_hub.snapshot_download", full)
    with pytest.raises(ModelError, match=r"the disk is full: setting up 'qwen3-0\.6b' needs about 1,520 MB there"):
        pull("qwen3-0.6b", convert=never, catalogue=catalogue)
    with pytest.raises(ModelError, match="the disk is full: setting up 'org/x' needs more space there"):
        pull("org/x", convert=never, catalogue=catalogue)


@pytest.fixture
def one_file() -> Catalogue:
    """This is a catalogue whose one entry is a file of a repository."""
    whole, source = (
        Catalogue.load(),
        HubFileSource(
            repo="org/good",
            file="good-q4.gguf",
            file_sha256=hashlib.sha256(GGUF).hexdigest(),
            file_bytes=len(GGUF),
            approx_folder_mb=1,
        ),
    )
    return Catalogue(default="good", models=(replace(whole.get("gpt2"), name="good", source=source),))


def test_one_file_of_a_repository_is_fetched_checked_and_copied(
    hub: str, hub_cache: Path, cache: Path, one_file: Catalogue, convert: Any
) -> None:
    before = resolve("good", catalogue=one_file)
    assert before.quantised and not before.installed
    stages: list[str] = []
    weights = pull("good", convert=convert, catalogue=one_file, progress=lambda one: stages.append(one.stage))
    assert weights.folder == cache / "models/good" and convert.read == [GGUF]
    assert list(dict.fromkeys(stages)) == ["download", "verify", "convert"]
    (snapshot,) = (hub_cache / "models--org--good/snapshots").iterdir()
    assert [path.name for path in snapshot.iterdir()] == ["good-q4.gguf"], "nothing else of the repository"
    assert resolve("good", catalogue=one_file) == weights
    assert pull("org/good", convert=convert, catalogue=one_file).folder == weights.folder and len(convert.read) == 1
    assert marks(weights) == {"good", hashlib.sha256(GGUF).hexdigest()}


def test_another_file_than_the_catalogues_is_removed_and_refused(
    hub: str, hub_cache: Path, cache: Path, one_file: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FILES, "good-q4.gguf", GGUF + b"more")
    with pytest.raises(ModelError) as caught:
        pull("good", convert=never, catalogue=one_file)
    found, expected = (hashlib.sha256(one).hexdigest() for one in (GGUF + b"more", GGUF))
    assert str(caught.value) == (
        f"'good' was not kept: good-q4.gguf has sha256 {found}, expected {expected}; "
        "try again; if it happens again, the Hub serves another file"
    )
    assert not [path for path in hub_cache.rglob("*") if path.is_file() and b"more" in path.read_bytes()]
    assert not [path for path in cache.rglob("*") if path.is_file()]


def test_a_file_that_the_repository_lacks(hub: str, cache: Path, one_file: Catalogue) -> None:
    (model,) = one_file.models
    assert isinstance(model.source, HubFileSource)
    other = replace(model, source=replace(model.source, file="good-q5.gguf"))
    with pytest.raises(ModelError, match=r"org/good: has no good-q5\.gguf on the Hub"):
        pull("good", convert=never, catalogue=replace(one_file, models=(other,)))


def test_a_file_of_ones_own_with_those_bytes_is_the_model(tmp_path: Path, cache: Path, one_file: Catalogue) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(GGUF)
    weights = resolve(str(file), catalogue=one_file)
    assert catalogued(weights, one_file) is one_file.models[0] and "good" in marks(weights, one_file)
    file.write_bytes(GGUF[:-1] + b"x")
    assert catalogued(resolve(str(file), catalogue=one_file), one_file) is None
