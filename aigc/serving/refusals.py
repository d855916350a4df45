"""What is answered where something cannot be done: OpenAI's form of an error, under every path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response

PAGES = re.compile(r"/review(/|$)")
KINDS = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}
FOLDERS = re.compile(r"(?<![\w:/.<])(?:~|\.{1,2}|[A-Za-z]:)?(?:[/\\][^\s/\\:'\"<>]+)+[/\\](?=[^\s/\\:'\"<>])")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamNames:
    """This is what an endpoint calls the prompt, the form of the answer, and the tools."""

    prompt: str
    grammar: str = ""
    tools: str = ""

    def blamed(self, error: str) -> tuple[str, str]:
        """Return which parameter a request failed for, by the generator's own sentence, and a short code."""
        if "tokens and the model takes" in error or "tokens and its text" in error:
            return self.prompt, "context_length_exceeded"
        if error.startswith(("the lark grammar", "tool")):
            return self.tools, "invalid_value"
        if error.startswith(("the json grammar", "the grammar broke off")):
            return self.grammar, "invalid_value"
        if error.startswith("logit_bias"):
            return "logit_bias", "invalid_value"
        return (self.prompt if "prompt" in error else ""), "cannot_be_written"


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


def pathless(text: str, *folders: object) -> str:
    """Return what is told of files without the folders that they lie in, which are nobody's business elsewhere."""
    for folder in sorted(map(str, folders), key=len, reverse=True):
        text = text.replace(f"{folder}/", "").replace(folder, "")
    return FOLDERS.sub("", text)


def refusal_response(refused: Refusal, *, path: str = "") -> Response:
    """Return the answer; where a person asked for a page at `path` without a token, the way to sign in."""
    if refused.status == HTTPStatus.UNAUTHORIZED and PAGES.match(path):
        return RedirectResponse(f"/sign-in?{urlencode({'next': path})}", HTTPStatus.SEE_OTHER)
    return JSONResponse(refused.body, refused.status, refused.headers)
