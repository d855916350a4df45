"""The uniqueness guard: what repeats another piece is written again, then flagged with its twin's id."""

from __future__ import annotations

import json
import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from aigc.errors import UsageError
from aigc.jobs import read_artifacts
from aigc.jobs.unique import BANDS, _bands, prose, similarity
from aigc.jobs.uniqueness import Unique
from aigc.ledger import opened_ledger
from aigc.project import Project
from aigc.settings import Settings
from aigc.testing import ScriptedGenerator
from aigc.types import Request

from .conftest import ITEM, TASK, Shop

LONG = ITEM.replace("chars: 12", "chars: 400")
SAME = "A mug for every morning, light in the hand and warm until noon, in six colours that last for years."
OTHER = "Boots that keep out the rain, with a sole that grips on wet stone and laces nobody ties twice a day."
WORDS = [f"word{at}" for at in range(16)]


def piece(seed: int) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=20))


@pytest.fixture
def alike(make_project: Callable[..., Project], tmp_path: Path) -> Callable[..., Shop]:
    """This makes a shop whose model says `SAME` of a product named so, whatever the draw, or as often as told."""

    def make(stubborn: int = 99, setting: str = "unique: {attempts: 2}\n", task: str = TASK) -> Shop:
        files = {"aigc.yaml": setting, "templates/shop/item.yaml": LONG, "templates/shop/item.j2": task}
        shop = Shop(make_project(files), tmp_path / "out")
        said: dict[str, list[int]] = {}

        def answer(request: Request, index: int) -> str:
            name = request.prompt.messages[-1].content.split(" | ")[0]
            seeds = said.setdefault(name, [])
            seeds.append(request.sampling.seed)
            return SAME if name.startswith("same") and len(seeds) <= stubborn else piece(request.sampling.seed)

        shop.generator = ScriptedGenerator(answer, capacity=4, lump=3)
        return shop

    return make


def statuses(shop: Shop) -> list[str]:
    return [one.status for one in read_artifacts(shop.folder)]


def test_a_twin_is_written_again_with_another_draw_and_stands(alike: Callable[..., Shop]) -> None:
    shop = alike(stubborn=1)
    assert shop.run(["same a", "x", "same b", "y"]).counts["accepted"] == 4
    (asked,) = [one for one in shop.generator.requests if one.prompt.messages[-1].content == "same a"]
    first, again = [one for one in shop.generator.requests if one.prompt.messages[-1].content == "same b"]
    assert again.sampling.seed != first.sampling.seed and again.sampling.temperature > first.sampling.temperature
    assert read_artifacts(shop.folder)[0].fields["text"] == SAME, "the first of two stands"
    assert shop.asked == 5 and asked
    assert shop.run(["same a", "x", "same b", "y"]).reused == 4


def test_each_redraw_is_warmer_and_from_another_seed(alike: Callable[..., Shop]) -> None:
    shop = alike(setting="unique: {attempts: 3}\n")
    shop.run(["same a", "same b"])
    asked = [one.sampling for one in shop.generator.requests if one.prompt.messages[-1].content == "same b"]
    assert [round(one.temperature - asked[0].temperature, 2) for one in asked] == [0, 0.15, 0.3, 0.45]
    assert len({one.seed for one in asked}) == 4


def test_a_twin_that_stays_one_is_flagged_with_its_twins_id(alike: Callable[..., Shop]) -> None:
    shop = alike()
    report = shop.run(["same a", "x", "same b"])
    assert report.counts == {"accepted": 2, "flagged": 1, "rejected": 0, "failed": 0}
    assert report.reasons == {"flagged: unique": 1}
    assert shop.asked == 3 + 2, "two attempts more"
    flagged = read_artifacts(shop.folder)[2]
    assert flagged.reason == "says much the same as 00 (100%)"
    assert [(one.check, one.severity) for one in flagged.findings] == [("unique", "warn")]
    with opened_ledger(shop.folder) as ledger:
        assert [one.twin for one in ledger.pieces.entries()] == ["", "", "00"]
    before = (shop.folder / "artifacts.jsonl").read_bytes()
    assert shop.run(["same a", "x", "same b"]).counts == report.counts
    assert (shop.asked, (shop.folder / "artifacts.jsonl").read_bytes()) == (5, before)


def test_when_the_twin_goes_so_does_the_flag(alike: Callable[..., Shop]) -> None:
    shop = alike()
    shop.run(["same a", "x", "same b"])
    assert shop.run(["other", "x", "same b"]).counts["accepted"] == 3
    assert read_artifacts(shop.folder)[2].findings == ()


def test_near_duplicates_count_and_different_pieces_do_not(alike: Callable[..., Shop]) -> None:
    near = SAME.replace("six", "seven")
    shop = alike(setting="unique: {threshold: 0.8, attempts: 0}\n")
    shop.generator = ScriptedGenerator([SAME, OTHER, near])
    assert shop.run([*"abc"]).counts["flagged"] == 1
    assert read_artifacts(shop.folder)[2].reason == "says much the same as 00 (86%)"
    assert similarity(prose([SAME]), prose([OTHER])) < 0.2 < 0.8 < similarity(prose([SAME]), prose([near])) < 1


def test_repeated_openings(alike: Callable[..., Shop]) -> None:
    texts = [f"Discover our new range of {name}" for name in ("boots and much more for rain", "mugs in six colours")]
    shop = alike(setting="unique: {opening: 4, attempts: 0}\n")
    shop.generator = ScriptedGenerator([*texts, "Boots for rain in six colours"])
    shop.run([*"abc"])
    assert [one.reason for one in read_artifacts(shop.folder)] == [
        "",
        "begins like 00: discover our new range of boots",
        "",
    ]
    (shop.project.folder / "aigc.yaml").write_text("unique: {opening: 7, attempts: 0}\n")
    shop.project = Project.open(shop.project.folder, registry=shop.project.registry)
    assert shop.run([*"abc"]).counts["accepted"] == 3


PAGES = ITEM.replace(
    "output: {type: string, limit: {chars: 12}}", "output:\n  title: {type: string}\n  lead: {type: string}"
)
COMPOSED = PAGES.replace("prompt: item.j2\n", "").replace(
    "output:\n  title: {type: string}\n  lead: {type: string}",
    "stages:\n  page:\n    prompt: item.j2\n    output: {title: {type: string}, lead: {type: string}}\n"
    "output:\n  title: {type: string, from: '{{ TITLE }}'}\n  lead: {type: string, from: '{{ stages.page.lead }}'}",
)


@pytest.mark.parametrize(
    ("said", "item", "titles", "reasons"),
    [
        ("{attempts: 0}", PAGES, ["Mugs", "mugs", "Cups"], ["", "begins like 00: mugs", ""]),
        (
            "{attempts: 0, opening: 2}",
            PAGES,
            ["One two three", "One two", "One"],
            ["", "begins like 00: one two three", ""],
        ),
        (
            "{attempts: 0}",
            COMPOSED.replace("TITLE", "stages.page.title"),
            ["A", "B", "A"],
            ["", "", "begins like 00: a"],
        ),
        ("{attempts: 0}", COMPOSED.replace("TITLE", "product ~ product"), ["A", "A", "A"], ["", "", ""]),
    ],
)
def test_a_first_field_is_how_a_piece_begins_unless_it_is_made_of_the_brief(
    make_project: Callable[..., Project], tmp_path: Path, said: str, item: str, titles: list[str], reasons: list[str]
) -> None:
    files = {"aigc.yaml": f"unique: {said}\n", "templates/shop/item.yaml": item, "templates/shop/item.j2": TASK}
    shop = Shop(make_project(files), tmp_path / "out")
    shop.generator = ScriptedGenerator(
        [json.dumps({"title": title, "lead": piece(at)}) for at, title in enumerate(titles)]
    )
    shop.run(["same"] * 3)
    assert [one.reason for one in read_artifacts(shop.folder)] == reasons


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (PAGES, "has the lead of 00"),
        (COMPOSED.replace("TITLE", "stages.page.title"), "has the lead of 00"),
        (COMPOSED.replace("TITLE", "product").replace("stages.page.lead", "product * 20"), ""),  # the brief's own
    ],
)
def test_a_longer_text_stands_in_one_piece(
    make_project: Callable[..., Project], tmp_path: Path, item: str, reason: str
) -> None:
    task = TASK.replace("{{ product }}", "{{ product }}{% if avoid %} | not: {{ avoid }}{% endif %}")
    files = {
        "aigc.yaml": "unique: {attempts: 1}\n",
        "templates/shop/item.yaml": item,
        "templates/shop/item.j2": task,
    }
    shop = Shop(make_project(files), tmp_path / "out")
    titles = ["Kettle: " + OTHER, "A mirror that hangs straight on any wall, by one nail", "Carpet", "Mirrors"]
    leads = [SAME, SAME.upper(), "Short lead", SAME]
    said = [{"title": title, "lead": lead} for title, lead in zip(titles, leads, strict=True)]
    shop.generator = ScriptedGenerator([json.dumps(one) for one in said])
    shop.run(["kettle", "mirror", "carpet"])
    assert [one.reason for one in read_artifacts(shop.folder)] == ["", reason, ""]
    if reason:
        assert shop.generator.requests[-1].prompt.messages[-1].content.endswith("not: a mug for every morning light")


def test_the_template_is_told_what_to_avoid(alike: Callable[..., Shop]) -> None:
    shop = alike(task=TASK.replace("%}{{ product }}", "%}{{ product }}{% if avoid %} | not: {{ avoid }}{% endif %}"))
    shop.run(["same a", "same b"])
    asked = [one.prompt.messages[-1].content for one in shop.generator.requests]
    assert asked == ["same a", "same b", *["same b | not: a mug for every morning light"] * 2]


def test_a_worse_piece_is_not_taken_for_a_twin(alike: Callable[..., Shop]) -> None:
    shop = alike()
    shop.generator = ScriptedGenerator([SAME, SAME, "x" * 401, "y" * 401])
    assert shop.run([*"ab"]).counts == {"accepted": 1, "flagged": 1, "rejected": 0, "failed": 0}
    assert read_artifacts(shop.folder)[1].fields["text"] == SAME
    with opened_ledger(shop.folder) as ledger:
        lines = [(one.line.text[:1], one.replaced) for one in ledger.lines.kept() if one.brief.id == "01"]
    assert lines == [("A", False), ("x", True), ("y", True)], "its line came back with it"


def test_a_twin_that_is_sent_back_leaves_its_lines_in_the_history(alike: Callable[..., Shop]) -> None:
    alike(setting="").run(["same a", "same b"])
    shop = alike(stubborn=0, setting="unique: {attempts: 1}\nkeep_lines: none\n")
    assert (shop.run(["same a", "same b"]).counts["accepted"], shop.asked) == (2, 1)
    with opened_ledger(shop.folder) as ledger:
        assert [(one.brief.id, one.replaced) for one in ledger.lines.kept()] == [("00", False), ("01", True)]


def test_without_being_asked_nothing_is_compared(alike: Callable[..., Shop]) -> None:
    shop = alike(setting="")
    assert shop.run(["same a", "same b"]).counts["accepted"] == 2
    assert shop.asked == 2


def test_earlier_jobs_count_where_asked_for(alike: Callable[..., Shop], tmp_path: Path) -> None:
    shop = alike(setting="")
    shop.run(["same a"])
    spring = Shop((late := alike(setting="unique: {attempts: 1, earlier: true}\n")).project, tmp_path / "spring")
    spring.generator = late.generator
    spring.run(["x", "same b"])
    assert read_artifacts(spring.folder)[1].reason == "says much the same as out/00 (100%)"
    assert statuses(spring) == ["accepted", "flagged"] and spring.asked == 3
    summer = Shop(alike(setting="unique: {attempts: 1}\n").project, tmp_path / "summer")
    summer.generator = late.generator
    assert summer.run(["y", "same c"]).counts["accepted"] == 2


@pytest.mark.parametrize(("capacity", "lump"), [(1, 1), (5, 2), (40, 40)])
def test_what_is_written_again_does_not_depend_on_who_was_first(
    alike: Callable[..., Shop], tmp_path: Path, capacity: int, lump: int
) -> None:
    def run(name: str, capacity: int, lump: int) -> list[str]:
        shop = alike()
        shop.folder = tmp_path / name
        shop.generator = ScriptedGenerator(lambda r, i: piece(r.sampling.seed % 5), capacity=capacity, lump=lump)
        shop.run([f"p{at}" for at in range(20)], reuse=False)
        return [str((one.status, one.fields, one.reason)) for one in read_artifacts(shop.folder)]

    assert run("one", 3, 1) == run("two", capacity, lump)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_stopped_in_the_middle_of_a_round_it_comes_to_the_same(alike: Callable[..., Shop], tmp_path: Path) -> None:
    def run(name: str, after: int) -> list[str]:
        shop = alike()
        shop.folder = tmp_path / name
        shop.generator = ScriptedGenerator(lambda r, i: piece(r.sampling.seed % 5), capacity=3, lump=1)
        left = iter(range(after))
        shop.run(products, reuse=False, stopping=lambda: next(left, None) is None)
        shop.run(products, reuse=False)
        return [str((one.status, one.fields, one.reason)) for one in read_artifacts(shop.folder)]

    products = [f"p{at}" for at in range(20)]
    whole = run("whole", 10**6)
    for after in (5, 23, 30, 41):
        assert run(f"cut{after}", after) == whole


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{treshold: 0.9}", "unique.treshold: no such option; did you mean 'threshold'"),
        ("{threshold: 0.2}", "unique.threshold: 0.2 is not from 0.5 to 1"),
        ("{attempts: yes}", "unique.attempts: 'yes' is not a whole number"),
        ("{opening: 2.5}", "unique.opening: 2.5 is not a whole number"),
    ],
)
def test_misuse(alike: Callable[..., Shop], said: str, message: str) -> None:
    shop = alike(setting=f"unique: {said}\n")
    with pytest.raises(UsageError, match=rf"aigc.yaml:\d+: {message}"):
        shop.run(["a"])
    assert not shop.folder.exists()


def test_bands_find_the_alike() -> None:
    """The chance to share a band is 1 - (1 - s^4)^16: 0.9998 at s = 0.8, and next to nothing for other texts."""
    draw, found, wrong = random.Random(5), 0, 0
    for _ in range(200):
        words = [draw.choice(WORDS) + str(draw.randint(0, 99)) for _ in range(60)]
        near = [*words[:57], *(draw.choice(WORDS) for _ in range(3))]
        far = [draw.choice(WORDS) + str(draw.randint(0, 99)) for _ in range(60)]
        mine = set(_bands(" ".join(words)))
        assert len(mine) == BANDS
        found += bool(mine & set(_bands(" ".join(near))))
        wrong += bool(mine & set(_bands(" ".join(far))))
    assert found >= 198 and wrong <= 60


def test_the_guard_forgets_what_was_rewritten(alike: Callable[..., Shop]) -> None:
    shop = alike(stubborn=1)
    shop.run(["same a", "same b"])
    with sqlite3.connect(shop.folder / "job.sqlite") as db:
        assert db.execute("select count(*), count(distinct id) from bands").fetchone() == (2 * BANDS, 2)


def test_unique_is_off_unless_something_is_said() -> None:
    assert Unique.of(Settings()) is None
    assert Unique.of(Settings(), on=True) == Unique() == Unique.of(Settings(unique={"threshold": 0.8}))


def test_a_flagged_twin_goes_to_the_history_when_it_is_written_again(alike: Callable[..., Shop]) -> None:
    shop = alike()
    shop.run(["same a", "x", "same b"])
    shop.run(["same a", "x", "other b"])
    with sqlite3.connect(shop.folder / "job.sqlite") as db:
        kept = db.execute("select status, brief from history where id = '02'").fetchall()
    assert any(status == "flagged" and "same b" in brief for status, brief in kept)


def test_a_twin_that_comes_back_alone_is_flagged_no_more(alike: Callable[..., Shop]) -> None:
    shop = alike()
    shop.run(["same a", "same b"])
    assert statuses(shop) == ["accepted", "flagged"]
    shop.run(["x", "y"])
    shop.run(["x", "same b"])
    assert statuses(shop) == ["accepted", "accepted"]
