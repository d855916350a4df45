"""Whatever becomes of the three streams, a command does what it is for, or says in a line why it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="descriptors as Unix has them")
Run = Callable[..., Any]
CODE = """
import sys
from aigc.cli.echo import echo
from aigc.cli.frame import lasting_streams
from aigc.cli import frame
def command(*given, **options):
    {body}
frame.Commands.main = command
sys.exit(frame.main([]))
"""
FULL = Path("/dev/full")


def run(body: str, **streams: Any) -> subprocess.CompletedProcess[str]:
    """This runs the outermost frame in a process of its own, with a command of such a body."""
    code = CODE.format(body=body)
    return subprocess.run([sys.executable, "-c", code], text=True, check=False, timeout=60, **streams)


def closed(*numbers: int) -> Callable[[], None]:
    def close() -> None:
        for number in numbers:
            os.close(number)

    return close


@pytest.mark.parametrize("numbers", [(2,), (1,), (0, 1, 2)])
def test_a_closed_stream_is_nobody_elses(tmp_path: Path, numbers: tuple[int, ...]) -> None:
    body = (
        f"file = open({str(tmp_path / 'job')!r}, 'w'); echo('told'); echo('warned', err=True); "
        "import os; os.write(1, b'a library'); os.write(2, b'a library'); file.write('mine'); file.close(); "
        "assert not sys.stdin.read(); return 0"
    )
    ran = run(body, preexec_fn=closed(*numbers), stdin=subprocess.DEVNULL)
    assert ran.returncode == 0
    assert (tmp_path / "job").read_text() == "mine", "nothing that was printed got into the file"


@pytest.mark.parametrize("closes", ["os.close(1); os.close(2)", "sys.__stdout__.close(); sys.__stderr__.close()"])
def test_what_a_plugin_closes_is_open_again_and_no_file_is_written_into(tmp_path: Path, closes: str) -> None:
    body = f"""
    import os
    from aigc.bounds.undisturbed import undisturbed
    echo('before'); sys.stdout.flush()
    with undisturbed():
        {closes}
        taken = open({str(tmp_path / "taken")!r}, 'w')
        import aigc.content
    file = open({str(tmp_path / "job")!r}, 'w')
    echo('told'); echo('warned', err=True); os.write(1, b'a library'); os.write(2, b'a library')
    file.write('mine'); file.close()
    return 0
"""
    ran = run(body, capture_output=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout in ("before\ntold\na library", "before\na librarytold\n"), ran.stdout
    assert ran.stderr == "warned\na library"
    assert ((tmp_path / "job").read_text(), (tmp_path / "taken").read_text()) == ("mine", "")


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_what_cannot_be_said_is_lost_and_nothing_else() -> None:
    with FULL.open("w") as full:
        ran = run("[echo('x' * 100, err=True) for at in range(200)]; echo('done')", stdout=subprocess.PIPE, stderr=full)
    assert (ran.returncode, ran.stdout) == (0, "done\n")


def test_a_batch_goes_on_though_nobody_reads_what_it_says() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ran = run("[echo('x' * 100, err=True) for at in range(2000)]; echo('done')", stdout=subprocess.PIPE, stderr=writing)
    os.close(writing)
    assert (ran.returncode, ran.stdout) == (0, "done\n")


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("body", ["echo('x')", "sys.stdout.write('x' * 100_000)", "sys.stdout.write('x')"])
def test_a_full_stdout_is_one_plain_line(body: str) -> None:
    with FULL.open("w") as full:
        ran = run(f"{body}; sys.stdout.flush()", stdout=full, stderr=subprocess.PIPE)
    assert (ran.returncode, ran.stderr) == (3, "Error: stdout: cannot be written (No space left on device)\n")


def test_a_closed_pipe_ends_it_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    argv = [sys.executable, "-m", "aigc", "--version"]
    ran = subprocess.run(argv, text=True, check=False, timeout=60, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (1, "")


def test_a_folder_that_is_gone_is_said(aigc: Run, shop: Any) -> None:
    gone = shop.folder / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    try:
        ran = aigc("batch", "shop/slogan", str(shop.folder / "products.csv"), "--out", "made")
    finally:
        os.chdir(shop.folder)
    assert (ran.code, ran.err) == (
        2,
        "Error: the folder that this is run in is gone: it was deleted or moved; cd to another\n",
    )


def test_a_user_without_a_home_writes_all_the_same(aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)
    monkeypatch.delenv("AIGC_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    absolute = str(shop.folder / "made")
    assert aigc("batch", "shop/slogan", "products.csv", "--out", absolute, "--limit", "2").code == 0
    ran = aigc("models", "list")
    assert (
        ran.code == 3
        and ran.err == "Error: this user has no home folder; set AIGC_CACHE to a folder you may write to\n"
    )


def test_a_home_that_nobody_has_is_a_mistake(aigc: Run, shop: Any) -> None:
    ran = aigc("generate", "shop/slogan", "product=Cup", "-m", "~no-such-user/model")
    assert ran.code in (0, 2) and "unexpected" not in ran.err
    ran = aigc("models", "show", "~no-such-user/model")
    assert ran.code == 2 and ran.err.startswith("Error: ~: there is no such home folder")


def test_a_cache_that_cannot_be_written_costs_a_batch_nothing(
    aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.write("cache", "a file")
    monkeypatch.setenv("AIGC_CACHE", str(shop.folder / "cache"))
    assert aigc("batch", "shop/slogan", "products.csv", "--out", "made", "--limit", "2").code == 0
    assert "WRONG  cache" in aigc("doctor").out


@pytest.mark.parametrize(
    "argv",
    [
        ("batch", "shop/slogan", "{}.csv", "--out", "made"),
        ("batch", "shop/slogan", "{}.csv", "--dry-run"),
        ("batch", "{}.yaml", "--out", "made"),
        ("generate", "shop/slogan", "--brief", "{}.json"),
        ("models", "show", "{}.gguf"),
    ],
)
def test_a_pipe_or_a_folder_in_place_of_a_file_is_said(aigc: Run, shop: Any, argv: tuple[str, ...]) -> None:
    for kind, make in (("a pipe or device; write it to a file first", os.mkfifo), ("a folder, not a file", os.mkdir)):
        words = [word.format(kind[2:6].strip()) for word in argv]
        (name,) = (word for word, before in zip(words, argv, strict=True) if word != before)
        make(name)
        ran = aigc(*words)
        assert ran.code == 2 and f"{name}: is {kind}" in ran.err


def test_a_project_with_a_pipe_among_its_types_is_listed(aigc: Run, shop: Any) -> None:
    os.mkfifo(shop.folder / "templates/shop/waits.yaml")
    ran = aigc("types")
    assert ran.code == 0 and "waits.yaml: cannot be read: it is no file" in ran.out and "shop/slogan" in ran.out


def test_a_plugin_that_closes_a_stream_closes_none_of_ours() -> None:
    ran = run("sys.stdout.close(); sys.stderr.close(); echo('told'); echo('warned', err=True)", capture_output=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "told\n", "warned\n")
