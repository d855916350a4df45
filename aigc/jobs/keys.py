"""The key of a piece: the content hash of all that makes it. Two briefs of one key get one text."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from aigc.asking.survey import Before
from aigc.content import ContentType
from aigc.content.brand_pack import INPUTS, PACK
from aigc.ledger.ledger import has_ledger, opened_ledger
from aigc.ledger.store import refused, stored_keys
from aigc.plugs.plugin_sources import plugin_sources
from aigc.plugs.project_files import PROJECTS, plugin_contents
from aigc.project import STORE, Project
from aigc.types import STATUSES, Brief
from aigc.writing.sheet import functions_at_work

log = logging.getLogger(__name__)

SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


class Keys:
    """This makes keys for the briefs of one content type, as the project stands."""

    def __init__(self, project: Project, content_type: ContentType) -> None:
        self._packs = project.environment.brands  # read with the type
        settings, picks = project.settings, any(stage.pick for stage in content_type.stages)
        self._made_by = [
            content_type.digest,
            project.model_identity(content_type.name) if content_type.stages else "",
            settings.seed,
            settings.candidates,
            dict(settings.sampling),
            list(settings.policy),
            *([voice] if (voice := project.voice(content_type)) else []),
            *([{"plugins": _digests(plugin_contents(settings.plugins, project.folder))}] if settings.plugins else []),
            *([{"sources": sources}] if (sources := _sources(project, content_type)) else []),
            *([{"judge": judge.identity("judge")}] if picks and (judge := project.source.judge) else []),
        ]

    def __call__(self, brief: Brief) -> str:
        """Return a brief's key, 32 hexadecimal digits."""
        values, packs = brief.values, self._packs
        if packs:  # to begin with one changes nothing of the pieces that have none
            values = {name: value for name, value in values.items() if value is not None or name not in INPUTS}
        made_from = [*self._made_by, dict(values), *([brief.draw] if brief.draw else [])]
        pack = packs.get(str(values.get(PACK)))
        made_from += [{"brand_pack": pack.digest}] if pack else []
        made_from += [{"language": brief.language}] if brief.language else []
        made_from += [{"left_out": dict(brief.left_out)}] if brief.left_out else []
        return hashlib.sha256(SORTED(made_from).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _sources(project: Project, content_type: ContentType) -> dict[str, str]:
    """Return what installed plugins are made of whose functions may work on a piece. A project's own files count
    without their modules, whose names say what is in them."""
    at_work = functions_at_work(content_type, project.policy(), project.environment)
    return plugin_sources(one for one in at_work if not str(getattr(one, "__module__", "")).startswith(PROJECTS))


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def usable_store(project: Project) -> Path | None:
    """Return where the project's jobs find each other's pieces, None where there is no such place, or none that can be
    written: a project on a read-only disk, say."""
    store = project.store()
    if store is None or not (why := refused(store)):
        return store
    log.warning("%s: %s; this job shares no pieces with others of the project", store, why)
    return None


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
        store = project.folder / STORE if reuse and not fresh and project.folder is not None else None
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
