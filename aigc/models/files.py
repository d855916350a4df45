"""What a model folder and a GGUF file must look like, and what makes two of them the same."""

from __future__ import annotations

import fnmatch
import hashlib
from pathlib import Path

from aigc.errors import POINTER, ModelError, pointer_told
from aigc.types.foreign import file_bytes, read_json

PANELS = "panels.aigc"  # weights as the engine keeps those of a GGUF
LOADABLE = ("*.safetensors", PANELS, "*.json", "*.txt", "*.model", "*.jinja")  # what loading a model may read
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "tokenizer_config.json")
_WHOLE = 16 << 20  # bytes; files up to this size are hashed whole
_HEAD = 1 << 20


def trouble_with(folder: Path) -> tuple[str, str]:
    """Say why `folder` cannot be loaded, and a remedy; empty texts when it can."""
    if not (folder / "config.json").is_file():
        if (folder / "adapter_config.json").is_file():
            return "has an adapter, not a model (no config.json)", "name the model it was trained on"
        if any(folder.glob("*.gguf")):
            return "has no config.json", "name the .gguf file itself"
        return "has no config.json, so it is not a model folder", "name the folder that holds config.json and weights"
    if pointer := _pointer(folder):
        return f"has {pointer} as a Git LFS pointer, not the file itself", "`git lfs pull` in it fetches that"
    missing = _missing_weights(folder)
    if missing:
        if any(folder.glob("*.bin")):
            return f"has no {missing}", "its pickled *.bin weights are not loaded; save it with safetensors"
        return f"has no {missing}", "copy the weights into it"
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        return "has no tokenizer", "copy tokenizer.json into it"
    return "", ""


def _pointer(folder: Path) -> str:
    """Name the first of the files to load that Git LFS left a pointer for; nothing where all are themselves."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and any(fnmatch.fnmatch(path.name, pattern) for pattern in LOADABLE):
            with path.open("rb") as file:
                if pointer_told(file.read(len(POINTER))):
                    return path.name
    return ""


def _missing_weights(folder: Path) -> str:
    """Name the first weight file that should be there and is not."""
    index = folder / "model.safetensors.index.json"
    if (folder / "model.safetensors").is_file() or (folder / PANELS).is_file():
        return ""
    if not index.is_file():
        return "model.safetensors"
    try:
        shards = set(read_json(file_bytes(index))["weight_map"].values())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{index}: not an index of weight files ({error})") from error
    return next((shard for shard in sorted(shards) if not (folder / shard).is_file()), "")


def check_gguf(path: Path) -> None:
    """Refuse a file that is not GGUF. Raises ModelError."""
    try:
        with path.open("rb") as file:
            head = file.read(len(POINTER))
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror})") from error
    if told := pointer_told(head):
        raise ModelError(f"{path}: {told}")
    if (magic := head[:4]) != b"GGUF":
        raise ModelError(f"{path}: is not a GGUF file (it starts with {magic!r})")


def folder_digest(folder: Path) -> str:
    """Return the identity of a model folder: what loading may read, by file name.

    Files up to 16 MiB count by content. Larger ones count by size, time of change and first MiB (for safetensors, the
    names and shapes), because reading gigabytes at every start would cost more than loading them. So a changed or
    retrained folder gets another digest, a renamed or moved one keeps its own, and a copy with new times gets another.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file() and any(fnmatch.fnmatch(path.name, pattern) for pattern in LOADABLE):
            _add(digest, path.name, path)
    return digest.hexdigest()


def file_digest(path: Path) -> str:
    """Return the identity of one file, counted as in `folder_digest` but without its name."""
    digest = hashlib.sha256()
    _add(digest, "", path)
    return digest.hexdigest()


def _add(digest: hashlib._Hash, name: str, path: Path) -> None:
    status = path.stat()
    large = status.st_size > _WHOLE
    digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns if large else 0}\0".encode())
    with path.open("rb") as file:
        digest.update(file.read(_HEAD if large else -1))
