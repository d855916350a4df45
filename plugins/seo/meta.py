"""A title and a description that do two jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigc.extension import check
from aigc.types import Draft, Finding

WORD = re.compile(r"[\u3400-\u9fff]|[^\W_]+")


@check
def meta_adds_something(draft: Draft) -> Iterator[Finding]:
    """A meta description says more than its title: half of its words, at least, are others."""
    title = set(WORD.findall(str(draft.fields.get("title", "")).casefold()))
    words = WORD.findall(str(draft.fields.get("description", "")).casefold())
    if words and sum(word in title for word in words) * 2 > len(words):
        yield Finding(message="says hardly more than the title", field="description")
