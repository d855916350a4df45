"""The short way by which most values are read gives what the long one gives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aigc.content import brief
from aigc.content.brief import read_values
from aigc.types import Json

TEXTS = st.text(alphabet="ab ;\n\té0-", max_size=8)
LIMITS = st.fixed_dictionaries({}, optional={"minLength": st.integers(0, 3), "maxLength": st.integers(1, 5)})
TEXT = LIMITS.map(lambda limits: {"type": "string", **limits})
MORE = st.sampled_from([{"enum": ["a", "b"]}, {"pattern": "a"}, {"format": "uri"}, {}])
COUNTS = st.fixed_dictionaries({}, optional={"minItems": st.integers(0, 2), "maxItems": st.integers(1, 3)})
WORDS = st.tuples(TEXT, MORE).map(lambda parts: parts[0] | parts[1])
LISTS = st.tuples(COUNTS, WORDS).map(lambda parts: {"type": "array", **parts[0], "items": parts[1]})
SCHEMAS = st.one_of(WORDS, WORDS.map(lambda words: {**words, "default": None}), LISTS, st.just({"type": "number"}))


@given(schema=SCHEMAS, value=st.one_of(TEXTS, st.none(), st.integers(0, 3), st.lists(TEXTS, max_size=3)))
@settings(max_examples=1000, deadline=None)
def test_the_short_way_reads_what_the_long_way_reads(schema: dict[str, Json], value: Json) -> None:
    short = read_values({"one": schema}, {"one": value}, complete=True)
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(brief, "_plainly", lambda schema, value: None)
        assert short == read_values({"one": schema}, {"one": value}, complete=True)
