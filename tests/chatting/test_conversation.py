"""A conversation: what is answered, again, by a person; what a model reads of it, and what no longer fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from aigc.chatting import ChatReply, Conversation, ModelAnswers, persona_text, read_customer
from aigc.errors import AigcError, BriefError, EngineError, NotFound, UsageError
from aigc.ledger.conversations import ChatTurn, Conversations
from aigc.types import Completion, Delta, Request

LONGEST = 300  # characters that the model below takes


class Narrow:
    """This answers with how often it was asked, and takes only so many characters."""

    capacity = 1

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.cancelled: list[str] = []
        self._waiting: list[Request] = []

    def submit(self, request: Request) -> None:
        self.asked.append(request)
        self._waiting.append(request)

    def step(self) -> Sequence[Completion | Delta]:
        if not self._waiting:
            return []
        request = self._waiting.pop()
        many = sum(len(one.content) for one in request.prompt.messages)
        if many > LONGEST:
            error = f"the prompt has {many} tokens and the model takes {LONGEST}"
            return [Completion(request_id=request.id, text="", finish_reason="error", error=error)]
        text = f"answer {len(self.asked)}"
        return [Delta(request_id=request.id, text=text), Completion(request_id=request.id, text=text)]

    def cancel(self, request_id: str) -> None:
        self.cancelled.append(request_id)

    def close(self) -> None: ...


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Conversations]:
    with Conversations(tmp_path / "new" / "chats.sqlite") as found:
        yield found


@pytest.fixture
def chat(kept: Conversations) -> Conversation:
    return Conversation(kept, kept.begin(), ModelAnswers(Narrow(), system="Be brief."))


def said(chat: Conversation, text: str) -> str:
    return "".join(chat.say(text))


def told(chat: Conversation) -> list[tuple[str, str]]:
    return [(one.speaker, one.text) for one in chat.kept.turns(chat.number)]


def test_a_model_reads_what_was_said_before(kept: Conversations) -> None:
    model = Narrow()
    chat = Conversation(kept, kept.begin(), ModelAnswers(model, system="Be brief."))
    assert (said(chat, "One"), said(chat, "Two")) == ("answer 1", "answer 2")
    read = [(one.role, one.content) for one in model.asked[-1].prompt.messages]
    assert read == [("system", "Be brief."), ("user", "One"), ("assistant", "answer 1"), ("user", "Two")]


def test_again_replaces_the_answer_and_draws_another(kept: Conversations) -> None:
    model = Narrow()
    chat = Conversation(kept, kept.begin(), ModelAnswers(model, system=""))
    said(chat, "One")
    assert "".join(chat.again()) == "answer 2"
    assert told(chat) == [("customer", "One"), ("bot", "answer 2")]
    assert model.asked[0].sampling.seed != model.asked[1].sampling.seed
    assert [one.text for one in kept.find(["ANSWER"])] == ["answer 2", "answer 1"], "both can be found"


def test_while_a_person_has_taken_over_the_bot_is_silent(chat: Conversation) -> None:
    said(chat, "One")
    with pytest.raises(UsageError, match="nobody has taken over"):
        chat.person_says("Hello")
    chat.take_over()
    assert said(chat, "Two") == "" and chat.answer is None
    with pytest.raises(UsageError, match="a person has taken over"):
        list(chat.again())
    chat.person_says("I am here.")
    chat.release()
    assert said(chat, "Three") == "answer 2"
    assert [speaker for speaker, _ in told(chat)] == ["customer", "bot", "customer", "person", "customer", "bot"]


def test_what_no_longer_fits_is_summed_up_and_told(kept: Conversations) -> None:
    model = Narrow()
    chat = Conversation(kept, kept.begin(), ModelAnswers(model, system="Be brief."))
    notes = []
    for number in range(12):
        assert said(chat, f"message {number} of some length").startswith("answer")
        notes += [chat.answer.note] if chat.answer and chat.answer.note else []
    assert notes and all("messages no longer fit and were summed up: answer" in one for one in notes)
    read = model.asked[-1].prompt.messages
    assert read[0].content.startswith("Be brief.\n\nWhat was said before, summed up: answer")
    assert read[-1].content == "message 11 of some length"
    assert len(told(chat)) == 24, "what was said is kept whole"


def test_a_message_that_alone_does_not_fit_is_refused_by_name(chat: Conversation) -> None:
    with pytest.raises(EngineError, match=r"the message of 400 characters does not fit the model: the prompt has"):
        said(chat, "x" * 400)
    assert told(chat) == [("customer", "x" * 400)]


def test_an_answer_that_is_stopped_is_kept_as_far_as_it_came(kept: Conversations) -> None:
    class Slow:
        def answer(self, turns: Sequence[ChatTurn], draw: int) -> Iterator[str | ChatReply]:
            yield "begun "
            yield "and more"
            raise AssertionError("nobody listens any more")

    chat = Conversation(kept, kept.begin(), Slow())
    parts = chat.say("One")
    next(parts)
    parts.close()
    assert [(one.text, one.reason) for one in kept.turns(chat.number)][1:] == [("begun ", "stopped")]


def test_a_request_that_nobody_waits_for_is_cancelled() -> None:
    model = Narrow()
    parts = ModelAnswers(model, system="").answer([ChatTurn(speaker="customer", text="One", place=1)], 0)
    assert next(parts) == "answer 1"
    parts.close()  # type: ignore[attr-defined]
    assert model.cancelled == ["chat-1"]


def test_a_conversation_goes_on_where_it_was(tmp_path: Path) -> None:
    with Conversations(tmp_path / "chats.sqlite") as first:
        chat = Conversation(first, first.begin(), ModelAnswers(Narrow(), system=""))
        chat.take_over()
        said(chat, "You there?")
    with Conversations(tmp_path / "chats.sqlite") as again:
        later = Conversation(again, again.last(), ModelAnswers(Narrow(), system=""))
        assert later.taken and told(later) == [("customer", "You there?")]
    assert (tmp_path / "chats.sqlite").stat().st_mode & 0o077 == 0, "others may not read it"


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "chats.sqlite").write_text("no database at all, but long enough to look like one" * 20)
    with pytest.raises(AigcError, match=r"chats.sqlite: is no sound file of conversations"):
        Conversations(tmp_path / "chats.sqlite")
    with Conversations(tmp_path / "empty.sqlite") as empty, pytest.raises(NotFound, match="no conversation yet"):
        empty.last()


@pytest.mark.parametrize(
    ("text", "what"),
    [("[1]", "holds no object"), ("{", "is not JSON"), ('{"a": "' + "x" * 9000 + '"}', "has 9,009 characters")],
)
def test_a_customer_is_a_json_object(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "joan.json").write_text(text)
    with pytest.raises(BriefError, match=what):
        read_customer(tmp_path / "joan.json")


def test_a_persona_is_a_brand_pack_or_a_text(tmp_path: Path, write: Callable[[str, str], Path]) -> None:
    pack = write("meadowly.yaml", "aigc: 1\nbrand: Meadowly\nvoice: Calm.\nmarkets: {zh: {voice: 平实。}}\n")
    assert persona_text(pack, {}).endswith("Brand: Meadowly\nVoice: Calm.")
    assert "平实" in persona_text(pack, {"language": "zh"})
    text = write("pirate.md", "You are a pirate.\n")
    told = persona_text(text, {"name": "Joan"})
    assert told.startswith("You are a pirate.\n\n") and told.endswith('{"name": "Joan"}')
    with pytest.raises(NotFound, match=r"nobody.md"):
        persona_text(tmp_path / "nobody.md", {})


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def written(name: str, text: str) -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return written
