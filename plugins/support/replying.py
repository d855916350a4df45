"""One customer's message → an answer from passages of the shop's own pages, or a person, never both.

What leaves is word for word what a passage says, with the place of the passage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from aigc import check
from aigc.types import Draft, Finding
from aigc_plugins.rules.content_words import content, is_chinese, sentences
from aigc_plugins.support.handing_over import asks_for_person, disclosure_of, is_order, without_orders
from aigc_plugins.support.ticket_text import own_text

SURE = 0.4  # of a passage's worth, from which it answers
PLAIN = 0.6  # from which no model is asked whether it does
READ = 1200  # characters of a passage that a model reads
TITLED = 0.5  # of the question in the heading, and of the heading in the question: it asks just that
LONGEST = 700  # characters of a passage that is told whole
SHORT = 80  # characters of a message that is read whole, with what looks like a greeting: 人工客服在吗
MOST_SENTENCES = 3  # of a longer one

ASKED, NOTHING, UNSURE, DOUBTED = "asked for a person", "no page comes near", "not sure", "a model doubts it"
TITLE, QUOTED = "a title that matches", "quoted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportReply:
    """This is what becomes of a message: an `answer`, or nothing of it and a person is needed; `citations` are the
    places of what is said, or of what comes near."""

    answer: str = ""
    citations: tuple[str, ...] = ()
    reason: str
    quotes: tuple[str, ...] = ()

    @property
    def needs_human(self) -> bool:
        """Say whether a person has to answer."""
        return not self.answer


def reply_of(values: Mapping[str, Any], verdicts: Sequence[str] = ()) -> SupportReply:
    """Return the reply to a brief's message, with what a model said of it, `yes` or `no`, where one was asked."""
    written = str(values.get("message") or "")
    message = without_orders(own_text(written))
    passages: Sequence[Mapping[str, Any]] = values.get("passages") or []
    if asks_for_person(message) or (len(written) <= SHORT and asks_for_person(written)):
        return SupportReply(reason=ASKED)
    places = tuple(str(one["place"]) for one in passages)
    if not message or not passages:
        return SupportReply(reason=NOTHING)
    best = passages[0]
    told = without_orders(str(best["text"]))
    if float(best["worth"]) < SURE or not told:
        return SupportReply(reason=UNSURE, citations=places)
    if "no" in verdicts:
        return SupportReply(reason=DOUBTED, citations=places)
    titled = float(best["headed"]) >= TITLED and float(best["asked"]) >= TITLED
    if titled or len(told) <= LONGEST:
        return SupportReply(answer=told, citations=places[:1], reason=TITLE if titled else QUOTED, quotes=(told,))
    if quotes := telling_sentences(message, told):
        joint = "" if is_chinese(told) else " "
        return SupportReply(answer=joint.join(quotes), citations=places[:1], reason=QUOTED, quotes=quotes)
    return SupportReply(reason=UNSURE, citations=places)


def telling_sentences(message: str, text: str) -> tuple[str, ...]:
    """Return the sentences of a long text that have most of a message's words, in their order."""
    asked = content(message)
    told = [one for line in text.split("\n") for one in sentences(line)]
    ranked = sorted(range(len(told)), key=lambda at: (-len(asked & content(told[at])), at))
    chosen = sorted(at for at in ranked[:MOST_SENTENCES] if asked & content(told[at]))
    return tuple(told[at] for at in chosen)


def reply_doubts(message: str, passages: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return, as a list of one or none, the page that would answer a message where its words leave that in doubt."""
    if reply_of({"message": message, "passages": passages}).needs_human or float(passages[0]["worth"]) >= PLAIN:
        return []
    heading, text = str(passages[0].get("heading") or ""), without_orders(str(passages[0]["text"]))
    return [{"heading": heading, "text": text[:READ], "question": without_orders(own_text(message))}]


@pass_context
def reply_answer(context: Context, verdicts: Sequence[str] | None = None) -> str:
    """Return the answer to a message from the passages of its brief, nothing where a person is needed; `verdicts` are
    those of a model that was asked whether the page answers, where one was."""
    return reply_of(context.get_all(), verdicts or ()).answer


@pass_context
def reply_citations(context: Context, verdicts: Sequence[str] | None = None) -> list[str]:
    """Return where the passages stand that an answer says, or where it is none, those that come near."""
    return list(reply_of(context.get_all(), verdicts or ()).citations)


@pass_context
def reply_needs_human(context: Context, verdicts: Sequence[str] | None = None) -> bool:
    """Return whether a person has to answer a message."""
    return reply_of(context.get_all(), verdicts or ()).needs_human


@pass_context
def reply_reason(context: Context, verdicts: Sequence[str] | None = None) -> str:
    """Return why a message is answered so, or why it needs a person."""
    return reply_of(context.get_all(), verdicts or ()).reason


@pass_context
def reply_disclosure(context: Context, verdicts: Sequence[str] | None = None) -> str:
    """Return the line that says that a machine answered, where the market of a brief asks for it or is not known."""
    values = context.get_all()
    if reply_of(values, verdicts or ()).needs_human:
        return ""
    written = "zh" if is_chinese(str(values.get("message") or "")) else "en"
    return disclosure_of(values, str(values.get("language") or written))


@check
def stands_in_passages(draft: Draft) -> Iterator[Finding]:
    """What is answered stands word for word in a passage that is cited, and nothing is answered where a person is
    needed."""
    answer, citations = str(draft.fields.get("answer") or ""), draft.fields.get("citations") or []
    if bool(answer.strip()) == bool(draft.fields.get("needs_human")):
        yield Finding(message="a message has an answer or needs a person, one of them", field="answer")
    cited = [str(one["text"]) for one in draft.brief.values.get("passages") or [] if one["place"] in citations]
    for line in answer.split("\n"):
        for one in sentences(line):
            if not any(one in text for text in cited):
                yield Finding(message=f"{one[:60]!r} stands in no passage that is cited", field="answer")
            if is_order(one):
                yield Finding(message=f"{one[:60]!r} is an order to a model", field="answer")
