"""A server that runs: the model loaded, the socket bound, until somebody ends it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from starlette.types import ASGIApp

from aigc.errors import UsageError
from aigc.project import Project, project_over
from aigc.serving.application import ServerPlan, make_app
from aigc.serving.connections import PatientConnection
from aigc.serving.content_routes import ContentRoutes
from aigc.serving.guard import LOOPBACK
from aigc.serving.passes import Pass, Passes, owner_pass, read_passes
from aigc.serving.piece_service import PieceService
from aigc.serving.review_pages import DOORS, ReviewPages
from aigc.serving.review_room import ReviewRoom
from aigc.serving.switchboard import Switchboard

if TYPE_CHECKING:
    from aigc.models import Progress

ANYWHERE = ("0.0.0.0", "::")
CONTEXT = 1 << 20  # tokens at most where the model's own room decides
ENDING = 30  # seconds for what is being written


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningAt:
    """This is where a server listens, and by which other names it goes; port 0 is any that is free."""

    host: str = "127.0.0.1"
    port: int = 0
    names: tuple[str, ...] = ()

    @property
    def hosts(self) -> frozenset[str]:
        """The names that a call's host may have."""
        own = f"[{self.host}]" if ":" in self.host else self.host
        return LOOPBACK | {name.lower() for name in (own, *self.names)} - set(ANYWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningServer:
    """This is a server whose model is loaded and whose socket is bound. `printed` is the pass that was made for it."""

    url: str
    printed: Pass | None
    board: Switchboard
    service: PieceService
    room: ReviewRoom | None
    server: uvicorn.Server
    bound: socket.socket

    def run(self) -> int:
        """Serve until a signal ends it; return the exit code."""
        try:
            with suppress(KeyboardInterrupt):
                self.server.run(sockets=[self.bound])
        finally:
            self.service.close()
            if self.room is not None:
                self.room.close()
            self.board.close()
            self.bound.close()
        return 0


def serve(
    project: Project,
    address: ListeningAt,
    token_file: Path | None,
    *,
    jobs: Sequence[Path] = (),
    report: Callable[[Progress], None] | None = None,
    any_model: bool = False,
    lenient: bool = False,
) -> RunningServer:
    """Load the model, bind the socket; `jobs` may be reviewed. UsageError for an address that is taken or a file of
    tokens that is wrong; ModelError for a model that cannot be loaded."""
    printed = owner_pass() if token_file is None else None
    passes = Passes(read_passes(token_file) if token_file is not None else [printed] if printed else ())
    bound = bound_socket(address)
    project = _interactive(project)
    board = Switchboard(partial(project.generator, report))
    try:
        board.start()
    except BaseException:
        bound.close()
        raise
    try:
        room = ReviewRoom(project, jobs) if jobs else None
    except BaseException:
        board.close()
        bound.close()
        raise
    service = PieceService(project, board)
    content = ContentRoutes(project=project, board=board, service=service)
    adapters = {Path(folder).name: str(folder) for folder in project.adapters.all()}
    plan = ServerPlan(
        board=board,
        passes=passes,
        models={project.settings.model: "", **adapters},
        context=CONTEXT,
        hosts=address.hosts,
        any_model=any_model,
        lenient=lenient,
        more=[*content.routes(), *(ReviewPages(room=room, passes=passes).routes() if room else ())],
        doors=DOORS if room else (),
    )
    return RunningServer(
        url=url_of(bound),
        printed=printed,
        board=board,
        service=service,
        room=room,
        server=uvicorn_server(make_app(plan)),
        bound=bound,
    )


def uvicorn_server(app: ASGIApp) -> uvicorn.Server:
    """Return a server of an application, as all of ours are set."""
    config = uvicorn.Config(
        app,
        http=PatientConnection,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=ENDING,
        lifespan="off",
    )
    return uvicorn.Server(config)


def url_of(bound: socket.socket) -> str:
    """Return the address of what listens at a socket."""
    host, port = bound.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _interactive(project: Project) -> Project:
    """Return the project with a generator that keeps room for who waits, where it can."""
    if not project.source.declares("interactive") or "interactive" in project.settings.engine:
        return project
    return project_over(project, engine={**project.settings.engine, "interactive": True})


def bound_socket(address: ListeningAt) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address.host, address.port))
    except (OSError, OverflowError) as error:
        bound.close()
        reason = getattr(error, "strerror", None) or error
        hint = "another --port, or 0 for any that is free"
        raise UsageError(f"{address.host}:{address.port}: cannot be listened at ({reason})", hint=hint) from error
    return bound
