"""A server for people alone: the jobs that they review, on this machine, without a model."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aigc.project import Project
from aigc.serving.application import guarded
from aigc.serving.passes import Pass, Passes, owner_pass
from aigc.serving.review_pages import DOORS, SIGN_IN, ReviewPages
from aigc.serving.review_room import ReviewRoom
from aigc.serving.server import ListeningAt, bound_socket, url_of, uvicorn_config


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewServer:
    """This is such a server whose socket is bound; `link` signs in whoever opens it."""

    url: str
    owner: Pass
    room: ReviewRoom
    server: uvicorn.Server
    bound: socket.socket

    @property
    def link(self) -> str:
        """The address that signs in by itself: what stands after `#` is sent to no server, and kept in no history."""
        return f"{self.url}{SIGN_IN}#token={self.owner.token}"

    def run(self) -> int:
        """Serve until a signal ends it; return the exit code."""
        try:
            with suppress(KeyboardInterrupt):
                self.server.run(sockets=[self.bound])
        finally:
            self.room.close()
            self.bound.close()
        return 0

    def run_beside(self) -> threading.Thread:
        """Serve on a thread, until `server.should_exit` is set."""
        thread = threading.Thread(target=self.run, daemon=True)
        thread.start()
        return thread


def serve_review(project: Project, folders: Sequence[Path], *, port: int = 0, by: str = "") -> ReviewServer:
    """Open jobs to be reviewed on this machine, in the name of whoever starts it. NotFound where there is no job,
    UsageError for a port that is taken."""
    owner = Pass(name=by, token=owner_pass().token, role="review")
    room = ReviewRoom(project, folders)
    try:
        bound = bound_socket(ListeningAt(port=port))
        bound.listen()  # a browser that is quicker than we are waits
    except BaseException:
        room.close()
        raise
    passes = Passes([owner])
    routes = [Route("/health", _health), *ReviewPages(room=room, passes=passes).routes()]
    server = uvicorn.Server(uvicorn_config(guarded(routes, passes, doors=DOORS)))
    return ReviewServer(url=url_of(bound), owner=owner, room=room, server=server, bound=bound)


async def _health(call: Request) -> Response:
    return JSONResponse({"status": "ok"})
