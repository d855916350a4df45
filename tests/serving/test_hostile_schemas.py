"""Schemas that are to hang, crash or fill a server: each is obeyed or refused, and costs little."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aigc.testing import tiny_gpt
from tests.serving.served import Served

CHAT = "/v1/chat/completions"
MOST = 2.0  # seconds of the processor's time
TEXT = {"type": "string"}


def deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = TEXT
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"], "additionalProperties": False}
    return schema


def crossed(many: int) -> dict[str, Any]:
    """All of so many choices: as many combinations as two to that power."""
    return {"allOf": [{"anyOf": [{"minLength": n}, {"maxLength": n}]} for n in range(many)], "type": "string"}


HOSTILE: dict[str, Any] = {
    "nothing": {},
    "deep": deep(40),
    "far too deep": deep(300),
    "itself": {"$ref": "#"},
    "recursive": {"$defs": {"n": {"type": "array", "items": {"$ref": "#/$defs/n"}}}, "$ref": "#/$defs/n"},
    "in circles": {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
    "of elsewhere": {"$ref": "http://127.0.0.1:1/schema.json"},
    "of a file": {"$ref": "file:///etc/passwd"},
    "huge enum": {"enum": [f"choice number {n}" for n in range(20_000)]},
    "regex bomb": {"type": "string", "pattern": "^(a+)+$"},
    "regex of regexes": {"type": "string", "pattern": "^((a{1,1000}){1,1000}){1,1000}$"},
    "regex of letters": {"type": "string", "pattern": "^[\\w\\W]{1,200000}x$"},
    "endless number": {"type": "number"},
    "fine number": {"type": "number", "multipleOf": 1e-300},
    "contradiction": {"type": "string", "minLength": 5, "maxLength": 3},
    "nothing fits": {"allOf": [{"type": "string"}, {"type": "number"}]},
    "long text": {"type": "string", "minLength": 10**6},
    "long list": {"type": "array", "items": TEXT, "minItems": 10**6},
    "many fields": {
        "type": "object",
        "properties": {f"field{n}": TEXT for n in range(2000)},
        "required": [f"field{n}" for n in range(2000)],
    },
    "crossed": crossed(24),
    "negative": {"type": "string", "maxLength": -1},
    "no schema": {"type": 7},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    from aigc.engine import EngineOptions, open_engine

    folder: Path = tiny_gpt("llama", tmp_path_factory.mktemp("tiny") / "llama")
    served = Served(open_engine(folder, EngineOptions(device="cpu", threads=1)))
    asked = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 8}
    served.told(CHAT, asked)  # what is loaded once is not theirs
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "boolean"}}}
    served.told(CHAT, {**asked, "response_format": form})
    yield served
    served.board.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_schema_is_obeyed_or_refused_and_costs_little(server: Served, name: str) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": HOSTILE[name]}}
    asked = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 48, "seed": 1, "response_format": form}
    began = time.process_time()
    answer = server.call(CHAT, asked)
    used = time.process_time() - began
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 400:
        assert answer.json()["error"]["message"]
    else:
        choice = answer.json()["choices"][0]
        if choice["finish_reason"] == "stop":
            json.loads(choice["message"]["content"])
            assert name not in ("contradiction", "nothing fits", "long text", "long list", "itself")
    assert used < MOST, f"{name}: {used:.2f} s, {answer.status_code}"
    assert server.call("/health").status_code == 200
    fine = server.told(CHAT, {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 2})
    assert fine["usage"]["completion_tokens"] <= 2


def test_many_hostile_schemas_at_once_leave_the_server_standing(server: Served) -> None:
    import asyncio

    import httpx2

    from tests.serving.served import TOKEN, URL

    async def all_of_them() -> list[int]:
        transport = httpx2.ASGITransport(server.app)
        headers = {"authorization": f"Bearer {TOKEN}"}
        async with httpx2.AsyncClient(transport=transport, base_url=URL, headers=headers, timeout=60) as client:

            async def one(schema: Any) -> int:
                form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
                body = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 8, "response_format": form}
                text = json.dumps(body).encode()
                return (await client.post(CHAT, content=text, headers={"content-type": "application/json"})).status_code

            return list(await asyncio.gather(*(one(schema) for schema in HOSTILE.values())))

    assert set(asyncio.run(all_of_them())) <= {200, 400}
    assert server.board.alive and server.board.in_hand == 0
