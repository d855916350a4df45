"""The code of templates, written so that all which may take time or memory passes by the environment's meter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, operators, optimizeconst

APPLIED = "environment.applied("
SEARCHING = ("in", "notin")


class MeteredGenerator(CodeGenerator):
    """This writes a template's code; see `aigc.bounds.metered` for what each part passes by."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._loops: set[int] = set()  # ids of the nodes that loops go over

    def visit(self, node: nodes.Node, *given: Any, **named: Any) -> Any:
        if id(node) not in self._loops:
            return super().visit(node, *given, **named)
        self._loops.discard(id(node))
        return self._passing("counted", lambda: super(MeteredGenerator, self).visit(node, *given, **named))

    def visit_For(self, node: nodes.For, frame: Frame) -> None:  # noqa: N802
        self._loops.add(id(node.iter))
        super().visit_For(node, frame)

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:  # noqa: N802
        self._applied(self.filters, node.name, lambda: super(MeteredGenerator, self).visit_Filter(node, frame))

    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:  # noqa: N802
        self._applied(self.tests, node.name, lambda: super(MeteredGenerator, self).visit_Test(node, frame))

    def _applied(self, names: dict[str, str], name: str, write: Callable[[], Any]) -> None:
        """Write a filter or test; `names` says how each is called in the code, in here by way of the meter."""
        called = names[name]
        if not called.startswith(APPLIED):  # as it is within another one of its name
            names[name] = f"{APPLIED}{called})"
        try:
            write()
        finally:
            names[name] = called

    @optimizeconst
    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        self.write("environment.concatenated(context.eval_ctx, (")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    @optimizeconst
    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:  # noqa: N802
        first = node.ops[0]
        to_constant = isinstance(first.expr, nodes.Const)
        plain = to_constant or (isinstance(node.expr, nodes.Const) and first.op not in SEARCHING)
        if plain and len(node.ops) == 1:  # at once unlike any list
            super().visit_Compare(node, frame)
            return
        self.write("(")
        self._compared("weighed", node.expr, frame)
        for operand in node.ops:
            self.write(f" {operators[operand.op]} ")
            last = operand is node.ops[-1]  # which is gone through no further than what is left of it
            meter = "searched" if operand.op in SEARCHING else "" if last else "weighed"
            self._compared(meter, operand.expr, frame)
        self.write(")")

    def _compared(self, meter: str, node: nodes.Expr, frame: Frame) -> None:
        """Write an operand, which need not be counted where it stands in the template."""
        self._passing("" if isinstance(node, nodes.Const) else meter, lambda: self.visit(node, frame))

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802
        part = isinstance(node.arg, nodes.Slice)
        self._passing("kept" if part else "", lambda: super(MeteredGenerator, self).visit_Getitem(node, frame))

    def visit_List(self, node: nodes.List, frame: Frame) -> None:  # noqa: N802
        flat = all(isinstance(one, nodes.Const) for one in node.items)
        self._passing("" if flat else "kept", lambda: super(MeteredGenerator, self).visit_List(node, frame))

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:  # noqa: N802
        flat = node.ctx != "load" or all(isinstance(one, nodes.Const) for one in node.items)
        self._passing("" if flat else "kept", lambda: super(MeteredGenerator, self).visit_Tuple(node, frame))

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:  # noqa: N802
        flat = all(isinstance(pair.value, nodes.Const) for pair in node.items)
        self._passing("" if flat else "kept", lambda: super(MeteredGenerator, self).visit_Dict(node, frame))

    def _passing(self, meter: str, write: Callable[[], Any]) -> Any:
        """Write a value that passes by one of the environment's methods, or by none."""
        if not meter:
            return write()
        self.write(f"environment.{meter}(")
        found = write()
        self.write(")")
        return found
