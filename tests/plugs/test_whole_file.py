"""Files that appear whole, and put no device, pipe or folder away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aigc.errors import JobError
from aigc.plugs.whole_file import whole_file


def test_what_is_no_file_stays(tmp_path: Path) -> None:
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    for path in (pipe, folder):
        with pytest.raises(JobError, match="it is no file"), whole_file(path) as file:
            file.write("x")
    assert pipe.is_fifo() and folder.is_dir()
    assert sorted(tmp_path.iterdir()) == [folder, pipe]
