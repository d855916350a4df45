"""The guard: who comes in, with what, and for how long; pure ASGI, before any route.

In this order: the host must be one that this server has (a page elsewhere that rebinds its name is not), a browser must
come from a page of ours (`Sec-Fetch-Site`, else `Origin`), a body must be JSON, which no form of a foreign page can
send, and no longer than it may be, the token must be somebody's. All but `/health` and what a browser needs to ask for
the token is refused without one. Bodies that come slowly and readers that read slowly are let go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aigc.serving.passes import Pass, Passes
from aigc.serving.refusals import Refusal, refusal_response

OPEN = frozenset({"/health"})  # to everybody
COOKIE = "aigc"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
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
        try:
            scope["pass"] = self._let_in(scope)
            arriving = _Arriving(receive, self.bounds)
            await self.app(scope, arriving, safe)
        except Refusal as refused:
            if not safe.begun:
                path = scope["path"] if self.doors and scope["method"] == "GET" else ""
                await refusal_response(refused, path=path)(scope, receive, safe)
        except TimeoutError:
            if not safe.begun:
                slow = Refusal(408, "the request came too slowly", code="timeout")
                await refusal_response(slow)(scope, receive, safe)

    def _let_in(self, scope: Scope) -> Pass | None:
        headers = Headers(scope=scope)
        self._check_host(headers.get("host", ""))
        if scope["path"] in OPEN:
            return None
        self._check_origin(headers, scope["method"])
        if scope["method"] in CHANGING:
            self._check_body(headers)
        found = self.passes.find(token_of(headers))
        if found is None and not any(scope["path"].startswith(one) for one in self.doors):
            raise Refusal(401, "no valid token", code="invalid_api_key", headers={"www-authenticate": "Bearer"})
        return found

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
        if site is None and origin is not None and urlsplit(origin).netloc != headers.get("host"):
            raise Refusal(403, "a page of another site sent this", code="foreign_origin")

    def _check_body(self, headers: Headers) -> None:
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        length = headers.get("content-length", "0")
        carries = length != "0" or "transfer-encoding" in headers
        if carries and kind != "application/json":
            raise Refusal(415, f"the body is {kind or 'of no kind'}, not application/json", code="not_json")
        if not length.isdecimal() or int(length) > self.bounds.body:
            raise Refusal(413, f"the body is over {self.bounds.body:,} bytes", code="too_large")


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

    def __init__(self, receive: Receive, bounds: Bounds) -> None:
        self._receive = receive
        self._bounds = bounds
        self._bytes = 0
        self._whole = False
        self._until = asyncio.get_running_loop().time() + bounds.arriving

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        left = self._until - asyncio.get_running_loop().time()
        message = await asyncio.wait_for(self._receive(), max(left, 0.001))
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            if self._bytes > self._bounds.body:
                raise Refusal(413, f"the body is over {self._bounds.body:,} bytes", code="too_large")
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
        await asyncio.wait_for(self._send(message), self._seconds)
