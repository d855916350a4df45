"""This compiles every launch of a step for a CUDA device of the given capability, as it would be launched.

It prints [kernel, bytes of shared memory] of each. Run by a test in a process of its own, without the interpreter.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import torch
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from aigc.engine.gpu import kernels
from aigc.engine.gpu.draw import cut, draw
from aigc.engine.gpu.workspace import ModelShape, Workspace

TYPES = {
    torch.float32: "*fp32",
    torch.bfloat16: "*bf16",
    torch.int32: "*i32",
    torch.int64: "*i64",
    torch.float64: "*fp64",
}
compiled: list[tuple[str, int]] = []


class Compiled:
    def __init__(self, kernel: Any, target: GPUTarget) -> None:
        self.kernel, self.target = kernel, target

    def __getitem__(self, grid: tuple[int, ...]) -> Any:
        def launch(*args: Any, **options: Any) -> None:
            signature, constants, aligned = {}, {}, {}
            for place, (parameter, value) in enumerate(zip(self.kernel.params, args, strict=True)):
                if parameter.is_constexpr:
                    signature[parameter.name], constants[place,] = "constexpr", value
                elif isinstance(value, torch.Tensor):
                    signature[parameter.name], aligned[place,] = TYPES[value.dtype], [["tt.divisibility", 16]]
                else:
                    signature[parameter.name] = "fp32" if isinstance(value, float) else "i32"
            source = ASTSource(fn=self.kernel, signature=signature, constexprs=constants, attrs=aligned)
            done = triton.compile(source, target=self.target, options=options)
            compiled.append((self.kernel.__name__, done.metadata.shared))

        return launch


target = GPUTarget("cuda", int(sys.argv[1]), 32)
for name in ("norm_rows", "multiply_gates", "rotate_and_keep", "attend", "draw_tokens", "list_tokens", "cut_rows"):
    setattr(kernels, name, Compiled(getattr(kernels, name), target))
for heads, kv_heads, dim, window, tokens in ((14, 2, 64, 4096, 128), (32, 8, 128, 0, 320)):
    sizes = {"hidden": 896, "gates": 4864, "vocab": 1000, "heads": heads, "kv_heads": kv_heads, "dim": dim}
    room = Workspace(ModelShape(**sizes, scale=dim**-0.5, eps=1e-6), tokens, torch.bfloat16, torch.device("cpu"))
    weight = torch.ones(896)
    room.norm(weight, tokens, first=dim == 64)
    room.rotate_and_keep(1, (weight, weight) if dim == 128 else None, tokens)
    room.attend(1, window, tokens)
    room.multiply_gates(tokens)
scores, rows, whole = torch.zeros(2, 5000), torch.ones(2), torch.zeros(2, dtype=torch.int64)
draw(scores, whole, rows, rows)
draw(scores, whole, rows, rows, cut(scores, rows, rows, rows, whole, rows))
json.dump(compiled, sys.stdout)
