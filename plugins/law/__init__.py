"""Advertising law: a check that knows 广告法 with its exemptions, and the claims that US, EU and UK rules look at.

Rules are data (`china.yaml`, `claims.yaml`), each with its clause, verdict, suggestion and what makes it harmless. No
lawyer reads a text here: what is not in the rules is not found.
"""

from __future__ import annotations

from collections.abc import Sequence

from aigc import Extension, hookimpl
from aigc_plugins.law.advertising import advertising_law


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return (advertising_law,)
