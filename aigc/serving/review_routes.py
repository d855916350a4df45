"""Reviewing over HTTP, for whoever may `review`.

GET  /api/review                    the jobs, and how many pieces stand where
GET  /api/review/{job}/pieces       ?standpoint=open&status=flagged&q=words&first=0&most=200
GET  /api/review/{job}/piece?id=…   a piece, its rev as ETag too
POST /api/review/{job}/piece?id=…   {"do": "approve"}, with If-Match: the rev that was read; 409 has both versions
POST /api/review/{job}/judge        {"id", "field", "text"}: length, findings, whether it may stand; nothing is kept
POST /api/review/{job}/bulk         {"do": "approve", "pieces": {id: rev}}

What can be done: approve, reject (with a `note`), reopen, edit (`field`, `text`), take (`field`, `rank`), restore
(`field`: the model's text).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field
from starlette.requests import Request as Call
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aigc.errors import AigcError, NotFound, UsageError
from aigc.jobs import Desk
from aigc.ledger.rulings import Shelf
from aigc.serving.openai_routes import json_of
from aigc.serving.passes import Pass
from aigc.serving.refusals import Refusal
from aigc.serving.review_room import ReviewRoom, refused
from aigc.serving.review_view import judged_view, piece_view, rack_of
from aigc.serving.wire import Body, read_body
from aigc.types import Json, Standpoint, Status, revision

Do = Literal["approve", "reject", "reopen", "edit", "take", "restore"]
MOST = 500  # pieces of one list
LONGEST = 20_000  # characters of a text


class DecisionBody(Body):
    """This is one decision."""

    do: Do
    field: Annotated[str, Field(max_length=500)] = ""
    text: Annotated[str, Field(max_length=LONGEST)] = ""
    rank: Annotated[int, Field(ge=1)] = 1
    note: Annotated[str, Field(max_length=2000)] = ""


class JudgeBody(Body):
    """This is a text that is being typed."""

    id: str
    field: Annotated[str, Field(max_length=500)]
    text: Annotated[str, Field(max_length=LONGEST)]


class BulkBody(Body):
    """This is one decision about many pieces, each with the rev that was read."""

    do: Literal["approve", "reject", "reopen"]
    pieces: Annotated[dict[str, str], Field(max_length=MOST)]
    note: Annotated[str, Field(max_length=2000)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRoutes:
    """This serves the jobs of a room; `shown` renders a piece for a page that asks for it."""

    room: ReviewRoom
    shown: Callable[[Call, str, Mapping[str, Json]], str]

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/api/review", self.list_jobs),
            Route("/api/review/{job}/pieces", self.list_pieces),
            Route("/api/review/{job}/piece", self.show_piece, methods=["GET"]),
            Route("/api/review/{job}/piece", self.decide, methods=["POST"]),
            Route("/api/review/{job}/judge", self.judge, methods=["POST"]),
            Route("/api/review/{job}/bulk", self.decide_many, methods=["POST"]),
        ]

    async def list_jobs(self, call: Call) -> Response:
        """Tell which jobs there are."""
        by = reviewer(call)
        told = {name: await self.room.ask(name, _counts, by=by) for name in self.room.jobs}
        return JSONResponse([{"job": name, "counts": counts} for name, counts in told.items()])

    async def list_pieces(self, call: Call) -> Response:
        """List pieces."""
        shelf = shelf_of(call)
        rack = await self.room.ask(job_of(call), lambda desk: rack_of(desk, shelf), by=reviewer(call))
        pieces = [asdict(one) | {"rev": rack.revs[one.id]} for one in rack.pieces]
        return JSONResponse({"pieces": pieces, "many": rack.many, "first": rack.first, "counts": rack.counts})

    async def show_piece(self, call: Call) -> Response:
        """Tell of one piece."""
        name = piece_of(call)
        view = await self.room.ask(job_of(call), lambda desk: _viewed(desk, name), by=reviewer(call))
        return self._told(call, view)

    async def decide(self, call: Call) -> Response:
        """Take a decision about the piece that was read, or tell that it is another one by now."""
        name, by = piece_of(call), reviewer(call)
        body = read_body(DecisionBody, await json_of(call))
        seen = call.headers.get("if-match", "").strip().strip('"')
        if not seen:
            message = "If-Match: the rev of the piece that was read is needed"
            raise Refusal(428, message, param="If-Match", code="no_rev")
        stands, view = await self.room.ask(job_of(call), lambda desk: _decided(desk, name, seen, body), by=by)
        if not stands:
            message = f"{name}: was changed since it was read"
            error = {"message": message, "type": "invalid_request_error", "param": "If-Match", "code": "conflict"}
            told = {"error": error, "yours": body.model_dump(), "theirs": self._page(call, view)}
            return JSONResponse(told, 409, {"etag": f'"{view["rev"]}"'})
        return self._told(call, view)

    async def judge(self, call: Call) -> Response:
        """Judge a text without keeping it."""
        body, by = read_body(JudgeBody, await json_of(call)), reviewer(call)
        return JSONResponse(await self.room.ask(job_of(call), lambda desk: _judged(desk, body), by=by))

    async def decide_many(self, call: Call) -> Response:
        """Take one decision about many pieces; tell of each what became of it."""
        body, by = read_body(BulkBody, await json_of(call)), reviewer(call)
        return JSONResponse(await self.room.ask(job_of(call), lambda desk: _decided_many(desk, body), by=by))

    def _told(self, call: Call, view: Mapping[str, Json]) -> Response:
        return JSONResponse(self._page(call, view), headers={"etag": f'"{view["rev"]}"'})

    def _page(self, call: Call, view: Mapping[str, Json]) -> dict[str, Json]:
        page = {"html": self.shown(call, job_of(call), view)} if call.query_params.get("page") else {}
        return {**view, **page}


def reviewer(call: Call) -> str:
    """Return the name of whoever calls. Refusal where they may not review."""
    found: Pass | None = call.scope.get("pass")
    if found is None or not found.may("review"):
        raise Refusal(403, "this token may not review", code="forbidden")
    return found.name


def job_of(call: Call) -> str:
    """Return the name of the job that a call is about."""
    return str(call.path_params["job"])


def piece_of(call: Call) -> str:
    """Return the id of the piece that a call is about. Refusal where it says none."""
    if not (name := call.query_params.get("id", "")):
        raise Refusal(400, "id: which piece?", param="id", code="invalid_value")
    return name


def shelf_of(call: Call) -> Shelf:
    """Return which pieces a call asks for. Refusal names what there is not."""
    given = call.query_params
    standpoint, status = given.get("standpoint") or None, given.get("status") or None
    if standpoint not in (None, *get_args(Standpoint)):
        raise Refusal(400, f"standpoint: {', '.join(get_args(Standpoint))}", param="standpoint", code="invalid_value")
    if status not in (None, *get_args(Status)):
        raise Refusal(400, f"status: {', '.join(get_args(Status))}", param="status", code="invalid_value")
    numbers = {name: given.get(name, "") or str(usual) for name, usual in (("first", 0), ("most", 200))}
    if wrong := next((name for name, text in numbers.items() if not (text.isdecimal() and len(text) < 10)), ""):
        raise Refusal(400, f"{wrong}: is no number", param=wrong, code="invalid_value")
    most = min(max(int(numbers["most"]), 1), MOST)
    words = given.get("q", "").strip()
    return Shelf(standpoint=standpoint, status=status, words=words, first=int(numbers["first"]), most=most)  # type: ignore[arg-type]


def _counts(desk: Desk) -> dict[str, int]:
    return {str(name): many for name, many in desk.ledger.rulings.counts().items()}


def _viewed(desk: Desk, name: str) -> dict[str, Json]:
    try:
        return piece_view(desk, name)
    except (NotFound, UsageError) as error:
        raise Refusal(404, error.message, param="id", code="unknown_piece") from error


def _judged(desk: Desk, body: JudgeBody) -> dict[str, Json]:
    _viewed(desk, body.id)
    try:
        desk.offers(body.id, body.field)
        return judged_view(desk, body.id, body.field, body.text)
    except AigcError as error:
        raise refused(error, param="field") from error


def _decided(desk: Desk, name: str, seen: str, body: DecisionBody) -> tuple[bool, dict[str, Json]]:
    """Take a decision; say whether the piece was the one that was read, and return how it stands now."""
    _viewed(desk, name)
    try:
        with desk.held():
            if revision(desk.piece(name)) != seen:
                return False, piece_view(desk, name)
            _take(desk, name, body)
            return True, piece_view(desk, name)
    except UsageError as error:
        raise refused(error, param=body.field) from error
    except AigcError as error:
        raise Refusal(503, error.message, code="busy", headers={"retry-after": "5"}) from error


def _take(desk: Desk, name: str, body: DecisionBody) -> None:
    if body.do == "approve":
        desk.approve(name, note=body.note)
    elif body.do == "reject":
        desk.reject(name, note=body.note)
    elif body.do == "reopen":
        desk.reopen(name)
    elif body.do == "edit":
        desk.write(name, body.field, body.text, note=body.note)
    elif body.do == "take":
        desk.take(name, body.field, body.rank, note=body.note)
    else:
        desk.undo(name, body.field)


def _decided_many(desk: Desk, body: BulkBody) -> dict[str, Json]:
    done: dict[str, Json] = {}
    conflicts: list[str] = []
    wrong: dict[str, str] = {}
    decision = DecisionBody(do=body.do, note=body.note)
    for name, seen in body.pieces.items():
        try:
            stands, view = _decided(desk, name, seen, decision)
        except Refusal as refusal:
            wrong[name] = refusal.message
            continue
        if stands:
            done[name] = {"rev": view["rev"], "standpoint": view["standpoint"]}
        else:
            conflicts.append(name)
    return {"done": done, "conflicts": conflicts, "refused": wrong}
