"""What a plugin replaces in Python's own library is put back, and it is named."""

from __future__ import annotations

import builtins
import json
import logging
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest

from aigc.bounds.library_functions import PLACES, LibraryFunctions
from aigc.bounds.undisturbed import undisturbed

CENTRAL = [(json, "dumps"), (os, "replace"), (Path, "open"), (time, "monotonic"), (re, "sub")]


def broken(*given: Any, **named: Any) -> Any:
    raise RuntimeError("no longer")


@pytest.mark.parametrize("put", [None, broken])
@pytest.mark.parametrize(("owner", "name"), [*CENTRAL, (builtins, "open"), (builtins, "zip"), (builtins, "map")])
def test_one_that_is_replaced_is_put_back_and_told(
    owner: Any, name: str, put: Any, caplog: pytest.LogCaptureFixture
) -> None:
    before = vars(owner)[name]
    with caplog.at_level(logging.WARNING), undisturbed(f"plugin '{name} {put}'"):
        setattr(owner, name, put)
    assert vars(owner)[name] is before
    told = (
        f"plugin '{name} {put}': {owner.__name__}.{name} of Python's own was replaced, for everybody; that is put back"
    )
    assert caplog.messages == [told]


def test_all_may_be_taken_away_at_once(caplog: pytest.LogCaptureFixture) -> None:
    before = [dict(vars(owner)) for owner, _ in PLACES], dict(vars(builtins))
    with caplog.at_level(logging.WARNING), undisturbed("plugin 'rude'"):
        for owner, names in PLACES:
            for name in names:
                delattr(owner, name)
        vars(builtins).clear()
    assert ([dict(vars(owner)) for owner, _ in PLACES], dict(vars(builtins))) == before
    assert "and 2" in caplog.text, "so many more"


def test_it_is_told_once_and_what_is_added_stays(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builtins, "added_by_a_test", 0, raising=False)
    for _ in range(3):
        functions = LibraryFunctions()
        vars(builtins)["added_by_a_test"] = os.added_by_a_test = 1  # type: ignore[attr-defined]
        os.fsync = broken  # type: ignore[assignment]
        functions.put_back("check 'rude'")
    assert len(caplog.messages) == 1 and "os.fsync" in caplog.text
    assert vars(os).pop("added_by_a_test") == 1
