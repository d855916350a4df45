"""This is the noise that decides a draw: a pure function of key and token, the same on every device."""

from __future__ import annotations

import torch

_MASK64 = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
LARGEST_NOISE = 17.4  # -log(-log(1 - 2^-25)) = 17.33


def stream_key(seed: int, index: int) -> int:
    """This names the noise stream of one candidate."""
    return _mix(_mix(seed & _MASK64) ^ _mix((index + 1) * GOLDEN & _MASK64))


def noise_key(stream: int, position: int) -> int:
    """This is a key, as int64, for one position of a stream."""
    return signed(_mix(stream + position * GOLDEN & _MASK64))


def noise(keys: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """This is Gumbel noise in float64, a pure function of (key, token)."""
    bits = _mix_tensor(keys + tokens * signed(GOLDEN))
    uniform = ((bits >> 40 & 0xFFFFFF).double() + 0.5) / (1 << 24)
    return -torch.log(-torch.log(uniform))


def _mix(value: int) -> int:
    """This is the finaliser of splitmix64."""
    value = (value + GOLDEN) & _MASK64
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK64
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK64
    return value ^ (value >> 31)


def _mix_tensor(value: torch.Tensor) -> torch.Tensor:
    """This is `_mix` without its increment, on int64: products wrap, and shifts are made logical by a mask."""
    value = (value ^ (value >> 30 & (1 << 34) - 1)) * signed(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> 27 & (1 << 37) - 1)) * signed(0x94D049BB133111EB)
    return value ^ (value >> 31 & (1 << 33) - 1)


def signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value
