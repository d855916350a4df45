"""A judge: a model that says what the lines of another are worth, here or on a server.

    judge: {on: openai, model: qwen3-8b, base_url: "http://localhost:8000/v1"}

`on` is a generator (the default one without it), `model` its model, `adapter` an adapter's folder for it; all else are
the generator's options. `Judged` makes one Generator of the one that writes and the one that judges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aigc.errors import UsageError
from aigc.generating.adapters import AdapterFolders
from aigc.generating.source import Source
from aigc.plugs.registry import Registry
from aigc.types import Completion, Delta, Generator, Json, Request

SECTION = "judge"  # of aigc.yaml
OWN = ("on", "model", "adapter")  # words of the section that are no options of the generator
EVERY = "*"  # the pattern of what its adapter is for


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """This is what judges, where that is not what writes."""

    source: Source

    @property
    def adapter(self) -> str | None:
        """Return what a request calls its adapter."""
        return next(iter(self.source.adapters.all()), None)

    @property
    def identity(self) -> str:
        """Name what exactly judges, for the keys of finished work."""
        return self.source.identity(SECTION)


def read_judge(said: Mapping[str, Json], where: Mapping[str, str], registry: Registry, folder: Path) -> Judge:
    """Return the judge that a section of settings names, its paths relative to `folder`. UsageError without a model,
    NotFound where no plugin declares its generator."""
    place = next(iter(where.values()), SECTION)
    model = str(said.get("model") or "")
    if not model:
        raise UsageError(f"{where.get('on', place)}: judge: which model is to judge?", hint="judge: {model: NAME}")
    extension = registry.get(
        "generator", str(said.get("on") or registry.default_generator), where.get("on", f"{SECTION}.on")
    )
    adapter = str(said.get("adapter") or "")
    source = Source(
        extension=extension,
        model=model,
        options={name: value for name, value in said.items() if name not in OWN},
        where=where,
        section=SECTION,
        adapters=AdapterFolders(folders={EVERY: folder / Path(adapter).expanduser()} if adapter else {}),
    )
    if adapter and not source.takes_adapters:
        raise UsageError(f"{where.get('adapter', place)}: judge.adapter: {source.name!r} takes no adapters")
    return Judge(source=source)


class Judged:
    """This is a Generator of two: what asks a judge goes to `judge`, all else to `writer`. Each step is one of both."""

    def __init__(self, writer: Generator, judge: Generator, adapter: str | None = None) -> None:
        self.writer = writer
        self.judge = judge
        self._adapter = adapter
        self._judging: set[str] = set()  # ids at the judge

    @property
    def capacity(self) -> int:
        return self.writer.capacity

    def submit(self, request: Request) -> None:
        if request.judge:
            self.judge.submit(replace(request, adapter=self._adapter))
            self._judging.add(request.id)
        else:
            self.writer.submit(request)

    def step(self) -> Sequence[Completion | Delta]:
        verdicts = self.judge.step() if self._judging else ()
        self._judging -= {one.request_id for one in verdicts if isinstance(one, Completion)}
        return [*verdicts, *self.writer.step()]

    def cancel(self, request_id: str) -> None:
        (self.judge if request_id in self._judging else self.writer).cancel(request_id)

    def close(self) -> None:
        try:
            self.writer.close()
        finally:
            self.judge.close()
