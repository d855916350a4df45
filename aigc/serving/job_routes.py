"""Jobs over HTTP, for the role admin. No client names a file: rows come in the body, and files leave by their names.

GET  /api/jobs                       all jobs, and how each stands
POST /api/jobs                       {"type": "seo/meta", "rows": [{…}, …], "exports": ["csv"], …} → one that waits
GET  /api/jobs/{id}                  how it stands
GET  /api/jobs/{id}/pieces           finished pieces in the rows' order: ?after=0&limit=100
GET  /api/jobs/{id}/events           what happens, until it ends: `state`, `pieces`, `end`
POST /api/jobs/{id}/cancel           end it; what is finished is kept
POST /api/jobs/{id}/resume           go on with one that was cancelled, stopped or failed
GET  /api/jobs/{id}/files/{name}     a file of those that it names: artifacts.jsonl, report.html, the exports
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as Call
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from aigc.errors import AigcError
from aigc.serving.events import event_text, streamed
from aigc.serving.openai_routes import json_of
from aigc.serving.openapi import takes
from aigc.serving.refusals import Refusal, pathless
from aigc.serving.served_job import ServedJob
from aigc.serving.wire import Body, read_body
from aigc.serving.works import Works
from aigc.types import Json

MOST_PIECES = 1000  # of one answer
PIECES = 100

Text = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(max_length=200, pattern=r"^[^/\\.][^/\\.]*$")]  # of a tool or format, never a file


class JobBody(Body):
    """This is the body of `POST /api/jobs`: what a job file may say but where files are, and the rows."""

    model_config = ConfigDict(extra="forbid", strict=False, populate_by_name=True)

    type: Text
    rows: Annotated[list[dict[str, Any]], Field(min_length=1)] | None = None
    briefs: Literal["sample"] | None = None
    origin: Name | None = Field(default=None, alias="from")
    columns: dict[str, str] = Field(default_factory=dict, alias="map")
    literals: dict[str, Any] = Field(default_factory=dict, alias="set")
    matrix: dict[str, Any] = Field(default_factory=dict)
    limit: Annotated[int, Field(ge=1)] | None = None
    exports: list[Name] = Field(default_factory=list)
    with_flagged: bool | None = None
    unique: bool | None = None
    seed: int | None = None
    voice: Text | None = None
    candidates: Annotated[int, Field(ge=1, le=64)] | None = None
    sampling: dict[str, float] = Field(default_factory=dict)

    def asked(self) -> dict[str, Json]:
        """Return it as a job file's content."""
        record = self.model_dump(by_alias=True, exclude={"rows", "briefs"})
        return {name: value for name, value in record.items() if value not in (None, {}, [])}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRoutes:
    """This serves jobs."""

    works: Works

    def routes(self) -> list[Route]:
        """Return the routes."""
        one = "/api/jobs/{id}"
        return [
            Route("/api/jobs", self.list_jobs),
            Route("/api/jobs", self.begin_job, methods=["POST"]),
            Route(one, self.show_job),
            Route(f"{one}/pieces", self.list_pieces),
            Route(f"{one}/events", self.show_events),
            Route(f"{one}/cancel", self.cancel_job, methods=["POST"]),
            Route(f"{one}/resume", self.resume_job, methods=["POST"]),
            Route(f"{one}/files/{{name:path}}", self.send_file),
        ]

    async def list_jobs(self, call: Call) -> Response:
        """Tell of all jobs."""
        return JSONResponse(await run_in_threadpool(lambda: [one.state() for one in self.works.all()]))

    @takes(JobBody)
    async def begin_job(self, call: Call) -> Response:
        """Begin a job."""
        body = read_body(JobBody, await json_of(call))
        if (body.rows is None) == (body.briefs is None):
            raise Refusal(400, "rows: rows, or briefs: sample; one of the two", param="rows", code="invalid_value")
        if body.type not in await run_in_threadpool(self.works.project.content_files):
            raise Refusal(404, f"no content type named {body.type!r}", param="type", code="unknown_type")
        try:
            work = await run_in_threadpool(self.works.begin, body.asked(), body.rows)
        except AigcError as error:
            raise Refusal(400, pathless(str(error), self.works.home), code="invalid_job") from error
        return JSONResponse(await run_in_threadpool(work.state), 201, {"location": f"/api/jobs/{work.id}"})

    async def show_job(self, call: Call) -> Response:
        """Tell how a job stands."""
        return JSONResponse(await run_in_threadpool(self._work(call).state))

    async def list_pieces(self, call: Call) -> Response:
        """Tell finished pieces of a job."""
        work = self._work(call)
        after, most = _number(call, "after", 0), min(_number(call, "limit", PIECES), MOST_PIECES)
        return JSONResponse(await run_in_threadpool(work.pieces, after, most))

    async def show_events(self, call: Call) -> Response:
        """Tell what happens in a job, as it happens."""
        return await streamed(call, self._events(self._work(call)))

    async def _events(self, work: ServedJob) -> AsyncIterator[str]:
        with work.watched() as mailbox:
            async for name, told in mailbox.events():
                yield event_text(told, name)

    async def cancel_job(self, call: Call) -> Response:
        """End a job."""
        work = self._work(call)
        await run_in_threadpool(self.works.cancel, work)
        return JSONResponse(await run_in_threadpool(work.state))

    async def resume_job(self, call: Call) -> Response:
        """Go on with a job."""
        work = self._work(call)
        await run_in_threadpool(self.works.go_on, work)
        return JSONResponse(await run_in_threadpool(work.state))

    async def send_file(self, call: Call) -> Response:
        """Send a file of a job."""
        name = str(call.path_params["name"])
        path = await run_in_threadpool(self._work(call).file, name)
        if path is None:
            raise Refusal(404, f"this job has no file {name!r}", code="no_such_file")
        return FileResponse(path, filename=path.name, headers={"cache-control": "no-store"})

    def _work(self, call: Call) -> ServedJob:
        work = self.works.get(str(call.path_params["id"]))
        if work is None:
            raise Refusal(404, "no such job here", param="id", code="no_such_job")
        return work


def _number(call: Call, name: str, else_: int) -> int:
    given: Mapping[str, str] = call.query_params
    text = given.get(name, str(else_))
    if not text.isdecimal() or len(text) > 9:
        raise Refusal(400, f"{name}: is {text[:40]!r}, no number of pieces", param=name, code="invalid_value")
    return int(text)
