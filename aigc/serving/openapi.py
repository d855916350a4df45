"""`/openapi.json`: what the routes take, from the bodies that they are read by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from typing import Any, TypeVar

from pydantic.json_schema import models_json_schema
from starlette.routing import Route

from aigc.serving.wire import Body
from aigc.types import Json

E = TypeVar("E", bound=Callable[..., Any])
PLACE = "#/components/schemas/{model}"
TAKEN, STREAMS = "taken_body", "has_stream"  # attributes of an endpoint
PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")
OPEN = frozenset({"/health"})  # to everybody
TEXTS: Mapping[str, str] = {"/metrics": "text/plain"}  # what is no JSON


class RefusedError(Body):
    message: str
    type: str
    param: str | None
    code: str | None


class RefusedCall(Body):
    """This is what is answered where something cannot be done."""

    error: RefusedError


def takes(body: type[Body], *, streams: bool = False) -> Callable[[E], E]:
    """Note of an endpoint which body it reads, and whether it may answer with events."""

    def noted(endpoint: E) -> E:
        setattr(endpoint, TAKEN, body)
        setattr(endpoint, STREAMS, streams)
        return endpoint

    return noted


def openapi_of(routes: Iterable[Route], *, vocab: int = 0) -> dict[str, Json]:
    """Return the OpenAPI description of routes; what an endpoint does is said by its docstring. A prompt's tokens are
    those of a model that knows `vocab`, where that is known."""
    routes = list(routes)
    bodies = [body for route in routes if (body := getattr(route.endpoint, TAKEN, None)) is not None]
    _, defined = models_json_schema([(body, "validation") for body in (*bodies, RefusedCall)], ref_template=PLACE)
    if vocab:
        _bound(defined, vocab - 1)
    paths: dict[str, dict[str, Json]] = {}
    for route in routes:
        path = paths.setdefault(PARAMETER.sub(r"{\1}", route.path), {})
        for method in sorted((route.methods or set()) - {"HEAD"}):
            path[method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "AIGC", "version": version("aigc")},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": defined["$defs"],
        },
    }


def _bound(schema: Json, largest: int, *, inside: bool = False) -> None:
    """Say of every whole number in a prompt which is the largest."""
    if isinstance(schema, list):
        for one in schema:
            _bound(one, largest, inside=inside)
    elif isinstance(schema, dict):
        if inside and schema.get("type") == "integer":
            schema["maximum"] = largest
        for name, one in schema.items():
            _bound(one, largest, inside=inside or name == "prompt")


def _operation(route: Route) -> dict[str, Json]:
    body: type[Body] | None = getattr(route.endpoint, TAKEN, None)
    kinds: dict[str, Json] = {TEXTS.get(route.path, "application/json"): {"schema": {}}}
    if getattr(route.endpoint, STREAMS, False):
        kinds["text/event-stream"] = {}
    told: dict[str, Json] = {
        "summary": (route.endpoint.__doc__ or route.name).strip().partition("\n")[0],
        "responses": {"200": {"description": "Done", "content": kinds}, "default": _refused()},
    }
    if names := PARAMETER.findall(route.path):
        told["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
    if body is not None:
        schema = {"$ref": PLACE.format(model=body.__name__)}
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if route.path in OPEN:
        told["security"] = []
    return told


def _refused() -> dict[str, Json]:
    schema = {"$ref": PLACE.format(model="RefusedCall")}
    return {"description": "Refused", "content": {"application/json": {"schema": schema}}}
