"""What support desks write: `support/macro`, `support/review-reply`, `support/faq`.

Replies say the brief's own words between a greeting and an end from `wording.yaml`, so that nothing is promised that
the brief does not promise.

An FAQ is made of tickets in five steps. (1) The importer `tickets` reads them from tables, mails and exports, and
masks what is personal before a brief is made: names in columns of their own, addresses, numbers, whatever its form or
a word before it gives away (`personal.yaml`). (2) Greetings, signatures, courtesies and quoted mails are cut off. (3)
Tickets are grouped that ask the same: by the words of the questions, weighed as BM25 weighs them, and of the replies.
(4) The question is one that a customer asked, the one with most in common with all of the group, and with nothing
personal in it. (5) The answer has the sentences that stand in most of the group's replies. A number, date or promise
that one reply has alone is left out and told, and where replies differ in one the piece is flagged. No model is
asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aigc import Extension, hookimpl
from aigc_plugins.support.faq_parts import (
    faq_citations,
    faq_entries,
    faq_title,
    most_asked_is_answered,
    nothing_left_out,
    nothing_personal,
    questions_stand_alone,
    replies_agree,
)
from aigc_plugins.support.reply_parts import complaint_is_answered, macro_reply, review_reply
from aigc_plugins.support.ticket_files import ticket_briefs

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_content_types() -> Sequence[Path]:
    return (Path(str(files("aigc_plugins.templates").joinpath("support"))),)


@hookimpl
def aigc_importers() -> Sequence[Extension]:
    return (ticket_briefs,)


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return (
        complaint_is_answered,
        most_asked_is_answered,
        nothing_personal,
        nothing_left_out,
        questions_stand_alone,
        replies_agree,
    )


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.globals.update(
        faq_citations=faq_citations,
        faq_entries=faq_entries,
        faq_title=faq_title,
        macro_reply=macro_reply,
        review_reply=review_reply,
    )
