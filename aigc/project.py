"""The composition root: aigc.yaml → registry, environment, content types, policy, source, pipeline.

A project is a folder with an `aigc.yaml` (it may be empty); its content types are the YAML files in `templates/`.
Without one there are the bundled and installed types only. Precedence, nothing else: defaults < content type <
aigc.yaml < job file < command line. Nothing heavy happens here until `generator` is called: then a model is found,
fetched if need be, and loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aigc.content import ContentType, load_content_type, make_environment
from aigc.content.all_mistakes import Mistakes
from aigc.content.brand_pack import FOLDER, BrandPack, read_brands
from aigc.content.brand_rules import branded
from aigc.content.environment import TemplateEnvironment
from aigc.content.links import whole_path
from aigc.content.stage_words import expressions_in
from aigc.content.variables import parsed
from aigc.content.yaml_lines import read_yaml
from aigc.errors import AigcError, ContentTypeError, NotFound, PluginError, did_you_mean, no_file, sought
from aigc.generating import AdapterFolders, Source, Unasked, adapter_digest
from aigc.generating.judge import SECTION, read_judge
from aigc.generating.shipped import shipped_adapters
from aigc.models.needs import Abilities
from aigc.plugs.extension import Bound, Extension
from aigc.plugs.project_files import plugin_files
from aigc.plugs.registry import Registry, type_files
from aigc.settings import FILE, NO_ADAPTER, Laid, Settings, lay_over, no_project_hint, project_folder, read_settings
from aigc.types import Artifact, Generator, KeepLines

if TYPE_CHECKING:
    from aigc.content.content_type import Pick
    from aigc.content.mix import Mix
    from aigc.models import Progress
    from aigc.writing.fitness import Fitness
    from aigc.writing.pipeline import Pipeline
    from aigc.writing.session import Session

STORE = Path(".aigc", "pieces.sqlite")
OWN = "project"  # in place of a plugin's name


class Project:
    """This builds each part once, when it is first needed, and passes it down.

    `opened` is the source whose generator was opened here: what it can write is known. Of a generator that somebody
    else passes to `pipeline` nothing is known, and it is taken to be up to anything.
    """

    def __init__(self, settings: Settings, folder: Path | None, registry: Registry, *, out: Path | None = None) -> None:
        self.settings = settings
        self.folder = folder
        self.out = out
        self.registry = registry
        self.timeouts = registry.timeouts = settings.patience()
        self.environment: TemplateEnvironment = make_environment(self.timeouts, registry.quarantine_note)
        registry.extend("aigc_environment", environment=self.environment)
        self.opened: Source | None = None
        self._files: dict[str, tuple[Path, str]] | None = None
        self._twice: dict[str, tuple[Path, Path]] = {}  # a name that two files of one owner have

    @classmethod
    def open(
        cls,
        start: Path | None = None,
        *,
        options: Mapping[str, str] | None = None,
        laid: Laid | None = None,
        registry: Registry | None = None,
        out: Path | None = None,
    ) -> Project:
        """Open the project at or above `start` (default: here), with `key=value` options laid over aigc.yaml.

        `laid` are a job file's settings, in between. `out` is the folder that is written into, for a generator that
        keeps files there. UsageError says which lines of a file are wrong, or which option.
        """
        folder, wrong = project_folder(start), Mistakes(all_=True)
        settings = read_settings(folder, wrong)
        timeouts = lay_over(settings, laid or {}, options or {}, default="").patience()
        if registry is None:
            registry = Registry.discover(disabled=settings.disabled, timeouts=timeouts)
        registry.timeouts = timeouts
        for file in plugin_files(settings.plugins, folder or Path(), settings.places.get("plugins", FILE)):
            registry.add_file(file)
        settings = lay_over(settings, laid or {}, options or {}, default=registry.default_generator)
        project = cls(settings, folder, registry, out=out)
        if source := wrong.read(lambda: project._source_if_any(project.named_adapters), None):
            wrong.read(partial(source.check, placed=True), None)
        wrong.end()
        return project

    def content_files(self) -> dict[str, tuple[Path, str]]:
        """Map every content type's name to (its file, the plugin that declares it or `project`).

        A name is the folder and stem of the file. The project's own file stands before a bundled one of its name, which
        is how a type is customised (`aigc show TYPE --yaml` prints it, the templates it names go beside it). Of two
        plugins with a name the later is quarantined; two files of one owner make a type that cannot be loaded.
        """
        if self._files is None:
            files = self._declared()
            held = {whole_path(file) for file, _ in files.values()}
            own = self._own_types()
            for file in type_files(own) if own is not None and own.is_dir() else ():
                name = f"{file.parent.name}/{file.stem}"
                if whole_path(file) in held:  # the project is a plugin's own source
                    continue
                if name in files and files[name][1] == OWN:
                    self._twice.setdefault(name, (files[name][0], file))
                    continue
                files[name] = (file, OWN)
                self._twice.pop(name, None)
            self._files = files
        return self._files

    def _own_types(self) -> Path | None:
        """Return the folder of the project's own content types."""
        return self.folder / self.settings.templates if self.folder is not None else None

    def _declared(self) -> dict[str, tuple[Path, str]]:
        """Return what plugins declare; quarantine each one that takes another's name, with all it declares."""
        files: dict[str, tuple[Path, str]] = {}
        self._twice.clear()
        for file, plugin in list(self.registry.content_files()):
            name = f"{file.parent.name}/{file.stem}"
            first, owner = files.setdefault(name, (file, plugin))
            if owner != plugin:
                clash = PluginError(f"plugins {owner!r} and {plugin!r} both declare {name!r}").at(f"{file}:1")
                self.registry.quarantine(plugin, clash)
                return self._declared()  # what only the quarantined one had taken is free again
            if whole_path(first) != whole_path(file):
                self._twice.setdefault(name, (first, file))
        return files

    def content_type(self, name: str) -> ContentType:
        """Return the content type of that name, or at that path when `name` ends in .yaml.

        NotFound suggests the nearest name; ContentTypeError says what is wrong in its file. A policy that cannot be
        kept is said here too, before any model loads, and as a UsageError a voice that the type does not have. One
        whose adapter was trained without the examples in its prompts comes without them; ModelError where that
        adapter's card is damaged.
        """
        self.policy()
        fence = None
        if name.endswith((".yaml", ".yml")):
            if not Path(name).is_file():
                raise NotFound(no_file(Path(name)), hint=sought(Path(name)))
            file, plugin = Path(name), OWN
        elif name in self.content_files():
            file, plugin = self.content_files()[name]
            fence = self._own_types() if plugin == OWN else None
            if first_and_second := self._twice.get(name):
                raise ContentTypeError("{1}: {name!r} is already declared by {0}".format(*first_and_second, name=name))
        else:
            hint = no_project_hint(self.settings, self.folder, name) or did_you_mean(name, self.content_files())
            raise NotFound(f"no content type named {name!r}{self.registry.quarantine_note()}", hint=hint)
        content_type = load_content_type(
            file, registry=self.registry, environment=self.environment, plugin=plugin, fence=fence
        )
        if name in self.content_files() and content_type.name != name:
            wrong = f"its name is {content_type.name!r}, but its folder and file say {name!r}"
            read_yaml(file).root.child("name").fail(wrong)
        return self._overridden(content_type)

    def content_types(self) -> dict[str, ContentType | AigcError]:
        """Return every content type by name; one that cannot be loaded is there as its error."""
        types: dict[str, ContentType | AigcError] = {}
        for name in sorted(self.content_files()):
            try:
                types[name] = self.content_type(name)
            except AigcError as error:
                types[name] = error
        return types

    def _overridden(self, content_type: ContentType) -> ContentType:
        settings, where = self.settings, self.settings.places.get("voice", "voice")
        content_type.demands.check_voice(settings.voice, where=where, name=content_type.name)
        learnt = self.adapters.learnt(content_type.name)
        if learnt is not None and not learnt.shots:
            content_type = content_type.without_shots(learnt.stages)
        spoken_of = settings.places.get("brand_pack", "brand_pack")
        content_type = branded(content_type, self._brands, settings.brand_pack, spoken_of)
        if not settings.sampling and not settings.candidates:
            return content_type
        stages = tuple(
            replace(
                stage,
                sampling=replace(stage.sampling, **settings.sampling),
                candidates=settings.candidates or stage.candidates,
            )
            for stage in content_type.stages
        )
        return replace(content_type, stages=stages)

    @cached_property
    def _brands(self) -> Mapping[str, BrandPack]:
        """The project's brand packs by name, which prompts speak of from now on."""
        self.environment.brands = read_brands(self.folder / FOLDER) if self.folder else {}
        return self.environment.brands

    def voice(self, content_type: ContentType) -> str:
        """Return the voice that a content type is written in: the setting `voice`, else the first whose needs the model
        meets; nothing for a type without voices."""
        demands = content_type.demands
        if not demands.voices:
            return ""
        return demands.voice(self.settings.voice, self._abilities(content_type.name, self._source_if_any()))

    def policy(self) -> tuple[Bound, ...]:
        """Return the operator's checks, which no content type can loosen."""
        bound = []
        for entry, where in self.settings.policed():
            name, options = (entry, {}) if isinstance(entry, str) else next(iter(entry.items()))
            for text in expressions_in(options or {}):
                parsed(self.environment, text, where)
            bound.append(self.registry.get("check", name, where).bind(options or {}, where))
        return tuple(bound)

    @property
    def source(self) -> Source:
        """Return what writes. NotFound where no plugin declares it."""
        return self._source(self.adapters)

    def _source(self, adapters: AdapterFolders) -> Source:
        settings = self.settings
        return Source(
            extension=self._declared_generator(),
            model=settings.model,
            options=settings.engine,
            where=settings.where("engine"),
            adapters=adapters,
            folder=self.out,
            judge=read_judge(settings.judge, settings.where(SECTION), self.registry, self.folder or Path()),
            timeouts=self.timeouts,
        )

    def _declared_generator(self) -> Extension:
        registry, name = self.registry, self.settings.generator or self.registry.default_generator
        if not name:
            known = did_you_mean("", registry.names("generator"))
            what = f"nothing writes here: no plugin declares the default generator{registry.quarantine_note()}"
            raise NotFound(what, hint="; ".join(filter(None, ["--on NAME, or `generator` in aigc.yaml", known])))
        return registry.get("generator", name, self.settings.places.get("generator", ""))

    @property
    def named_adapters(self) -> AdapterFolders:
        """Return the adapters that aigc.yaml names, whatever model they were trained on."""
        folder, adapters = self.folder or Path(), self.settings.adapters
        folders = {name: _adapter_at(folder, place) for name, place in adapters.items()}
        return AdapterFolders(folders=folders, where=self.settings.where("adapters"))

    @property
    def adapters(self) -> AdapterFolders:
        """Return the adapters that write: those named, but for one whose card says that it is another model's, and then
        those that came with content types for this model."""
        return self.named_adapters.over(self.settings.model).and_shipped(self._shipped)

    @cached_property
    def _shipped(self) -> Mapping[str, Path]:
        with suppress(NotFound):
            if any(option.name == "adapters" for option in self._declared_generator().options):
                files = {name: file for name, (file, _) in self.content_files().items()}
                return shipped_adapters(files, self.settings.model)
        return {}

    def adapter(self, content_type: str) -> str | None:
        """Return the folder of the adapter that writes a content type, or None."""
        folder = self.adapters.folder(content_type)
        return None if folder is None else str(folder)

    def adapted(self, content_type: str) -> tuple[str, ...]:
        """Return the stages that the adapter of a content type writes; none where it writes all."""
        return learnt.stages if (learnt := self.adapters.learnt(content_type)) is not None else ()

    def model_identity(self, content_type: str) -> str:
        """Name what exactly writes a content type, for the keys of finished work; see `Source.identity`."""
        return self.source.identity(content_type)

    def fitness(self, content_type: ContentType, opened: Source | None = None) -> Fitness:
        """Return how well the model of the settings, or of the source that was `opened`, fits a content type."""
        from aigc.generating.abilities import model_for
        from aigc.writing.fitness import Fitness

        source = opened or self._source_if_any()
        return Fitness(
            content_type=content_type,
            voice=self.voice(content_type),
            model=self._abilities(content_type.name, source),
            better=cache(partial(model_for, source, content_type.name)) if source else lambda parameters, language: "",
        )

    def _abilities(self, content_type: str, source: Source | None) -> Abilities:
        """Return what is known of the model that writes a content type. An adapter may have taught it any language."""
        from aigc.generating.abilities import abilities

        if source is None:
            return Abilities(name=self.settings.model)
        known = abilities(source)
        return known if self.adapter(content_type) is None else replace(known, languages=None)

    def _source_if_any(self, adapters: AdapterFolders | None = None) -> Source | None:
        """Return what writes; that nothing does is said where somebody is to write."""
        with suppress(NotFound):
            return self._source(adapters or self.adapters)
        return None

    def generator(
        self,
        progress: Callable[[Progress], None] | None = None,
        *,
        fresh: bool = False,
        retry: bool = False,
        only: ContentType | None = None,
    ) -> Generator:
        """Load the model (else ModelError), and the judge's where `only` has it judge; return the Generator. Nothing is
        loaded for a type of `only` that asks no model."""
        idle = only is not None and not only.picking(self.voice(only))
        source = replace(self.source, judge=None) if idle else self.source
        asks = only is None or only.asks(self.voice(only))
        generator = source.open(progress, fresh=fresh, retry=retry) if asks else Unasked()
        self.opened = source
        return generator

    def may_judge(self, pick: Pick, writer: Source | None = None) -> bool:
        """Say whether what judges here has what a pick needs of it: another model, else the `writer`, else the source
        that was opened; a generator that came from elsewhere may."""
        from aigc.generating.abilities import judges

        return judges(pick.needs, writer or self._source_if_any(), writer or self.opened)

    def store(self) -> Path | None:
        """Say where the project's jobs find each other's pieces; outside a project there is no such place."""
        return None if self.folder is None else self.folder / STORE

    def tell(self, artifact: Artifact) -> None:
        """Tell the plugins' `aigc_artifact` of a finished piece."""
        self.registry.notify("aigc_artifact", artifact=artifact)

    def pipeline(self, generator: Generator, *, telling: bool = True, keep_lines: KeepLines = "none") -> Pipeline:
        """Return the pipeline that writes with `generator` under this project's policy and seed.

        Plugins are told of each piece as it comes out, unless `telling` is off: a job tells of what it has recorded,
        and nobody twice. `keep_lines` says which of the model's lines a piece carries.
        """
        from aigc.writing.pipeline import Pipeline

        return Pipeline(
            generator,
            self.environment,
            model=model_told(self),
            seed=self.settings.seed,
            policy=self.policy(),
            adapter=self.adapter,
            adapted=self.adapted,
            finished=self.tell if telling else lambda artifact: None,
            keep_lines=keep_lines,
            voice=self.voice,
            mix=self.mix,
            may_judge=self.may_judge,
            second=bool((source := self._source_if_any()) and source.judge),
            patience=self.timeouts.plugin,
            fitness=lambda content_type: self.fitness(content_type, self.opened) if self.opened else None,
        )

    def mix(self, pick: Pick, adapter: str | None) -> Mix | None:
        """Return what a pick was fitted to for the project's model, with the adapter in that folder, if it was."""
        return pick.mix_of(self.source.marks(), adapter_digest(adapter))

    def session(self, generator: Generator, *, keep_lines: KeepLines = "none") -> Session:
        """Return a session that writes pieces of any content type, for who does not know beforehand of which."""
        return self.pipeline(generator, keep_lines=keep_lines).session


def _adapter_at(folder: Path, place: str) -> Path | None:
    return None if place == NO_ADAPTER else folder / Path(place).expanduser()


def project_over(project: Project, **settings: Any) -> Project:
    """Return the project with other settings, such as `model`; with `adapters=BARE` its content types are as a bare
    model is asked for them."""
    return Project(replace(project.settings, **settings), project.folder, project.registry, out=project.out)


def model_told(project: Project, model: str = "") -> str:
    """Return a model, else the project's, as pieces name it, which leave the house: without a path of this machine."""
    from aigc.models import spoken_name

    try:
        named = project.source.takes_weights
    except NotFound:  # nothing writes here
        named = True
    name = model or project.settings.model
    return spoken_name(name) if named else name
