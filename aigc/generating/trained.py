"""What the card of a trained adapter says that serving it depends on: its base, and the prompts it was trained on.

`aigc.training.card` writes the file; whoever serves reads no more of it than this.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from aigc.errors import ModelError

CARD = "card.json"  # in an adapter's folder
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedBase:
    """This is the model that an adapter was trained on; `digest` as `aigc.models.Weights` has it."""

    name: str
    digest: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedType:
    """This is a content type as an adapter was trained on it. `prompt` is its `prompt_hash`, `shots` whether its
    prompts had their examples in them; `stages` are those it learnt and writes, without names all of them."""

    name: str
    version: int
    digest: str
    prompt: str
    shots: bool = True
    stages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """This is what serving an adapter depends on."""

    base: TrainedBase
    types: tuple[TrainedType, ...] = ()

    def of(self, content_type: str) -> TrainedType | None:
        """Return what it learnt of a content type; None where it was trained on other ones."""
        return next((one for one in self.types if one.name == content_type), None)


def read_trained(folder: Path) -> Trained | None:
    """Return what an adapter's card says; None where it has none. ModelError for a damaged one."""
    return read_as(Trained, folder)


def read_as(kind: type[T], folder: Path) -> T | None:
    """Read a card as a dataclass, which need not have all that stands there; None where there is no card. ModelError
    for a damaged one."""
    file = folder / CARD
    if not file.is_file():
        return None
    import pydantic

    try:
        return pydantic.TypeAdapter(kind).validate_json(file.read_bytes(), strict=True)
    except OSError as error:
        raise ModelError(f"{file}: cannot be read: {error.strerror}") from error
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        remedy = "copy the adapter again, or remove its card: an adapter without one is served, too"
        raise ModelError(": ".join(filter(None, [str(file), where, first["msg"]])), hint=remedy) from error
