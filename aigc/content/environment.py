"""The Jinja environment of templates and expressions: sandboxed, metered, and strict about undefined names.

A template is found beside the one that names it (or beside the content type's YAML), one folder up, then among the
bundled ones, `base.j2`. Loaded names are absolute paths, so two families may both have a `headline.j2`. Each has a
fence, the folder that it may not leave, by links neither: that of a project's own types is the project's `templates/`,
of others the folder above theirs. What no content type named, nor a template of one, is not loaded at all.
None prints as nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import jinja2
from jinja2 import pass_environment
from jinja2.runtime import Context

from aigc.bounds.metered import MeteredEnvironment
from aigc.bounds.metered_filters import METERED
from aigc.bounds.undisturbed import disturbs_nothing
from aigc.content.brand_pack import BrandPack
from aigc.content.links import leads_out
from aigc.content.measures import COUNTERS, Counter
from aigc.content.numbers import money, number, refuse_texts, to_float, to_int
from aigc.content.shorten import At, trim
from aigc.errors import ContentTypeError, did_you_mean, near_file
from aigc.plugs.timeouts import DEFAULT, Timeouts
from aigc.types import Json
from aigc.types.foreign import file_bytes

BUNDLED = Path(__file__).parent
UNEXPECTED = re.compile(r"unexpected '[^']*'|expected token 'end of (?:print|statement) .*")
SEEN_FROM = "a name is as seen from the folder of this file, or from the one above"
TAG = re.compile(r"Encountered unknown tag '(\w+)'")
TAGS = (
    *("block", "call", "elif", "else", "endblock", "endcall", "endfilter", "endfor", "endif", "endmacro", "endset"),
    *("endwith", "extends", "filter", "for", "from", "if", "import", "include", "macro", "set", "with"),
)
NAMED = re.compile(r"'([^']+)' is undefined")


class FileLoader(jinja2.BaseLoader):
    """This is a loader of templates by their absolute paths; a relative name is one of the bundled ones. `fences` has
    the folder that each may not lie outside of."""

    def __init__(self) -> None:
        self.fences: dict[str, Path] = {}

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        file = Path(template)
        fence = self.fences.get(template) if file.is_absolute() else BUNDLED
        if not file.is_absolute():
            file = BUNDLED / template
        if fence is None:
            raise jinja2.TemplateNotFound(template, f"{template!r} is no template of a content type")
        try:
            if file.exists() and leads_out(file, fence):
                raise jinja2.TemplateNotFound(template, f"{file} leads out of {fence}")
            changed = file.stat().st_mtime_ns
            source = file_bytes(file).decode("utf-8-sig")
        except jinja2.TemplateNotFound:  # which is an OSError too
            raise
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            told = f"{file}:{line}: byte {error.object[error.start]:#04x} is not UTF-8"
            raise jinja2.TemplateNotFound(template, told) from None
        except (OSError, ValueError):
            raise jinja2.TemplateNotFound(template) from None
        return source, str(file), lambda: _changed(file) == changed


def _changed(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return -1


class Missing(jinja2.StrictUndefined):
    """This is an undefined value that says what name may have been meant."""

    @property
    def _undefined_message(self) -> str:
        message = super()._undefined_message
        if isinstance(self._undefined_obj, Mapping) and isinstance(self._undefined_name, str):
            remedy = did_you_mean(self._undefined_name, map(str, self._undefined_obj))
            return f"there is no {self._undefined_name!r}" + (f"; {remedy}" if remedy else "")
        return message


class TemplateEnvironment(MeteredEnvironment):
    """This is the sandbox; names are found beside the template that uses them. It keeps what it compiles and finds: a
    template stays as it was when a content type that uses it was loaded."""

    spreads_unknown = False  # whether None makes None of what is reckoned with it

    def __init__(self, timeouts: Timeouts = DEFAULT, wanting: Callable[[], str] = str) -> None:
        self.timeouts = timeouts
        self.wanting = wanting  # why a name may be: a plugin that failed to load
        self.late: dict[str, list[str]] = {}  # what took too long the last time → what was said, each time in a row
        self._files = FileLoader()
        super().__init__(
            loader=self._files,
            undefined=Missing,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
            finalize=_printed,
            auto_reload=False,
        )
        self.filters.update(trim_to=trim_to, sentence_case=sentence_case)
        self.filters.update({"number": number, "money": money, "float": to_float, "int": to_int})
        self.filters.update({"format": formatted, "round": rounded})
        self._others: dict[tuple[int, ...], bool] = {}  # by how many functions there are
        self.expressions: dict[str, Callable[..., Json]] = {}
        self.places: dict[tuple[str, str], str] = {}  # (name, template that uses it) → the template meant
        self.trees: dict[
            tuple[str, str], jinja2.nodes.Template
        ] = {}  # by name and text; whoever reads one leaves it so
        self.brands: Mapping[str, BrandPack] = {}  # of the project
        self.heads: dict[tuple[str, str, str], Any] = {}  # aigc.content.prompt.Head, by template, stage and language

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what a template knows besides what it is given, as a dict: each rendering copies it, and Jinja's own
        ChainMap is slow to copy."""
        return {**self.globals, **(d or {})}

    @property
    def of_others(self) -> bool:
        """Say whether it has functions of others: what those do to the process is not known."""
        live = (self.filters, self.tests, self.globals)
        many = tuple(map(len, live))
        if many not in self._others:
            self._others[many] = not all(disturbs_nothing(one) for of in live for one in of.values() if callable(one))
        return self._others[many]

    def over_rows(self) -> TemplateEnvironment:
        """Return the environment in which expressions over the cells of a row are evaluated: a cell that is unknown
        makes unknown what is reckoned with it."""
        rows: TemplateEnvironment = self.overlay()
        rows.expressions = {}
        rows.finalize = rows._printed  # on an account of its own
        rows.spreads_unknown = True
        return rows

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        sides = (left, right)
        if self.spreads_unknown and None in sides and all(one is None or isinstance(one, int | float) for one in sides):
            return None
        refuse_texts(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def renewed(self, template: str) -> jinja2.Template:
        """Return a template as its file is now. What was rendered of those that build on it is forgotten."""
        self.heads.clear()
        self.auto_reload = True
        try:
            return self.get_template(template)
        finally:
            self.auto_reload = False

    def tree(self, text: str, name: str, file: str) -> jinja2.nodes.Template:
        """Return what a template's text is parsed to; a base is part of nearly every prompt."""
        tree = self.trees.get((name, text))
        if tree is None:
            tree = self.trees[name, text] = self.parse(text, name, file)
        return tree

    def own_template(self, template: str) -> jinja2.Template:
        """Return a template that a content type has as its own, which another environment may have loaded."""
        if template not in self._files.fences:
            self._files.fences[template] = Path(template).parent.parent
        return self.get_template(template)

    def join_path(self, template: str, parent: str) -> str:
        place = self.places.get((template, parent))
        if place is None:
            if Path(parent).is_absolute():
                folder = Path(parent).parent
                place = self.find_template(template, folder, self._files.fences.get(parent, folder))
            else:
                place = template
            self.places[template, parent] = place
        return place

    def find_template(self, name: str, folder: Path, fence: Path) -> str:
        """Return the absolute path of a template in `folder` or one up, else the name itself: a bundled one, or none.
        It may be loaded from now on, unless it lies outside the fence; of two fences the inner one holds."""
        if Path(name).is_absolute() or ".." in re.split(r"[\\/]", name):
            raise jinja2.TemplateNotFound(name, f"{name!r} leads out of the content type's folder")
        for place in (folder, folder.parent):
            if _is_file(place / name) and not leads_out(place, fence):
                found = str((place / name).absolute())
                fences = self._files.fences
                fences[found] = max(fences.get(found, fence), fence, key=lambda one: len(one.resolve().parts))
                return found
        return name


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long for one
        return False


def _nearest_template(name: Path, folder: Path) -> str:
    """Return the template that a misspelt name in `folder` may mean, or nothing."""
    places = (folder, folder.parent, BUNDLED)
    there: set[str] = set()
    with suppress(OSError):  # a name that is too long for one
        there = {file.name for place in places for file in (place / name.parent).glob("*.j2")}
    close = near_file(name.name, there)
    return (name.parent / close).as_posix() if close else ""


def make_environment(timeouts: Timeouts = DEFAULT, wanting: Callable[[], str] = str) -> TemplateEnvironment:
    """Return a fresh environment; plugins may add to it through `aigc_environment`. `wanting` says why a name may be
    missing."""
    return TemplateEnvironment(timeouts, wanting)


def _printed(value: Json) -> Json:
    return "" if value is None else value


@pass_environment
def formatted(environment: MeteredEnvironment, template: str, *values: Json, **named: Json) -> str | None:
    """Put values into a text, as the filter `format`, metered; with one that is unknown the text is unknown too."""
    return None if None in (*values, *named.values()) else METERED["format"](environment, template, *values, **named)


def rounded(value: Any, precision: int = 0, method: Literal["common", "ceil", "floor"] = "common") -> Any:
    """Round a number, as the filter `round`, to so many digits at most; what is unknown stays so."""
    return None if value is None else METERED["round"](value, precision, method)


def trim_to(
    text: str,
    width: int | None = None,
    *,
    chars: int | None = None,
    x_weighted: int | None = None,
    xhs: int | None = None,
    graphemes: int | None = None,
    bytes: int | None = None,
    words: int | None = None,
    pixels: int | None = None,
    at: At = "word",
) -> str:
    """Cut a text cleanly to one counter's limit, as the filter `trim_to(width=30)`."""
    given: dict[Counter, int | None] = {"width": width, "chars": chars, "x_weighted": x_weighted}
    given |= {"xhs": xhs, "graphemes": graphemes, "bytes": bytes, "words": words, "pixels": pixels}
    limits = {counter: most for counter, most in given.items() if most is not None}
    if len(limits) != 1:
        raise ContentTypeError(f"trim_to wants one of {', '.join(COUNTERS)}", hint="such as trim_to(width=30)")
    counter, most = limits.popitem()
    return trim(str(text), most, counter, at)


def sentence_case(text: str) -> str:
    """Put a capital at the start and leave the rest as it is (brands keep their own), as the filter `sentence_case`."""
    text = str(text)
    return text[:1].upper() + text[1:]


def template_error(error: jinja2.TemplateError, where: str) -> ContentTypeError:
    """Return Jinja's error as ours, at the template's own line where Jinja knows it; `where` names the template."""
    message = str(error.message or error).rstrip(".")
    if isinstance(error, jinja2.TemplateNotFound) and message == error.name:
        near = _nearest_template(Path(message), Path(where.rpartition(":")[0] or where).parent)
        hint = f"did you mean {near!r}?" if near else SEEN_FROM
        return ContentTypeError(f"{where}: no template {message!r}", hint=hint)
    if isinstance(error, jinja2.TemplateSyntaxError) and error.filename:
        where = f"{error.filename}:{error.lineno}"
    unclosed = UNEXPECTED.fullmatch(message)
    hint = "an expression ends with `}}`, a statement with `%}`" if unclosed else ""
    if (unknown := TAG.match(message)) and unknown[1] not in TAGS:
        hint = did_you_mean(unknown[1], TAGS)
    return ContentTypeError(f"{where}: {message}", hint=hint)
