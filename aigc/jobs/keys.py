"""The key of a piece: the content hash of all that makes it. Two briefs of one key get one text."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from aigc.content import ContentType
from aigc.jobs.folder import opened_ledger
from aigc.ledger.ledger import FILE
from aigc.ledger.record import whole_text
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
    """This tells, while it is open, whether a batch into `folder` would leave a brief's piece as it stands there, or
    would take it from another job of the project. The options are those of `Job.register` and `open_job`."""
    keys = Keys(project, content_type)
    again = STATUSES if fresh or (only and not retry) else tuple(retry)
    with ExitStack() as opened:
        held = folder is not None and (folder / FILE).is_file()
        ledger = opened.enter_context(opened_ledger(folder)) if held and folder is not None else None
        store = opened.enter_context(_made_elsewhere(project)) if reuse else None

        def stands(brief: Brief) -> bool:
            key = keys(brief)
            for status, anew in ledger.ask(HERE, (whole_text(brief.id), key)) if ledger else ():
                if status != "waiting" or anew:
                    return status not in (*again, "waiting")
            return bool((ledger and ledger.holds(key)) or (store and store.execute(THERE, (key,)).fetchone()))

        yield stands


HERE = "select status, anew from pieces where id = ? and key = ?"
THERE = "select 1 from made where key = ?"


@contextmanager
def _made_elsewhere(project: Project) -> Iterator[sqlite3.Connection | None]:
    """This is the project's store, to be read, where there is one."""
    path = project.folder / STORE if project.folder is not None else None
    if path is None or not path.is_file():
        yield None
        return
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as store:
        try:
            store.execute(THERE, ("",))
        except sqlite3.Error:  # the batch will say it
            yield None
            return
        yield store
