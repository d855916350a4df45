"""Tickets as people have them - tables, mails, chats, exports of help desks - read as the briefs of an FAQ.

A small YAML file says where they are; everything personal is masked before a brief is made, so that none of it comes
into a job's folder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import MIMEPart
from pathlib import Path
from typing import Any

from aigc import importer
from aigc.errors import BriefError, did_you_mean, first_line
from aigc.types import Json, Row
from aigc.types.foreign import read_json
from aigc_plugins.formats.csv_briefs import csv_briefs
from aigc_plugins.formats.json_briefs import jsonl_briefs
from aigc_plugins.formats.xlsx_briefs import xlsx_briefs
from aigc_plugins.support.faq_parts import LEAST_TICKETS
from aigc_plugins.support.like_questions import Ticket, like_questions
from aigc_plugins.support.personal import masked
from aigc_plugins.support.ticket_text import own_text, shortened

COLUMNS: Mapping[str, Sequence[str]] = {  # by which names a column is known, in small letters
    "id": ("id", "ticket id", "ticket", "ticket number", "number", "工单号", "编号", "工单编号"),
    "subject": ("subject", "title", "topic", "主题", "标题"),
    "question": (
        "question",
        "description",
        "message",
        "customer message",
        "customer",
        "body",
        "问题",
        "描述",
        "客户问题",
        "客户消息",
        "内容",
    ),
    "answer": (
        "answer",
        "reply",
        "agent reply",
        "response",
        "resolution",
        "agent",
        "comment",
        "回答",
        "回复",
        "客服回复",
        "答复",
        "解决方案",
    ),
}
PEOPLE = (
    "name",
    "requester",
    "requester name",
    "customer name",
    "assignee",
    "agent name",
    "submitter",
    "author",
    "contact",
    "姓名",
    "客户姓名",
    "客服",
    "客服姓名",
    "处理人",
)
OURS = ("tickets", "columns", "per", "names")  # keys of the file that are no inputs
TABLES: Mapping[str, Callable[..., Iterator[Row]]] = {
    ".csv": csv_briefs,
    ".tsv": csv_briefs,
    ".xlsx": xlsx_briefs,
    ".jsonl": jsonl_briefs,
}
TEXTS = (".txt", ".md")
SPEAKER = re.compile(
    r"(?im)^\s*\**(?P<asked>customer|client|user|question|q|客户|顾客|用户|问题|问)(?:\s*\d+)?\**\s*[:：]|"
    r"^\s*\**(?P<told>agent|support|reply|answer|a|team|客服|回复|回答|答)(?:\s*\d+)?\**\s*[:：]"
)
MOST_FILES, LARGEST = 5000, 1 << 22  # bytes of one message file
REPLY_BELOW = re.compile(r"(?m)^On .{4,120} wrote:\s*$|^在.{4,60}写道[:：]\s*$")


@dataclass(slots=True)
class _Found:
    tickets: list[dict[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    ids: dict[str, int] = field(default_factory=dict)  # how often each was given


@importer(name="tickets", suffixes=(".tickets",))
def ticket_briefs(path: Path) -> Iterator[Row]:
    """A YAML file that says where tickets are: in tables, folders of mails and chats, or exports of a help desk.

    `tickets` lists files and folders beside it: CSV, XLSX and JSON lines with a question and an answer (`columns` says
    which they are, where their names do not), JSON of Zendesk's ticket export, .txt and .md in which "Customer:" and
    "Agent:" begin what each says, .eml replies with the mail that they answer below. All are one brief, or with `per:
    question` one for each question that comes again. Names of people in columns of their own are masked everywhere, and
    so is all else that is personal but what `keep` lists. Any other key is an input.
    """
    for number, given in enumerate(_manifest(path), 1):
        where = f"{path.name}: FAQ {number}"
        found = _Found(names={str(one) for one in _listed(given.get("names"))})
        for name in given["tickets"]:
            for file in _files(path, str(name)):
                _read(file, path, given, found)
        if not found.tickets:
            hint = "say which columns they are: columns: {question: …, answer: …}"
            raise BriefError(f"{where}: no ticket has a question and an answer", hint=hint)
        keep = [str(one) for one in _listed(given.get("keep"))]
        names = frozenset(found.names)
        tickets = [_without_names(one, names, keep) for one in found.tickets]
        values = {name: value for name, value in given.items() if name not in OURS}
        per = str(given.get("per") or "")
        for at, group in enumerate(_parted(tickets, per, int(given.get("at_least") or LEAST_TICKETS)), 1):
            yield Row(values={**values, "tickets": group}, where=f"{where}, question {at}" if per else where)


def _parted(tickets: list[dict[str, str]], per: str, least: int) -> Iterator[list[dict[str, str]]]:
    if not per:
        yield tickets
        return
    by_id = {one["id"]: one for one in tickets}
    for group in like_questions([Ticket(**{"question": "", **one}) for one in tickets]):
        if len(group) >= least:
            yield [by_id[one.id] for one in group]


def _manifest(path: Path) -> list[dict[str, Any]]:
    """Return what a file says of each FAQ. BriefError where it is not such a file."""
    import yaml

    try:
        text = path.read_text(encoding="utf-8-sig")
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):  # a few lines of them are written out as millions of values
                where = f"{path.name}:{event.start_mark.line + 1 if event.start_mark else 1}"
                raise BriefError(f"{where}: anchors and aliases are not used here", hint="write the value out")
        read = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise BriefError(f"{path}: cannot be read: {error}") from error
    except RecursionError as error:
        raise BriefError(f"{path.name}: is nested too deep") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path.name}:{mark.line + 1}" if mark else path.name
        raise BriefError(f"{where}: is not YAML: {getattr(error, 'problem', error)}") from error
    return [_checked(one, path) for one in (read if isinstance(read, list) else [read])]


def _checked(given: Any, path: Path) -> dict[str, Any]:
    if not isinstance(given, dict) or not given.get("tickets"):
        raise BriefError(f"{path.name}: names no tickets", hint="tickets: [export.csv, inbox]")
    columns = given.get("columns") or {}
    wrong = [str(name) for name in columns if name not in COLUMNS] if isinstance(columns, dict) else ["columns"]
    if wrong:
        told = f"{path.name}: columns: {wrong[0]!r} is none of {', '.join(COLUMNS)}"
        raise BriefError(told, hint=did_you_mean(wrong[0], list(COLUMNS)))
    if given.get("per") not in (None, "question"):
        raise BriefError(f"{path.name}: per: {given['per']!r} is not `question`")
    if given.get("at_least") is not None and not re.fullmatch(r"[1-9]\d{0,8}", str(given["at_least"])):
        raise BriefError(f"{path.name}: at_least: {given['at_least']!r} is no whole number from 1 up")
    return {str(name): value for name, value in given.items()} | {"tickets": _listed(given["tickets"])}


def _listed(value: Any) -> list[Any]:
    """Return a list as it is, and a single value as a list of it."""
    return value if isinstance(value, list) else [value] if value else []


def _files(manifest: Path, name: str) -> list[Path]:
    """Return the files of a name beside the manifest. BriefError where it is nowhere, or leads elsewhere."""
    home = manifest.parent.resolve()
    try:
        place = (home / name).resolve()
        place.exists()
    except (OSError, RuntimeError, ValueError) as error:  # too long, a link to itself, a NUL
        raise BriefError(f"{manifest.name}: {name[:80]!r} is no name of a file: {first_line(error)}") from error
    if not place.is_relative_to(home):
        raise BriefError(
            f"{manifest.name}: {name!r} leads out of the folder of this file", hint="put the tickets beside it"
        )
    if place.is_dir():
        found = sorted(
            one
            for one in place.rglob("*")
            if one.is_file() and one.suffix.lower() in (*TABLES, *TEXTS, ".eml", ".json")
        )
        found = [one for one in found if one.resolve().is_relative_to(home)]
        if len(found) > MOST_FILES:
            raise BriefError(f"{manifest.name}: {name!r} has {len(found)} files; {MOST_FILES} are read at most")
        return found
    if not place.is_file():
        raise BriefError(f"{manifest.name}: there is no {name!r}", hint="names are read from the folder of this file")
    return [place]


def _read(file: Path, manifest: Path, given: Mapping[str, Any], found: _Found) -> None:
    """Take the tickets of a file. BriefError names it where it cannot be read."""
    try:
        _read_known(file, manifest, given, found)
    except BriefError:
        raise
    except (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError) as error:
        told = f"{manifest.name}: {file.name}: is no sound {file.suffix} file ({first_line(error)})"
        raise BriefError(told, hint="mend it, or put it elsewhere") from error


def _read_known(file: Path, manifest: Path, given: Mapping[str, Any], found: _Found) -> None:
    suffix = file.suffix.lower()
    if suffix in TABLES:
        for row in TABLES[suffix](file):
            _take_row(row.values, given.get("columns") or {}, found)
        return
    if file.stat().st_size > LARGEST:
        raise BriefError(f"{manifest.name}: {file.name} is larger than {LARGEST >> 20} MB")
    if suffix == ".json":
        _take_json(read_json(file.read_text(encoding="utf-8-sig")), given.get("columns") or {}, found)
    elif suffix == ".eml":
        _take_mail(file, found)
    elif suffix in TEXTS:
        _take(found, id=file.stem, **_spoken(file.read_text(encoding="utf-8-sig", errors="replace")))
    else:
        raise BriefError(
            f"{manifest.name}: {file.name}: no tickets are read from {suffix!r}",
            hint=f"known: {', '.join((*TABLES, '.json', '.eml', *TEXTS))}",
        )


def _take_row(values: Mapping[str, Json], columns: Mapping[str, Any], found: _Found) -> None:
    plain = {
        str(name).strip().lower(): str(value or "")
        for name, value in values.items()
        if not isinstance(value, list | dict)
    }
    picked = {}
    for part, names in COLUMNS.items():
        wanted = [str(columns[part]).lower()] if part in columns else names
        picked[part] = next((plain[name] for name in wanted if plain.get(name)), "")
    found.names.update(plain[name] for name in PEOPLE if plain.get(name))
    _take(found, **picked)


def _take_json(value: Json, columns: Mapping[str, Any], found: _Found) -> None:
    """Take the tickets of a JSON file: Zendesk's, with their comments, or objects with a question and an answer."""
    listed = value.get("tickets", [value]) if isinstance(value, dict) else value
    for one in listed if isinstance(listed, list) else []:
        if not isinstance(one, dict):
            continue
        comments = one.get("comments")
        if not isinstance(comments, list):
            _take_row(one, columns, found)
            continue
        asker = one.get("requester_id")
        public = [each for each in comments if isinstance(each, dict) and each.get("public", True)]
        asked = [_body(each) for each in public if each.get("author_id") == asker]
        told = [_body(each) for each in public if each.get("author_id") != asker]
        _take(
            found,
            id=str(one.get("id") or ""),
            subject=str(one.get("subject") or ""),
            question=(asked or [str(one.get("description") or "")])[0],
            answer="\n".join(told),
        )


def _body(comment: Mapping[str, Json]) -> str:
    return str(comment.get("plain_body") or comment.get("body") or "")


def _take_mail(file: Path, found: _Found) -> None:
    """Take a reply as it was mailed: its text, and below it the mail that it answers."""
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    body = mail.get_body(preferencelist=("plain",))
    text = _told_in(body) if body is not None else ""
    for header in ("from", "to", "cc"):
        for address in getattr(mail[header], "addresses", ()) if mail[header] else ():
            found.names.update(filter(None, (address.display_name,)))
    parts = REPLY_BELOW.split(text, maxsplit=1)
    asked = re.sub(r"(?m)^> ?", "", parts[1]) if len(parts) > 1 else ""
    _take(found, id=file.stem, subject=str(mail["subject"] or ""), question=asked, answer=parts[0])


def _told_in(body: MIMEPart) -> str:
    """Return the text of a mail, also where its characters are counted in a way that nobody knows."""
    try:
        return str(body.get_content())
    except LookupError:
        return bytes(body.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _spoken(text: str) -> dict[str, str]:
    """Return what customer and agent say in a text in which each line of theirs begins with who speaks."""
    found = list(SPEAKER.finditer(text))
    parts: dict[str, list[str]] = {"question": [], "answer": []}
    for at, one in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(text)
        parts["question" if one["asked"] else "answer"].append(text[one.end() : end].strip())
    head = text[: found[0].start()].strip() if found else ""
    subject = re.sub(r"(?i)^#*\s*(?:subject[:：])?\s*", "", head.split("\n")[0]) if head else ""
    return {"subject": subject, **{name: "\n".join(told) for name, told in parts.items()}}


def _take(found: _Found, **parts: str) -> None:
    """Keep a ticket that has a question and an answer, under an id that no other has."""
    if not parts.get("answer", "").strip() or not (parts.get("question", "") + parts.get("subject", "")).strip():
        return
    name = own = name if (name := parts.get("id") or "") and "@" not in name else str(len(found.tickets) + 1)
    while name in found.ids:
        name = f"{own}+{found.ids[own] if found.ids[own] > 1 else ''}"
        found.ids[own] += 1
    found.ids[name] = 1
    found.tickets.append(
        {
            "id": name,
            "subject": parts.get("subject", ""),
            "question": parts.get("question", ""),
            "answer": parts["answer"],
        }
    )


def _without_names(ticket: Mapping[str, str], names: frozenset[str], keep: Sequence[str]) -> dict[str, str]:
    """Return a ticket with nothing personal in it, without what it has no text for."""
    texts = {name: shortened(text) if name in ("id", "subject") else own_text(text) for name, text in ticket.items()}
    hidden = {name: text if name == "id" else masked(text, names=names, keep=keep) for name, text in texts.items()}
    return {name: text for name, text in hidden.items() if text.strip()}
