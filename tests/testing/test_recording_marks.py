"""A recording holds any answer: marks that end a line for Python alone, and halves of characters."""

from __future__ import annotations

from pathlib import Path

import pytest

from aigc.testing import Recording, ScriptedGenerator
from aigc.types import Completion, Message, Prompt, Request


@pytest.mark.parametrize("text", ["a\u2028b\u2029c\x85d", "half \ud800."])
def test_what_was_recorded_is_read_again(tmp_path: Path, text: str) -> None:
    request = Request(id="1", prompt=Prompt(messages=(Message(role="user", content="x"),)))
    file = tmp_path / "answers.jsonl"
    for record in (lambda: ScriptedGenerator(lambda *_: text), None):
        recording = Recording(file, record)
        recording.submit(request)
        found = [one.text for one in recording.step() if isinstance(one, Completion)]
        recording.close()
    assert found == [text.replace("\ud800", "\ufffd")]
