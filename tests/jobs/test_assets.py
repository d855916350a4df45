"""A job whose pieces carry files, made by a plugin that the core knows nothing of: a PNG of a few bytes each."""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from aigc import Artifact, Asset, Brief, Draft, Extension, Generator, Project, hookimpl, postprocessor
from aigc.errors import JobError
from aigc.jobs import read_artifacts, written_already
from aigc.jobs.ray.assignment import packed
from aigc.jobs.ray.author import Author
from aigc.testing import ScriptedGenerator

from .conftest import ITEM, TASK, Shop, answer
from .report.conftest import png

DRAWN = ITEM.replace("checks: [limits]", "postprocess: [dot]\nchecks: [limits]\nexports: [csv]")


@postprocessor
def dot(draft: Draft) -> Draft:
    """Give a piece a dot, redder the longer its text; one that says "gone" gets a file that is not there."""
    text = str(draft.fields["text"])
    made = Asset.of("dot.PNG", "image/png", png(len(text)))
    if "gone" in text:
        made = replace(made, content=None, path=Path("/nowhere/dot.png"))
    return replace(draft, assets=(*draft.assets, made))


class Dots:
    """This is a plugin."""

    @hookimpl
    def aigc_postprocessors(self) -> list[Extension]:
        return [dot]


@pytest.fixture
def shop(make_project: Callable[..., Project], tmp_path: Path) -> Shop:
    project = make_project({"templates/shop/item.yaml": DRAWN, "templates/shop/item.j2": TASK})
    project.registry.add(Dots(), "dots")
    return Shop(project, tmp_path / "out")


def files(shop: Shop) -> dict[str, bytes]:
    folder = shop.folder / "assets"
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.is_dir() else {}


def test_each_file_is_kept_once_by_its_digest(shop: Shop) -> None:
    heard: list[Artifact] = []
    shop.run(["a", "b", "ccc"], heard=heard.append)
    assert files(shop) == {f"{hashlib.sha256(png(size)).hexdigest()}.png": png(size) for size in (5, 7)}
    for artifact in [*heard, *read_artifacts(shop.folder)]:
        (asset,) = artifact.assets
        assert (asset.name, asset.media_type, asset.size) == ("dot.PNG", "image/png", len(asset.read()))
        assert asset.path and asset.path.parent == shop.folder / "assets" and asset.content is None


def test_they_are_named_in_the_lines_and_read_back_from_them(shop: Shop) -> None:
    shop.run(["a"])
    line = json.loads((shop.folder / "artifacts.jsonl").read_text())
    (named,) = line["assets"]
    assert named["file"] == f"{named['sha256']}.png"
    before = read_artifacts(shop.folder)
    (shop.folder / "job.sqlite").unlink()
    assert read_artifacts(shop.folder) == before and before[0].assets[0].read() == png(5)


def test_exports_place_them_and_take_them_away_again(shop: Shop) -> None:
    shop.run(["a", "b"], exports=["csv"])
    placed = sorted(path.name for path in (shop.folder / "media").iterdir())
    assert placed == ["00-dot.png", "01-dot.png"]
    with (shop.folder / "content.csv").open(encoding="utf-8-sig", newline="") as file:
        header, first, _ = csv.reader(file)
    assert dict(zip(header, first, strict=True))["assets"] == "media/00-dot.png"
    shop.run(["a"], exports=["csv"])
    assert [path.name for path in (shop.folder / "media").iterdir()] == ["00-dot.png"]


def test_a_file_goes_with_the_last_piece_that_has_it(shop: Shop) -> None:
    shop.run(["a", "b", "ccc"])
    shop.run(["a", "b"])
    assert list(files(shop).values()) == [png(5)]
    shop.run(["ccc"])
    assert list(files(shop).values()) == [png(7)]


def test_a_piece_whose_file_is_gone_is_not_taken_from_the_history(shop: Shop) -> None:
    shop.run(["a", "ccc"])
    shop.run(["a"])
    shop.run(["a", "ccc"])
    assert shop.asked == 3 and len(files(shop)) == 2
    (shop.folder / "artifacts.jsonl").rename(shop.folder / "kept.jsonl")
    (shop.folder / "job.sqlite").unlink()
    (shop.folder / "kept.jsonl").rename(shop.folder / "artifacts.jsonl")
    shop.run(["a", "ccc"])
    assert shop.asked == 3, "their files are here, so the lines of a lost ledger stand"


def test_another_job_of_the_project_writes_its_own(shop: Shop, tmp_path: Path) -> None:
    shop.run(["a"])
    other = Shop(shop.project, tmp_path / "other")
    other.run(["a"])
    assert other.asked == 1 and list(files(other).values()) == [png(5)]


def test_nothing_is_swept_while_briefs_wait(shop: Shop) -> None:
    shop.run(["a", "ccc"])
    report = shop.run(["a", "ccc"], fresh=True, stopping=lambda: True)
    assert report.waiting == 2 and len(files(shop)) == 2


def test_a_file_that_cannot_be_read_fails_its_piece_alone(shop: Shop) -> None:
    report = shop.run(["a", "gone"])
    assert report.counts["failed"] == 1 and report.counts["accepted"] == 1
    assert report.reasons == {"failed: dot.PNG: cannot be read (No such file or directory)": 1}


def test_a_record_cannot_lead_out_of_the_folder(shop: Shop) -> None:
    shop.run(["a"])
    line = json.loads((shop.folder / "artifacts.jsonl").read_text())
    line["assets"][0]["file"] = "../../aigc.yaml"
    (shop.folder / "artifacts.jsonl").write_text(json.dumps(line) + "\n")
    (shop.folder / "job.sqlite").unlink()
    (artifact,) = read_artifacts(shop.folder)
    assert artifact.assets[0].path == shop.folder / "assets/aigc.yaml"


def test_a_worker_sends_bytes_and_no_path(make_project: Callable[..., Project], tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(png(9))

    @postprocessor(name="dot")
    def from_disk(draft: Draft) -> Draft:
        """Give a piece a file that only this machine has."""
        return replace(draft, assets=(Asset.at(tmp_path / "dot.png", "image/png"),))

    project = make_project({"templates/shop/item.yaml": DRAWN, "templates/shop/item.j2": TASK})
    project.registry.add(type("Plugin", (), {"aigc_postprocessors": hookimpl(lambda self: [from_disk])})(), "disk")
    content_type = project.content_type("shop/item")
    author = Author(packed(project, content_type))
    author._opened = (project, content_type)
    author._generator = scripted()
    (finished,) = author.block([(Brief(id="1", values={"product": "a"}), {})])
    (asset,) = pickle.loads(pickle.dumps(finished)).artifact.assets
    assert (asset.content, asset.path) == (png(9), None)
    author.close()


def scripted() -> Generator:
    return ScriptedGenerator(answer)


def test_a_job_without_files_makes_no_folder(make_project: Callable[..., Project], tmp_path: Path) -> None:
    project = make_project({"templates/shop/item.yaml": ITEM, "templates/shop/item.j2": TASK})
    plain = Shop(project, tmp_path / "plain")
    plain.run(["a"], exports=["csv"])
    assert not (plain.folder / "assets").exists() and not (plain.folder / "media").exists()
    assert '"assets"' not in (plain.folder / "artifacts.jsonl").read_text()


def test_what_somebody_else_put_into_the_folder_stays(shop: Shop, tmp_path: Path) -> None:
    folder = shop.folder / "assets"
    (folder / "sub").mkdir(parents=True)
    (folder / "logo.svg").write_text("mine")
    shop.run(["a"])
    shop.run(["ccc"])
    assert sorted(path.name for path in folder.iterdir() if len(path.name) < 64) == ["logo.svg", "sub"]
    assert len(list(folder.glob("*.png"))) == 1


def test_a_link_in_place_of_the_folder_is_not_swept(shop: Shop, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    old = photos / f"{'0' * 64}.png"
    old.write_bytes(b"mine")
    shop.folder.mkdir(exist_ok=True)
    (shop.folder / "assets").symlink_to(photos)
    shop.run(["a"])
    assert old.read_bytes() == b"mine"


def test_a_damaged_file_is_made_again(shop: Shop) -> None:
    shop.run(["a", "ccc"])
    (damaged,) = (path for path in (shop.folder / "assets").iterdir() if path.read_bytes() == png(5))
    damaged.write_bytes(b"")
    shop.run(["a", "ccc"])
    assert shop.asked == 3 and damaged.read_bytes() == png(5)
    damaged.write_bytes(b"x" * len(png(5)))
    shop.run(["a", "ccc"], fresh=True)
    assert damaged.read_bytes() == png(5), "of the right size is not enough where it is made anew"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sha256": ""}, "is no SHA-256"),
        ({"sha256": "../../../pwned"}, "is no SHA-256"),
        ({"sha256": "0" * 64}, "its bytes are not those of its SHA-256"),
        ({"content": None}, "made no asset"),
        ({"content": "text"}, "made no asset"),
        ({"content": None, "path": Path("a\0b")}, "made no asset"),
    ],
)
def test_an_asset_that_is_none_fails_its_piece_alone(
    make_project: Callable[..., Project], tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    @postprocessor(name="dot")
    def wrong(draft: Draft) -> Draft:
        """Add an asset that is not what it says, to one piece."""
        bad = "bad" in draft.fields["text"]
        made = Asset.of("dot.png", "image/png", png(2 if bad else 1))
        return replace(draft, assets=(replace(made, **change) if bad else made,))

    project = make_project({"templates/shop/item.yaml": DRAWN, "templates/shop/item.j2": TASK})
    project.registry.add(type("Plugin", (), {"aigc_postprocessors": hookimpl(lambda self: [wrong])})(), "wrong")
    shop = Shop(project, tmp_path / "out")
    report = shop.run(["a", "bad"])
    assert report.counts["accepted"] == 1 and report.counts["failed"] == 1
    assert reason in next(iter(report.reasons)) and not (tmp_path / "pwned").exists()
    assert len(files(shop)) == 1


def test_long_names_stop_nothing(make_project: Callable[..., Project], tmp_path: Path) -> None:
    @postprocessor(name="dot")
    def long(draft: Draft) -> Draft:
        """Add an asset with a name no file can have."""
        return replace(draft, assets=(Asset.of("x." + "a" * 300, "image/png", png(1)),))

    project = make_project({"templates/shop/item.yaml": DRAWN, "templates/shop/item.j2": TASK})
    project.registry.add(type("Plugin", (), {"aigc_postprocessors": hookimpl(lambda self: [long])})(), "long")
    report = Shop(project, tmp_path / "out").run(["a"], exports=["csv"])
    assert report.counts["accepted"] == 1 and report.problems == ()


def test_a_dry_run_promises_no_piece_with_files_of_another_job(shop: Shop, tmp_path: Path) -> None:
    shop.run(["a"])
    content_type = shop.project.content_type("shop/item")
    with written_already(shop.project, content_type, tmp_path / "other") as before:
        assert before(Brief(id="00", values={"product": "a"})) == "new"
    with written_already(shop.project, content_type, shop.folder) as before:
        assert before(Brief(id="00", values={"product": "a"})) == "stands"


def test_a_folder_that_cannot_be_read_ends_the_run_with_a_word(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run(["a"])
    listed = Path.iterdir

    def broken(path: Path) -> Iterator[Path]:
        if path.name == "assets":
            raise OSError(errno.EIO, "Input/output error")
        return listed(path)

    monkeypatch.setattr(Path, "iterdir", broken)
    with pytest.raises(JobError, match=r"out/assets: cannot be read \(Input/output error\)"):
        shop.run(["a", "bb"])
    monkeypatch.undo()
    assert shop.run(["a", "bb"]).counts["accepted"] == 2 and shop.asked == 2
