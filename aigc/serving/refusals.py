"""What is answered where something cannot be done: OpenAI's form of an error, under every path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response

PAGES = re.compile(r"/review(/|$)")
KINDS = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


class Refusal(Exception):
    """This is a call that is not done: an HTTP status, a sentence, the parameter that it is about, a short code."""

    def __init__(
        self, status: int, message: str, *, param: str = "", code: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, object]:
        """Return it as OpenAI's clients read it."""
        kind = KINDS.get(self.status, "server_error" if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "")
        error = {"message": self.message, "type": kind or "invalid_request_error"}
        return {"error": {**error, "param": self.param or None, "code": self.code or None}}


def refusal_response(refused: Refusal, *, path: str = "") -> Response:
    """Return the answer; where a person asked for a page at `path` without a token, the way to sign in."""
    if refused.status == HTTPStatus.UNAUTHORIZED and PAGES.match(path):
        return RedirectResponse(f"/sign-in?{urlencode({'next': path})}", HTTPStatus.SEE_OTHER)
    return JSONResponse(refused.body, refused.status, refused.headers)
