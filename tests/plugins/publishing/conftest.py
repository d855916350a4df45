from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from aigc.types import Artifact, Brief, Provenance

HOSTILE = [
    *("=1+1", '=HYPERLINK("http://a.b","c")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "]]>", "<![CDATA[x]]>"),
    *("a & b < c > d", "&amp;", "</script><script>alert(1)</script>", "\"quoted\" and 'single'", "one\r\ntwo\rthree"),
    *(
        "para\n\npara",
        "折叠电动自行车，九成新",
        "مرحبا بالعالم",
        "\u202eabc\u202c",
        "nul\0nul",
        "bell\x07",
        "\ud800half",
    ),
    *("{{< figure >}}", "{{% note %}}", "{{ site.title }}", "{% include x %}", "[gallery ids=1]", "---", "a: b # c"),
    *(
        "BEGIN:VEVENT",
        "back\\slash; semi, comma",
        "🧑‍🚀 emoji",
        "\u2028line",
        "\ufffe",
        "null",
        "1e3",
        "2026-12-01",
        "yes",
    ),
]


@pytest.fixture
def artifact() -> Callable[..., Artifact]:
    """Make a finished piece: `artifact("mug", {"product": "Mug"}, title="Tea")`."""
    return piece


def piece(name: str = "mug", values: dict[str, Any] | None = None, **fields: Any) -> Artifact:
    return Artifact(
        id=name,
        status="accepted",
        fields=fields,
        brief=Brief(id=name, values=values or {}),
        provenance=Provenance(content_type="shop/test", version=1, model="tiny"),
    )


def texts(**how: Any) -> st.SearchStrategy[str]:
    """Return any text, hostile ones among them, that says something when it is made sound."""
    from aigc_plugins.formats.sound_text import sound_line

    any_text = st.one_of(
        st.sampled_from(HOSTILE), st.text(min_size=1, max_size=60), st.lists(st.sampled_from(HOSTILE)).map("".join)
    )
    return any_text.filter(lambda text: bool(sound_line(text)))


def joined(text: str) -> str:
    """Return a text without its blanks, for layouts that set lines and paragraphs their own way."""
    return "".join(text.split())
