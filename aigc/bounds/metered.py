"""A Jinja environment whose templates and expressions cannot go on for ever, or make what does not fit into memory.

Its code generator has every loop, call, filter, operator and printed value pass by a meter:

    {% for x in xs %}   counted(xs)      a step for each round, before the first
    f(x)                call(f, x)       a step, and one for every value in what goes in and comes out
    x | f               applied(f)(x)    the same
    x in y              searched(y)      what is looked through counts
    x * y, x % y        call_binop       the size is known before it is made
    x ~ y, x[1:2], [x]  kept(…)          what is made counts
    {{ x }}             finalize(x)      the same

`refill` begins a new account: a template or an expression has half a million steps, a text or list ten million
characters or items. Steps and not seconds are counted, so that a template that stands on one machine stands on all.
What C code does with one value that passed (a regular expression of a filter, say) is left to the watchdog.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from functools import partial
from types import CodeType
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, LoopContext, markup_join, str_join
from jinja2.sandbox import SandboxedEnvironment, SandboxedEscapeFormatter, SandboxedFormatter
from jinja2.utils import generate_lorem_ipsum
from markupsafe import Markup

from aigc.bounds.code_generator import MeteredGenerator
from aigc.bounds.metered_filters import METERED
from aigc.bounds.sizes import METHODS, PER_STEP, formatted, measured, printed, repeated, widths

STEPS = 500_000
LETTERS = 8  # of a word of Latin
LONGEST = 10_000_000  # characters of a text, items of a list
DEPTH = 200  # of what is written within another: Python's compiler takes no more brackets
MOST_BITS = 32_768  # of a whole number: some ten thousand digits
OWN = ("_loop_vars", "_block_vars")  # what Jinja's own code hands over besides
THROUGH = ("count", "index", "copy", "remove", "reverse", "sort")  # methods of a list that go through all of it
DEEP = (RecursionError, MemoryError, SyntaxError, ValueError, OverflowError)  # of Python's compiler, and of numbers


class TooMuch(jinja2.TemplateRuntimeError):
    """This is why a template or an expression is broken off."""


class MeteredEnvironment(SandboxedEnvironment):
    """This is Jinja's sandbox with a meter. `finalize` makes of a value what is printed, as Jinja's own does."""

    code_generator_class = MeteredGenerator
    intercepted_binops = frozenset(SandboxedEnvironment.default_binop_table)

    def __init__(self, *, finalize: Callable[[Any], Any] | None = None, **options: Any) -> None:
        self.left = STEPS
        self._shown = finalize or (lambda value: value)
        super().__init__(finalize=self._printed, **options)
        for name, filter_ in METERED.items():
            self.filters[name] = filter_
        self.globals["lipsum"] = self._lipsum()

    def refill(self) -> None:
        """Begin a new account."""
        self.left = STEPS

    def weigh(self, value: Any) -> None:
        """Take what a value has in it from the account. TooMuch where that is more than is left."""
        if type(value) is str:
            self.left -= 1 + len(value) // PER_STEP
        else:
            many, chars = measured(value, self.left)
            self.left -= many + chars // PER_STEP
        if self.left < 0:
            raise TooMuch(f"goes on too long, for more than {STEPS:,} steps")

    def allow(self, size: int, what: str = "characters", *, each: int = 1) -> None:
        """Take what is about to be made from the account, as if it were so many characters `each`. TooMuch where it is
        too large."""
        if size > LONGEST:
            raise TooMuch(f"makes {size:,} {what}, at most {LONGEST:,}")
        self.left -= size * each // PER_STEP
        if self.left < 0:
            raise TooMuch(f"goes on too long, for more than {STEPS:,} steps")

    # -- what templates' code passes by -------------------------------------------------------------------------------

    def counted(self, items: Any) -> Any:
        """Return what a loop goes over; its rounds are counted before, or one by one where nobody knows how many."""
        try:
            rounds = len(items)
        except TypeError:
            return self._counting(items)
        self.left -= rounds + 1
        if self.left < 0:
            raise TooMuch(f"goes on too long, for more than {STEPS:,} steps")
        return items

    def _counting(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.weigh(item)
            yield item

    def kept(self, value: Any) -> Any:
        """Return a value that was made, counted; what is yet to come of it is counted as it comes."""
        if hasattr(type(value), "__next__") and hasattr(type(value), "__iter__"):
            return self._counting(value)
        self.weigh(value)
        return value

    def weighed(self, value: Any) -> Any:
        """Return a value that is there, counted."""
        self.weigh(value)
        return value

    def searched(self, value: Any) -> Any:
        """Return what `in` looks through, counted: a text or a list as a whole, what is looked up as one."""
        if isinstance(value, Mapping | Set):
            self.left -= 1
        else:
            self.weigh(value)
        return value

    def applied(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a filter or test that is counted."""
        return partial(self._apply, function)

    def _apply(self, function: Callable[..., Any], *given: Any, **named: Any) -> Any:
        for value in given:
            self.weigh(value)
        for value in named.values():
            self.weigh(value)
        return self.kept(function(*given, **named))

    def concatenated(self, context: EvalContext, parts: tuple[Any, ...]) -> str:
        """Return parts as one text, as `~` joins them."""
        self.allow(printed(parts, self.left))
        self.weigh(parts)
        return markup_join(parts) if context.autoescape else str_join(parts)

    def concat(self, parts: Iterable[str]) -> str:
        """Return all that a template or a part of one writes."""
        texts: list[str] = []
        size, most = 0, min(self.left * PER_STEP, LONGEST)
        for part in parts:
            size += len(part)
            if size > most:
                raise TooMuch(f"writes more than {most:,} characters")
            texts.append(part)
        self.left -= size // PER_STEP
        return "".join(texts)

    def _printed(self, value: Any) -> Any:
        if value is not None:
            self.weigh(value)
        return self._shown(value)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """Call a function of a template's, counted; methods that pad, repeat or join may refuse."""
        __self.left -= 1
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, str | bytes) or (isinstance(owner, list | tuple) and __obj.__name__ in THROUGH):
            __self.weigh(owner)
        if isinstance(owner, str | bytes | int):
            args = __self._method(__obj.__name__, owner, args, kwargs)
        elif isinstance(__obj, LoopContext) and args:
            args = (__self.counted(args[0]), *args[1:])
        for value in args:
            __self.weigh(value)
        for name, value in kwargs.items():
            if name not in OWN:
                __self.weigh(value)
        return __self.kept(super().call(__context, __obj, *args, **kwargs))

    def _method(self, name: str, owner: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        predicted = METHODS.get(name)
        if predicted is None:
            return args
        if name == "join" and args:
            args = (list(self.counted(args[0])),)
        self.allow(predicted(owner, *args, **{name: one for name, one in kwargs.items() if name not in OWN}))
        return args

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Do a sum; what would be too large is refused."""
        if operator == "%" and isinstance(left, str | bytes):
            self.allow(formatted(left, right, self.left))
        elif operator == "*" and (size := repeated(left, right)) is not None:
            text = isinstance(left, str | bytes) or isinstance(right, str | bytes)
            self.allow(size) if text else self.allow(size, "entries", each=PER_STEP)
        elif isinstance(left, int) and isinstance(right, int):
            bits = left.bit_length() + right.bit_length()
            if operator == "**":
                bits = left.bit_length() * abs(right)
            if bits > MOST_BITS:
                raise TooMuch("reckons with too large a number")
        value = super().call_binop(context, operator, left, right)
        self.left -= 1
        if operator == "+" and not isinstance(value, int | float):
            self.weigh(value)
        return value

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Return what stands for `str.format` in a sandbox, metered as well."""
        if super().wrap_str_format(value) is None:
            return None
        form: str = value.__self__
        formatter: SandboxedFormatter = _Formatter(self)
        if isinstance(form, Markup):
            formatter = _EscapingFormatter(self, escape=form.escape)

        def filled(*args: Any, **kwargs: Any) -> str:
            given = (args, kwargs) if value.__name__ == "format" else ((), *args)
            return type(form)(formatter.vformat(form, *given))

        return filled

    def _lipsum(self) -> Callable[..., str]:
        """Return what makes up Latin, if it is not too long. A function: of a method or a partial a template could ask
        for this environment."""

        def lipsum(n: int = 5, html: bool = True, min: int = 20, max: int = 100) -> str:
            self.allow(n * (max + 1) * LETTERS, each=PER_STEP // LETTERS)
            return generate_lorem_ipsum(n, html, min, max)

        return lipsum

    # -- what is compiled ---------------------------------------------------------------------------------------------

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> jinja2.Template:
        """Return a template, as Jinja does: each include, import and extends is a step."""
        self.left -= 1
        if self.left < 0:
            raise TooMuch(f"goes on too long, for more than {STEPS:,} steps")
        return super().get_template(name, parent, globals)

    def parse(self, source: str, name: str | None = None, filename: str | None = None) -> nodes.Template:
        """Parse a template. TemplateSyntaxError also for what is nested too deeply."""
        try:
            tree = super().parse(source, name, filename)
        except DEEP as error:
            raise _nested(error, name, filename) from None
        if _deeper(tree, DEPTH):  # as `1 + 1 + 1 …` is without a bracket
            raise _nested(RecursionError(), name, filename)
        return tree

    def compile(self, source: Any, name: Any = None, filename: Any = None, *given: Any, **named: Any) -> Any:
        """Compile a template. TemplateSyntaxError also for what is nested too deeply."""
        try:
            code: str | CodeType = super().compile(source, name, filename, *given, **named)
        except DEEP as error:
            raise _nested(error, name, filename) from None
        return code


class _Formatter(SandboxedFormatter):
    """This fills in `{}`, each as wide as the meter allows."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        environment: Any = self._env
        environment.allow(widths(format_spec) + printed(value, environment.left))
        environment.weigh(value)
        return super().format_field(value, format_spec)

    def convert_field(self, value: Any, conversion: Any) -> Any:
        environment: Any = self._env
        environment.weigh(value)
        return super().convert_field(value, conversion)


class _EscapingFormatter(_Formatter, SandboxedEscapeFormatter):
    """This is the same for markup."""


def _deeper(tree: nodes.Node, most: int) -> bool:
    """Say whether more than so many nodes of a tree lie within each other. Whoever reads one goes as deep."""
    level: list[nodes.Node] = [tree]
    for _ in range(most):
        level = [child for node in level for child in node.iter_child_nodes()]
        if not level:
            return False
    return True


def _nested(error: BaseException, name: str | None, filename: str | None) -> jinja2.TemplateSyntaxError:
    deep = isinstance(error, RecursionError | MemoryError | SyntaxError)
    return jinja2.TemplateSyntaxError("is nested too deeply" if deep else str(error), 1, name, filename)
