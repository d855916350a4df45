"""A batch beside a plugin that spoils the process it runs in, in whichever hook: nothing is lost, and it is told."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aigc.ledger import opened_ledger

from .test_frame import in_python
from .test_hard_exits import CHECK, HEAD, LINE, ROWS, TASK, TYPE

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX")

EXPORTER = """
from aigc import exporter

@exporter(name="odd", suffixes=(".odd",))
def odd_files(artifacts, folder):
    "Do as the test says."
    path = folder / "content.odd"
    path.write_text("".join(one.id for one in artifacts))
    %s
    yield path

@hookimpl
def aigc_exporters(): return [odd_files]
"""
IMPORTER = """
from aigc import Row

@importer(name="rows", suffixes=(".rows",))
def rows(path):
    "Read three rows."
    for name in "abc":
        %s
        yield Row(values={"id": name, "product": name}, where=name)

@hookimpl
def aigc_importers(): return [rows]
"""
STEPS = """
class Odd(ScriptedGenerator):
    def step(self):
        %s
        return super().step()
"""
FILTER = """
def odd_filter(text):
    %s
    return text

@hookimpl
def aigc_environment(environment): environment.filters["odd"] = odd_filter
"""
HOOKS = ("import", "check", "generator", "exporter", "importer", "filter")


def plugin(act: str, *hooks: str) -> str:
    """Return a plugin that acts in some hooks, and has all the others."""
    acts = {one: act if one in hooks else "pass" for one in HOOKS}
    made = HEAD % ("Odd", LINE) + CHECK % acts["check"] + EXPORTER % acts["exporter"] + IMPORTER % acts["importer"]
    return made + STEPS % acts["generator"] + FILTER % acts["filter"] + f"\n{acts['import']}\n"


def prepared(folder: Path, made: str, *, postprocess: str = "") -> None:
    types = folder / "templates" / "t"
    types.mkdir(parents=True)
    (types / "line.yaml").write_text(TYPE % "limits, odd" + postprocess)
    (types / "line.j2").write_text((TASK % " | odd").replace("%%", "%"))
    (folder / "all.rows").write_text(ROWS)
    (folder / "odd.py").write_text(made)
    (folder / "aigc.yaml").write_text("generator: scripted-here\nplugins: [odd.py]\ntimeouts: {plugin: 9}\n")


def batch(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """This runs a batch as a person does; its exit code is the program's."""
    asked = ["batch", "t/line", "all.rows", "--out", "out", "--to", "odd", "--to", "csv", *more]
    return in_python(f"import sys; from aigc.cli import main; sys.argv[1:] = {asked}; sys.exit(main())", folder)


def pieces(folder: Path) -> list[str]:
    with opened_ledger(folder / "out") as ledger:
        return [one.id for one in ledger.pieces.artifacts()]


CLOSES = "os.closerange(0, 1000)"
NUMBERS = "map(int, os.listdir('/dev/fd'))"
OPEN = f"[one for one in {NUMBERS} if draft.fields and os.path.realpath(f'/dev/fd/{{one}}').endswith('job.sqlite')]"
SPOILS = (
    "import locale, random, sqlite3, sys, warnings; os.chdir('/'); os.environ.clear(); random.seed(1); "
    "signal.signal(signal.SIGINT, signal.SIG_IGN); signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "locale.setlocale(locale.LC_ALL, 'C'); warnings.simplefilter('error'); sqlite3.connect = None; "
    "sys.stdin = sys.stdout = sys.stderr = None; sys.setrecursionlimit(90)"
)


@pytest.mark.parametrize("act", [CLOSES, SPOILS], ids=["closes", "spoils"])
def test_what_hooks_close_or_change_is_no_loss(act: str, tmp_path: Path) -> None:
    prepared(tmp_path, plugin(act, *HOOKS))
    done = batch(tmp_path)
    assert done.returncode == 0 and "3 accepted" in done.stdout, done.stdout + done.stderr
    assert "Traceback" not in done.stderr and "unexpected" not in done.stderr, done.stderr
    assert pieces(tmp_path) == ["a", "b", "c"] and (tmp_path / "out/content.odd").read_text() == "abc"
    if act == SPOILS:
        assert "sqlite3.connect of Python's own was replaced" in done.stderr, done.stderr


def test_a_descriptor_that_is_closed_otherwise_ends_the_run_before_anything_is_written_there(tmp_path: Path) -> None:
    prepared(tmp_path, plugin(f"for number in {OPEN}: open(number).close()", "check"))
    done = batch(tmp_path)
    assert done.returncode == 3 and "check 'odd' closed job.sqlite, which is in use" in done.stderr, done.stderr
    (tmp_path / "odd.py").write_text(plugin("pass"))
    done = batch(tmp_path)
    assert done.returncode == 0 and pieces(tmp_path) == ["a", "b", "c"], done.stderr
    assert "ended without a word while check 'odd'" in done.stderr


def test_what_a_plugin_closes_of_ours_it_is_refused(tmp_path: Path) -> None:
    prepared(tmp_path, plugin(f"os.close(max({OPEN}))", "check"))
    done = batch(tmp_path)
    assert done.returncode == 1 and "2 accepted, 1 failed" in done.stdout, done.stdout + done.stderr
    assert "aigc has job.sqlite open there" in done.stdout


@pytest.mark.parametrize(
    "act",
    [
        "import threading; threading.Thread(target=os._exit, args=(0,), daemon=True).start()",
        "import threading, posix; threading.Thread(target=posix._exit, args=(0,), daemon=True).start()",
        "import atexit; atexit.register(os._exit, 0)",
        "import threading; threading.Thread(target=os.execlp, args=('true', 'true'), daemon=True).start()",
    ],
    ids=["thread", "posix", "atexit", "exec"],
)
def test_a_thread_of_a_plugin_does_not_end_the_program(act: str, tmp_path: Path) -> None:
    made = plugin("raise ValueError", "check") + "\n" + act
    prepared(tmp_path, made)
    done = batch(tmp_path)
    assert done.returncode == 1 and "2 accepted, 1 failed" in done.stdout, done.stdout + done.stderr
    assert "in a thread ends that alone" in done.stderr or "atexit" in act, done.stderr


def test_another_program_does_not_take_its_place(tmp_path: Path) -> None:
    prepared(tmp_path, plugin("os.execlp('true', 'true')", "check"))
    done = batch(tmp_path)
    assert done.returncode == 1 and "2 accepted, 1 failed" in done.stdout, done.stdout + done.stderr


def test_a_child_that_a_plugin_forks_ends_where_it_would_go_on_with_our_work(tmp_path: Path) -> None:
    prepared(tmp_path, plugin("os.fork()", *HOOKS))
    done = batch(tmp_path)
    assert done.returncode == 0 and done.stdout.count("3 pieces: 3 accepted") == 1, done.stdout + done.stderr
    assert pieces(tmp_path) == ["a", "b", "c"] and done.stderr.count("Forecast: ") == 1


def test_what_plugins_print_is_on_stderr(tmp_path: Path) -> None:
    prepared(tmp_path, plugin("print('AHOY'); os.system('echo FROM A CHILD'); os.write(1, b'RAW\\n')", *HOOKS))
    done = batch(tmp_path, "--json")
    assert json.loads(done.stdout)["counts"]["accepted"] == 3, done.stdout
    assert all(told in done.stderr for told in ("AHOY", "FROM A CHILD", "RAW")), done.stderr


@pytest.mark.parametrize("name", ["job.sqlite-journal", "JOB.SQLITE"])
def test_no_exporter_writes_by_the_name_of_a_file_that_a_job_works_with(name: str, tmp_path: Path) -> None:
    prepared(tmp_path, plugin(f"(folder / {name!r}).write_text('x')", "exporter"))
    done = batch(tmp_path)
    assert done.returncode == 1 and done.stderr.count(f"Not exported: out/{name}: is a name that a job keeps") == 1
    assert (tmp_path / "out/content.csv").is_file() and not (tmp_path / "out/content.odd").exists()
    assert pieces(tmp_path) == ["a", "b", "c"]


BIG = """
from aigc import postprocessor

@postprocessor(name="big")
def big(text: str) -> str:
    "Make a text that nobody reads."
    return "x" * 100_000_000

@hookimpl
def aigc_postprocessors(): return [big]
"""


def test_a_post_processor_that_makes_too_large_a_text_fails_its_piece(tmp_path: Path) -> None:
    prepared(tmp_path, plugin("pass") + BIG, postprocess="postprocess: [big]\n")
    done = batch(tmp_path)
    assert done.returncode == 1 and "3 failed" in done.stdout, done.stderr
    assert "postprocessor 'big' broke: ValueError: made over 8 million characters" in done.stdout
    assert (tmp_path / "out/job.sqlite").stat().st_size < 1 << 20


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_too_few_files_are_told_in_a_line(tmp_path: Path) -> None:
    prepared(tmp_path, plugin("pass"))
    for most in (8, 12, 24):
        asked = f"ulimit -n {most}; exec {sys.executable} -m aigc batch t/line all.rows --out out"
        done = subprocess.run(["bash", "-c", asked], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 3 and done.stderr.startswith(f"Error: only {most} files may be open"), done.stderr
        assert len(done.stderr.splitlines()) == 1 and "ulimit -n" in done.stderr and not (tmp_path / "out").exists()


@pytest.mark.parametrize("caught", [False, True], ids=["let through", "caught by the plugin"])
def test_sigterm_ends_a_batch_as_ctrl_c_does(caught: bool, tmp_path: Path) -> None:
    kill = "draft.fields and os.kill(os.getpid(), signal.SIGTERM)"
    act = f"try: {kill}\n        except BaseException: pass" if caught else kill
    prepared(tmp_path, plugin(act, "check"))
    done = batch(tmp_path)
    assert done.returncode == (0 if caught else 143), done.stdout + done.stderr
    assert "SIGTERM" in done.stderr and "Traceback" not in done.stderr
    if not caught:
        assert "This writes the rest:\n  aigc batch t/line all.rows --out out" in done.stderr
        assert "accepted, " in done.stdout or "still to write" in done.stdout
    (tmp_path / "odd.py").write_text(plugin("pass"))
    assert batch(tmp_path).returncode == 0 and pieces(tmp_path) == ["a", "b", "c"]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("first", [0, 3])
@pytest.mark.parametrize("hook", ["aigc_postprocessors", "aigc_checks", "aigc_environment", ""])
def test_a_plugin_that_closes_through_c_is_named(hook: str, first: int, tmp_path: Path) -> None:
    loop = f"for number in range({first}, 64): ctypes.CDLL(None).close(number)"
    asked = f"@aigc.hookimpl\ndef {hook}({'environment' if 'env' in hook else ''}):\n    {loop}\n    return []\n"
    (tmp_path / "rude.py").write_text(f"import aigc, ctypes\n{asked if hook else loop}\n")
    (tmp_path / "aigc.yaml").write_text("plugins: [rude.py]\n")
    argv = ["types"] if hook != "aigc_environment" else ["show", "seo/meta", "--prompt", "topic=Mugs", "keyword=mug"]
    done = in_python(f"import sys; from aigc.cli import main; sys.exit(main({argv}))", tmp_path)
    who = f"plugin 'rude.py' in {hook} closed" if hook else "plugin 'rude.py' closed"
    assert done.returncode == 3 and f"Error: {who}" in done.stderr, (done.returncode, done.stdout, done.stderr)
    assert len(done.stderr.splitlines()) == 1 and not done.stdout, done.stderr


@pytest.mark.parametrize("part", ["check", "exporter"])
def test_an_interrupt_that_nobody_asked_for_is_the_plugins(part: str, tmp_path: Path) -> None:
    act = "raise KeyboardInterrupt" if part == "exporter" else "if draft.fields: raise KeyboardInterrupt"
    prepared(tmp_path, plugin(act, part))
    done = batch(tmp_path)
    assert done.returncode == 1 and f"{part} 'odd' broke: KeyboardInterrupt" in done.stdout + done.stderr, done.stderr
    assert "Interrupted" not in done.stderr and pieces(tmp_path) == ["a", "b", "c"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize(("name", "code", "times"), [("SIGINT", 130, 2), ("SIGTERM", 143, 1)])
def test_a_persons_interrupt_ends_the_run_and_says_how_to_go_on(
    name: str, code: int, times: int, tmp_path: Path
) -> None:
    kill = f"draft.fields and [os.kill(os.getpid(), signal.{name}) for _ in range({times})]"
    prepared(tmp_path, plugin(kill, "check"))
    done = batch(tmp_path, "--json")
    assert done.returncode == code, done.stderr
    assert "KeyboardInterrupt" not in done.stderr + done.stdout
    again = json.loads(done.stdout)["again"]
    assert again.startswith("aigc batch t/line all.rows") and "--out out" in again


POST = """
from aigc import postprocessor

@postprocessor(name="last")
def last(text: str) -> str:
    "Do as the test says, after all others."
    %s
    return text

@hookimpl
def aigc_postprocessors(): return [last]
"""


@pytest.mark.parametrize("part", ["check", "postprocessor"])
@pytest.mark.parametrize("what", ["settrace", "setprofile"])
def test_what_is_called_for_each_line_is_its_plugins_fault(part: str, what: str, tmp_path: Path) -> None:
    act = f"import sys; sys.{what}(lambda *given: 1 / 0)"
    made = plugin(act, "check") if part == "check" else plugin("pass") + POST % act
    prepared(tmp_path, made, postprocess="" if part == "check" else "postprocess: [last]\n")
    done = batch(tmp_path)
    many, who = (1, "check 'odd'") if part == "check" else (3, "postprocessor 'last'")
    assert done.returncode == 1 and f"{many} failed" in done.stdout, done.stdout + done.stderr
    assert f"{who} broke: ZeroDivisionError" in done.stdout and f"{tmp_path / 'odd.py'}:" in done.stdout, done.stdout


LIMITS = (
    "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8)); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (9, 9))"
)


@pytest.mark.parametrize("hook", ["import", "check", "exporter", "importer", "filter"])
def test_limits_of_the_system_are_put_back_and_told(hook: str, tmp_path: Path) -> None:
    prepared(tmp_path, plugin(LIMITS, hook))
    done = batch(tmp_path)
    assert done.returncode == 0 and pieces(tmp_path) == ["a", "b", "c"], done.stdout + done.stderr
    assert "resource.setrlimit(RLIMIT_NOFILE), resource.setrlimit(RLIMIT_FSIZE) was set" in done.stderr, done.stderr


LOCK = (
    "import sqlite3, sys; sys.kept = db = sqlite3.connect('out/job.sqlite', timeout=0, isolation_level=None); "
    "db.execute('begin exclusive')"
)


@pytest.mark.parametrize("hook", ["check", "exporter", "observer"])
def test_who_leaves_the_ledger_locked_is_named_and_the_run_goes_on(hook: str, tmp_path: Path) -> None:
    hears = f"\n@hookimpl\ndef aigc_artifact(artifact):\n    {LOCK}\n" if hook == "observer" else ""
    prepared(tmp_path, plugin(LOCK, hook) + hears)
    done = batch(tmp_path)
    assert done.returncode == 0 and pieces(tmp_path) == ["a", "b", "c"], done.stdout + done.stderr
    who = "plugin 'odd.py' in aigc_artifact" if hears else f"{hook} 'odd'"
    assert f"{who} left job.sqlite locked ({tmp_path / 'odd.py'}:" in done.stderr, done.stderr


def test_one_that_a_thread_keeps_locked_is_told_with_where_it_was_opened(tmp_path: Path) -> None:
    lock = f"import threading, time\n        def lock(): {LOCK}; time.sleep(60)\n        "
    act = f"{lock}threading.Thread(target=lock, daemon=True).start(); time.sleep(1)"
    prepared(tmp_path, plugin(act, "check"))
    done = batch(tmp_path)
    told = f"out/job.sqlite: database is locked, by what a plugin opened at {tmp_path / 'odd.py'}:"
    assert done.returncode == 3 and told in done.stderr, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("os.mkfifo(folder / 'pipe')", "wrote out/pipe, which is a device, a pipe or a socket"),
        ("(folder / 'big').open('wb').truncate(10**13)", "wrote 9,313 GiB up to out/big, more than 100 GiB"),
        (r"open(os.fsencode(folder) + b'/\xff', 'w').close()", "wrote out/?, whose name is no text"),
        ("os.unlink('out/content.csv')", "removed out/content.csv, which it did not write"),
    ],
    ids=["pipe", "size", "name", "removes"],
)
def test_an_exporter_that_writes_what_is_no_file_or_removes_others_is_named(
    act: str, told: str, tmp_path: Path
) -> None:
    prepared(tmp_path, plugin(act, "exporter"))
    asked = ["batch", "t/line", "all.rows", "--out", "out", "--to", "csv", "--to", "odd"]
    done = in_python(f"import sys; from aigc.cli import main; sys.exit(main({asked}))", tmp_path)
    assert done.returncode == 1 and f"Not exported: exporter 'odd' {told}" in done.stderr, done.stdout + done.stderr
    assert not (tmp_path / "out/content.odd").exists() and "is no JSON" not in done.stderr
    assert pieces(tmp_path) == ["a", "b", "c"]


@pytest.mark.parametrize("act", ["os.unlink('out/job.sqlite')", "shutil.rmtree('out')"])
def test_who_removes_the_ledger_is_named(act: str, tmp_path: Path) -> None:
    prepared(tmp_path, plugin(f"import shutil; {act}", "exporter"))
    done = batch(tmp_path)
    assert done.returncode == 3 and "is gone: it was deleted" in done.stderr, done.stdout + done.stderr
    assert "while exporter 'odd' was at work" in done.stderr, done.stderr
