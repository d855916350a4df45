"""Texts by name, on disk when there are many."""

from __future__ import annotations

from aigc import Scratch


def test_the_first_text_of_a_name_stays_unless_another_is_put_there() -> None:
    with Scratch() as scratch:
        assert scratch.get("mug") == ""
        assert scratch.add("mug", "row 2") and not scratch.add("mug", "row 9")
        assert scratch.get("mug") == "row 2"
        scratch.put("mug", "row 9")
        assert (scratch.get("mug"), scratch.get("cup")) == ("row 9", "")
    assert scratch.get("mug") == "", "it is thrown away"
