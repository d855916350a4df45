"""Examples as loaded: a brief with its expected outcome, shown to the model (a shot), tested, or trained on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from aigc.content.brief import read_values
from aigc.content.content_type import TEXT, Example, Schema
from aigc.content.schema import problems
from aigc.content.yaml_lines import Node
from aigc.types import STATUSES, Json, Status

OF_TYPE = ("name", "shot", "brief", "output", "completion", "status", "findings")
OF_STAGE = ("name", "brief", "item", "output")
SHORTFALLS = tuple(status for status in get_args(Status) if status != "accepted")


class Examples:
    """This is a reader of one content type's examples; `brief` are the schemas of its inputs."""

    def __init__(self, brief: Mapping[str, Schema]) -> None:
        self._brief = brief

    def of_type(self, root: Node, output: Mapping[str, Schema], *, staged: bool) -> tuple[Example, ...]:
        """Return the content type's own examples, with their inputs as given; names are unique."""
        examples: list[Example] = []
        for at, node in enumerate(root.child("examples").list() if "examples" in root else ()):
            if staged and "shot" in node:
                node.child("shot").fail("a shot shows one stage's work", "move it to the `examples` of a stage")
            example = self._example(node.only(OF_TYPE), at, output)
            if any(example.name == other.name for other in examples):
                node.fail(f"there are two examples named {example.name!r}")
            examples.append(example)
        return tuple(examples)

    def shots_of_type(self, root: Node, fields: Mapping[str, Schema], single: bool) -> tuple[Example, ...]:
        """Return the simple form's shots: examples with `shot: true`, the brief's defaults filled in."""
        nodes = [node for node in (root.child("examples").list() if "examples" in root else ()) if node.value]
        shots = []
        for at, node in enumerate(nodes):
            if "shot" in node and node.child("shot").boolean():
                example = self._example(node, at, fields)
                if example.output is None:
                    node.fail("a shot needs an output to show")
                defaults = {name: schema["default"] for name, schema in self._brief.items() if "default" in schema}
                shots.append(
                    Example(name=example.name, brief={**defaults, **example.brief}, output=example.output, shot=True)
                )
        return tuple(shots)

    def of_stage(self, node: Node, fields: Mapping[str, Schema], single: bool) -> tuple[Example, ...]:
        """Return a stage's examples, every one a shot; their briefs hold what they need and no more."""
        shots = []
        for at, child in enumerate(node.child("examples").list() if "examples" in node else ()):
            child.only(OF_STAGE)
            if "output" not in child:
                child.fail("a stage's example needs an output to show")
            brief = self._inputs(child, complete=False)
            item = child.child("item").value
            if "item" in child and "foreach" not in node:
                child.child("item").fail("`item` goes with `foreach`, which this stage has not")
            output = self._outcome(child, fields, within_limits=True)
            name = child.child("name").text() if "name" in child else f"example {at + 1}"
            shots.append(Example(name=name, brief=brief, item=item, output=output, shot=True))
        return tuple(shots)

    def _example(self, node: Node, at: int, fields: Mapping[str, Schema]) -> Example:
        node.mapping()
        shot = node.child("shot").boolean() if "shot" in node else False
        completion = node.child("completion").text() if "completion" in node else None
        status: Status | None = None
        if "status" in node:
            given = node.child("status")
            status = next((known for known in STATUSES if known == given.value), None)
            if status is None:
                given.fail(f"unknown status {given.value!r}", "one of " + ", ".join(STATUSES))
        if "brief" not in node:
            node.fail("an example needs a brief")
        if "output" not in node and completion is None:
            node.fail("an example needs an output, or a completion with what is to become of it")
        findings = node.child("findings").list() if "findings" in node else ()
        return Example(
            name=node.child("name").text() if "name" in node else f"example {at + 1}",
            brief=self._inputs(node, complete=not shot or completion is not None),
            output=self._outcome(node, fields, within_limits=status not in SHORTFALLS),
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
        for key, child in brief.items():
            values, found = read_values(self._brief, {key: child.value}, complete=False)
            if found:
                child.fail(found[0])
        values, found = read_values(self._brief, brief.mapping(), complete=complete)
        if found:
            brief.fail(found[0])
        return {name: value for name, value in values.items() if name in brief}

    def _outcome(self, node: Node, fields: Mapping[str, Schema], *, within_limits: bool) -> Json:
        if "output" not in node:
            return None
        output = node.child("output")
        single = list(fields) == [TEXT] and isinstance(output.value, str)
        value = {TEXT: output.value} if single else output.mapping()
        for name in fields:
            if name not in value:
                output.fail(f"the output has no {name!r}")
        if not single:
            output.only(fields)
        if within_limits:
            for name, schema in fields.items():
                where = output if single else output.child(name)
                for problem in problems(schema, value[name], "output" if single else name):
                    where.fail(problem)
        return output.value
