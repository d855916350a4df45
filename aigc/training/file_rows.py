"""Rows of files that others use too: chats, prompts with completions, pairs, verdicts, plain texts.

{"messages": [{"role": …, "content": …}, …]}       every assistant's turn, with the turns before it
prompt, completion [, label]                       also instruction (and input), output; question, answer
prompt, chosen, rejected                           a pair
text                                               a text by itself, as .txt and .md files are
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from aigc.errors import did_you_mean
from aigc.plugs.registry import Registry
from aigc.training.account import Gathering
from aigc.training.row_files import read_rows
from aigc.training.sample import Sample
from aigc.types import Json, Message, Prompt, Role, Row
from aigc.types.foreign import file_bytes, read_json

TEXTS = (".txt", ".md")
MOST = 1 << 32  # bytes of a file of rows
ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "model": "assistant",
}
TOOLS = ("tool", "function", "function_call", "observation")
WANTED = ("messages", "prompt", "completion", "chosen", "rejected", "label", "text")
NAMES = (("prompt", "completion"), ("instruction", "output"), ("question", "answer"))
TOGETHER = (*NAMES, ("messages",), ("conversations",), ("chosen", "rejected"), ("text",))  # what a row is made of
GOOD = {"true": True, "1": True, "yes": True, "good": True, "false": False, "0": False, "no": False, "bad": False}
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Undecodable(ValueError):
    """This is a row that says nothing to learn, and why."""


def gather_file(path: Path, registry: Registry, columns: Mapping[str, str], found: Gathering) -> None:
    """Add the rows of a file with columns. BriefError, UsageError as of `read_rows`."""
    samples: list[Sample] = []
    for row in read_rows(path, registry, columns, TOGETHER):
        try:
            if row.error:
                raise Undecodable(row.error)
            if row.values.get("finish_reason") == "length":
                found.leave(row.where, "has no end", "was cut off by the limit of tokens")
            else:
                samples += _samples(row)
        except Undecodable as error:
            found.leave(row.where, "cannot be decoded", str(error))
    found.kept += _told_apart(samples)


def gather_text(path: Path, found: Gathering, *, name: str = "") -> None:
    """Add a file of plain text: one row. `name` is what it is called, else the file's own."""
    where, content = name or path.name, file_bytes(path, MOST)
    encoding = next((encoding for mark, encoding in MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        byte = content[error.start] if error.start < len(content) else 0
        found.leave(where, "cannot be decoded", f"line {line}: byte {byte:#04x} is not {encoding.upper()}")
        return
    found.kept.append(Sample(where=where, prompt=None, answer=text.replace("\r\n", "\n"), group=where, by="person"))


def _samples(row: Row) -> list[Sample]:
    """Return what a row says: one sample, or of a chat one for each of the assistant's turns."""
    values = {str(name).strip(): value for name, value in row.values.items()}
    turns = values.get("messages", values.get("conversations"))
    if turns is not None:
        return list(_turns(row, _messages(turns)))
    if "chosen" in values and "rejected" in values:
        return [_pair(row, values)]
    for asked, answered in NAMES:
        if asked in values and answered in values:
            prompt = _prompt(values, asked)
            return [_sample(row, prompt, _answer(values[answered], answered), good=_label(values))]
    if "text" in values and not any(name in values for name in ("prompt", "completion")):
        text = _text(values["text"], "text")
        return [Sample(where=row.where, prompt=None, answer=text, group=row.where, by="person")]
    raise Undecodable(_columns_told(list(values)))


def _turns(row: Row, messages: Sequence[Message]) -> Iterator[Sample]:
    places = [at for at, message in enumerate(messages) if message.role == "assistant"]
    if not places:
        raise Undecodable("has no turn of the assistant")
    if not any(message.role == "user" for message in messages[: places[0]]):
        raise Undecodable("begins with the assistant, which nobody asked")
    for number, at in enumerate(places, 1):
        where = row.where if len(places) == 1 else f"{row.where} turn {number}"
        sample = _sample(row, Prompt(messages=tuple(messages[:at])), messages[at].content.strip())
        yield replace(sample, where=where)


def _pair(row: Row, values: Mapping[str, Json]) -> Sample:
    chosen, rejected = values["chosen"], values["rejected"]
    asked = next((asked for asked, _ in NAMES if asked in values), "")
    if asked:
        prompt = _prompt(values, asked)
    elif isinstance(chosen, list) and len(chosen) > 1:
        prompt = Prompt(messages=tuple(_messages(chosen)[:-1]))
    else:
        raise Undecodable("has no prompt")
    return replace(
        _sample(row, prompt, _answer(chosen, "chosen")), rejected=_answer(rejected, "rejected"), good=_label(values)
    )


def _sample(row: Row, prompt: Prompt, answer: str, *, good: bool | None = None) -> Sample:
    first = next((turn.content for turn in prompt.messages if turn.role == "user"), "")
    if not any(turn.content.strip() for turn in prompt.messages):
        raise Undecodable("its prompt is empty")
    return Sample(where=row.where, prompt=prompt, answer=answer, group=row.where, subject=first, good=good, by="person")


def _prompt(values: Mapping[str, Json], name: str) -> Prompt:
    asked = values[name]
    if isinstance(asked, list):
        return Prompt(messages=tuple(_messages(asked)))
    text = _text(asked, name).strip()
    if name == "instruction" and values.get("input"):
        text += "\n\n" + _text(values["input"], "input").strip()
    system = values.get("system")
    before = [Message(role="system", content=_text(system, "system").strip())] if system else []
    return Prompt(messages=(*before, Message(role="user", content=text)))


def _messages(turns: Json) -> list[Message]:
    if isinstance(turns, str):  # a cell of a table
        with suppress(ValueError):
            turns = read_json(turns)
    if not isinstance(turns, list) or not turns:
        raise Undecodable("its messages are no list of turns")
    found = []
    for turn in turns:
        if not isinstance(turn, Mapping):
            raise Undecodable("a turn is no object with role and content")
        role, content = _speaker(turn), turn.get("content", turn.get("value"))
        if not isinstance(role, str) or role not in ROLES:
            hint = did_you_mean(str(role), ROLES)
            raise Undecodable(f"a turn's role is {role!r}; {hint}")
        found.append(Message(role=ROLES[role], content=_text(content, "content")))
    return found


def _speaker(turn: Mapping[str, Json]) -> Json:
    """Return whose turn it is. Turns that are said to come `from` somebody name a model as they like."""
    speaker = turn.get("from")
    if isinstance(speaker, list | dict):
        raise Undecodable("a turn is from nobody that has a name")
    if "role" in turn or speaker is None or speaker in ROLES or speaker in TOOLS:
        return turn.get("role", speaker)
    return "assistant"


def _answer(value: Json, name: str) -> str:
    """Return the text of an answer; of a list of turns the last one's."""
    if isinstance(value, list):
        return _messages(value)[-1].content.strip()
    return _text(value, name).strip()


def _text(value: Json, name: str) -> str:
    """Return a text as it is, numbers as they are written, nothing as an empty text; parts of a turn joined."""
    if value is None:
        return ""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Undecodable(f"{name} has half a character in it") from None
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and value and all(isinstance(part, Mapping) for part in value):
        texts = [part.get("text") for part in value if part.get("type", "text") == "text"]
        if len(texts) == len(value) and all(isinstance(text, str) for text in texts):
            return "".join(str(text) for text in texts)
    raise Undecodable(f"{name} is no text")


def _label(values: Mapping[str, Json]) -> bool | None:
    label = values.get("label")
    if label is None or label == "":
        return None
    found = GOOD.get(str(label).strip().casefold())
    if found is None:
        raise Undecodable(f"its label is {str(label)[:40]!r}, which is no verdict")
    return found


def _columns_told(columns: Sequence[str]) -> str:
    """Return what is there in place of the columns that are wanted."""
    shown = ", ".join(columns[:8]) or "nothing"
    near = [hint for name in columns if (hint := did_you_mean(name, WANTED)).startswith("did you mean")]
    wanted = near[0] if near else "give prompt and completion, messages, or text"
    return f"has {shown}; {wanted}"


def _told_apart(samples: Sequence[Sample]) -> list[Sample]:
    """Return samples with subjects that lack what all of them begin and end with: rows of one template are alike."""
    words = [sample.subject.split() for sample in samples if sample.prompt]
    if len({tuple(one) for one in words}) < 2:
        return list(samples)
    begin = _shared(words)
    end = _shared([one[begin:][::-1] for one in words])
    told = []
    for sample in samples:
        one = sample.subject.split()
        told.append(replace(sample, subject=" ".join(one[begin : len(one) - end]) or sample.subject))
    return told


def _shared(texts: Sequence[Sequence[str]]) -> int:
    """Count the first words that all texts have."""
    return next((at for at, words in enumerate(zip(*texts, strict=False)) if len(set(words)) > 1), min(map(len, texts)))
