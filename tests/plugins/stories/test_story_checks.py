"""The checks of stories find what a parent would stumble over, and let be what is told well."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Found = Callable[..., str]
CAST = {"hero": "Mila", "friend": "Otto", "place": "the old Orchard Lane"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mila ran to the gate, and Otto ran after her.", ""),
        ("“I know,” said Otto. Then they went home along Orchard Lane.", ""),
        ("On Monday Mila said, “I'm ready.”", ""),
        ("Rain fell, and Sunday came.", ""),
        ("Slowly the sun went down.", ""),
        ("Then Gregory came by and laughed.", "Gregory"),
        ("Gregory said that it was late.", "Gregory"),
        ("“Rosalind asked me,” said Mila.", "Rosalind"),
        ("米拉跑到门口，慢慢说：“好。”", ""),
        ("她说完，大家都笑了。妈妈说：“睡吧。”", ""),
        ("这时来了一只名叫图图的小熊。", "图图"),
        ("小明说：“我来帮你。”", "小明"),
        ("王师傅问米拉去哪里。", "王师傅"),
    ],
)
def test_nobody_comes_whom_the_brief_does_not_have(found: Found, text: str, name: str) -> None:
    told = found("no_new_names", text, CAST | {"zh": "米拉 慢慢"})
    assert (name in told) if name else not told


def test_a_cast_may_be_larger_than_the_brief(found: Found) -> None:
    text = "Then Gregory came by and laughed."
    assert not found("no_new_names", text, CAST, cast=["Gregory is a goose."])
    assert not found("no_new_names", text, CAST, item={"told": "Gregory was there."})


def test_a_scene_names_who_is_in_it(found: Found) -> None:
    assert not found("keeps_cast", "Mila waved to Otto.", names=["Mila", "Otto"])
    assert "Otto" in found("keeps_cast", "Mila waved to Ottokar.", names=["Mila", "Otto"])
    assert "慢慢" in found("keeps_cast", "米拉招了招手。", names=["米拉", "慢慢"])


@pytest.mark.parametrize(
    ("scenes", "where"),
    [
        (["Mila woke.", "The sun rose.", "Mila ran."], ""),
        (["The sun rose.", "Mila ran."], "scenes[0]"),
        (["Mila woke.", "The sun rose.", "The wind blew.", "Mila ran."], "scenes[2]"),
        (["Milan is a town.", "Mila ran."], "scenes[0]"),
    ],
)
def test_the_hero_stays_in_the_story(found: Found, scenes: list[str], where: str) -> None:
    told = found("hero_stays", scenes, hero="Mila")
    assert told.startswith(where) if where else not told


def test_the_hero_may_be_away_for_longer(found: Found) -> None:
    scenes = ["Mila woke.", "The sun rose.", "The wind blew.", "Mila ran."]
    assert not found("hero_stays", scenes, hero="Mila", apart=2)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Mila said, “I want to go, and we will.” She went.", ""),
        ('Otto said "my shell is my house" and slept.', ""),
        ("Mila went to the sea, and I saw her.", "'I'"),
        ("Our house was small.", ""),  # a capital at the beginning of a sentence is not looked up
        ("It was our house.", "our"),
        ("米拉说：“我要去。”她就走了。", ""),
        ("我看见米拉走了。", "我"),
    ],
)
def test_the_third_person_stays(found: Found, text: str, word: str) -> None:
    told = found("keeps_point_of_view", text)
    assert (word in told) if word else not told
    assert not found("keeps_point_of_view", text, person="first")


def test_who_tells_of_himself_says_so_at_once(found: Found) -> None:
    assert not found("told_in_first_person", ["I was a porter.", "Ines came."])
    assert found("told_in_first_person", ["Ines was a porter.", "I came."]).startswith("scenes[0]")
    assert not found("told_in_first_person", ["我做门卫很久了。"])
    assert found("told_in_first_person", ["林野做门卫很久了。“我知道。”他说。"])


@pytest.mark.parametrize(
    ("text", "tense", "wrong"),
    [
        ("She went home and was glad. “It is late,” said Otto.", "past", ""),
        ("She goes home and is glad.", "past", "goes, is"),
        ("She went home, for what is late is late.", "past", "is"),
        ("She goes home and is glad. “It was late,” says Otto.", "present", ""),
        ("The clocks have got used to it, and it is said aloud.", "present", ""),
        ("She went home and was glad.", "present", "went, was"),
        ("He lists the hives by the names his wife gave them.", "present", ""),
        ("She counted the stops and the calls and the lists.", "past", ""),
        ("她回家了，很高兴。", "present", ""),
    ],
)
def test_the_tense_stays(found: Found, text: str, tense: str, wrong: str) -> None:
    told = found("keeps_tense", text, tense=tense)
    assert (wrong in told) if wrong else not told


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Mila told Otto a story, and in the end they slept.", ""),
        ("There was a scene at the door, and the first chapter of the book was lost.", ""),
        ("Scene 2: the road.", "Scene 2"),
        ("Here is a short story: Mila woke.", "Here is"),
        ("The moral of the story is to wait.", "moral"),
        ("Mila slept. The end.", "The end"),
        ("In this scene Mila wakes.", "In this scene"),
        ("慢慢讲了一个故事，大家都睡着了。这是第一场雪。", ""),
        ("第二幕：小路。", "第二幕"),
        ("这个故事告诉我们要等待。", "这个故事告诉"),
        ("米拉睡着了。（全文完）", "全文完"),
    ],
)
def test_a_story_does_not_speak_of_itself(found: Found, text: str, wrong: str) -> None:
    told = found("no_talk_of_story", text)
    assert (wrong in told) if wrong else not told


@pytest.mark.parametrize(
    ("last", "what"),
    [
        ("Mila slept.", ""),
        ("“Good night,” said Otto. “Good night!”", ""),
        ("米拉睡着了。", ""),
        ("And then...", "open"),
        ("It was dark…", "dots"),
        ("Mila slept", "no full stop"),
        ("Was it Otto?", "a question"),
        ("To be continued.", "open"),
        ("欲知后事如何，且听下回分解。", "open"),
    ],
)
def test_a_story_ends(found: Found, last: str, what: str) -> None:
    told = found("ends_closed", ["Mila woke.", last])
    assert (what in told and told.startswith("scenes[1]")) if what else not told


def test_a_question_may_end_it_where_that_is_allowed(found: Found) -> None:
    assert not found("ends_closed", ["Was it Otto?"], question=True)


@pytest.mark.parametrize(
    ("text", "rating", "word"),
    [
        ("The dark was soft, and Mila was a little afraid. Then a hammer fell down.", "small", ""),
        ("A monster sat at the door.", "small", "'monster' (fright)"),
        ("A monster sat at the door.", "children", ""),
        ("The old king had died.", "small", "death"),
        ("The old king had died.", "children", ""),
        ("He killed the guard.", "children", "violence"),
        ("He killed the guard.", "teen", ""),
        ("There was a pool of blood.", "teen", "gore"),
        ("There was a pool of blood.", "adult", ""),
        ("She was skilled, and the weekend was studied.", "children", ""),
        ("门口坐着一只怪物。", "small", "怪物"),
        ("米拉做了个鬼脸，高兴死啦。", "small", ""),
        ("他杀死了守卫。", "children", "杀死"),
    ],
)
def test_words_keep_to_the_rating(found: Found, text: str, rating: str, word: str) -> None:
    told = found("keeps_rating", text, rating=rating)
    assert (word in told) if word else not told


def test_the_length_has_a_band(found: Found) -> None:
    assert not found("story_length", ["one two three"], least=3, most=3)
    assert "at least 4" in found("story_length", ["one two three"], least=4)
    assert "at most 2" in found("story_length", ["one two", "three"], most=2)
    assert "3 characters" in found("story_length", ["睡着了。"], least=4)
    assert "at least 60" in found("story_length", ["Mila slept."], age=3)
    assert not found("story_length", ["Mila slept. " * 40], age=3)


EASY = "Mila ran to the gate. The gate was shut. She sat down in the sun and had a good look at it. "
HARD = (
    "Having considered the extraordinary circumstances of the expedition, Mila determined, notwithstanding numerous "
    "objections of the neighbourhood, to investigate the possibility of an immediate departure for the settlement. "
)


def test_a_story_suits_the_age_of_who_listens(found: Found) -> None:
    assert not found("suits_age", [EASY] * 4, age=3)
    assert "grade" in found("suits_age", [HARD], age=3) and "on average" in found("suits_age", [HARD], age=9)
    sentence = "小狐狸" + "走呀走呀" * 18 + "。"
    assert "characters" in found("suits_age", [sentence], age=4)
    assert not found("suits_age", ["小狐狸走到门口。门关着。她坐下来，看了很久。"], age=3)


def test_scenes_go_on(found: Found) -> None:
    walk = "Mila walked down the long road to the harbour and counted the boats."
    assert not found("scenes_go_on", [walk, "There Otto waited with a lantern and a pot of soup."])
    assert "again" in found("scenes_go_on", [walk, "Otto came.", walk])
    assert "tells again" in found(
        "scenes_go_on", [walk, "Down the long road to the harbour walked Mila, counting boats."]
    )
    harbour = "every single boat of the long grey harbour under the cold moon"
    scenes = [f"Mila wanted to count {harbour}.", f"At last Mila could count {harbour}."]
    assert found("scenes_go_on", scenes) and not found("scenes_go_on", scenes, but=[f"count {harbour}", "Mila"])


def test_a_mothers_name_is_no_curse(found: Found) -> None:
    assert not found("keeps_rating", "最后一把伞上写的是她妈妈的名字。", rating="teen")
    assert found("keeps_rating", "“妈的，又下雨了。”他说。", rating="teen")
