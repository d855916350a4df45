"""The figures by hand: small pieces whose counts anybody can check."""

from __future__ import annotations

import pytest

from aigc.evaluation import Estimate, Proportion, WriterFigures, quality
from aigc.evaluation.alikeness import distinct, in_order, self_similarity, words
from aigc.evaluation.broken_names import broken_lines
from aigc.types import Artifact, Brief, Finding, Json, Line, Provenance, Status, Usage

REFUSED = (Finding(message="no", check="limits"),)


def piece(
    name: str,
    values: dict[str, Json],
    *lines: Line,
    status: Status = "accepted",
    fields: dict[str, Json] | None = None,
    **made: Json,
) -> Artifact:
    provenance = Provenance(content_type="shop/line", version=1, usage=Usage(sampled=30, forced=10), **made)
    return Artifact(
        id=name,
        status=status,
        fields=fields or {},
        brief=Brief(id=name, values=values),
        provenance=provenance,
        lines=lines,
    )


def line(text: str, **more: Json) -> Line:
    return Line(stage="lines", text=text, taken=more.pop("taken", True), **more)


def brief(*texts: str, name: str = "a") -> Brief:
    return Brief(id=name, values={"texts": list(texts)})


def test_words_are_the_same_in_any_case_and_punctuation_and_characters_in_chinese() -> None:
    assert words("Holds 0.5 Litres, it’s 40W!") == ["holds", "0.5", "litres", "it's", "40w"]
    assert words("杯盖防漏，LED灯") == ["杯", "盖", "防", "漏", "led", "灯"]


def test_a_share_has_the_interval_of_wilson() -> None:
    low, high = Proportion(8, 10).interval or (0.0, 0.0)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert Proportion(0, 0).share is None and Proportion(0, 0).interval is None
    assert (Proportion(0, 5).interval or ())[0] == 0.0 and (Proportion(5, 5).interval or ())[1] == 1.0


def test_a_mean_has_a_standard_error() -> None:
    found = Estimate.of([1.0, 2.0, 3.0])
    assert found is not None and found.mean == 2.0 and found.error == pytest.approx(1 / 3**0.5)
    assert Estimate.of([]) is None and (Estimate.of([4.0]) or found).interval is None


def test_a_line_is_the_briefs_own_where_its_words_stand_there_in_order() -> None:
    facts = words("keeps drinks hot for 6 hours")
    assert in_order(words("Hot for 6 hours"), facts) and in_order(words("Drinks hot 6 hours"), facts)
    assert not in_order(words("6 hours hot"), facts) and not in_order(words("Very hot for 6 hours"), facts)
    assert in_order(words("容量升"), words("容量0.5升")) and not in_order(words("升容量"), words("容量0.5升"))


def test_distinct_counts_runs_within_texts() -> None:
    texts = [words("warm wool hat"), words("warm wool socks")]
    assert distinct(texts, 1) == 4 / 6  # warm, wool, hat, socks
    assert distinct(texts, 2) == 3 / 4  # warm wool, wool hat, wool socks
    assert distinct([words("防漏防漏")], 2) == 2 / 3  # 防漏, 漏防, 防漏
    assert distinct([["one"]], 2) is None


def test_self_similarity_is_to_the_nearest_other() -> None:
    assert self_similarity([words("Tin cup"), words("tin cup!"), words("xyz")]) == pytest.approx(2 / 3)
    assert self_similarity([["abcd"], ["abce"]]) == pytest.approx(0.75)
    assert self_similarity([["alone"]]) is None


@pytest.mark.parametrize(
    ("text", "fact", "broken"),
    [
        ("A warm Aarf", "Wool scarf", "aarf"),
        ("Soft scarves", "Wool scarf", ""),
        ("Leakprof lid", "leakproof lid", "leakprof"),
        ("Leakproof lids for cups", "leakproof lid for a cup", ""),
        ("Running in the rain", "run in rain", ""),
        ("Baking made easy", "bakes in an hour", ""),
        ("Four cups, one pot", "Fours cup", ""),
        ("A fine tent", "cold", ""),
        ("Aarf 围巾", "围巾", ""),
        ("The scarf's wool", "Wool Scarf", ""),
    ],
)
def test_a_broken_word_is_nearly_the_briefs_and_no_form_of_it(text: str, fact: str, broken: str) -> None:
    assert [word for _, word, _ in broken_lines([(brief(fact), text)])] == ([broken] if broken else [])


def test_what_other_briefs_know_is_a_word_of_the_language() -> None:
    night = (brief("a light of 3 W"), "Reads at night")
    assert [one[:2] for one in broken_lines([night])] == [(0, "night")]
    assert not broken_lines([night, (brief("for the night", name="b"), "Soft")]), "it is in another brief"
    assert not broken_lines([night, (brief("wool", name="b"), "Warm at night")]), "another line has it for no name"
    scarves = [(brief("Wool scarf"), "The Aarf"), (brief("Silk scarf", name="b"), "Your aarf")]
    assert [place for place, _, _ in broken_lines(scarves)] == [0, 1], "broken the same way twice"


def pieces() -> list[Artifact]:
    values = {"product": "Wool scarf", "facts": ["keeps you warm", "soft"]}
    return [
        piece(
            "a",
            values,
            line("Keeps you hot", taken=False, findings=REFUSED),
            line("Keeps you warm", candidate=1, fields=("lines[0]",)),
            line("You wear an aarf", attempt=1, fields=("lines[1]",)),
            fields={"lines": ["Keeps you warm", "You wear an aarf", "Wool scarf"]},
            lines=3,
            fallbacks=("lines[2]",),
            repaired=("lines[1]",),
        ),
        piece("b", values, status="flagged", lines=1, fallbacks=("lines[0]",), fields={"lines": ["Bare"]}),
    ]


def test_figures_of_pieces() -> None:
    found = WriterFigures.of(pieces(), seconds=4.0)
    assert found.pieces == 2 and found.accepted == Proportion(1, 2)
    assert found.fallbacks == Proportion(2, 4) and found.repaired == Proportion(1, 4)
    assert found.refused == Proportion(1, 2), "of the first attempt only"
    assert found.fresh == Proportion(1, 2) and found.names_kept == Proportion(1, 2)
    assert found.distinct_1 == 8 / 9, "keeps you warm, you wear an aarf, wool scarf"
    assert found.tokens_per_second == 20.0
    assert WriterFigures.of(pieces(), every_line=False).refused == Proportion(0, 0)
    assert WriterFigures.of(pieces()).tokens_per_second is None


def test_quality_is_accepted_times_names_times_distinct_pairs() -> None:
    found = WriterFigures.of(pieces())
    assert found.distinct_2 == 1.0 and quality(found) == 0.5 * 0.5 * 1.0 == found.values()["quality"]
    assert quality(WriterFigures.of([])) == 0.0
    assert quality(WriterFigures.of(pieces()[1:])) == 0.0, "no line is a model's"


def test_an_answer_in_json_is_the_texts_that_became_of_it() -> None:
    answer = line('{"title": "Wool scarf", "text": "Not taken"}', fields=("title",))
    made = piece("a", {"product": "Wool scarf"}, answer, fields={"title": "Wool scarf", "text": "Other"})
    assert WriterFigures.of([made]).fresh == Proportion(0, 1)
    inner = piece("a", {"product": "Wool scarf"}, line('["Wool scarf", "New"]'))
    assert WriterFigures.of([inner]).fresh == Proportion(1, 2)
