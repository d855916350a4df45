"""What a picture shows, in words for those who do not see it, and what its file is called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from aigc import check
from aigc.content import trim
from aigc.types import Draft, Finding
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, worded
from aigc_plugins.seo.web_names import web_name

ALT_TEXT = 125  # characters that screen readers read at once
SHOWN = re.compile(
    r"^\s*(?:(?:an?|the)\s+)?(?:(?:close-?up|colou?r|stock|product)\s+)?(?:image|picture|photo(?:graph)?|pic|snapshot)\s+"
    r"(?:of|showing|shows)\s+|^\s*(?:这是)?(?:一?[张幅])?(?:[^，,]{0,4}的)?(?:图片|照片|图像|配图)(?:显示|展示|中)?(?:的?是)?[：:，,]?",
    re.IGNORECASE,
)
PLACED = re.compile(
    r"(?:above|against|along|amid|among|around|at|before|behind|below|beside|between|by|during|from|in|inside|near|next|"
    r"on|outside|over|through|under|with|while)\b",
    re.IGNORECASE,
)
APART = re.compile(r",|\b(?:while|who|which|as|whose)\b", re.IGNORECASE)
# A Chinese setting that is a clause of its own: 背景是雪山, 旁边放着一把伞.
TOLD_BEHIND = re.compile(r"^(?:背景|身后|后面|远处|旁边|一旁)|[是有]|[放站坐躺摆挂铺停][着满]")
ENDING = re.compile(r"\.(jpe?g|png|webp|gif|avif|svg)$", re.IGNORECASE)


def alt_text(
    subject: str,
    *,
    setting: str | None = None,
    written: str | None = None,
    product: str | None = None,
    brand: str | None = None,
    language: str = "en",
) -> str:
    """Return what a picture shows within 125 characters: product and brand, the subject, where it is, words on it;
    in Chinese where it is stands before the subject.

    What does not fit is left out as a whole: first where it is, then the brand, the product, the words on it.
    """
    parts = {"written": written, "product": product, "brand": brand, "setting": setting}
    told = {name: text for name, value in parts.items() if (text := _line(value or ""))}
    texts = (
        _joined(_line(SHOWN.sub("", subject) or subject), {name: told[name] for name in kept}, language)
        for many in range(len(told), -1, -1)
        for kept in combinations(told, many)
    )
    return next((text for text in texts if len(text) <= ALT_TEXT), capital(trim(_line(subject), ALT_TEXT, "chars")))


def picture_file(*texts: str | None, file: str | None = None) -> str:
    """Return a file's name from the first of some texts of which an address can be made, with the ending of `file`.

    Where there is none, as for Chinese without the extra `pinyin`, the file keeps its name.
    """
    ending = ENDING.search(file or "")
    name = web_name(*(SHOWN.sub("", text or "") for text in texts), ENDING.sub("", file or ""))
    return f"{name or 'picture'}.{ending[1].lower() if ending else 'jpg'}"


@check
def names_no_picture(text: str) -> Iterator[str]:
    """An alt text says what there is to see, not that it is an image: no "image of", "photo showing", 图片：."""
    if found := SHOWN.match(text):
        yield f"says {found.group().strip()!r}, which a screen reader says already"


@check(severity="note")
def picture_told_whole(draft: Draft, *, field: str, inputs: Sequence[str]) -> Iterator[Finding]:
    """What the brief says of a picture in `inputs` stands in the text; what had no room is named."""
    text = str(draft.fields.get(field) or "").casefold()
    for name in inputs:
        told = _line(str(draft.brief.values.get(name) or ""))
        if text and told and told.casefold() not in text:
            yield Finding(message=f"has no room for the {name} {told!r}", field=field)


def _joined(subject: str, told: dict[str, str], language: str) -> str:
    chinese = language == "zh"
    shown, name, owner = subject, told.get("product", ""), worded(told.get("brand"))
    if place := told.get("setting", ""):
        # behind "…, one without strings" or "while …" a place would be that one's alone; in Chinese a place leads
        gap = "，" if chinese else " " if PLACED.match(place) and not APART.search(shown) else ", "
        shown = f"{place}{gap}{shown}" if chinese and not TOLD_BEHIND.search(place) else f"{shown}{gap}{place}"
    if name and name.casefold() in subject.casefold():
        name = ""
    if owner and owner.casefold() not in f"{name} {subject}".casefold():
        name = (f"{owner}{name}" if chinese else f"{name} by {owner}") if name else owner
    text = capital(f"{name}{'：' if chinese else ': '}{shown}" if name else shown)
    if words := told.get("written", "").strip('"“”'):
        text += f"，图上写着“{words}”" if chinese else f', with the words "{words}"'
    return text


def _line(text: str) -> str:
    return " ".join(text.split()).strip(FINAL)
