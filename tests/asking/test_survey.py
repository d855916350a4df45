"""A first reading of all rows: what can be written, what is already, and why the rest cannot."""

from __future__ import annotations

from collections.abc import Iterable

from aigc.asking import Survey, survey_briefs
from aigc.asking.survey import SHOWN
from aigc.errors import ContentTypeError
from aigc.types import Artifact, Brief, Json, Provenance


class Notebook:
    """This notes the briefs it looks at, and refuses one whose product is unknown."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def add(self, brief: Brief) -> None:
        if brief.values["product"] is None:
            raise ContentTypeError("a product has to be known")
        self.seen.append(brief.id)


def brief(name: str, product: Json = "Mug") -> Brief:
    return Brief(id=name, values={"product": product}, source=f"items.csv:{name}")


def refused(name: str) -> Artifact:
    made = Provenance(content_type="shop/item", version=1)
    return Artifact(id=name, status="failed", fields={}, brief=brief(name), provenance=made, reason=f"{name} is bad")


def rows(*names: str) -> Iterable[Brief]:
    return map(brief, names)


def test_rows_are_counted_and_the_first_kept() -> None:
    found = survey_briefs([*rows("1", "2"), refused("3"), *rows("4")], 2)
    assert (found.valid, found.failed, found.total, found.reasons) == (3, 1, 4, ["3 is bad"])
    assert [one.id for one in found.first] == ["1", "2"]


def test_the_forecaster_sees_what_is_still_to_be_written_and_nothing_else() -> None:
    book, wanted, heard = Notebook(), list[Json](), list[int]()
    found = survey_briefs(
        [*rows("1", "2", "3"), refused("4"), *rows("5")],
        9,
        forecaster=book,
        before=lambda one: {"2": "stands", "5": "changed"}.get(one.id, "new"),
        only=("1", "2", "5"),
        wanted=wanted.append,
        heard=heard.append,
    )
    assert book.seen == ["1", "5"] == [one.id for one in found.first]
    assert (found.valid, found.made, found.changed, found.apart, len(wanted)) == (4, 1, 1, 1, 2)
    assert heard == [1, 2, 3, 4, 5]


def test_a_brief_that_cannot_be_asked_is_no_valid_one() -> None:
    found = survey_briefs([brief("2", None), *rows("3")], 9, forecaster=Notebook())
    assert (found.valid, found.failed) == (1, 1)
    assert found.reasons == ["items.csv:2: a product has to be known"]


def test_an_id_that_no_row_has_is_told_with_those_there_are() -> None:
    found = survey_briefs(rows("mug", "cup"), 9, only=("mug", "jug"))
    assert (found.missing, found.ids) == (["jug"], ["mug", "cup"])


def test_only_the_first_reasons_are_kept() -> None:
    found = survey_briefs(map(refused, map(str, range(SHOWN + 5))), 9, noun="briefs")
    assert (found.failed, len(found.reasons)) == (SHOWN + 5, SHOWN)
    assert found.none_usable == f"none of its {SHOWN + 5} briefs can be used; 0 is bad"


def test_nothing_asked_for_is_nothing_found() -> None:
    assert survey_briefs([], 3) == Survey()
