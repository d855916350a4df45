"""Texts that are there already, to be scored: prompt and completion, chats, pairs, plain text.

{"prompt": …, "completion": …}            the completion is scored; a prompt in one text is what a user says
{"messages": [{"role", "content"}, …]}    the last turn is scored, after those before it
{"prompt": …, "chosen": …, "rejected": …} both are scored; lists of messages are taken as such
{"text": …}, or a file that ends in .txt  scored passage by passage, without a chat template
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal, TypeAlias, cast, get_args

from aigc.asking import Needed, open_sheet
from aigc.content.measures import CJK
from aigc.errors import BriefError, did_you_mean, no_file, sought
from aigc.plugs.registry import Registry
from aigc.types import Json, Message, Prompt, Role
from aigc.types.foreign import file_bytes, read_json

Shape: TypeAlias = Literal["pairs", "answers", "text"]
NOT_GOOD = ("false", "0", "no", "bad")  # labels of answers that nobody wants to be likely
COLUMNS: Mapping[str, tuple[Shape, tuple[str, ...]]] = {
    "pairs": ("pairs", ("chosen", "rejected")),
    "completions": ("answers", ("prompt", "completion")),
    "chats": ("answers", ("messages",)),
    "texts": ("text", ("text",)),
}
ROLES = frozenset(get_args(Role)) - {"tool"}
PLAIN = (".txt",)
BRIEFS = "--type TYPE says what they are briefs of; texts have prompt and completion, messages, or chosen and rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenText:
    """This is an answer to a prompt; of a pair the better one, with the worse one in `rejected`. `where` is its row."""

    where: str
    prompt: Prompt
    answer: str
    rejected: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenTexts:
    """This is what a file has to score: rows of one shape, or running `text`. `left_out` says of each row that cannot
    be used why, with its place."""

    shape: Shape
    rows: tuple[GivenText, ...] = ()
    text: str = ""
    left_out: tuple[str, ...] = ()
    total: int = 1  # rows that were read


def read_texts(path: Path, registry: Registry, *, limit: int | None = None) -> GivenTexts:
    """Read a file of texts, the first `limit` rows of it. BriefError where there is none, or its columns are those of
    no shape: briefs need their content type to be told."""
    if path.suffix.lower() in PLAIN:
        return GivenTexts(shape="text", text=_plain(path))
    table = open_sheet(path, registry, {}, Needed(either=[columns for _, columns in COLUMNS.values()]))
    rows = list(_first(table.rows, limit))
    shape, needed = _shape_of(path, [row for row, error, _ in rows if not error])
    texts: list[GivenText] = []
    plain: list[str] = []
    left_out: list[str] = []
    for values, error, where in rows:
        try:
            if error:
                raise ValueError(error)
            if absent := [name for name in needed if values.get(name) in (None, "")]:
                raise ValueError(f"{absent[0]} is empty")
            if shape == "text":
                plain.append(str(values["text"]))
            else:
                texts.append(_given(values, where, pair=shape == "pairs"))
        except ValueError as wrong:
            left_out.append(f"{where}: {wrong}")
    if not texts and not plain:
        raise BriefError(f"{path}: none of its {len(rows)} rows can be used; {left_out[0]}")
    return GivenTexts(
        shape=shape, rows=tuple(texts), text="\n\n".join(plain), left_out=tuple(left_out), total=len(rows)
    )


def passages(text: str, size: int) -> Iterator[tuple[Prompt, str]]:
    """Cut a text into passages of about `size` bytes, at the ends of words, each with as much of what stands before it.

    All but the first word is in one passage. BriefError where there is nothing after it.
    """
    ends, length = [0], 0
    for at, char in enumerate(text):
        length += len(char.encode("utf-8", "replace"))
        if at and length >= size and (char.isspace() or CJK.match(char) or length >= 2 * size):
            ends.append(at)  # a passage begins with the space before its first word
            length = 0
    begin = next((at for at, char in enumerate(text.lstrip(), len(text) - len(text.lstrip())) if char.isspace()), 1)
    cuts = [begin, *(end for end in ends if end > begin), len(text)]
    if not text[begin:].strip():
        raise BriefError("a text of one word has nothing to score")
    for low, high in pairwise(cuts):
        if not text[low:high]:
            continue
        before = text[:low].encode("utf-8", "replace")[-size:].decode("utf-8", "ignore")
        yield Prompt(messages=(Message(role="user", content=before),), chat=False), text[low:high]


def _first(rows: Iterator[Json], limit: int | None) -> Iterator[tuple[Mapping[str, Json], str, str]]:
    for number, row in enumerate(rows):
        if limit is not None and number >= limit:
            return
        yield row.values, row.error, row.where


def _shape_of(path: Path, rows: Sequence[Mapping[str, Json]]) -> tuple[Shape, tuple[str, ...]]:
    """Return the shape that the first row's columns are those of, and the columns it needs."""
    known = set(rows[0]) if rows else set[str]()
    for shape, needed in COLUMNS.values():
        if known.issuperset(needed):
            return shape, needed
    for _, needed in COLUMNS.values():
        if (missing := [name for name in needed if name not in known]) and len(missing) < len(needed):
            hint = did_you_mean(missing[0], known)
            raise BriefError(f"{path}: no column {missing[0]!r} to score", hint=hint if hint.endswith("?") else BRIEFS)
    columns = ", ".join(sorted(known)) or "none"
    raise BriefError(f"{path}: its columns ({columns}) are those of no texts", hint=BRIEFS)


def _given(values: Mapping[str, Json], where: str, *, pair: bool) -> GivenText:
    """Read a row; ValueError says what is wrong with it."""
    if str(values.get("label", "")).strip().casefold() in NOT_GOOD:
        raise ValueError("its label says that it is not good")
    before = _messages(values["prompt"], "user") if values.get("prompt") not in (None, "") else []
    if pair:
        good, bad = (_messages(values[name], "assistant") for name in ("chosen", "rejected"))
        if len(good) > 1 and good[:-1] == bad[:-1] and not before:
            before = good[:-1]
        answer, rejected = good[-1].content, bad[-1].content
        if answer == rejected:
            raise ValueError("chosen and rejected are the same")
    elif "messages" in values and "completion" not in values:
        *before, last = _messages(values["messages"], "user")
        if last.role != "assistant":
            raise ValueError(f"the last turn is the {last.role}'s, not the assistant's")
        answer, rejected = last.content, ""
    else:
        answer, rejected = _messages(values["completion"], "assistant")[-1].content, ""
    if not before:
        raise ValueError("has no prompt")
    if not answer or (pair and not rejected):
        raise ValueError("has nothing to score")
    return GivenText(where=where, prompt=Prompt(messages=tuple(before)), answer=answer, rejected=rejected)


def _messages(value: Json, role: Role) -> list[Message]:
    """Read turns, or one text as the turn of a role."""
    if isinstance(value, str) and value.lstrip().startswith("[{"):  # a cell of a table
        try:
            value = read_json(value)
        except ValueError:
            return [Message(role=role, content=value)]
    if isinstance(value, str):
        return [Message(role=role, content=value)]
    if not isinstance(value, list) or not value:
        raise ValueError("a prompt or answer is a text, or a list of turns")
    turns = []
    for turn in value:
        if not isinstance(turn, Mapping) or turn.get("role") not in ROLES or not isinstance(turn.get("content"), str):
            raise ValueError("a turn has a role (system, user, assistant) and a content")
        turns.append(Message(role=cast(Role, turn["role"]), content=turn["content"]))
    return turns


def _plain(path: Path) -> str:
    if not path.is_file():
        raise BriefError(no_file(path), hint=sought(path))
    try:
        text = file_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BriefError(f"{path}: byte at offset {error.start} is not UTF-8") from error
    except OSError as error:
        raise BriefError(f"{path}: cannot be read: {error.strerror or error}") from error
    if not text.strip():
        raise BriefError(f"{path}: the file is empty")
    return text
