from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import pytest

from aigc.errors import PluginError, UsageError
from aigc.plugs.extension import check, postprocessor, scorer
from aigc.types import Candidate, Draft, Field


@postprocessor
def shout(text: str, *, times: int = 1, at: Literal["end", "start"] = "end") -> str:
    """Make a text louder."""
    return text + "!" * times if at == "end" else "!" * times + text


@check(severity="warn")
def mentions(text: str, field: Field, *, word: str) -> Iterator[str]:
    """Ask that a text mentions a word."""
    if word not in text:
        yield f"{field.path} does not mention {word!r}"


def test_a_function_becomes_an_extension_by_its_signature() -> None:
    assert (shout.kind, shout.name, shout.scope, shout.takes_field) == ("postprocessor", "shout", "text", False)
    assert mentions.takes_field
    assert [(o.name, o.type_name, o.default) for o in shout.options] == [
        ("times", "int", 1),
        ("at", "Literal['end', 'start']", "end"),
    ]
    assert shout("hi", times=2) == "hi!!"


@pytest.mark.parametrize(
    ("extension", "options", "message"),
    [
        (shout, {"time": 2}, "a.yaml:3: shout.time: no such option; did you mean 'times'?"),
        (shout, {"times": "many"}, "a.yaml:3: shout.times: 'many' is not a whole number"),
        (shout, {"at": "middle"}, "a.yaml:3: shout.at: 'middle' is not one of 'end', 'start'"),
        (mentions, {}, "a.yaml:3: mentions needs the option 'word' (str)"),
        (
            mentions,
            {"word": "x", "severity": "fatal"},
            "mentions.severity: 'fatal' is not one of 'note', 'warn'",
        ),
        (shout, {"severity": "warn"}, "shout.severity: no such option"),
    ],
)
def test_wrong_options_are_refused(extension, options, message) -> None:
    with pytest.raises(UsageError) as caught:
        extension.bind(options, "a.yaml:3")
    assert message in str(caught.value)


def test_common_options_are_taken_off_the_function() -> None:
    bound = mentions.bind({"word": "x", "severity": "note", "field": "title"}, "a.yaml:3")
    assert (bound.severity, bound.only, dict(bound.values)) == ("note", "title", {"word": "x"})
    assert mentions.bind({"word": "x"}, "").severity == "warn"


def test_templated_options_are_rendered_then_validated() -> None:
    bound = shout.bind({"times": "{{ n }}"}, "a.yaml:3")
    assert bound.resolve(lambda text: 3)["times"] == 3
    with pytest.raises(UsageError, match=r"^a.yaml:3: shout.times: 'many' is not a whole number"):
        bound.resolve(lambda text: "many")


def test_a_function_without_docstring_or_text_is_refused() -> None:
    def nameless(text: str) -> str:
        return text

    def wrong(number: int) -> int:
        """Take no text."""
        return number

    with pytest.raises(PluginError, match="has no docstring"):
        postprocessor(nameless)
    with pytest.raises(PluginError, match="first parameter must be annotated"):
        check(wrong)


def test_draft_scope() -> None:
    @check
    def whole(draft: Draft) -> Iterator[str]:
        """See the whole draft."""
        yield from draft.fields

    assert whole.scope == "draft"


@scorer
def longest(candidates: Sequence[Candidate], *, weight: float = 1.0) -> Sequence[float]:
    """Prefer long texts."""
    return [weight * len(one.text) for one in candidates]


def test_a_scorer_is_a_function_of_candidates_with_typed_options() -> None:
    assert (longest.kind, longest.name, longest.summary) == ("scorer", "longest", "Prefer long texts.")
    with pytest.raises(UsageError, match="did you mean 'weight'"):
        longest.bind({"weigth": 2}, "a.yaml:3")
    assert longest.bind({"weight": "2"}, "a.yaml:3").values == {"weight": 2.0}
