"""The values of a row, cleaned once, whatever file they come from; a row carries what was done to them.

    <p>Two pockets</p>\\u200b   tags, invisible marks
    #N/A                      unknown #N/A
    Material: N/A             unknown N/A
    ["warm", "light"]         lists

Most rows are clean, and one look at a row tells so. What a cell says is not changed, and ids are left as they are, but
for what nobody sees of them (`visible`).
"""

from __future__ import annotations

import math
import re
from ast import literal_eval
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from aigc.asking.bullets import BULLETS, DASHES, SIGNS, facts_without_bullets, without_bullets
from aigc.asking.html_values import plain_text
from aigc.asking.invisible import (
    APOSTROPHES,
    BREAKS,
    MARKS,
    SPACES,
    SUSPECT,
    WIDE,
    WIDE_LETTERS,
    with_line_breaks,
    with_plain_letters,
    with_plain_spaces,
    without_apostrophe,
    without_marks,
)
from aigc.asking.marked_up import MARKDOWN, SHORTCODES, without_markdown, without_shortcodes
from aigc.plugs.options import read_options
from aigc.settings import Settings
from aigc.types import UNKNOWN, Json, Row, texts_in
from aigc.types.foreign import read_json
from aigc.types.linked_text import LinkedText

ERRORS = """
    #N/A #REF! #VALUE! #DIV/0! #NAME? #NUM! #NULL! #SPILL! #CALC! #FIELD! #BLOCKED! #CONNECT! #BUSY! #UNKNOWN! #ERROR!
    #GETTING_DATA #NA #NV #BEZUG! #WERT! #ZAHL! #ÜBERLAUF! #VALEUR! #NOM? #NOMBRE! #N/D #¡REF! #¡VALOR! #¡DIV/0!
    #¿NOMBRE? #¡NUM! #RIF! #VALORE! #NOME? #VERW! #WAARDE! #NAAM?
    #NOMBRE! #NUL! #¡NULO! #VALOR! #NÚM! #NULO! #NULLO! #DIV/0 #GETAL! #DEEL/0! #LEEG! #ARG! #NAZWA? #ADR! #LICZBA!
    #N/D! #ZERO! #DZIEL/0! #SAKNAS! #VÄRDEFEL! #REFERENS! #DIVISION/0! #NAMN? #OGILTIGT! #I/T #VÆRDI! #VERDI! #Н/Д
    #ЗНАЧ! #ССЫЛКА! #ДЕЛ/0! #ИМЯ? #ЧИСЛО! #YOK #DEĞER! #BAŞV! #SAYI/0! #AD? Err:502 Err:504 Err:508 Err:509 Err:522
"""  # of spreadsheets, in the languages that translate them
NARROW = tuple("#" * width for width in range(4, 41))  # of a column too narrow for its number, as Excel saves it in CSV
WORDS = """
    nan NaN NAN -nan null NULL Null (null) [null] <null> <NULL> none None NONE n/a N/A n.a. N.A. NA <NA> nil undefined
    NaT \\N - -- --- – — − 无 暂无 空值 不适用 $- €- £- ¥- -$ -€ -£ (blank) (empty) (none)
"""
AMOUNTS = ("$ -", "€ -", "£ -", "¥ -", "- $", "- €", "- £")  # how Excel shows an amount of nothing
PHRASES = ("(not set)", "(not provided)", "[object Object]", "Loading...")
ID = re.compile(r"[\W_]*i[\W_]*d[\W_]*", re.IGNORECASE)
ALONE = r"(?=[ \t]*(?:[\r\n;；]|\Z))"  # nothing but `;` or the end of the line follows
BULLET_BEGINS = rf"{SIGNS}{re.escape(DASHES)}(（\d"  # of a class of characters
BULLET = rf"[{SIGNS}]|[{re.escape(DASHES)}][ \t\w]|[(（]?\d{{1,2}}[.．、)）][^\d\n]|\d\ufe0f?\u20e3"  # as it may look
LISTS = "lists"  # what was done, in a word
LIST = re.compile(r"""\s*\[\s*(["'])[^\[\]{}]*\1\s*\]\s*""")
MARKUP = re.compile(r"_x|\[[\"']|^'|\]\(|\*\*|##|\[/?\w+[\s\]]", re.MULTILINE)  # as lists, escapes and others begin
NOTHING = ("none", "nil", "无", "暂无")  # is said of a thing: "Sugar: none"
MARKED_UP = ((SHORTCODES, without_shortcodes), (MARKDOWN, without_markdown))
STEPS = (
    (APOSTROPHES, without_apostrophe),
    (MARKS, without_marks),
    (SPACES, with_plain_spaces),
    (BULLETS, without_bullets),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaning:
    """This is what is done to values on reading: `importers` in aigc.yaml. `unknown` are words for no value; one of
    them alone in a cell, or for a fact, is unknown as an empty cell is. With `all_rows` none is passed over."""

    clean: bool = True
    all_rows: bool = False
    unknown: tuple[str, ...] = (*ERRORS.split(), *NARROW, *WORDS.split(), *AMOUNTS, *PHRASES)

    @classmethod
    def of(cls, settings: Settings) -> Cleaning:
        """Read what settings say. UsageError names what is wrong there."""
        return read_options(cls, settings.importers, section="importers", where=settings.where("importers"))


class Cleaner:
    """This cleans rows."""

    def __init__(self, cleaning: Cleaning) -> None:
        words = sorted({word.strip() for word in cleaning.unknown} - {""}, key=len, reverse=True)
        word = f"(?:{_one_of(words)}){ALONE}" if words else "(?!)"
        sure = [one for one in words if one.strip("()[]<>").casefold() not in NOTHING]
        labelled = f"(?:{_one_of(sure)}){ALONE}" if sure and cleaning.clean else "(?!)"  # Material: N/A
        begins = "".join(re.escape(word[0]) for word in words) + (BULLET_BEGINS if cleaning.clean else "")
        self._clean = cleaning.clean
        self._words = frozenset(words)
        begun = f"(?=[{begins}])" if begins else ""  # tells soon where there is none
        starts = rf"[\n;；][ \t]*+{begun}(?:{word}{f'|{BULLET}' if cleaning.clean else ''})"
        self._starts = re.compile(rf"{starts}|[:：][ \t]*+{begun}{labelled}")
        self._characters = re.compile(f"[<&\\\\{SUSPECT}{WIDE}]") if cleaning.clean else re.compile("(?!)")
        label = rf"[^\r\n;；:：]{{1,40}}[:：][ \t]*({labelled})"
        self._part = re.compile(rf"(^|[\r\n;；])[ \t]*(?:({word})|{label})[ \t]*", re.MULTILINE)

    def rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield rows with their values cleaned; what an importer said of them stays."""
        for row in rows:
            try:
                suspect = self._is_suspect("\n".join(row.values.values()))
            except TypeError:  # cells that are no texts
                suspect = True
            yield self._cleaned(row) if suspect else row

    def _is_suspect(self, text: str) -> bool:
        """Say whether a text, or several on lines of their own, may need cleaning."""
        if self._characters.search(text) or self._starts.search(f"\n{text}"):
            return True
        return self._clean and bool(MARKUP.search(text))

    def _cleaned(self, row: Row) -> Row:
        values: dict[str, Json] = {}
        cleaned = dict(row.cleaned)
        written = " ".join(texts_in(row.values))
        for column, value in row.values.items():
            named = not ID.fullmatch(column)
            values[column], done = self._value(value, named=named)
            if self._clean and named and (narrow := _narrow(values[column], written)) != values[column]:
                values[column], done = narrow, [*done, WIDE_LETTERS]
            if done:
                cleaned[column] = (*cleaned.get(column, ()), *dict.fromkeys(done))
        return replace(row, values=values, cleaned=cleaned) if cleaned else row

    def _value(self, value: Json, *, named: bool = True) -> tuple[Json, list[str]]:
        """Return a value, cleaned unless it is an id and not `named` otherwise, and what was done."""
        if isinstance(value, str):
            text, done = self._text(value, clean=self._clean and named) if self._is_suspect(value) else (value, [])
            if isinstance(value, LinkedText) and isinstance(text, str):
                text = LinkedText(text, value.link)
            return text, done
        if isinstance(value, float) and not math.isfinite(value):
            return None, [f"{UNKNOWN}{'NaN' if math.isnan(value) else 'Infinity' if value > 0 else '-Infinity'}"]
        if isinstance(value, list):
            return self._list(value)
        if isinstance(value, Mapping):
            terms: list[str] = []
            inside: dict[str, Json] = {}
            for key, one in value.items():
                inside[key], done = self._value(one)
                terms += done
            return inside, terms
        return value, []

    def _text(self, text: str, *, clean: bool = True) -> tuple[Json, list[str]]:
        if (word := " ".join(text.split())) in self._words:
            return None, [f"{UNKNOWN}{word}"]
        text, done = cleaned_text(text) if clean else (text, [])
        if (word := " ".join(text.split())) in self._words or not word:
            return None, [f"{UNKNOWN}{word}"] if word else done
        found = [part[2] or part[3] for part in self._part.finditer(text)]
        if not clean or not found:
            return text, done
        left = self._part.sub(r"\1", text)
        return left if left.strip(" \t\r\n;；") else None, [*done, *(f"{UNKNOWN}{one}" for one in found)]

    def _list(self, items: list[Json]) -> tuple[list[Json], list[str]]:
        """Return the items of a list; one that holds several facts becomes several."""
        values: list[Json] = []
        terms: list[str] = []
        for item in items:
            value, done = self._value(item)
            several = done and isinstance(value, str) and "\n" in value and "\n" not in item.strip()
            values += value.split("\n") if several else [value]
            terms += done
        facts = [value for value in values if isinstance(value, str)] if self._clean else []
        if (bare := facts_without_bullets(facts)) != facts:
            left = iter(bare)
            return [next(left) if isinstance(value, str) else value for value in values], [*terms, BULLETS]
        return values, terms


def _narrow(value: Json, row: str) -> Json:
    """Return a value of a row without full-width letters."""
    if isinstance(value, list):
        return [_narrow(one, row) for one in value]
    return with_plain_letters(value, row) if isinstance(value, str) and not isinstance(value, LinkedText) else value


def _one_of(words: Iterable[str]) -> str:
    """Return the pattern of some words, by their first letters: a text that begins with none is done with soon."""
    begun: dict[str, list[str]] = {}
    for word in words:
        begun.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in begun.items())


def listed(text: str) -> list[str] | None:
    """Return the texts of a list as a program writes it into a cell, `["warm", "light"]`; None where it is none."""
    if not LIST.fullmatch(text):
        return None
    try:
        items = read_json(text) if text.strip()[1:].lstrip()[0] == '"' else literal_eval(text.strip())
    except (ValueError, SyntaxError):
        return None
    return items if isinstance(items, list) and all(isinstance(one, str) for one in items) else None


def cleaned_text(text: str) -> tuple[str, list[str]]:
    """Return a text without what is no part of it, and in a word each what that was."""
    done = []
    if (items := listed(text)) is not None:
        text = "\n".join(items)
        done.append(LISTS)
    if (broken := with_line_breaks(text)) != text:
        text = broken
        done.append(BREAKS)
    if "<" in text or "&" in text:
        text, of_html = plain_text(text)
        done += of_html
        text = with_line_breaks(text)
    if "[" in text or "**" in text or "##" in text:
        for term, step in MARKED_UP:
            before, text = text, step(text)
            done += [term] if before != text else []
    for term, step in STEPS:
        before, text = text, step(text)
        if before != text:
            done.append(term)
    return text, done
