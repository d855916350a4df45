"""Nothing is replaced that no run wrote: exports, the job's own files, and single pieces side by side."""

from __future__ import annotations

import csv
import errno
import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from aigc import Artifact, Asset, Brief, Extension, exporter, hookimpl, whole_file
from aigc.errors import JobError, UsageError
from aigc.jobs import add_piece, export, prepare_folder, read_artifacts, refuse_foreign
from aigc.jobs.folder_record import RECORD, FolderRecord
from aigc.types import Provenance

from .conftest import Shop

MINE = "id,product\n1,mine\n"
NO_RUN = "is there already, and no run of this folder wrote it; move it away, or choose another --out"


@exporter(name="plain", suffixes=(".txt",))
def plain(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """Write as a plugin does that thinks of nothing, two files of which it names one."""
    for name in ("plain.txt", "unnamed.txt"):
        (folder / name).write_text(f"{folder.name}: {len(artifacts)}")
    yield folder / "plain.txt"


@exporter(name="broken", suffixes=(".txt",))
def broken(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """Fail where a disk would refuse."""
    with whole_file(folder / "no" / "broken.txt") as file:
        file.write("half")
        raise OSError(28, "No space left on device")
    yield folder


class Plain:
    @hookimpl
    def aigc_exporters(self) -> list[Extension]:
        return [plain, broken]


@pytest.fixture(autouse=True)
def with_plain(shop: Shop) -> None:
    shop.project.registry.add(Plain(), "plain")


@pytest.fixture
def piece() -> Callable[..., Artifact]:
    def make(title: str, **more: object) -> Artifact:
        provenance = Provenance(content_type="shop/item", version=1)
        brief = Brief(id="1", values={"product": title})
        made = Artifact(id="1", status="accepted", fields={"title": title}, brief=brief, provenance=provenance)
        return replace(made, **more)  # type: ignore[arg-type]

    return make


def texts(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row[-1] for row in csv.reader(file)][1:]


@pytest.mark.parametrize(
    ("format_", "name"), [("csv", "content.csv"), ("markdown", "markdown/00.md"), ("plain", "unnamed.txt")]
)
def test_a_file_that_no_run_wrote_is_not_replaced(shop: Shop, format_: str, name: str) -> None:
    mine = shop.folder / name
    mine.parent.mkdir(parents=True)
    mine.write_text(MINE)
    report = shop.run(["a"], exports=[format_, "jsonl"])
    assert report.problems == (f"{mine}: {NO_RUN}",)
    assert mine.read_text() == MINE and (shop.folder / "content.jsonl").is_file(), "the others are written"
    assert not list(shop.folder.glob(".exporting-*"))
    mine.unlink()
    assert not shop.run(["a"], exports=[format_]).problems and mine.is_file()


def test_several_formats_at_once_write_all_or_nothing(
    shop: Shop, piece: Callable[..., Artifact], tmp_path: Path
) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "content.jsonl").write_text(MINE)
    with pytest.raises(UsageError, match="no run of this folder wrote it"):
        export(shop.project.registry, [piece("a")], folder, ["csv", "xlsx", "plain", "jsonl"])
    assert {path.name for path in folder.iterdir() if not path.name.startswith(".")} == {"content.jsonl"}


@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "folder"])
def test_nor_is_a_link_or_a_folder(shop: Shop, kind: str, tmp_path: Path) -> None:
    shop.folder.mkdir()
    mine, target = tmp_path / "mine.csv", shop.folder / "content.csv"
    if kind != "dangling link":
        mine.write_text(MINE)
    if kind == "folder":
        target.mkdir()
    elif kind == "hard link":
        target.hardlink_to(mine)
    else:
        target.symlink_to(mine)
    assert shop.run(["a"], exports=["csv"]).problems
    assert mine.exists() == (kind != "dangling link") and (not mine.exists() or mine.read_text() == MINE)
    assert os.path.lexists(target)


@pytest.mark.parametrize("name", ["artifacts.jsonl", "report.html"])
def test_a_job_is_refused_where_its_own_files_would_replace_somebodys(shop: Shop, name: str) -> None:
    shop.folder.mkdir()
    (shop.folder / name).write_text(MINE)
    with pytest.raises(UsageError, match=NO_RUN):
        shop.run(["a"])
    assert {path.name for path in shop.folder.iterdir()} == {name} and (shop.folder / name).read_text() == MINE


def test_what_people_changed_is_set_aside_and_told(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    shop.run(["a", "b"], exports=["csv", "markdown"])
    for _ in range(2):
        for name in ("content.csv", "markdown/00.md", "artifacts.jsonl", "report.html"):
            with (shop.folder / name).open("a", encoding="utf-8") as file:
                file.write(MINE)
        with caplog.at_level(logging.WARNING):
            assert not shop.run(["a", "b"], exports=["csv", "markdown"]).problems
    assert texts(shop.folder / "content.csv") == ["Buy a", "Buy b"]
    for name in ("content (yours).csv", "content (yours 2).csv", "markdown/00 (yours).md", "artifacts (yours).jsonl"):
        assert (shop.folder / name).read_text(encoding="utf-8").endswith(MINE)
    for name in ("report (yours).html", "report (yours 2).html"):
        assert (shop.folder / name).read_text(encoding="utf-8").endswith(MINE)
    assert "content.csv: was changed since it was written; that is content (yours).csv now" in caplog.text
    assert not list(shop.folder.glob("markdown/01 *")), "what nobody changed is replaced without a word"


def test_so_is_a_changed_file_whose_piece_is_no_longer_good(shop: Shop) -> None:
    shop.run(["a", "b", "c"], exports=["markdown"])
    (shop.folder / "markdown/02.md").write_text(MINE)
    shop.run(["a"], exports=["markdown"])
    assert {path.name for path in (shop.folder / "markdown").iterdir()} == {"00.md", "02 (yours).md"}


def test_files_that_an_exporter_does_not_name_are_known_as_well(shop: Shop) -> None:
    for _ in range(2):
        assert not shop.run(["a"], exports=["plain"]).problems
    assert (shop.folder / "unnamed.txt").read_text() == "out: 1", "a stage is called as the folder is"


@pytest.mark.parametrize("name", [".", "..", "below/..", "../out"])
def test_a_folder_may_be_told_from_where_one_stands(shop: Shop, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop.folder / "below").mkdir(parents=True)
    monkeypatch.chdir(shop.folder / ("below" if name == ".." else ""))
    shop.folder = Path(name)
    assert not shop.run(["a"], exports=["csv", "plain"]).problems
    assert (shop.folder / "unnamed.txt").read_text() == "out: 1" and not list(shop.folder.glob(".exporting-*"))


def test_a_kill_while_files_take_their_places_makes_none_a_stranger(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("aigc.jobs.staging._move", killed)
        shop.run(["a"], exports=["csv"])
    shop.run(["a"], exports=["csv"])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("aigc.jobs.staging.FolderRecord.note", killed)
        shop.run(["a", "b"], exports=["csv"])
    assert not shop.run(["a", "b"], exports=["csv"]).problems
    assert not list(shop.folder.glob("*yours*")) and not list(shop.folder.glob(".exporting-*"))


def test_a_folder_of_an_earlier_version_goes_on(shop: Shop) -> None:
    shop.run(["a"], exports=["csv", "markdown"])
    (shop.folder / RECORD).write_text(json.dumps({"csv": ["content.csv"], "markdown": ["markdown/00.md"]}))
    assert not shop.run(["a", "b"], exports=["csv", "markdown"]).problems
    assert not list(shop.folder.rglob("*yours*")) and texts(shop.folder / "content.csv") == ["Buy a", "Buy b"]


def test_where_the_record_is_junk_nothing_is_lost(shop: Shop) -> None:
    shop.run(["a"], exports=["csv"])
    (shop.folder / RECORD).write_text("[" * 9000)
    (shop.folder / "content.csv").write_text(MINE)
    assert not shop.run(["a"], exports=["csv"]).problems
    assert (shop.folder / "content (yours).csv").read_text() == MINE
    (shop.folder / "content.jsonl").write_text(MINE)
    assert shop.run(["a"], exports=["jsonl"]).problems, "from then on it is known again"


def test_a_part_that_is_a_link_leads_to_nobodys_file(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text(MINE)
    for make in (".a.csv.part", ".b.csv.part"):
        (tmp_path / make).symlink_to(mine) if "a" in make else (tmp_path / make).hardlink_to(mine)
        with whole_file(tmp_path / make[1:-5]) as file:
            file.write("new")
        assert (tmp_path / make[1:-5]).read_text() == "new" and mine.read_text() == MINE


def test_an_exporter_that_fails_leaves_what_was_there_and_tells_its_place(shop: Shop) -> None:
    shop.run(["a"], exports=["csv"])
    report = shop.run(["a"], exports=["broken", "csv"])
    assert report.problems == (f"{shop.folder / 'no' / 'broken.txt'}: cannot be written (No space left on device)",)
    assert not (shop.folder / "no").exists() and texts(shop.folder / "content.csv") == ["Buy a"]


def test_what_a_run_reads_is_never_a_target(shop: Shop, tmp_path: Path) -> None:
    shop.run(["a"], exports=["csv"])
    link = tmp_path / "briefs.csv"
    link.symlink_to(shop.folder / "content.csv")
    csv_ = shop.project.registry.get("exporter", "csv")
    refuse_foreign(shop.folder, [csv_])
    for read in (shop.folder / "content.csv", link):
        with pytest.raises(UsageError, match=r"content\.csv: is read by this run, which would replace it"):
            refuse_foreign(shop.folder, [csv_], [read])
    plain_ = shop.project.registry.get("exporter", "plain")
    shop.run(["a"], exports=["plain"])
    with pytest.raises(UsageError, match=r"unnamed\.txt: is read by this run"):
        refuse_foreign(shop.folder, [plain_], [shop.folder / "unnamed.txt"])


def test_exports_of_two_jobs_do_not_share_a_folder(shop: Shop, piece: Callable[..., Artifact], tmp_path: Path) -> None:
    registry, folder = shop.project.registry, tmp_path / "elsewhere"
    export(registry, [piece("a")], folder, ["csv"], replacing=True, of="/jobs/one")
    export(registry, [piece("b")], folder, ["csv"], replacing=True, of="/jobs/one")
    for of, formats in (("/jobs/two", ["jsonl"]), ("", ["csv"])):
        with pytest.raises(UsageError, match="elsewhere: holds exports of /jobs/one; choose another --out"):
            export(registry, [piece("c")], folder, formats, replacing=True, of=of)
    assert texts(folder / "content.csv") == ["b"]
    with pytest.raises(UsageError, match="holds exports of /jobs/one"):
        prepare_folder(folder, "shop/item")


# -- pieces one by one ------------------------------------------------------------------------------------------------


def test_single_pieces_stay_side_by_side(shop: Shop, piece: Callable[..., Artifact], tmp_path: Path) -> None:
    registry, told = shop.project.registry, list[str]()
    for title, red in (("Mug", b"1"), ("Cup", b"2"), ("Mug", b"3")):
        one = piece(title, assets=(Asset.of("cover.png", "image/png", red),))
        add_piece(registry, one, tmp_path, ["csv", "markdown", "jsonl"], refused=told.append)
    with (tmp_path / "content.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["id"], row["title"]) for row in rows] == [("1", "Mug"), ("2", "Cup"), ("3", "Mug")]
    assert [(tmp_path / row["assets"]).read_bytes() for row in rows] == [b"1", b"2", b"3"]
    assert {path.name for path in (tmp_path / "markdown").iterdir()} == {"mug.md", "cup.md", "mug-2.md"}
    assert len((tmp_path / "content.jsonl").read_text().splitlines()) == 3 and not told
    assert not list(tmp_path.rglob("*yours*"))


def test_a_file_that_people_took_away_or_changed_begins_anew(
    shop: Shop, piece: Callable[..., Artifact], tmp_path: Path
) -> None:
    registry = shop.project.registry
    adding = lambda title: add_piece(registry, piece(title), tmp_path, ["csv", "markdown"], refused=print)  # noqa: E731
    adding("Mug")
    (tmp_path / "content.csv").unlink()
    adding("Cup")
    assert texts(tmp_path / "content.csv") == ["Cup"], "what was thrown away does not come back"
    (tmp_path / "content.csv").write_text(MINE)
    (tmp_path / "markdown/mug.md").write_text(MINE)
    adding("Mug")
    assert texts(tmp_path / "content.csv") == ["Mug"]
    for name in ("content (yours).csv", "markdown/mug (yours).md"):
        assert (tmp_path / name).read_text() == MINE
    assert {path.name for path in (tmp_path / "markdown").iterdir()} == {"mug.md", "cup.md", "mug (yours).md"}


def test_a_workbook_that_people_filled_in_takes_one_more_piece(
    shop: Shop, piece: Callable[..., Artifact], tmp_path: Path
) -> None:
    import openpyxl

    add_piece(shop.project.registry, piece("Mug"), tmp_path, ["xlsx"], refused=print)
    book = openpyxl.load_workbook(tmp_path / "content.xlsx")
    book.save(tmp_path / "content.xlsx")  # other bytes
    add_piece(shop.project.registry, piece("Cup"), tmp_path, ["xlsx"], refused=print)
    sheet = openpyxl.load_workbook(tmp_path / "content.xlsx")["pieces"]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["1", "2"]


def test_a_single_piece_replaces_no_file_of_somebodys(
    shop: Shop, piece: Callable[..., Artifact], tmp_path: Path
) -> None:
    (tmp_path / "plain.txt").write_text(MINE)
    with pytest.raises(UsageError, match=r"plain\.txt: is there already"):
        add_piece(shop.project.registry, piece("Mug"), tmp_path, ["csv", "plain"], refused=print)
    assert (tmp_path / "plain.txt").read_text() == MINE
    add_piece(shop.project.registry, piece("Cup"), tmp_path, ["csv"], refused=print)
    assert texts(tmp_path / "content.csv") == ["Mug", "Cup"], "what was written of the first stays"


def test_junk_in_what_is_kept_of_them_loses_no_file(shop: Shop, piece: Callable[..., Artifact], tmp_path: Path) -> None:
    add_piece(shop.project.registry, piece("Mug"), tmp_path, ["csv"], refused=print)
    (tmp_path / ".pieces.jsonl").write_text("{}\n")
    add_piece(shop.project.registry, piece("Cup"), tmp_path, ["csv"], refused=print)
    assert texts(tmp_path / "content (yours).csv") == ["Mug"] and texts(tmp_path / "content.csv") == ["Cup"]


def test_what_a_format_refuses_is_told_and_not_kept_for_it(
    shop: Shop, piece: Callable[..., Artifact], tmp_path: Path
) -> None:
    told: list[str] = []
    for title in ("Mug", "Cup"):
        add_piece(shop.project.registry, piece(title), tmp_path, ["google-ads-editor"], refused=told.append)
    assert len(told) == 2 and all(one.startswith("google-ads-editor: has 0 headlines") for one in told)
    assert not (tmp_path / "google-ads-editor.csv").exists()


def test_batches_and_single_pieces_keep_apart(shop: Shop, piece: Callable[..., Artifact], tmp_path: Path) -> None:
    shop.run(["a"], exports=["csv"])
    with pytest.raises(UsageError, match="out: is the folder of a batch; choose another --out"):
        prepare_folder(shop.folder)
    single = tmp_path / "single"
    single.mkdir()
    add_piece(shop.project.registry, piece("Mug"), single, ["csv"], refused=print)
    with pytest.raises(UsageError, match="single: holds single pieces of `aigc generate`"):
        prepare_folder(single, "shop/item")
    assert len(read_artifacts(shop.folder)) == 1


def test_a_disk_that_refuses_is_one_line(
    shop: Shop, piece: Callable[..., Artifact], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*given: object, **more: object) -> None:
        raise OSError(30, "Read-only file system", "/x/.exporting-abc/out")

    monkeypatch.setattr("aigc.jobs.staging.tempfile.mkdtemp", refuses)
    with pytest.raises(JobError, match=rf"^{tmp_path}: cannot be written \(Read-only file system\)$"):
        export(shop.project.registry, [piece("a")], tmp_path, ["csv"])


def test_artifacts_that_a_broken_off_run_did_not_name_are_a_jobs_all_the_same(shop: Shop) -> None:
    shop.run(["a", "b"], exports=["csv"])
    record = json.loads((shop.folder / RECORD).read_bytes())
    del record["files"][""]["artifacts.jsonl"]
    (shop.folder / RECORD).write_text(json.dumps(record), encoding="utf-8")
    for file in shop.folder.glob("*.sqlite*"):
        file.unlink()
    assert shop.run(["a", "b"], exports=["csv"]).counts["accepted"] == 2


def test_a_record_that_the_disk_does_not_tell_of_makes_nobody_a_stranger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("aigc.jobs.exports_record.file_bytes", refused)
    with pytest.raises(JobError, match=r"\.exports\.json: cannot be read \(Permission denied\); try it again"):
        FolderRecord(tmp_path)


@pytest.mark.parametrize("name", ["plain.txt", "report.html"])
def test_a_device_or_pipe_in_the_place_of_an_earlier_file_stays(tmp_path: Path, name: str) -> None:
    """A record names it; who runs as root would put the machine's own device away."""
    path = tmp_path / name
    path.write_text("x")
    FolderRecord(tmp_path).note("plain", [name])
    path.unlink()
    os.mkfifo(path)
    there = FolderRecord(tmp_path)
    with pytest.raises(UsageError, match="a device or a pipe"):
        there.refuse([name])
    with pytest.raises(UsageError, match="a device or a pipe"):
        there.make_room({name: path})
    there.drop(plain, [])
    assert path.is_fifo()


JUNK = ("[1]", "junk", '{"format": 2, "of": "", "files": {"csv": {"content.csv": "junk"}}}', '{"csv": 5}')


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_a_record_decides_nothing_about_what_is_there(
    junk: str, shop: Shop, piece: Callable[..., Artifact], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / RECORD).write_text(junk)
    (tmp_path / "content.csv").write_text(MINE)
    with pytest.raises(UsageError, match=r"content\.csv: is there already, and no run of this folder wrote it"):
        export(shop.project.registry, [piece("a")], tmp_path, ["csv"])
    assert [path.read_text() for path in tmp_path.glob("*.csv")] == [MINE]
    assert f"{tmp_path / RECORD}: " in caplog.text and "does not say which files here a run wrote" in caplog.text


def test_where_the_record_of_a_job_is_junk_it_is_not_said_that_a_file_was_changed(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.run(["a"], exports=["csv"])
    (shop.folder / RECORD).write_text("junk")
    (shop.folder / "content.csv").write_text(MINE)
    shop.run(["a"], exports=["csv"])
    assert "content.csv: is somebody's, for all that is known; that is content (yours).csv now" in caplog.text
    assert f"{shop.folder / RECORD}: is no JSON" in caplog.text and "was changed" not in caplog.text
