"""A template and a brief's values become a Prompt; an expression becomes a value.

The three blocks of a template are rendered apart and become messages, so nothing inside a value can pass for the end
of one. A template without a `task` block is a task as a whole. Each shot is the same `task` block with the example's
brief in place of this one, answered by the example's output.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

import jinja2
from jinja2 import nodes
from jinja2.runtime import BlockReference, Context

from aigc.content.brand_pack import PACK
from aigc.content.content_type import Example, Stage
from aigc.content.environment import TemplateEnvironment
from aigc.content.rendering import Rendering, refuse_reading
from aigc.errors import ContentTypeError
from aigc.types import Json, Message, Prompt
from aigc.types.foreign import HALVED, encodes

BLOCKS = ("system", "examples", "task")
_BRACES = re.compile(r"\A\{\{[-+]?|[-+]?\}\}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """This is an example as a template's `examples` block sees it: its task as rendered, and the answer to it."""

    task: str
    answer: str
    brief: Mapping[str, Json]
    item: Json
    output: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """This is what stands before the task: the same for all briefs of one language."""

    template: jinja2.Template
    examples: tuple[Example, ...]
    shots: tuple[Shot, ...]
    messages: tuple[Message, ...]


class _Turns:
    """This is what `shot(task, answer)` of a template adds: what is asked and what is answered, by turns."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def add(self, user_text: str, answer: str) -> str:
        self.messages.append(Message(role="user", content=_tidy(str(user_text))))
        self.messages.append(Message(role="assistant", content=_tidy(str(answer))))
        return ""


def render_prompt(
    environment: TemplateEnvironment,
    stage: Stage,
    values: Mapping[str, Json],
    *,
    item: Json = None,
    index: int | None = None,
    stages: Mapping[str, Json],
    avoid: str = "",
) -> Prompt:
    """Return the prompt of one request. `stages` holds the earlier stages' results; `item`, `index` are foreach's;
    `avoid` is empty but for a piece that is written again because it said what another one says.

    A shot whose `language` differs from the brief's is left out. In shots missing inputs are None and `stages` empty.
    `shot(task, answer)` in the block `task` shows one that suits this brief or item; `shots` is empty where none are
    wanted, so that a template can ask.
    ContentTypeError says at which line of a template something goes wrong, such as a name that is not there.
    """
    known = {**values, "stages": stages, "avoid": avoid}
    if stage.foreach:
        known |= {"item": item, "index": index}
    with Rendering(environment, stage.template, known, template=True):
        template = environment.own_template(stage.template)
        head = _head(environment, template, stage, known)
        turns = _Turns()
        task = _render(template, {**known, "shots": head.shots, "shot": turns.add}, ("task",))["task"]
        pack = environment.brands.get(str(values.get(PACK)))
        asked = Message(role="user", content=_tidy(f"{pack.note(values)}\n\n{task}" if pack else task))
        return Prompt(messages=(*head.messages, *turns.messages, asked), chat=stage.chat)


def check_shots(environment: TemplateEnvironment, stage: Stage, inputs: Iterable[str]) -> None:
    """Render a stage's shots once, for the errors: ContentTypeError names the example."""
    inputs = list(inputs)
    known = [*inputs, "stages", "avoid", "item", "index"]
    for example in stage.shots:
        try:
            with Rendering(environment, stage.template, known, template=True):
                _shot(environment.own_template(stage.template), stage, example, inputs, 0)
        except ContentTypeError as error:
            raise ContentTypeError(f"example {example.name!r} in {error.message}", hint=error.hint) from None


def evaluate(environment: TemplateEnvironment, expression: str, values: Mapping[str, Json]) -> Json:
    """Return the value of `{{ … }}` alone or of a bare expression as it is, else the text that the template renders.

    Items of lists stay the objects they are; generators (`batch`) become lists. ContentTypeError names what is missing.
    """
    kept = environment.expressions
    with Rendering(environment, expression, values, template=False):
        compiled = kept.get(expression)
        if compiled is None:
            compiled = kept[expression] = _compiled(environment, expression)
        value = compiled(values)
        if isinstance(value, jinja2.Undefined):
            str(value)  # raises, with the message Jinja would give in a template
        plain = _plain(value)
        environment.weigh(plain)
        return plain


def answer_text(stage: Stage, output: Json) -> str:
    """Return an example's output as the model is to write it: the string, or compact JSON in the schema's order."""
    if isinstance(output, str):
        return output
    if stage.single:
        return str(output.get("text", "")) if isinstance(output, Mapping) else str(output)
    ordered = {name: output[name] for name in stage.output if name in output}
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))


def single_expression(environment: TemplateEnvironment, text: str) -> str | None:
    """Return what stands between the braces of `{{ … }}` alone, the text itself where it has none, None otherwise."""
    if not any(mark in text for mark in ("{{", "{%", "{#")):
        return text
    body = environment.parse(text.strip()).body
    alone = len(body) == 1 and isinstance(body[0], nodes.Output) and len(body[0].nodes) == 1
    if alone and not isinstance(cast(nodes.Output, body[0]).nodes[0], nodes.TemplateData):
        return _BRACES.sub("", text.strip())
    return None


def _compiled(environment: TemplateEnvironment, expression: str) -> Callable[..., Json]:
    refuse_reading(environment.parse(expression))
    alone = single_expression(environment, expression)
    if alone is None:
        return environment.from_string(expression).render
    return environment.compile_expression(alone, undefined_to_none=False)


def _plain(value: Json) -> Json:
    if isinstance(value, list):
        return [_plain(item) for item in value] if any(_lazy(item) for item in value) else value
    return [_plain(item) for item in value] if _lazy(value) else value


def _lazy(value: Json) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str | bytes | list | Mapping)


def _same_language(example: Example, values: Mapping[str, Json]) -> bool:
    theirs, ours = example.brief.get("language"), values.get("language")
    return not theirs or not ours or theirs == ours


def _shot(template: jinja2.Template, stage: Stage, example: Example, inputs: Iterable[str], at: int) -> Shot:
    known: dict[str, Json] = {
        **dict.fromkeys(inputs),
        **example.brief,
        "avoid": "",
        "stages": jinja2.ChainableUndefined(),
    }
    if stage.foreach:
        known |= {"item": example.item, "index": at}
    task = _tidy(_render(template, {**known, "shots": [], "shot": _refused}, ("task",))["task"])
    answer = answer_text(stage, example.output)
    return Shot(task=task, answer=answer, brief=example.brief, item=example.item, output=example.output)


def _refused(user_text: str, answer: str) -> str:
    raise ContentTypeError("an example shows no examples: ask `{% if shots %}` before shot(…)")


def _head(environment: TemplateEnvironment, template: jinja2.Template, stage: Stage, known: Mapping[str, Json]) -> Head:
    """Return what stands before the task, kept by the environment: it depends on the language only."""
    kept = environment.heads
    key = (stage.template, stage.name, str(known.get("language")))
    head = kept.get(key)
    if head is None or head.examples is not stage.shots or head.template is not template:
        head = kept[key] = _new_head(template, stage, known)
    return head


def _new_head(template: jinja2.Template, stage: Stage, known: Mapping[str, Json]) -> Head:
    turns = _Turns()
    inputs = [name for name in known if name not in ("stages", "avoid", "item", "index")]
    shots = [
        _shot(template, stage, example, inputs, at)
        for at, example in enumerate(stage.shots)
        if _same_language(example, known)
    ]
    parts = _render(template, {**known, "shots": shots, "shot": turns.add}, ("system", "examples"))
    if "examples" not in parts:
        for example in shots:
            turns.add(example.task, example.answer)
    system = _tidy(parts.get("system", "") + "\n\n" + parts.get("examples", ""))
    first = (Message(role="system", content=system),) if system else ()
    return Head(template=template, examples=stage.shots, shots=tuple(shots), messages=(*first, *turns.messages))


def _render(template: jinja2.Template, known: Mapping[str, Json], wanted: Iterable[str]) -> dict[str, str]:
    """Render the wanted blocks of a template, each on its own.

    Rendering the root is what runs `extends`, `import` and top-level `set`, and collects the blocks of every ancestor;
    meanwhile an empty block stands before each of ours, so none is rendered twice:

        context.blocks["task"]    [empty, child's task] → (root runs) → [empty, child's, base's] → [child's, base's]
    """
    environment = template.environment
    context = template.new_context({**environment.globals, **known}, shared=True)  # merged here: much faster
    for name in BLOCKS:
        context.blocks.setdefault(name, []).insert(0, _empty)
    root = environment.concat(template.root_render_func(context))
    for name in BLOCKS:
        context.blocks[name].pop(0)
    rendered = {
        name: BlockReference(name, context, context.blocks[name], 0)() for name in wanted if context.blocks[name]
    }
    return rendered if context.blocks["task"] else {**rendered, "task": root}


def _empty(context: Context) -> Iterator[str]:
    return iter(())


def _tidy(text: str) -> str:
    """Return rendered text without outer blank space, trailing spaces, or more than one empty line together.
    ValueError where nobody could write it down."""
    if not encodes(text):
        raise ValueError(HALVED)
    lines = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()
