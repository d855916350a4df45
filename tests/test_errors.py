from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from aigc.errors import AigcError, NotFound, UsageError, did_you_mean, nearest, sought


def test_errors_survive_pickling_with_their_hint() -> None:
    error = pickle.loads(pickle.dumps(NotFound("no check named 'limit'", hint="did you mean 'limits'?")))
    assert isinstance(error, NotFound)
    assert str(error) == "no check named 'limit'; did you mean 'limits'?"


def test_misuse_and_failure_have_their_exit_codes() -> None:
    assert UsageError("x").exit_code == 2
    assert AigcError("x").exit_code == 3


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("prise", ["price", "product"], "did you mean 'price'?"),
        ("zzz", ["price", "product"], "known: price, product"),
        ("zzz", [], ""),
    ],
)
def test_did_you_mean(word: str, known: list[str], said: str) -> None:
    assert did_you_mean(word, known) == said


def test_a_misspelt_path_is_told_the_nearest_that_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "products").mkdir()
    for name in ("products/spring.csv", "products/notes.txt", "sprint"):
        (tmp_path / name).write_text("")
    monkeypatch.chdir(tmp_path)
    assert nearest(Path("products/sprng.csv")) == "did you mean 'products/spring.csv'?"
    assert nearest(Path("prodcts/spring.csv")) == "did you mean 'products/spring.csv'?"
    assert nearest(Path("prodcts/sprng.csv")) == "" == nearest(Path("other"))
    assert nearest(Path("sprnt")) == "did you mean 'sprint'?" and nearest(Path("sprnt"), Path.is_dir) == ""
    assert nearest(Path("product"), Path.is_dir) == "did you mean 'products'?"


def test_a_file_that_is_nowhere_near_is_told_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("rows.csv", "a.csv", "note.md"):
        Path(name).write_text("")
    assert sought(Path("rosw.csv")) == "did you mean 'rows.csv'?"
    assert sought(Path("zzz.csv")) == f"looked for in {tmp_path}, which has a.csv, rows.csv"
    assert sought(Path("zzz"), {".csv", ".xlsx"}).endswith(", which has a.csv, rows.csv; read are .csv, .xlsx")
    assert sought(Path("zzz.yaml")) == f"looked for in {tmp_path}, which has none of its kind"
    assert sought(Path("away/zzz.csv")) == f"there is no folder {tmp_path / 'away'}"
    assert not sought(tmp_path), "it is there, and said to be a folder"
