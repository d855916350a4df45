"""What stands in a model's place for a content type that asks none: nothing is fetched, converted or opened for it."""

from __future__ import annotations

from collections.abc import Sequence

from aigc.errors import EngineError
from aigc.types import Completion, Delta, Request


class Unasked:
    """This is a Generator that nobody asks anything. EngineError where somebody does."""

    capacity = 1

    def submit(self, request: Request) -> None:
        raise EngineError(f"{request.id}: a model is asked, and none was opened")

    def step(self) -> Sequence[Completion | Delta]:
        return ()

    def cancel(self, request_id: str) -> None: ...

    def close(self) -> None: ...
