"""The kernels in C give torch's numbers, and a row's numbers depend on nothing else in the batch, to the bit."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

TEXTS = ("a mug", "a mug with a lid", "28 mg caffeine per cup", "折叠电动自行车", "x")


@pytest.fixture
def native() -> Iterator[Any]:
    import torch

    from aigc.engine.cpu.kernels import kernels

    found = kernels()
    if found is None:
        pytest.skip("no kernels were built for this machine")
    with torch.random.fork_rng(devices=[]), torch.inference_mode():
        torch.manual_seed(0)
        yield found


@pytest.mark.parametrize("rows", [0, 1, 2, 6, 7, 95, 97, 200])
@pytest.mark.parametrize(("columns", "depth"), [(16, 8), (40, 1536), (257, 24)])
def test_products(rows: int, columns: int, depth: int, native: Any) -> None:
    import torch

    x, weight, bias = torch.randn(rows, depth), torch.randn(columns, depth), torch.randn(columns)
    panels = native.pack(weight)
    expected = torch.nn.functional.linear(x.double(), weight.double(), bias.double())
    found = native.multiply(x, panels, bias)
    assert torch.allclose(found.double(), expected, atol=1e-5 * depth)
    assert all(torch.equal(native.multiply(x[r : r + 1].clone(), panels, bias)[0], found[r]) for r in range(rows))
    added = native.multiply(x, panels, bias, torch.ones(rows, columns))
    assert torch.allclose(added, found + 1, atol=1e-5)
    ids = torch.randint(columns, (9,))
    assert torch.equal(native.gather(panels, ids), weight[ids])


def test_norms_and_swish(native: Any) -> None:
    import torch

    from aigc.engine.cpu.program import Program

    x, weight, normed, swished = torch.randn(9, 48) * 40, torch.randn(48), torch.empty(9, 48), torch.empty(9, 24)
    program = Program()
    program.norm(x, weight, normed)
    program.swish(x, swished)
    native.run(program.array, nothing(), 9)
    assert torch.allclose(normed, torch.nn.functional.rms_norm(x, (48,), weight, 1e-5), atol=1e-5)
    expected = torch.nn.functional.silu(x[:, :24]) * x[:, 24:]
    assert torch.allclose(swished, expected, rtol=1e-5, atol=1e-5)


def test_what_is_kept_is_all_that_is_left(native: Any) -> None:
    import torch

    from aigc.engine.cpu.program import Program

    x, weight, out = torch.randn(9, 48), torch.ones(48), torch.zeros(9, 48)
    expected = torch.nn.functional.rms_norm(x[[2, 3, 8]], (48,), weight, 1e-5)
    program = Program()
    program.keep(x)
    program.norm(x, weight, out)
    native.run(program.array, nothing(keep=[2, 3, 8]), 9, 0, 1)
    assert not out.any(), "some of a program is run"
    native.run(program.array, nothing(keep=[0, 1, 2]), 9)
    assert torch.allclose(out[:3], expected, atol=1e-5) and not out[3:].any()


def nothing(keep: Sequence[int] = ()) -> Any:
    """This is a step for operations that look at no span."""
    import torch

    from aigc.engine.cpu.program import AttentionShape, laid_out

    shape = AttentionShape(heads=1, kv_heads=1, dim=16, scale=1, eps=1e-5)
    return laid_out([(0, 0, 0, 0, *[0] * 8)], [], keep, shape, (torch.empty(0), torch.empty(0)), 1)


@pytest.mark.parametrize("width", [5, 64, 259, 1000])
def test_survey(width: int, native: Any) -> None:
    import torch

    x = (torch.randn(7, 1024) * 5)[:, :width]
    x[2, width // 2] = -torch.inf
    peaks, total = native.survey(x)
    padded = torch.nn.functional.pad(x, (0, -width % 64), value=-torch.inf)
    assert torch.equal(peaks, padded.view(7, -1, 64).amax(-1))
    assert torch.allclose(total, torch.logsumexp(x, -1), atol=1e-5)


@pytest.mark.parametrize("width", [5, 64, 259, 5000])
@pytest.mark.parametrize("spread", [0.2, 2, 20])
def test_draw(width: int, spread: float, native: Any) -> None:
    import torch

    from aigc.engine.noise import noise

    x = (torch.randn(40, 6000) * spread)[:, :width]
    x[3, 1:] = -torch.inf  # all but one are banned
    x[4, : width // 2] = -torch.inf
    x[5] = 1.5
    keys = torch.arange(40) * 7919 - 20
    heat = torch.linspace(0.05, 3, 40)
    noisy = (x / heat[:, None]).double() + noise(keys[:, None], torch.arange(width))
    floor = torch.full((40,), -torch.inf)
    assert torch.equal(native.draw(x, keys, heat, floor), noisy.argmax(1))
    floor[::2] = x[::2].amax(1) - 0.1 * spread
    noisy[x < floor[:, None]] = -torch.inf
    assert torch.equal(native.draw(x, keys, heat, floor), noisy.argmax(1))


class Text:
    """One row's keys and values, cut into a prefix and a slot."""

    def __init__(self, seen: int, tokens: int, base: int) -> None:
        self.seen, self.tokens, self.base = seen, tokens, base  # seen before this step, fed in it, of the prefix


def in_blocks(both: Sequence[Any], part: slice) -> list[Any]:
    """These are some tokens' keys and values, as slots have them: keys number by number in blocks of 16 tokens."""
    import torch

    from aigc.engine.cpu.library import KEY_BLOCK

    some = [one[:, :, part] for one in both]
    layers, heads, tokens, dim = some[0].shape
    keys, values = (torch.nn.functional.pad(one, (0, 0, 0, -tokens % KEY_BLOCK), value=torch.nan) for one in some)
    keys = keys.view(layers, heads, -1, KEY_BLOCK, dim).transpose(3, 4).reshape(keys.shape)
    return [keys.contiguous(), values.contiguous()]


def attended(
    native: Any, shape: Any, kept: Sequence[Any], texts: Sequence[Text], x: Any, window: int, shared: Any = None
) -> Any:
    """What the second of two layers attends to, with `kept` (2, kv_heads, tokens, dim) the keys and values of each.

    Of `shared`, which all of them begin like, there is one prefix for all.
    """
    import torch

    from aigc.engine.cpu.program import Program, laid_out

    spans, alive, begin = [], [], 0
    one_for_all = shared and in_blocks([torch.stack([torch.zeros_like(one), one]) for one in shared], slice(None))
    for (keys, values), text in zip(kept, texts, strict=True):
        both = [torch.stack([torch.zeros_like(one), one]) for one in (keys, values)]  # (layers, kv_heads, tokens, dim)
        prefix, slot = (in_blocks(both, slice(*cut)) for cut in ((0, text.base), (text.base, None)))
        prefix = one_for_all or prefix
        alive += [*prefix, *slot]
        places = [
            [part[0].data_ptr(), part[1].data_ptr(), part[0].stride(1), part[0].stride(0)] for part in (prefix, slot)
        ]
        spans.append((begin, text.tokens, text.base, text.seen - text.base, *places[0], *places[1]))
        begin += text.tokens
    out, program = torch.empty(len(x), shape.heads * shape.dim), Program()
    program.attend(x, 1, window, out)
    native.run(program.array, laid_out(spans, [], [], shape, (out, out), native.threads), len(x))
    return out


@pytest.mark.parametrize("window", [0, 5])
@pytest.mark.parametrize("dim", [16, 64, 80, 256])
def test_attention(window: int, dim: int, native: Any) -> None:
    import torch

    from aigc.engine.cpu.program import AttentionShape

    shape = AttentionShape(heads=6, kv_heads=2, dim=dim, scale=dim**-0.5, eps=1e-5)
    draw = random.Random(dim)
    texts = [Text(draw.randrange(1, 150), draw.randrange(1, 20), 0) for _ in range(9)]
    kept = [(torch.randn(2, t.seen + t.tokens, dim), torch.randn(2, t.seen + t.tokens, dim)) for t in texts]
    x = torch.randn(sum(text.tokens for text in texts), 10 * dim)
    found = attended(native, shape, kept, texts, x, window)
    begin = 0
    for (keys, values), text in zip(kept, texts, strict=True):
        here = slice(begin, begin + text.tokens)
        queries = x[here, : 6 * dim].view(-1, 6, dim).transpose(0, 1)
        back = torch.arange(text.seen, text.seen + text.tokens)[:, None] - torch.arange(text.seen + text.tokens)
        seen = (back >= 0) & (back < window) if window else back >= 0
        k, v = keys.repeat_interleave(3, 0), values.repeat_interleave(3, 0)
        expected = torch.nn.functional.scaled_dot_product_attention(queries, k, v, attn_mask=seen, scale=dim**-0.5)
        assert torch.allclose(found[here], expected.transpose(0, 1).reshape(-1, 6 * dim), atol=1e-5)
        begin += text.tokens
    for _ in range(4):  # wherever a text is cut into prefix and slot, and alone, the numbers are the same
        for text in texts:
            text.base = draw.randrange(text.seen + 1)
        assert torch.equal(attended(native, shape, kept, texts, x, window), found)
    first = texts[0].tokens
    assert torch.equal(attended(native, shape, kept[:1], texts[:1], x[:first].clone(), window), found[:first])


def test_rows_see_different_parts_of_one_prefix(native: Any) -> None:
    import torch

    from aigc.engine.cpu.program import AttentionShape

    shape = AttentionShape(heads=6, kv_heads=2, dim=64, scale=0.3, eps=1e-5)
    shared = torch.randn(2, 130, 64), torch.randn(2, 130, 64)
    texts = [Text(base + 3, 1 + base % 4, base) for base in (40, 40, 41, 100, 128, 130, 130, 0)]
    kept = [
        [torch.cat([one[:, : text.base], torch.randn(2, 3 + text.tokens, 64)], 1) for one in shared] for text in texts
    ]
    x = torch.randn(sum(text.tokens for text in texts), 10 * 64)
    for window in (0, 50):
        apart = attended(native, shape, kept, texts, x, window)
        assert torch.equal(attended(native, shape, kept, texts, x, window, shared), apart)


def test_threads_keep_out_of_each_others_memory(native: Any) -> None:
    import torch

    from aigc.engine.cpu.program import AttentionShape

    shape = AttentionShape(heads=16, kv_heads=8, dim=128, scale=0.3, eps=1e-5)
    texts = [Text(100 + 7 * row, 1, 0) for row in range(48)]
    kept = [[torch.randn(8, text.seen + 1, 128) for _ in range(2)] for text in texts]
    x = torch.randn(len(texts), 32 * 128)
    alone = attended(replace(native, threads=1), shape, kept, texts, x, 100)
    for _ in range(30):
        assert torch.equal(attended(replace(native, threads=4), shape, kept, texts, x, 100), alone)


@pytest.mark.parametrize("kind", ["llama", "qwen2", "qwen3", "gemma3"])
def test_a_text_has_the_same_numbers_in_any_company(
    kind: str, native: Any, open_tiny: Callable[..., Any], asking: Any, running: Any
) -> None:
    """Log-probabilities equal to the last bit: alone, in batches, with prefixes shared, copied or not kept at all."""

    def numbers(engine: Any, requests: Sequence[Any]) -> dict[Any, Any]:
        assert engine.network.steady
        return {key: (c.token_ids, [p.logprob for p in c.logprobs]) for key, c in running(engine, requests).items()}

    requests = [
        asking(
            f"{system}{n}", text + " " + text[:n], system="Short lines. " * system, temperature=1.0, seed=n, logprobs=1
        )
        for n, text in enumerate(TEXTS)
        for system in range(3)
    ]
    alone: dict[Any, Any] = {}
    for request in requests:
        alone |= numbers(open_tiny(kind, prefix_cache=False), [request])
    for seed in range(3):
        random.Random(seed).shuffle(requests)
        assert numbers(open_tiny(kind, rows=3 + 7 * seed, prefix_cache=seed < 2), requests) == alone


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
def test_without_kernels_torch_writes_the_same_texts(
    kind: str, open_tiny: Callable[..., Any], asking: Any, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [asking(str(n), text, system="Short lines.", temperature=0.8, seed=n) for n, text in enumerate(TEXTS)]
    expected = {key: c.token_ids for key, c in running(open_tiny(kind), requests).items()}
    for room in ("cpu.decoder", "hf.model"):
        monkeypatch.setattr(f"aigc.engine.{room}.kernels", lambda: None)
    engine = open_tiny(kind)
    assert not engine.network.steady
    assert {key: c.token_ids for key, c in running(engine, requests).items()} == expected
