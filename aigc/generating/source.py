"""A source: what can write, as a project has it.

Its generator is declared by a plugin (`@generator`), its options are those of the generator's signature. Nothing is
loaded, imported or fetched before `open`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from aigc.errors import AigcError, ProjectError, UsageError, all_of
from aigc.generating.adapters import AdapterFolders
from aigc.generating.bounded import calling, opened
from aigc.generating.with_judge import WithJudge
from aigc.plugs.extension import Extension
from aigc.plugs.options import Option, read_values, require
from aigc.plugs.timeouts import DEFAULT, Timeouts
from aigc.types import Generator, Json

if TYPE_CHECKING:
    from aigc.engine.memory import ModelMemory
    from aigc.models import Progress, Weights

SECTION = "engine"  # of aigc.yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """This is what writes: a generator, the name of its model, and its options as they are set, each `where` it is.

    `adapters` are the project's, `folder` is the one that is written into, `section` that of aigc.yaml;
    `judge` is another that judges what this one writes; `timeouts` say how long it may not answer.
    """

    extension: Extension
    model: str
    options: Mapping[str, Json] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    adapters: AdapterFolders = field(default_factory=AdapterFolders)
    folder: Path | None = None
    section: str = SECTION
    judge: Source | None = None
    timeouts: Timeouts = DEFAULT

    @property
    def name(self) -> str:
        return self.extension.name

    @property
    def title(self) -> str:
        """Return the model's name, and the source's too where that is not the one which writes unless told."""
        return self.model if self.extension.default else f"{self.model} on {self.name}"

    @property
    def takes_weights(self) -> bool:
        """Say whether it loads the model from a folder; else it only knows the model's name."""
        return self.extension.weights

    @property
    def takes_adapters(self) -> bool:
        return any(option.name == "adapters" for option in self.extension.options)

    @property
    def keeps_files(self) -> bool:
        """Say whether it keeps files in the folder that is written into."""
        return self.extension.keeps_files

    @property
    def may_run_on_cluster(self) -> bool:
        """Say whether it works as well on another machine: no worker has the folder that is written into."""
        return not self.keeps_files

    @property
    def declared(self) -> tuple[Option, ...]:
        """Return the options that may be set; adapters are a setting of their own."""
        return tuple(option for option in self.extension.options if option.name != "adapters")

    def declares(self, name: str) -> bool:
        """Say whether it has an option of that name."""
        return any(option.name == name for option in self.declared)

    @property
    def context(self) -> int:
        """Return the longest prompt and text in tokens that its option `context` allows; 0 for as long as the model
        takes."""
        length = self.options.get("context", 0) if self.declares("context") else 0
        return int(length) if str(length).isdecimal() else 0

    def identity(self, content_type: str) -> str:
        """Name what exactly writes a content type, for the keys of finished work: the generator, its weights' digest,
        the options that change a text, and the adapter's digest."""
        model = self._named_weights() if self.takes_weights else self.model
        if self.extension.identity is not None:
            with self._boundary():
                name = str(self.extension.identity(model, self.options, quantised=self._quantised()))
        else:
            neutral = self.extension.neutral
            telling = {name: self.options[name] for name in sorted(self.options) if name not in neutral}
            name = f"{self.name} {model} {telling}"
        adapter = self.adapters.identity(content_type) if self.takes_adapters else ""
        return f"{name} {adapter}" if adapter else name

    def _quantised(self) -> bool:
        """Say whether the weights are, or will be, kept in a GGUF's own numbers."""
        weights = self.known_weights()
        if weights is None or weights.folder is not None or weights.gguf is None:
            return weights is not None and weights.quantised
        told = self.memory()  # of a file that is not converted yet: no kernels may be there for what it has
        return told is None or told.mapped > 0 or told.device != "cpu"

    def check(self, *, placed: bool = False) -> None:
        """Refuse wrong options with a UsageError; with `placed` look only at those that a file sets."""
        if placed:
            self._check_placed()
        else:
            self._values(fresh=False, retry=False)
            if self.extension.identity is not None:  # looks at what it tells apart
                with self._boundary():
                    self.extension.identity(self.model, self.options, quantised=False)
            if self.takes_adapters:
                self.adapters.check(self._serving())
        if self.judge is not None:
            self.judge.check(placed=placed)

    def _check_placed(self) -> None:
        """Refuse the wrong ones among the options that a file sets, all at once."""
        wrong = []
        for name in [one for one in self.options if one in self.where]:
            try:
                read_values(self.declared, {name: self.options[name]}, section=self.section, where=self.where)
            except UsageError as error:
                wrong.append(error)
        if wrong:
            raise all_of(wrong)

    def _serving(self) -> Callable[[Path], None] | None:
        """Return what refuses an adapter that this source cannot serve over its model; None where nothing is known."""
        serves = self.extension.serves
        if serves is None or not self.adapters.folders:
            return None
        from aigc.generating.fitting import config_known

        weights = self.known_weights()
        config = None if weights is None else config_known(weights)

        def check(folder: Path) -> None:
            with self._boundary():
                serves(folder, config, self.model)

        return check

    def _boundary(self) -> AbstractContextManager[None]:
        """Return what a call of the plugin's own code stands in; a library may have to be imported first."""
        return calling(f"generator {self.name!r}", self.timeouts.generator, others=self.extension.of_others)

    def known_weights(self) -> Weights | None:
        """Return what is known of the model on this machine; None for one that runs elsewhere, or is not known."""
        from aigc.models import resolve

        try:
            return resolve(self.model) if self.takes_weights else None
        except AigcError:  # opening the model says it, with a remedy
            return None

    def marks(self) -> frozenset[str]:
        """Return the names and digests that the model goes by; none for one that runs elsewhere, or is not known."""
        from aigc.models import marks

        weights = self.known_weights()
        return frozenset() if weights is None else marks(weights)

    def memory(self) -> ModelMemory | None:
        """Return what the model takes on this machine; None where it runs elsewhere, or nothing is known of it."""
        from aigc.generating.fitting import memory_known

        weights = self.known_weights()
        try:
            return None if weights is None else memory_known(weights, self.tell)
        except AigcError:  # opening the model says it
            return None

    def check_memory(self) -> None:
        """Refuse a model that does not fit into memory, with a ModelError that names the largest which does."""
        from aigc.generating.fitting import refuse_unfit

        memory = self.memory()
        if memory is not None:
            refuse_unfit(self.model, memory, self.tell)

    def tell(self, place: Path | Mapping[str, Json]) -> ModelMemory | None:
        """Ask the generator, if it can be asked, what it takes."""
        if self.extension.memory is None:
            return None
        options = read_values(self.declared, self.options, section=self.section, where=self.where)
        with self._boundary():
            return cast("ModelMemory | None", self.extension.memory(place, options))

    def weights(self, progress: Callable[[Progress], None] | None = None) -> Weights:
        """Return the model on disk, fetched and verified first when it is not there yet."""
        from aigc.engine import convert_gguf
        from aigc.models import pull

        return pull(self.model, convert=convert_gguf, progress=progress)

    def open(
        self, progress: Callable[[Progress], None] | None = None, *, fresh: bool = False, retry: bool = False
    ) -> Generator:
        """Load the model (else ModelError), and the judge's, and return the Generator over it, or over both.

        Wrong options are refused before weights are fetched or converted. A `fresh` one gives no answer that it kept
        earlier, with `retry` none that was an error.
        """
        self.check()
        writer = self._opened(progress, fresh=fresh, retry=retry)
        if self.judge is None:
            return writer
        try:
            judge = self.judge._opened(progress, fresh=False, retry=False)
        except BaseException:
            writer.close()
            raise
        return WithJudge(writer, judge, next(iter(self.judge.adapters.all()), None))

    def _opened(self, progress: Callable[[Progress], None] | None, *, fresh: bool, retry: bool) -> Generator:
        values = self._values(fresh=fresh, retry=retry)
        self.check_memory()
        model = str(self._weights_folder(progress)) if self.takes_weights else self.model
        opening = partial(self.extension, model, **values)
        return opened(opening, self.name, self.timeouts.generator, others=self.extension.of_others)

    def _values(self, *, fresh: bool, retry: bool) -> dict[str, Json]:
        """Return all that the generator is called with: what is set over what we tell it."""
        ours: dict[str, Json] = {"folder": str(self.folder) if self.folder else None, "fresh": fresh, "retry": retry}
        told = {name: value for name, value in ours.items() if value is not None and self.declares(name)}
        values = read_values(self.declared, {**told, **self.options}, section=self.section, where=self.where)
        require(self.declared, values, f"{self.section}: {self.name}")
        return values | ({"adapters": self.adapters.all()} if self.takes_adapters else {})

    def _named_weights(self) -> str:
        from aigc.models import resolve

        try:
            return f"{self.model} {resolve(self.model).digest}"
        except AigcError:
            return self.model

    def _weights_folder(self, progress: Callable[[Progress], None] | None) -> Path:
        folder = self.weights(progress).folder
        if folder is None:
            raise ProjectError(f"model {self.model!r} has no folder to load", hint="try `aigc models pull`")
        return folder
