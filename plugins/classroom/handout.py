"""Sheets to print: what pupils get, and the key on a page or in a file of its own."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from aigc import exporter, whole_file
from aigc.errors import JobError
from aigc.types import Artifact
from aigc_plugins.classroom.material import (
    QuizQuestion,
    lacking,
    language_of,
    questions_of,
    rights_of,
    title_of,
    told,
    unprintable,
)
from aigc_plugins.classroom.piece_files import as_html, piece_files

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "name": "Name",
        "date": "Date",
        "read": "Read the text.",
        "new": "New words",
        "bank": "Words",
        "gap": "Fill in the gaps.",
        "match": "Write the right letter on each line.",
        "short": "Answer the questions.",
        "choice": "Tick the right answer.",
        "card": "Cut along the lines and fold in the middle.",
        "key": "Answer key",
    },
    "zh": {
        "name": "姓名",
        "date": "日期",
        "read": "阅读短文。",
        "new": "生词",
        "bank": "词语",
        "gap": "选词填空。",
        "match": "在横线上写出对应的字母。",
        "short": "回答问题。",
        "choice": "选出正确答案。",
        "card": "沿线剪下，从中间对折。",
        "key": "参考答案",
    },
}
GAP = "____"
BLANK = '<span class="gap">&nbsp;</span>'
STYLE = """
@page { size: A4; margin: 18mm }
body { font: 12pt/1.5 Georgia, "Noto Serif CJK SC", "Songti SC", SimSun, serif; max-width: 174mm; margin: auto }
h1 { font-size: 17pt; margin: 0 0 4mm } h2 { font-size: 12.5pt; margin: 7mm 0 2mm; break-after: avoid }
header { display: flex; gap: 10mm; margin-bottom: 5mm } header span { flex: 1; border-bottom: 1px solid }
.bank { border: 1px solid; padding: 2mm 4mm } .bank span { margin-right: 6mm; display: inline-block }
li { margin: 2mm 0; break-inside: avoid } ol.options { list-style: none; padding-left: 0; columns: 2 }
ol.options li { margin: 0 } .gap { display: inline-block; min-width: 28mm; border-bottom: 1px solid }
.line { display: block; border-bottom: 1px solid; height: 9mm }
.pairs { display: flex; gap: 12mm } .pairs ol { flex: 1 } .pairs ol + ol { list-style: upper-alpha }
table { border-collapse: collapse; width: 100% } td { border: 1px dashed; padding: 5mm; width: 50%; text-align: center }
tr { break-inside: avoid } .key { break-before: page }
"""


def what_is_refused(artifact: Artifact, **_: object) -> Iterator[str]:
    """Yield what keeps a piece from being printed."""
    yield from lacking(artifact, "questions or cards", questions_of(artifact))
    yield from unprintable(artifact)


@exporter(name="handout", suffixes=(".html",), refuses=what_is_refused)
def handout(
    artifacts: Sequence[Artifact], folder: Path, *, key: Literal["page", "file", "none"] = "page"
) -> Iterator[Path]:
    """Sheets to print from any browser, an HTML file per piece in the folder `handout`.

    A quiz, a worksheet with its words, or cards to cut out; a line for the pupil's name. The answers stand on a page of
    their own at the end, with `key` as `file` in a second file, "… key.html", as `none` nowhere.
    """
    if wrong := told(artifacts, "handout", what_is_refused):
        raise JobError(wrong)
    for artifact, path in piece_files(artifacts, folder / "handout", ".html"):
        words = WORDS.get(language_of(artifact), WORDS["en"])
        answers = _key(artifact, words)
        with whole_file(path) as file:
            file.write(_page(artifact, _sheet(artifact, words) + (answers if key == "page" else "")))
        yield path
        if key == "file" and answers:
            beside = path.with_name(f"{path.stem} key.html")
            with whole_file(beside) as file:
                file.write(_page(artifact, answers))
            yield beside


def _page(artifact: Artifact, body: str) -> str:
    language, title = html.escape(language_of(artifact)), html.escape(title_of(artifact))
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def _sheet(artifact: Artifact, words: Mapping[str, str]) -> str:
    head = f"<h1>{as_html(title_of(artifact))}</h1>\n"
    if isinstance(artifact.fields.get("cards"), list):
        rows = "".join(
            f"<tr><td>{as_html(one.stem)}</td><td>{as_html(one.answers[0])}</td></tr>\n"
            for one in questions_of(artifact)
            if one.answers
        )
        return f"{head}<p>{words['card']}</p>\n<table>\n{rows}</table>\n"
    lines = f"<header><span>{words['name']}:</span><span>{words['date']}:</span></header>\n"
    bank = artifact.fields.get("word_bank")
    parts = []
    for kind, questions in _sections(artifact):
        numbers = "".join(_asked(kind, one, artifact) for one in questions)
        shown = (
            [f"<span>{as_html(str(one))}</span>" for one in bank] if kind == "gap" and isinstance(bank, list) else []
        )
        box = f'<p class="bank"><b>{words["bank"]}:</b> {"".join(shown)}</p>\n' if shown else ""
        asked = numbers if kind == "match" else f"<ol>\n{numbers}</ol>\n"
        parts.append(f"<h2>{words[kind]}</h2>\n{box}{asked}")
    return head + lines + _reading(artifact, words) + "".join(parts)


def _reading(artifact: Artifact, words: Mapping[str, str]) -> str:
    """Return the text that a piece has to read, and its new words; nothing of one without."""
    text, new = artifact.fields.get("text"), artifact.fields.get("words")
    if not isinstance(text, str) or not text.strip():
        return ""
    paragraphs = "".join(f"<p>{as_html(one.strip())}</p>\n" for one in text.split("\n\n"))
    shown = "".join(f"<span>{as_html(str(one))}</span>" for one in new) if isinstance(new, list) else ""
    box = f'<p class="bank"><b>{words["new"]}:</b> {shown}</p>\n' if shown else ""
    return f"<h2>{words['read']}</h2>\n{paragraphs}{box}"


def _sections(artifact: Artifact) -> list[tuple[str, list[QuizQuestion]]]:
    """Return the questions in runs of one kind; a sentence with a gap is a kind of its own."""
    sections: list[tuple[str, list[QuizQuestion]]] = []
    for one in questions_of(artifact):
        kind = "gap" if one.kind == "short" and GAP in one.stem else one.kind
        if not sections or sections[-1][0] != kind:
            sections.append((kind, []))
        sections[-1][1].append(one)
    return sections


def _asked(kind: str, question: QuizQuestion, artifact: Artifact) -> str:
    stem = as_html(question.stem)
    if kind == "gap":
        return f"<li>{stem.replace(GAP, BLANK)}</li>\n"
    if kind == "short":
        return f'<li>{stem}<span class="line"></span></li>\n'
    if kind == "choice":
        options = "".join(f"<li>☐ {chr(65 + at)}. {as_html(one)}</li>" for at, one in enumerate(question.options))
        return f'<li>{stem}\n<ol class="options">{options}</ol></li>\n'
    left = "".join(f"<li>{as_html(one)} ____</li>" for one, _ in question.pairs)
    right = "".join(f"<li>{as_html(one)}</li>" for one in rights_of(artifact.fields))
    return f'<div class="pairs"><ol>{left}</ol><ol>{right}</ol></div>\n'


def _key(artifact: Artifact, words: Mapping[str, str]) -> str:
    if isinstance(artifact.fields.get("cards"), list):
        return ""
    parts = []
    for kind, questions in _sections(artifact):
        if kind == "match":
            right = rights_of(artifact.fields)
            answers = [f"{chr(65 + right.index(one))} ({left} – {one})" for left, one in questions[0].pairs]
        else:
            answers = [_answer(one) for one in questions]
        lines = "".join(f"<li>{as_html(one)}</li>" for one in answers)
        parts.append(f"<h2>{words[kind]}</h2>\n<ol>{lines}</ol>\n")
    return (
        f'<section class="key">\n<h1>{as_html(title_of(artifact))}: {words["key"]}</h1>\n{"".join(parts)}</section>\n'
    )


def _answer(question: QuizQuestion) -> str:
    if question.kind == "choice":
        return f"{chr(65 + question.options.index(question.answers[0]))}. {question.answers[0]}"
    return question.answers[0]
