"""Examples as loaded: a brief with its expected outcome, shown to the model (a shot), tested, or trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import get_args

from aigc.content.brief import read_values
from aigc.content.content_type import TEXT, Example, Schema
from aigc.content.schema import problems
from aigc.content.type_keys import OF_STAGE, OF_TYPE
from aigc.content.unread import StandIn, meant
from aigc.content.yaml_lines import Node
from aigc.errors import ContentTypeError, NotFound
from aigc.plugs.registry import Registry
from aigc.types import STATUSES, Json, Status

SHORTFALLS = tuple(status for status in get_args(Status) if status != "accepted")


class Examples:
    """This is a reader of one content type's examples; `brief` are the schemas of its inputs."""

    def __init__(self, brief: Mapping[str, Schema]) -> None:
        self._brief = brief

    def of_type(self, root: Node, output: Mapping[str, Schema], *, staged: bool) -> tuple[Example, ...]:
        """Return the content type's own examples, with their inputs as given; names are unique."""
        stages = list(root.child("stages").mapping()) if staged else []
        examples: list[Example] = []
        for at, node in enumerate(_listed(root)):
            if staged and "shot" in node:
                node.child("shot").refuse("a shot shows one stage's work", "move it to the `examples` of a stage")
            example = node.read(partial(self._example, node, at, output, stages), None)
            if example and any(example.name == other.name for other in examples):
                node.refuse(f"there are two examples named {example.name!r}")
            examples += [example] if example else []
        return tuple(examples)

    def shots_of_type(self, root: Node, fields: Mapping[str, Schema]) -> tuple[Example, ...]:
        """Return the simple form's shots: examples with `shot: true`, the brief's defaults filled in."""
        nodes = [node for node in _listed(root) if node.value]
        read = [node.read(partial(self._shot, node, at, fields), None) for at, node in enumerate(nodes)]
        return tuple(one for one in read if one)

    def _shot(self, node: Node, at: int, fields: Mapping[str, Schema]) -> Example | None:
        if "shot" not in node or not node.child("shot").boolean():
            return None
        example = self._example(node, at, fields)
        if example.output is None:
            node.fail("a shot needs an output to show")
        defaults = {name: schema["default"] for name, schema in self._brief.items() if "default" in schema}
        return Example(name=example.name, brief={**defaults, **example.brief}, output=example.output, shot=True)

    def of_stage(self, node: Node, fields: Mapping[str, Schema]) -> tuple[Example, ...]:
        """Return a stage's examples, every one a shot; their briefs hold what they need and no more."""
        loops = "foreach" in node
        nodes = _listed(node)
        read = [one.read(partial(self._of_stage, one, at, fields, loops), None) for at, one in enumerate(nodes)]
        return tuple(one for one in read if one)

    def _of_stage(self, node: Node, at: int, fields: Mapping[str, Schema], loops: bool) -> Example:
        node.only(OF_STAGE)
        if "output" not in node:
            node.refuse("a stage's example needs an output to show")
        brief = self._inputs(node, complete=False)
        if "item" in node and not loops:
            node.child("item").refuse("`item` goes with `foreach`, which this stage has not")
        output = self._outcome(node, fields, within_limits=True)
        return Example(name=_name(node, at), brief=brief, item=node.child("item").value, output=output, shot=True)

    def _example(self, node: Node, at: int, fields: Mapping[str, Schema], stages: Sequence[str] = ()) -> Example:
        node.only(OF_TYPE)
        shot = node.read(lambda: node.child("shot").boolean() if "shot" in node else False, False)
        given = node.child("completion")
        completion = node.read(lambda: _completion(given, stages), "") if "completion" in node else None
        status = _status(node.child("status")) if "status" in node else None
        if "brief" not in node:
            node.refuse("an example needs a brief")
        if "output" not in node and completion is None:
            node.refuse("an example needs an output, or a completion with what is to become of it")
        findings = node.child("findings").list() if "findings" in node else ()
        return Example(
            name=_name(node, at),
            where=node.where,
            brief=self._inputs(node, complete=not shot or completion is not None),
            output=self._outcome(node, fields, within_limits=status not in SHORTFALLS, partly=bool(stages)),
            completion=completion,
            status=status,
            findings=tuple(finding.text() for finding in findings),
            shot=shot,
        )

    def _inputs(self, node: Node, *, complete: bool) -> dict[str, Json]:
        """Return the inputs given, as the types their schemas want."""
        if "brief" not in node:
            return {}
        brief = node.child("brief")
        told = {name: schema for name, schema in self._brief.items() if not isinstance(schema, StandIn)}
        given: dict[str, Json] = {}
        for key, child in brief.items():
            if key in self._brief and key not in told:  # of which nothing is known but its name
                continue
            _, found = read_values({key: told[key]} if key in told else self._brief, {key: child.value}, complete=False)
            for problem in found:
                child.refuse(problem)
            if not found:
                given[key] = child.value
            else:
                told = {name: schema for name, schema in told.items() if name not in (key, meant(key, self._brief))}
        values, found = read_values(told, given, complete=complete)
        for problem in found:
            brief.refuse(problem)
        return {name: value for name, value in values.items() if name in brief}

    def _outcome(self, node: Node, fields: Mapping[str, Schema], *, within_limits: bool, partly: bool = False) -> Json:
        if "output" not in node:
            return None
        output = node.child("output")
        if not fields:  # nothing that could be held against it
            return output.value
        single = list(fields) == [TEXT] and isinstance(output.value, str)
        value = {TEXT: output.value} if single else output.mapping()
        misspelt = {meant(name, fields) for name in value if name not in fields}
        for name in () if partly else fields:
            if name not in value and name not in misspelt:
                output.refuse(f"the output has no {name!r}", "an example's output has a value for each field")
        for name, schema in fields.items() if within_limits else ():
            where = output if single else output.child(name)
            sound = name in value and not isinstance(schema, StandIn)
            for problem in problems(schema, value[name], "output" if single else name) if sound else ():
                where.refuse(problem)
        if not single:
            output.only(fields)
        return output.value


def _listed(node: Node) -> list[Node]:
    return node.child("examples").list() if "examples" in node else []


def _name(node: Node, at: int) -> str:
    return node.child("name").text() if "name" in node else f"example {at + 1}"


def _status(node: Node) -> Status | None:
    status = next((known for known in STATUSES if known == node.value), None)
    if status is None:
        node.refuse(f"unknown status {node.value!r}", "one of " + ", ".join(STATUSES))
    return status


def finding_names(root: Node, registry: Registry) -> None:
    """Refuse a check that an example says must find something, and that there is not. ContentTypeError."""
    for example in root.child("examples").list() if "examples" in root else ():
        for finding in example.child("findings").list() if "findings" in example else ():
            try:
                registry.get("check", finding.text(), finding.where)
            except NotFound as error:
                raise ContentTypeError(error.message, hint=error.hint) from None


def _completion(node: Node, stages: Sequence[str]) -> str | dict[str, str | tuple[str, ...]]:
    """Return what a model might answer: a text, or with stages one for each of them, or for each item of one."""
    if not (stages and isinstance(node.value, Mapping)):
        return node.text()
    answers: dict[str, str | tuple[str, ...]] = {}
    for stage, child in node.only(stages).items():
        several = isinstance(child.value, list)
        answers[stage] = tuple(one.text() for one in child.list()) if several else child.text()
    return answers
