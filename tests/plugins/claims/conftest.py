from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aigc import Extension
from aigc.types import Brief, Draft, Field
from aigc_plugins import claims


@pytest.fixture
def found() -> Callable[..., str]:
    """Return a function that runs one check on a line: `found("same_numbers", line, fact, product="Kettle")`."""
    checks = {one.name: one for one in claims.aigc_checks() if isinstance(one, Extension)}

    def run(check: str, line: str, item: Any, **values: Any) -> str:
        language = "zh" if any("\u4e00" <= char <= "\u9fff" for char in line) else "en"
        brief = Brief(id="1", values={"language": language, **values})
        field = Field(path="text", schema={}, draft=Draft(brief=brief, fields={}, schema={}, item=item))
        findings = checks[check].function(line, field)
        return "; ".join(one if isinstance(one, str) else one.message for one in findings)

    return run
