"""One YAML file and its templates become a ContentType, or an error with file, line and remedy.

The simple form (`prompt:`) is one stage named `main`; its `postprocess` and `checks` are the content type's own, the
stage has none. In the staged form every stage has its own, and inherits `sampling`, `candidates` and `repair`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import jinja2

from aigc.content.all_mistakes import FIRST, Mistakes
from aigc.content.content_type import MAIN, ContentType, Example, Pick, Schema, Stage, told_inputs
from aigc.content.demands import VOICE, Demands, Voice, read_needs, read_reads, read_spoken, read_voices
from aigc.content.describing import check_words
from aigc.content.environment import TemplateEnvironment, template_error
from aigc.content.examples import Examples, finding_names
from aigc.content.form import read_form, read_name, read_summary, read_version
from aigc.content.grammar import output_grammar
from aigc.content.languages import LANGUAGE
from aigc.content.links import refuse_link
from aigc.content.outputs import read_composition, read_fallback, read_output, with_optional
from aigc.content.pick import read_pick
from aigc.content.prompt import check_shots
from aigc.content.rendering import PlacedExpression
from aigc.content.stage_words import Defaults, Names, bound, enough_tokens, sampling
from aigc.content.type_keys import (
    COMPOSED,
    FALLBACK,
    FROM_SOURCES,
    OF_INPUT,
    REPAIR,
    SEEN_BY,
    SIMPLE,
    STAGE,
    VARIABLE,
)
from aigc.content.unread import AnyName, lacking, unread
from aigc.content.variables import (
    RESERVED,
    PromptTemplate,
    check_expression,
    check_template,
    digest,
    fills_task,
    has_blocks,
)
from aigc.content.walk import item_schema
from aigc.content.yaml_lines import Node, read_yaml
from aigc.errors import ContentTypeError, NotFound, UsageError
from aigc.models.needs import Needs
from aigc.plugs.extension import Bound, Kind
from aigc.plugs.registry import Registry
from aigc.types import SamplingParams
from aigc.types.foreign import file_bytes

WIDE_LANGUAGES = ("zh", "ja", "ko")


def load_content_type(
    file: Path, *, registry: Registry, environment: TemplateEnvironment, plugin: str = "", fence: Path | None = None
) -> ContentType:
    """Return the content type in `file`, everything in it checked; ContentTypeError says what is wrong and where.

    Neither the file nor what it names lies outside the `fence`; without one that is the folder above the file's, and
    the file may be a link to anywhere: somebody named it.
    """
    refuse_link(file, fence)
    return _Load(file, registry, environment, plugin, fence or file.absolute().parent.parent).content_type()


def content_type_mistakes(
    file: Path, *, registry: Registry, environment: TemplateEnvironment, fence: Path | None = None
) -> list[UsageError]:
    """Return all that is wrong in a content type's file, in its order, where `load_content_type` tells the first."""
    mistakes = Mistakes(all_=True)
    try:
        refuse_link(file, fence)
    except ContentTypeError as error:
        return [error]  # nothing of what is there is shown
    loading = partial(_Load, file, registry, environment, "", fence or file.absolute().parent.parent, mistakes)
    mistakes.read(lambda: loading().content_type(), None)
    return list({str(one): one for one in mistakes.found}.values())


class _Load:
    """This is one file being read: what all its parts need to know."""

    def __init__(
        self,
        file: Path,
        registry: Registry,
        environment: TemplateEnvironment,
        plugin: str,
        fence: Path,
        mistakes: Mistakes = FIRST,
    ) -> None:
        self.read = mistakes.read
        self.mistakes = mistakes
        self.file, self.registry, self.environment, self.plugin = file, registry, environment, plugin
        self.fence = fence
        self.root = read_yaml(file, mistakes=mistakes).root
        self.sources: dict[str, PromptTemplate] = {}
        self.brief: dict[str, Schema] = {}
        self.voices: dict[str, Voice] = {}
        self.examples = Examples(self.brief)
        self.defaults = Defaults()

    def content_type(self) -> ContentType:
        root = self.root
        staged = read_form(root)
        self.voices = self.read(lambda: read_voices(root), {})
        self.brief.update(self.read(lambda: self._brief(root), {}))
        self.read(lambda: self._check_sought(root), None)
        self.defaults = Defaults(
            sampling=root.child("sampling") if "sampling" in root else None,
            candidates=self.read(lambda: _candidates(root, 1), 1),
            attempts=self.read(lambda: _attempts(root, 2), 2),
            wide=any(str(code)[:2] in WIDE_LANGUAGES for code in self.brief.get("language", {}).get("enum", ())),
        )
        stages = self.read(lambda: self._stages(root) if staged else (self._simple(root),), ())
        output, _ = read_output(root, COMPOSED if staged else FALLBACK)
        written = [*_keys(root.child("stages"))] if staged else [MAIN]
        names = Names(known=self._known, stages=written, fields=output)
        if staged and (written or root.child("stages").value == {}):
            read_composition(self.environment, root, output, names)
            output = with_optional(output, self.brief)
        examples = self._shown(lambda: self.examples.of_type(root, output, staged=staged))
        self.read(lambda: finding_names(root, self.registry), None)
        reads = self.read(lambda: read_reads(root), ())
        return ContentType(
            name=self.read(lambda: read_name(root), ""),
            version=self.read(lambda: read_version(root), 1),
            summary=self.read(lambda: read_summary(root), ""),
            brief=self.brief,
            stages=stages,
            output=output,
            composed=staged,
            postprocess=self._bound("postprocessor", root, names),
            checks=self._bound("check", root, names),
            exports=self.read(lambda: self._exports(root), ()),
            examples=examples,
            file=self.file,
            plugin=self.plugin,
            digest=digest(file_bytes(self.file), list(self.sources.values()), _mixes(stages), _read(self.file, reads)),
            demands=self._demands(root, reads),
        )

    def _demands(self, root: Node, reads: tuple[str, ...]) -> Demands:
        stages = [(name, root.child("stages").child(name)) for name in _keys(root.child("stages"))]
        nothing: dict[str, tuple[str, ...]] = {}
        return Demands(
            needs=self.read(lambda: read_needs(root), Needs()),
            stages={name: self.read(partial(read_needs, node), Needs()) for name, node in stages if "needs" in node},
            voices=self.voices,
            spoken=self.read(lambda: read_spoken(stages, self.voices), nothing),
            reads=reads,
        )

    @property
    def _known(self) -> frozenset[str]:
        """Return what every expression may name: inputs, stages and, where there are voices, the one in use."""
        if not isinstance(self.root.child("brief").value, dict):
            return AnyName()
        return frozenset((*told_inputs(self.brief), "stages", *([VOICE] if self.voices else [])))

    def _brief(self, root: Node) -> dict[str, Schema]:
        nodes = root.child("brief").items() if "brief" in root else ()
        return {name: self.read(partial(self._input, name, node), unread(node)) for name, node in nodes}

    def _input(self, name: str, node: Node) -> Schema:
        if not VARIABLE.fullmatch(name):
            node.fail(f"an input's name is a template variable: {name!r}", "lower-case letters, digits and _")
        if name in RESERVED or name in self.environment.globals or (self.voices and name == VOICE):
            node.fail(f"{name!r} already means something in templates", "choose another name")
        words = check_words(node, output=False, extra=OF_INPUT)
        for key in SEEN_BY:
            if key in node and node.child(key).boolean() and name == LANGUAGE:
                node.child(key).fail("whoever writes has to know the language")
        return words

    def _check_sought(self, root: Node) -> None:
        """Refuse what is to be looked for in sources where its input is no list of texts, or it names what no brief
        has."""
        for name, schema in self.brief.items():
            if FROM_SOURCES not in schema:
                continue
            sought = root.child("brief").child(name).child(FROM_SOURCES)
            item = item_schema(schema).get("type") if schema["type"] == "array" else ""
            if item not in ("string", "object") or "default" not in schema:
                told = f"{FROM_SOURCES} is for a list of texts that may be missing, or of objects, for passages"
                sought.fail(told, "add `default: []`")
            known = self._known - {"stages", name}
            check_expression(self.environment, sought.text(), known, (), sought.where, self.mistakes)

    def _simple(self, root: Node) -> Stage:
        fields, single = read_output(root, FALLBACK)
        shots = self._shown(lambda: self.examples.shots_of_type(root, fields))
        return self._stage(MAIN, root, fields, single, shots, earlier=(), own=False)

    def _stages(self, root: Node) -> tuple[Stage, ...]:
        stages: list[Stage | None] = []
        earlier: list[str] = []
        for name, node in root.child("stages").items():
            stages.append(self.read(partial(self._own_stage, name, node, list(earlier)), None))
            earlier.append(name)
        return tuple(one for one in stages if one is not None)

    def _own_stage(self, name: str, node: Node, earlier: Sequence[str]) -> Stage:
        if not VARIABLE.fullmatch(name):
            node.refuse(f"a stage's name is used in expressions: {name!r}", "lower-case letters, digits and _")
        node.only(STAGE)
        for key in lacking(node, STAGE):
            node.refuse(f"the stage {name!r} has no {key!r}")
        fields, single = read_output(node, FALLBACK)
        shots = self._shown(lambda: self.examples.of_stage(node, fields))
        return self._stage(name, node, fields, single, shots, earlier=earlier, own=True)

    def _stage(
        self,
        name: str,
        node: Node,
        fields: dict[str, Schema],
        single: bool,
        shots: tuple[Example, ...],
        *,
        earlier: Sequence[str],
        own: bool,
    ) -> Stage:
        around = Names(known=self._known, stages=earlier)
        foreach = self.read(lambda: self._foreach(node, around), "")
        variables = around.known | {"avoid"} | ({"item", "index"} if "foreach" in node else set())
        inside = Names(known=variables, stages=earlier, fields=fields)
        settings = self.defaults
        chat = self.read(lambda: node.child("chat").boolean() if "chat" in node else True, True)
        fallback = read_fallback(self.environment, node, fields, single, inside)
        template = self.read(lambda: self._template(node, inside), "")
        stage = Stage(
            name=name,
            template=template,
            output=fields,
            single=single,
            grammar=output_grammar(fields, single, chat=chat),
            sampling=self.read(lambda: self._sampling(node, fields, single), SamplingParams()),
            candidates=self.read(lambda: _candidates(node, settings.candidates), 1),
            pick=self.read(lambda: self._pick(node, fields, fallback, inside), None) if "pick" in node else None,
            attempts=self.read(lambda: _attempts(node, settings.attempts), 0),
            foreach=foreach,
            fallback=fallback,
            postprocess=self._bound("postprocessor", node, inside) if own else (),
            checks=self._bound("check", node, inside) if own else (),
            shots=shots,
            chat=chat,
        )
        if template:  # else that is said already
            self.read(lambda: self._check_shots(stage, node), None)
        return stage

    def _shown(self, read: Callable[[], tuple[Example, ...]]) -> tuple[Example, ...]:
        """Return examples; none where there are no inputs that they could be held against, which is said already."""
        return self.read(read, ()) if isinstance(self.root.child("brief").value, dict) else ()

    def _check_shots(self, stage: Stage, node: Node) -> None:
        try:
            check_shots(self.environment, stage, self._known - {"stages"})
        except ContentTypeError as error:
            node.child("examples").fail(error.message, error.hint)

    def _foreach(self, node: Node, around: Names) -> str:
        if "foreach" not in node:
            return ""
        list_ = node.child("foreach")
        place = list_.where
        check_expression(self.environment, list_.text(), around.known, around.stages, place, self.mistakes)
        self._goes_over_a_list(list_)
        return PlacedExpression(list_.text(), place)

    def _sampling(self, node: Node, fields: dict[str, Schema], single: bool) -> SamplingParams:
        layers = [self.defaults.sampling, node.child("sampling") if "sampling" in node else None]
        return sampling(layers, enough_tokens(fields, single, wide=self.defaults.wide))

    def _goes_over_a_list(self, node: Node) -> None:
        schema = self.brief.get(node.text().strip("{} "))
        if schema and schema["type"] != "array":
            lists = [name for name, one in self.brief.items() if one["type"] == "array"]
            hint = f"inputs that are lists: {', '.join(lists)}" if lists else ""
            node.fail(f"foreach goes over a list, and {node.value!r} is of type {schema['type']}", hint)

    def _template(self, stage: Node, names: Names) -> str:
        if "prompt" not in stage:  # which is said already
            return ""
        node = stage.child("prompt")
        try:
            template = self.environment.find_template(node.text(), self.file.absolute().parent, self.fence)
        except jinja2.TemplateError as error:
            raise template_error(error, node.where) from None
        sources = self.mistakes.soundly(
            lambda: check_template(self.environment, template, names.known, names.stages, node.where, self.mistakes),
            None,
        )
        if sources is None:
            return ""
        if not fills_task(sources):
            node.fail(f"{node.value!r} {'fills no block `task`' if has_blocks(sources) else 'is empty'}")
        self.sources.update((source.name, source) for source in sources)
        return template

    def _bound(self, kind: Kind, node: Node, names: Names) -> tuple[Bound, ...]:
        key = "checks" if kind == "check" else "postprocess"
        return bound(kind, node, key, self.registry, self.environment, names)

    def _pick(self, node: Node, fields: dict[str, Schema], fallback: dict[str, str], names: Names) -> Pick | None:
        return read_pick(node.child("pick"), fields, fallback, self.registry, self.environment, names)

    def _exports(self, root: Node) -> tuple[str, ...]:
        if "exports" not in root:
            return ("jsonl",)
        return tuple(self.read(partial(self._exporter, node), "") for node in root.child("exports").list())

    def _exporter(self, node: Node) -> str:
        try:
            return self.registry.get("exporter", node.text(), node.where).name
        except NotFound as error:
            raise ContentTypeError(error.message, hint=error.hint) from None


def _keys(node: Node) -> list[str]:
    """Return the keys of a mapping, none where there is something else."""
    return list(node.value) if isinstance(node.value, dict) else []


def _mixes(stages: Sequence[Stage]) -> dict[str, bytes]:
    """Return what stands in the files that stages pick by."""
    return {stage.pick.mix: stage.pick.source for stage in stages if stage.pick and stage.pick.mix}


def _read(file: Path, names: Sequence[str]) -> dict[str, bytes]:
    """Return what stands in the files that a type's templates read."""
    return {name: file_bytes(file.parent / name) for name in names}


def _candidates(node: Node, default: int) -> int:
    return SIMPLE["candidates"].whole(node.child("candidates")) if "candidates" in node else default


def _attempts(node: Node, default: int) -> int:
    if "repair" not in node:
        return default
    repair = node.child("repair").only(REPAIR)
    return REPAIR["attempts"].whole(repair.child("attempts")) if "attempts" in repair else default
