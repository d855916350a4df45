"""What a picture shows, in words for those who do not see it, and what its file is called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aigc import check
from aigc.content import trim
from aigc.types import Draft, Finding
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, in_sentence, worded
from aigc_plugins.ads.fact_sentences import clause
from aigc_plugins.seo.web_names import web_name

ALT_TEXT, MOST_SHOWN = 125, 160  # characters that all screen readers read at once; where the picture takes more
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
LOCATED = re.compile("^在|[里上下中前后旁边外内间侧底顶口处]$|[晨晚夜午天季时]$")
DOER = re.compile(  # what begins a clause, or a thing, of its own; not "one without strings"
    r"(?:an?|the|his|her|their|its|about|around|two|three|four|five|six|seven|eight|nine|ten|many|several|people|children"
    r"|\d+)\s(?!.*\b(?:who|which|that)\b)|[a-z]{3,}s [a-z]+$",
    re.IGNORECASE,
)
SEEN = ("setting", "written")
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

    What does not fit is left out as a whole, first the brand, then the product; for where it is and the words on it
    there are 160 characters.
    """
    parts = {"setting": setting, "written": written, "product": product, "brand": brand}
    told = {name: text for name, value in parts.items() if (text := _line(value or ""))}
    shown = _line(SHOWN.sub("", subject) or subject)
    kept = [[*told], [one for one in told if one != "brand"], [one for one in told if one in SEEN]]
    texts = [_joined(shown, {name: told[name] for name in some}, language) for some in kept]
    seen = [
        _joined(shown, {name: told[name] for name in some}, language)
        for some in (["written"], ["setting"], [])
        if {*some} <= {*told}
    ]
    fitting = [text for text in texts if len(text) <= ALT_TEXT] or [
        text for text in texts[::-1] if len(text) <= MOST_SHOWN
    ]
    fitting += [text for text in seen if len(text) <= MOST_SHOWN]
    return next(iter(fitting), capital(trim(_line(subject), ALT_TEXT, "chars")))


def picture_words(subject: str, product: str | None = None) -> str:
    """Return what a picture's file is named by: the product, once, and what there is to see."""
    return (_with_product(subject, product, None, chinese=False) or f"{product} {subject}") if product else subject


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
    if name and (named := _with_product(subject, name, owner, chinese=chinese)):
        shown, name, owner = named, "", None
    place, acts = told.get("setting", ""), False
    if not chinese:
        shown, acts = _as_clauses(shown)
    if place and chinese:  # a place leads
        shown = f"{shown}，{place}" if TOLD_BEHIND.search(place) else f"{_placed(place)}，{shown}"
    elif place and acts and PLACED.match(place):  # behind two clauses it would be the second one's
        shown = f"{place}, {in_sentence(shown)}"
    elif place:  # so it would behind "…, one without strings" or "while …"
        shown = f"{shown}{' ' if PLACED.match(place) and not APART.search(shown) else ', '}{place}"
    if owner and owner.casefold() not in f"{name} {subject}".casefold():
        name = (f"{owner}{name}" if chinese else f"{name} by {owner}") if name else owner
    text = capital(f"{name}{'：' if chinese else ': '}{shown}" if name else shown)
    if words := told.get("written", "").strip('"“”'):
        loose = acts or clause(subject) or APART.search(subject)
        behind = f'. Text in the picture: "{words}"' if loose else f', with the words "{words}"'
        text += f"，图上写着“{words}”" if chinese else behind
    return text


def _with_product(subject: str, product: str, owner: str | None, *, chinese: bool) -> str:
    """Return a subject with a product's whole name and whose it is where it names the product in part: "a Corran black
    shoe polish tin" of "a shoe polish tin"; else nothing."""
    whole = (
        product
        if not owner or owner.casefold() in f"{product} {subject}".casefold()
        else f"{owner} {in_sentence(product)}"
    )
    if chinese:
        whole = whole.replace(" ", "") if owner else whole
        ends = (product[at:] for at in range(len(product) - 1))
        part = next((one for one in ends if subject.startswith(one) or (one == product and one in subject)), "")
        return subject.replace(part, whole, 1) if part else ""
    words = product.split()
    for at in range(max(len(words) - 1, 1)):
        found = re.search(rf"(?:\b(an?) )?\b{re.escape(' '.join(words[at:]))}\b", subject, re.IGNORECASE)
        if found:
            named = whole if owner else in_sentence(whole)
            led = f"{'an' if named[0].lower() in 'aeiou' else 'a'} " if found[1] else ""
            if not owner and at == 0:
                return subject
            return f"{subject[: found.start()]}{led}{named}{subject[found.end() :]}"
    return ""


def _as_clauses(subject: str) -> tuple[str, bool]:
    """Return two clauses that only a comma joins with "and" between them, and whether there are such."""
    before, comma, after = subject.partition(", ")
    if not comma or "," in after or not DOER.match(after):
        return subject, False
    return f"{before}, and {after}", True


def _placed(place: str) -> str:
    """Return a Chinese place as what happens there: 在社区活动室, 车棚里, not 在清晨."""
    return place if LOCATED.search(place) else f"在{place}"


def _line(text: str) -> str:
    return " ".join(text.split()).strip(FINAL)
