"""The voice `facts` writes what the type wrote before it had voices, byte for byte, down to every seed.

`facts_voice/` holds the exports of that version (commit e88afd2) for the shipped briefs and the answers given here.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from aigc import Pipeline, Project
from aigc.content import ContentType
from aigc.testing import ScriptedGenerator, briefs_in
from aigc.types import Artifact, Brief, Finding, Request

BRIEFS = Path(__file__).parents[3] / "templates" / "ads" / "briefs"
STORED = Path(__file__).with_name("facts_voice")
EXPORTS = {"google-ads-editor": {"campaign": "AIGC"}, "csv": {}, "jsonl": {}}
LATER = ("claims", "pins", "campaign", "ad_group", "advertising_law")  # inputs and a check that the type has got since
NAMED = re.compile(r"^.* (?:is left out|another text tells it): ")
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
        yield from briefs_in(project, search_ad, BRIEFS / name)[:count]


def without_later(piece: Artifact) -> Artifact:
    """Return a piece without what the type has got since."""
    values = {name: value for name, value in piece.brief.values.items() if name not in LATER}
    findings = tuple(map(unnamed, (one for one in piece.findings if one.check not in LATER)))
    reason = piece.reason if findings else ""
    return replace(piece, brief=replace(piece.brief, values=values), findings=findings, reason=reason)


def unnamed(finding: Finding) -> Finding:
    """Return a finding of what is left out as it was before it named the fact."""
    if finding.check not in ("repair", "left_out"):
        return finding
    return replace(finding, check="repair", message=NAMED.sub("left out: ", finding.message))


def test_its_exports_are_those_of_the_version_without_voices(
    project: Project, search_ad: ContentType, tmp_path: Path
) -> None:
    pipeline = Pipeline(ScriptedGenerator(answer), project.environment, voice=lambda content_type: "facts")
    pieces = list(pipeline.write(search_ad, first_briefs(project, search_ad)))
    pieces.sort(key=lambda piece: (piece.brief.values["language"], piece.id))
    assert {piece.status for piece in pieces} == {"accepted"}
    pieces = list(map(without_later, pieces))
    files = [
        file
        for name, options in EXPORTS.items()
        for file in project.registry.get("exporter", name, "test")(pieces, tmp_path, **options)
    ]
    assert len(files) == 4
    for file in files:
        assert file.read_bytes() == (STORED / file.name).read_bytes(), file.name
