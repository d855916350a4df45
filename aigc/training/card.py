"""What a result says of itself: `card.json` for machines, `README.md` for people, beside the adapter or the weights.

The page begins with the lines that model cards on the Hugging Face Hub begin with. A card is written once: what is in
a folder already is never overwritten.
"""

from __future__ import annotations

import json
import math
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from aigc.content.yaml_lines import yaml_text
from aigc.errors import ModelError, UsageError, first_line
from aigc.generating.trained import CARD, TrainedBase, TrainedType, read_as
from aigc.plugs.synced import sync
from aigc.types import Json

PAGE = "README.md"
WHOLE = ("full", "scratch")  # methods that leave a model rather than an adapter
WEIGHTS = ("adapter_config.json", "adapter_model.safetensors")  # as PEFT saves them
VERSIONS = ("aigc", "torch", "transformers", "peft")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRows:
    """This is how many rows were learnt, left out (by reason) and held out."""

    kept: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    held_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSource:
    """This is where rows came from, and the SHA-256 of what was read there."""

    where: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """This is what a result says of itself: an adapter, or a whole model where `method` is `full` or `scratch`.

    `made` is a time in UTC, as ISO 8601 writes it, `settings` are the learner's options, `curve` rows of step, loss and
    held-out loss (nats a token; None where there is none), `figures` those of the `base` and of the `adapter` (or the
    whole model) on held-out briefs, and `adopted` whether that was found no worse. `languages` are ISO 639-1 codes.
    """

    name: str
    base: TrainedBase
    made: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    types: tuple[TrainedType, ...] = ()
    languages: tuple[str, ...] = ()
    rows: CardRows = CardRows()
    sources: tuple[CardSource, ...] = ()
    settings: Mapping[str, Json] = field(default_factory=dict)
    curve: tuple[tuple[int, float | None, float | None], ...] = ()
    figures: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    adopted: bool = False
    versions: Mapping[str, str] = field(default_factory=lambda: versions_here())

    @property
    def method(self) -> str:
        """Return how it was learnt; a card that does not say it is an adapter's."""
        return str(self.settings.get("method", "lora"))

    def record(self) -> dict[str, Json]:
        """Return the card as JSON; what is no finite number is None."""
        record: dict[str, Json] = _plain(asdict(self))
        return record


def versions_here() -> dict[str, str]:
    """Return the versions that an adapter depends on, as they are installed here."""
    found = {}
    for name in VERSIONS:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def read_card(folder: Path) -> Card | None:
    """Return the card in an adapter's folder; None where there is none. ModelError, one sentence, for a damaged one."""
    return read_as(Card, folder)


def write_card(card: Card, folder: Path) -> None:
    """Write both files into a folder, which is made where there is none; each is whole or not there.

    UsageError where one of them is there with other content; ModelError where they cannot be written.
    """
    texts = _texts(card)
    for name, text in texts.items():
        there = folder / name
        if there.exists() and not (there.is_file() and there.read_bytes() == text):
            raise UsageError(f"{folder / name}: is there already, with other content", hint="choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            part = folder / f".{name}.{secrets.token_hex(4)}.part"
            try:
                part.write_bytes(text)
                sync(part)
                os.replace(part, folder / name)  # noqa: PTH105 - atomic on every platform
            finally:
                part.unlink(missing_ok=True)
    except OSError as error:
        raise ModelError(f"{folder}: the card cannot be written: {error.strerror or first_line(error)}") from error


def _texts(card: Card) -> dict[str, bytes]:
    record = json.dumps(card.record(), ensure_ascii=False, indent=2, allow_nan=False)
    return {PAGE: page_of(card).encode(), CARD: f"{record}\n".encode()}  # the card last: it says that all is there


def _plain(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {str(name): _plain(inside) for name, inside in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inside) for inside in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def page_of(card: Card) -> str:
    """Return the page for people, in Markdown with a model card's head."""
    made_of_texts, whole = card.method == "scratch", card.method in WHOLE
    head: dict[str, Json] = {} if made_of_texts else {"base_model": card.base.name}
    head["library_name"] = "transformers" if whole else "peft"
    head |= {"license": card.base.licence.lower()} if card.base.licence and not made_of_texts else {}
    head |= {"language": list(card.languages)} if card.languages else {}
    head["tags"] = ["aigc", *([] if whole else ["lora"]), *(one.name for one in card.types)]
    return "\n".join(["---", yaml_text(head).rstrip("\n"), "---", "", *_paragraphs(card), ""])


def page_of_merged(base: TrainedBase, adapter: str, card: Card | None) -> str:
    """Return the page of a model that an adapter was merged into: what it was made of, and under which licence."""
    head: dict[str, Json] = {"base_model": base.name}
    head |= {"license": base.licence.lower()} if base.licence else {}
    head |= {"language": list(card.languages)} if card is not None and card.languages else {}
    lines = ["---", yaml_text(head | {"tags": ["aigc", "merge"]}).rstrip("\n"), "---", "", f"# {adapter}, merged", ""]
    lines.append(f"`{base.name}` with the adapter `{adapter}` added to its weights.")
    if card is not None:
        lines += ["", *_paragraphs(card)]
    return "\n".join([*lines, ""])


def _paragraphs(card: Card) -> Iterator[str]:
    names = ", ".join(f"`{one.name}`" for one in card.types) or ("rows of files" if card.method != "scratch" else "")
    kind = {
        "full": f"All weights of `{card.base.name}`, trained on {names}",
        "scratch": "A small GPT made of these texts, its tokenizer too",
    }.get(card.method, f"A LoRA adapter for `{card.base.name}`, trained on {names}")
    before = "when it began" if card.method == "scratch" else "its base"
    yield from (f"# {card.name}", "", f"{kind}, {card.made[:10]}.")
    yield f"Adopted: it is no worse than {before}." if card.adopted else "Not adopted: see the figures below."
    yield from ("", *_served(card), "", "## Rows", "")
    yield f"{card.rows.kept:,} were learnt and {card.rows.held_out:,} held out."
    for reason, many in card.rows.left_out.items():
        yield f"- {many:,} left out: {reason}"
    for one in card.types:
        shots = "with" if one.shots else "without"
        yield f"- `{one.name}` version {one.version}, {shots} examples in the prompt (prompts {one.prompt[:12]})"
    for source in card.sources:
        yield f"- from `{source.where}` ({source.sha256[:12]})"
    if card.figures:
        called = {"adapter": "trained"} if card.method in WHOLE else {}
        yield from ("", "## Figures", "", *_figures({called.get(one, one): own for one, own in card.figures.items()}))
    if card.curve:
        step, loss, held_out = card.curve[-1]
        yield from ("", f"Loss after {step} steps: {_number(loss)}, held out {_number(held_out)} (nats a token).")
    yield from ("", "## Made with", "")
    yield ", ".join(f"{name} {number}" for name, number in card.versions.items()) or "unknown versions"
    settings = ", ".join(f"{name} {value}" for name, value in card.settings.items() if value not in ({}, None))
    if settings:
        yield f"({settings})"


def _served(card: Card) -> Iterator[str]:
    if card.method in WHOLE:
        yield f"Write with it: `aigc generate TYPE -m models/{card.name}`. transformers loads it too:"
        yield "`AutoModelForCausalLM.from_pretrained(folder)`."
        return
    first = card.types[0].name if card.types else "family/type"
    yield from ("Serve it from a project's `aigc.yaml`, which names the folder it lies in:", "")
    yield from ("```yaml", "adapters:", f'  "{first}": adapters/{card.name}', "```", "")
    yield "PEFT loads it too: `PeftModel.from_pretrained(base, folder)`."


def _figures(figures: Mapping[str, Mapping[str, Json]]) -> Iterator[str]:
    columns = list(figures)
    yield "| | " + " | ".join(columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for name in dict.fromkeys(name for column in figures.values() for name in column):
        yield f"| {name} | " + " | ".join(_number(figures[column].get(name)) for column in columns) + " |"


def _number(value: Json) -> str:
    value = _plain(value)
    return "–" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value)
