"""`aigc chat`: a conversation in the terminal, with a model or from one's own pages."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aigc.cli.echo import echo, echo_text, in_line, print_json
from aigc.cli.options import Overrides, looking_options, open_project, writing_options
from aigc.cli.progress import loading
from aigc.errors import AigcError, UsageError, did_you_mean
from aigc.ledger.conversations import ChatTurn, Conversations
from aigc.models import cache_folder
from aigc.project import STORE

if TYPE_CHECKING:
    from aigc.chatting import Conversation
    from aigc.project import Project
    from aigc.types import Json

KEPT = "chats.sqlite"  # beside the project's store, else in the user's cache
FOUND = 20  # turns that --find shows
COMMANDS = {
    "/again": "answer the last message anew",
    "/takeover": "a person takes over: the bot is silent",
    "/say": "WORDS: what the person who took over answers",
    "/release": "the bot answers again",
    "/help": "these lines",
    "/quit": "end; so does Ctrl-D",
}
file_path = click.Path(path_type=Path)


@click.command("chat")
@click.argument("words", metavar="[WORDS]...", nargs=-1)
@click.option("--kb", metavar="DIR", type=click.Path(), help="Answer from the pages in this folder, or hand over.")
@click.option("--persona", metavar="FILE", type=file_path, help="Who speaks: a brand pack (.yaml) or a text.")
@click.option("--customer", metavar="FILE", type=file_path, help="What is known of the customer, a JSON object.")
@click.option("--continue", "going_on", is_flag=True, help="Go on with the last conversation.")
@click.option("--find", "find", metavar="WORDS", help="Find what was said in all conversations.")
@writing_options
@looking_options
def command(
    words: tuple[str, ...],
    kb: str | None,
    persona: Path | None,
    customer: Path | None,
    going_on: bool,
    find: str | None,
    overrides: Overrides,
    folder: Path | None,
    as_json: bool,
) -> int:
    """Chat with a model, or with your own pages.

    With WORDS one message is answered; without, lines are read until Ctrl-D, and Ctrl-C stops an answer. With --kb what
    is said stands in a page of that folder (Markdown, text, HTML, DOCX, PDF), each answer with its place, and what no
    page says is handed over; no model is needed. Conversations are kept in the project's .aigc, without a project in
    the user's cache. /help lists what can be typed: /again, /takeover …

    \b
    Examples:
      aigc chat --kb help "Can I send it back?"
      aigc chat -m qwen2.5-1.5b --persona brands/meadowly.yaml --customer joan.json
      aigc chat --find refund
    """
    if overrides.on_ray:
        raise UsageError(f"--on {overrides.on}: a chat is held here", hint="a cluster is for `aigc batch`")
    if kb is not None and overrides.sources is not None:
        raise UsageError("--kb and --sources both name a folder of pages", hint="one of them")
    pages = kb if kb is not None else overrides.sources
    project = open_project(folder, replace(overrides, sources=pages))
    place = (cache_folder() if project.folder is None else project.folder / STORE.parent) / KEPT
    with Conversations(place) as kept:
        if find is not None:
            return _found(kept, find, as_json=as_json)
        if as_json and not words:
            raise UsageError("--json: is for one message or for --find", hint='aigc chat --json "Can I send it back?"')
        with _chat(project, kept, persona, customer, pages=pages is not None, going_on=going_on) as chat:
            if words:
                return _once(chat, " ".join(words).strip(), as_json=as_json)
            return _talk(chat)


@contextmanager
def _chat(
    project: Project, kept: Conversations, persona: Path | None, customer: Path | None, *, pages: bool, going_on: bool
) -> Iterator[Conversation]:
    """Open a conversation, with what answers it."""
    from aigc.asking.grounding import sources_of
    from aigc.chatting import Conversation, ModelAnswers, PageAnswers, persona_text, read_customer
    from aigc.chatting.model_answers import SAMPLING
    from aigc.chatting.page_answers import TYPE

    known = read_customer(customer)
    system = persona_text(persona, known)
    content_type = project.content_type(TYPE) if pages else None
    if pages:
        sources_of(project)
    number = kept.last() if going_on else 0
    asks = content_type is None or content_type.asks(project.voice(content_type))
    with loading(project.settings.model if asks else "") as report:
        generator = project.generator(report, only=content_type)
    with closing(generator):
        if content_type is not None:
            yield Conversation(kept, number or kept.begin(), PageAnswers(project, generator, known))
            return
        sampling = replace(SAMPLING, seed=project.settings.seed, **project.settings.sampling)
        answerer = ModelAnswers(generator, system=system, sampling=sampling)
        yield Conversation(kept, number or kept.begin(), answerer)


def _once(chat: Conversation, message: str, *, as_json: bool) -> int:
    """Answer one message. Exit code 1 where a person has taken the conversation over."""
    if as_json:
        for _ in chat.say(message):
            pass
        answer = chat.answer
        record: dict[str, Json] = {"conversation": chat.number, "silent": answer is None}
        if answer is not None:
            record |= {name: getattr(answer, name) for name in ("text", "needs_human", "reason", "note")}
            record["citations"] = list(answer.citations)
        print_json(record)
    else:
        _show(chat, chat.say(message))
    return 1 if chat.taken else 0


def _talk(chat: Conversation) -> int:
    """Hold a conversation until the lines end."""
    asking = sys.stdin.isatty()
    if asking:
        echo("/help lists what can be typed; Ctrl-C stops an answer, Ctrl-D ends.", err=True, dim=True)
    for one in chat.kept.turns(chat.number):
        echo(f"{one.speaker}: {in_line(one.text)}", dim=True)
    while True:
        if asking:
            echo_text("> ", nl=False)
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            echo()
            return 0
        message = line.strip()
        if not line or message == "/quit":
            return 0
        if not message:
            continue
        try:
            _typed(chat, message)
        except AigcError as error:
            echo(str(error), err=True, fg="red")


def _typed(chat: Conversation, message: str) -> None:
    """Do what was typed. UsageError for a command that is none."""
    word, _, rest = message.partition(" ")
    if not word.startswith("/"):
        _show(chat, chat.say(message))
    elif word == "/again":
        _show(chat, chat.again())
    elif word == "/takeover":
        chat.take_over()
        echo("(a person has taken over; /say WORDS answers, /release gives the conversation back)", err=True, dim=True)
    elif word == "/release":
        chat.release()
        echo("(the bot answers again)", err=True, dim=True)
    elif word == "/say":
        chat.person_says(rest.strip())
    elif word == "/help":
        for name, about in COMMANDS.items():
            echo(f"{name:10} {about}", err=True)
    else:
        raise UsageError(f"{word}: is no command", hint=did_you_mean(word, COMMANDS))


def _show(chat: Conversation, parts: Generator[str, None, None]) -> None:
    """Show an answer as it comes; Ctrl-C stops it, and what has come is kept."""
    shown = False
    try:
        for part in parts:
            echo_text(part, nl=False)
            shown = True
    except KeyboardInterrupt:
        parts.close()
        echo()
        echo("(stopped; /again answers anew)", err=True, dim=True)
        return
    if shown:
        echo()
    if (answer := chat.answer) is None:
        return
    if answer.note:
        echo(answer.note, err=True, dim=True)
    if answer.needs_human:
        echo(f"A person is needed: {answer.reason}", err=True, fg="yellow")
    for place in answer.citations:
        echo(f"  {'near' if answer.needs_human else 'from'} {place}", err=True, dim=True)


def _found(kept: Conversations, find: str, *, as_json: bool) -> int:
    """Print the turns that hold all words. Exit code 1 where there are none."""
    if not (words := find.split()):
        raise UsageError("--find: there is no word to find")
    found = list(islice(kept.find(words), None if as_json else FOUND + 1))
    if as_json:
        print_json({"turns": list(map(_record, found))})
    for one in [] if as_json else found[:FOUND]:
        echo(f"{one.conversation}.{one.place}  {one.at[:16]}  {one.speaker}: {in_line(one.text)}")
    if not as_json and len(found) > FOUND:
        echo(f"There are more than {FOUND}; --json has all", err=True)
    if not found:
        echo(f"Nobody said {' and '.join(map(repr, words))}", err=True)
    return 0 if found else 1


def _record(turn: ChatTurn) -> dict[str, Json]:
    return {
        "conversation": turn.conversation,
        "place": turn.place,
        "at": turn.at,
        "speaker": turn.speaker,
        "text": turn.text,
        "citations": list(turn.citations),
        "reason": turn.reason,
    }
