"""What `--from` names, recognised: a job's folder, a content type, a file with rows, plain texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from aigc.errors import NotFound, UsageError, did_you_mean, nearest
from aigc.learner.learner_options import Objective
from aigc.ledger.ledger import has_ledger
from aigc.project import Project
from aigc.training.account import Gathering, accounted
from aigc.training.file_rows import TEXTS, gather_file, gather_text
from aigc.training.job_rows import gather_job
from aigc.training.row_files import SUFFIXES
from aigc.training.sample import Account, Sample
from aigc.training.type_rows import LineWords, gather_lines, gather_type, has_type, type_of_file

TYPE_FILES = (".yaml", ".yml")  # a content type by its file
PARTS = 20  # of a lone text, so that there is something to hold out
LONGEST = 4000  # characters of a name
LEAST_PART = 2000  # characters


def gather(
    project: Project,
    sources: Sequence[str],
    *,
    content_type: str = "",
    stage: str = "",
    columns: Mapping[str, str] | None = None,
    shots: bool = True,
    objective: Objective = "sft",
) -> Account:
    """Return every row of the sources: kept as a sample, or left out with the reason.

    A source is a job's folder, a content type's name, a file (.jsonl, .json, .csv, .xlsx, .txt, .md) or a folder of
    texts. `content_type` and `stage` say what rows of files are for that do not say it, `columns` which column a name
    stands for. Without `shots` prompts show no examples, and examples are rows. For `dpo` refused candidates of jobs
    are the worse answers of pairs, for `kto` bad verdicts. UsageError (NotFound, BriefError, ContentTypeError) where a
    source is nothing of that, or cannot be read at all.
    """
    found = Gathering()
    lines = LineWords(stage=stage, columns=columns or {}, shots=shots)
    if content_type:
        project.content_type(content_type)
    for source in sources:
        if not source.strip() or len(source) > LONGEST:
            raise UsageError(f"{source[:40]!r} names no source", hint="a batch's folder, a content type, a file")
        path = Path(source)
        if has_ledger(path):
            gather_job(project, path, found, objective=objective, shots=shots)
        elif path.is_file() and path.suffix.lower() not in TYPE_FILES:
            _gather_file(project, path, found, content_type, lines)
        elif path.suffix.lower() in TYPE_FILES or source in project.content_files():
            gather_type(project, source, found, lines)
        elif path.is_dir():
            _gather_folder(path, found)
        else:
            raise _unknown(project, source)
    found.kept = _parted(found.kept)
    return accounted(found, objective)


def _gather_file(project: Project, path: Path, found: Gathering, content_type: str, lines: LineWords) -> None:
    suffix = path.suffix.lower()
    if suffix in TEXTS:
        gather_text(path, found)
        return
    if suffix not in SUFFIXES:
        known = ", ".join((*SUFFIXES, *TEXTS))
        raise UsageError(f"{path}: no rows are read from {suffix or 'a file without a suffix'}", hint=f"known: {known}")
    named = content_type or type_of_file(project, path)
    if named or has_type(path, project.registry):
        gather_lines(project, path, named, found, lines)
    else:
        gather_file(path, project.registry, lines.columns, found)


def text_files(folder: Path) -> list[Path]:
    """Return the plain texts in a folder and those in it."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in TEXTS and path.is_file())


def _gather_folder(folder: Path, found: Gathering) -> None:
    texts = text_files(folder)
    if not texts:
        others = sorted({path.name for path in folder.iterdir() if path.is_file()})[:5]
        hint = f"give one of its files by its name: {', '.join(others)}" if others else ""
        raise UsageError(f"{folder}: is no job and holds no texts ({' or '.join(TEXTS)})", hint=hint)
    for path in texts:
        gather_text(path, found, name=path.relative_to(folder).as_posix())


def _unknown(project: Project, source: str) -> NotFound:
    hint = nearest(Path(source), lambda path: path.is_file() or path.is_dir())
    hint = hint or did_you_mean(source, project.content_files())
    return NotFound(f"{source}: no such job, content type, file or folder", hint=hint)


def _parted(samples: Sequence[Sample]) -> list[Sample]:
    """Return samples, with the one text that is alone in parts: else none of it could be held out."""
    if len(samples) != 1 or samples[0].prompt is not None:
        return list(samples)
    whole = samples[0]
    parts = list(_parts(whole.answer))
    if len(parts) < 2:
        return list(samples)
    names = [f"{whole.where} part {number}" for number in range(1, len(parts) + 1)]
    return [replace(whole, where=name, group=name, answer=part) for name, part in zip(names, parts, strict=True)]


def _parts(text: str) -> Iterator[str]:
    """Yield a text in about `PARTS` parts, cut where a line ends."""
    size, begin = max(LEAST_PART, len(text) // PARTS + 1), 0
    while begin < len(text):
        end = text.find("\n", begin + size) if begin + size < len(text) else len(text)
        end = len(text) if end < 0 or len(text) - end < LEAST_PART // 2 else end
        yield text[begin:end]
        begin = end
