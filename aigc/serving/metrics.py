"""`/metrics`: what a server has done and has in hand, as Prometheus reads it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aigc.serving.switchboard import Switchboard
from aigc.types import Completion, Delta, Generator, Request

KIND = "text/plain; version=0.0.4; charset=utf-8"
WITHIN = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)  # seconds
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ELSEWHERE = "other"  # a path that no route has
GONE = 499  # who asked has gone before an answer began


@dataclass(slots=True)
class Metrics:
    """This counts. Any thread may. `vocab` is how many tokens the model knows, 0 where that is not known."""

    requests: Counter[tuple[str, str, int]] = field(default_factory=Counter)  # by route, method and status
    seconds: dict[str, float] = field(default_factory=dict)  # by route, altogether
    within: dict[str, list[int]] = field(default_factory=dict)  # by route: how many took at most so long, then all
    tokens: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)  # by how they ended
    vocab: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a call that is over."""
        with self._lock:
            self.requests[route, method if method in METHODS else ELSEWHERE, status] += 1
            self.seconds[route] = self.seconds.get(route, 0.0) + seconds
            many = self.within.setdefault(route, [0] * (len(WITHIN) + 1))
            for place, most in enumerate((*WITHIN, float("inf"))):
                many[place] += seconds <= most

    def completion(self, answer: Completion) -> None:
        """Count a text; a request's texts share one prompt."""
        with self._lock:
            self.texts[answer.finish_reason] += 1
            for kind, many in asdict(answer.usage).items():
                self.tokens[kind] += many if kind in ("sampled", "forced") or answer.index == 0 else 0

    def text(self, board: Switchboard) -> str:
        """Return all of it, and what the switchboard has in hand."""
        with self._lock:
            counted = [*self._counted()]
        gauges = [
            *_metric("aigc_requests_in_hand", "gauge", "Requests that wait or are written.", [("", board.in_hand)]),
            *_metric(
                "aigc_requests_waiting",
                "gauge",
                "Requests beyond what the generator writes at once.",
                [("", max(0, board.in_hand - board.capacity))],
            ),
            *_metric("aigc_generator_capacity", "gauge", "Requests written at once.", [("", board.capacity)]),
            *_metric("aigc_generator_steps_total", "counter", "Steps taken.", [("", board.steps)]),
            *_metric("aigc_start_time_seconds", "gauge", "When the server began.", [("", round(board.began, 3))]),
        ]
        return "\n".join([*counted, *gauges]) + "\n"

    def _counted(self) -> Iterator[str]:
        calls = [
            (f'route="{route}",method="{method}",status="{status}"', many)
            for (route, method, status), many in sorted(self.requests.items())
        ]
        yield from _metric("aigc_http_requests_total", "counter", "Calls that are over.", calls)
        yield from _metric("aigc_http_request_seconds", "histogram", "How long calls took.", [])
        for route, many in sorted(self.within.items()):
            for most, count in zip((*map(str, WITHIN), "+Inf"), many, strict=True):
                yield f'aigc_http_request_seconds_bucket{{route="{route}",le="{most}"}} {count}'
            yield f'aigc_http_request_seconds_sum{{route="{route}"}} {self.seconds[route]:.6f}'
            yield f'aigc_http_request_seconds_count{{route="{route}"}} {many[-1]}'
        tokens = [(f'kind="{kind}"', many) for kind, many in sorted(self.tokens.items())]
        yield from _metric(
            "aigc_tokens_total", "counter", "Tokens read and written; cached ones are of prompts.", tokens
        )
        texts = [(f'finish="{reason}"', many) for reason, many in sorted(self.texts.items())]
        yield from _metric("aigc_texts_total", "counter", "Texts by how they ended.", texts)


def _metric(name: str, kind: str, told: str, values: Iterable[tuple[str, float]]) -> Iterator[str]:
    yield f"# HELP {name} {told}"
    yield f"# TYPE {name} {kind}"
    for labels, value in values:
        yield f"{name}{{{labels}}} {value}" if labels else f"{name} {value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """This is an application whose calls are counted, those too that are not let in."""

    app: ASGIApp
    metrics: Metrics
    routes: Sequence[Route]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), GONE

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        route = self._route(scope)
        try:
            await self.app(scope, receive, noting)
        finally:
            self.metrics.request(route, scope["method"], status, time.perf_counter() - began)

    def _route(self, scope: Scope) -> str:
        return next((one.path for one in self.routes if one.matches(scope)[0] is not Match.NONE), ELSEWHERE)


class CountedGenerator:
    """This is a Generator whose texts are counted."""

    def __init__(self, inner: Generator, metrics: Metrics) -> None:
        self.capacity = inner.capacity
        metrics.vocab = int(getattr(inner, "vocab", 0))
        self._inner = inner
        self._metrics = metrics

    def submit(self, request: Request) -> None:
        self._inner.submit(request)

    def step(self) -> Sequence[Completion | Delta]:
        events = self._inner.step()
        for event in events:
            if isinstance(event, Completion):
                self._metrics.completion(event)
        return events

    def cancel(self, request_id: str) -> None:
        self._inner.cancel(request_id)

    def close(self) -> None:
        self._inner.close()
