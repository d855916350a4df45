"""A job that is being reviewed over HTTP, and whoever asks there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from aigc.jobs import open_job
from aigc.project import Project
from aigc.serving.review_server import ReviewServer, serve_review
from aigc.testing import ScriptedGenerator
from aigc.types import Brief, Request

ADVERT = """
aigc: 1
name: shop/advert
summary: An advert.
brief: {product: {type: string}, fact: {type: string}}
stages:
  lines:
    foreach: "[product, fact]"
    prompt: line.j2
    output: {type: string, limit: {chars: 30}}
    repair: {attempts: 0}
output:
  headlines: {type: array, items: {type: string, limit: {chars: 30}}, from: "{{ stages.lines }}"}
checks: [limits, {forbidden_words: {words: [cheap], severity: warn}}]
exports: [csv]
"""
FILES = {
    "templates/shop/advert.yaml": ADVERT,
    "templates/shop/line.j2": "{% extends 'base.j2' %}{% block task %}{{ item }}{% endblock %}",
}


def repeated(request: Request, index: int) -> str:
    return request.prompt.messages[-1].content


def write_job(project: Project, folder: Path, rows: list[tuple[str, str]]) -> None:
    """This writes an advert of each product and fact."""
    made = [Brief(id=f"{at:02}", values={"product": name, "fact": fact}) for at, (name, fact) in enumerate(rows)]
    with open_job(project, project.content_type("shop/advert"), folder) as job:
        job.register(iter(made))
        job.write(ScriptedGenerator(repeated, capacity=16))
        job.finish(["csv"])


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Reviewer:
    """This asks a server, with a token or without."""

    def __init__(self, server: ReviewServer, token: str | None = None) -> None:
        self.server, self.token = server, server.owner.token if token is None else token

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        connection = HTTPConnection(urlsplit(self.server.url).netloc, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        if body is not None:
            sent.setdefault("content-type", "application/json")
        given = json.dumps(body) if body is not None and not isinstance(body, str) else body
        try:
            connection.request(method, path, given, sent)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def piece(self, name: str) -> Any:
        return self.ask("GET", f"/api/review/out/piece?id={quote(name)}").json

    def decide(self, name: str, rev: str = "", **body: object) -> Answer:
        seen = rev or self.piece(name)["rev"]
        return self.ask("POST", f"/api/review/out/piece?id={quote(name)}", body, if_match=f'"{seen}"')


@contextmanager
def reviewing(project: Project, folder: Path) -> Iterator[Reviewer]:
    """This serves a job, and ends that as Ctrl-C does."""
    server = serve_review(project, [folder], by="mei")
    thread = server.run_beside()
    try:
        yield Reviewer(server)
    finally:
        server.server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()
