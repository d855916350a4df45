"""What a brand pack does to a draft: its own words are put in place, what it never says is found, by the span."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from aigc.content.brand_pack import AUDIENCE_INPUT, FOLDER, INPUTS, PACK, BrandPack, BrandRules, MustSay
from aigc.content.content_type import ContentType, Schema
from aigc.errors import UsageError, did_you_mean
from aigc.plugs.extension import Bound, Extension, check, postprocessor
from aigc.types import Brief, Draft, Field, Finding, Json, texts_in

LINK = re.compile(r"\b\w+://\S+|\bwww\.\S+|(?<!\S)\S[^\s@]*@[^\s.]+\.\S+")
PLACE = f"{FOLDER}/"
SEARCHED = frozenset(("keyword", "keywords", "negatives", "seeds", "hashtags"))  # people type them as they do
SILENT = BrandRules()
ENDS, CLOSED = tuple(".!?…。！？；;:："), "\"'”’）)」』"
ARTICLE = re.compile(r"\b(an?)(\s+)\Z", re.IGNORECASE)


def branded(
    content_type: ContentType, packs: Mapping[str, BrandPack], default: str = "", where: str = PACK
) -> ContentType:
    """Return a content type with the inputs, the post-processors and the checks of brand packs; as it is without packs.

    An input that it has of the same name stays its own. UsageError, at `where` it was set, for a `default` that is no
    pack: without its rules nothing is to be written.
    """
    if default and default not in packs:
        raise UsageError(f"{where}: {PACK}: there is no {FOLDER}/{default}.yaml", hint=did_you_mean(default, packs))
    if not packs:
        return content_type
    inputs: dict[str, Schema] = {
        name: {"type": "string", "maxLength": 80, "default": None, "description": means}
        for name, means in INPUTS.items()
    }
    inputs[PACK] = {**inputs[PACK], "enum": list(packs), "default": default or None}
    extensions = _extensions(packs)
    steps = tuple(Bound(extension=one, where=PLACE) for one in extensions if one.kind == "postprocessor")
    never, always = (Bound(extension=one, where=PLACE) for one in extensions if one.kind == "check")
    stages = tuple(replace(stage, checks=(*stage.checks, never)) for stage in content_type.stages)
    return replace(
        content_type,
        brief={**content_type.brief, **{name: one for name, one in inputs.items() if name not in content_type.brief}},
        stages=stages if content_type.composed else content_type.stages,
        postprocess=(*content_type.postprocess, *steps),
        checks=(*content_type.checks, never, always),
    )


def in_brand_words(brief: Brief, packs: Mapping[str, BrandPack]) -> Brief:
    """Return a brief in the words of the brand that it names, as whoever writes it sees it: so that what is made of it
    fits, and keeps to it."""
    pack = packs.get(str(brief.values.get(PACK)))
    terms = pack.rules_for(brief.values).terms if pack else {}
    if not terms:
        return brief
    kept = SEARCHED | INPUTS.keys()
    values = {name: one if name in kept else _worded(one, terms) for name, one in brief.values.items()}
    return replace(brief, values=values)


def _worded(value: Json, terms: Mapping[str, str]) -> Json:
    if isinstance(value, str):
        return _put(value, terms)
    return [_worded(one, terms) for one in value] if isinstance(value, list) else value


def _extensions(packs: Mapping[str, BrandPack]) -> tuple[Extension, ...]:
    """Return what puts the brands' words in place, and the checks of what they never and always say."""

    def speaking(draft: Draft) -> tuple[str, BrandRules]:
        pack = packs.get(str(draft.brief.values.get(PACK)))
        return (pack.brand, pack.rules_for(draft.brief.values)) if pack else ("", SILENT)

    @postprocessor
    def brand_words(text: str, field: Field) -> str:
        """Put the brand's words in place of others'."""
        _, rules = speaking(field.draft)
        return _put(text, rules.terms) if rules.terms else text

    @postprocessor
    def brand_lines(draft: Draft) -> Mapping[str, Json]:
        """Put what the brand always says to the end of a field, where a piece does not say it."""
        fields = dict(draft.fields)
        for one in speaking(draft)[1].required:
            places = _places(one, fields) if one.fields else []
            if places and not _says(one, places, fields):
                fields[places[0]] = _appended(fields[places[0]], one.text, draft.schema.get(places[0], {}))
        return fields

    @check
    def brand_never_says(text: str, field: Field) -> Iterator[Finding]:
        """A text has no word that the brand never says."""
        brand, rules = speaking(field.draft)
        for found in _spoken(_pattern(rules.banned), text) if rules.banned else ():
            yield Finding(message=f"has {found.group()!r}, which {brand} never says", span=found.span())

    @check
    def brand_always_says(draft: Draft) -> Iterator[Finding]:
        """A piece has what the brand always says, and is for one of its audiences, where it has some."""
        brand, rules = speaking(draft)
        pack, reader = packs.get(str(draft.brief.values.get(PACK))), draft.brief.values.get(AUDIENCE_INPUT)
        if pack and pack.audiences and reader and reader not in pack.audiences:
            hint = did_you_mean(str(reader), pack.audiences) or f"there are: {', '.join(pack.audiences)}"
            yield Finding(message=f"the brief's audience {reader!r} is none of {brand}'s; {hint}", severity="warn")
        for one in rules.required:
            places = _places(one, draft.fields)
            if places and not _says(one, places, draft.fields):
                yield Finding(message=f"does not say {one.text!r}, as {brand} always does")

    return brand_words, brand_lines, brand_never_says, brand_always_says


def _places(one: MustSay, fields: Mapping[str, Json]) -> list[str]:
    """Return the fields of a piece in which something may be said."""
    return [name for name in one.fields or fields if fields.get(name)]


def _says(one: MustSay, places: Sequence[str], fields: Mapping[str, Json]) -> bool:
    wanted = _even(one.text)
    return any(wanted in _even(text) for name in places for text in texts_in(fields[name]))


def _even(text: str) -> str:
    return " ".join(text.casefold().split())


def _appended(value: Json, text: str, schema: Schema) -> Json:
    """Return a field with a text at its end: a list gets it as its last item, in the last one's place where it is full,
    paragraphs as their last; what is no sentence yet becomes one."""
    if isinstance(value, list):
        return [*value[: schema.get("maxItems", len(value) + 1) - 1], text]
    ended = str(value).rstrip()
    if "\n" in ended or "://" in ended.rpartition(" ")[2]:
        return f"{ended}\n\n{text}"
    chinese = ended.rstrip(CLOSED)[-1:] > "⺀"
    end = "" if ended.rstrip(CLOSED)[-1:] in ENDS else "。" if chinese else "."
    return f"{ended}{end}{'' if chinese else ' '}{text}"


def _put(text: str, terms: Mapping[str, str]) -> str:
    """Return a text with the brand's terms in it."""
    own = {theirs.casefold(): ours for theirs, ours in terms.items()}
    parts: list[str] = []
    last = 0
    for match in _spoken(_pattern(tuple(terms)), text):
        ours = own[" ".join(match["term"].casefold().split())]
        word = _cased(ours, match["term"])
        parts += [_with_article(text[last : match.start()], word), word, match["ending"] or ""]
        last = match.end()
    return "".join([*parts, text[last:]]) if parts else text


def _with_article(before: str, word: str) -> str:
    """Return what stands before a word, an "a" or "an" at its end as the word wants it."""
    article = "an" if word[:1].lower() in "aeiou" else "a"
    return ARTICLE.sub(lambda found: (article.capitalize() if found[1][0].isupper() else article) + found[2], before)


def _cased(ours: str, theirs: str) -> str:
    """Return our term with the capitals of theirs."""
    if len(theirs) > 1 and theirs.isupper():
        return ours.upper()
    return ours[:1].upper() + ours[1:] if theirs[:1].isupper() else ours


def _spoken(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield where a pattern matches outside of links."""
    links = [link.span() for link in LINK.finditer(text)]
    for match in pattern.finditer(text):
        if not any(start <= match.start() < end for start, end in links):
            yield match


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds these words, the longest first: a Latin one whole, and with a plural or genitive `s`."""
    spelt = (_spelt(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(f"(?P<term>{'|'.join(spelt)})(?P<ending>(?<=[a-z])(?:['’]?s|s['’])(?![^\\W_]))?", re.IGNORECASE)


def _spelt(word: str) -> str:
    before = r"(?<![^\W_])" if _latin(word[0]) else ""
    after = r"(?=(?:['’]?s|s['’])?(?![^\W_]))" if _latin(word[-1]) else ""
    return before + r"\s+".join(map(re.escape, word.split())) + after


def _latin(char: str) -> bool:
    return char.isalnum() and char < "⺀"
