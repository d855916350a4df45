from __future__ import annotations

import subprocess
import sys

import aigc.content


def _modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(found.stdout.split())


def test_the_room_opens_without_anything_heavy() -> None:
    heavy = {"pydantic", "jsonschema", "torch", "transformers", "llguidance"}
    opened = _modules_after("import aigc.content")
    assert not opened & (heavy | {"jinja2", "yaml"})
    assert not _modules_after("from aigc.content import measure, trim, limit_of") & (heavy | {"jinja2", "yaml"})
    assert not _modules_after("from aigc.content import *") & heavy


def test_every_public_name_is_there() -> None:
    assert len(set(aigc.content.__all__)) == len(aigc.content.__all__)
    for name in aigc.content.__all__:
        assert getattr(aigc.content, name) is not None
    assert not hasattr(aigc.content, "no_such_name")
