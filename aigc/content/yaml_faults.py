"""What is wrong where YAML cannot be read, in words of who wrote it: at the line to mend, with the remedy.

The reader names the place where it gave up, which for a bracket or a quote that is not closed is far below.
"""

from __future__ import annotations

import yaml

from aigc.errors import ContentTypeError

CLOSING = {"[": "]", "{": "}"}
QUOTE_IT = "put quotes around the text"
NO_KEY = "did not find expected key"
NO_ITEM = ("did not find expected '-' indicator", "expected <block end>")


def yaml_fault(error: yaml.MarkedYAMLError, name: str, text: str) -> ContentTypeError:
    """Return what PyYAML says of the file `name` as an error of ours, `file:line: what`."""
    problem, context = str(error.problem), str(error.context or "")
    at = error.problem_mark or error.context_mark
    began = error.context_mark or at
    line, opened = (at.line + 1, began.line + 1) if at and began else (1, 1)
    sign = _sign(text, at)

    def fault(where: int, message: str, hint: str) -> ContentTypeError:
        return ContentTypeError(f"{name}:{where}: {message}", hint=hint)

    if "nesting depth" in problem:  # PyYAML 6.0.4 stops at a depth of its own
        return fault(1, "nested too deeply", "")
    if "escape" in problem:
        return fault(
            line, 'a backslash in "…" begins a sign that YAML does not know', "put '…' around the text, or write \\\\"
        )
    if "quoted scalar" in context:
        return fault(opened, "a quote that is opened here is not closed", f"write the {_sign(text, began)} at its end")
    if "flow" in context and began and (bracket := _sign(text, began)) in CLOSING:
        what = f"'{bracket}' is not closed" if opened < line else f"a ',' or the '{CLOSING[bracket]}' is missing"
        return fault(opened, what, f"write ',' between the entries and '{CLOSING[bracket]}' after the last")
    if sign == "\t":
        return fault(line, "begins with a tab", "indent with spaces")
    if "mapping values are not allowed" in problem:
        return fault(line, "a ': ' stands where none may", f"{QUOTE_IT}, or indent the line as those around it")
    if "simple key" in context:
        return fault(opened, "there is no ': ' after the key", "a line is `key: value` or `- item`")
    if (problem == NO_KEY or problem.startswith(NO_ITEM)) and _before(text, at).strip():
        return fault(line, f"{sign!r} stands after the end of a value", f"{QUOTE_IT} as a whole")
    if problem == NO_KEY or problem.startswith(NO_ITEM):
        return fault(
            line, "does not stand under the lines above", f"indent it as what it belongs to, from line {opened}"
        )
    if "cannot start any token" in problem:
        return fault(line, f"no value begins with {sign!r}", QUOTE_IT)
    hint = "" if "document" in problem else f"{QUOTE_IT}, if it is one"
    return fault(line, problem + (f" ({context})" if context else ""), hint)


def _before(text: str, mark: yaml.Mark | None) -> str:
    """Return what stands in a line before a place."""
    return text.split("\n")[mark.line][: mark.column] if mark and mark.line < text.count("\n") + 1 else ""


def _sign(text: str, mark: yaml.Mark | None) -> str:
    """Return the character at a place, empty at the end."""
    lines = text.split("\n")
    if mark is None or mark.line >= len(lines):
        return ""
    return lines[mark.line][mark.column : mark.column + 1]
