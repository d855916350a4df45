"""What a training leaves: its card, its page, and where it was no worse, its name in `aigc.yaml`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from math import isfinite
from pathlib import Path

from aigc.content import prompt_hash
from aigc.errors import AigcError
from aigc.generating.trained import TrainedBase, TrainedType
from aigc.ledger.ledger import LEDGER_FILE
from aigc.models import resolve
from aigc.project import Project
from aigc.training.card import Card, CardRows, CardSource, read_card, write_card
from aigc.training.naming import add_to_settings
from aigc.training.report import write_training_page
from aigc.training.training_run import Outcome, take_result
from aigc.types import Json

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
    write_card(card, outcome.folder)
    named: list[str] = []
    unnamed: list[str] = []
    if naming and outcome.adopted and outcome.prepared.options.method in ADAPTERS:
        for one in card.types:
            there = project.folder is not None and add_to_settings(project.folder, one.name, outcome.folder)
            (named if there else unnamed).append(one.name)
    return Result(outcome=outcome, card=card, page=page, named=tuple(named), unnamed=tuple(unnamed))


def take_round(project: Project, best: Path, folder: Path) -> list[str]:
    """Put a round's result into the folder of all rounds, its card last, and name it in aigc.yaml; return for which
    types. Where another adapter stands there already it is named for none."""
    card = read_card(best)
    assert card is not None, "a round is finished"
    take_result(best, folder)
    write_card(replace(card, name=folder.name), folder)
    if project.folder is None:
        return []
    return [one.name for one in card.types if add_to_settings(project.folder, one.name, folder)]


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
        base=_base(project, prepared.digest),
        types=tuple(_types(project, outcome)),
        languages=tuple(sorted({str(language) for one in account.kept if (language := one.values.get("language"))})),
        rows=CardRows(kept=len(account.kept) - held_out, left_out=account.reasons(), held_out=held_out),
        sources=tuple(_source(name) for name in prepared.wanted.sources),
        settings=asdict(prepared.options) | {"preset": prepared.wanted.preset},
        curve=tuple((one.step, one.loss if isfinite(one.loss) else None, one.held_out) for one in outcome.told),
        figures=figures,
        adopted=outcome.adopted,
    )


def _figures(figures: Mapping[str, Json], loss: float | None) -> dict[str, Json]:
    return {**figures, **({"held_out_loss": loss} if loss is not None else {})}


def _base(project: Project, digest: str) -> TrainedBase:
    licence = ""
    with suppress(AigcError):  # one that was made of texts just now has no name
        weights = resolve(project.settings.model)
        licence = weights.model.licence if weights.model is not None else ""
    return TrainedBase(name=project.settings.model, digest=digest, licence=licence)


def _types(project: Project, outcome: Outcome) -> Iterator[TrainedType]:
    shots = outcome.prepared.wanted.shots
    for name in dict.fromkeys(one.content_type for one in outcome.prepared.rows.account.kept if one.content_type):
        own = project.content_type(name)
        own = own if shots else own.without_shots()
        prompt = prompt_hash(project.environment, own)
        yield TrainedType(name=name, version=own.version, digest=own.digest, prompt=prompt, shots=shots)


def _source(name: str) -> CardSource:
    """Return what a source was, and the digest of what was read: of a folder's files together, of a job its ledger."""
    path = Path(name)
    hashed = hashlib.sha256()
    files = (
        [path / LEDGER_FILE] if (path / LEDGER_FILE).is_file() else sorted(path.rglob("*")) if path.is_dir() else [path]
    )
    for file in files:
        with suppress(OSError):
            if file.is_file():
                hashed.update(file.read_bytes())
    return CardSource(where=name, sha256=hashed.hexdigest())
