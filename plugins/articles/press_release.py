"""A press release from its brief: who does what, when and where, then facts, a quote, who writes and whom to ask."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from jinja2 import pass_context
from jinja2.runtime import Context

from aigc import check
from aigc.content import trim
from aigc.types import Draft, Finding, Json, texts_in
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.fact_lines import FINAL, in_sentence
from aigc_plugins.ads.fact_shape import third_person
from aigc_plugins.articles.bare_facts import told_whole
from aigc_plugins.articles.page_wording import ended_line, in_paragraphs, page_wording, worded_for
from aigc_plugins.claims.claim_lists import lists_for
from aigc_plugins.claims.stems import bases
from aigc_plugins.rules.content_words import denies
from aigc_plugins.rules.support import points_back

HEADLINE, DESCRIPTION = 110, 155
DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})")
LED = re.compile(
    r"(?:in|at|on|near|from|across|outside|along|above|below|under|behind|opposite|beside|between|around|over|through"
    r"|since|by|after|before|during|until|throughout|every|each|within|later|this|next|today|tomorrow|online)\b",
    re.IGNORECASE,
)
ON_A_DAY = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)?\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b", re.IGNORECASE)
NEAR = re.compile(r"在([\u4e00-\u9fff]{2,}?)(?=[开启举设办推成建增新])")
GOING_ON = re.compile(r"(?!(?:bring|sing|string|swing|spring|fling|cling|ring|king)\b)[a-z]{3,}ing\s", re.IGNORECASE)
AHEAD = re.compile(r"^(?:next|later|tomorrow|this coming|from next|in the coming)\b", re.IGNORECASE)
_TIMETABLE = "open reopen close start begin end launch launche leave arrive return premiere is are was were will"
TIMETABLE = frozenset(_TIMETABLE.split())
QUOTED = re.compile(r"[“\"]([^”\"]{3,})[”\"]|「([^」]{3,})」")


@pass_context
def press_part(context: Context, part: str) -> Json:
    """Return a part of the press release of a brief, as `press_part("intro")`: title, description, intro, text or
    sections."""
    values = {name: value if isinstance(value, list) else _text(value) for name, value in context.get_all().items()}
    language = "zh" if values.get("language") == "zh" else "en"
    lead = _lead(values, language)
    title = capital(
        str(values.get("headline") or f"{values['who']}{'' if language == 'zh' else ' '}{values['what']}").strip(FINAL)
    )
    if part == "title":
        return title
    facts = list(values.get("facts") or [])
    whole, bare = told_whole(facts, language)
    opened = ended_line(title, language) == lead and len(whole) + bool(bare) > 1
    if len(whole) == 1 and len(bare) > 1 and not opened and language == "en":  # a lone one would stand out of its place
        whole, bare = [], facts
    first = ended_line(whole[0], language) if opened and whole else ""  # a lead says more than the title
    joint = "" if language == "zh" else " "
    if part == "description":
        if len(lead) > DESCRIPTION:
            return trim(f"{_text(values['who'])} {_text(values['what'])}", DESCRIPTION, "chars")
        others = [ended_line(one, language) for one in whole[bool(first) :]]
        others = [one for one in others if not denies(one)]  # what is not so is no summary
        others = [one for one in others[:1] if not first or not points_back(one)]
        longer = (joint.join([lead, one]) for one in (*others, first) if one)
        return next((one for one in longer if len(one) <= DESCRIPTION), lead)
    if part == "intro":
        told = joint.join(filter(None, [lead, first]))
        return f"{_release(values, language)}\n\n{_dateline(values, language)}{told}"
    if part == "text":
        end = "" if _sections(values, language) else worded_for("end", language)
        whole = whole[1:] if first else whole
        glance = _glance(bare, language)
        parts = [in_paragraphs(whole, language) if whole else "", glance, _quote(values, language), end]
        return "\n\n".join(filter(None, parts))
    *before, last = _sections(values, language) or [{}]
    return [*before, {**last, "text": f"{last['text']}\n\n{worded_for('end', language)}"}] if last else []


def _glance(bare: Sequence[str], language: str) -> str:
    """Return facts that are no sentences below one another, a lone one in a line."""
    head: str = worded_for("glance", language)
    if len(bare) == 1:
        return ended_line(f"{head}{'' if language == 'zh' else ' '}{in_sentence(bare[0])}", language)
    return "\n".join([head, *(f"• {capital(one.strip(FINAL))}" for one in bare)]) if bare else ""


@check
def quotes_have_speakers(draft: Draft) -> Iterator[Finding]:
    """What stands in quotation marks is the brief's, word for word, and its `quote` has a `speaker`."""
    values = draft.brief.values
    if _text(values.get("quote")) and not _text(values.get("speaker")):
        yield Finding(message="the brief has a quote and no speaker", field="text")
    told = " ".join(map(_text, texts_in(values)))
    for name, value in draft.fields.items():
        for text in texts_in(value):
            for found in QUOTED.finditer(text):
                words = (found[1] or found[2]).rstrip(".,，。")
                if words not in told:
                    yield Finding(message=f"quotes {words!r}, which the brief does not say", field=name)


def day_in_words(text: str, language: str) -> str:
    """Return a date such as 2026-12-01 as people write it; any other text as it is."""
    found = DAY.fullmatch(text)
    if found is None or not 0 < int(found["month"]) <= len(page_wording()["months"]):
        return text
    year, month, day = found["year"], int(found["month"]), int(found["day"])
    return f"{year}年{month}月{day}日" if language == "zh" else f"{day} {page_wording()['months'][month - 1]} {year}"


def _lead(values: dict[str, Json], language: str) -> str:
    """Return who does what, where and when, as one sentence."""
    who, what, where = (_text(values.get(name)).strip(FINAL) for name in ("who", "what", "where"))
    when = day_in_words(_text(values.get("when")).strip(FINAL), language)
    if language == "zh":
        place = where and (where if where[0] in "在于" else f"在{where}")
        place = "" if where and where in who else place  # 江城图书馆 is in 江城
        told = NEAR.search(what) if place else None  # 在老码头开店，老码头二号仓库
        if told and (where.startswith(told[1]) or where.endswith(told[1])):
            return ended_line("，".join(filter(None, [when, f"{who}{what.replace(told[0], place, 1)}"])), language)
        if place and "在" in what:  # it happens in a place of its own: 在大同，…在矿井里演出
            place = "" if where == _text(values.get("city")) else place  # which the dateline says
            return ended_line("，".join(filter(None, [when, place, f"{who}{what}"])), language)
        return ended_line("，".join(filter(None, [when, f"{who}{place}{what}"])), language)
    what = _to_come(_said_whole(who, what), when=_text(values.get("when")), date=_text(values.get("date")))
    place = where and (where if LED.match(where) else f"{_preposition(where)} {where}")
    time = when and (when if LED.match(when) else f"{'on' if ON_A_DAY.search(when) else 'in'} {when}")
    return ended_line(" ".join(filter(None, [who, what, place, time])), language)


def _said_whole(who: str, what: str) -> str:
    """Return what is new with its verb: "closing the bridge" and "to close the bridge" are no sentences, "is closing
    the bridge" is."""
    if not GOING_ON.match(what) and not what.startswith("to "):
        return what
    return f"{'are' if ' and ' in who else 'is'} {what}"


def _to_come(what: str, *, when: str, date: str) -> str:
    """Return what is new as what will be, where its time is surely ahead: "will put" of "puts … next summer". What a
    timetable says stays: "opens on 1 March"; so does what has a second verb, since nobody knows what goes with it."""
    ahead = bool(AHEAD.search(when)) or (DAY.fullmatch(when) and DAY.fullmatch(date) and when > date)
    verb, _, rest = what.partition(" ")
    verbs = lists_for("en").verbs
    if not ahead or verb in TIMETABLE or verb.removesuffix("s") in TIMETABLE or re.search(r"\band \w+s\b", rest):
        return what
    plain = "have" if verb == "has" else next((one for one in sorted(bases(verb)) if third_person(one) == verb), "")
    known = plain in verbs or plain == "have"
    return f"will {plain} {rest}" if known and verb not in verbs else what


def _preposition(where: str) -> str:
    """Return what leads a place in English, by the noun that it is: on the slope above Wells, in the old town."""
    words, known = re.findall(r"[a-z]+", where.lower()), page_wording()["places"]
    end = next((at for at, word in enumerate(words) if at and word in known["behind"]), len(words))
    head = words[end - 1] if words else ""
    if re.match(r"\d", where):
        return "at"
    if words[:2] != ["the", head] and words[1:2] and words[1] in known["named"]:
        return "on"  # the river Tam, the island Borne
    nouns = (head, head.removesuffix("s"))  # in the mountains, on the mountain
    found = next((led for noun in nouns for led in ("on", "in", "at") if noun in known[led]), "")
    return found or ("at" if words[:1] == ["the"] else "in")


def _sections(values: dict[str, Json], language: str) -> list[dict[str, str]]:
    """Return who writes and whom to ask, what there is of them."""
    about = worded_for("about", language).replace("{name}", values.get("brand") or values["who"])
    told = [
        (about, ended_line(_text(values.get("boilerplate")), language)),
        (worded_for("contact", language), _text(values.get("contact"))),
    ]
    return [{"heading": heading, "text": text} for heading, text in told if text]


def _release(values: dict[str, Json], language: str) -> str:
    until = day_in_words(_text(values.get("embargo")), language)
    return str(worded_for("embargo", language)).replace("{when}", until) if until else worded_for("release", language)


def _dateline(values: dict[str, Json], language: str) -> str:
    city, day = _text(values.get("city")), day_in_words(_text(values.get("date")), language)
    if language == "zh":
        return f"（{'，'.join(filter(None, [city, day]))}）" if city or day else ""
    line = ", ".join(filter(None, [city.upper(), day]))
    return f"{line} – " if line else ""


def _quote(values: dict[str, Json], language: str) -> str:
    quote = _text(values.get("quote")).strip('"“”「」 ')
    if not quote:
        return ""
    end = "。" if language == "zh" else ","
    spoken = ended_line(quote, language) if language == "zh" else quote.rstrip(FINAL)
    spoken += "" if language == "zh" or re.search(r"[!?…]$", spoken) else end
    line: str = worded_for("says", language)
    return line.replace("{quote}", spoken).replace("{speaker}", _text(values.get("speaker")))


def _text(value: Json) -> str:
    return " ".join(str(value).split()) if isinstance(value, str) else ""
