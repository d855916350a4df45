"""Answers from one's own pages: the content type `support/reply`, for a message of a chat."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from aigc.asking.grounding import with_facts
from aigc.chatting.conversation import ChatReply
from aigc.content import brief_values
from aigc.errors import EngineError
from aigc.ledger.conversations import ChatTurn
from aigc.project import Project
from aigc.types import Brief, Generator, Json

TYPE = "support/reply"
# A message that goes on where the one before ended: "And from abroad?", 那国外呢？
GOES_ON = re.compile(r"(?i)^(?:and|what about|how about|also|or)\b|^(?:那|那么|还有|如果)|呢[？?]?$")
MOST_GOING_ON = 60  # characters of such a message
HANDED_OVER = {
    "en": "I pass this on to a person of our team.",
    "zh": "已为您转给客服人员，将由他们为您解答。",
}
HAN = re.compile(r"[\u3400-\u9fff]")


class PageAnswers:
    """This answers with what the pages in a project's folder of sources say, or says that a person will."""

    def __init__(self, project: Project, generator: Generator, customer: Mapping[str, Json]) -> None:
        self._project = project
        self._type = project.content_type(TYPE)
        self._pipeline = project.pipeline(generator, telling=False)
        self._market = str(customer.get("market") or customer.get("country") or "").strip().lower()
        self._serials = count(1)

    def answer(self, turns: Sequence[ChatTurn], draw: int) -> Iterator[str | ChatReply]:
        """Answer the last turn, where it goes on together with the customer's message before."""
        *before, message = _asked(turns)
        fields, near = self._fields(message)
        if before and len(message) <= MOST_GOING_ON and GOES_ON.search(message):
            together, _ = self._fields(f"{before[-1]}\n{message}")
            if not together["needs_human"] and set(together["citations"]) & set(near):  # it has something of this too
                fields = together
        text = str(fields.get("answer") or "")
        if fields["needs_human"]:
            text = HANDED_OVER["zh" if HAN.search(message) else "en"]
        elif not any(one.speaker == "bot" for one in turns) and (told := str(fields.get("disclosure") or "")):
            text = f"{text}\n\n{told}"  # once in a conversation
        yield text
        yield ChatReply(
            text=text,
            citations=tuple(map(str, fields.get("citations") or ())),
            needs_human=bool(fields["needs_human"]),
            reason=str(fields.get("reason") or ""),
        )

    def _fields(self, message: str) -> tuple[Mapping[str, Json], list[str]]:
        """Return the fields of a reply, and where the passages stand that come near. EngineError where nothing came of
        it."""
        values: dict[str, Json] = {"message": message} | ({"market": self._market} if self._market else {})
        values = brief_values(self._type, values, where="aigc chat")
        brief = with_facts(Brief(id=f"chat-{next(self._serials)}", values=values), self._type, self._project)
        artifact = next(self._pipeline.write(self._type, [brief]), None)
        if artifact is None or "needs_human" not in artifact.fields:
            raise EngineError(f"no reply: {artifact.reason if artifact else 'its answers come later'}")
        return artifact.fields, [str(one["place"]) for one in brief.values.get("passages") or []]


def _asked(turns: Sequence[ChatTurn]) -> list[str]:
    return [one.text for one in turns if one.speaker == "customer"]
