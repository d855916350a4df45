"""An adapter is named in aigc.yaml by one line more; every other byte, and every other setting, stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from aigc.settings import read_settings
from aigc.training.naming import add_to_settings

NAMED = '  "ads/*": adapters/house\n'


def changed(folder: Path, text: str, pattern: str = "ads/*", place: str | Path = "adapters/house") -> str | None:
    """This gives the file as it is afterwards, None where nothing was changed."""
    file = folder / "aigc.yaml"
    file.write_bytes(text.encode())
    before = read_settings(folder).adapters
    did = add_to_settings(folder, pattern, place)
    assert list(folder.iterdir()) == [file], "nothing is left beside it"
    after = file.read_bytes().decode()
    assert did == (after != text)
    assert dict(read_settings(folder).adapters) == ({**before, pattern: str(place)} if did else dict(before))
    return after if did else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", f"adapters:\n{NAMED}"),
        ("# mine\n", f"# mine\nadapters:\n{NAMED}"),
        ("---\n# mine\n", f"---\n# mine\nadapters:\n{NAMED}"),
        ("seed: 3  # always\n\n# end\n", f"seed: 3  # always\n\n# end\nadapters:\n{NAMED}"),
        ("seed: 3", f"seed: 3\nadapters:\n{NAMED}".rstrip("\n")),
        ("seed: 3\r\n", f"seed: 3\r\nadapters:\n{NAMED}".replace("3\r\n", "3\n").replace("\n", "\r\n")),
        ("\ufeffseed: 3\n", f"\ufeffseed: 3\nadapters:\n{NAMED}"),
        ("  seed: 3\n  model: x\n", f"  seed: 3\n  model: x\n  adapters:\n  {NAMED}"),
        ("adapters:\n  seo/*: a  # b\nseed: 3\n", f"adapters:\n  seo/*: a  # b\n{NAMED}seed: 3\n"),
        ("adapters:\n  seo/*: a\n\n# seed\nseed: 3\n", f"adapters:\n  seo/*: a\n{NAMED}\n# seed\nseed: 3\n"),
        ("adapters:\n    'seo/*': \"a\"\n", f"adapters:\n    'seo/*': \"a\"\n  {NAMED}"),
        ("seed: 3\nadapters:\n  seo/*: a", f"seed: 3\nadapters:\n  seo/*: a\n{NAMED}".rstrip("\n")),
        ("adapters:\n  seo/*: >-\n    a\n    b\nseed: 3\n", f"adapters:\n  seo/*: >-\n    a\n    b\n{NAMED}seed: 3\n"),
        ("engine: {rows: 3}\nadapters:\n  s/*: a\n", f"engine: {{rows: 3}}\nadapters:\n  s/*: a\n{NAMED}"),
        ("policy:\n- limits\n", f"policy:\n- limits\nadapters:\n{NAMED}"),
    ],
)
def test_one_line_more(tmp_path: Path, text: str, expected: str) -> None:
    assert changed(tmp_path, text) == expected


def test_the_one_that_is_meant_stands_before_the_one_that_would_take_its_types(tmp_path: Path) -> None:
    text = "adapters:\n  seo/*: a\n  # all ads\n  'ads/*': b\n  'x/*': c\n"
    expected = "adapters:\n  seo/*: a\n  \"ads/google-search\": d/e\n  # all ads\n  'ads/*': b\n  'x/*': c\n"
    assert changed(tmp_path, text, "ads/google-search", "d/e") == expected
    wide = "adapters:\n  'ads/google-search': a\n"
    assert changed(tmp_path, wide) == wide + NAMED


@pytest.mark.parametrize(
    "text",
    [
        'adapters:\n  "ads/*": there\n',
        "adapters: {}\n",
        "adapters: {seo/*: a}\n",
        "{seed: 3}\n",
        "seed: 3\n...\n",
        "seed: 3\n---\n",
    ],
)
def test_what_cannot_be_done_by_one_line_is_not_done(tmp_path: Path, text: str) -> None:
    file = tmp_path / "aigc.yaml"
    file.write_text(text)
    assert not add_to_settings(tmp_path, "ads/*", "adapters/house")
    assert file.read_text() == text and list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("text", ["seed: many\n", "a: [\n", "adapters:\n", "seed: 1\nseed: 2\n", "- a\n"])
def test_a_broken_file_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    (tmp_path / "aigc.yaml").write_text(text)
    assert not add_to_settings(tmp_path, "ads/*", "adapters/house")
    assert (tmp_path / "aigc.yaml").read_text() == text


def test_without_a_file_there_is_one(tmp_path: Path) -> None:
    assert add_to_settings(tmp_path, "ads/*", tmp_path / "adapters" / "house")
    assert (tmp_path / "aigc.yaml").read_text() == f"adapters:\n{NAMED}"
    assert not add_to_settings(tmp_path, "ads/*", "other")


@pytest.mark.parametrize("place", ["true", "1e5", "a: b", "with space/x", 'q"u/ote', "键/值", "~", "# no", "../up/x"])
def test_any_path_stays_text(tmp_path: Path, place: str) -> None:
    changed(tmp_path, "seed: 3\n", "shop/*", place)


def test_a_link_and_the_rights_of_the_file_stay(tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.yaml"
    real.write_text("seed: 3\n")
    real.chmod(0o640)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "aigc.yaml").symlink_to(real)
    assert add_to_settings(folder, "ads/*", "adapters/house")
    assert (folder / "aigc.yaml").is_symlink() and real.stat().st_mode & 0o777 == 0o640
    assert real.read_text() == f"seed: 3\nadapters:\n{NAMED}"
