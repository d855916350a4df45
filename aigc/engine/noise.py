"""This is the noise that decides a draw: a pure function of key and token, the same on every device."""

from __future__ import annotations

import torch

_MASK64 = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
LARGEST_NOISE = 17.4  # -log(-log(1 - 2^-25)) = 17.33


def stream_key(seed: int, index: int) -> int:
    """Name the noise stream of one candidate by a number."""
    return _mix(_mix(seed & _MASK64) ^ _mix((index + 1) * GOLDEN & _MASK64))


def noise_key(stream: int, position: int) -> int:
    """Return a key, as int64, for one position of a stream."""
    return signed(_mix(stream + position * GOLDEN & _MASK64))


def noise(keys: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """Return Gumbel noise in float64, a pure function of (key, token)."""
    bits = _mix_tensor(keys + tokens * signed(GOLDEN))
    uniform = ((bits >> 40 & 0xFFFFFF).double() + 0.5) / (1 << 24)
    return -torch.log(-torch.log(uniform))


def _mix(value: int) -> int:
    """Mix the bits of a number, with splitmix64's increment and finaliser."""
    value = (value + GOLDEN) & _MASK64
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK64
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK64
    return value ^ (value >> 31)


def _mix_tensor(value: torch.Tensor) -> torch.Tensor:
    """Mix bits as `_mix` does, without its increment, on int64: products wrap, and a mask makes shifts logical."""
    value = (value ^ (value >> 30 & (1 << 34) - 1)) * signed(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> 27 & (1 << 37) - 1)) * signed(0x94D049BB133111EB)
    return value ^ (value >> 31 & (1 << 33) - 1)


def signed(value: int) -> int:
    """Return the int64 that has the bits of this unsigned number."""
    return value - (1 << 64) if value >> 63 else value
