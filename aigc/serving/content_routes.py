"""What is AIGC's own over HTTP: content types, and a checked piece from a brief.

GET  /api/types           what can be written
GET  /api/types/{name}    one of them: its inputs and its output as JSON Schema
POST /api/pieces          {"type": "seo/meta", "brief": {…}, "id": "…", "stream": true} → the piece, or its events
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as Call
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aigc.asking.grounding import with_facts
from aigc.content import ContentType, brief_values
from aigc.content.json_schema import input_schema, output_schema
from aigc.content.languages import with_language
from aigc.content.schema import required
from aigc.errors import AigcError, NotFound
from aigc.project import Project
from aigc.serving.events import event_text, streamed, unless_gone
from aigc.serving.openai_routes import json_of
from aigc.serving.openapi import takes
from aigc.serving.piece_service import LAST, PieceService
from aigc.serving.refusals import Refusal, pathless
from aigc.serving.switchboard import Switchboard
from aigc.serving.wire import Body, read_body
from aigc.types import Brief, Json


class PieceBody(Body):
    """This is the body of `POST /api/pieces`."""

    type: str
    brief: dict[str, Any] = Field(default_factory=dict)
    id: Annotated[str, Field(max_length=200)] = ""
    stream: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentRoutes:
    """This serves a project's content types."""

    project: Project
    board: Switchboard
    service: PieceService

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/api/types", self.list_types),
            Route("/api/types/{name:path}", self.show_type),
            Route("/api/pieces", self.write_piece, methods=["POST"]),
        ]

    async def list_types(self, call: Call) -> Response:
        """Tell what can be written."""
        types = await run_in_threadpool(self.project.content_types)
        return JSONResponse([_told(name, loaded) for name, loaded in types.items()])

    async def show_type(self, call: Call) -> Response:
        """Tell of one content type."""
        content_type = await self._type(str(call.path_params["name"]), param="")
        schemas = {"brief": input_schema(content_type), "fields": output_schema(content_type)}
        return JSONResponse({**_told(content_type.name, content_type), **schemas})

    async def _type(self, name: str, *, param: str = "type") -> ContentType:
        """Return a content type by its name, never by a path: no client names files."""
        if name not in await run_in_threadpool(self.project.content_files):
            raise Refusal(404, f"no content type named {name!r}", param=param, code="unknown_type")
        try:
            return await run_in_threadpool(self.project.content_type, name)
        except NotFound as error:
            raise Refusal(404, pathless(str(error)), param=param, code="unknown_type") from error

    @takes(PieceBody, streams=True)
    async def write_piece(self, call: Call) -> Response:
        """Write a piece now."""
        body = read_body(PieceBody, await json_of(call))
        content_type = await self._type(body.type)
        try:
            brief = await run_in_threadpool(self._brief, content_type, body)
        except AigcError as error:
            raise Refusal(400, pathless(str(error)), param="brief", code="invalid_brief") from error
        if body.stream:
            return await streamed(call, self._events(content_type, brief))
        return JSONResponse(await unless_gone(call, self._piece(content_type, brief)))

    def _brief(self, content_type: ContentType, body: PieceBody) -> Brief:
        values: Mapping[str, Json] = with_language(content_type.brief, body.brief)
        read = brief_values(content_type, values, where="brief")
        brief = Brief(id=body.id or f"http-{self.board.serial()}", values=read, source="HTTP")
        return with_facts(brief, content_type, self.project)

    async def _piece(self, content_type: ContentType, brief: Brief) -> dict[str, Json]:
        async with self.service.ask(content_type, brief, streaming=False) as piece:
            async for name, told in piece.events():
                if name == LAST:
                    return told
        raise AssertionError("a piece always comes")

    async def _events(self, content_type: ContentType, brief: Brief) -> AsyncIterator[str]:
        async with self.service.ask(content_type, brief, streaming=True) as piece:
            async for name, told in piece.events():
                yield event_text(told, name)


def _told(name: str, loaded: ContentType | AigcError) -> dict[str, Json]:
    if isinstance(loaded, AigcError):
        return {"name": name, "error": pathless(str(loaded))}
    return {"name": name, "summary": loaded.summary, "version": loaded.version, "required": required(loaded.brief)}
