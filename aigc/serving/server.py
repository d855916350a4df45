"""A server that runs: the model loaded, the socket bound, until somebody ends it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from starlette.types import ASGIApp

from aigc.errors import UsageError
from aigc.project import Project, project_over
from aigc.serving.application import ServerPlan, make_app
from aigc.serving.connections import PatientConnection, allow_files
from aigc.serving.content_routes import ContentRoutes
from aigc.serving.guard import LOOPBACK
from aigc.serving.job_routes import JobRoutes
from aigc.serving.metrics import CountedGenerator, Metrics
from aigc.serving.passes import Pass, Passes, owner_pass, read_passes
from aigc.serving.piece_service import PieceService
from aigc.serving.review_pages import DOORS, ReviewPages
from aigc.serving.review_room import ReviewRoom
from aigc.serving.switchboard import Switchboard
from aigc.serving.works import GRACE, Works

if TYPE_CHECKING:
    from aigc.models import Progress

ANYWHERE = ("0.0.0.0", "::")
CONTEXT = 1 << 20  # tokens at most where the model's own room decides
WAITING = 512  # connections that nobody has taken yet
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


class _EndingServer(uvicorn.Server):
    """This is a server whose jobs hear of the signal that ends it."""

    def __init__(self, config: uvicorn.Config, works: Works) -> None:
        super().__init__(config)
        self._works = works

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End gently, at the second signal at once."""
        Thread(target=self._works.stop, daemon=True).start()  # the signal may have come while a lock of ours is held
        super().handle_exit(sig, frame)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningServer:
    """This is a server whose model is loaded and whose socket is bound. `printed` is the pass that was made for it."""

    url: str
    printed: Pass | None
    board: Switchboard
    service: PieceService
    works: Works
    room: ReviewRoom | None
    server: uvicorn.Server
    bound: socket.socket

    def run(self) -> int:
        """Serve until a signal ends it; return the exit code."""
        try:
            with suppress(KeyboardInterrupt):
                self.server.run(sockets=[self.bound])
        finally:
            self.works.close(grace=0 if self.server.force_exit else GRACE)
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
    asked, project = project, _interactive(project)
    metrics = Metrics()
    with ExitStack() as undone:
        bound = bound_socket(address)
        undone.callback(bound.close)
        board = Switchboard(lambda: CountedGenerator(project.generator(report), metrics)).start()
        undone.callback(board.close)
        works = Works(asked, board)
        undone.callback(works.close)
        for folder in jobs:
            works.resume(folder)
        room = ReviewRoom(project, jobs) if jobs else None
        works.look()
        undone.pop_all()
    service = PieceService(project, board)
    content = ContentRoutes(project=project, board=board, service=service)
    adapters = {Path(folder).name: str(folder) for folder in project.adapters.all()}
    plan = ServerPlan(
        board=board,
        passes=passes,
        models={_called(project.settings.model): "", **adapters},
        context=CONTEXT,
        hosts=address.hosts,
        any_model=any_model,
        lenient=lenient,
        more=[
            *content.routes(),
            *JobRoutes(works=works).routes(),
            *(ReviewPages(room=room, passes=passes).routes() if room else ()),
        ],
        doors=DOORS if room else (),
        metrics=metrics,
    )
    allow_files()
    bound.listen(WAITING)  # who comes from now on, as the address is told, is answered
    return RunningServer(
        url=url_of(bound),
        printed=printed,
        board=board,
        service=service,
        works=works,
        room=room,
        server=_EndingServer(uvicorn_config(make_app(plan)), works),
        bound=bound,
    )


def uvicorn_config(app: ASGIApp) -> uvicorn.Config:
    """Return how a server of an application is run, as all of ours are."""
    return uvicorn.Config(
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


def url_of(bound: socket.socket) -> str:
    """Return the address of what listens at a socket."""
    host, port = bound.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _interactive(project: Project) -> Project:
    """Return the project with a generator that keeps room for who waits, where it can."""
    if not project.source.declares("interactive") or "interactive" in project.settings.engine:
        return project
    return project_over(project, engine={**project.settings.engine, "interactive": True})


def _called(model: str) -> str:
    """Return what a model is called over HTTP: nobody there is told where a file lies."""
    return Path(model).name if Path(model).exists() else model


def bound_socket(address: ListeningAt) -> socket.socket:
    """Return a socket at an address. UsageError where that is taken, or is none of this machine's."""
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
