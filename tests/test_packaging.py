"""The wheel, the sdist and the editable install carry everything, templates included."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*command: str, cwd: Path = ROOT, **environment: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This is a folder with the sdist, and the wheel that was built from that sdist, as where there is no C compiler:
    the kernels take minutes, and whoever runs this has just had them built from the same sources."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), CC="false")
    return folder


def shipped() -> set[str]:
    listed = [path.relative_to(ROOT) for path in (ROOT / "templates").rglob("*") if path.is_file()]
    return {path.as_posix() for path in listed if path.suffix in {".yaml", ".j2", ".csv", ".jsonl"}}


def test_the_wheel_carries_templates_and_plugins(built: Path) -> None:
    names = set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())
    assert {f"aigc_plugins/{name}" for name in shipped()} <= names
    assert {"aigc/py.typed", "aigc/models/catalogue.yaml", "aigc/content/base.j2"} <= names
    assert {f"aigc/jobs/report/report.{suffix}" for suffix in ("j2", "css", "js")} <= names
    assert {f"aigc/guide/{page.name}" for page in (ROOT / "aigc/guide").glob("*.md")} <= names
    assert not [name for name in names if name.startswith("tests/")]


def test_the_sdist_carries_them_too(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert shipped() <= names
    assert {"README.md", "pyproject.toml"} <= names
    assert {f"aigc/engine/cpu/{path.name}" for path in (ROOT / "aigc/engine/cpu").glob("*.[ch]")} <= names


def test_the_installed_wheel_works_on_its_own(built: Path, tmp_path: Path) -> None:
    wheel = str(next(built.glob("*.whl")))
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(tmp_path), wheel)
    code = "import aigc, sys; from aigc.cli import main; print(aigc.__file__); sys.argv[1:] = ['types']; main()"
    printed = run(sys.executable, "-c", code, cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert str(tmp_path) in printed
    assert "ads/google-search" in printed


def test_the_editable_install_finds_its_content_types() -> None:
    assert "ads/google-search" in run(sys.executable, "-m", "aigc", "types")
