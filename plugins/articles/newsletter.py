"""A newsletter from its items, each a title with what there is to say and where it goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigc import check
from aigc.types import Draft, Finding
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, in_sentence
from aigc_plugins.articles.page_wording import ended_line, pair_of, worded_for
from aigc_plugins.email.mail_lists import drawn

SUBJECT, PREHEADER = 60, 90
URL = re.compile(r"\s*\|?\s*(https?://\S+)\s*$")


def letter_subject(name: str, items: Sequence[str], *, issue: str | None = None, language: str = "en") -> str:
    """Return a subject: the first item's title with the newsletter's name, where both fit, else the title alone."""
    first = next((title for title, _, _ in map(letter_item, items)), "")
    mark = "：" if language == "zh" else ": "
    head = f"{name} {issue}".strip() if issue else name
    lines = [f"{head}{mark}{first}", f"{name}{mark}{first}", first, head]
    if re.search(r"[:：]", first):  # one colon is enough
        lines = lines[2:]
    return next((line for line in lines if line.strip(" ：:") and len(line) <= SUBJECT), head)


def letter_preheader(items: Sequence[str], *, language: str = "en") -> str:
    """Return what is seen behind the subject: the titles that it does not tell, as many as fit; of one alone what it
    says too."""
    titles = [title for title, _, _ in map(letter_item, items)]
    if len(items) == 2:
        title, text, _ = letter_item(items[1])
        mark = "：" if language == "zh" else " – " if ":" in title else ": "
        whole = f"{title}{mark}{in_sentence(text)}"
        if text and len(whole) < PREHEADER:
            return ended_line(whole, language)
    return _listed(titles[1:] or [letter_item(items[0])[1] or titles[0]], PREHEADER, language)


def letter_intro(name: str, items: Sequence[str], *, intro: str | None = None, language: str = "en") -> str:
    """Return how it opens: the brief's own words, else its titles in a line."""
    if own := " ".join(str(intro or "").split()):
        return ended_line(own, language)
    titles = [title for title, _, _ in map(letter_item, items)]
    line = drawn(worded_for("letter", language), "\n".join((name, *titles)))
    return line.replace("{titles}", ("；" if language == "zh" else "; ").join(titles))


def letter_sections(items: Sequence[str], *, language: str = "en") -> list[dict[str, str]]:
    """Return a section of each item: its title, what there is to say, its address."""
    sections = []
    for at, (title, text, url) in enumerate(map(letter_item, items)):
        more = drawn(worded_for("more", language), title, at).replace("{url}", url) if url else ""
        told = "\n\n".join(filter(None, [ended_line(text, language), more]))
        sections.append({"heading": title, "text": told})
    return sections


def letter_item(item: str) -> tuple[str, str, str]:
    """Return the title, the text and the address of `Title = what there is to say | https://address`."""
    found = URL.search(str(item))
    title, text = pair_of(URL.sub("", str(item)))
    return capital(title.strip(FINAL)), text, found[1] if found else ""


@check
def items_have_texts(draft: Draft) -> Iterator[Finding]:
    """Each of a newsletter's `items` is `Title = what there is to say`, and no title stands twice."""
    titles: set[str] = set()
    for item in draft.brief.values.get("items") or []:
        title, text, _ = letter_item(str(item))
        if not text:
            message = f"the item {title!r} says nothing: `Title = what there is to say | https://address`"
            yield Finding(message=message, field="sections")
        if title.casefold() in titles:
            yield Finding(message=f"two items are called {title!r}", field="sections")
        titles.add(title.casefold())


def _listed(texts: Sequence[str], most: int, language: str) -> str:
    joint, line = "；" if language == "zh" else "; ", ""
    for text in texts:
        longer = joint.join(filter(None, [line, text.strip(FINAL)]))
        line = longer if len(longer) < most else line
    return ended_line(line or texts[0][: most - 1], language)
