"""The key of a piece: the content hash of all that makes it. Two briefs of one key get one text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from aigc.content import ContentType
from aigc.ledger.ledger import has_ledger, opened_ledger
from aigc.ledger.store import stored_keys
from aigc.project import STORE, Project
from aigc.types import STATUSES, Brief

SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


class Keys:
    """This makes keys for the briefs of one content type, as the project stands."""

    def __init__(self, project: Project, content_type: ContentType) -> None:
        settings = project.settings
        self._made_by = [
            content_type.digest,
            project.model_identity(content_type.name),
            settings.seed,
            settings.candidates,
            dict(settings.sampling),
            list(settings.policy),
        ]

    def __call__(self, brief: Brief) -> str:
        """Return a brief's key, 32 hexadecimal digits."""
        made_from = [*self._made_by, dict(brief.values), *([brief.draw] if brief.draw else [])]
        return hashlib.sha256(SORTED(made_from).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@contextmanager
def written_already(
    project: Project,
    content_type: ContentType,
    folder: Path | None,
    *,
    fresh: bool = False,
    retry: Collection[str] = (),
    only: Collection[str] = (),
    reuse: bool = True,
) -> Iterator[Callable[[Brief], bool]]:
    """Give a function that tells of a brief whether a batch into `folder` would leave its piece as it stands there, or
    would take it from another job of the project. The options are those of `Job.register` and `open_job`."""
    keys = Keys(project, content_type)
    again = STATUSES if fresh or (only and not retry) else tuple(retry)
    with ExitStack() as opened:
        ledger = opened.enter_context(opened_ledger(folder)) if folder is not None and has_ledger(folder) else None
        store = project.folder / STORE if reuse and project.folder is not None else None
        made_elsewhere = opened.enter_context(stored_keys(store)) if store else lambda key: False

        def stands(brief: Brief) -> bool:
            key = keys(brief)
            status, anew = ledger.briefs.state(brief.id, key) if ledger else ("", False)
            if status and (status != "waiting" or anew):
                return status not in (*again, "waiting")
            return bool(ledger and ledger.briefs.holds(key)) or made_elsewhere(key)

        yield stands
