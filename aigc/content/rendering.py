"""A template or an expression at work: whatever goes wrong in it is a ContentTypeError that names its place.

It has an account of steps (`aigc.bounds.metered`) and a time. The row or piece that it is for fails, and no other; but
one that took too long several times in a row, as where a plugin's filter waits for ever, is not rendered again.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

import jinja2
from jinja2 import nodes

from aigc.bounds.boundary import message_of, ours, sound, told
from aigc.bounds.watchdog import OutOfTime, Watched
from aigc.bounds.whereabouts import line_at, reached
from aigc.content.numbers import READING as READING_NUMBERS
from aigc.errors import AigcError, ContentTypeError, did_you_mean

if TYPE_CHECKING:
    from aigc.content.environment import TemplateEnvironment

TRIES = 3  # times in a row that one may take too long
BY_JINJA = {"__jinja_template__", "__jinja_exception__"}  # names that the code of templates has
READING = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
VALUE_ERRORS = (
    TypeError,
    ValueError,
    LookupError,
    ArithmeticError,
    AttributeError,
)  # a value that does not fit its use
OPERANDS = {  # in Python's words → what to do about it
    "'NoneType'": "a value is unknown",
    "'str'": f"a text stands where a number is wanted; {READING_NUMBERS}",
    " str ": f"a text stands where a number is wanted; {READING_NUMBERS}",
    "non-int": f"a text stands where a number is wanted; {READING_NUMBERS}",
}


class PlacedExpression(str):
    """This is an expression with the place where it is written, `file:line`."""

    where: str

    def __new__(cls, text: str, where: str = "") -> PlacedExpression:
        placed = super().__new__(cls, text)
        placed.where = where
        return placed


class Rendering(Watched):
    """This is one template or expression while it is rendered. `known` are the names that it may use."""

    __slots__ = ("_known", "_late", "_template")

    def __init__(self, environment: TemplateEnvironment, name: str, known: Iterable[str], *, template: bool) -> None:
        super().__init__(name, environment.timeouts.template)
        environment.refill()
        self._late = environment.late
        self._known = known
        self._template = template

    def __enter__(self) -> Self:
        told = self._late.get(self._name, []) if self._late else []
        if len(told) >= TRIES:
            raise ContentTypeError(f"{told[-1]}, {TRIES} times in a row: not rendered again")
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        super().__exit__(kind, error, trace)
        error = sound(error)
        if error is None and self._late:
            self._late.pop(self._name, None)
        if error is not None and ours(error, self) and not isinstance(error, AigcError):
            broken = self._told(error)
            if isinstance(error, OutOfTime) and self.overdue:
                self._late.setdefault(self._name, []).append(broken.message)
            raise broken from None
        return None

    def _told(self, error: BaseException) -> ContentTypeError:
        from aigc.content.environment import NAMED, template_error

        if self._template:
            where = place_of(error) or self.name
        else:
            place = getattr(self.name, "where", "")
            where = f"{place}: {str(self.name)!r}" if place else repr(str(self.name))
        if isinstance(error, jinja2.UndefinedError):
            name = NAMED.search(str(error.message))
            hint = did_you_mean(name[1], self._known) if name else ""
            return ContentTypeError(f"{where}: {error.message}", hint=hint)
        if isinstance(error, jinja2.TemplateError):
            return template_error(error, where) if self._template else ContentTypeError(f"{where}: {error.message}")
        known = (remedy for words, remedy in OPERANDS.items() if isinstance(error, TypeError) and words in str(error))
        return ContentTypeError(f"{where}: {self._broken(error)}", hint=next(known, ""))

    def _broken(self, error: BaseException) -> str:
        if isinstance(error, OutOfTime):
            place = reached(beyond_templates(error.__traceback__))
            return f"takes longer than {self.seconds:g} s{place and f', and was at {place}'}"
        if isinstance(error, RecursionError):
            return "calls itself without end"
        if isinstance(error, MemoryError):
            return "needs more memory than there is"
        return message_of(error) if isinstance(error, VALUE_ERRORS) else told(error)


def refuse_reading(tree: nodes.Template, where: str = "") -> None:
    """Refuse an expression that reads a template: it may come from anybody, and goes to whoever writes."""
    found = next(tree.find_all(READING), None)
    if found is not None:
        tag = "import" if isinstance(found, nodes.Import | nodes.FromImport) else type(found).__name__.lower()
        place = f"{where}: " if where else ""
        raise ContentTypeError(f"{place}an expression reads no file: {{% {tag} %}} is for templates")


def beyond_templates(trace: TracebackType | None) -> TracebackType | None:
    """Return the part of a trace that is in what a template called."""
    beyond, at = trace, trace
    while at is not None:
        if BY_JINJA & at.tb_frame.f_globals.keys():
            beyond = at.tb_next
        at = at.tb_next
    return beyond


def place_of(error: BaseException) -> str:
    """Return the innermost place in a template where an error came up, `file:line`; nothing where that is in none."""
    place, trace = "", error.__traceback__
    while trace is not None:
        names, code = trace.tb_frame.f_globals, trace.tb_frame.f_code
        template = names.get("__jinja_template__")
        if isinstance(template, jinja2.Template) and template.filename:
            place = f"{template.filename}:{template.get_corresponding_lineno(line_at(trace))}"
        elif "__jinja_exception__" in names:  # as Jinja writes it anew
            place = f"{code.co_filename}:{line_at(trace)}"
        trace = trace.tb_next
    return place
