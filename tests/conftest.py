from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aigc.plugs.registry import Registry
from aigc.project import Project

MINIMAL = {"text", "rules", "formats", "generators", "gpt"}


def pytest_configure(config: pytest.Config) -> None:
    """Have Triton interpret its kernels under `-m triton`, said before peft or torch may import it at collection."""
    if config.getoption("markexpr") == "triton":
        os.environ["TRITON_INTERPRET"] = "1"


@pytest.fixture(autouse=True)
def loopback_only(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep tests off the network, but for those marked `slow`."""
    if request.node.get_closest_marker("slow") is None:
        connect = socket.socket.connect

        def guarded(self: socket.socket, address: Any) -> None:
            if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
                raise AssertionError(f"a test reached for {address}")
            connect(self, address)

        monkeypatch.setattr(socket.socket, "connect", guarded)
    yield


@pytest.fixture(scope="session")
def registry() -> Registry:
    """Return the registry of the generic bundled plugins."""
    return Registry.discover(only=MINIMAL)


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[..., Project]:
    """Return a function that makes a project of `{relative path: text}`, with the generic bundled plugins."""

    def make(files: dict[str, str], **options: str) -> Project:
        for name, text in {"aigc.yaml": "", **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Project.open(tmp_path, options=options, registry=Registry.discover(only=MINIMAL))

    return make


@pytest.fixture
def write_lora() -> Callable[..., None]:
    """Return a function that makes a folder an adapter of the default model."""

    def write(folder: Path, outputs: int = 576, **config: Any) -> None:
        """This writes an adapter of one layer of the default model, all of its numbers 0."""
        shapes = {"A": (4, 576), "B": (outputs, 4)}
        header, end = {}, 0
        for letter, shape in shapes.items():
            begin, end = end, end + 4 * shape[0] * shape[1]
            name = f"base_model.model.model.layers.3.self_attn.q_proj.lora_{letter}.weight"
            header[name] = {"dtype": "F32", "shape": shape, "data_offsets": (begin, end)}
        text = json.dumps(header).encode()
        folder.mkdir(parents=True, exist_ok=True)
        written = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "base_model_name_or_path": "another", **config}
        (folder / "adapter_config.json").write_text(json.dumps(written))
        (folder / "adapter_model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + bytes(end))

    return write


@pytest.fixture(scope="session")
def real_model_folder() -> Path:
    """Return the default model's folder in the user's cache; fetch the model on first use."""
    from aigc.engine import convert_gguf
    from aigc.models import pull

    folder = pull("smollm2-135m", convert=convert_gguf).folder
    assert folder is not None
    return folder
