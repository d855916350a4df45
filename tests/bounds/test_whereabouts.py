"""The line that somebody's code was at is told, whatever that code calls."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, TracebackType

import pytest

from aigc.bounds.whereabouts import line_at, reached, standing_at
from aigc.errors import describe

LOOK = "import json\n\n\ndef look(call):\n    return (\n        call()\n    )\n"
BREAKS = LOOK.replace("call()", "json.loads('{')")


def look_of(file: Path, code: str = LOOK) -> Callable[[object], object]:
    module = ModuleType(file.stem)
    exec(compile(code, str(file), "exec"), vars(module))
    look: Callable[[object], object] = module.look
    return look


def trace_of(look: Callable[[object], object], call: object = None) -> TracebackType | None:
    with pytest.raises(ValueError) as caught:
        look(call)
    trace = caught.value.__traceback__
    assert trace is not None
    return trace.tb_next  # without this file's own line


def test_the_deepest_line_of_their_folder_is_told_and_no_librarys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outer, inner = look_of(tmp_path / "shop" / "rules.py"), look_of(tmp_path / "shop" / "parts" / "more.py")
    library = look_of(tmp_path / "shop" / "venv" / "site-packages" / "net.py", BREAKS)
    other = look_of(tmp_path / "others" / "net.py")

    def call() -> object:
        return inner(lambda: other(lambda: library(None)))

    monkeypatch.chdir(tmp_path)
    trace = trace_of(outer, call)
    assert reached(trace) == "shop/parts/more.py:6"
    monkeypatch.chdir("/")
    assert reached(trace) == f"{tmp_path.relative_to('/')}/shop/parts/more.py:6"


def test_an_installed_plugin_is_theirs_and_pythons_own_is_nobodys(tmp_path: Path) -> None:
    place = reached(trace_of(look_of(tmp_path / "site-packages" / "shop" / "rules.py", BREAKS)))
    assert place.endswith("site-packages/shop/rules.py:6")
    assert reached(trace_of(json.loads, "{")) == ""  # type: ignore[arg-type]
    assert reached(None) == standing_at(None) == ""


def test_of_a_whole_stack_only_what_we_called_counts() -> None:
    class Shown:
        def __repr__(self) -> str:
            found.append(standing_at(sys._getframe()))
            return "…"

    found: list[str] = []
    assert standing_at(sys._getframe()) == ""
    describe(Shown())
    assert [one.rpartition(":")[0].rpartition("/")[2] for one in found] == ["test_whereabouts.py"]


def test_an_instruction_of_no_line_is_at_the_line_before_it() -> None:
    def look() -> None:
        try:
            json.loads("{")
        except ValueError as error:
            raise KeyError(error) from None  # what forgets `error` is of no line

    with pytest.raises(KeyError) as caught:
        look()
    trace = caught.value.__traceback__
    assert trace is not None and trace.tb_next is not None
    frame = trace.tb_next.tb_frame
    nowhere = [start for start, _, line in frame.f_code.co_lines() if line is None]
    broken_off = TracebackType(None, frame, nowhere[-1], -1)
    assert broken_off.tb_lineno is None
    assert line_at(broken_off) in range(look.__code__.co_firstlineno, look.__code__.co_firstlineno + 5)
    assert reached(broken_off).endswith(f"test_whereabouts.py:{line_at(broken_off)}")
