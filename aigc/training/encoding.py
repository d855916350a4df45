"""Samples become token ids as the engine makes them: prompt, answer, the token that ends an answer, nothing after.

Which token that is says the model's own chat template: the one it puts after an assistant's turn. For plain text it is
the one its config ends a text with. A row is never cut: a prompt that loses its end teaches another request, an answer
that loses its own teaches never to stop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aigc.engine.text_ends import configured_ends, text_ends
from aigc.errors import EngineError
from aigc.learner.target import Target
from aigc.training.account import narrowed
from aigc.training.sample import Account, LeftOut, Sample
from aigc.types import Json, Message, Prompt
from aigc.types.foreign import file_bytes, read_json

if TYPE_CHECKING:
    from aigc.engine.front import Front

ASKED, ANSWERED = "ask", "answer"  # what stands for the turns while the end of one is looked for


def encode_account(
    account: Account, front: Front, folder: Path, *, context: int = 0, window: int = 0
) -> tuple[Account, list[Target]]:
    """Return the account with what cannot be encoded left out, and targets whose `row` is the place among its kept
    rows. See `encode`."""
    targets, left = encode(account.kept, front, folder, context=context, window=window)
    rows = sorted({target.row for target in targets})
    places = {row: place for place, row in enumerate(rows)}
    moved = [
        Target(ids=one.ids, begin=one.begin, rejected=one.rejected, good=one.good, row=places[one.row])
        for one in targets
    ]
    return narrowed(account, rows, left), moved


def encode(
    samples: Sequence[Sample], front: Front, folder: Path, *, context: int = 0, window: int = 0
) -> tuple[list[Target], list[LeftOut]]:
    """Return the targets of samples for the model in `folder`, whose tokenizer is `front`, and the rows left out.

    `context` is the most tokens a row may have (0: as many as the model takes). A text without a prompt becomes as many
    targets as it has windows of `window` tokens (0: `context`, which no window is longer than).
    """
    own = context_length(folder)
    context = min(context, own) if context and own else context or own
    ends = {chat: end_token(front, folder, chat=chat) for chat in (True, False)}
    beginning = front.encode(_plainly(""))  # what the tokenizer puts before every text
    targets: list[Target] = []
    left: list[LeftOut] = []
    for row, sample in enumerate(samples):
        end = ends[sample.prompt is not None and sample.prompt.chat]
        if end is None:
            told = "the model has no token that ends a text"
            left.append(LeftOut(where=sample.where, reason="has no end", told=told))
        elif sample.prompt is None:
            ids = front.encode(_plainly(sample.answer))
            before = beginning if ids[: len(beginning)] == beginning else []
            if len(ids) == len(before):
                left.append(LeftOut(where=sample.where, reason="empty", told="there is no token in the text"))
                continue
            size = min(filter(None, (window, context)), default=len(ids) + 1)
            targets += windows([*ids[len(before) :], end], size, row, before)
        else:
            made = _target(sample, sample.prompt, front, end, row, context)
            if isinstance(made, Target):
                targets.append(made)
            else:
                left.append(made)
    return targets, left


def windows(ids: Sequence[int], size: int, row: int = 0, before: Sequence[int] = ()) -> Iterator[Target]:
    """Yield a text's tokens as targets of at most `size` tokens, each foretold but for the text's very first, of which
    nothing is known: the last token of a window is the first of the next.

    What a tokenizer puts `before` every text stands before every window; of it the first token is foretold, too.
    ValueError where `size` leaves no room for two tokens.
    """
    room = size - len(before)
    if room < 2:
        raise ValueError(f"windows: {size} tokens are too few")
    for at in range(0, max(len(ids) - 1, 1) if ids else 0, room - 1):
        cut = (*before, *ids[at : at + room])
        begin = len(before) + (0 if before and not at else 1)
        if begin < len(cut):
            yield Target(ids=cut, begin=begin, row=row)


def end_token(front: Front, folder: Path, *, chat: bool) -> int | None:
    """Return the token that ends an answer to a prompt (of turns, or with `chat` off of plain text); None where the
    model has none at which the engine would stop."""
    stops = text_ends(front, configured_ends(folder))
    if chat and front.chat is not None:
        rendered = front.chat.render([Message(role="user", content=ASKED), Message(role="assistant", content=ANSWERED)])
        after = rendered[rendered.rindex(ANSWERED) + len(ANSWERED) :]
        places = [(after.find(text), -len(text), number) for text, number in front.special.items() if text in after]
        if places and min(places)[2] in stops:
            return min(places)[2]
    own = sorted(front.ends)
    return own[0] if own else stops[0] if stops else None


def context_length(folder: Path) -> int:
    """Return how many tokens a model takes by its config; 0 where that does not say it."""
    config = _read(folder / "config.json")
    for words in (config.get("text_config"), config):
        for name in ("max_position_embeddings", "n_positions"):
            if isinstance(words, dict) and type(words.get(name)) is int:
                return int(words[name])
    return 0


def _target(sample: Sample, prompt: Prompt, front: Front, end: int, row: int, context: int) -> Target | LeftOut:
    try:
        asked = front.encode(prompt)
    except EngineError as error:  # turns that the model's template refuses
        return LeftOut(where=sample.where, reason="cannot be decoded", told=str(error))
    answer, worse = front.text_ids(sample.answer), front.text_ids(sample.rejected or "")
    if not answer or (sample.rejected is not None and not worse):
        return LeftOut(where=sample.where, reason="empty", told="there is no token in the answer")
    tokens = len(asked) + max(len(answer), len(worse)) + 1
    if context and tokens > context:
        told = f"has {tokens:,} tokens, and {context:,} is the most"
        return LeftOut(where=sample.where, reason="too long", told=told)
    return Target(
        ids=(*asked, *answer, end),
        begin=len(asked),
        rejected=(*asked, *worse, end) if sample.rejected is not None else (),
        good=sample.good,
        row=row,
    )


def _plainly(text: str) -> Prompt:
    return Prompt(messages=(Message(role="user", content=text),), chat=False)


def _read(file: Path) -> dict[str, Json]:
    try:
        values = read_json(file_bytes(file))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
