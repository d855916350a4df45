"""This packs what transformers loaded for a CPU: weights in the numbers they came in, arithmetic in 32-bit floats.

    linear layers   panels of bfloat16, float16 or float32, widened in registers, times 32-bit activations
    embeddings      rows as they came; one that is tied to the head is read from the head's panels
    all else        32-bit floats: norms, biases, and what only the family's own code can multiply by (experts)

A folder whose floats are of several kinds is loaded in 32 bits, as is every folder where there are no kernels: there
oneDNN packs (`cpu.linear`), whose products of 32-bit floats are exact and the same in any company. In torch's own
bfloat16 half the memory would do, but activations would be rounded too, and a CPU that cannot multiply bfloat16 takes
ten times as long for 64 rows (`tests/bench/LOG.md`); who wants that says `engine.dtype: bfloat16`.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy
import torch
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from aigc.engine.cpu.kernels import Kernels
from aigc.engine.cpu.linear import PackedEmbedding, PackedLinear, packed
from aigc.engine.tensor_headers import read_header

HALVES = {"BF16": torch.bfloat16, "F16": torch.float16}
MAPS = Path("/proc/self/maps")  # on Linux


class StoredEmbedding(torch.nn.Module):
    """This is an embedding in the numbers it came in, read as 32-bit floats; `weight` is (tokens, depth)."""

    def __init__(self, weight: torch.Tensor, scale: float) -> None:
        super().__init__()
        self.weight, self.scale = weight, scale  # no parameter: `Module.dtype` is not to look at it

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.embedding(ids, self.weight).float() * self.scale


class MappedFiles:
    """These are the parts of files that lie in this process's memory, where the system says which.

    What is read from a file instead of from the memory that it is mapped to never takes up memory twice.
    """

    def __init__(self) -> None:
        lines = MAPS.read_text(encoding="utf-8").splitlines() if MAPS.is_file() else []
        parts = (line.split(maxsplit=5) for line in lines)
        self._files: list[tuple[int, int, int, str]] = []  # first address, last, where in the file that is, which
        for addresses, _, offset, _, _, *path in parts:
            if path and path[0].startswith("/"):
                begin, end = (int(address, 16) for address in addresses.split("-"))
                self._files.append((begin, end, int(offset, 16), path[0]))

    def copy(self, tensor: torch.Tensor) -> torch.Tensor:
        """Copy a tensor, from a file if it lies in one."""
        at, size = tensor.data_ptr(), tensor.nbytes
        for begin, end, offset, path in self._files:
            if begin <= at and at + size <= end and tensor.is_contiguous() and Path(path).is_file():
                raw = numpy.fromfile(path, dtype=numpy.uint8, count=size, offset=offset + at - begin)
                if raw.nbytes == size:
                    return torch.from_numpy(raw).view(tensor.dtype).view(tensor.shape)
        return tensor.detach().clone()


def stored_dtype(folder: Path) -> torch.dtype:
    """Return what all floats of a folder's weights are written in; 32-bit floats if that is several things."""
    found: Counter[str] = Counter()
    for path in folder.glob("model*.safetensors"):
        with suppress(OSError, ValueError):  # of a broken file transformers says what is wrong with it
            found.update(tensor.dtype for tensor in read_header(path)[0].values())
    floats = [name for name in found if "F" in name]
    return HALVES.get(floats[0], torch.float32) if len(floats) == 1 else torch.float32


def rounds_what_it_makes(model: PreTrainedModel) -> bool:
    """Say whether a model loaded in 16 bits has numbers so short that were not in the file, such as a table of sines.

    Scales of embeddings are no such: they are known exactly.
    """
    for path, buffer in model.named_non_persistent_buffers():
        owner = model.get_submodule(path.rpartition(".")[0])
        if buffer.dtype in HALVES.values() and not (isinstance(owner, torch.nn.Embedding) and _scale(owner)):
            return True
    return False


def linears(model: PreTrainedModel) -> dict[str, torch.nn.Linear | Conv1D]:
    """Return every linear layer by its path, the head among them, but none that does more than multiply."""
    plain = (torch.nn.Linear.forward, Conv1D.forward)
    found = ((path, one) for path, one in model.named_modules() if isinstance(one, torch.nn.Linear | Conv1D))
    return {path: one for path, one in found if type(one).forward in plain}


def pack_model(model: PreTrainedModel, native: Kernels | None) -> None:
    """Replace every linear layer and embedding of `model`, and free what they had; widen what is left.

    The largest come first: what is held twice for a moment is never more than one of them.
    """
    files = MappedFiles()
    tied: dict[int, torch.nn.Module] = {}  # by where the weight lay
    layers = sorted(linears(model).items(), key=lambda item: -item[1].weight.nbytes)
    while layers:
        path, layer = layers.pop(0)
        # GPT-2's Conv1D keeps (in_features, out_features)
        weight, key = files.copy(layer.weight), layer.weight.data_ptr()
        bias = None if layer.bias is None else layer.bias.float()
        new = packed(weight.t() if isinstance(layer, Conv1D) else weight, bias, native)
        model.set_submodule(path, new)
        tied[key] = new
        del layer, weight
    embeddings = [(path, one) for path, one in model.named_modules() if isinstance(one, torch.nn.Embedding)]
    for path, embedding in embeddings:
        scale = _scale(embedding)
        head = tied.get(embedding.weight.data_ptr())
        if scale and isinstance(head, PackedLinear):
            model.set_submodule(path, PackedEmbedding(head, scale))
        elif scale and embedding.weight.dtype != torch.float32:
            model.set_submodule(path, StoredEmbedding(files.copy(embedding.weight), scale))
    for parameter in model.parameters():  # copied, as views would keep the whole mapped file in memory
        parameter.data = files.copy(parameter).float()
    for one in model.modules():
        one._buffers |= {name: _widened(buffer) for name, buffer in one._buffers.items() if buffer is not None}


def _scale(embedding: torch.nn.Embedding) -> float:
    """Return what an embedding's rows are multiplied by, as Gemma's are; 0 for one that does something else."""
    if embedding.max_norm is not None:
        return 0.0
    if type(embedding).forward is torch.nn.Embedding.forward:
        return 1.0
    return float(getattr(embedding, "scalar_embed_scale", 0.0))


def _widened(buffer: torch.Tensor) -> torch.Tensor:
    return buffer.float() if buffer.dtype in HALVES.values() else buffer
