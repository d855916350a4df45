"""What was said in chats: one SQLite file, whose conversations go on and are searched.

Only its owner may read it: it holds what customers wrote. What was answered again stays, marked as replaced.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

from aigc.errors import JobError, NotFound

FORMAT = 1
WAIT = 20.0  # seconds for another process that writes
Speaker: TypeAlias = Literal["customer", "bot", "person"]
TABLES = """
    create table if not exists conversations (id integer primary key, begun text not null,
        taken integer not null default 0);
    create table if not exists turns (conversation integer not null, place integer not null, speaker text not null,
        text text not null, folded text not null, citations text not null, reason text not null, at text not null,
        replaced integer not null default 0, primary key (conversation, place)) without rowid;
"""
COLUMNS = "conversation, place, speaker, text, citations, reason, at"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatTurn:
    """This is what one side wrote. Of an answer `citations` are the places it says again, and `reason` why it is so;
    `place` counts from 1 in a conversation."""

    speaker: Speaker
    text: str
    citations: tuple[str, ...] = ()
    reason: str = ""
    at: str = ""
    conversation: int = 0
    place: int = 0


class Conversations:
    """This is the file. JobError says what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(path, timeout=WAIT)
            (version,) = self._db.execute("pragma user_version").fetchone()
            if version not in (0, FORMAT):
                raise JobError(f"{path}: is of format {version}, and this version reads {FORMAT}")
            self._db.executescript(TABLES)
            self._db.execute(f"pragma user_version = {FORMAT}")
        except sqlite3.DatabaseError as error:
            hint = "move it away to begin a new one"
            raise JobError(f"{path}: is no sound file of conversations ({error})", hint=hint) from None
        except OSError as error:
            raise JobError(f"{path}: cannot be written: {error.strerror}") from None

    def __enter__(self) -> Conversations:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def begin(self) -> int:
        """Begin a conversation and return its number."""
        with self._db as db:
            number = db.execute("insert into conversations (begun) values (?)", (_now(),)).lastrowid
        assert number is not None
        return number

    def last(self) -> int:
        """Return the number of the conversation in which something was written last. NotFound where there is none."""
        row = self._db.execute("select conversation from turns order by at desc, conversation desc limit 1").fetchone()
        if row is None:
            raise NotFound(f"{self.path}: there is no conversation yet", hint="begin one with aigc chat")
        return int(row[0])

    def add(self, number: int, turn: ChatTurn) -> None:
        """Write down what one side wrote."""
        with self._db as db:
            question = "select coalesce(max(place), 0) + 1 from turns where conversation = ?"
            (place,) = db.execute(question, (number,)).fetchone()
            row = (number, place, turn.speaker, turn.text, turn.text.casefold(), "\n".join(turn.citations), turn.reason)
            db.execute("insert into turns values (?, ?, ?, ?, ?, ?, ?, ?, 0)", (*row, turn.at or _now()))

    def replace_last(self, number: int) -> None:
        """Mark the last turn, an answer, as replaced: it stays to be found, and is no part of the conversation."""
        with self._db as db:
            db.execute(
                "update turns set replaced = 1 where conversation = ? and speaker = 'bot' and place = "
                "(select max(place) from turns where conversation = ? and replaced = 0)",
                (number, number),
            )

    def turns(self, number: int) -> list[ChatTurn]:
        """Return what was said in a conversation, without answers that were replaced."""
        question = f"select {COLUMNS} from turns where conversation = ? and replaced = 0 order by place"
        return [_turn(row) for row in self._db.execute(question, (number,))]

    def set_taken(self, number: int, taken: bool) -> None:
        """Write down whether a person has taken a conversation over."""
        with self._db as db:
            db.execute("update conversations set taken = ? where id = ?", (int(taken), number))

    def taken(self, number: int) -> bool:
        """Say whether a person has taken a conversation over."""
        row = self._db.execute("select taken from conversations where id = ?", (number,)).fetchone()
        return bool(row and row[0])

    def find(self, words: Sequence[str]) -> Iterator[ChatTurn]:
        """Yield the turns that hold all of some words, the latest first; upper and lower case are one."""
        where = " and ".join(["instr(folded, ?) > 0"] * len(words))
        question = f"select {COLUMNS} from turns where {where} order by at desc, conversation desc, place desc"
        with closing(self._db.execute(question, [word.casefold() for word in words])) as rows:
            for row in rows:
                yield _turn(row)


def _turn(row: Sequence[object]) -> ChatTurn:
    conversation, place, speaker, text, citations, reason, at = row
    known: Speaker = "bot" if speaker == "bot" else "person" if speaker == "person" else "customer"
    return ChatTurn(
        conversation=int(str(conversation)),
        place=int(str(place)),
        speaker=known,
        text=str(text),
        citations=tuple(filter(None, str(citations).split("\n"))),
        reason=str(reason),
        at=str(at),
    )


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="milliseconds")
