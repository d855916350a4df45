"""Getting better from one's own accepted lines: write, check, learn, write again; and learning from a larger model.

Each round writes the job's briefs with what the rounds before have taught, and learns from all that was accepted so
far: lines accumulate, those of people always stay (data that is replaced instead makes a model collapse: Gerstgrasser
et al. 2024). To train on accepted lines alone competes with reinforcement learning (Xiong et al. 2025, arXiv
2504.11343). It ends when pieces are accepted no more often, or lines become alike: distinct-2 falls by a twentieth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from aigc.errors import UsageError
from aigc.evaluation import Proportion, WriterFigures
from aigc.jobs import open_job
from aigc.ledger import opened_ledger
from aigc.project import Project, project_over
from aigc.settings import BARE
from aigc.types import Artifact, Brief, Json

GAINED = 0.005  # of accepted pieces, a round must bring at least
ALIKE = 0.95  # of distinct-2, a round must keep at least

Learn = Callable[[Sequence[str], Path], bool]  # sources and a folder → whether what was learnt is adopted


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """This is one round: `folder` is what was trained in it, `figures` are of what that wrote, of all the job's briefs.
    Round 0 is the job as it was. `stopped_for` says why no further round came after it."""

    number: int
    figures: WriterFigures
    folder: Path | None = None
    adopted: bool = False
    stopped_for: str = ""

    def record(self) -> dict[str, Json]:
        """Return it as JSON."""
        return {
            "number": self.number,
            "folder": str(self.folder) if self.folder is not None else None,
            "adopted": self.adopted,
            "figures": self.figures.record(),
            "stopped_for": self.stopped_for or None,
        }


def improve(
    project: Project,
    job: Path,
    folder: Path,
    learn: Learn,
    *,
    rounds: int,
    sources: Sequence[str] = (),
    heard: Callable[[Round], None] = lambda one: None,
    wrote: Callable[[Artifact], None] = lambda artifact: None,
) -> list[Round]:
    """Go round at most so many times and return the rounds, from 0; each has a folder below `folder`, and one that is
    finished there is not gone through again."""
    name, briefs = briefs_of(job)
    found = [Round(number=0, figures=figures_of(job))]
    heard(found[0])
    jobs = [str(job)]
    for number in range(1, rounds + 1):
        place = folder / f"round-{number}"
        adopted = learn([*jobs, *sources], place)
        written = place / "job"
        adapted = project_over(project, adapters={name: str(place.resolve())})
        write_job(adapted, name, briefs, written, heard=wrote)
        figures = figures_of(written)
        enough = _enough(found[0].figures, found[-1].figures, figures)
        found.append(Round(number=number, figures=figures, folder=place, adopted=adopted, stopped_for=enough))
        heard(found[-1])
        if enough:
            break
        jobs.append(str(written))
    return found


def best_round(rounds: Sequence[Round]) -> Round | None:
    """Return the round with the most accepted pieces, then the fewest fallbacks, the earlier of equals: of those whose
    result was adopted, that are no worse than the job as it was, and whose lines are about as distinct; None of none.
    """
    first, *others = rounds
    good = [one for one in others if one.adopted and not _alike(first.figures, one.figures)]
    best = max(good, key=_rank, default=None)
    return best if best is not None and _rank(best)[:2] >= _rank(first)[:2] else None


def _rank(one: Round) -> tuple[float, float, int]:
    return (_share(one.figures.accepted), -_share(one.figures.fallbacks), -one.number)


def _alike(first: WriterFigures, after: WriterFigures) -> bool:
    return (after.distinct_2 or 0.0) < ALIKE * (first.distinct_2 or 0.0)


def _share(proportion: Proportion) -> float:
    return round(proportion.share or 0.0, 3)


def figures_of(job: Path) -> WriterFigures:
    """Count the pieces of a job, with the lines that are kept of them."""
    with opened_ledger(job) as ledger:
        pieces = [
            replace(entry.artifact, lines=tuple(ledger.lines.of(entry.writing)))
            for entry in ledger.pieces.entries()
            if entry.key
        ]
        return WriterFigures.of(pieces, every_line=ledger.lines.any_rejected())


def _enough(first: WriterFigures, before: WriterFigures, after: WriterFigures) -> str:
    """Say why there should be no further round, or nothing."""
    if _alike(first, after):
        old, new = first.distinct_2 or 0.0, after.distinct_2 or 0.0
        return f"lines become alike: distinct pairs of words fell from {old:.2f} to {new:.2f}"
    gained = _share(after.accepted) - _share(before.accepted)
    fewer = _share(before.fallbacks) - _share(after.fallbacks)
    if gained < GAINED and fewer < GAINED:
        accepted, fallbacks = _share(after.accepted), _share(after.fallbacks)
        return f"nothing is gained any more: {accepted:.0%} accepted, {fallbacks:.0%} fallbacks"
    return ""


def teach(
    project: Project,
    teacher: str,
    job: Path,
    folder: Path,
    wrote: Callable[[Artifact], None] = lambda artifact: None,
) -> Path:
    """Let another model write a job's briefs into `folder`, to learn from; what is there already stays."""
    name, briefs = briefs_of(job)
    write_job(project_over(project, model=teacher, adapters=BARE), name, briefs, folder, heard=wrote)
    return folder


def briefs_of(job: Path) -> tuple[str, list[Brief]]:
    """Return a job's content type, by name, and its briefs. UsageError where it has none."""
    with opened_ledger(job) as ledger:
        name = str(ledger.facts().get("content_type", ""))
        briefs = [artifact.brief for artifact in ledger.pieces.artifacts() if artifact.status != "failed"]
    if not briefs:
        raise UsageError(f"{job}: no brief has been written yet")
    return name, briefs


def write_job(
    project: Project,
    content_type: str,
    briefs: Sequence[Brief],
    folder: Path,
    *,
    heard: Callable[[Artifact], None] = lambda artifact: None,
) -> Mapping[str, Json]:
    """Write briefs as a job of its own, all lines kept; one that is finished stays as it is. Returns its counts."""
    keeping = project_over(project, keep_lines="all")
    with open_job(keeping, keeping.content_type(content_type), folder, reuse=False) as job:
        job.register(briefs)
        if job.remaining:
            with closing(keeping.generator()) as generator:
                job.write(generator, heard=heard)
        return {str(status): many for status, many in job.finish().counts.items()}
