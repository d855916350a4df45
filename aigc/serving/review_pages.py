"""The pages for people: signing in, and reviewing a job's pieces. Rendered here, no build, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import quote, urlencode

import jinja2
from starlette.requests import Request as Call
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from aigc.ledger.rulings import Shelf
from aigc.serving.guard import COOKIE
from aigc.serving.openai_routes import json_of
from aigc.serving.passes import Passes
from aigc.serving.refusals import Refusal
from aigc.serving.review_room import ReviewRoom
from aigc.serving.review_routes import ReviewRoutes, job_of, piece_of, reviewer, shelf_of
from aigc.serving.review_view import Rack, piece_view, rack_of
from aigc.serving.review_words import LANGUAGES, language_of, words_in
from aigc.serving.wire import Body, read_body
from aigc.types import Json

SIGN_IN, PARTS = "/sign-in", "/parts/"
DOORS = (SIGN_IN, PARTS)  # what needs no token
KINDS: Mapping[str, str] = {"review.css": "text/css", "review.js": "text/javascript", "sign_in.js": "text/javascript"}
UNSEEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127], "\ufffd")  # what stands for itself in no page
LANGUAGE = "aigc-language"
MONTH = 30 * 24 * 3600  # seconds
SHELF = ("standpoint", "status", "q")


class SignInBody(Body):
    """This is what a browser sends to sign in."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPages:
    """This serves the pages of a room to whoever has a pass."""

    room: ReviewRoom
    passes: Passes

    def routes(self) -> list[Route]:
        """Return the routes, with those of the JSON beneath them."""
        return [
            Route(SIGN_IN, self.show_sign_in, methods=["GET"]),
            Route(SIGN_IN, self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route(f"{PARTS}{{name}}", self.show_part),
            Route("/review", self.show_jobs),
            Route("/review/{job}", self.show_job),
            Route("/review/{job}/piece", self.show_piece),
            *ReviewRoutes(room=self.room, shown=self.piece).routes(),
        ]

    async def show_sign_in(self, call: Call) -> Response:
        """Show the page that asks for the token."""
        return _page(call, "sign_in.j2")

    async def sign_in(self, call: Call) -> Response:
        """Take a token, and give the browser a cookie with it that no script reads."""
        body = read_body(SignInBody, await json_of(call))
        found = self.passes.find(body.token.strip())
        if found is None:
            raise Refusal(401, "no valid token", code="invalid_api_key")
        answer = JSONResponse({"name": found.name, "role": found.role})
        secure = call.url.scheme == "https"
        answer.set_cookie(COOKIE, found.token, max_age=MONTH, httponly=True, samesite="strict", secure=secure, path="/")
        return answer

    async def sign_out(self, call: Call) -> Response:
        """Take the cookie back."""
        answer = JSONResponse({})
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return answer

    async def show_part(self, call: Call) -> Response:
        """Serve a style or a script."""
        name = str(call.path_params["name"])
        if name not in KINDS:
            raise Refusal(404, "there is no such file", code="not_found")
        return Response(_part(name), media_type=KINDS[name])

    async def show_jobs(self, call: Call) -> Response:
        """Show the jobs; where there is one, its pieces."""
        by = reviewer(call)
        if len(self.room.jobs) == 1:
            return RedirectResponse(f"/review/{quote(next(iter(self.room.jobs)), safe='')}", 303)
        counts = {
            name: await self.room.ask(name, lambda desk: dict(desk.ledger.rulings.counts()), by=by)
            for name in self.room.jobs
        }
        return _page(call, "jobs.j2", counts=counts)

    async def show_job(self, call: Call) -> Response:
        """Show a list of pieces, and one of them."""
        job, shelf, wanted, by = job_of(call), shelf_of(call), call.query_params.get("piece", ""), reviewer(call)
        rack = await self.room.ask(job, lambda desk: rack_of(desk, shelf), by=by)
        shown = wanted or (rack.pieces[0].id if rack.pieces else "")
        html = ""
        if shown:
            view = await self.room.ask(job, lambda desk: piece_view(desk, shown), by=by)
            html = self.piece(call, job, view)
        return _page(call, "review.j2", job=job, rack=rack, shown=shown, html=html, **_links(job, shelf, rack))

    async def show_piece(self, call: Call) -> Response:
        """Show one piece, to be put into the page."""
        job, name = job_of(call), piece_of(call)
        view = await self.room.ask(job, lambda desk: piece_view(desk, name), by=reviewer(call))
        return HTMLResponse(self.piece(call, job, view))

    def piece(self, call: Call, job: str, view: Mapping[str, Json]) -> str:
        """Return a piece as the page has it."""
        words = words_in(_language(call))
        return _template("piece.j2").render(piece=view, job=job, words=words, count=0)


def _links(job: str, shelf: Shelf, rack: Rack) -> dict[str, Json]:
    """Return what links of a list need: what is asked for now, and the pages before and after."""
    asked = {"standpoint": shelf.standpoint or "", "status": shelf.status or "", "q": shelf.words}

    def link(**changed: str | int) -> str:
        given = {name: value for name, value in {**asked, **changed}.items() if value not in ("", None)}
        return f"/review/{quote(job, safe='')}?{urlencode(given)}"

    first, last = rack.first, rack.first + len(rack.pieces)
    before = link(first=max(first - rack.most, 0)) if first else ""
    after = link(first=last) if last < rack.many else ""
    return {"asked": asked, "link": link, "before": before, "after": after, "number": first}


def _language(call: Call) -> str:
    wanted = call.query_params.get("lang") or call.cookies.get(LANGUAGE, "")
    return language_of(wanted, call.headers.get("accept-language", ""))


def _page(call: Call, name: str, **values: Json) -> Response:
    language = _language(call)
    words = words_in(language)
    other = next(one for one in LANGUAGES if one != language)
    query = {key: value for key, value in call.query_params.items() if key != "lang"}
    told = {
        "words": words,
        "language": language,
        "other": other,
        "other_link": f"{call.url.path}?{urlencode({**query, 'lang': other})}",
        "script_words": json.dumps(words, ensure_ascii=False),
    }
    answer = HTMLResponse(_template(name).render(**told, **values))
    if call.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(LANGUAGE, language, max_age=MONTH * 12, samesite="strict", path="/")
    return answer


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.FunctionLoader(_part),
        finalize=_seen,
    )
    return environment.get_template(name)


def _seen(value: object) -> object:
    """Return what a page can hold of a value: control characters would end it, or be read as something else."""
    return value.translate(UNSEEN) if type(value) is str else value


@cache
def _part(name: str) -> str:
    return files("aigc.serving").joinpath("pages", name).read_text(encoding="utf-8")
