"""Whatever shares the batch, each text is the one `model.generate` writes alone: random batches for every family."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from aigc.types import Request

from .conftest import FAMILIES, MANY_ENDS, VARIANTS

WORDS = ["mug", "lid", "boots", "kids", "折叠", "電", "caffeine", "28", "per", "cup", "soft", "warm", "line"]
LONGEST = 48  # tokens, of one text of each family: it outgrows its first slot
SEEDS = {  # of random batches: 31 to 42 requests of each family, with much to share
    "gpt2": "gpt2 271",
    "llama": "llama 364",
    "mistral": "llama 364",
    "qwen2": "qwen2 120",
    "qwen3": "qwen3 395",
    "gemma3": "gemma3 395",
}

Alone: TypeAlias = Callable[[str, str, Request], tuple[tuple[int, ...], int | None]]


@pytest.fixture(scope="module")
def alone(tiny_folder: Any) -> Alone:
    """What `model.generate` writes greedily for one request alone, and the token that ended it, if one did.

    The model is transformers' own, loaded apart from the engine's.
    """
    import torch
    import transformers

    from aigc.engine.front import load_front

    models: dict[Any, tuple[Any, Any]] = {}
    seen: dict[Any, list[int]] = {}

    def generate(kind: str, variant: str, request: Request) -> tuple[tuple[int, ...], int | None]:
        if (kind, variant) not in models:
            folder = tiny_folder(kind, True, variant)
            loaded = transformers.AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager")
            models[kind, variant] = loaded.eval(), load_front(folder)
        model, front = models[kind, variant]
        asked = (kind, variant, request.prompt, request.sampling.max_tokens)
        if asked not in seen:
            ids = torch.tensor([front.encode(request.prompt)])
            padding = list(range(front.vocab, model.config.vocab_size))
            out = model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                max_new_tokens=request.sampling.max_tokens,
                do_sample=False,
                suppress_tokens=padding,
            )
            seen[asked] = out[0, ids.shape[1] :].tolist()
        written = seen[asked]
        if written[-1] in model.generation_config.eos_token_id:
            return tuple(written[:-1]), written[-1]
        return tuple(written), None

    return generate


def words(draw: random.Random, least: int, most: int) -> str:
    return " ".join(draw.choice(WORDS) for _ in range(draw.randint(least, most)))


def random_batch(draw: random.Random, asking: Any) -> list[Request]:
    """Prompts in trees: groups that share a system text, products in them that share a name, lines of their own.

    Some prompts are the same as another one, some go on where another ends, and some have no chat template.
    """
    requests: list[Request] = []
    for group in range(draw.randint(1, 3)):
        system = words(draw, *draw.choice([(0, 0), (2, 5), (12, 20)]))
        products = [words(draw, 1, 8) for _ in range(draw.randint(1, 3))]
        chat = draw.random() < 0.7
        for number in range(draw.randint(1, 5)):
            text = f"{draw.choice(products)} {words(draw, 0, 5)}"
            request = asking(f"{group}-{number}", text, system=system, max_tokens=draw.randint(1, 12))
            requests.append(replace(request, prompt=replace(request.prompt, chat=chat)))
    for number, twin in enumerate(draw.sample(requests, min(2, len(requests)))):
        requests.append(replace(twin, id=f"twin-{number}"))
    draw.shuffle(requests)
    return requests


def write(engine: Any, requests: list[Request], draw: random.Random) -> dict[str, Any]:
    """All at once, or some while others are being written."""
    left, done = list(requests), {}
    at_once = draw.random() < 0.3
    while left or engine.busy:
        most = len(left) if at_once else min(len(left), draw.randint(0 if engine.busy else 1, 5))
        for _ in range(most):
            engine.submit(left.pop())
        for _ in range(draw.randint(1, 3)):
            for completion in engine.step():
                assert completion.request_id not in done
                done[completion.request_id] = completion
            engine.check_integrity()
    return done


def compare(kind: str, variant: str, requests: list[Request], done: dict[str, Any], alone: Alone) -> set[int | None]:
    """Every text is the expected one; it gives the tokens that ended them."""
    endings = set()
    assert set(done) == {request.id for request in requests}
    for request in requests:
        expected, end = alone(kind, variant, request)
        found = done[request.id]
        assert found.token_ids == expected, request
        assert found.finish_reason == ("length" if end is None else "stop"), request
        endings.add(end)
    return endings


@pytest.mark.parametrize("prefix_cache", [True, False])
@pytest.mark.parametrize("kind", FAMILIES)
def test_random_batches_equal_generate(
    kind: str, prefix_cache: bool, open_tiny: Any, asking: Any, alone: Alone, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same batches with and without prefixes, so that each is generated once; by these seeds there is much to share.
    # All are drawn before anything is written: how many steps a text takes must not say what is asked next.
    seed = SEEDS[kind]
    draw = random.Random(seed)
    batches = [(rows, draw.choice([24, 100, 1024]), random_batch(draw, asking)) for rows in (1, 5, 40)]
    shares, kept = set(), 0
    for rows, step_tokens, requests in batches:
        engine = open_tiny(kind, prefix_cache=prefix_cache, rows=rows)
        monkeypatch.setattr("aigc.engine.loop.STEP_TOKENS", step_tokens)
        arrivals = random.Random(f"{seed} {rows}")
        if rows == 5:
            longer = replace(requests[0].sampling, max_tokens=LONGEST)
            requests[0] = replace(requests[0], sampling=longer)
        done = write(engine, requests, arrivals)
        compare(kind, "", requests, done, alone)
        again = [replace(request, id=f"again-{request.id}") for request in requests[:4]]
        compare(kind, "", again, write(engine, again, arrivals), alone)  # warm
        shares |= {completion.usage.cached for completion in done.values()}
        kept += len(engine.loop.prefixes.kept)
    assert (len(shares) > 4 and kept > 4) if prefix_cache else (shares == {0} and not kept)


def padding_wins(engine: Any, request: Request) -> bool:
    """The model likes tokens best that do not exist, at most places of a prompt."""
    import torch

    from aigc.engine.reference import Reference

    ids = torch.tensor([engine.front.encode(request.prompt)])
    with torch.inference_mode():
        likeliest = Reference(engine, engine.folder).model(ids).logits[0].argmax(-1)
    return float((likeliest >= engine.vocab).float().mean()) > 0.7


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", FAMILIES)
def test_random_batches_of_a_variant_equal_generate(
    kind: str, variant: str, open_tiny: Any, asking: Any, alone: Alone
) -> None:
    engine = open_tiny(kind, variant=variant, rows=8)
    draw = random.Random(f"{kind} {variant}")
    requests = random_batch(draw, asking) + [asking(f"more-{n}", words(draw, 1, 9), max_tokens=14) for n in range(4)]
    endings = compare(kind, variant, requests, write(engine, requests, draw), alone)
    assert engine.vocab == 259 < engine.network.vocab
    if variant == "tied":
        plain = open_tiny(kind, rows=8)
        done, untied = write(engine, requests[:3], draw), write(plain, requests[:3], draw)
        assert any(done[name].token_ids != untied[name].token_ids for name in done)
    if variant == "padded":
        assert padding_wins(engine, requests[0]), "nothing would be written differently without the bound"
    if variant == "ends":
        assert set(MANY_ENDS) <= engine.ends
        assert len(endings - {None}) >= 3, "hardly any text came to an end token"
