"""Bedtime stories: every plot of ours, in both languages and for every age, is a story that passes its own checks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import pytest

from aigc import Pipeline, Project
from aigc.content import brief_values
from aigc.testing import ScriptedGenerator, run_cli
from aigc.types import Artifact, Brief
from aigc_plugins.stories.bedtime import BedtimeBrief
from aigc_plugins.stories.story_lists import located, story_list, with_article

NOTICE = "scenes: is told in lines that fit many stories: read it before others do"  # and nothing besides
HEROES = {
    "en": [
        ("Mila", "small fox", "she", "an old orchard", "see the sea"),
        ("Bolt", "robot with a squeaky wheel", "he", "the attic of a toy shop", "learn to dance"),
        ("Pebble", "young otter", "they", "a bend in the river", "swim to the waterfall"),
        ("Luna", "little cloud", "it", "above the city", "rain for the first time"),
        ("Ola", "elephant", "she", "the zoo", "find a name for the new baby"),
    ],
    "zh": [
        ("米拉", "小狐狸", "she", "老果园", "看一次大海"),
        ("铃铛", "小机器人", "he", "玩具店的阁楼", "学会跳舞"),
        ("小雨", "穿黄靴子的女孩", "she", "北方的小岛", "看一看极光"),
        ("朵朵", "小云", "it", "城市上空", "下第一场雨"),
        ("奥拉", "小象", "she", "动物园", "给新来的宝宝起个名字"),
    ],
}
NAMES = ("hero", "kind", "pronoun", "place", "wish")
MILA = dict(zip(NAMES, HEROES["en"][0], strict=True))


def rows() -> Iterator[dict[str, Any]]:
    for language, heroes in HEROES.items():
        pool = cycle(heroes)
        for draw, age in enumerate((3, 5, 6, 9)):
            for plot in story_list(f"bedtime_{language}")["plots"]:
                row = dict(zip(NAMES, next(pool), strict=True))
                told = {"lesson": "Good things take time", "child": "Ben"}
                given = told if language == "en" else {"lesson": "好事要慢慢来。", "child": "乐乐"}
                yield row | {"plot": plot, "age": age, "draw": draw, "language": language} | (given if draw % 2 else {})


def written(project: Project, generator: Any = None, voice: str = "told", **inputs: Any) -> Artifact:
    content_type = project.content_type("stories/bedtime")
    brief = Brief(id="1", values=brief_values(content_type, inputs, where="the test"))
    pipeline = Pipeline(generator or ScriptedGenerator([]), project.environment, voice=lambda _: voice)
    (piece,) = pipeline.write(content_type, [brief])
    return piece


def told(piece: Artifact) -> list[str]:
    scenes = piece.fields["scenes"]
    assert isinstance(scenes, list)
    return [str(one["text"]) for one in scenes if isinstance(one, dict)]


@pytest.fixture(scope="module")
def bundled() -> Project:
    return Project.open()


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("stories")
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows())) + "\n", encoding="utf-8")
    ran = run_cli("batch", "stories/bedtime", "rows.jsonl", "--out", "made", cwd=folder)
    assert ran.code == 1 and "flagged by lines_fit_the_plot" in ran.out, ran.err
    lines = (folder / "made" / "artifacts.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_every_plot_is_a_story_in_both_languages_and_for_every_age(stories: list[dict[str, Any]]) -> None:
    assert len(stories) == 2 * 4 * 13
    assert [(one["id"], one["reason"]) for one in stories if one["reason"] != NOTICE] == []


def test_no_two_stories_are_the_same_and_nothing_is_left_to_fill_in(stories: list[dict[str, Any]]) -> None:
    texts = ["\n".join(scene["text"] for scene in one["fields"]["scenes"]) for one in stories]
    assert len(set(texts)) == len(texts)
    assert not [text for text in texts if re.search(r"[{}|<>]|\b(?:an? an?|the the)\b|里里|上里|，，|。。", text)]
    assert not [one["fields"]["title"] for one in stories if re.search(r"[{}|]", one["fields"]["title"])]


def test_a_small_child_hears_a_shorter_story(bundled: Project) -> None:
    short, full = (written(bundled, **MILA, plot="dark", age=age) for age in (4, 5))
    assert short.fields["title"] == full.fields["title"]
    assert sum(map(len, told(short))) < 0.8 * sum(map(len, told(full)))


def test_the_wish_comes_true_and_the_child_is_wished_a_good_night(bundled: Project) -> None:
    piece = written(bundled, **MILA, age=4, child="Lena", lesson="Small steps go far!")
    scenes = told(piece)
    assert "to see the sea" in scenes[0] and "the sea" in scenes[3]
    assert "“Small steps go far!”" in scenes[-1] and re.search(r"Lena[.:]?", scenes[-1].rpartition(". ")[2])


@pytest.mark.parametrize("wish", ["to see the sea.", "wants to see the sea", "see the sea"])
def test_a_wish_is_a_verb_however_it_is_written(bundled: Project, wish: str) -> None:
    scenes = told(written(bundled, **MILA | {"wish": wish}))
    assert "to see the sea" in scenes[0] and "to to" not in scenes[0] and "wants to" not in scenes[0]


def test_who_learns_a_thing_can_do_it_in_the_end(bundled: Project) -> None:
    row = dict(zip(NAMES, HEROES["en"][1], strict=True))
    assert all("learn" not in told(written(bundled, **row, draw=draw))[-2] for draw in range(6))
    row = dict(zip(NAMES, HEROES["zh"][1], strict=True)) | {"language": "zh"}
    assert all("学会" not in told(written(bundled, **row, draw=draw))[-2] for draw in range(6))


def test_a_friend_is_introduced_once(bundled: Project) -> None:
    text = "\n".join(told(written(bundled, **MILA, friend="Gus", friend_kind="goat", plot="rain")))
    assert text.count("Gus the goat") == 1 and text.index("Gus the goat") == text.index("Gus")
    chinese = dict(zip(NAMES, HEROES["zh"][0], strict=True)) | {"language": "zh"}
    text = "\n".join(told(written(bundled, **chinese, friend="咩咩", friend_kind="小山羊", plot="rain")))
    assert text.count("小山羊咩咩") == 1 and text.index("小山羊咩咩") == text.index("咩咩") - 3


def test_the_friend_is_another_than_the_hero() -> None:
    for draw in range(40):
        brief = BedtimeBrief.of({**MILA, "hero": "Otto", "kind": "shy hedgehog", "draw": draw})
        assert brief.friend != "Otto" and brief.friend_kind != "hedgehog"


@pytest.mark.parametrize(
    ("kind", "wish", "language", "never"),
    [("little cloud", "rain", "en", {"rain", "bridge"}), ("小云", "下第一场雨", "zh", {"rain", "bridge"})],
)
def test_a_plot_is_drawn_that_suits_the_wish(kind: str, wish: str, language: str, never: set[str]) -> None:
    drawn = {
        BedtimeBrief.of({**MILA, "kind": kind, "wish": wish, "language": language, "draw": draw}).plot
        for draw in range(120)
    }
    assert not drawn & never and len(drawn) > 8


def test_another_number_tells_the_same_brief_otherwise(bundled: Project) -> None:
    assert len({"\n".join(told(written(bundled, **MILA, draw=draw))) for draw in range(12)}) == 12
    assert told(written(bundled, **MILA, draw=3)) == told(written(bundled, **MILA, draw=3))


def test_own_events_are_told_as_they_are_and_bring_their_own_cast(bundled: Project) -> None:
    events = [
        "one windy morning Mila climbed the tallest ladder with her biggest jar, and looked at the clouds",
        "Then Mila sat down on the top step, opened the jar, and waited. A very small cloud came by, and looked.",
        "It stayed. So Mila had a cloud at last, and in the evening she watered all the beans with it {or so}.",
    ]
    for draw in range(8):
        piece = written(bundled, **MILA, events=events, draw=draw, lesson="Wait a little")
        scenes = told(piece)
        assert piece.status == "accepted", piece.reason
        assert scenes[1] == "One windy" + events[0][9:] + "." and scenes[2] == events[1] and "(or so)" in scenes[3]
        assert not any(one["name"] in scenes[-1] for one in story_list("bedtime_en")["friends"])


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("an old orchard", "in an old orchard"),
        ("an island in the north", "on an island in the north"),
        ("a house on a hill", "in a house on a hill"),
        ("the foot of the mountain", "at the foot of the mountain"),
        ("under the stairs", "under the stairs"),
        ("the moon", "on the moon"),
        ("a village without a bridge", "in a village without a bridge"),
        ("the fourth floor of a house", "on the fourth floor of a house"),
    ],
)
def test_a_place_has_its_preposition(place: str, told: str) -> None:
    assert located(place, "en") == told


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("老果园", "老果园里"),
        ("小岛", "小岛上"),
        ("大海", "大海边"),
        ("屋顶上", "屋顶上"),
        ("巷子口", "巷子口"),
        ("城市上空", "城市上空"),
    ],
)
def test_a_chinese_place_says_where_of_it(place: str, told: str) -> None:
    assert located(place, "zh") == told


def test_an_article_goes_by_the_sound() -> None:
    nouns = ["fox", "otter", "unicorn", "honest owl", "the king", "a girl"]
    assert list(map(with_article, nouns)) == ["a fox", "an otter", "a unicorn", "an honest owl", "the king", "a girl"]


def test_both_languages_have_the_same_plots_each_with_several_ways_to_go() -> None:
    english, chinese = (story_list(f"bedtime_{language}") for language in ("en", "zh"))
    assert list(english["plots"]) == list(chinese["plots"]) and len(english["plots"]) >= 12
    for lists in (english, chinese):
        assert len(lists["openings"]) >= 8 and len(lists["closings"]) >= 6
        for plot in lists["plots"].values():
            assert {part: len(lines) >= (3 if part in ("titles", "ending") else 2) for part, lines in plot.items()} == (
                dict.fromkeys(("titles", "trouble", "attempt", "turn", "ending"), True)
            )


def test_no_line_of_ours_breaks_a_check_of_stories(found: Callable[..., str]) -> None:
    for language in ("en", "zh"):
        lists = story_list(f"bedtime_{language}")
        lines = [line for plot in lists["plots"].values() for part in plot.values() for line in part]
        for line in (*lists["openings"], *lists["wishes"], *lists["closings"], *lines):
            for check, options in (
                ("keeps_rating", {"rating": "small"}),
                ("keeps_tense", {}),
                ("no_talk_of_story", {}),
            ):
                assert not found(check, line.replace("|", ""), **options), line


GOOD = "Mila was a small fox, and she lived in an old orchard. Every night she looked up and thought of the sea."


def test_a_models_scenes_are_suggested_where_they_keep_to_the_story_and_ours_stand(bundled: Project) -> None:
    bad = "Then Gregory came to the stream and laughed at Mila."
    row: dict[str, Any] = MILA | {"plot": "bridge", "friend": "Otto", "friend_kind": "snail", "age": 4}
    plain = told(written(bundled, **row))
    generator = ScriptedGenerator(lambda request, _: bad if "Before:" in request.prompt.messages[-1].content else GOOD)
    piece = written(bundled, generator, "suggested", **row)
    assert piece.reason == NOTICE and told(piece) == plain
    assert [(one.field, one.text) for one in piece.suggestions] == [("scenes[0].text", GOOD)]
    asked = [request.prompt.messages[-1].content for request in generator.requests]
    assert len(asked) == 4 and all(scene in task for scene, task in zip(plain, asked, strict=False))


def test_a_small_model_tells_and_is_not_asked(bundled: Project) -> None:
    voices = bundled.content_type("stories/bedtime").demands.voices
    assert list(voices) == ["told", "suggested"] and voices["suggested"].needs.parameters == 1_000_000_000


def test_every_line_of_ours_stands_beside_a_model_that_writes_nonsense(bundled: Project) -> None:
    content_type = bundled.content_type("stories/bedtime")
    briefs = [
        Brief(id=str(at), values=brief_values(content_type, row, where="the test")) for at, row in enumerate(rows())
    ]
    pipeline = Pipeline(ScriptedGenerator(lambda *_: "I went."), bundled.environment, voice=lambda _: "suggested")
    pieces = list(pipeline.write(content_type, briefs))
    assert len(pieces) == len(briefs) and {one.reason for one in pieces} == {NOTICE}
    assert not any(one.suggestions for one in pieces)
