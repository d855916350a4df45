"""Ids as the engine makes them: prompt, answer, end, nothing after, nothing cut."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigc.engine.text_ends import configured_ends, text_ends
from aigc.learner.target import Target
from aigc.training.encoding import context_length, encode, encode_account, end_token, windows
from aigc.training.sample import Account, Sample
from aigc.types import Message, Prompt

Folders = Callable[..., Path]
TURN_END, TEXT_END = 258, 256  # of the tiny models
ASKED = Prompt(messages=(Message(role="system", content="S"), Message(role="user", content="Say A")))


def sample(answer: str = "A", prompt: Prompt | None = ASKED, **more: Any) -> Sample:
    return Sample(where=str(more.pop("where", "row")), prompt=prompt, answer=answer, group="g", **more)


def front_of(folder: Path) -> Any:
    from aigc.engine.front import load_front

    return load_front(folder)


def test_a_prompt_is_encoded_as_the_engine_does_and_ends_as_its_template_ends_a_turn(tiny_folders: Folders) -> None:
    folder = tiny_folders("llama")
    front = front_of(folder)
    ((target,), left) = encode([sample("Has <|im_end|> in it")], front, folder)
    prompt = front.encode(ASKED)
    assert not left and target.begin == len(prompt) and list(target.ids[: target.begin]) == prompt
    assert target.ids[target.begin :] == (*front.text_ids("Has <|im_end|> in it"), TURN_END)
    assert TURN_END not in target.ids[target.begin : -1], "what looks like a control token is text"


@pytest.mark.parametrize("answer", ["A", "Ends one-handed.", '{"title":"A"}'])
def test_it_is_what_the_template_makes_of_the_whole_conversation(tiny_folders: Folders, answer: str) -> None:
    folder = tiny_folders("llama")
    front = front_of(folder)
    ((target,), _) = encode([sample(answer)], front, folder)
    whole = front.encode(Prompt(messages=(*ASKED.messages, Message(role="assistant", content=answer))))
    assert tuple(whole[: len(target.ids)]) == target.ids


@pytest.mark.model
def test_so_it_is_of_the_default_model(real_model_folder: Path) -> None:
    front = front_of(real_model_folder)
    ((target,), _) = encode([sample("Opens one-handed.")], front, real_model_folder)
    whole = front.encode(Prompt(messages=(*ASKED.messages, Message(role="assistant", content="Opens one-handed."))))
    assert (
        tuple(whole[: len(target.ids)]) == target.ids
        and front.decode(target.ids[target.begin :]) == "Opens one-handed."
    )
    assert target.ids[-1] == front.special["<|im_end|>"]


def test_plain_prompts_and_models_without_turns_end_as_texts_do(tiny_folders: Folders) -> None:
    for folder, prompt in (
        (tiny_folders("llama"), replace(ASKED, chat=False)),
        (tiny_folders("gpt2", chat=False), ASKED),
    ):
        ((target,), _) = encode([sample(prompt=prompt)], front_of(folder), folder)
        assert target.ids[-1] == TEXT_END and bytes(target.ids[:-1]).decode() == "S\n\nSay AA"


def test_the_end_is_one_at_which_the_engine_stops(tiny_folders: Folders, tmp_path: Path) -> None:
    from aigc.engine import EngineOptions, open_engine

    folder = tiny_folders("llama")
    with_closing = open_engine(folder, EngineOptions())
    try:
        assert set(text_ends(front_of(folder), configured_ends(folder))) == with_closing.ends
    finally:
        with_closing.close()
    other = shutil.copytree(folder, tmp_path / "other")
    bare = "{% for m in messages %}<|im_start|>{{ m.content }}\n{% endfor %}<|im_start|>"
    (other / "chat_template.jinja").write_text(bare, encoding="utf-8")
    assert end_token(front_of(other), other, chat=True) == TEXT_END, "the next turn's beginning ends nothing"


def test_a_model_without_an_end_can_learn_none(tiny_folders: Folders, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_folders("gpt2", chat=False), tmp_path / "endless")
    for name in ("config.json", "generation_config.json", "tokenizer_config.json"):
        words = json.loads((folder / name).read_text(encoding="utf-8"))
        words = {key: value for key, value in words.items() if not key.startswith("eos_token")}
        (folder / name).write_text(json.dumps(words), encoding="utf-8")
    targets, left = encode([sample(), sample(prompt=None)], front_of(folder), folder)
    assert not targets and [one.reason for one in left] == ["has no end"] * 2


def test_a_row_that_is_too_long_is_left_out_and_never_cut(tiny_folders: Folders) -> None:
    folder = tiny_folders("gpt2", chat=False)
    front, prompt = front_of(folder), Prompt(messages=(Message(role="user", content="x" * 400),))
    fits, over = sample("y" * 111, prompt), sample("y" * 112, prompt, where="over")
    worse = sample("y", prompt, rejected="z" * 112, where="worse")
    targets, left = encode([over, fits, worse], front, folder)
    assert context_length(folder) == 512 and [(len(one.ids), one.row) for one in targets] == [(512, 1)]
    assert {(one.where, one.reason, one.told) for one in left} == {
        ("over", "too long", "has 513 tokens, and 512 is the most"),
        ("worse", "too long", "has 513 tokens, and 512 is the most"),
    }
    assert encode([fits], front, folder, context=300)[1][0].told == "has 512 tokens, and 300 is the most"


def test_a_pair_shares_its_prompt_and_both_answers_end(tiny_folders: Folders) -> None:
    folder = tiny_folders("llama")
    ((target,), _) = encode([sample("A", rejected="B")], front_of(folder), folder)
    assert target.ids[: target.begin] == target.rejected[: target.begin]
    assert (target.ids[target.begin :], target.rejected[target.begin :]) == ((65, TURN_END), (66, TURN_END))
    ((target,), _) = encode([sample("A", good=False)], front_of(folder), folder)
    assert target.good is False and target.rejected == ()


def test_a_text_becomes_windows_of_which_the_last_ends(tiny_folders: Folders) -> None:
    folder = tiny_folders("gpt2", chat=False)
    targets, _ = encode([sample("abcdefghij", None)], front_of(folder), folder, window=4)
    assert [bytes(one.ids[:4] if one is not targets[-1] else one.ids[:-1]).decode() for one in targets] == [
        "abcd",
        "defg",
        "ghij",
        "j",
    ]
    assert targets[-1].ids[-1] == TEXT_END and {one.begin for one in targets} == {1}


@given(room=st.integers(2, 9), count=st.integers(0, 40), before=st.lists(st.just(-1), max_size=2))
def test_windows_foretell_each_token_but_the_first_once(room: int, count: int, before: list[int]) -> None:
    made = list(windows(range(count), len(before) + room, 3, before))
    told = [number for one in made for number in one.ids[one.begin :]]
    assert told == list(range(0 if before else 1, count))
    assert all(2 <= len(one.ids) <= len(before) + room and one.row == 3 for one in made)
    assert all(list(one.ids[: len(before)]) == before for one in made)
    last = -1
    for one in made:
        inside = one.ids[len(before) :]
        assert inside[0] == max(last, 0), "a window begins with the last token of the one before"
        last = inside[-1]


def test_windows_that_have_room_are_full() -> None:
    assert [len(one.ids) for one in windows(range(101), 10)] == [10] * 11 + [2]


def test_a_window_of_one_token_is_refused() -> None:
    for size, before in ((1, ()), (2, (0,))):
        with pytest.raises(ValueError, match=f"{size} tokens are too few"):
            list(windows(range(5), size, before=before))


def test_what_a_tokenizer_puts_before_a_text_stands_before_every_window(tiny_folders: Folders) -> None:
    from tokenizers import Tokenizer, processors

    from aigc.engine.front import Front

    folder = tiny_folders("gpt2", chat=False)
    raw = Tokenizer.from_file(str(folder / "tokenizer.json"))
    first = raw.id_to_token(TEXT_END)
    raw.post_processor = processors.TemplateProcessing(single=f"{first} $A", special_tokens=[(first, TEXT_END)])
    targets, left = encode([sample("z" * 10, None), sample("", None)], Front(raw, ends=[TEXT_END]), folder, window=6)
    assert all(one.ids[0] == TEXT_END and len(one.ids) <= 6 and one.row == 0 for one in targets)
    assert [one.begin for one in targets] == [1, 2, 2]
    assert bytes(token for one in targets for token in one.ids[one.begin :] if token != TEXT_END) == b"z" * 10
    assert targets[-1].ids[-1] == TEXT_END
    assert [one.reason for one in left] == ["empty"]


def test_no_window_is_longer_than_the_model_takes(tiny_folders: Folders) -> None:
    folder = tiny_folders("gpt2", chat=False)
    targets, _ = encode([sample("z" * 600, None)], front_of(folder), folder, window=1000)
    assert max(len(one.ids) for one in targets) == context_length(folder) == 512


def test_what_is_left_out_leaves_the_account_whole(tiny_folders: Folders) -> None:
    folder = tiny_folders("llama")
    long = sample("y" * 600, where="long")
    account = Account(kept=[long, sample(where="a"), sample("", where="none"), sample("B", where="b")], left_out=[])
    narrow, targets = encode_account(account, front_of(folder), folder)
    assert narrow.rows == account.rows and [one.where for one in narrow.kept] == ["a", "b"]
    assert narrow.reasons() == {"too long": 1, "empty": 1}
    assert [(one.row, one.ids[one.begin]) for one in targets] == [(0, 65), (1, 66)] and isinstance(targets[0], Target)
