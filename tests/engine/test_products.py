"""Products with weights of every format, by every library that this machine can run: what they are, and equal bits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aigc.engine.cpu import KERNELS
from aigc.engine.cpu.formats import BF16, FORMATS, Format
from aigc.engine.cpu.library import Narrow, open_library

from .panels import dequantised, random_rows

UNIT = 32  # inputs of a row that share a scale


def natives() -> Iterator[Any]:
    """The kernels of each library that runs here, the widest first."""
    from aigc.engine.cpu.kernels import Kernels

    for name in KERNELS:
        library = open_library(name)
        if library is not None:
            yield Kernels(library, 2)


def made(seed: int, format: Format, columns: int, depth: int, rows: int) -> tuple[Any, Any, Any, Any]:
    """A file's rows, the floats they stand for, activations, and a bias."""
    import torch

    draw = numpy.random.default_rng(seed)
    stored = random_rows(draw, format, columns, depth)
    if not format.whole:  # of every size there is: too large for a sum
        dtype = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}[format.name]
        stored = torch.from_numpy(draw.normal(size=(columns, depth))).to(dtype).view(torch.uint8).numpy()
    x = draw.normal(size=(rows, depth)) * 10.0 ** draw.integers(-2, 2, size=(rows, 1))
    weight = torch.from_numpy(dequantised(format, stored)).double()
    return (
        torch.from_numpy(stored),
        weight,
        torch.from_numpy(x).float(),
        torch.from_numpy(draw.normal(size=columns)).float(),
    )


def rounded(x: Any, narrow: Narrow) -> Any:
    """What the products are of, in 64 bits."""
    import torch

    if narrow is Narrow.WIDE:
        return x.double()
    if narrow is Narrow.BFLOAT16:
        return x.bfloat16().double()
    units = x.view(len(x), -1, UNIT)
    scale = units.abs().amax(dim=2, keepdim=True) / 127
    numbers = torch.where(scale > 0, units / scale, torch.zeros(())).round()
    return (numbers.double() * scale.double()).view(x.shape)


def close(found: Any, x: Any, weight: Any, bias: Any, slack: float) -> bool:
    """Whether products are right, by what their terms add up to without their signs."""
    expected, size = x @ weight.T + bias, x.abs() @ weight.abs().T + bias.abs()
    return bool(((found.double() - expected).abs() <= slack * size + 1e-30).all())


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    columns=st.integers(1, 70),
    blocks=st.integers(1, 5),
    rows=st.integers(1, 27) | st.sampled_from([64, 96, 97, 130]),
)
def test_products_of_every_format(name: str, seed: int, columns: int, blocks: int, rows: int) -> None:
    import torch

    format, libraries = FORMATS[name], list(natives())
    if not libraries:
        pytest.skip("no kernels were built for this machine")
    depth = blocks * max(format.block, UNIT)
    stored, weight, x, bias = made(seed, format, columns, depth, rows)
    kinds = (Narrow.WIDE, Narrow.INT8) if format.whole else (Narrow.WIDE,)
    for narrow in kinds:
        of, before = rounded(x, narrow), None
        for native in libraries:
            panels = native.repack(format, stored)
            found = native.multiply(x, panels, bias, narrow=narrow)
            # a number halfway between two may be rounded to either, a 127th of the largest in 32 apart
            assert close(found, of, weight, bias, 2e-5 if narrow is Narrow.WIDE else 2e-3), (narrow, native.library)
            alone = seed % rows
            one = native.multiply(x[alone : alone + 1].contiguous(), panels, bias, narrow=narrow)
            assert torch.equal(one[0], found[alone]), "a row's numbers depend on its neighbours"
            assert before is None or torch.equal(found, before), "other bits on another processor"
            before = found
            out = torch.ones_like(found)
            assert torch.equal(native.multiply(x, panels, bias, out, narrow=narrow), found + 1)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), columns=st.integers(1, 70), pairs=st.integers(1, 90), rows=st.integers(1, 40))
def test_products_of_bfloat16(seed: int, columns: int, pairs: int, rows: int) -> None:
    import torch

    able = [native for native in natives() if native.library.aigc_bfloat16()]
    if not able:
        pytest.skip("no processor that multiplies bfloat16")
    stored, weight, x, bias = made(seed, BF16, columns, 2 * pairs, rows)
    panels = able[0].repack(BF16, stored)
    found = able[0].multiply(x, panels, bias, narrow=Narrow.BFLOAT16)
    assert close(found, rounded(x, Narrow.BFLOAT16), weight, bias, 2e-5)
    for row in range(rows):
        one = able[0].multiply(x[row : row + 1].contiguous(), panels, bias, narrow=Narrow.BFLOAT16)
        assert torch.equal(one[0], found[row])


@pytest.mark.parametrize("size", [1e-45, 1e-41, 1e-37, 1e-29])
@pytest.mark.parametrize("name", ["Q8_0", "IQ4_NL", "Q4_K"])
def test_next_to_nothing_is_nothing(name: str, size: float) -> None:
    """127 / such a number is none: rounding by it would make every activation the largest."""
    import torch

    libraries = list(natives())
    if not libraries:
        pytest.skip("no kernels were built for this machine")
    stored, weight, x, bias = made(1, FORMATS[name], 20, 512, 1)
    x, bias = x / x.abs().max() * size, torch.zeros_like(bias)
    found = [one.multiply(x, one.repack(FORMATS[name], stored), None, narrow=Narrow.INT8) for one in libraries]
    assert all(torch.equal(one, found[0]) for one in found)
    if size < 1e-30:
        assert not found[0].any()
    else:
        assert close(found[0], rounded(x, Narrow.INT8), weight, bias, 2e-3)
