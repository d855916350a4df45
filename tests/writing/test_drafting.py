from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from aigc import check, postprocessor
from aigc.errors import PluginError
from aigc.types import Brief, Draft, Field, Finding
from aigc.writing.drafting import Origin, Signed, at_path, draft_texts, origins, plain, sign
from aigc.writing.drafting import check as run_checks
from aigc.writing.drafting import postprocess as run_steps
from aigc.writing.severity import distinct

SCHEMA = {
    "title": {"type": "string"},
    "tone": {"type": "string", "enum": ["dry", "warm"]},
    "url": {"type": "string", "format": "uri"},
    "lines": {"type": "array", "items": {"type": "string", "limit": {"chars": 9}}},
    "sections": {
        "type": "array",
        "items": {"type": "object", "properties": {"text": {"type": "string", "limit": {"chars": 99}}}},
    },
}
DRAFT = Draft(
    brief=Brief(id="1", values={}),
    fields={"title": "t", "tone": "dry", "url": "u", "lines": ["a", "b"], "sections": [{"text": "c"}]},
    schema=SCHEMA,
)


def as_is(text: str) -> str:
    return text


@postprocessor
def louder(text: str) -> str:
    """This is louder."""
    return text.upper()


@check
def where(text: str, field: Field) -> Iterator[str]:
    """This says where every text stands and its limit."""
    yield f"{field.path}{field.schema.get('limit', '')}"


def test_prose_is_every_text_but_enums_and_uris() -> None:
    assert [path for path, _, _ in draft_texts(DRAFT)] == ["title", "lines[0]", "lines[1]", "sections[0].text"]


def test_checks_see_each_text_with_its_own_schema() -> None:
    findings = run_checks(DRAFT, [where.bind({}, "")], as_is)
    assert [one.message for one in findings] == [
        "title",
        "lines[0]{'chars': 9}",
        "lines[1]{'chars': 9}",
        "sections[0].text{'chars': 99}",
    ]
    assert findings[1] == Finding(message="lines[0]{'chars': 9}", field="lines[0]", check="where", severity="reject")


@pytest.mark.parametrize(
    ("only", "paths"), [("lines", ["lines[0]", "lines[1]"]), ("sections.text", ["sections[0].text"]), ("tex", [])]
)
def test_field_narrows_a_check(only: str, paths: list[str]) -> None:
    found = run_checks(DRAFT, [where.bind({"field": only, "severity": "note"}, "")], as_is)
    assert [one.field for one in found] == paths
    assert all(one.severity == "note" for one in found)


@pytest.mark.parametrize(
    ("asked", "told"), [("reject", ["reject", "warn"]), ("warn", ["warn", "warn"]), ("note", ["note", "note"])]
)
def test_a_finding_may_be_milder_than_its_check_and_never_graver(asked: str, told: list[str]) -> None:
    @check
    def both(draft: Draft) -> Iterator[Finding]:
        """This says one thing that is grave and one that is not."""
        yield Finding(message="grave")
        yield Finding(message="mild", severity="warn")

    found = run_checks(DRAFT, [both.bind({"severity": asked}, "")], as_is)
    assert [one.severity for one in found] == told


def test_steps_change_prose_only_and_keep_who_wrote_it() -> None:
    written = replace(DRAFT, fields={**DRAFT.fields, "title": Signed.by("t", Origin("s", 2, "title"), fallback=True)})
    after = run_steps(written, [louder.bind({}, "")], as_is)
    assert plain(after.fields) == {
        "title": "T", "tone": "dry", "url": "u", "lines": ["A", "B"], "sections": [{"text": "C"}],
    }  # fmt: skip
    title: Any = after.fields["title"]
    assert (title.origin, title.fallback) == (Origin("s", 2, "title"), True)


def test_signing_reaches_every_text_and_plain_takes_it_off() -> None:
    signed = sign({"a": ["x", 1], "b": {"c": "y"}}, Origin("s", 0, "a"))
    assert len(list(origins(signed))) == 2
    assert type(plain(signed)["a"][0]) is str


def test_paths() -> None:
    assert at_path(DRAFT.fields, "sections[0].text") == "c"
    assert at_path(DRAFT.fields, "sections[4].text") is None


def test_a_step_that_breaks_is_named() -> None:
    @check
    def breaks(text: str) -> list[str]:
        """This breaks."""
        raise ZeroDivisionError("oh")

    with pytest.raises(PluginError, match=r"a.yaml:9: check 'breaks' broke: ZeroDivisionError: oh"):
        run_checks(DRAFT, [breaks.bind({}, "a.yaml:9")], as_is)


def test_a_step_that_gives_no_text_is_named() -> None:
    @postprocessor
    def forgets(text: str) -> str:
        """This forgets to return."""

    with pytest.raises(PluginError, match="'forgets' broke: TypeError: gave None"):
        run_steps(DRAFT, [forgets.bind({}, "")], as_is)


@pytest.mark.parametrize("returned", ["one message", 3])
def test_a_check_that_gives_no_findings_is_named(returned: object) -> None:
    @check
    def mumbles(text: str) -> Iterator[str]:
        """This does not yield."""
        return returned  # type: ignore[return-value]

    with pytest.raises(PluginError, match="check 'mumbles' broke"):
        run_checks(DRAFT, [mumbles.bind({}, "")], as_is)


def test_the_same_finding_is_said_once_and_harshly() -> None:
    mild, harsh = (Finding(message="m", field="f", check="c", severity=s) for s in ("warn", "reject"))
    assert distinct([mild, harsh, mild]) == [harsh]
