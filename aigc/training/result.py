"""What a training leaves: its card, its page, and where it was no worse, its name in `aigc.yaml`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from aigc.content import prompt_hash
from aigc.errors import AigcError, UsageError
from aigc.generating.trained import TrainedBase, TrainedType
from aigc.ledger.ledger import LEDGER_FILE, has_ledger
from aigc.models import resolve
from aigc.project import Project
from aigc.training.card import Card, CardRows, CardSource, read_card, write_card
from aigc.training.naming import add_to_settings
from aigc.training.preparing import Prepared
from aigc.training.report import write_training_page
from aigc.training.sample import Sample
from aigc.training.sources import TYPE_FILES, text_files
from aigc.training.training_run import Outcome, take_result
from aigc.training.type_rows import line_files
from aigc.types import Json

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

ADAPTERS = ("lora", "4bit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """This is a training that ended: `named` are the content types that aigc.yaml names it for from now on, `unnamed`
    those for which another one stands there already, or that have no project."""

    outcome: Outcome
    card: Card
    page: Path
    named: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()

    def record(self) -> dict[str, Json]:
        """Return it as JSON."""
        outcome = self.outcome
        return {
            "folder": str(outcome.folder),
            "report": str(self.page),
            "adopted": outcome.adopted,
            "step": outcome.best,
            "named_for": list(self.named),
            "not_named_for": list(self.unnamed),
            "card": self.card.record(),
        }


def finish(project: Project, outcome: Outcome, *, naming: bool = True) -> Result:
    """Write the card and the page of a training into its folder; name the result for its content types where it was
    adopted and `naming` is wanted. What aigc.yaml says already stays as it is."""
    page = write_training_page(outcome)
    card = _card(project, outcome)
    named: list[str] = []
    unnamed: list[str] = []
    if naming and outcome.adopted and outcome.prepared.options.method in ADAPTERS:
        for one in card.types:
            (named if _named(project, one.name, outcome.folder) else unnamed).append(one.name)
    write_card(card, outcome.folder)  # the last: it says that all is there
    return Result(outcome=outcome, card=card, page=page, named=tuple(named), unnamed=tuple(unnamed))


def take_round(project: Project, best: Path, folder: Path) -> list[str]:
    """Put a round's result into the folder of all rounds, its card last, and name it in aigc.yaml; return for which
    types. Where another adapter stands there already it is named for none."""
    card = read_card(best)
    assert card is not None, "a round is finished"
    take_result(best, folder)
    write_card(replace(card, name=folder.name), folder)
    return [one.name for one in card.types if _named(project, one.name, folder)]


def _named(project: Project, content_type: str, folder: Path) -> bool:
    """Name an adapter in aigc.yaml; say whether it stands there now. A disk that refuses is no reason to lose more."""
    try:
        return project.folder is not None and add_to_settings(project.folder, content_type, folder)
    except OSError:
        return False


def _card(project: Project, outcome: Outcome) -> Card:
    prepared = outcome.prepared
    account = prepared.rows.account
    figures = {
        name: _figures(look.figures, look.loss)
        for name, look in (("base", outcome.before), ("adapter", outcome.after))
        if look is not None
    }
    held_out = len(prepared.rows.samples(prepared.held_out))
    return Card(
        name=outcome.folder.name,
        base=_base(project, prepared),
        types=tuple(_types(project, outcome)),
        languages=tuple(sorted({str(language) for one in account.kept if (language := one.values.get("language"))})),
        rows=CardRows(kept=len(account.kept) - held_out, left_out=account.reasons(), held_out=held_out),
        sources=tuple(source_of(project, name) for name in prepared.wanted.sources),
        settings=asdict(prepared.options) | {"preset": prepared.wanted.preset},
        curve=tuple((one.step, one.loss if isfinite(one.loss) else None, one.held_out) for one in outcome.told),
        figures=figures,
        adopted=outcome.adopted,
    )


def _figures(figures: Mapping[str, Json], loss: float | None) -> dict[str, Json]:
    return {**figures, **({"held_out_loss": loss} if loss is not None else {})}


def _base(project: Project, prepared: Prepared) -> TrainedBase:
    """Return what was trained; one that was made of the texts themselves has neither a name nor a licence."""
    if prepared.options.method == "scratch":
        return TrainedBase(name="", digest=prepared.digest)
    licence = ""
    with suppress(AigcError):
        weights = resolve(project.settings.model)
        licence = weights.model.licence if weights.model is not None else ""
    return TrainedBase(name=project.settings.model, digest=prepared.digest, licence=licence)


def _types(project: Project, outcome: Outcome) -> Iterator[TrainedType]:
    shots = outcome.prepared.wanted.shots
    kept = outcome.prepared.rows.account.kept
    for name in dict.fromkeys(one.content_type for one in kept if one.content_type):
        own, stages = project.content_type(name), _stages([one for one in kept if one.content_type == name])
        own = own if shots else own.without_shots(stages)
        prompt = prompt_hash(project.environment, own)
        yield TrainedType(name=name, version=own.version, digest=own.digest, prompt=prompt, shots=shots, stages=stages)


def _stages(samples: Sequence[Sample]) -> tuple[str, ...]:
    """Return the stages that were learnt where people wrote lines for them; none where whole pieces were."""
    people = all(one.by == "person" and one.stage for one in samples)
    return tuple(sorted({one.stage for one in samples})) if people else ()


def source_of(project: Project, name: str) -> CardSource:
    """Return what a source was, as it was named (in the project's folder from there on), and the SHA-256 of what is
    read there: of a file its bytes, of a job its ledger's, of a content type and of a folder of texts all their files
    together, with their names.

    UsageError where something cannot be read; NotFound and ContentTypeError for what is no source any more.
    """
    path = Path(name)
    hashed = hashlib.sha256()
    if has_ledger(path):
        hashed.update(_bytes(path / LEDGER_FILE))
    elif path.is_file() and path.suffix.lower() not in TYPE_FILES:
        hashed.update(_bytes(path))
    elif path.suffix.lower() in TYPE_FILES or name in project.content_files():
        content_type = project.content_type(name)
        hashed.update(content_type.digest.encode())
        _hash_files(hashed, line_files(content_type.file), content_type.file.parent)
    elif path.is_dir():
        _hash_files(hashed, text_files(path), path)
    else:
        raise UsageError(f"{name}: cannot be read any more: it is gone")
    return CardSource(where=_where(project, path, name), sha256=hashed.hexdigest())


def _where(project: Project, path: Path, name: str) -> str:
    """Return a source's name without where the project lies on this machine."""
    start = project.folder.absolute() if project.folder is not None else Path.cwd()
    return path.relative_to(start).as_posix() if path.is_absolute() and path.is_relative_to(start) else name


def _hash_files(hashed: Hash, files: Iterable[Path], start: Path) -> None:
    for file in files:
        own = hashlib.sha256(_bytes(file)).hexdigest()
        hashed.update(f"\0{file.relative_to(start).as_posix()}\0{own}".encode("utf-8", "surrogateescape"))


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read any more: {error.strerror or error}") from error
