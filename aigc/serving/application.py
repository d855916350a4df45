"""The routes of a server, and the server itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from aigc.errors import AigcError, UsageError
from aigc.serving.guard import LOOPBACK, Gatekeeper
from aigc.serving.metrics import KIND, Counted, Metrics
from aigc.serving.openai_routes import OpenAiRoutes, full
from aigc.serving.openapi import openapi_of
from aigc.serving.passes import Passes
from aigc.serving.refusals import Refusal, pathless, refusal_response
from aigc.serving.switchboard import QueueFull, Switchboard

GONE = 499  # as nginx says it; nobody reads it


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPlan:
    """This is what a server serves, and to whom."""

    board: Switchboard
    passes: Passes
    models: Mapping[str, str]
    context: int
    hosts: Collection[str] = LOOPBACK
    any_model: bool = False
    lenient: bool = False
    more: Collection[Route] = field(default_factory=tuple)
    metrics: Metrics = field(default_factory=Metrics)
    doors: Collection[str] = ()


def make_app(plan: ServerPlan) -> ASGIApp:
    """Return the ASGI application, guarded."""
    openai = OpenAiRoutes(
        board=plan.board, models=plan.models, context=plan.context, any_model=plan.any_model, lenient=plan.lenient
    )
    routes = [Route("/health", _health(plan.board)), *openai.routes(), *plan.more]
    routes += [Route("/metrics", _metrics(plan)), Route("/openapi.json", _openapi(routes, plan))]
    app = guarded(routes, plan.passes, hosts=plan.hosts, doors=plan.doors)
    return Counted(app=app, metrics=plan.metrics, routes=routes)


def guarded(
    routes: Collection[Route], passes: Passes, *, hosts: Collection[str] = LOOPBACK, doors: Collection[str] = ()
) -> ASGIApp:
    """Return an application of some routes, guarded; `doors` need no token."""
    handlers: dict[type[Exception] | int, Callable[..., Response]] = {
        Refusal: _refused,
        QueueFull: _full,
        AigcError: _failed,
        ClientDisconnect: _gone,
        HTTPException: _http,
    }
    app = Starlette(routes=list(routes), exception_handlers=handlers)
    app.router.redirect_slashes = False
    return Gatekeeper(app=app, passes=passes, hosts=hosts, doors=doors)


def _health(board: Switchboard) -> Callable[[Request], Response]:
    async def health(call: Request) -> Response:
        """Tell whether it serves."""
        status = "ok" if board.alive else "closing"
        told = {"status": status, "seconds": round(time.time() - board.began, 1), "in_hand": board.in_hand}
        return JSONResponse(told, 200 if board.alive else 503)

    return health  # type: ignore[return-value]


def _metrics(plan: ServerPlan) -> Callable[[Request], Response]:
    async def metrics(call: Request) -> Response:
        """Tell what was done, as Prometheus reads it."""
        return Response(plan.metrics.text(plan.board), headers={"content-type": KIND})

    return metrics  # type: ignore[return-value]


def _openapi(routes: Sequence[Route], plan: ServerPlan) -> Callable[[Request], Response]:
    async def openapi(call: Request) -> Response:
        """Tell what the routes take."""
        return JSONResponse(openapi_of(routes, vocab=plan.metrics.vocab))

    return openapi  # type: ignore[return-value]


def _refused(call: Request, error: Refusal) -> Response:
    return refusal_response(error)


def _full(call: Request, error: QueueFull) -> Response:
    return refusal_response(full(error))


def _failed(call: Request, error: AigcError) -> Response:
    status, code = (400, "invalid_value") if isinstance(error, UsageError) else (500, "failed")
    return refusal_response(Refusal(status, pathless(str(error)), code=code))


def _gone(call: Request, error: ClientDisconnect) -> Response:
    return Response(status_code=GONE)


def _http(call: Request, error: HTTPException) -> Response:
    return refusal_response(Refusal(error.status_code, error.detail, headers=error.headers or {}))
