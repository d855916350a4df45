"""The kit as fixtures of pytest, which finds this by itself where AIGC is installed. It imports nothing of it before a
test asks for a fixture.

    aigc_project     open_project in the test's own folder: aigc_project({"templates/shop/line.yaml": …}, only=["text"])
    aigc_golden      aigc_golden("mug.json", piece) compares with goldens/mug.json beside the test file
    aigc_recording      aigc_recording("answers.jsonl") is a Recording of that file beside the test file

Options: --aigc-update-goldens takes what comes out as the goldens; --aigc-record lets `aigc_recording` ask what the
file does not have of the generator it is given, `aigc_recording("answers.jsonl", project.generator)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from aigc.project import Project
    from aigc.testing.recording import Recording
    from aigc.types import Generator

FOLDER = "goldens"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two options."""
    group = parser.getgroup("aigc")
    group.addoption("--aigc-update-goldens", action="store_true", help="take what comes out as the goldens")
    group.addoption("--aigc-record", action="store_true", help="ask generators what recordings do not have yet")


@pytest.fixture
def aigc_project(tmp_path: Path) -> Callable[..., Project]:
    """Return `aigc.testing.open_project` for the test's own folder."""

    def made(*files: Any, **given: Any) -> Project:
        from aigc.testing import open_project

        return open_project(tmp_path, *files, **given)

    return made


@pytest.fixture
def aigc_golden(request: pytest.FixtureRequest) -> Callable[[str, Any], None]:
    """Return a function that compares a value with the golden of a name."""

    def compare(name: str, value: Any) -> None:
        from aigc.testing import assert_golden

        update = bool(request.config.getoption("aigc_update_goldens"))
        assert_golden(request.path.parent / FOLDER / name, value, update=update)

    return compare


@pytest.fixture
def aigc_recording(request: pytest.FixtureRequest) -> Iterator[Callable[..., Recording]]:
    """Return a function that makes a Recording of a file beside the test file, and close those it made."""
    made: list[Recording] = []

    def recording(name: str, generator: Callable[[], Generator] | None = None) -> Recording:
        from aigc.testing import Recording

        record = generator if request.config.getoption("aigc_record") else None
        made.append(Recording(request.path.parent / name, record))
        return made[-1]

    yield recording
    for one in made:
        one.close()
