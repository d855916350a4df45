"""Mails as files: one that mail programs open (.eml), and its two halves for mailing programs, HTML and plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from email.errors import HeaderParseError
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from pathlib import Path

from aigc import exporter, file_name, whole_file
from aigc.types import Artifact, Json
from aigc_plugins.email.mail_lists import mail_list
from aigc_plugins.formats.ai_label import AiLabel, label_json, visible_line
from aigc_plugins.formats.piece_titles import free_name
from aigc_plugins.formats.sound_text import sound, sound_line
from aigc_plugins.publishing.page_blocks import PageBlock, blocks_of
from aigc_plugins.publishing.page_html import body_html, escaped
from aigc_plugins.publishing.piece_values import FILLED, LINK, filled_in, flag_of, language_of, refuse, right_to_left

NAME = "email"
AROUND = ("preheader", "greeting", "button", "url", "postscript", "signature", "footer", "unsubscribe")  # the text
UNSHOWN = ("subject", "title", "day", "kind", "description", *AROUND)
WRITTEN = SMTP.clone(cte_type="7bit")
ADDRESS = re.compile(r"https?://[^\s<]+[^\s<.,;:!?)'\"]")
LEAVING = re.compile(r"https?://|mailto:|\*\||\{[{%]")  # an address, or what a mailing program puts there
STYLE = "margin:0 auto;max-width:600px;padding:24px;font:16px/1.5 sans-serif;color:#222"
PRESSED = "display:inline-block;padding:12px 24px;border-radius:4px;background:#1a4d8f;color:#fff;text-decoration:none"


def what_email_refuses(artifact: Artifact, *, sender: str = "", **_: Json) -> Iterator[str]:
    """Yield what keeps a piece from being a mail; of a row, whose fields are all None yet, what it will lack."""
    piece = filled_in(artifact)
    if "mails" not in piece.fields and not sound_line(piece.fields.get("subject")):
        yield "has no subject"
    if any(not mail.text for mail in _mails(piece)):
        yield "has no text beside its subject"
    for link in filter(None, (mail.url for mail in _mails(piece))):
        if not LINK.match(link) and link != FILLED:
            yield f"has the link {link[:80]!r}, which is none: one begins with https:// and has no spaces"
    if sender and not _sender(sender):
        yield f"cannot be sent by {sender!r}, which is no address: Meadowly <hello@example.com>"


@exporter(name=NAME, suffixes=(".eml", ".html", ".txt"), refuses=what_email_refuses)
def mail_files(
    artifacts: Sequence[Artifact],
    folder: Path,
    *,
    sender: str = "",
    ai_label: AiLabel = "metadata",
    producer: str = "",
) -> Iterator[Path]:
    """Mails in the folder `email`: of each an .eml, which mail programs open as a draft, and its HTML and plain text.

    For pieces with a `subject` and text, or with `mails` that have them: these become one set of files each, in order.
    What a mailing program fills in stands as it is. `sender` is who writes (Meadowly <hello@example.com>); a receiver
    there is none. `ai_label` metadata says in a header and in the head of the HTML that a model wrote the text,
    visible in the mail's last line too. A flagged piece says so in the header X-AIGC-Status.
    """
    refuse(NAME, ((one, what) for one in artifacts for what in what_email_refuses(one, sender=sender)))
    taken: set[str] = set()
    for artifact in artifacts:
        language, mails = language_of(artifact), list(_mails(artifact))
        closing = visible_line(language) if ai_label == "visible" else ""
        label = label_json(artifact, producer) if ai_label != "off" else ""
        base = free_name(file_name(artifact.id if len(mails) > 1 else mails[0].subject) or "mail", taken)
        for number, mail in enumerate(mails, 1):
            name = f"{base}-{number}" if len(mails) > 1 else base
            page, text = mail.page(language, label, closing), mail.plain(language, closing)
            message = _message(mail, text, page, sender)
            for header, value in (("X-AIGC", label), ("X-AIGC-Status", flag_of(artifact))):
                if value:
                    message[header] = value
            made = {".eml": message.as_bytes(policy=WRITTEN).decode("ascii"), ".html": page, ".txt": text}
            for suffix, content in made.items():
                path = folder / NAME / f"{name}{suffix}"
                with whole_file(path, newline="" if suffix == ".eml" else "\n") as file:
                    file.write(content)
                yield path


class MailText:
    """This is one mail: the fields around its text, and the text's blocks."""

    def __init__(self, fields: Mapping[str, Json]) -> None:
        shown = {name: value for name, value in fields.items() if name not in UNSHOWN}
        self.subject = sound_line(fields.get("subject"))
        self.text: Sequence[PageBlock] = tuple(blocks_of({"title": "", **shown}, but=("url",)))
        self.url = sound_line(fields.get("url"))
        self._around = {name: sound(fields.get(name) or "").strip() for name in AROUND}

    def page(self, language: str, label: str, closing: str) -> str:
        """Return the mail as HTML; `label` says to machines, `closing` to people that a model wrote it."""
        around = {name: escaped(text).replace("\n", "<br />") for name, text in self._around.items()}
        shown = ADDRESS.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', body_html(self.text))
        url, end = around["url"], around["unsubscribe"]
        button = f'<p><a href="{url}" style="{PRESSED}">{around["button"] or url}</a></p>' if url else ""
        left = f'<a href="{end}">{_left(language)}</a>' if LEAVING.match(end) else end
        small = "<br />".join(filter(None, [around["footer"], left, escaped(closing)]))
        hidden = f'<div style="display:none">{around["preheader"]}</div>' if around["preheader"] else ""
        parts = [_line(around["greeting"]), shown, button, *map(_line, (around["postscript"], around["signature"]))]
        parts += [f'<p style="font-size:13px;color:#666">{small}</p>'] if small else []
        inside = "\n".join(filter(None, [hidden, f'<div style="{STYLE}">', *parts, "</div>"]))
        head = f'<meta charset="utf-8">\n<title>{escaped(self.subject)}</title>'
        head += f'\n<meta name="AIGC" content="{escaped(label)}">' if label else ""
        attributes = f' lang="{language}"' if language else ""
        attributes += ' dir="rtl"' if right_to_left(language) else ""
        return f"<!DOCTYPE html>\n<html{attributes}>\n<head>\n{head}\n</head>\n<body>\n{inside}\n</body>\n</html>\n"

    def plain(self, language: str, closing: str) -> str:
        """Return the mail as plain text."""
        around, mark = self._around, "：" if language.startswith("zh") else ": "
        call = mark.join(filter(None, [around["button"], around["url"]])) if around["url"] else ""
        left = f"{_left(language)}{mark}{around['unsubscribe']}" if around["unsubscribe"] else ""
        small = "\n".join(filter(None, [around["footer"], left, closing]))
        text = "\n\n".join(map(_plain, self.text))
        parts = [around["greeting"], text, call, around["postscript"], around["signature"], small and f"--\n{small}"]
        return "\n\n".join(filter(None, parts)) + "\n"


def _mails(artifact: Artifact) -> Iterator[MailText]:
    mails = artifact.fields.get("mails")
    if isinstance(mails, list):
        yield from (MailText(one) for one in mails if isinstance(one, Mapping))
    else:
        yield MailText({name: value for name, value in artifact.fields.items() if value is not None})


def _message(mail: MailText, text: str, page: str, sender: str) -> EmailMessage:
    message = EmailMessage(policy=WRITTEN)
    message["Subject"] = mail.subject
    if sender:
        message["From"] = _sender(sender)
    message["X-Unsent"] = "1"  # mail programs open it to be sent
    message.set_content(text)
    message.add_alternative(page, subtype="html")
    message.set_boundary("=_" + sha256(f"{text}\0{page}".encode()).hexdigest()[:32])  # the same file of the same mail
    return message


def _sender(text: str) -> tuple[Address, ...]:
    """Return the one address with a domain that a text is; nothing where it is none."""
    try:
        found: tuple[Address, ...] = HeaderRegistry()("From", sound_line(text)).addresses  # type: ignore[attr-defined]
    except (HeaderParseError, ValueError, IndexError):
        return ()
    return found if len(found) == 1 and found[0].username and found[0].domain else ()


def _left(language: str) -> str:
    told = mail_list("wording")["unsubscribe"]
    return str(told.get(language.partition("-")[0], told["en"]))


def _line(text: str) -> str:
    return f"<p>{text}</p>" if text else ""


def _plain(block: PageBlock) -> str:
    named = f"{block.label}:" if block.label else ""
    listed = "\n".join(f"- {line}" for line in block.lines)
    return ("\n" if block.lines else " ").join(filter(None, [named, listed or block.text]))
