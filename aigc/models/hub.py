"""Weights on the Hugging Face Hub, kept in the Hub's own cache so that other programs share them.

`huggingface_hub` comes with transformers; it is imported only when a Hub id is used. Its errors end here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from aigc.bounds.watchdog import OutOfTime, Watched
from aigc.errors import AigcError, ModelError, NotFound
from aigc.models.catalogue import HubFileSource
from aigc.models.checksums import sha256_of, wrong_hash
from aigc.models.files import LOADABLE, trouble_with
from aigc.models.progress import LONGEST_SILENCE, Progress, Report, silent

_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_IGNORED = ("onnx/*", "openvino/*", "original/*", "metal/*", "consolidated*")  # the same weights once more


def is_hub_id(name: str) -> bool:
    """Say whether `name` reads as ORG/NAME."""
    return bool(_ID.fullmatch(name)) and len(name) <= 96 and ".." not in name and "--" not in name


def cached(repo: str) -> Path | None:
    """Find the complete snapshot in the Hub's cache, if there is one. Never uses the network."""
    import huggingface_hub
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        found = huggingface_hub.snapshot_download(
            repo, local_files_only=True, allow_patterns=list(LOADABLE), ignore_patterns=list(_IGNORED)
        )
    except (LocalEntryNotFoundError, ValueError):
        return None
    return Path(found) if not trouble_with(Path(found))[0] else None


def cache_of_hub() -> Path:
    """Return the folder of the Hub's own cache ($HF_HUB_CACHE, $HF_HOME)."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def digest_of(repo: str, snapshot: Path) -> str:
    """Return the identity of a snapshot: a commit of a repository never changes."""
    return hashlib.sha256(f"{repo}@{snapshot.name}".encode()).hexdigest()


def download(repo: str, *, report: Report) -> Path:
    """Fetch what loading needs. Progress comes from the client's threads.

    Raises NotFound when the Hub knows no such model, and ModelError when it cannot be reached, wants the licence
    accepted first, or the repository has no weights that can be loaded. A full disk is left to the caller.
    """
    try:
        found = _snapshot(repo, LOADABLE, report)
    except Exception as error:
        usable = _usable_copy(repo)
        if usable is not None:
            return usable
        raise _in_one_sentence(error, repo) from error
    message, hint = trouble_with(found)
    if message:
        raise ModelError(f"{repo}: the model on the Hub {message}", hint=hint)
    return found


def download_file(source: HubFileSource, *, name: str, report: Report) -> Path:
    """Fetch one file of a repository, and check it: one with another digest is removed, and refused with a ModelError.

    Else as `download`.
    """
    try:
        file = _snapshot(source.repo, (source.file,), report) / source.file
    except Exception as error:
        raise _in_one_sentence(error, source.repo) from error
    if not file.is_file():
        raise ModelError(f"{source.repo}: has no {source.file} on the Hub")
    found = sha256_of(file, "verify", report)
    if found != source.file_sha256:
        kept = file.resolve()  # what the snapshot's link points at; somebody may have made it one to a file of theirs
        if kept.is_relative_to(cache_of_hub().resolve()):
            kept.unlink()
        file.unlink(missing_ok=True)
        raise wrong_hash(name, source.file, found, source.file_sha256, server="the Hub")
    return file


def _snapshot(repo: str, patterns: Sequence[str], report: Report) -> Path:
    """Fetch files. The client waits for each read and tries again; nothing for long, all in all, is a TimeoutError."""
    import huggingface_hub

    with Watched("the Hub", LONGEST_SILENCE) as call:
        bar = _bar_class(report, call.again)
        words, ignored = list(patterns), list(_IGNORED)
        try:
            found = huggingface_hub.snapshot_download(
                repo, allow_patterns=words, ignore_patterns=ignored, tqdm_class=bar
            )
        except OutOfTime:
            if not call.overdue:  # a call around this one is
                raise
            raise TimeoutError(silent("the Hub", LONGEST_SILENCE)) from None
    return Path(found)


def _usable_copy(repo: str) -> Path | None:
    """Find a snapshot another program fetched in part (say, without vocab.txt), if it can be loaded as it is."""
    import huggingface_hub

    config = huggingface_hub.try_to_load_from_cache(repo, "config.json")
    if not isinstance(config, str) or trouble_with(Path(config).parent)[0]:
        return None
    return Path(config).parent


def _in_one_sentence(error: Exception, repo: str) -> AigcError:
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    from aigc.models.user_cache import is_disk_full

    if is_disk_full(error):
        return ModelError(f"{repo}: No space left on device")
    if isinstance(error, TimeoutError):
        return ModelError(f"{repo}: {error}", hint="check the network and try again; what has arrived is kept")
    if isinstance(error, GatedRepoError):
        return ModelError(
            f"{repo}: its licence has to be accepted on the Hub before it can be downloaded",
            hint=f"open https://huggingface.co/{repo}, accept it, then run `hf auth login`",
        )
    if isinstance(error, RepositoryNotFoundError | HFValidationError):
        return NotFound(
            f"the Hub has no model {repo!r} that you may read", hint="check the spelling, or `hf auth login`"
        )
    if isinstance(error, LocalEntryNotFoundError):  # the client asked the Hub, heard nothing, and looked in its cache
        failure = ModelError(
            f"{repo}: is not on this machine, and the Hub cannot be reached",
            hint="check the network (or HF_HUB_OFFLINE); once fetched, it works offline",
        )
    else:
        failure = ModelError(
            f"{repo}: could not be downloaded from the Hub ({type(error).__name__})",
            hint="check the network and try again; what has arrived is kept",
        )
    failure.add_note(f"the Hub client's last words: {error}")
    return failure


def _bar_class(report: Report, heard: Callable[[], None]) -> Any:
    """Make the kind of progress bar that the Hub's client wants; it draws nothing and reports the bytes; `heard` is
    called whenever something came.

    The client opens several bars: files counted, bytes over the network, bytes written. Only the last is of use.
    """
    from io import StringIO
    from threading import RLock

    from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]

    one_at_a_time = RLock()

    class ReportingBar(tqdm):  # type: ignore[misc, unused-ignore]
        def __init__(self, *positional: Any, **named: Any) -> None:
            self.wanted = "Reconstructing" in str(named.get("desc")) or "incomplete total" in str(named.get("desc"))
            super().__init__(*positional, **{**named, "file": StringIO(), "disable": False})

        def update(self, n: float | None = 1) -> bool | None:
            with one_at_a_time:
                changed: bool | None = super().update(n)
                if n:
                    heard()
                if self.wanted:
                    done, total = int(self.n), int(self.total or 0)
                    report(Progress(stage="download", done=done, total=max(total, done)))
            return changed

    return ReportingBar
