"""Writers: who they are, what they write, and how they are held against each other on the terminal and on a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from aigc.errors import ModelError, NotFound, UsageError
from aigc.evaluation import (
    Column,
    Estimate,
    NamedWriter,
    Proportion,
    WriterFigures,
    asked_of,
    by_model,
    column_record,
    comparison_rows,
    named_writers,
    open_writers,
    own_writer,
    read_thresholds,
    unmet,
    write_briefs,
    write_comparison,
)
from aigc.evaluation.writer_figures import Value
from aigc.project import Project, project_over
from aigc.settings import BARE
from aigc.testing import ScriptedGenerator, tiny_gpt
from aigc.types import Brief, Request

TYPE = """
aigc: 1
name: shop/line
version: 1
summary: A line.
brief:
  product: {type: string}
prompt: line.j2
output: {type: string, limit: {chars: 10}, fallback: "{{ product }}"}
candidates: 2
repair: {attempts: 1}
"""
FILES = {
    "templates/shop/line.yaml": TYPE,
    "templates/shop/line.j2": '{% extends "base.j2" %}{% block task %}A line for {{ product }}.{% endblock %}',
}
CARD = {
    "base": {"name": "other/base"},
    "types": [{"name": "shop/line", "version": 1, "digest": "", "prompt": "", "shots": False}],
}
Make = Callable[..., Project]


def adapter(folder: Path, card: object = None) -> Path:
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text("{}", encoding="utf-8")
    if card is not None:
        (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


def lora(folder: Path, seed: int) -> None:
    """Write an adapter of the tiny Llama, as PEFT saves it."""
    import torch
    from safetensors.torch import save_file

    config = {"peft_type": "LORA", "r": 2, "lora_alpha": 8, "target_modules": ["q_proj"]}
    adapter(folder).joinpath("adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    generator = torch.Generator().manual_seed(seed)
    stem = "base_model.model.model.layers.{}.self_attn.q_proj.lora_{}.weight"
    shapes = {"A": (2, 32), "B": (64, 2)}
    weights = {
        stem.format(layer, side): torch.randn(shape, generator=generator)
        for layer in range(2)
        for side, shape in shapes.items()
    }
    save_file(weights, folder / "adapter_model.safetensors")


def test_briefs_go_through_the_real_pipeline(make_project: Make) -> None:
    project = make_project(FILES, seed="3")
    content_type = project.content_type("shop/line")
    answers = {"Cup": ["far too long for it", "Made to"], "Hat": ["far too long for it", "and so is this"]}

    def answer(request: Request, index: int) -> str:
        return next(own[index] for name, own in answers.items() if name in request.prompt.messages[-1].content)

    generator, heard = ScriptedGenerator(answer, lump=1), list[str]()
    briefs = [Brief(id=name, values={"product": name}) for name in ("Hat", "Cup")]
    made = write_briefs(
        project, content_type, briefs, generator, adapter="house", heard=lambda artifact: heard.append(artifact.id)
    )
    assert [one.id for one in made.artifacts] == ["Hat", "Cup"] and sorted(heard) == ["Cup", "Hat"]
    assert {request.adapter for request in generator.requests} == {"house"}
    assert made.usage.sampled and made.seconds > 0
    figures = WriterFigures.of(made.artifacts, content_type)
    assert figures.accepted == Proportion(2, 2) and figures.fallbacks == Proportion(1, 2)
    assert figures.refused == Proportion(3, 4) and figures.fresh == Proportion(1, 1)
    assert figures.length_fit == Proportion(1, 1), "Made to: 7 of 10"
    assert {one.provenance.seed for one in made.artifacts} == {3}


def test_a_writer_is_a_model_or_an_adapter_on_its_base(make_project: Make, tmp_path: Path) -> None:
    project = make_project(FILES, model="some/base")
    tiny = tiny_gpt("llama", tmp_path / "tiny")
    plain = adapter(tmp_path / "plain")
    carded = adapter(tmp_path / "carded", CARD)
    found = named_writers(project, [str(tiny), str(plain), str(carded)])
    assert [one.model for one in found] == [str(tiny), "some/base", "other/base"]
    assert [one.adapter for one in found] == [None, plain, carded]
    with pytest.raises(UsageError, match="given twice"):
        named_writers(project, ["smollm2-135m", "smollm2-135m"])
    with pytest.raises(NotFound, match="did you mean 'smollm2-135m'"):
        named_writers(project, ["smollm2-135"])
    with pytest.raises(NotFound, match=f"did you mean '{tmp_path}/plain'"):
        named_writers(project, [str(tmp_path / "plian")])
    (carded / "card.json").write_text("[", encoding="utf-8")
    with pytest.raises(ModelError, match=r"card.json: Invalid JSON"):
        named_writers(project, [str(carded)])


def test_adapters_of_one_model_are_in_one_engine(make_project: Make, tmp_path: Path) -> None:
    project = make_project(FILES, **{"engine.device": "cpu"})
    base = tiny_gpt("llama", tmp_path / "tiny")
    for seed, name in enumerate(("one", "two")):
        lora(tmp_path / name, seed)
    writers = [
        NamedWriter(label="base", model=str(base)),
        *(NamedWriter(label=name, model=str(base), adapter=tmp_path / name) for name in ("one", "two")),
    ]
    assert len(by_model([*writers, NamedWriter(label="other", model="x")])) == 2
    generator = open_writers(project, writers)
    content_type, briefs = project.content_type("shop/line"), [Brief(id="a", values={"product": "Cup"})]
    texts = set()
    for writer in writers:
        made = write_briefs(project, content_type, briefs, generator, adapter=writer.adapter_name)
        texts.add(made.artifacts[0].lines[0].text)
    generator.close()
    assert len(texts) == 3, "each writes its own"
    with pytest.raises(UsageError, match="takes no adapters"):
        open_writers(make_project(FILES, generator="openai"), writers)


def test_an_adapter_is_asked_as_it_was_trained(make_project: Make, tmp_path: Path) -> None:
    shown = TYPE + "examples: [{name: tin, shot: true, brief: {product: Tin}, output: Tin cup}]\n"
    folder = adapter(tmp_path / "lora", CARD)
    project = make_project(
        {**FILES, "templates/shop/line.yaml": shown, "aigc.yaml": f"adapters: {{shop/*: {folder}}}\n"}
    )
    content_type = project_over(project, adapters=BARE).content_type("shop/line")
    base, house = NamedWriter(label="base", model="m"), own_writer(project, "shop/line")
    assert house.adapter == folder and house.label == "lora"
    assert asked_of(base, content_type).stages[0].shots, "whatever the project's adapter was trained on"
    assert not asked_of(house, content_type).stages[0].shots


def columns() -> list[Column]:
    first: dict[str, Value] = {"accepted": Proportion(10, 40), "fallbacks": Proportion(20, 40), "distinct_2": 0.5}
    first["repaired"] = Proportion(30, 40)
    second: dict[str, Value] = {"accepted": Proportion(30, 40), "fallbacks": Proportion(18, 40), "distinct_2": 0.25}
    second["repaired"] = Proportion(10, 40)
    return [
        Column(label="base", values={**first, "pieces": 40, "margin": None, "perplexity": 1000.0}),
        Column(label="house", values={**second, "pieces": 40, "margin": Estimate(2.0, 0.5, 9), "perplexity": 2949.0}),
    ]


def test_better_is_said_only_where_the_intervals_do_not_meet() -> None:
    rows = {row[0]: row[1:] for row in comparison_rows(columns())}
    assert rows[""] == ["base", "house"]
    assert rows["Accepted"] == ["25 % (14–40)", "75 % (60–86)  +50  better"]
    assert rows["Fallback lines"] == ["50 % (35–65)", "45 % (31–60)  −5"], "within chance"
    assert rows["Repaired lines"][1].endswith("−50  better"), "less is better"
    assert rows["Distinct pairs"] == ["0.500", "0.250  −0.250"], "no interval, no verdict"
    assert rows["Margin"] == ["–", "+2.00 ± 0.98  better"] and rows["Perplexity"][1] == "2,949  +1,949"
    assert rows["Pieces"] == ["40", "40"]
    worse = {row[0]: row[2] for row in comparison_rows(columns()[::-1])}
    assert worse["Accepted"] == "25 % (14–40)  −50  worse"
    record = column_record(columns()[1], columns()[0])["figures"]
    assert record["accepted"]["verdict"] == "better" and record["accepted"]["of"] == 40
    assert "verdict" not in record["fallbacks"]


def test_thresholds_are_for_the_others_or_for_the_only_one() -> None:
    asked = read_thresholds([("accepted", "90%"), ("margin", "1")], [("fallbacks", "0.5")])
    assert unmet(asked, columns()) == ["house: accepted is 0.75, not at least 0.9"]
    assert unmet(asked, columns()[:1]) == [
        "base: accepted is 0.25, not at least 0.9",
        "base: margin is not known, not at least 1",
    ]
    assert read_thresholds([("names-kept", "1")], [])[0].name == "names_kept"
    with pytest.raises(UsageError, match="did you mean 'accepted'"):
        read_thresholds([("acepted", "1")], [])
    with pytest.raises(UsageError, match="--most fresh: 'much' is no number"):
        read_thresholds([], [("fresh", "much")])


class Tags(HTMLParser):
    """This is every tag of a page with its attributes, and the text of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_has_each_brief_once_and_every_writer_beside_it(make_project: Make, tmp_path: Path) -> None:
    project = make_project(FILES)
    content_type = project.content_type("shop/line")
    briefs = [Brief(id=name, values={"product": f"<b>{name}</b>"}) for name in ("Hat", "Cup")]
    made = [
        write_briefs(project, content_type, briefs, ScriptedGenerator([text] * 8)).artifacts
        for text in ("<i>&amp;", "far too long for any")
    ]
    named = [
        Column(label=f"<{name}>", values=WriterFigures.of(own, content_type).values(), artifacts=own)
        for name, own in zip(("base", "house"), made, strict=True)
    ]
    page = write_comparison(tmp_path / "page.html", named, title="A <title>", content_type=content_type, note="Note.")
    tags = Tags(page.read_text(encoding="utf-8"))
    assert [tag for tag, _ in tags.found].count("article") == 2 and "<i>&amp;" in tags.text and "A <title>" in tags.text
    assert not {"b", "i", "script", "base", "house", "img"} & ({tag for tag, _ in tags.found} - {"b"})
    assert not [one for _, attributes in tags.found for one in attributes if one in ("src", "onclick", "style")]
    assert not [href for _, one in tags.found if (href := one.get("href")) and not href.startswith("#")]
    assert "default-src 'none'" in str(next(one for tag, one in tags.found if one.get("http-equiv")))
    assert "fallback" in tags.text and "8 of 10 characters" in tags.text and "Note." in tags.text
    with pytest.raises(UsageError, match="is there already"):
        write_comparison(page, named, title="again")
    with pytest.raises(UsageError, match="there is no folder"):
        write_comparison(tmp_path / "none/page.html", named, title="x")
