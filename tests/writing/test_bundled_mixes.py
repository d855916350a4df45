"""The mixes that ads ship: in which languages a fresh line may stand by itself, and for which model."""

from __future__ import annotations

import math

import pytest

from aigc.content import ContentType
from aigc.models import Catalogue
from aigc.project import Project
from aigc.writing.ranking import floor_of

MODEL = "qwen2.5-coder-1.5b"
MAY_STAND = {("joint", "zh")}  # of briefs by other hands at most 5 % of what stood were faulty


@pytest.fixture(scope="module")
def search_ad() -> ContentType:
    return Project.open().content_type("ads/google-search")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("stage", ["copy", "joint"])
def test_fresh_lines_stand_by_themselves_where_readers_found_them_good(
    search_ad: ContentType, stage: str, language: str
) -> None:
    (pick,) = (one.pick for one in search_ad.stages if one.name == stage)
    assert pick is not None and pick.suggest
    mix = pick.mix_of({MODEL}, "")
    floor = floor_of(pick, mix, language)
    assert (floor < math.inf) is ((stage, language) in MAY_STAND)
    assert floor == math.inf or 0.5 < floor < 1
    assert floor_of(pick, pick.mix_of({"another"}, ""), language) == math.inf


def test_mixes_are_for_the_file_that_the_catalogue_has(search_ad: ContentType) -> None:
    picks = [stage.pick for stage in search_ad.stages if stage.pick]
    assert {pick.mix for pick in picks} == {"headlines", "descriptions"}
    for mix in (mix for pick in picks for mix in pick.mixes):
        model = Catalogue.load().get(mix.model)
        assert mix.sha256 == getattr(model.source, "file_sha256", None)
        assert model.recommended_for("ads/google-search")
        assert set(mix.weights) == {bound.name for pick in picks if mix in pick.mixes for bound in pick.by}
