"""The user's cache and what lies in a project's place may be anything: a pipe, a device, a link, numbers for texts."""

from __future__ import annotations

import json
import math
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from aigc.bounds.undisturbed import undisturbed
from aigc.cli import group, kept_types, main
from aigc.cli.completing import known
from aigc.errors import JobError
from aigc.jobs.forecast.rates import FORMAT, Rate, read_rates, record_rate
from aigc.models import hub
from aigc.models.marks import content_digest
from aigc.plugs.timeouts import Timeouts
from aigc.plugs.whole_file import whole_file
from aigc.training.naming import add_to_settings
from aigc.types.foreign import LARGEST_FILE, file_bytes

RUN = Rate(writer="w", content_type="t", pieces=2, planned=2, requests=2, completions=2, written_tokens=9, seconds=1)
Spoil = Callable[[Path], object]


def large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)


SPOILED: dict[str, Spoil] = {
    "pipe": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "folder": Path.mkdir,
    "large": large,
    "deep": lambda path: path.write_text("[" * 100_000, encoding="utf-8"),
}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "aigc.yaml").touch()
    monkeypatch.chdir(tmp_path / "shop")
    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(params=SPOILED)
def spoil(request: pytest.FixtureRequest) -> Spoil:
    return SPOILED[request.param]


def spoilt(path: Path, spoil: Spoil) -> None:
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    spoil(path)


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "large"])
def test_what_has_no_end_is_no_file(tmp_path: Path, kind: str) -> None:
    SPOILED[kind](tmp_path / "x")
    with pytest.raises(OSError, match=r"no file|larger than"):
        file_bytes(tmp_path / "x")


def test_types_and_completion_are_found_again(cache: Path, spoil: Spoil, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["types"]) == 0
    for kept in cache.glob("types/*.json"):
        spoilt(kept, spoil)
    assert "seo/meta" in known()["types"]
    for kept in cache.glob("completion/*.json"):
        spoilt(kept, spoil)
    capsys.readouterr()
    assert main(["types"]) == 0 and "seo/meta" in capsys.readouterr().out
    assert "seo/meta" in known()["types"]


def test_rates_and_digests_are_read_anew(cache: Path, spoil: Spoil, tmp_path: Path) -> None:
    (tmp_path / "w.gguf").write_bytes(b"weights")
    digest = content_digest(tmp_path / "w.gguf")
    (kept,) = (one for one in cache.rglob("*") if one.is_file())
    spoilt(kept, spoil)
    spoilt(cache / "rates.json", spoil)
    assert content_digest(tmp_path / "w.gguf") == digest
    assert read_rates(cache / "rates.json") == []
    record_rate(cache / "rates.json", RUN)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("memory", value) for value in ("lots", None, 10**290, 1.5)),
        *(("written_tokens", value) for value in (math.inf, math.nan, -5, "x", None)),
        *(("planned", value) for value in (None, "x")),
        ("seconds", 1e-320),
        ("writer", ["x"]),
        ("content_type", {}),
    ],
)
def test_numbers_that_no_run_has_are_no_run(tmp_path: Path, name: str, value: Any) -> None:
    file = tmp_path / "rates.json"
    runs = [{**asdict(RUN), name: value}, asdict(RUN)]
    file.write_text(json.dumps({"format": FORMAT, "runs": runs}), encoding="utf-8")
    assert read_rates(file) == [RUN]


def test_rates_are_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("mine", encoding="utf-8")
    (tmp_path / "rates.tmp").symlink_to(tmp_path / "own")
    record_rate(tmp_path / "rates.json", RUN)
    assert (tmp_path / "own").read_text(encoding="utf-8") == "mine" and read_rates(tmp_path / "rates.json") == [RUN]


@pytest.mark.parametrize(
    "change",
    [
        *({name: 5} for name in ("name", "plugin", "summary", "required", "languages")),
        *({name: [None]} for name in ("required", "languages")),
        {"summary": None},
    ],
)
def test_a_list_of_types_that_says_nonsense_is_made_anew(
    cache: Path, change: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_types, "MOST", 100_000)  # other tests of this process load much
    assert main(["types"]) == 0
    (kept,) = cache.glob("types/*.json")
    told = json.loads(kept.read_text(encoding="utf-8"))
    for spoilt_ in (
        {**told, "types": [{**told["types"][0], **change}]},
        {**told, "made_of": {}},
        {**told, "types": {}},
    ):
        kept.write_text(json.dumps(spoilt_), encoding="utf-8")
        assert kept_types.kept(Path()) is None


def test_no_name_of_the_system_is_taken() -> None:
    before = Path("/dev/stdout").is_symlink()
    for name in ("stdout", "null", "aigc-is-no-device"):
        with pytest.raises(JobError), whole_file(Path("/dev") / name) as file:
            file.write("x")
    assert Path("/dev/stdout").is_symlink() is before and not Path("/dev/aigc-is-no-device").exists()


def test_a_device_that_settings_are_a_link_to_stays(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "null")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "aigc.yaml").symlink_to(tmp_path / "null")
    assert not add_to_settings(tmp_path / "shop", "ads/*", "adapter")
    assert (tmp_path / "null").is_fifo()


def test_what_a_link_in_the_cache_of_the_hub_leads_to_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from aigc.errors import ModelError
    from aigc.models.catalogue import HubFileSource

    own, snapshot = tmp_path / "own.gguf", tmp_path / "hub" / "snapshot"
    own.write_bytes(b"mine")
    snapshot.mkdir(parents=True)
    (snapshot / "w.gguf").symlink_to(own)
    monkeypatch.setattr(hub, "_snapshot", lambda *_: snapshot)
    monkeypatch.setattr(hub, "cache_of_hub", lambda: tmp_path / "hub")
    source = HubFileSource(repo="a/b", file="w.gguf", file_bytes=4, file_sha256="0" * 64, approx_folder_mb=1)
    with pytest.raises(ModelError):
        hub.download_file(source, name="w", report=lambda *_: None)
    assert own.read_bytes() == b"mine" and not (snapshot / "w.gguf").exists()


def test_schemas_are_not_written_through_a_link(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "else").mkdir()
    Path(".schemas").symlink_to(tmp_path / "else")
    assert main(["new", "type", "shop/line"]) == 0
    assert not list((tmp_path / "else").iterdir())


def test_pages_of_the_code_take_no_place_of_others(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("docs").mkdir()
    Path("docs/hooks.md").write_text("# Hooks of ours\n", encoding="utf-8")
    os.mkfifo("pipe")
    for place in ("docs", "pipe"):
        assert main(["guide", "--write", place]) in (2, 3)
    assert [one.name for one in Path("docs").iterdir()] == ["hooks.md"] and Path("pipe").is_fifo()
    assert [main(["guide", "--write", "fresh"]) for _ in range(2)] == [0, 0]


def test_help_does_not_wait_for_a_package_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "endless_pkg").mkdir()
    (tmp_path / "endless_pkg" / "__init__.py").write_text("while True: pass", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("aigc.plugs.timeouts.DEFAULT", Timeouts(plugin=0.5))
    entry = EntryPoint("endless", "endless_pkg.sub", "aigc")
    monkeypatch.setattr("aigc.plugs.installed.installed", lambda: [entry])
    assert group.naming_the_hook() == ["endless"]


def test_a_note_in_the_help_drives_no_terminal(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("aigc.yaml").write_text('plugins: ["a\\0\\e]0;x\\a.py"]', encoding="utf-8")
    assert main(["--help"]) == 0
    assert not any(char in capsys.readouterr().out for char in "\0\x1b\x07")


def test_finders_of_modules_and_hooks_come_back() -> None:
    before = [*sys.meta_path], sys.excepthook, sys.unraisablehook, threading.excepthook
    with undisturbed():
        sys.meta_path.clear()
        sys.excepthook = sys.unraisablehook = threading.excepthook = None  # type: ignore[assignment]
    assert ([*sys.meta_path], sys.excepthook, sys.unraisablehook, threading.excepthook) == before
