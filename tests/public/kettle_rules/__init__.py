"""A plugin as it was written for version 0.1.0, left as it is: every hook, and most names that plugins need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from aigc import (
    Artifact,
    Ask,
    Brief,
    Candidate,
    Completion,
    Draft,
    Extension,
    Field,
    Finding,
    Range,
    Request,
    Row,
    Scoring,
    check,
    exporter,
    file_name,
    generator,
    hookimpl,
    importer,
    postprocessor,
    scorer,
    whole_file,
)
from aigc.content import measure
from aigc.errors import BriefError
from aigc.types import Json, texts_in

HERE = Path(__file__).parent
HEARD: list[str] = []


@postprocessor
def boil(text: str, field: Field, *, sign: str = "!") -> str:
    """Write it hotter."""
    return text if len(text) >= field.schema.get("maxLength", 99) else f"{text.rstrip('.!')}{sign}"


@postprocessor(name="kettle_fields")
def fields(draft: Draft) -> dict[str, Json]:
    """Leave the fields as they are."""
    return dict(draft.fields)


@check(severity="warn")
def short(text: str, *, chars: Annotated[int, Range(1)] = 40) -> Iterator[str]:
    """A text is short."""
    if measure(text, "chars") > chars:
        yield f"has more than {chars} characters"


@check(name="kettle_hot")
def hot(draft: Draft, *, words: Sequence[str] = ("hot",)) -> Iterable[Finding]:
    """A piece says that it is hot."""
    if not any(word in text for text in texts_in(dict(draft.fields)) for word in words):
        yield Finding(message="says not that it is hot", field="text")


@scorer(name="kettle_likely")
def likely(candidates: Sequence[Candidate]) -> Scoring:
    """Prefer what the model finds likely."""
    told = yield [Ask(prompt=one.prompt, text=one.text) for one in candidates]
    return [one.mean if one else 0.0 for one in told]


@exporter(name="kettle", suffixes=(".kettle",), writes=("all.kettle",))
def steam(artifacts: Sequence[Artifact], folder: Path, *, mark: str = "~") -> Iterator[Path]:
    """Write a line a piece."""
    with whole_file(folder / "all.kettle") as file:
        file.writelines(f"{mark}{file_name(one.id)} {one.fields['text']}\n" for one in artifacts)
    yield folder / "all.kettle"


@importer(name="kettle", suffixes=(".kettle",))
def cold(path: Path, *, product: str = "product") -> Iterator[Row]:
    """Read a line a row."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line:
            raise BriefError(f"{path}:{number}: is empty")
        yield Row(values={product: line}, where=f"{path}:{number}")


class Spout:
    """This is a generator that answers with the last word it was told."""

    capacity = 1

    def __init__(self) -> None:
        self._waiting: list[Request] = []

    def submit(self, request: Request) -> None:
        self._waiting.append(request)

    def step(self) -> Sequence[Completion]:
        asked, self._waiting = self._waiting, []
        return [
            Completion(request_id=one.id, index=index, text=f"{one.prompt.messages[-1].content.split()[-1]} is hot.")
            for one in asked
            for index in range(one.sampling.n)
        ]

    def cancel(self, request_id: str) -> None:
        self._waiting = [one for one in self._waiting if one.id != request_id]

    def close(self) -> None: ...


@generator(name="kettle", neutral=("loud",))
def spout(model: str, *, loud: bool = False) -> Spout:
    """Answer without a model."""
    return Spout()


@hookimpl
def aigc_postprocessors() -> Sequence[Extension]:
    return [boil, fields]


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return [short, hot]


@hookimpl
def aigc_scorers() -> Sequence[Extension]:
    return [likely]


@hookimpl
def aigc_exporters() -> Sequence[Extension]:
    return [steam]


@hookimpl
def aigc_importers() -> Sequence[Extension]:
    return [cold]


@hookimpl
def aigc_generators() -> Sequence[Extension]:
    return [spout]


@hookimpl
def aigc_content_types() -> Sequence[Path]:
    return [HERE / "templates"]


@hookimpl
def aigc_origins() -> Sequence[Path]:
    return []


@hookimpl
def aigc_environment(environment: Any) -> None:
    environment.filters["steamed"] = str.upper


@hookimpl
def aigc_commands(cli: Any) -> None:
    import click

    @cli.command("whistle")
    def whistle() -> int:
        """Whistle."""
        click.echo("piii")
        return 0


@hookimpl
def aigc_artifact(artifact: Artifact) -> None:
    HEARD.append(artifact.id)


@hookimpl
def aigc_job(report: Any) -> None:
    HEARD.append(f"{report.briefs} done")


def brief_of(name: str) -> Brief:
    """Return a brief of the plugin's own type."""
    return Brief(id=name, values={"product": name})
