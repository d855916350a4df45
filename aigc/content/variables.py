"""Which names templates and expressions use, and whether a brief can supply them: asked once, at load.

What stands before `task` may only use what is the same for every brief of a batch: `language`, `shots`, the
environment's globals, and what is made of those.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import jinja2
from jinja2 import meta, nodes

from aigc.content.environment import BUNDLED, TemplateEnvironment, template_error
from aigc.content.rendering import refuse_reading
from aigc.errors import ContentTypeError, did_you_mean

STABLE = frozenset(("language", "shots", "shot"))  # known before `task`
RESERVED = ("stages", "avoid", "item", "index", "shots", "shot", "self", "loop", "super", "caller", "varargs", "kwargs")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTemplate:
    """This is one template of a prompt: the content type's own, a base, an include, or (`apart`) an imported one."""

    name: str
    text: str
    tree: nodes.Template
    apart: bool = False


def check_template(
    environment: TemplateEnvironment, template: str, known: Collection[str], stages: Collection[str], where: str
) -> list[PromptTemplate]:
    """Return every template the prompt is made of; ContentTypeError at the line of the first wrong name.

    `known` are the variables a prompt may use, `stages` the stages whose results are there by then.
    """
    sources = list(_sources(environment, template, where))
    made = frozenset().union(*(_made(source.tree) for source in sources if not source.apart))
    stable = STABLE | _stable(sources)
    unstable_places = {name for source in sources for name in _early_includes(source, environment)}
    for source in sources:
        allowed = frozenset() if source.apart else frozenset(known) | STABLE | made
        _check(environment, source.tree, allowed, known, source.name)
        check_stages(source.tree, stages, source.name)
        early = [source.tree] if source.name in unstable_places else list(_early(source.tree))
        for part in early:
            for name, line in _undeclared(environment, part, stable):
                if name in known or name in made:
                    raise ContentTypeError(
                        f"{source.name}:{line}: {name!r} stands before the block `task`",
                        hint="only `language` and `shots` are known there, so that a batch shares its beginning",
                    )
    return sources


def check_expression(
    environment: TemplateEnvironment, expression: str, known: Collection[str], stages: Collection[str], where: str
) -> None:
    """Refuse an expression that does not parse, or uses a name, a filter or a stage there is not."""
    tree = parsed(environment, expression, where)
    for name, _ in _undeclared(environment, tree, known):
        raise ContentTypeError(
            f"{where}: {expression!r} uses {name!r}, which no brief has", hint=did_you_mean(name, known)
        )
    check_stages(tree, stages, where, line_known=True)


def unknown_names(environment: TemplateEnvironment, expression: str, known: Collection[str], where: str) -> set[str]:
    """Return the names an expression uses that are not known; ContentTypeError where it does not parse, or uses a
    filter there is not."""
    return {name for name, _ in _undeclared(environment, parsed(environment, expression, where), known)}


def parsed(environment: TemplateEnvironment, expression: str, where: str) -> nodes.Template:
    """Parse an expression; ContentTypeError where it is none, reads a file, or uses a filter or test there is not."""
    text = expression if "{{" in expression or "{%" in expression else "{{ " + expression + " }}"
    try:
        tree = environment.parse(text)
    except jinja2.TemplateError as error:
        raise template_error(error, where) from None
    refuse_reading(tree, where)
    _check_words(environment, tree, where, line_known=True)
    return tree


def check_stages(tree: nodes.Template, stages: Collection[str], where: str, *, line_known: bool = False) -> None:
    """Refuse `stages.x` and `stages['x']` where no stage x has run by then."""
    used: list[nodes.Getattr | nodes.Getitem] = [*tree.find_all(nodes.Getattr), *tree.find_all(nodes.Getitem)]
    for node in used:
        if not (isinstance(node.node, nodes.Name) and node.node.name == "stages"):
            continue
        argument = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
        if isinstance(argument, str) and argument not in stages and argument not in ("items", "values", "keys", "get"):
            place = where if line_known else f"{where}:{node.lineno}"
            raise ContentTypeError(
                f"{place}: there is no earlier stage {argument!r}", hint=did_you_mean(argument, stages)
            )


def fills_task(sources: list[PromptTemplate]) -> bool:
    """Say whether the prompt has a task: a block with something in it, or a template without blocks."""
    tasks = [block for source in sources for block in source.tree.find_all(nodes.Block) if block.name == "task"]
    return any(block.body for block in tasks) or not tasks


def digest(
    content: bytes, sources: list[PromptTemplate], mixes: Mapping[str, bytes], reads: Mapping[str, bytes]
) -> str:
    """Return the SHA-256 of a content type: its YAML, every template and mix, and what templates read, each with its
    own name."""
    total = hashlib.sha256(content)
    for name, text in sorted((Path(source.name).name, source.text) for source in sources):
        total.update(b"\0" + name.encode() + b"\0" + text.encode())
    for name, source in sorted(mixes.items()):
        total.update(b"\0mix " + name.encode() + b"\0" + source)
    for name, source in sorted(reads.items()):
        total.update(b"\0read " + name.encode() + b"\0" + source)
    return total.hexdigest()


def _sources(environment: TemplateEnvironment, template: str, where: str) -> Iterator[PromptTemplate]:
    waiting, seen = [(template, False, where)], set()
    while waiting:
        name, apart, from_where = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        try:
            assert environment.loader is not None
            text, file, _ = environment.loader.get_source(environment, name)
            tree = environment.parse(text, name, file)
            assert file is not None  # our loader reads files only
            _check_words(environment, tree, file)
            environment.renewed(name)  # compiles, which finds what parsing does not
        except jinja2.TemplateError as error:
            raise template_error(error, from_where) from None
        yield PromptTemplate(name=file, text=text, tree=tree, apart=apart)
        kinds = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
        for node in tree.find_all(kinds):
            place = f"{file}:{node.lineno}"
            separate = apart or (isinstance(node, nodes.Import | nodes.FromImport) and not node.with_context)
            for reference in _named(node, place):
                try:
                    joined = environment.join_path(reference, name)
                except jinja2.TemplateError as error:
                    raise template_error(error, place) from None
                waiting.append((joined, separate, place))


def _check_words(
    environment: TemplateEnvironment, tree: nodes.Template, where: str, *, line_known: bool = False
) -> None:
    """Refuse unknown filters and tests everywhere; Jinja itself lets them pass inside an `if`."""
    used: list[nodes.Filter | nodes.Test] = [*tree.find_all(nodes.Filter), *tree.find_all(nodes.Test)]
    for node in used:
        kind = "filter" if isinstance(node, nodes.Filter) else "test"
        known: Collection[str] = environment.filters if kind == "filter" else environment.tests
        if node.name not in known:
            place = where if line_known else f"{where}:{node.lineno}"
            raise ContentTypeError(f"{place}: no {kind} named {node.name!r}", hint=did_you_mean(node.name, known))


def _named(node: nodes.Node, where: str) -> list[str]:
    template = cast(nodes.Expr, node.template)  # type: ignore[attr-defined]
    try:
        value = template.as_const()
    except nodes.Impossible:
        raise ContentTypeError(f"{where}: a template is named by plain text, so that it can be checked") from None
    return [str(name) for name in value] if isinstance(value, list | tuple) else [str(value)]


def _undeclared(environment: TemplateEnvironment, part: nodes.Node, fine: Collection[str]) -> list[tuple[str, int]]:
    """Return what the part takes from outside besides globals and `fine`, each name with the line of its first use."""
    lines: dict[str, int] = {}
    for node in part.find_all(nodes.Name):
        if node.ctx == "load" and node.name not in fine and node.name not in environment.globals:
            lines.setdefault(node.name, node.lineno)
    if not lines:  # the usual case, found without Jinja's slow analysis of scopes
        return []
    tree = part if isinstance(part, nodes.Template) else nodes.Template([part], lineno=part.lineno)
    tree.set_environment(environment)
    names = meta.find_undeclared_variables(tree)
    return sorted(((name, line) for name, line in lines.items() if name in names), key=lambda found: found[1])


def _check(
    environment: TemplateEnvironment, tree: nodes.Template, allowed: Collection[str], known: Collection[str], file: str
) -> None:
    for name, line in _undeclared(environment, tree, allowed):
        raise ContentTypeError(
            f"{file}:{line}: template uses {name!r}, which no brief has", hint=did_you_mean(name, known)
        )


def _made(tree: nodes.Template) -> frozenset[str]:
    """Return every name a template gives to something itself: by set, for, macro or import."""
    names = {node.name for node in tree.find_all(nodes.Name) if node.ctx in ("store", "param")}
    names |= {node.name for node in tree.find_all(nodes.Macro)}
    names |= {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        names |= {name if isinstance(name, str) else name[1] for name in node.names}
    return frozenset(names)


def _stable(sources: list[PromptTemplate]) -> frozenset[str]:
    """Return the top-level names made of stable ones only, in any of the templates."""
    stable = set(STABLE)
    for source in sources:
        for node in source.tree.body:
            if isinstance(node, nodes.Assign | nodes.AssignBlock | nodes.Macro):
                used = {name.name for name in node.find_all(nodes.Name) if name.ctx == "load"}
                made = {name.name for name in node.find_all(nodes.Name) if name.ctx in ("store", "param")}
                if used <= stable | (made if isinstance(node, nodes.Macro) else set()):
                    stable |= {node.name} if isinstance(node, nodes.Macro) else made
            elif isinstance(node, nodes.Import | nodes.FromImport) and not node.with_context:
                stable |= _made(nodes.Template([node]))
    return frozenset(stable)


def _early(tree: nodes.Template) -> Iterator[nodes.Block]:
    for block in tree.find_all(nodes.Block):
        if block.name in ("system", "examples"):
            yield block


def _early_includes(source: PromptTemplate, environment: TemplateEnvironment) -> set[str]:
    """Return the files of templates included before `task`."""
    names = set()
    for block in _early(source.tree):
        for node in block.find_all(nodes.Include):
            for name in _named(node, source.name):
                joined = environment.join_path(name, source.name)
                names.add(joined if Path(joined).is_absolute() else str(BUNDLED / joined))
    return names
