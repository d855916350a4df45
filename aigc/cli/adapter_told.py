"""What is said of adapters: a warning where one is served otherwise than it was trained, and its card as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aigc.cli.echo import echo
from aigc.cli.readable import counted, one_line, table

if TYPE_CHECKING:
    from aigc.content import ContentType
    from aigc.project import Project
    from aigc.training.card import Card
    from aigc.training.shelf import ShelvedAdapter
    from aigc.types import Json


def adapter_warnings(project: Project, content_type: ContentType) -> Iterator[str]:
    """Say, a sentence each, what is no longer as it was when the adapter of a content type was trained: its base, and
    its prompts. Nothing of an adapter without a card. ModelError for a damaged card."""
    from aigc.content import prompt_hash

    name, trained = content_type.name, project.named_adapters.trained(content_type.name)
    if trained is None:
        return
    place = _place(project, name)
    weights, base = project.source.known_weights(), trained.base
    if weights is not None and weights.digest and base.digest and weights.digest != base.digest:
        if weights.name == base.name:
            remedy = "train it again on these, or bring the others back"
            yield f"{place} was trained on other weights of {base.name} than are here: {remedy}"
        else:
            remedy = f"train one on this model, or write with -m {base.name}"
            yield f"{place} was trained on {base.name} and does not write with {weights.name}: {remedy}"
            return
    learnt = trained.of(name)
    if learnt is not None and learnt.prompt and learnt.prompt != prompt_hash(project.environment, content_type):
        changed = f"version {learnt.version} then, {content_type.version} now"
        remedy = "train it again, or bring the templates back that it learnt"
        yield f"{place} was trained on other prompts of {name} ({changed}): {remedy}"


def warn_of_adapter(project: Project, content_type: ContentType) -> None:
    """Say on stderr what `adapter_warnings` has to say."""
    for sentence in adapter_warnings(project, content_type):
        echo(sentence, err=True)


def _place(project: Project, content_type: str) -> str:
    """Return an adapter's folder as aigc.yaml has it."""
    pattern = project.named_adapters.pattern(content_type)
    assert pattern is not None, "it has an adapter"
    return project.settings.adapters[pattern]


def card_rows(card: Card) -> Iterator[tuple[str, str]]:
    """Yield what a card says, as a table has it."""
    yield "base", one_line(card.base.name)
    yield "licence", one_line(card.base.licence or "unknown")
    yield "made", card.made
    for one in card.types:
        yield "writes", f"{one.name} version {one.version}, examples in the prompt: {'yes' if one.shots else 'no'}"
    yield "rows", f"{card.rows.kept:,} learnt, {card.rows.held_out:,} held out"
    for reason, many in card.rows.left_out.items():
        yield "left out", f"{many:,} {reason}"
    for source in card.sources:
        yield "from", one_line(source.where)
    if card.curve:
        step, loss, held_out = card.curve[-1]
        numbers = ", ".join("–" if one is None else f"{one:.3f}" for one in (loss, held_out))
        yield "loss, held out", f"{numbers} after {counted(step, 'step')}"
    for writer, figures in card.figures.items():
        yield writer, ", ".join(f"{name} {_figure(value)}" for name, value in figures.items())
    yield "adopted", "yes" if card.adopted else "no"
    yield "made with", ", ".join(f"{name} {number}" for name, number in card.versions.items())


def adapter_table(adapters: list[ShelvedAdapter]) -> str:
    """Return a project's adapters, one a line."""
    head = ("ADAPTER", "BASE", "WRITES", "ROWS", "ADOPTED", "MADE", "LEARNT")
    return table([_row(one) for one in adapters], head=head)


def adapter_record(one: ShelvedAdapter) -> dict[str, Json]:
    """Return an adapter as JSON."""
    card = one.card.record() if one.card is not None else None
    found = {"name": one.where, "folder": str(one.folder), "writes": list(one.writes), "card": card}
    return {**found, "trouble": one.trouble or None}


def _row(one: ShelvedAdapter) -> tuple[str, ...]:
    writes, card = " ".join(one.writes) or "–", one.card
    if card is None:
        return one.where, "–", writes, "–", "–", "–", one.trouble or "it has no card"
    learnt = ", ".join(learnt.name for learnt in card.types) or "plain text"
    adopted = "yes" if card.adopted else "no"
    return one.where, one_line(card.base.name), writes, f"{card.rows.kept:,}", adopted, card.made[:10], learnt


def _figure(value: Json) -> str:
    return f"{value:.3g}" if isinstance(value, float) else one_line(value)
