"""An exporter tried by the kit keeps what a job's folder promises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from aigc import exporter
from aigc.errors import JobError, UsageError
from aigc.testing import try_exporter
from aigc.types import Artifact, Brief, Provenance, Status


def no_comma(artifact: Artifact, **_: object) -> Iterator[str]:
    """Refuse a text with a comma."""
    if "," in str(artifact.fields["text"]):
        yield "has a comma"


@exporter(name="names", suffixes=(".names",), refuses=no_comma)
def names(artifacts: Sequence[Artifact], folder: Path, *, upper: bool = False) -> Iterator[Path]:
    """Write a file for each piece."""
    for one in artifacts:
        path, text = folder / f"{one.id}.names", str(one.fields["text"])
        path.write_text(text.upper() if upper else text, encoding="utf-8")
        yield path


def piece(name: str, text: str, status: Status = "accepted") -> Artifact:
    made = Provenance(content_type="shop/line", version=1)
    return Artifact(id=name, status=status, fields={"text": text}, brief=Brief(id=name, values={}), provenance=made)


def test_it_writes_what_is_accepted_and_not_refused_and_removes_what_is_gone(tmp_path: Path) -> None:
    told: list[str] = []
    pieces = [piece("a", "one"), piece("b", "two, three"), piece("c", "four", "flagged"), piece("d", "x", "failed")]
    assert try_exporter(names, pieces, tmp_path, refused=told.append, upper=True) == [tmp_path / "a.names"]
    assert (tmp_path / "a.names").read_text() == "ONE" and told == ["names without 1 of 2: b: has a comma"]
    assert try_exporter(names, pieces[2:], tmp_path, with_flagged=True) == [tmp_path / "c.names"]
    assert not (tmp_path / "a.names").exists()


def test_what_is_wrong_with_it_is_told_as_in_a_job(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"names.uper: no such option; did you mean 'upper'\?"):
        try_exporter(names, [piece("a", "one")], tmp_path, uper=True)
    with pytest.raises(JobError, match="exporter 'names' broke: "):
        try_exporter(names, [piece("no/such", "one")], tmp_path)
    (tmp_path / "a.names").write_text("mine")
    with pytest.raises(UsageError):
        try_exporter(names, [piece("a", "one")], tmp_path)
    assert (tmp_path / "a.names").read_text() == "mine"
