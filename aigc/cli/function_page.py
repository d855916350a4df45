"""What `aigc show` and the guide tell of a filter or a function of templates: its arguments, and where it is used."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from aigc.cli.readable import wrapped

if TYPE_CHECKING:
    from aigc.project import Project
    from aigc.types import Json

FunctionKind = Literal["filter", "global"]
HANDED = ("context", "eval_ctx", "environment")  # what Jinja hands over itself
NOTHING = inspect.Parameter.empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """This is what a filter or function takes. `default` is as Python writes it, empty where there is none; `piped`
    is what stands before the `|`, `by_name` what is said as `name=value` only."""

    name: str
    type_name: str
    default: str = ""
    piped: bool = False
    needed: bool = False
    by_name: bool = False

    @property
    def line(self) -> str:
        """Return the argument as an item of a list."""
        told = "what stands before the `|`" if self.piped else "must be said" if self.needed else ""
        default = f"default {self.default}" if self.default else ""
        parts = (self.type_name, told or default, "by name only" if self.by_name else "")
        return wrapped(f"- `{self.name}`: {', '.join(filter(None, parts))}", "  ")


def arguments_of(function: Callable[..., Any], kind: FunctionKind) -> list[Argument]:
    """Return what a filter or function takes, in order, without what Jinja hands over."""
    found = [one for one in inspect.signature(function).parameters.values() if one.name not in HANDED]
    return [_argument(one, piped=kind == "filter" and at == 0) for at, one in enumerate(found)]


def function_text(function: Callable[..., Any], kind: FunctionKind) -> str:
    """Return what a filter or function does, takes and gives."""
    taken = "\n".join(one.line for one in arguments_of(function, kind))
    gives = _type_name(inspect.signature(function).return_annotation)
    parts = [inspect.getdoc(function) or "", taken, f"Gives {gives}." if gives else ""]
    return "\n\n".join(filter(None, parts))


def function_record(project: Project, name: str, function: Callable[..., Any], kind: FunctionKind) -> dict[str, Json]:
    """Return the same as JSON, with an example."""
    options = [
        {"name": one.name, "type": one.type_name, "default": one.default or None, "required": one.piped or one.needed}
        for one in arguments_of(function, kind)
    ]
    return {
        "kind": kind,
        "name": name,
        "help": inspect.getdoc(function) or "",
        "call": name + str(inspect.signature(function)).replace("'", ""),
        "options": options,
        "example": example_of(project, name, function, kind)[1],
    }


def example_of(project: Project, name: str, function: Callable[..., Any], kind: FunctionKind) -> tuple[str, str]:
    """Return who uses a filter or function, and how; nobody, and how it could be, where no type or origin does."""
    pattern = re.compile(rf"\|\s*{name}\b(?!\s*=)" if kind == "filter" else rf"(?<![\w.|]){name}\(")
    for user, file in _files(project):
        text = _read(file)
        if found := pattern.search(text):
            return user, _around(text, found.start())
    must = [one.name for one in arguments_of(function, kind) if one.piped or one.needed]
    if kind == "global":
        return "", f"{{{{ {name}({', '.join(must)}) }}}}"
    given = f"({', '.join(must[1:])})" if must[1:] else ""
    return "", f"{{{{ {must[0]} | {name}{given} }}}}"


def _argument(one: inspect.Parameter, *, piped: bool) -> Argument:
    stars = "*" if one.kind is one.VAR_POSITIONAL else "**" if one.kind is one.VAR_KEYWORD else ""
    default = "" if one.default is NOTHING else repr(one.default)
    needed = not (stars or default or piped)
    return Argument(
        name=stars + one.name,
        type_name=_type_name(one.annotation),
        default=default,
        piped=piped,
        needed=needed,
        by_name=one.kind is one.KEYWORD_ONLY,
    )


def _type_name(annotation: object) -> str:
    """Return a type as it is written; nothing where it is not."""
    if annotation is NOTHING:
        return ""
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _files(project: Project) -> Iterator[tuple[str, Path]]:
    """Yield content types with their templates, then origins."""
    known: Mapping[str, tuple[Path, str]] = project.content_files()
    for name, (file, _) in known.items():
        yield name, file
    for name, (file, _) in known.items():
        for template in sorted(file.parent.glob("*.j2")):
            yield f"{name.partition('/')[0]}/{template.name}", template
    for name, (file, _) in project.registry.origin_files().items():
        yield name, file


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ""


def _around(text: str, at: int) -> str:
    """Return the expression around a place in one line: what stands between braces there, else the line."""
    for begin, end in (("{{", "}}"), ("{%", "%}")):
        low, high = text.rfind(begin, 0, at), text.find(end, at)
        if low >= 0 and high >= 0 and end not in text[low:at]:
            return " ".join(text[low : high + 2].split())
    return " ".join(text[text.rfind("\n", 0, at) + 1 :].partition("\n")[0].partition("  #")[0].split())
