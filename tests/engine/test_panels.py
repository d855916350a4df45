"""A file's weights laid out in panels stand for the same numbers, all of them, in every format."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aigc.engine.cpu.formats import FORMATS, PANEL

from .panels import dequantised, random_rows, read_panels


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), columns=st.integers(1, 70), blocks=st.integers(1, 5), threads=st.integers(1, 3))
def test_panels_stand_for_the_same_numbers(name: str, seed: int, columns: int, blocks: int, threads: int) -> None:
    import torch

    from aigc.engine.cpu.kernels import kernels

    native = kernels(threads)
    if native is None:
        pytest.skip("no kernels were built for this machine")
    format, draw = FORMATS[name], numpy.random.default_rng(seed)
    depth = blocks * format.block
    rows = random_rows(draw, format, columns, depth)
    panels, expected = native.repack(format, torch.from_numpy(rows)), dequantised(format, rows)
    assert panels.numbers.shape == (-(-columns // PANEL), format.panel_bytes(depth))
    found = read_panels(format, panels.numbers.numpy(), depth)
    assert numpy.array_equal(found[:columns], expected)
    assert not found[columns:].any()
    assert numpy.array_equal(native.gather(panels, torch.arange(columns)).numpy(), expected)
