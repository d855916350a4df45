"""The key of a piece: the content hash of all that makes it. Two briefs of one key get one text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from aigc.asking.survey import Before
from aigc.content import ContentType
from aigc.ledger.ledger import has_ledger, opened_ledger
from aigc.ledger.store import stored_keys
from aigc.project import STORE, Project
from aigc.types import STATUSES, Brief

SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


class Keys:
    """This makes keys for the briefs of one content type, as the project stands."""

    def __init__(self, project: Project, content_type: ContentType) -> None:
        settings, picks = project.settings, any(stage.pick for stage in content_type.stages)
        self._made_by = [
            content_type.digest,
            project.model_identity(content_type.name),
            settings.seed,
            settings.candidates,
            dict(settings.sampling),
            list(settings.policy),
            *([voice] if (voice := project.voice(content_type)) else []),
            *([{"judge": judge.identity("judge")}] if picks and (judge := project.source.judge) else []),
        ]

    def __call__(self, brief: Brief) -> str:
        """Return a brief's key, 32 hexadecimal digits."""
        made_from = [*self._made_by, dict(brief.values), *([brief.draw] if brief.draw else [])]
        made_from += [{"language": brief.language}] if brief.language else []
        made_from += [{"left_out": dict(brief.left_out)}] if brief.left_out else []
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
) -> Iterator[Callable[[Brief], Before]]:
    """Give a function that tells of a brief what a batch into `folder` comes upon: a piece that `stands`, there or in
    another job of the project; one written there that is written again since what makes it `changed`; or nothing to
    speak of (`new`). The options are those of `Job.register` and `open_job`."""
    keys = Keys(project, content_type)
    again = STATUSES if fresh or (only and not retry) else tuple(retry)
    with ExitStack() as opened:
        ledger = opened.enter_context(opened_ledger(folder)) if folder is not None and has_ledger(folder) else None
        store = project.folder / STORE if reuse and project.folder is not None else None
        made_elsewhere = opened.enter_context(stored_keys(store)) if store else lambda key: False

        def before(brief: Brief) -> Before:
            key = keys(brief)
            status, anew = ledger.briefs.state(brief.id, key) if ledger else ("", False)
            if status and (status != "waiting" or anew):
                return "new" if status in (*again, "waiting") else "stands"
            if (ledger and ledger.briefs.holds(key)) or made_elsewhere(key):
                return "stands"
            return "changed" if ledger and ledger.briefs.finished_once(brief.id) else "new"

        yield before
