"""The guard: who comes in, with what, and for how long; pure ASGI, before any route.

In this order: the host must be one that this server has (a page elsewhere that rebinds its name is not), a browser must
come from a page of ours (`Sec-Fetch-Site`, else `Origin`), the token must be somebody's who has the role that the path
asks for, a body must be JSON, which no form of a foreign page can send, and no longer than it may be. All but `/health`
and what a browser needs to ask for the token is refused without one. Bodies that come slowly and readers that read
slowly are let go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import TypeVar
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aigc.serving.passes import Pass, Passes
from aigc.serving.refusals import Refusal, refusal_response

T = TypeVar("T")

OPEN = frozenset({"/health"})  # to everybody
ROLES: Mapping[str, str] = {"/api/jobs": "admin", "/metrics": "admin", "/api/review": "review", "/review": "review"}
LEAST = "write"  # the role that other paths ask for
COOKIE = "aigc"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
LONGER: Mapping[str, int] = {"/api/jobs": 64 << 20}  # bytes of a body, where it may be longer than others
DIGITS = 12  # of a body's length
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """This is what one call may take: bytes of a body, seconds until it is here, seconds that a reader may not read."""

    body: int = 8 << 20
    arriving: float = 30
    reading: float = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatekeeper:
    """This lets a call through to the app, its pass in `scope["pass"]`, or answers it."""

    app: ASGIApp
    passes: Passes
    hosts: Collection[str] = LOOPBACK
    doors: Collection[str] = ()  # beginnings of paths that need no token: the page that asks for it, its style
    bounds: Bounds = field(default_factory=Bounds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await self.app(scope, receive, send)
            return
        safe = _Sending(send, self.bounds.reading)
        most = _of_path(LONGER, scope["path"], self.bounds.body)
        try:
            scope["pass"] = self._let_in(scope, most)
            arriving = _Arriving(receive, self.bounds.arriving, most)
            await self.app(scope, arriving, safe)
        except Refusal as refused:
            if not safe.begun:
                path = scope["path"] if self.doors and scope["method"] == "GET" else ""
                await refusal_response(refused, path=path)(scope, receive, safe)
        except TimeoutError:  # a reader who does not read: the connection is cut
            return

    def _let_in(self, scope: Scope, most: int) -> Pass | None:
        headers = Headers(scope=scope)
        self._check_host(headers.get("host", ""))
        if scope["path"] in OPEN:
            return None
        self._check_origin(headers, scope["method"])
        found = self.passes.find(token_of(headers))
        if not any(scope["path"].startswith(one) for one in self.doors):
            self._check_pass(found, _of_path(ROLES, scope["path"], LEAST))
        if scope["method"] in CHANGING:
            self._check_body(headers, most)
        return found

    def _check_pass(self, found: Pass | None, role: str) -> None:
        if found is None:
            raise Refusal(401, "no valid token", code="invalid_api_key", headers={"www-authenticate": "Bearer"})
        if not found.may(role):
            raise Refusal(403, f"this is for the role {role}, and {found.name} has {found.role}", code="role")

    def _check_host(self, host: str) -> None:
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name.lower().rstrip(".") not in self.hosts:
            raise Refusal(421, "this server does not go by that name", code="wrong_host")

    def _check_origin(self, headers: Headers, method: str) -> None:
        """Refuse what a page of somebody else's sends; programs send neither header."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site in ("same-origin", "none"):
            return
        followed = method == "GET" and headers.get("sec-fetch-mode") == "navigate"  # a link to a page of ours
        if site is not None and not followed:
            raise Refusal(403, "a page of another site sent this", code="foreign_origin")
        if site is None and origin is not None and _place(origin) != headers.get("host"):
            raise Refusal(403, "a page of another site sent this", code="foreign_origin")

    def _check_body(self, headers: Headers, most: int) -> None:
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        length = headers.get("content-length", "0")
        carries = length != "0" or "transfer-encoding" in headers
        if carries and kind != "application/json":
            raise Refusal(415, f"the body is {kind or 'of no kind'}, not application/json", code="not_json")
        if not length.isdecimal() or len(length) > DIGITS or int(length) > most:
            raise _too_long(most)


def _of_path(told: Mapping[str, T], path: str, else_: T) -> T:
    """Return what is told of a path, or of one that it lies below."""
    return next((value for at, value in told.items() if path == at or path.startswith(f"{at}/")), else_)


def _place(origin: str) -> str:
    """Return the host and port of an origin; nothing for what is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _too_long(most: int) -> Refusal:
    return Refusal(413, f"the body is over {most:,} bytes", code="too_large")


def token_of(headers: Headers) -> str:
    """Return the token that a call has: `Authorization: Bearer …`, else the cookie of a browser that signed in."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(headers.get("cookie", ""))
    except Exception:  # a cookie that is none
        return ""
    return cookies[COOKIE].value if COOKIE in cookies else ""


class _Arriving:
    """This receives a body, which may be only so long, within so many seconds; afterwards it waits for ever."""

    def __init__(self, receive: Receive, seconds: float, most: int) -> None:
        self._receive = receive
        self._most = most
        self._bytes = 0
        self._whole = False
        self._until = asyncio.get_running_loop().time() + seconds

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        left = self._until - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(max(left, 0.001)):
                message = await self._receive()
        except TimeoutError as error:
            raise Refusal(408, "the request came too slowly", code="timeout") from error
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            if self._bytes > self._most:
                raise _too_long(self._most)
            self._whole = not message.get("more_body", False)
        return message


class _Sending:
    """This sends an answer, with the headers that every answer has; a reader who does not read is left."""

    def __init__(self, send: Send, seconds: float) -> None:
        self.begun = False
        self._send = send
        self._seconds = seconds

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        async with asyncio.timeout(self._seconds):  # `wait_for` makes a task for each event
            await self._send(message)
