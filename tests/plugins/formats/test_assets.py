"""A piece's files, placed beside its texts under names that people can read."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from aigc import Artifact, Asset, AssetFolder, file_name
from aigc.errors import JobError
from aigc_plugins.formats.csv_pieces import csv_pieces
from aigc_plugins.formats.jsonl_pieces import jsonl_pieces
from aigc_plugins.formats.markdown_pieces import markdown_pieces

PNG = Asset.of("cover.png", "image/png", b"\x89PNG small")
WAV = Asset.of("voice.wav", "audio/wav", b"RIFF small")


@pytest.fixture
def pieces(artifact: Callable[..., Artifact]) -> list[Artifact]:
    return [replace(artifact("Mug/en", title="Tea"), assets=(PNG, WAV)), artifact("2", title="x")]


def test_csv_names_them_in_a_last_column(tmp_path: Path, pieces: list[Artifact]) -> None:
    paths = list(csv_pieces(pieces, tmp_path))
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "content.csv",
        "media/mug_en-cover.png",
        "media/mug_en-voice.wav",
    ]
    assert paths[1].read_bytes() == PNG.content and paths[2].read_bytes() == WAV.content
    with paths[0].open(encoding="utf-8-sig", newline="") as file:
        header, first, second = csv.reader(file)
    assert header[-1] == "assets"
    assert (first[-1], second[-1]) == ("media/mug_en-cover.png; media/mug_en-voice.wav", "")


def test_jsonl_names_them_in_a_list(tmp_path: Path, pieces: list[Artifact]) -> None:
    path, *placed = jsonl_pieces(pieces, tmp_path)
    first, second = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert first["assets"][0] == {"name": "cover.png", "media_type": "image/png", "file": "media/mug_en-cover.png"}
    assert len(placed) == 2 and "assets" not in second


def test_markdown_shows_pictures_and_links_the_rest(tmp_path: Path, pieces: list[Artifact]) -> None:
    path, *_ = markdown_pieces(pieces, tmp_path)
    end = path.read_text(encoding="utf-8").splitlines()[-3:]
    assert end == ["![cover.png](../media/mug_en-cover.png)", "", "[voice.wav](../media/mug_en-voice.wav)"]


def test_a_file_has_the_same_name_whichever_pieces_an_export_selects(
    tmp_path: Path, artifact: Callable[..., Artifact]
) -> None:
    other = Asset.of("cover.png", "image/png", b"another one")
    spaced, dashed = (replace(artifact(name), assets=(one,)) for name, one in (("a b", PNG), ("a-b", other)))
    all_of_them = [AssetFolder(tmp_path).place(spaced)[0], AssetFolder(tmp_path).place(dashed)[0]]
    assert [path.name for path in all_of_them] == ["a-b-c8687a-cover.png", "a-b-cover.png"]
    assert AssetFolder(tmp_path).place(dashed) == all_of_them[1:]
    assert [path.read_bytes() for path in all_of_them] == [PNG.content, b"another one"]


def test_files_of_one_piece_and_name_are_numbered(tmp_path: Path, artifact: Callable[..., Artifact]) -> None:
    other = Asset.of("Cover.png", "image/png", b"another one")
    paths = AssetFolder(tmp_path).place(replace(artifact("1"), assets=(PNG, other, PNG)))
    assert [path.name for path in paths] == ["1-cover.png", "1-cover-2.png", "1-cover.png"]


def test_a_later_export_replaces_what_an_earlier_one_left(tmp_path: Path, artifact: Callable[..., Artifact]) -> None:
    new = Asset.of("cover.png", "image/png", b"newer")
    for one in (PNG, new):
        (path,) = AssetFolder(tmp_path).place(replace(artifact("1"), assets=(one,)))
    assert path.read_bytes() == b"newer" and len(list(path.parent.iterdir())) == 1


def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path, artifact: Callable[..., Artifact]) -> None:
    bad = Asset.of("../../etc/pass\\wd.p/ng", "image/png", b"x")
    (path,) = AssetFolder(tmp_path).place(replace(artifact("../up"), assets=(bad,)))
    assert path.parent == tmp_path / "media" and file_name("../..") == ""


def test_a_file_that_is_gone_is_named(tmp_path: Path, artifact: Callable[..., Artifact]) -> None:
    (tmp_path / "card.svg").write_bytes(b"<svg/>")
    asset = Asset.at(tmp_path / "card.svg", "image/svg+xml")
    assert (asset.size, asset.sha256) == (6, Asset.of("x", "y", b"<svg/>").sha256)
    (tmp_path / "card.svg").unlink()
    with pytest.raises(JobError, match=r"1-card\.svg: cannot be put there: .*card\.svg: No such file"):
        AssetFolder(tmp_path).place(replace(artifact("1"), assets=(asset,)))
