"""What a plugin does to the process is put back when it is done."""

from __future__ import annotations

import builtins
import io
import logging
import os
import re
import sys
import threading
from pathlib import Path

import pytest

from aigc.bounds.undisturbed import undisturbed
from aigc.bounds.watchdog import WATCHDOG


def test_folder_streams_stack_and_modules_are_put_back(tmp_path: Path) -> None:
    before = Path.cwd(), sys.stdin, sys.stdout, sys.stderr, sys.getrecursionlimit(), list(sys.path)
    with pytest.raises(SystemExit), undisturbed():
        os.chdir(tmp_path)
        sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
        sys.stdin = None  # type: ignore[assignment]
        sys.setrecursionlimit(sys.getrecursionlimit() // 2)
        sys.path.clear()
        raise SystemExit(0)
    assert (Path.cwd(), sys.stdin, sys.stdout, sys.stderr, sys.getrecursionlimit(), list(sys.path)) == before


def test_what_is_added_stays_and_a_folder_that_is_gone_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    with undisturbed():
        sys.path.append("more")
        os.chdir(tmp_path)
        gone.rmdir()
    assert sys.path[-1] == "more" and Path.cwd() == tmp_path


def test_the_names_of_python_and_its_modules_are_put_back() -> None:
    before, modules = vars(builtins).copy(), sys.modules.copy()
    with undisturbed():
        for name in ("open", "next", "len", "isinstance", "StopIteration"):
            vars(builtins)[name] = None
        del vars(builtins)["print"]
        sys.modules.clear()
    assert vars(builtins) == before
    assert sys.modules == modules


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_plugin_ends_a_process_of_its_own_and_not_ours() -> None:
    WATCHDOG.refuse_exits()
    before = os._exit
    with pytest.raises(SystemExit, match=re.escape("os._exit(7)")), undisturbed():
        child = os.fork()
        if not child:
            os._exit(5)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5
        os._exit(7)
    assert os._exit is before


def test_what_is_no_handler_of_a_log_breaks_nobody_who_logs_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.root, "handlers", list(logging.root.handlers))
    added = logging.NullHandler()
    with undisturbed():
        logging.root.handlers += [None, added]  # type: ignore[list-item]
    logging.getLogger("aigc.bounds").warning("heard")
    assert added in logging.root.handlers and None not in logging.root.handlers


def test_what_is_put_first_to_find_modules_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = ("path", "meta_path", "path_hooks")
    before = {name: list(getattr(sys, name)) for name in lists}
    for name in lists:
        monkeypatch.setattr(sys, name, list(before[name]))
    with undisturbed("plugin 'shadow'"):
        for name in lists:
            getattr(sys, name).insert(0, "/shadow")
        sys.path.remove(before["path"][0])
    assert {name: getattr(sys, name) for name in lists} == {name: [*before[name], "/shadow"] for name in lists}


def test_our_log_is_heard_whatever_level_or_filter_is_set(caplog: pytest.LogCaptureFixture) -> None:
    ours = logging.getLogger("aigc")
    with caplog.at_level(logging.WARNING), undisturbed("plugin 'quiet'"):
        logging.root.setLevel(logging.CRITICAL)
        ours.setLevel(logging.CRITICAL)
        ours.addFilter(lambda record: 1 / 0)
    ours.warning("heard")
    assert "heard" in caplog.text and not ours.filters


def test_a_stream_writes_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written)
    monkeypatch.setattr(sys, "stdout", stream)
    with undisturbed():
        stream.write = None  # type: ignore[assignment,method-assign]
    stream.write("heard")
    stream.flush()
    assert written.getvalue() == b"heard"


def test_threads_take_turns_so_that_each_puts_back_what_was_there() -> None:
    ending, order, inside = os._exit, list[str](), threading.Event()

    def second() -> None:
        assert inside.wait(5)
        with undisturbed("plugin 'second'"), undisturbed("plugin 'within'"):
            order.append("second")

    other = threading.Thread(target=second)
    other.start()
    with undisturbed("plugin 'first'"):
        inside.set()
        other.join(0.2)
        order.append("first")
    other.join(5)
    assert order == ["first", "second"] and os._exit is ending


def test_what_python_finds_modules_and_variables_by_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUGS", "3")
    before = sys.path, sys.meta_path, sys.path_hooks, os.environ
    held = list(sys.path), list(sys.meta_path), list(sys.path_hooks), dict(os.environ)
    with undisturbed("check 'odd'"):
        sys.path = sys.meta_path = sys.path_hooks = None  # type: ignore[assignment]
        vars(os)["environ"] = None
    with undisturbed("check 'odd'"):
        vars(os.environ)["_data"] = None
    now = sys.path, sys.meta_path, sys.path_hooks, os.environ
    assert all(one is other for one, other in zip(now, before, strict=True))
    assert (list(sys.path), list(sys.meta_path), list(sys.path_hooks), dict(os.environ)) == held
