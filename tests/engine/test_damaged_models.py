"""Folders and files that are damaged, or made to do harm: each is refused in one sentence before a kernel reads it."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest

from aigc.engine import EngineOptions, convert_gguf
from aigc.errors import ModelError

from .gguf_files import write_gguf

TinyFolder = Callable[..., Path]
EMBEDDING, QUERIES = "model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight"
NORM, VALUES = "model.norm.weight", "model.layers.1.self_attn.v_proj.weight"
FILLER = 32  # bytes of an empty array in the metadata
ARRAY, TEXT = 9, 8  # types of metadata, as the others in NUMBERS
NUMBERS = {"uint32": (4, "<I"), "int32": (5, "<i"), "float32": (6, "<f"), "uint64": (10, "<Q")}


@pytest.fixture(autouse=True)
def _native() -> None:
    from aigc.engine.cpu.kernels import kernels

    if kernels() is None:
        pytest.skip("no kernels were built for this machine")


@pytest.fixture(scope="module")
def panels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("panels")
    convert_gguf(write_gguf(place / "tiny.gguf", "qwen2", lambda number, name: "Q4_K", tied=False), place / "made")
    return place / "made"


def refused(folder: Path) -> str:
    """What opening it says, and a folder of panels with its remedy."""
    from aigc.engine.cpu.decoder import open_decoder

    with pytest.raises(ModelError) as caught:
        open_decoder(folder, EngineOptions(device="cpu"))
    message = str(caught.value)
    assert message.startswith(f"{folder}: ") and "\n" not in message
    if (folder / "panels.aigc").is_file():
        remedy = f"; remove the folder {str(folder)!r}: the model is then converted again from its GGUF"
        assert message.endswith(remedy)
        message = message.removesuffix(remedy)
    return message.removeprefix(f"{folder}: ")


def with_config(folder: Path, place: Path, **config: Any) -> Path:
    shutil.copytree(folder, place)
    written = json.loads((place / "config.json").read_text())
    (place / "config.json").write_text(json.dumps(written | config))
    return place


def with_header(folder: Path, place: Path, change: Callable[[dict[str, Any], dict[str, Any]], Any] | bytes) -> Path:
    """The folder with another header before the same bytes; `change` is given the header, and weights by name."""
    shutil.copytree(folder, place)
    whole = (place / "panels.aigc").read_bytes()
    length = int.from_bytes(whole[:8], "little")
    if isinstance(change, bytes):
        text = change
    else:
        header = json.loads(whole[8 : 8 + length])
        weights = json.loads(header["__metadata__"]["weights"])
        change(header, weights)
        if isinstance(header["__metadata__"], dict) and "weights" in header["__metadata__"]:
            header["__metadata__"]["weights"] = json.dumps(weights)
        text = json.dumps(header, separators=(",", ":")).encode()
    assert len(text) <= length
    (place / "panels.aigc").write_bytes(whole[:8] + text.ljust(length) + whole[8 + length :])
    return place


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"hidden_size": 512}, f"{EMBEDDING}: its shape is (272, 256), by config.json (272, 512)"),
        ({"intermediate_size": 256}, "mlp.gate_proj.weight: its shape is (512, 256), by config.json (256, 256)"),
        ({"num_attention_heads": 8}, f"{QUERIES}: its shape is (256, 256), by config.json (512, 256)"),
        ({"num_key_value_heads": 4}, "k_proj.weight: its shape is (128, 256), by config.json (256, 256)"),
        ({"num_key_value_heads": 3}, "4 heads cannot share 3 of keys and values"),
        ({"head_dim": 128}, f"{QUERIES}: its shape is (256, 256), by config.json (512, 256)"),
        ({"vocab_size": 10}, f"{EMBEDDING}: its shape is (272, 256), by config.json (10, 256)"),
        ({"num_hidden_layers": 3}, "model.layers.2.self_attn.q_proj.weight: this tensor is missing"),
        ({"num_hidden_layers": 1}, "model.layers.1.input_layernorm.weight: config.json knows of no such tensor"),
        ({"num_hidden_layers": "x"}, "config.json: num_hidden_layers: 'x': Input should be a valid integer"),
        ({"hidden_size": 0}, "config.json: hidden_size: 0: Input should be greater than 0"),
        ({"layer_types": ["full_attention"]}, "1 kinds of layers for 2"),
        ({"model_type": "gemma3_text", "num_hidden_layers": "x"}, "not a Gemma 3's"),
        ({"model_type": "mamba"}, "config.json: model_type: 'mamba'"),
        ({"eos_token_id": "x"}, "config.json: eos_token_id"),
    ],
    ids=str,
)
def test_a_config_that_does_not_agree_with_its_panels(
    config: dict[str, Any], message: str, panels: Path, tmp_path: Path
) -> None:
    assert message in refused(with_config(panels, tmp_path / "made", **config))


def test_files_that_are_no_config(panels: Path, tmp_path: Path) -> None:
    for number, (name, text) in enumerate(
        [("config.json", "[]"), ("config.json", "[" * 100_000), ("generation_config.json", '{"eos_token_id": "x"}')]
    ):
        folder = with_config(panels, tmp_path / str(number))
        (folder / name).write_text(text)
        assert refused(folder).startswith(name)


def entry(name: str, place: int, value: Any) -> Callable[[Any, Any], None]:
    return lambda header, weights: weights[name].__setitem__(place, value)


def shifted(header: Any, weights: Any) -> None:
    begin, end = header[NORM]["data_offsets"]
    header[NORM]["data_offsets"] = [begin - 1, end - 1]


HEADERS: list[tuple[Callable[[Any, Any], Any] | bytes, str]] = [
    (entry(QUERIES, 1, 4096), f"{QUERIES}: it is U8 (16, 2368), and should be U8 (256, 2368)"),
    (entry(QUERIES, 1, 250), f"{QUERIES}: its shape is (250, 256), by config.json (256, 256)"),
    (entry(QUERIES, 2, 512), f"{QUERIES}: it is U8 (16, 2368), and should be U8 (16, 4736)"),
    (entry(QUERIES, 2, 128), "no weight has the shape (256, 128) in Q4_K"),
    (entry(QUERIES, 1, 0), "no weight has the shape (0, 256) in Q4_K"),
    (entry(QUERIES, 1, -16), "no weight has the shape (-16, 256) in Q4_K"),
    (entry(QUERIES, 1, "x"), f"{QUERIES}: no weight"),
    (entry(QUERIES, 0, "Q9"), f"{QUERIES}: no weight"),
    (entry(QUERIES, 0, ["Q9"]), f"{QUERIES}: no weight"),
    (entry(QUERIES, 0, "Q8_0"), f"{QUERIES}: it is U8 (16, 2368), and should be U8 (16, "),
    (lambda header, weights: weights.update({QUERIES: [1]}), f"{QUERIES}: no weight"),
    (lambda header, weights: weights.pop(QUERIES), f"{QUERIES}: it is U8 (16, 2368), and should be F32"),
    (lambda header, weights: header.pop(QUERIES), f"{QUERIES}: this weight is missing"),
    (lambda header, weights: (header.pop(QUERIES), weights.pop(QUERIES)), f"{QUERIES}: this tensor is missing"),
    (lambda header, weights: header[NORM].update(shape=[1], data_offsets=[0, 4]), f"{NORM}: its shape is (1,)"),
    (lambda header, weights: header[NORM].update(dtype="I32"), f"{NORM}: it is I32"),
    (shifted, f"{NORM}: its bytes begin between two floats"),
    (lambda header, weights: header.update({VALUES[:-6] + "bias": header[NORM]}), "its shape is (256,), by config"),
    (lambda header, weights: header["__metadata__"].pop("weights"), "panels.aigc: weights: not JSON"),
    (lambda header, weights: header.update(__metadata__="x"), "panels.aigc: its metadata are no texts"),
    (b"[]", "panels.aigc: no mapping"),
    (b"[" * 3000, "panels.aigc: not JSON"),
]


@pytest.mark.parametrize(("change", "message"), HEADERS, ids=[message for _, message in HEADERS])
def test_a_header_that_does_not_fit_its_panels(
    change: Callable[[Any, Any], Any] | bytes, message: str, panels: Path, tmp_path: Path
) -> None:
    assert message in refused(with_header(panels, tmp_path / "made", change))


@pytest.mark.parametrize(
    "tensor",
    [
        *({"dtype": "F32", "shape": shape, "data_offsets": [0, 4]} for shape in ([float("inf")], ["1"], [-1, -1], 1)),
        *({"dtype": "F32", "shape": [1], "data_offsets": offsets} for offsets in ([0, 4, 8], ["0", "4"], [4, 0], 4)),
        *({"dtype": dtype, "shape": [1], "data_offsets": [0, 4]} for dtype in (["F32"], None, 4)),
        *([], "x", None, 4),
    ],
    ids=str,
)
def test_a_header_is_read_or_a_value_error(tensor: Any, tmp_path: Path) -> None:
    from aigc.engine.tensor_headers import read_header

    text = json.dumps({"a": tensor}).encode()
    (tmp_path / "x.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + bytes(16))
    with pytest.raises(ValueError, match=r"x\.safetensors: a: (no tensor|does not fit the file)"):
        read_header(tmp_path / "x.safetensors")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"hidden_size": 64}, f"{EMBEDDING}: its shape is (272, 32), by config.json (272, 64)"),
        ({"num_attention_heads": 8}, f"{QUERIES}: its shape is (64, 32), by config.json (128, 32)"),
        ({"vocab_size": 16}, f"{EMBEDDING}: its shape is (272, 32), by config.json (16, 32)"),
    ],
    ids=str,
)
def test_a_config_that_does_not_agree_with_safetensors(
    config: dict[str, Any], message: str, tiny_folder: TinyFolder, tmp_path: Path
) -> None:
    assert refused(with_config(tiny_folder("llama"), tmp_path / "x", **config)) == message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"lm_head.weight": None},
            "lm_head.weight: this tensor is missing, and by config.json it is not the embedding's",
        ),
        ({QUERIES: "I32"}, f"{QUERIES}: its numbers are I32, and weights are floats"),
        ({NORM: "I32"}, f"{NORM}: its numbers are I32, and weights are floats"),
    ],
    ids=str,
)
def test_weights_that_are_gone_or_no_floats(
    change: dict[str, str | None], message: str, tiny_folder: TinyFolder, tmp_path: Path
) -> None:
    shutil.copytree(tiny_folder("llama"), tmp_path / "x")
    whole = (file := tmp_path / "x" / "model.safetensors").read_bytes()
    length = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8 : 8 + length])
    for name, dtype in change.items():
        tensor = header.pop(name)
        header |= {name: tensor | {"dtype": dtype}} if dtype else {}
    text = json.dumps(header).encode()
    file.write_bytes(len(text).to_bytes(8, "little") + text + whole[8 + length :])
    assert refused(tmp_path / "x") == message


def value_of(value: Any) -> bytes:
    """A value as a GGUF has it, its type first; a tuple is a number of a certain kind."""
    if isinstance(value, str):
        return struct.pack("<IQ", TEXT, len(value)) + value.encode()
    if isinstance(value, list):
        return struct.pack(f"<IIQ{len(value)}I", ARRAY, 4, len(value), *value)
    kind, number = value
    code, form = NUMBERS[kind]
    return struct.pack("<I", code) + struct.pack(form, number)


def with_metadata(gguf: Path, key: str, value: bytes) -> Path:
    """The file with one value more, which, being last, takes the place of one of the same key."""
    from aigc.engine.gguf.gguf_file import read_gguf

    whole, end = gguf.read_bytes(), read_gguf(gguf).metadata_end
    more = struct.pack("<Q", len(key)) + key.encode() + value
    room = -(len(more) + FILLER) % 32  # tensors stay where multiples of 32 bytes begin
    filler = struct.pack("<Q", 8) + b"x.filler" + struct.pack("<IIQ", ARRAY, 0, room) + bytes(room)
    pairs = struct.pack("<Q", int.from_bytes(whole[16:24], "little") + 2)
    gguf.write_bytes(whole[:16] + pairs + whole[24:end] + filler + more + whole[end:])
    return gguf


def convert_refused(gguf: Path) -> str:
    """What `models show`, which reads the header alone, or converting it says."""
    from aigc.engine.memory import memory_of

    with pytest.raises(ModelError) as caught:
        memory_of(gguf, EngineOptions(device="cpu"))
        convert_gguf(gguf, gguf.parent / "out")
    message = str(caught.value)
    assert message.startswith(f"{gguf}: ") and "\n" not in message
    assert not (gguf.parent / "out").exists()
    return message.removeprefix(f"{gguf}: ")


NAN, INFINITE = ("float32", float("nan")), ("float32", float("inf"))
WHOLE = [("uint32", 0), ("int32", -1), NAN, "abc", [4, 4], []]
ODD: dict[str, list[Any]] = {
    "general.alignment": [("uint32", 0), [32], INFINITE, "abc"],
    "split.count": ["3", [3]],
    "general.architecture": [("uint32", 5), [5]],
    **{f"llama.{key}": WHOLE for key in ("embedding_length", "block_count", "context_length", "attention.key_length")},
    "llama.attention.head_count": [("uint32", 0), NAN, "abc", []],
    "llama.attention.head_count_kv": [("uint32", 0), ("uint32", 3), NAN, "abc", []],
    "llama.attention.layer_norm_rms_epsilon": ["abc", [1], NAN, ("float32", -1.0)],
    "llama.rope.freq_base": ["abc", [1], [], ("float32", 0.0), ("float32", 1.0), NAN],
    "llama.rope.scaling.type": [("uint32", 4), [4]],
    **{
        f"tokenizer.ggml.{name}_token_id": [("int32", -1), ("uint32", 272), ("uint32", 0xFFFF_FFFF), "x", [4, 4]]
        for name in ("bos", "eos", "eot", "padding")
    },
}


@pytest.mark.parametrize(("key", "value"), [(key, one) for key, many in ODD.items() for one in many], ids=str)
def test_metadata_of_another_kind_is_named(key: str, value: Any, tmp_path: Path) -> None:
    message = convert_refused(with_metadata(write_gguf(tmp_path / "tiny.gguf", "llama"), key, value_of(value)))
    assert key in message or "which family it is of" in message or "cannot share" in message


@pytest.mark.parametrize("value", [("uint32", 0), "x", [1], []], ids=str)
def test_a_gemmas_pattern_of_another_kind(value: Any, tmp_path: Path) -> None:
    gguf, key = write_gguf(tmp_path / "tiny.gguf", "gemma3"), "gemma3.attention.sliding_window_pattern"
    assert key in convert_refused(with_metadata(gguf, key, value_of(value)))


def test_more_layers_than_tensors(tmp_path: Path) -> None:
    gguf = write_gguf(tmp_path / "tiny.gguf", "llama", metadata={"block_count": 0xFFFF_FFFF})
    assert "llama.block_count: 4294967295, but there are 20 tensors" in convert_refused(gguf)


def test_a_factor_that_is_no_number(tmp_path: Path) -> None:
    stretched = {"rope.scaling.type": "linear", "rope.scaling.factor": "x"}
    gguf = write_gguf(tmp_path / "tiny.gguf", "llama", metadata=stretched)
    assert "llama.rope.scaling.factor: 'x', where the metadata should have a number" in convert_refused(gguf)


@pytest.mark.parametrize(
    "factors",
    [
        numpy.zeros(32, dtype=numpy.float32),
        numpy.full(32, numpy.inf, dtype=numpy.float32),
        numpy.ones(32, dtype=numpy.float16),
        numpy.ones(31, dtype=numpy.float32),
    ],
    ids=["zero", "infinite", "half", "short"],
)
def test_stretched_positions_of_another_kind(factors: Any, tmp_path: Path) -> None:
    gguf = write_gguf(tmp_path / "tiny.gguf", "llama", more={"rope_freqs.weight": factors})
    assert convert_refused(gguf).startswith("rope_freqs.weight: ")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (struct.pack("<IIQQ", ARRAY, TEXT, 2, (1 << 63) - 200), "it is cut or damaged"),
        (struct.pack("<IIQQ", ARRAY, TEXT, 2, (1 << 64) - 1), "it is cut or damaged"),
        (struct.pack("<IQ", TEXT, (1 << 64) - 1), "it is cut or damaged"),
        (struct.pack("<I", ARRAY) + struct.pack("<IQ", ARRAY, 1) * 5000 + struct.pack("<IQ", 4, 0), "arrays in arrays"),
    ],
    ids=["long", "longest", "text", "deep"],
)
def test_metadata_that_do_not_end(value: bytes, message: str, tmp_path: Path) -> None:
    gguf = with_metadata(write_gguf(tmp_path / "tiny.gguf", "llama"), "x.y", value)
    assert message in convert_refused(gguf)


@pytest.mark.parametrize(
    ("rank", "dims", "kind", "message"),
    [
        (0, (), 0, "'token_embd.weight' has 0 dimensions"),
        (5, (1,) * 5, 0, "'token_embd.weight' has 5 dimensions"),
        (2, (256, 0), 0, "'token_embd.weight' has the shape (0, 256)"),
        (2, (200, 1), 12, "'token_embd.weight' has the shape (1, 200), which are no whole blocks of Q4_K"),
        (2, (256, 1), 99, "'token_embd.weight' has numbers of type 99, which nobody here knows"),
        (2, (256, 1), 24, "token_embd.weight: nobody reads weights of type I8"),
    ],
    ids=str,
)
def test_tensors_that_nobody_reads(
    rank: int, dims: tuple[int, ...], kind: int, message: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """They are refused before a warning says that they become floats."""
    name, family = b"token_embd.weight", b"phi3"
    header = b"GGUF" + struct.pack("<IQQ", 3, 1, 1)
    header += struct.pack("<Q", 20) + b"general.architecture" + struct.pack("<IQ", TEXT, len(family)) + family
    header += struct.pack(f"<Q{len(name)}sI{rank}QIQ", len(name), name, rank, *dims, kind, 0)
    (tmp_path / "tiny.gguf").write_bytes(header + bytes(4096))
    assert message in convert_refused(tmp_path / "tiny.gguf")
    assert not caplog.text


@pytest.mark.parametrize("source", ["{% for x in range(10**9) %}{% endfor %}", "{{ 1 // 0 }}", "{{ messages + 1 }}"])
def test_a_chat_template_that_fails_refuses_the_prompt(source: str, tiny_folder: TinyFolder, tmp_path: Path) -> None:
    from aigc.engine.front import load_front
    from aigc.errors import EngineError
    from aigc.types import Message, Prompt

    folder = with_config(tiny_folder("llama"), tmp_path / "x")
    (folder / "chat_template.jinja").write_text(source)
    with pytest.raises(EngineError, match="the model's chat template refuses this prompt"):
        load_front(folder).encode(Prompt(messages=(Message(role="user", content="Hi"),)))
