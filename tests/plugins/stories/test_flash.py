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

BERT: dict[str, Any] = {
    "hero": "Bert",
    "role": "museum guard",
    "pronoun": "he",
    "place": "a museum of spoons",
    "wants": "to be noticed by somebody",
    "obstacle": "the rain kept everybody away, and the spoons were no company, though he had given each of them a name",
    "events": ["In March it rained for nineteen days, and in the evening all of the spoons lay in their cases again."],
    "turn": "On the day of the flood Bert carried out every wooden spoon, one by one, and laid them in the sun.",
    "ending": "Somebody sat down beside him and asked which of the spoons was the oldest.",
}
NOW: dict[str, Any] = {
    "obstacle": "the rain keeps everybody away, and the spoons are no company, though each of them has got a name",
    "events": ["In March it rains for nineteen days, and in the evening all of the spoons lie in their cases again."],
    "turn": "On the day of the flood {} every wooden spoon, one by one, and {} them on the wall in the sun.",
    "ending": "Somebody sits down there and asks which of the spoons is the oldest of them all.",
}
TOLD: dict[tuple[str, str], dict[str, Any]] = {
    ("first", "past"): BERT
    | {
        "obstacle": "the rain kept everybody away, and the spoons were no company, though I had named each of them",
        "turn": "On the day of the flood I carried out every wooden spoon, one by one, and laid them on the wall.",
        "ending": "Somebody sat down beside me and asked which of the spoons was the oldest of all.",
    },
    ("first", "present"): BERT | NOW | {"turn": NOW["turn"].format("I carry out", "lay")},
    ("third", "past"): BERT,
    ("third", "present"): BERT | NOW | {"turn": NOW["turn"].format("Bert carries out", "lays")},
}
CHINESE: dict[str, Any] = {
    "hero": "林野",
    "role": "夜班门卫",
    "pronoun": "he",
    "place": "港口的旅馆",
    "wants": "交出钥匙，回家去",
    "obstacle": "九号房的客人三天没有下楼，而别人都说这家旅馆里从来没有过九号房",
    "events": ["凌晨两点，九号房的铃响了一声，像是里面的人什么也不要，只想有人来问一问。"],
    "turn": "他拿着备用钥匙上了楼，床铺得整整齐齐，窗户开着，枕头上放着他自己的名牌。",
    "ending": "林野把名牌别好，下楼回到柜台，向刚进门的客人道了一声晚上好。",
    "language": "zh",
}


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


@pytest.mark.parametrize(("person", "tense"), list(product(("first", "third"), ("past", "present"))))
def test_a_logline_is_told_in_its_person_and_tense(bundled: Project, person: str, tense: str) -> None:
    for draw in range(6):
        piece = written(bundled, **TOLD[person, tense] | {"person": person, "tense": tense, "draw": draw})
        assert piece.status == "accepted", (piece.reason, told(piece))
        assert not re.search(r"[{}<>|]|\ba (?:a|an) |\bI is\b|Bert am", "\n".join(told(piece)))
        assert ("Bert" in "\n".join(told(piece))) == (person == "third")


def test_they_have_a_verb_that_fits(bundled: Project) -> None:
    for draw, tense in product(range(6), ("past", "present")):
        row = TOLD["third", tense] | {"pronoun": "they", "tense": tense, "draw": draw}
        assert not re.search(r"[Tt]hey (?:was|is|wants)\b", "\n".join(told(written(bundled, **row))))


def test_chinese_too(bundled: Project) -> None:
    for draw, person in product(range(6), ("first", "third")):
        own = {name: CHINESE[name].replace("他", "我").replace("林野", "我") for name in ("turn", "ending")}
        row = CHINESE | (own if person == "first" else {})
        piece = written(bundled, **row, person=person, draw=draw)
        assert piece.status == "accepted", (piece.reason, told(piece))
        assert not re.search(r"[{}<>|]|我的的|里里|在在", "\n".join(told(piece)))


def test_nothing_happens_that_the_brief_does_not_tell(bundled: Project) -> None:
    scenes = told(written(bundled, **BERT))
    assert "be noticed by somebody" in scenes[0] and "museum guard" in scenes[0]
    assert scenes[1:] == ["But " + str(BERT["obstacle"]) + ".", BERT["events"][0], BERT["turn"], BERT["ending"]]
    between = told(written(bundled, **BERT | {"events": ["He waited for a week", "He dusted the door."]}))
    assert between[2:4] == ["He waited for a week.", "He dusted the door."]


@pytest.mark.parametrize(
    ("role", "place", "opening"),
    [
        ("a repairer of clocks on a space station", "a station without days", "on a space station, a station without"),
        ("a museum guard", "a museum of spoons", "a museum guard in a museum of spoons"),
        ("a repairer of clocks", "a space station", "a repairer of clocks on a space station"),
        ("a postwoman on her last round", "a valley with one road", "on her last round in a valley with one road"),
    ],
)
def test_a_place_is_not_told_twice(bundled: Project, role: str, place: str, opening: str) -> None:
    assert opening in told(written(bundled, **BERT | {"role": role, "place": place}))[0]


def test_a_logline_of_a_few_words_is_an_outline(bundled: Project) -> None:
    piece = written(
        bundled,
        **BERT | {"obstacle": "It rained all week, and nobody came by at all.", "turn": "It stopped.", "events": []},
    )
    assert piece.status == "flagged" and "26 words of its own" in piece.reason, piece.reason
    piece = written(bundled, **CHINESE | {"events": []})
    assert piece.status == "flagged" and "at least 110" in piece.reason, piece.reason


def test_the_hero_may_be_spoken_of(found: Callable[..., str]) -> None:
    scenes = ["Bert came.", "It rained.", "He waited.", "It rained on."]
    assert not found("hero_stays", scenes, hero="Bert", spoken_of=["He", "he"])
    assert found("hero_stays", scenes, hero="Bert")
    assert found("hero_stays", ["He came.", "Bert waited."], hero="Bert", spoken_of=["He"])


def test_a_name_after_but_keeps_its_capital(bundled: Project) -> None:
    assert told(written(bundled, **BERT | {"obstacle": "Rosa never came in."}))[1].startswith("But Rosa never came in.")
    assert told(written(bundled, **BERT | {"obstacle": "On Monday it rained."}))[1].startswith("But on Monday")
    assert told(written(bundled, **BERT | {"obstacle": "No bus came."}))[1].startswith("But no bus came.")
    assert told(written(bundled, **BERT | {"obstacle": "But it rained."}))[1].startswith("But it rained.")
    assert told(written(bundled, **CHINESE | {"obstacle": "可是没有人来。"}))[1].startswith("可是没有人来。")


def test_a_title_is_the_briefs_where_it_has_one(bundled: Project) -> None:
    assert written(bundled, **BERT, title="Spoons").fields["title"] == "Spoons"
    drawn = {written(bundled, **BERT, draw=draw).fields["title"] for draw in range(20)}
    assert drawn == {"To Be Noticed by Somebody"}
    asked = written(bundled, **BERT | {"wants": "find out who counts the spoons"})
    assert asked.fields["title"] == "To Find Out Who Counts the Spoons"
    long = "carry every one of the old wooden spoons to the river bank"
    assert written(bundled, **BERT | {"wants": long}).fields["title"] == "What Bert Wanted"
    assert written(bundled, **BERT | {"wants": "hear the piano once before it was sold"}).fields["title"] == (
        "To Hear the Piano Once"
    )
    assert written(bundled, **CHINESE).fields["title"] == "交出钥匙"


def test_no_line_of_ours_is_for_adults(found: Callable[..., str]) -> None:
    for language in ("en", "zh"):
        assert not found("keeps_rating", str(story_list("flash")[language]), rating="children")


def test_a_story_much_shorter_than_asked_is_flagged(bundled: Project) -> None:
    piece = written(bundled, **BERT, words=300)
    assert piece.status == "flagged" and "300 were asked for" in piece.reason, piece.reason
    assert written(bundled, **BERT, words=120).status == "accepted"


def test_who_tells_it_wants_what_is_mine(bundled: Project) -> None:
    piece = written(bundled, **BERT | {"pronoun": "she", "wants": "eat her sandwich in peace", "person": "first"})
    assert "eat my sandwich in peace" in told(piece)[0]


def test_one_but_is_enough(bundled: Project) -> None:
    text = "Lost property took umbrellas, but the woman at the desk said that one shoe was rubbish."
    assert told(written(bundled, **BERT | {"obstacle": text}))[1] == text


def test_in_chinese_one_is_on_a_train(bundled: Project) -> None:
    opening = told(written(bundled, **CHINESE | {"place": "一趟开往北方的夜车"}))[0]
    assert "在一趟开往北方的夜车上" in opening
