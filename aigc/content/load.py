"""One YAML file and its templates become a ContentType, or an error with file, line and remedy.

The simple form (`prompt:`) is one stage named `main`; its `postprocess` and `checks` are the content type's own, the
stage has none. In the staged form every stage has its own, and inherits `sampling`, `candidates` and `repair`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import jinja2

from aigc.content.content_type import MAIN, TEXT, ContentType, Example, Pick, Schema, Stage
from aigc.content.demands import VOICE, VOICES, Demands, Voice, read_needs, read_reads, read_spoken, read_voices
from aigc.content.environment import TemplateEnvironment, template_error
from aigc.content.examples import Examples
from aigc.content.grammar import output_grammar
from aigc.content.links import leads_out
from aigc.content.pick import read_pick
from aigc.content.prompt import check_shots
from aigc.content.rendering import PlacedExpression
from aigc.content.schema import check_words
from aigc.content.stage_words import Defaults, Names, bound, enough_tokens, expression, sampling
from aigc.content.variables import RESERVED, PromptTemplate, check_expression, check_template, digest, fills_task
from aigc.content.yaml_lines import Node, read_yaml
from aigc.errors import ContentTypeError, NotFound, describe
from aigc.plugs.extension import Bound, Kind
from aigc.plugs.registry import Registry

FORMAT = 1
NAME = re.compile(r"[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*")
VARIABLE = re.compile(r"[a-z_][a-z0-9_]*")
WIDE_LANGUAGES = ("zh", "ja", "ko")

TOP = ("aigc", "name", "version", "summary", "brief", "exports", "needs", "reads", VOICES)
WRITTEN = ("output", "sampling", "candidates", "repair", "postprocess", "checks", "examples")
SIMPLE = (*TOP, *WRITTEN, "prompt", "fallback", "chat", "pick")
STAGED = (*TOP, *WRITTEN, "stages")
STAGE = (*WRITTEN, "prompt", "fallback", "chat", "foreach", "pick", "needs", VOICES)


def load_content_type(
    file: Path, *, registry: Registry, environment: TemplateEnvironment, plugin: str = "", fence: Path | None = None
) -> ContentType:
    """Return the content type in `file`, everything in it checked; ContentTypeError says what is wrong and where.

    Neither the file nor what it names lies outside the `fence`; without one that is the folder above the file's, and
    the file may be a link to anywhere: somebody named it.
    """
    if fence is not None and leads_out(file, fence):
        raise ContentTypeError(f"{file}: is a link that leads out of {fence}")
    return _Load(file, registry, environment, plugin, fence or file.absolute().parent.parent).content_type()


class _Load:
    """This is one file being read: what all its parts need to know."""

    def __init__(
        self, file: Path, registry: Registry, environment: TemplateEnvironment, plugin: str, fence: Path
    ) -> None:
        self.file, self.registry, self.environment, self.plugin = file, registry, environment, plugin
        self.fence = fence
        self.root = read_yaml(file).root
        self.sources: dict[str, PromptTemplate] = {}
        self.brief: dict[str, Schema] = {}
        self.voices: dict[str, Voice] = {}
        self.examples = Examples(self.brief)
        self.defaults = Defaults()

    def content_type(self) -> ContentType:
        root, staged = self._form()
        self.voices = read_voices(root)
        self.brief.update(self._brief(root))
        self.defaults = Defaults(
            sampling=root.child("sampling") if "sampling" in root else None,
            candidates=root.child("candidates").integer(1, 64) if "candidates" in root else 1,
            attempts=_attempts(root, 2),
            wide=any(str(code)[:2] in WIDE_LANGUAGES for code in self.brief.get("language", {}).get("enum", ())),
        )
        stages = self._stages(root) if staged else (self._simple(root),)
        output, _ = self._output(root, extra=("from", "fallback") if staged else ("fallback",))
        if staged:
            self._composition(root, output, [stage.name for stage in stages])
        names = Names(known=self._known, stages=[s.name for s in stages], fields=output)
        examples = self.examples.of_type(root, output, staged=staged)
        reads = read_reads(root)
        return ContentType(
            name=root.child("name").text(),
            version=root.child("version").integer(1) if "version" in root else 1,
            summary=_line(root.child("summary")),
            brief=self.brief,
            stages=stages,
            output=output,
            composed=staged,
            postprocess=self._bound("postprocessor", root, names),
            checks=self._bound("check", root, names),
            exports=self._exports(root),
            examples=examples,
            file=self.file,
            plugin=self.plugin,
            digest=digest(self.file.read_bytes(), list(self.sources.values()), _mixes(stages), _read(self.file, reads)),
            demands=self._demands(root, reads),
        )

    def _demands(self, root: Node, reads: tuple[str, ...]) -> Demands:
        stages = list(root.child("stages").items()) if "stages" in root else []
        return Demands(
            needs=read_needs(root),
            stages={name: read_needs(node) for name, node in stages if "needs" in node},
            voices=self.voices,
            spoken=read_spoken(stages, self.voices),
            reads=reads,
        )

    @property
    def _known(self) -> frozenset[str]:
        """Return what every expression may name: inputs, stages and, where there are voices, the one in use."""
        return frozenset((*self.brief, "stages", *([VOICE] if self.voices else [])))

    def _form(self) -> tuple[Node, bool]:
        root = self.root
        root.mapping()
        if root.child("aigc").value != FORMAT:
            if "aigc" not in root:
                root.fail("a content type starts with `aigc: 1`, the version of its format")
            root.child("aigc").fail(
                f"aigc is {describe(root.child('aigc').value)}; this version reads `aigc: {FORMAT}`"
            )
        staged = "stages" in root
        if staged and "prompt" in root:
            root.child("prompt").fail("there are `stages`, so the prompt belongs into one of them")
        root.only(STAGED if staged else SIMPLE)
        for key in ("name", "summary", "brief", "output", *(() if staged else ("prompt",))):
            if key not in root:
                root.fail(f"{key!r} is missing", "or `stages`" if key == "prompt" else "")
        name = root.child("name")
        if not NAME.fullmatch(name.text()):
            name.fail(f"the name {name.value!r} is not family/name", "lower-case letters, digits and hyphens")
        return root, staged

    def _brief(self, root: Node) -> dict[str, Schema]:
        inputs: dict[str, Schema] = {}
        for name, node in root.child("brief").items():
            if not VARIABLE.fullmatch(name):
                node.fail(f"an input's name is a template variable: {name!r}", "lower-case letters, digits and _")
            if name in RESERVED or name in self.environment.globals or (self.voices and name == VOICE):
                node.fail(f"{name!r} already means something in templates", "choose another name")
            inputs[name] = check_words(node, output=False)
        return inputs

    def _simple(self, root: Node) -> Stage:
        fields, single = self._output(root, extra=("fallback",))
        shots = self.examples.shots_of_type(root, fields, single)
        return self._stage(MAIN, root, fields, single, shots, earlier=(), own=False)

    def _stages(self, root: Node) -> tuple[Stage, ...]:
        stages: list[Stage] = []
        for name, node in root.child("stages").items():
            if not VARIABLE.fullmatch(name):
                node.fail(f"a stage's name is used in expressions: {name!r}", "lower-case letters, digits and _")
            node.only(STAGE)
            for key in ("prompt", "output"):
                if key not in node:
                    node.fail(f"the stage {name!r} has no {key!r}")
            fields, single = self._output(node, extra=("fallback",))
            shots = self.examples.of_stage(node, fields, single)
            earlier = [stage.name for stage in stages]
            stages.append(self._stage(name, node, fields, single, shots, earlier=earlier, own=True))
        if not stages:
            root.child("stages").fail("there is no stage")
        return tuple(stages)

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
        foreach = node.child("foreach").text() if "foreach" in node else ""
        around = Names(known=self._known, stages=earlier)
        if foreach:
            check_expression(self.environment, foreach, around.known, earlier, node.child("foreach").where)
            self._goes_over_a_list(node.child("foreach"))
        variables = around.known | {"avoid"} | ({"item", "index"} if foreach else set())
        inside = Names(known=variables, stages=earlier, fields=fields)
        settings = self.defaults
        chat = node.child("chat").boolean() if "chat" in node else True
        fallback = self._fallback(node, fields, single, inside)
        stage = Stage(
            name=name,
            template=self._template(node.child("prompt"), inside),
            output=fields,
            single=single,
            grammar=output_grammar(fields, single, chat=chat),
            sampling=sampling(
                [settings.sampling, node.child("sampling") if "sampling" in node else None],
                enough_tokens(fields, single, wide=settings.wide),
            ),
            candidates=node.child("candidates").integer(1, 64) if "candidates" in node else settings.candidates,
            pick=self._pick(node, fields, fallback, inside) if "pick" in node else None,
            attempts=_attempts(node, settings.attempts),
            foreach=PlacedExpression(foreach, node.child("foreach").where) if foreach else "",
            fallback=fallback,
            postprocess=self._bound("postprocessor", node, inside) if own else (),
            checks=self._bound("check", node, inside) if own else (),
            shots=shots,
            chat=chat,
        )
        try:
            check_shots(self.environment, stage, self._known - {"stages"})
        except ContentTypeError as error:
            node.child("examples").fail(error.message, error.hint)
        return stage

    def _goes_over_a_list(self, node: Node) -> None:
        schema = self.brief.get(node.text().strip("{} "))
        if schema and schema["type"] != "array":
            node.fail(f"foreach goes over a list, and {node.value!r} is of type {schema['type']}")

    def _output(self, node: Node, extra: Sequence[str]) -> tuple[dict[str, Schema], bool]:
        """Return the output's fields, and whether it is one string."""
        output = node.child("output")
        if isinstance(output.mapping().get("type"), str):
            if output.value["type"] != "string":
                output.fail("an output that is one value is a string", "for anything else name its fields")
            return {TEXT: check_words(output, output=True, extra=extra)}, True
        fields = {name: check_words(child, output=True, extra=extra) for name, child in output.items()}
        if not fields:
            output.fail("the output has no field")
        return fields, False

    def _composition(self, root: Node, output: dict[str, Schema], stages: Sequence[str]) -> None:
        known = self._known
        node = root.child("output")
        for name in output:
            field = node.child(name) if isinstance(node.value.get(name), dict) else node
            if "from" not in field:
                hint = f'such as `from: "{{{{ stages.{_likely(name, stages)} }}}}"`'
                field.fail(f"{name!r} needs `from`, which says what stages it is made of", hint)
            for key in ("from", "fallback"):
                if key in field:
                    given = field.child(key)
                    written = expression(given, key)
                    check_expression(self.environment, written, known, stages, given.where)
                    if key == "from":
                        output[name] = {**output[name], key: written}

    def _fallback(self, node: Node, fields: dict[str, Schema], single: bool, names: Names) -> dict[str, str]:
        given: dict[str, Node] = {}
        output = node.child("output")
        for name, schema in fields.items():
            if "fallback" in schema:
                given[name] = (output if single else output.child(name)).child("fallback")
        if "fallback" in node:
            top = node.child("fallback")
            if single:
                given[TEXT] = top
            else:
                given |= dict(top.only(fields).items())
        expressions = {name: expression(child, "fallback") for name, child in given.items()}
        for name, text in expressions.items():
            check_expression(self.environment, text, names.known, names.stages, given[name].where)
        return expressions

    def _template(self, node: Node, names: Names) -> str:
        try:
            template = self.environment.find_template(node.text(), self.file.absolute().parent, self.fence)
        except jinja2.TemplateError as error:
            raise template_error(error, node.where) from None
        sources = check_template(self.environment, template, names.known, names.stages, node.where)
        if not fills_task(sources):
            node.fail(f"{node.value!r} fills no block `task`")
        self.sources.update((source.name, source) for source in sources)
        return template

    def _bound(self, kind: Kind, node: Node, names: Names) -> tuple[Bound, ...]:
        key = "checks" if kind == "check" else "postprocess"
        return bound(kind, node, key, self.registry, self.environment, names)

    def _pick(self, node: Node, fields: dict[str, Schema], fallback: dict[str, str], names: Names) -> Pick:
        return read_pick(node.child("pick"), fields, fallback, self.registry, self.environment, names)

    def _exports(self, root: Node) -> tuple[str, ...]:
        if "exports" not in root:
            return ("jsonl",)
        names = []
        for node in root.child("exports").list():
            try:
                names.append(self.registry.get("exporter", node.text(), node.where).name)
            except NotFound as error:
                raise ContentTypeError(error.message, hint=error.hint) from None
        return tuple(names)


def _likely(name: str, stages: Sequence[str]) -> str:
    """Return the stage a field is most likely made of."""
    return name if name in stages else stages[-1]


def _mixes(stages: Sequence[Stage]) -> dict[str, bytes]:
    """Return what stands in the files that stages pick by."""
    return {stage.pick.mix: stage.pick.source for stage in stages if stage.pick and stage.pick.mix}


def _read(file: Path, names: Sequence[str]) -> dict[str, bytes]:
    """Return what stands in the files that a type's templates read."""
    return {name: (file.parent / name).read_bytes() for name in names}


def _attempts(node: Node, default: int) -> int:
    if "repair" not in node:
        return default
    repair = node.child("repair").only(("attempts",))
    return repair.child("attempts").integer(0, 20) if "attempts" in repair else default


def _line(node: Node) -> str:
    text = node.text().strip()
    if "\n" in text:
        node.fail("the summary is one line")
    return text
