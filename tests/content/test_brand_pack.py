"""Brand packs: how a brand speaks, in prompts, in texts and in keys; what is wrong in one, with its line."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from aigc import Brief, Draft
from aigc.cli import main
from aigc.content.brand_pack import read_brand
from aigc.content.brand_rules import LINK, in_brand_words
from aigc.errors import ContentTypeError
from aigc.jobs.keys import Keys
from aigc.project import Project
from aigc.testing import ScriptedGenerator

PACK = """aigc: 1
brand: Tablewright
voice: Calm and exact.
terms: {customer: member, cheap: affordable, 顾客: 会员}
banned: [world-class, 第一]
required:
- {text: Prices include VAT., in: [body, line]}
audiences:
  parents: {who: parents of small children, voice: Warm., banned: [kids]}
  builders: {}
markets:
  zh: {voice: 平实。, terms: {便宜: 实惠}}
examples: [Carries 120 kg and does not wobble.]
"""
TYPE = """aigc: 1
name: shop/line
summary: A line
brief: {fact: {type: string}, language: {type: string, default: en}}
prompt: line.j2
output:
  line: {type: string}
  url: {type: string, format: uri}
repair: {attempts: 1}
"""
FILES = {
    "aigc.yaml": "",
    "brands/tablewright.yaml": PACK,
    "brands/other.yaml": "aigc: 1\nbrand: Other\n",
    "templates/shop/line.yaml": TYPE,
    "templates/shop/line.j2": "{% extends 'base.j2' %}{% block task %}Fact: {{ fact }}{% endblock %}",
}
LONG = "x" * 100_000
MANY = "".join(f"  a{number}: {{}}\n" for number in range(501))
Made = Callable[..., Project]


def brief(project: Project, fact: str, **more: str) -> Brief:
    values = {name: schema.get("default") for name, schema in project.content_type("shop/line").brief.items()}
    return Brief(id="one", values={**values, "fact": fact, **more})


def written(project: Project, answer: str, **more: str) -> tuple[str, str, str, str]:
    """Return the line that came of an answer, its status and reason, and what the model was asked at last."""
    answers = [f'{{"line": "{answer}", "url": "https://example.com/customer"}}'] * 2
    generator = ScriptedGenerator(answers)
    made = next(
        iter(project.pipeline(generator).write(project.content_type("shop/line"), [brief(project, "f", **more)]))
    )
    assert made.fields["url"] == "https://example.com/customer"
    return made.fields["line"], made.status, made.reason, generator.requests[-1].prompt.messages[-1].content


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ("Customers like it", "Members like it"),
        ("Our customer's choice, CHEAP", "Our member's choice, AFFORDABLE"),
        ("A cheap desk in a cheap room for an hour", "An affordable desk in an affordable room for an hour"),
        ("Customer support at shop.example/customer and https://a.example/cheap", None),
        ("Ein Customerclub, cheaply", "Ein Customerclub, cheaply"),
        ("老顾客都说好", "老会员都说好"),
    ],
)
def test_terms_are_put_in_place(make_project: Made, answer: str, line: str | None) -> None:
    said, status, _, _ = written(make_project(FILES), answer, brand_pack="tablewright")
    wanted = line or "Member support at shop.example/member and https://a.example/cheap"
    assert (said.removesuffix("Prices include VAT.").rstrip(" .。\n"), status) == (wanted, "accepted")


def test_a_banned_word_is_found_and_asked_again(make_project: Made) -> None:
    project = make_project(FILES)
    _, status, reason, _ = written(project, "A world-class desk", brand_pack="tablewright")
    assert (status, reason) == ("rejected", "line: has 'world-class', which Tablewright never says")
    assert written(project, "For kids", brand_pack="tablewright")[1] == "accepted"
    assert written(project, "For kids", brand_pack="tablewright", audience="parents")[1] == "rejected"
    assert written(project, "A world-class desk")[1] == written(project, "第一", brand_pack="other")[1] == "accepted"
    assert written(project, "品质第一", brand_pack="tablewright", language="zh")[1] == "rejected"


def test_what_is_written_from_is_in_the_brands_words_but_not_what_people_search_for(make_project: Made) -> None:
    project = make_project(FILES)
    told = brief(project, "a cheap desk at https://x.example/cheap", brand_pack="tablewright")
    told = replace(told, values={**told.values, "keyword": "cheap desk"})
    seen = in_brand_words(told, project.environment.brands).values
    assert (seen["fact"], seen["keyword"]) == ("an affordable desk at https://x.example/cheap", "cheap desk")


def test_an_audience_that_the_pack_does_not_have_flags_the_piece(make_project: Made) -> None:
    project = make_project(FILES)
    status, reason = written(project, "Oak.", brand_pack="tablewright", audience="parent")[1:3]
    assert status == "flagged" and "audience 'parent' is none of Tablewright's; did you mean 'parents'?" in reason
    assert written(project, "Oak.", brand_pack="other", audience="anybody")[1] == "accepted"


def test_a_list_that_is_full_gives_its_last_place_to_what_is_required(make_project: Made) -> None:
    files = {**FILES, "brands/tablewright.yaml": PACK.replace("in: [body, line]", "in: [descriptions]")}
    ad = make_project(files, model="smollm2-135m")
    full = {"descriptions": ["One.", "Two."]}
    schema = {"descriptions": {"type": "array", "maxItems": 2, "items": {"type": "string"}}}
    ad.content_type("shop/line")
    (lines,) = [one for one in ad.content_type("shop/line").postprocess if one.name == "brand_lines"]
    draft = Draft(brief=brief(ad, "f", brand_pack="tablewright"), fields=full, schema=schema)
    assert lines.extension(draft)["descriptions"] == ["One.", "Prices include VAT."]


def test_what_is_required_is_added_once(make_project: Made) -> None:
    project = make_project(FILES)
    assert written(project, "Oak.", brand_pack="tablewright")[0] == "Oak. Prices include VAT."
    assert written(project, "Oak. prices include  VAT.", brand_pack="tablewright")[0] == "Oak. prices include  VAT."
    nowhere = PACK.replace(", in: [body, line]", "")
    project = make_project({**FILES, "brands/tablewright.yaml": nowhere})
    line, status, reason, _ = written(project, "Oak.", brand_pack="tablewright")
    assert (line, status) == ("Oak.", "rejected")
    assert reason == "the piece: does not say 'Prices include VAT.', as Tablewright always does"


def test_the_prompt_tells_how_the_brand_speaks(make_project: Made) -> None:
    project = make_project(FILES)
    asked = written(project, "Oak", brand_pack="tablewright", audience="parents")[3]
    assert asked == (
        "Brand: Tablewright\nVoice: Warm.\nReaders: parents of small children\n"
        "Words: say member, not customer; say affordable, not cheap; say 会员, not 顾客\n"
        "Never say: world-class; 第一; kids\nIt sounds like this: Carries 120 kg and does not wobble.\n\nFact: f"
    )
    assert "语气：平实。\n用词：说“member”" in written(project, "Oak", brand_pack="tablewright", language="zh")[3]
    assert written(project, "Oak")[3] == "Fact: f"


def test_a_pack_changes_the_keys_of_its_own_pieces_only(make_project: Made, tmp_path: Path) -> None:
    bare = make_project({name: text for name, text in FILES.items() if "brands" not in name})
    plain = Keys(bare, bare.content_type("shop/line"))(Brief(id="one", values={"fact": "f", "language": "en"}))

    def keys() -> list[str]:
        project = make_project(FILES)
        key = Keys(project, project.content_type("shop/line"))
        return [
            key(brief(project, "f", **more)) for more in ({}, {"brand_pack": "other"}, {"brand_pack": "tablewright"})
        ]

    first = keys()
    assert first[0] == plain and len(set(first)) == 3
    project = make_project({**FILES, "brands/tablewright.yaml": PACK + "# changed\n"})
    key = Keys(project, project.content_type("shop/line"))
    assert key(brief(project, "f", brand_pack="other")) == first[1]
    assert key(brief(project, "f", brand_pack="tablewright")) != first[2]


def test_a_matrix_crosses_brands_and_audiences(
    make_project: Made, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = make_project({**FILES, "rows.csv": "product,facts\nDesk,customers build it; made of oak\n"})
    assert project.folder is not None
    monkeypatch.chdir(project.folder)
    crossed = ["--matrix", "brand_pack=tablewright,other", "--matrix", "audience=parents,builders"]
    assert main(["batch", "social/post", "rows.csv", "--out", "posts", *crossed]) == 0
    lines = (project.folder / "posts" / "content.jsonl").read_text(encoding="utf-8").splitlines()
    assert ["Members build it" in line or "members build it" in line for line in lines] == [True, True, False, False]
    capsys.readouterr()
    assert main(["batch", "social/post", "rows.csv", "--out", "more", "--set", "brand_pack=tablewrite"]) == 2
    assert "tablewright" in capsys.readouterr().err


def test_the_setting_names_the_brand_of_rows_that_name_none(make_project: Made) -> None:
    project = make_project({**FILES, "aigc.yaml": "brand_pack: tablewright\n"})
    assert project.content_type("shop/line").brief["brand_pack"]["default"] == "tablewright"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("aigc: 1\n", ":1: 'brand' is missing"),
        ("aigc: 2\nbrand: A\n", ":1: aigc is 2; this version reads `aigc: 1`"),
        ("aigc: 1\nbrand: A\nbaned: [x]\n", ":3: unknown key 'baned'"),
        ("aigc: 1\nbrand: A\nbanned: x\n", ":3: 'banned' must be a list"),
        ("aigc: 1\nbrand: A\nterms: {Cheap: cheap}\n", ":3: 'Cheap' is what the brand says already"),
        ("aigc: 1\nbrand: A\nbanned: [Fine]\nterms: {good: fine}\n", ":4: 'Fine' must be said, and is banned"),
        ("aigc: 1\nbrand: A\nrequired:\n- {in: [a]}\n", ":4: 'text' is missing"),
        ("aigc: 1\nbrand: A\naudiences:\n  b: {voic: c}\n", ":4: unknown key 'voic'"),
        ("aigc: 1\nbrand: A\nmarkets:\n  zh: {terms: {a: 1}}\n", ":4: 'a' must be text"),
        (f"aigc: 1\nbrand: {LONG}\n", ":2: 'brand' has 100,000 characters, at most 2,000"),
        (f"aigc: 1\nbrand: A\nvoice: {LONG}\n", ":3: 'voice' has 100,000 characters, at most 2,000"),
        (f"aigc: 1\nbrand: A\nterms:\n  a: {LONG}\n", ":4: 'a' has 100,000 characters, at most 2,000"),
        (f"aigc: 1\nbrand: A\nterms:\n  ? {LONG}\n  : a\n", ":4: the name has 100,000 characters, at most 2,000"),
        (f"aigc: 1\nbrand: A\nrequired:\n- text: {LONG}\n", ":4: 'text' has 100,000 characters, at most 2,000"),
        (f"aigc: 1\nbrand: A\nexamples:\n- {LONG}\n", ":4: item 1 of 'examples' has 100,000 characters"),
        (f"aigc: 1\nbrand: A\nbanned: [{'x, ' * 501}]\n", ":3: 'banned' has 501 entries, at most 500"),
        (f"aigc: 1\nbrand: A\naudiences:\n{MANY}", ":3: 'audiences' has 501 entries, at most 500"),
    ],
)
def test_a_broken_pack_is_refused_with_its_line(
    make_project: Made, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    project = make_project({**FILES, "brands/tablewright.yaml": text})
    assert project.folder is not None
    file = project.folder / "brands" / "tablewright.yaml"
    with pytest.raises(ContentTypeError) as caught:
        read_brand(file)
    assert f"{file}{message}" in str(caught.value)
    monkeypatch.chdir(project.folder)
    assert main(["check"]) == 1
    assert capsys.readouterr().out.count("tablewright.yaml:") == 1
    assert main(["check", "brands/tablewright.yaml"]) == 1
    assert main(["generate", "shop/line", "fact=x"]) == 2
    assert "tablewright.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("linked", ["brands/t.yaml", "brands"])
def test_a_pack_is_no_link_that_leads_out_of_the_project(
    make_project: Made,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    linked: str,
) -> None:
    away = tmp_path_factory.mktemp("away")
    (away / "t.yaml").write_text("aigc: 1\nbrand: A\ntoken-of-mine: x\n", encoding="utf-8")
    files = {name: text for name, text in FILES.items() if linked != "brands" or not name.startswith("brands/")}
    project = make_project(files)
    assert project.folder is not None
    (project.folder / linked).symlink_to(away / "t.yaml" if linked.endswith(".yaml") else away)
    monkeypatch.chdir(project.folder)
    for command, code in ((["check"], 1), (["generate", "shop/line", "fact=x"], 2)):
        assert main(command) == code
        told = "".join(capsys.readouterr())
        assert "brands/t.yaml: is a link that leads out of" in told and "token-of-mine" not in told


def test_a_pack_may_be_a_link_within_the_project(make_project: Made) -> None:
    project = make_project({**FILES, "own/new.yaml": "aigc: 1\nbrand: New\n"})
    assert project.folder is not None
    (project.folder / "brands" / "new.yaml").symlink_to(project.folder / "own" / "new.yaml")
    assert "new" in project.content_type("shop/line").brief["brand_pack"]["enum"]


@pytest.mark.parametrize("word", ["x", "@", "x@", "x@y", ".@"])
def test_one_word_without_an_end_is_looked_through_at_once(word: str) -> None:
    start = time.perf_counter()
    assert not LINK.search(word * 100_000)
    assert time.perf_counter() - start < 5
    assert [found.group() for found in LINK.finditer("to a.b@shop.example, (c@d.example) or @e")] == [
        "a.b@shop.example,",
        "(c@d.example)",
    ]
