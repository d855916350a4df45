"""Which names templates and expressions use, and whether a brief can supply them: asked once, at load.

What stands before `task` may only use what is the same for every brief of a batch: `language`, `shots`, the
environment's globals, and what is made of those.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, cast

import jinja2
from jinja2 import meta, nodes
from jinja2.filters import FILTERS as DEFAULT_FILTERS

from aigc.content.all_mistakes import FIRST, Mistakes
from aigc.content.environment import BUNDLED, TemplateEnvironment, template_error
from aigc.content.rendering import refuse_reading
from aigc.errors import ContentTypeError, did_you_mean

STABLE = frozenset(("language", "shots", "shot"))  # known before `task`
Wrong: TypeAlias = Iterator[ContentTypeError]
RESERVED = ("stages", "avoid", "item", "index", "shots", "shot", "self", "loop", "super", "caller", "varargs", "kwargs")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTemplate:
    """This is one template of a prompt: the content type's own, a base, an include, or (`apart`) an imported one."""

    name: str
    text: str
    tree: nodes.Template
    apart: bool = False


def check_template(
    environment: TemplateEnvironment,
    template: str,
    known: frozenset[str],
    stages: Collection[str],
    where: str,
    mistakes: Mistakes = FIRST,
) -> list[PromptTemplate]:
    """Return every template the prompt is made of; ContentTypeError at the line of the first wrong name, unless all
    `mistakes` are gathered.

    `known` are the variables a prompt may use, `stages` the stages whose results are there by then.
    """
    sources = list(_sources(environment, template, where, mistakes))
    for wrong in (*_stray_blocks(sources), *_wrong_names(environment, sources, known, stages, where)):
        mistakes.refuse(wrong)
    return sources


def templates_of(environment: TemplateEnvironment, templates: Iterable[str]) -> list[Path]:
    """Return the files of all templates that prompts are made of: these, and what they extend, include and import."""
    sources = [source for name in templates for source in _sources(environment, name, name, FIRST)]
    return [Path(name) for name in dict.fromkeys(source.name for source in sources)]


def _wrong_names(
    environment: TemplateEnvironment,
    sources: Sequence[PromptTemplate],
    known: frozenset[str],
    stages: Collection[str],
    where: str,
) -> Wrong:
    made = frozenset[str]().union(*(_made(source.tree) for source in sources if not source.apart))
    stable = STABLE | _stable(sources)
    unstable_places = {name for source in sources for name in _early_includes(source, environment)}
    for source in sources:
        allowed = frozenset[str]() if source.apart else known | STABLE | made
        for name, line in _undeclared(environment, source.tree, allowed, source.name):
            message = f"{source.name}:{line}: template uses {name!r}, which no brief has"
            yield ContentTypeError(message, hint=f"{_meant(name, known)}; it is the prompt of {where}")
        yield from _wrong_stages(source.tree, stages, source.name)
        early = [source.tree] if source.name in unstable_places else list(_early(source.tree))
        for part in early:
            for name, line in _undeclared(environment, part, stable, source.name):
                if name in known or name in made:
                    yield ContentTypeError(
                        f"{source.name}:{line}: {name!r} stands before the block `task`",
                        hint="only `language` and `shots` are known there, so that a batch shares its beginning",
                    )


def check_expression(
    environment: TemplateEnvironment,
    expression: str,
    known: Collection[str],
    stages: Collection[str],
    where: str,
    mistakes: Mistakes = FIRST,
) -> None:
    """Refuse an expression that does not parse, or uses a name, a filter or a stage there is not."""
    tree = parsed(environment, expression, where, mistakes)
    for name, _ in _undeclared(environment, tree, known, where):
        message = f"{where}: {expression!r} uses {name!r}, which no brief has"
        mistakes.refuse(ContentTypeError(message, hint=_meant(name, known)))
    for wrong in _wrong_stages(tree, stages, where, line_known=True):
        mistakes.refuse(wrong)


def unknown_names(environment: TemplateEnvironment, expression: str, known: Collection[str], where: str) -> set[str]:
    """Return the names an expression uses that are not known; ContentTypeError where it does not parse, or uses a
    filter there is not."""
    return {name for name, _ in _undeclared(environment, parsed(environment, expression, where), known, where)}


def uses_only(environment: TemplateEnvironment, expression: str, known: Collection[str]) -> bool:
    """Say whether the value of an expression depends on the known names alone: it uses no other, no filter or test,
    and calls nothing but what its own texts can do."""
    tree = environment.parse(_braced(expression))
    names = {node.name for node in tree.find_all(nodes.Name)}
    own = all(
        isinstance(call.node, nodes.Getattr) and isinstance(call.node.node, nodes.Const)
        for call in tree.find_all(nodes.Call)
    )
    filters = [*tree.find_all(nodes.Filter), *tree.find_all(nodes.Test)]
    return own and names <= {*known} and not filters


def parsed(environment: TemplateEnvironment, expression: str, where: str, mistakes: Mistakes = FIRST) -> nodes.Template:
    """Parse an expression; ContentTypeError where it is none, reads a file, or uses a filter or test there is not."""
    try:
        tree = environment.parse(_braced(expression))
    except jinja2.TemplateError as error:
        raise template_error(error, where) from None
    refuse_reading(tree, where)
    for wrong in _wrong_words(environment, tree, where, line_known=True):
        mistakes.refuse(wrong)
    return tree


def _braced(expression: str) -> str:
    return expression if "{{" in expression or "{%" in expression else "{{ " + expression + " }}"


def _wrong_stages(tree: nodes.Template, stages: Collection[str], where: str, *, line_known: bool = False) -> Wrong:
    """Yield what is wrong with `stages.x` and `stages['x']` where no stage x has run by then."""
    used: list[nodes.Getattr | nodes.Getitem] = [*tree.find_all(nodes.Getattr), *tree.find_all(nodes.Getitem)]
    for node in used:
        if not (isinstance(node.node, nodes.Name) and node.node.name == "stages"):
            continue
        argument = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
        if isinstance(argument, str) and argument not in stages and argument not in ("items", "values", "keys", "get"):
            place = where if line_known else f"{where}:{node.lineno}"
            yield ContentTypeError(
                f"{place}: there is no earlier stage {argument!r}", hint=did_you_mean(argument, stages)
            )


def fills_task(sources: list[PromptTemplate]) -> bool:
    """Say whether the prompt has a task: a block with something in it, or such a template without blocks."""
    tasks = [block for source in sources for block in source.tree.find_all(nodes.Block) if block.name == "task"]
    return any(map(_says, tasks)) if tasks else any(_says(source.tree) for source in sources if not source.apart)


def has_blocks(sources: list[PromptTemplate]) -> bool:
    """Say whether any template of the prompt has a block."""
    return any(source.tree.find(nodes.Block) is not None for source in sources)


def _says(tree: nodes.Block | nodes.Template) -> bool:
    """Say whether anything may be printed there that can be seen."""
    for node in tree.body:
        if not isinstance(node, nodes.Output):
            return True
        texts = [one.data if isinstance(one, nodes.TemplateData) else "x" for one in node.nodes]
        if any(sign.isprintable() and not sign.isspace() for text in texts for sign in text):
            return True
    return False


def _stray_blocks(sources: Sequence[PromptTemplate]) -> Wrong:
    """Yield each block that no template has which the one with it extends: what stands in it is shown to nobody."""
    for source in sources:
        parents = [one for one in sources if one is not source and not one.apart]
        if not parents or source.tree.find(nodes.Extends) is None or _calls_itself(source.tree):
            continue
        known = {block.name for one in parents for block in one.tree.find_all(nodes.Block)}
        for block in source.tree.body:
            if isinstance(block, nodes.Block) and block.name not in known:
                place = f"{source.name}:{block.lineno}"
                hint = did_you_mean(block.name, known)
                yield ContentTypeError(f"{place}: no template above has a block {block.name!r}", hint=hint)


def _calls_itself(tree: nodes.Template) -> bool:
    return any(name.name == "self" for name in tree.find_all(nodes.Name))


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


def _sources(
    environment: TemplateEnvironment, template: str, where: str, mistakes: Mistakes
) -> Iterator[PromptTemplate]:
    waiting, seen = [(template, False, where)], set()
    while waiting:
        name, apart, from_where = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        try:
            assert environment.loader is not None
            text, file, _ = environment.loader.get_source(environment, name)
            assert file is not None  # our loader reads files only
            tree = environment.tree(text, name, file)
            wrong = list(_wrong_words(environment, tree, file))
            for one in wrong:
                mistakes.refuse(one)
            if not wrong:
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


def _wrong_words(
    environment: TemplateEnvironment, tree: nodes.Template, where: str, *, line_known: bool = False
) -> Wrong:
    """Yield unknown filters and tests everywhere; Jinja itself lets them pass inside an `if`."""
    used: list[nodes.Filter | nodes.Test] = [*tree.find_all(nodes.Filter), *tree.find_all(nodes.Test)]
    for node in used:
        kind = "filter" if isinstance(node, nodes.Filter) else "test"
        known: Collection[str] = environment.filters if kind == "filter" else environment.tests
        place = where if line_known else f"{where}:{node.lineno}"
        if node.name not in known:
            told = f"{place}: no {kind} named {node.name!r}{environment.wanting()}"
            yield ContentTypeError(told, hint=did_you_mean(node.name, known))
        elif kind == "filter":
            yield from _wrong_arguments(environment, node, place)


def _wrong_arguments(environment: TemplateEnvironment, node: nodes.Filter | nodes.Test, place: str) -> Wrong:
    """Yield arguments that a filter of ours or of a plugin does not take; those given by `*` and `**` are seen when it
    runs, and so are those of Jinja's own, whose signatures do not tell."""
    if node.name in DEFAULT_FILTERS or node.dyn_args is not None or node.dyn_kwargs is not None:
        return
    function = environment.filters[node.name]
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some of C's have none
        return
    passed = [None] if getattr(function, "jinja_pass_arg", None) else []  # the context, say
    named = {str(cast(nodes.Keyword, one).key): None for one in node.kwargs}
    try:
        signature.bind(*passed, None, *node.args, **named)
    except TypeError as error:
        takes = [name for name, one in signature.parameters.items() if one.kind is not one.VAR_KEYWORD]
        unknown = next((name for name in named if name not in takes), "")
        hint = did_you_mean(unknown, takes[1:]) if unknown else f"see `aigc show {node.name}`"
        yield ContentTypeError(f"{place}: filter {node.name!r}: {error}", hint=hint)


def _named(node: nodes.Node, where: str) -> list[str]:
    template = cast(nodes.Expr, node.template)  # type: ignore[attr-defined]
    try:
        value = template.as_const()
        return [str(name) for name in value] if isinstance(value, list | tuple) else [str(value)]
    except (nodes.Impossible, jinja2.TemplateError, RecursionError):  # nothing that is known, or that there is
        raise ContentTypeError(f"{where}: a template is named by plain text, so that it can be checked") from None


def _undeclared(
    environment: TemplateEnvironment, part: nodes.Node, fine: Collection[str], where: str
) -> list[tuple[str, int]]:
    """Return what the part takes from outside besides globals and `fine`, each name with the line of its first use.
    ContentTypeError for one that cannot be compiled: what is the same for every brief is computed there."""
    lines: dict[str, int] = {}
    for node in part.find_all(nodes.Name):
        if node.ctx == "load" and node.name not in fine and node.name not in environment.globals:
            lines.setdefault(node.name, node.lineno)
    if not lines:  # the usual case, found without Jinja's slow analysis of scopes
        return []
    tree = part if isinstance(part, nodes.Template) else nodes.Template([part], lineno=part.lineno)
    tree.set_environment(environment)
    try:
        names = meta.find_undeclared_variables(tree)
    except jinja2.TemplateAssertionError:  # a filter or test that there is not, which is said by itself
        names = {*lines} - _made(tree)
    except jinja2.TemplateError as error:
        raise template_error(error, where) from None
    except RecursionError:
        raise ContentTypeError(f"{where}: is nested too deeply") from None
    return sorted(((name, line) for name, line in lines.items() if name in names), key=lambda found: found[1])


def _meant(name: str, known: Collection[str]) -> str:
    """Return what an unknown name may mean: `item` where there is none, else the nearest."""
    return "a stage with `foreach:` has it" if name in ("item", "index") else did_you_mean(name, known)


def _made(tree: nodes.Template) -> frozenset[str]:
    """Return every name a template gives to something itself: by set, for, macro or import."""
    names = {node.name for node in tree.find_all(nodes.Name) if node.ctx in ("store", "param")}
    names |= {node.name for node in tree.find_all(nodes.Macro)}
    names |= {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        names |= {name if isinstance(name, str) else name[1] for name in node.names}
    return frozenset(names)


def _stable(sources: Sequence[PromptTemplate]) -> frozenset[str]:
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
