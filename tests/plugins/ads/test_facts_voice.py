"""The voice `facts` writes what the type wrote before it had voices, byte for byte, down to every seed.

`facts_voice/` holds the exports of that version (commit e88afd2) for the shipped briefs and the answers given here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from aigc.asking import open_rows, read_briefs
from aigc.content import ContentType
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Brief, Request
from aigc.writing.pipeline import Pipeline

BRIEFS = Path(__file__).parents[3] / "templates" / "ads" / "briefs"
STORED = Path(__file__).with_name("facts_voice")
EXPORTS = ("google-ads-editor", "csv", "jsonl")
WRONG = ["The 99 best of the world!", "A", "good value with a smile and more of it", ""]


def answer(request: Request, index: int) -> str:
    """Answer well or badly, as the request's own seed has it: another seed, other exports."""
    task = request.prompt.messages[-1].content
    turn = zlib.crc32(f"{request.sampling.seed} {index}".encode()) % 6
    if turn < len(WRONG):
        return WRONG[turn]
    if "：" in task or "；" in task:
        return task.replace("：", "，").replace("；", "，") + "。"
    if ": " in task:
        product, _, fact = task.partition(": ")
        return f"{product}: {fact}." if turn == 4 else f"A {product.lower()} that {fact}."
    return task.replace("; ", ", ")


def first_briefs(project: Project, search_ad: ContentType) -> Iterator[Brief]:
    for name, count in (("google-search.csv", 16), ("google-search-zh.csv", 8)):
        rows = open_rows(BRIEFS / name, project.registry)
        for brief in islice(read_briefs(rows, search_ad, project.environment), count):
            assert isinstance(brief, Brief)
            yield brief


def test_its_exports_are_those_of_the_version_without_voices(
    project: Project, search_ad: ContentType, tmp_path: Path
) -> None:
    pipeline = Pipeline(ScriptedGenerator(answer), project.environment, voice=lambda content_type: "facts")
    pieces = list(pipeline.write(search_ad, first_briefs(project, search_ad)))
    pieces.sort(key=lambda piece: (piece.brief.values["language"], piece.id))
    assert {piece.status for piece in pieces} == {"accepted"}
    files = [
        file for name in EXPORTS for file in project.registry.get("exporter", name, "test")(pieces, tmp_path)
    ]
    assert len(files) == 4
    for file in files:
        assert file.read_bytes() == (STORED / file.name).read_bytes(), file.name
