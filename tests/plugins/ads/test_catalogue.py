"""What asks for a click in a whole catalogue: nothing of it stands in over a tenth of the ads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from aigc import Pipeline, Project
from aigc.content import ContentType, brief_values
from aigc.testing import ScriptedGenerator, briefs_in
from aigc.types import Artifact, Brief, Request
from aigc_plugins.ads.calls import brief_seed, drawn_calls, drawn_closings
from aigc_plugins.ads.strength import headline_kind

SAMPLE = Path(__file__).parents[3] / "templates" / "ads" / "briefs" / "google-search.csv"
WAYS = {"en": ["Steel", "Oak", "Travel", "Garden", "Kitchen"], "zh": [*"钢木轻藤棉"]}
THINGS = {
    "en": ["kettle", "lamp", "tent", "chair", "knife", "mug", "clock", "rug", "basket", "blanket"],
    "zh": ["水壶", "台灯", "帐篷", "椅子", "刀具", "茶杯", "时钟", "地毯", "篮子", "毛毯"],
}


def faithful(request: Request, index: int) -> str:
    task = request.prompt.messages[-1].content
    return task.replace("：", "，") + "。" if "：" in task else task


def catalogue(search_ad: ContentType, language: str) -> Iterator[Brief]:
    """Yield two hundred briefs, each of a product of its own."""
    for number in range(200):
        way, thing = WAYS[language][number % 5], THINGS[language][number // 5 % 10]
        facts = [
            f"weighs {number + 3} g",
            "two handles in the box",
            f"lasts {number + 2} hours",
            "made of recycled wood",
        ]
        product = f"{way} {thing} {number // 50 + 1}"
        if language == "zh":
            facts = [f"重{number + 3}克", "附两个把手", f"可用{number + 2}小时", "由同一家工厂的再生木材制成"]
            product = f"{way}制{thing}{number // 50 + 1}号"
        values = {"product": product, "benefits": facts, "url": "https://example.com/a", "language": language}
        yield Brief(id=str(number), values=brief_values(search_ad, values, where="test"))


@pytest.mark.parametrize("what", ["the sample", "en", "zh"])
def test_no_call_and_no_closing_stands_in_over_a_tenth_of_a_catalogue(
    what: str, project: Project, search_ad: ContentType
) -> None:
    briefs = briefs_in(project, search_ad, SAMPLE) if what == "the sample" else catalogue(search_ad, what)
    pipeline = Pipeline(ScriptedGenerator(faithful), project.environment, voice=lambda content_type: "joined")
    ads = list(pipeline.write(search_ad, briefs))
    assert len(ads) == (60 if what == "the sample" else 200)
    closings, calls, closed = Counter[str](), Counter[str](), 0
    for ad in ads:
        ends = [found for text in ad.fields["descriptions"] if (found := closing(text, ad))]
        assert len(ends) == len(set(ends)), "one ad ends in the same words twice"
        closed += len(ends)
        closings.update(ends)
        calls.update(line for line in ad.fields["headlines"] if headline_kind(line, ad.brief.values) == "call")
    assert closed > 0.95 * sum(len(ad.fields["descriptions"]) for ad in ads)
    assert closings.most_common(1)[0][1] <= len(ads) / 10, closings.most_common(3)
    assert calls.most_common(1)[0][1] <= len(ads) / 10, calls.most_common(3)


@pytest.mark.parametrize(
    ("language", "category"), [(one, two) for one in ("en", "zh") for two in ("", "app", "services")]
)
def test_rows_of_one_product_draw_by_their_facts(language: str, category: str) -> None:
    drawn, calls = Counter[str](), Counter[str]()
    for number in range(1000):
        seed = brief_seed("Kettle", [f"weighs {number} g", "two handles"])
        drawn.update(islice(drawn_closings(language, "Kettle", category, seed), 4))
        calls.update(islice(drawn_calls(["Kettle"], language, category, seed=seed), 1))
    assert max(drawn.values()) < 100 and max(calls.values()) < 100
    assert len(calls) >= 40 <= len(drawn)


def closing(text: str, ad: Artifact) -> str:
    """Return which of all closings a description ends with: the longest, as "Read more." ends others too."""
    values = ad.brief.values
    asked = (values["language"], values["product"], values["category"], "")
    every = {*drawn_closings(*asked), *drawn_closings(*asked, facts=values["benefits"])}
    return max((one for one in every if text.endswith(one)), key=len, default="")
