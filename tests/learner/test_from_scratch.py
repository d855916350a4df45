from __future__ import annotations

import hashlib
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from aigc.engine import EngineOptions, open_engine
from aigc.engine.cpu.decoder import Decoder
from aigc.engine.cpu.kernels import kernels
from aigc.engine.front import load_front
from aigc.engine.scoring import Given, score
from aigc.errors import ModelError, NotFound, UsageError
from aigc.learner.from_scratch import END, LEAST, SIZES, defaults, make_base
from aigc.types import Message, Prompt, Request, SamplingParams

TEXTS = ("The tin kettle sings. The kettle sings again, and the tin lid sings too.\n", "Ein Kessel. 水壶 — ☕\n", "x")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_base(TEXTS, tmp_path_factory.mktemp("base") / "made", size="tiny", vocab=300, context=64)


def digests(folder: Path) -> dict[str, str]:
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in sorted(folder.iterdir())}


def test_the_same_texts_give_the_same_bytes_in_any_process(base: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from aigc.learner.from_scratch import make_base;"
        f"make_base({TEXTS!r}, Path(sys.argv[1]), size='tiny', vocab=300, context=64)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again")], check=True, capture_output=True)
    assert digests(tmp_path / "again") == digests(base)
    assert {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"} <= {*digests(base)}


def test_another_seed_gives_other_weights_and_leaves_the_callers_noise_alone(base: Path, tmp_path: Path) -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    other = digests(make_base(TEXTS, tmp_path / "other", size="tiny", vocab=300, context=64, seed=1))
    assert torch.equal(torch.rand(3), expected)
    assert [name for name, digest in other.items() if digest != digests(base)[name]] == ["model.safetensors"]


def test_the_engine_writes_with_it_by_its_own_kernels(base: Path) -> None:
    engine: Any = open_engine(base, EngineOptions(device="cpu"))
    try:
        assert kernels() is None or isinstance(engine.network, Decoder)
        sampling = SamplingParams(temperature=1.0, max_tokens=8, seed=3)
        prompt = Prompt(messages=(Message(role="user", content="The"),))
        engine.submit(Request(id="a", prompt=prompt, sampling=sampling))
        done = [one for _ in range(20) for one in engine.step()]
    finally:
        engine.close()
    assert [one.finish_reason for one in done] in (["length"], ["stop"])
    assert done[0].usage.sampled > 0


@pytest.mark.parametrize("size", sorted(SIZES))
def test_each_size_suits_the_kernels_and_is_as_large_as_its_table_says(size: str) -> None:
    from transformers import LlamaForCausalLM

    import aigc.learner.from_scratch as module
    from aigc.engine.cpu.formats import fill_panels

    shape = defaults(size)
    dims = {"heads": shape.heads, "kv_heads": shape.heads, "dim": 64, "hidden": shape.width, "inner": shape.inner}
    assert fill_panels(**dims)
    with torch.device("meta"):
        model: LlamaForCausalLM = module._fresh(shape, 2048, 256)
    inside = sum(one.numel() for name, one in model.named_parameters() if "layers" in name)
    assert module.__doc__ is not None
    (row,) = (line.split() for line in module.__doc__.splitlines() if line.split()[:1] == [size])
    counts = [f"{number / 1e6:.1f}" for number in (inside, model.num_parameters())]
    assert row[1:6] == [str(one) for one in (shape.layers, shape.width, shape.heads, shape.inner)] + [counts[0]]
    assert row[7] == counts[1]


def test_a_fresh_model_holds_all_tokens_equally_likely(base: Path) -> None:
    engine: Any = open_engine(base, EngineOptions(device="cpu", dtype="float32"))
    try:
        ids = engine.front.text_ids(TEXTS[0])
        (found,) = score(engine.network, [Given(ids=ids, begin=1)])
    finally:
        engine.close()
    assert -found.total / (len(ids) - 1) == pytest.approx(math.log(engine.front.vocab), abs=0.01)


def test_every_text_can_be_written_and_its_end_is_a_token(base: Path) -> None:
    front = load_front(base)
    assert front.ends == {front.raw.token_to_id(END)}
    for text in (*TEXTS, "Ünseen \x00 bytes\t🫖  and  spaces ", f"no {END} here"):
        assert front.decode(front.text_ids(text)) == text
        assert not front.ends & {*front.text_ids(text)}
    assert LEAST < front.vocab <= 300
    assert len(front.text_ids(TEXTS[0])) < len(TEXTS[0]) / 2


Made = Callable[[Path], object]


@pytest.mark.parametrize(
    ("make", "error", "told"),
    [
        (lambda at: make_base(TEXTS, at, size="smal"), NotFound, "size: there is no 'smal'; did you mean 'small'?"),
        (lambda at: make_base(TEXTS, at, size="tiny", vocab=256), UsageError, "vocab: 256 tokens are too few; "),
        (lambda at: make_base(TEXTS, at, size="tiny", context=1), UsageError, "context: 1 tokens are too few; "),
        (lambda at: make_base([], at, size="tiny"), UsageError, "texts: there is none to learn from"),
        (lambda at: make_base(["", ""], at, size="tiny"), UsageError, "texts: there is none to learn from"),
    ],
)
def test_what_cannot_be_made_is_told_and_leaves_nothing(
    make: Made, error: type[Exception], told: str, tmp_path: Path
) -> None:
    with pytest.raises(error) as caught:
        make(tmp_path / "new")
    assert str(caught.value).startswith(told)
    assert not (tmp_path / "new").exists()


def test_what_stands_in_a_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ModelError, match="something stands there already"):
        make_base(TEXTS, tmp_path, size="tiny")
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]
