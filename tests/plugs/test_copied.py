"""What others' code is handed it may change as it likes: nothing of ours changes with it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aigc import check, exporter, hookimpl, postprocessor, scorer
from aigc.jobs.exporting import written_by
from aigc.plugs.copied import copied
from aigc.plugs.extension import Extension
from aigc.plugs.registry import Registry
from aigc.testing import try_scorer
from aigc.types import Artifact, Brief, Candidate, Draft, Field, Finding, Provenance
from aigc.writing import drafting
from aigc.writing.duty import Patience
from aigc.writing.ranking import scored

WHERE = "line.yaml:7"


def draft() -> Draft:
    schema = {"text": {"type": "string", "limit": {"chars": 10}}}
    return Draft(brief=Brief(id="a", values={"tags": ["x"]}), fields={"text": "A line."}, schema=schema)


def piece() -> Artifact:
    return Artifact(
        id="a",
        status="accepted",
        fields={"lines": ["A line."]},
        brief=Brief(id="a", values={"tags": ["x"]}),
        provenance=Provenance(content_type="shop/line", version=1),
    )


def loosen(draft: Any, options: list[str]) -> None:
    draft.schema["text"]["limit"]["chars"] = 10**6
    draft.brief.values["tags"].append("y")
    options.append("more")


@check
def of_draft(draft: Draft, *, words: list[str]) -> list[Finding]:
    """Loosen the limit."""
    loosen(draft, words)
    return []


@check
def of_text(text: str, field: Field, *, words: list[str]) -> list[Finding]:
    """Loosen the limit."""
    field.schema["limit"]["chars"] = 10**6
    loosen(field.draft, words)
    return []


@postprocessor
def changed_draft(draft: Draft, *, words: list[str]) -> Draft:
    """Loosen the limit."""
    loosen(draft, words)
    return draft


@postprocessor
def changed_text(text: str, field: Field, *, words: list[str]) -> str:
    """Loosen the limit."""
    field.schema["limit"]["chars"] = 10**6
    loosen(field.draft, words)
    return text


def test_no_check_or_post_processor_changes_the_schema_the_brief_or_its_options() -> None:
    given = draft()
    for extension in (of_draft, of_text, changed_draft, changed_text):
        bound = extension.bind({"words": ["one"]}, WHERE)
        if extension.kind == "check":
            drafting.check(given, [bound], str)
        else:
            assert drafting.postprocess(given, [bound], str).schema == draft().schema
        assert given == draft() and bound.values == {"words": ["one"]}, extension.name


def test_a_scorer_changes_no_candidate_that_another_one_sees() -> None:
    seen: list[Any] = []

    @scorer
    def vain(candidates: Any) -> list[float]:
        """Change what was handed over."""
        seen.append({**candidates[0].draft.fields})
        candidates[0].draft.fields.clear()
        return [1.0 for _ in candidates]

    candidate = Candidate(text="A", draft=draft(), prompt=SimpleNamespace())  # type: ignore[arg-type]
    for _ in range(2):
        for _ in scored(vain.bind({}, WHERE), [candidate], str, Patience()):
            pass
    assert seen == [{"text": "A line."}] * 2
    assert try_scorer(vain, ["a"]) == [1.0]


def changing(extension: Any) -> Extension:
    def odd(artifacts: Any, folder: Path, *, words: list[str]) -> list[Path]:
        """Change what was handed over."""
        for one in (artifacts[0], *artifacts, *artifacts[:1]):
            one.fields["lines"].append("B")
            one.brief.values["tags"].clear()
        words.append("more")
        return []

    def refuses(artifact: Any, *, words: list[str]) -> list[str]:
        artifact.fields["lines"].append("B")
        words.append("more")
        return []

    return extension(name="odd", suffixes=(".x",), refuses=refuses)(odd)  # type: ignore[no-any-return]


def test_an_exporter_changes_neither_the_pieces_nor_its_options(tmp_path: Path) -> None:
    pieces, bound = [piece()], changing(exporter).bind({"words": ["one"]}, WHERE)
    assert bound.refusals(pieces[0]) == []
    assert written_by(bound, pieces, tmp_path, 60) == []
    assert pieces == [piece()] and bound.values == {"words": ["one"]}


def test_a_hook_changes_no_piece_that_another_one_hears_of() -> None:
    class Vain:
        @hookimpl
        def aigc_artifact(self, artifact: Any) -> None:
            artifact.fields.clear()
            artifact.brief.values["tags"].append("y")

    registry, told = Registry(), piece()
    registry.add(Vain(), "vain")
    registry.notify("aigc_artifact", artifact=told)
    assert told == piece()


def test_what_is_no_ours_and_cannot_change_is_the_same() -> None:
    one = SimpleNamespace(words=[])
    assert copied(one) is one and copied({"a": [one, (1, 2)]}) == {"a": [one, (1, 2)]}
