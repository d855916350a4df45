"""A description says what its page is about, and no title has the name of the job in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aigc import Brief
from aigc.content import brief_values
from aigc.testing import ScriptedGenerator, open_project
from aigc.types import Draft, Field, Request
from aigc_plugins.seo.meta import meta_description, says_what_the_page_is, tells_its_facts
from aigc_plugins.seo.titles import meta_title, title_reads_well

YARN = {
    "topic": "Hand-dyed sock yarn",
    "keyword": "sock yarn",
    "facts": ["It is 75 percent merino.", "A skein is £16."],
}


THIN = "A skein of 75 percent merino, dyed by hand, is £16 here."
FULL = "Hand-dyed sock yarn of 75 percent merino. A skein is £16."


def found(check: object, text: str, **values: object) -> list[Any]:
    draft = Draft(fields={"text": text}, brief=Brief(id="1", values=values), schema={})
    assert callable(check)
    return list(check(text, Field(path="text", schema={}, draft=draft)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Hand-dyed sock yarn is 75 percent merino, with 100 g per skein.", "reads as a definition"),
        ("A skein of merino is £16.", "does not say what the page is about"),
        ("Hand-dyed yarn of 75 percent merino. A skein is £16.", "lacks the keyword"),
        ("Hand-dyed sock yarn of 75 percent merino. A skein is £16.", ""),
    ],
)
def test_a_description_says_what_the_page_is(text: str, message: str) -> None:
    messages = found(says_what_the_page_is, text, **YARN)
    assert bool(messages) == bool(message) and all(message in one for one in messages[:1])


def test_a_thin_description_tells_more_where_there_is_room() -> None:
    assert found(tells_its_facts, "The hall for weddings and parties in Otley seats 120 people.", **YARN)
    assert not found(tells_its_facts, "Hand-dyed sock yarn. It is 75 percent merino. A skein is £16.", **YARN)


def test_of_a_thin_description_it_is_noted_and_of_one_that_tells_nothing_refused() -> None:
    thin = "The hall for weddings and parties in Otley seats 120 people."
    assert [found(tells_its_facts, text, **YARN)[0].severity for text in (thin, "A hall in Otley.")] == [
        "note",
        "reject",
    ]
    assert says_what_the_page_is.severity == "note"


@pytest.mark.parametrize(("texts", "stands"), [([THIN], THIN), ([THIN, FULL], FULL)])
def test_what_says_the_page_is_taken_before_what_does_not(texts: list[str], stands: str, tmp_path: Path) -> None:
    def answer(request: Request, candidate: int) -> str:
        described = request.about is not None and request.about.stage == "description"
        return texts[candidate % len(texts)] if described else "Hand-Dyed Sock Yarn"

    project = open_project(tmp_path)
    meta = project.content_type("seo/meta")
    brief = Brief(
        id="1", values=brief_values(meta, YARN | {"facts": [*YARN["facts"], "It is dyed by hand."]}, where="t")
    )
    (piece,) = project.pipeline(ScriptedGenerator(answer)).write(meta, [brief])
    assert piece.fields["description"] == stands and piece.status == "accepted"


def test_the_name_of_the_job_is_no_title() -> None:
    topic, keyword = "办公室绿植租摆服务介绍页", "办公室绿植租摆"
    assert meta_title(topic, keyword, "zh") == "办公室绿植租摆服务"
    assert meta_title("Gutter cleaning landing page", "gutter cleaning") == "Gutter Cleaning"
    assert meta_description(topic, keyword, "zh", ["每月换一次花。"]) == "办公室绿植租摆服务：每月换一次花。"
    assert found(title_reads_well, topic, topic=topic, keyword=keyword)
    assert not found(title_reads_well, "办公室绿植租摆服务", topic=topic, keyword=keyword)
