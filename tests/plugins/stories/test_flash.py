"""Flash fiction: the brief's sentences stand whole between lines that keep to its genre, person and tense."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from aigc import Pipeline, Project
from aigc.content import brief_values
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief
from aigc_plugins.stories.story_lists import story_list

NOTICE = "scenes: is told in lines that fit many stories: read it before others do"  # and nothing besides
BERT = {
    "hero": "Bert",
    "role": "museum guard",
    "pronoun": "he",
    "place": "a museum of spoons",
    "wants": "to be noticed by somebody",
    "obstacle": "the rain kept everybody away, and the spoons were no company",
    "turn": "Bert carried out every wooden spoon and laid them in the sun.",
    "ending": "Somebody sat down beside him and asked what time it was.",
}
TOLD = {
    ("first", "past"): BERT | {"turn": "I carried out every spoon.", "ending": "Somebody sat down beside me."},
    ("first", "present"): BERT
    | {
        "obstacle": "the rain keeps all away.",
        "turn": "I carry out every spoon.",
        "ending": "Somebody sits down beside me.",
    },
    ("third", "past"): BERT,
    ("third", "present"): BERT
    | {
        "obstacle": "the rain keeps all away.",
        "turn": "Bert carries out the spoons.",
        "ending": "Somebody sits down by him.",
    },
}
CHINESE = {
    "hero": "林野",
    "role": "夜班门卫",
    "pronoun": "he",
    "place": "港口的旅馆",
    "wants": "交出钥匙，回家去",
    "obstacle": "九号房的客人三天没有下楼",
    "turn": "他上了楼，枕头上放着他自己的名牌。",
    "ending": "林野把名牌别好，下楼去了。",
    "language": "zh",
}
GENRES = list(story_list("flash")["en"]["opening"])


def written(project: Project, **inputs: Any) -> Artifact:
    content_type = project.content_type("stories/flash")
    brief = Brief(id="1", values=brief_values(content_type, inputs, where="the test"))
    pipeline = Pipeline(ScriptedGenerator([]), project.environment, voice=lambda _: "told")
    (piece,) = pipeline.write(content_type, [brief])
    return piece


def told(piece: Artifact) -> list[str]:
    scenes = piece.fields["scenes"]
    assert isinstance(scenes, list)
    return [str(one["text"]) for one in scenes if isinstance(one, dict)]


@pytest.fixture(scope="module")
def bundled() -> Project:
    return Project.open()


@pytest.mark.parametrize(("genre", "person", "tense"), list(product(GENRES, ("first", "third"), ("past", "present"))))
def test_every_genre_keeps_person_and_tense(bundled: Project, genre: str, person: str, tense: str) -> None:
    for draw in range(6):
        row = TOLD[person, tense] | {"genre": genre, "person": person, "tense": tense, "draw": draw}
        piece = written(bundled, **row)
        assert piece.reason == NOTICE, (piece.reason, told(piece))
        assert not re.search(r"[{}<>|]|\ba (?:a|an) |\bI is\b|Bert am", "\n".join(told(piece)))
        assert ("Bert" in "\n".join(told(piece))) == (person == "third")


@pytest.mark.parametrize("genre", GENRES)
def test_chinese_too(bundled: Project, genre: str) -> None:
    for draw, person in product(range(6), ("first", "third")):
        own = (
            {"turn": "我上了楼，枕头上放着我自己的名牌。", "ending": "我把名牌别好，下楼去了。"}
            if person == "first"
            else {}
        )
        piece = written(bundled, **CHINESE | own, genre=genre, person=person, draw=draw)
        assert piece.reason == NOTICE, (piece.reason, told(piece))
        assert not re.search(r"[{}<>|]|我的的", "\n".join(told(piece)))


def test_the_brief_tells_what_happens_and_has_the_last_word(bundled: Project) -> None:
    scenes = told(written(bundled, **BERT))
    assert "be noticed by somebody" in scenes[0]
    assert scenes[1].startswith("But the rain kept everybody away, and the spoons were no company. ")
    assert BERT["turn"] in scenes[2] and scenes[3] == BERT["ending"]


def test_a_name_after_but_keeps_its_capital(bundled: Project) -> None:
    assert told(written(bundled, **BERT | {"obstacle": "Rosa never came in."}))[1].startswith("But Rosa never came in.")
    assert told(written(bundled, **BERT | {"obstacle": "But it rained."}))[1].startswith("But it rained.")
    assert told(written(bundled, **CHINESE | {"obstacle": "可是没有人来。"}))[1].startswith("可是没有人来。")


def test_a_title_is_the_briefs_where_it_has_one(bundled: Project) -> None:
    assert written(bundled, **BERT, title="Spoons").fields["title"] == "Spoons"
    assert written(bundled, **BERT).fields["title"]


def test_no_line_of_ours_is_for_adults(found: Callable[..., str]) -> None:
    for language in ("en", "zh"):
        assert not found("keeps_rating", str(story_list("flash")[language]), rating="children")
