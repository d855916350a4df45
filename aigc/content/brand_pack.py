"""A brand pack: how a brand speaks, put into prompts and held against what comes out.

    brands/tablewright.yaml, in a project

    aigc: 1
    brand: Tablewright
    voice: Calm and exact. We talk to people who work at home.
    terms: {customer: member, cheap: affordable}
    banned: [world-class, revolutionary]
    required:
    - {text: Prices include VAT., in: [body, description]}
    audiences:
      parents: {who: parents of small children, voice: Warm and short.}
    markets:
      zh: {voice: 平实，不夸张。, terms: {顾客: 会员}}
    examples: [Carries 120 kg and does not wobble.]

A piece takes the pack that its input `brand_pack` names; `audience` and `market` (without it the language) choose what
is different there: a voice, examples and an entry of `terms` replace, what is banned and required comes on top.
`read_brand` reads a file strictly, `read_brands` a folder. Does not know: content types, drafts, projects.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aigc.content.brand_keys import AUDIENCE, BRAND, FORMAT, LONGEST, MOST, REQUIRED, RULES
from aigc.content.links import leads_out
from aigc.content.yaml_keys import Keys, needed
from aigc.content.yaml_lines import Node, read_yaml
from aigc.errors import ContentTypeError
from aigc.types import Json
from aigc.types.foreign import file_bytes

FOLDER = "brands"
PACK, AUDIENCE_INPUT, MARKET, LANGUAGE = "brand_pack", "audience", "market", "language"
INPUTS: Mapping[str, str] = {
    PACK: "The brand that speaks: a file of the project's brands/",
    AUDIENCE_INPUT: "Who reads it: an audience of the brand pack",
    MARKET: "Where it is read: a market of the brand pack",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MustSay:
    """This is a text that pieces must say, in one of some fields; without fields anywhere."""

    text: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandRules:
    """This is how a brand speaks to somebody: `terms` maps what others say to what it says."""

    voice: str = ""
    terms: Mapping[str, str] = field(default_factory=dict)
    banned: tuple[str, ...] = ()
    required: tuple[MustSay, ...] = ()
    examples: tuple[str, ...] = ()
    who: str = ""

    def over(self, other: BrandRules) -> BrandRules:
        """Return these rules laid over others."""
        return BrandRules(
            voice=self.voice or other.voice,
            terms={**other.terms, **self.terms},
            banned=tuple(dict.fromkeys((*other.banned, *self.banned))),
            required=tuple(dict.fromkeys((*other.required, *self.required))),
            examples=self.examples or other.examples,
            who=self.who or other.who,
        )


@dataclass(frozen=True, kw_only=True)
class BrandPack:
    """This is one file of `brands/`; `digest` is the SHA-256 of what stands in it."""

    name: str
    brand: str
    rules: BrandRules
    audiences: Mapping[str, BrandRules] = field(default_factory=dict)
    markets: Mapping[str, BrandRules] = field(default_factory=dict)
    digest: str = ""

    def rules_for(self, values: Mapping[str, Json]) -> BrandRules:
        """Return the rules for a brief's audience and market."""
        market = self.markets.get(str(values.get(MARKET) or values.get(LANGUAGE)))
        audience = self.audiences.get(str(values.get(AUDIENCE_INPUT)))
        rules = market.over(self.rules) if market else self.rules
        return audience.over(rules) if audience else rules

    def note(self, values: Mapping[str, Json]) -> str:
        """Return what a prompt says of the brand, in the language of the brief."""
        rules = self.rules_for(values)
        lines = _CHINESE if values.get(LANGUAGE) == "zh" else _ENGLISH
        parts = {
            "brand": self.brand,
            "voice": rules.voice,
            "who": rules.who,
            "terms": lines["and"].join(lines["term"].format(theirs, ours) for theirs, ours in rules.terms.items()),
            "banned": lines["and"].join(rules.banned),
            "examples": " ".join(rules.examples),
        }
        return "\n".join(lines[name].format(text) for name, text in parts.items() if text)


_ENGLISH = {
    "brand": "Brand: {}",
    "voice": "Voice: {}",
    "who": "Readers: {}",
    "terms": "Words: {}",
    "term": "say {1}, not {0}",
    "and": "; ",
    "banned": "Never say: {}",
    "examples": "It sounds like this: {}",
}
_CHINESE = {
    "brand": "品牌：{}",
    "voice": "语气：{}",
    "who": "读者：{}",
    "terms": "用词：{}",
    "term": "说“{1}”，不说“{0}”",
    "and": "；",
    "banned": "不说：{}",
    "examples": "例如：{}",
}


def read_brands(folder: Path) -> dict[str, BrandPack]:
    """Return the packs of a folder by the names of their files; none where there is no folder. ContentTypeError says
    which line of which file is wrong."""
    return {file.stem: read_brand(file, fence=folder.parent) for file in pack_files(folder)}


def read_brand(file: Path, *, fence: Path | None = None) -> BrandPack:
    """Return the pack in a file. ContentTypeError says which line is wrong, or that it lies outside the `fence`: one
    that somebody named may be a link to anywhere."""
    if fence is not None and leads_out(file, fence):
        raise ContentTypeError(f"{file}: is a link that leads out of {fence}")
    root = _only(read_yaml(file).root, BRAND)
    version = root.child("aigc")
    if version.value != FORMAT:
        version.fail(f"aigc is {version.value}; this version reads `aigc: {FORMAT}`")
    return BrandPack(
        name=file.stem,
        brand=_text(root.child("brand")),
        rules=_rules(root),
        audiences={name: _audience(name, node) for name, node in _members(root, "audiences")},
        markets={name: _rules(_only(node, RULES)) for name, node in _members(root, "markets")},
        digest=hashlib.sha256(file_bytes(file)).hexdigest(),
    )


def pack_files(folder: Path) -> list[Path]:
    """Return the files of a folder that are brand packs; none where there is no folder."""
    return sorted(file for file in folder.glob("*.yaml") if file.is_file())


def _only(node: Node, keys: Keys) -> Node:
    node.only(keys)
    for key in needed(keys):
        if key not in node:
            node.fail(f"{key!r} is missing")
    return node


def _audience(name: str, node: Node) -> BrandRules:
    who = _only(node, AUDIENCE).child("who")
    return BrandRules(who=_text(who) if "who" in node else name).over(_rules(node))


def _rules(node: Node) -> BrandRules:
    terms = {theirs.strip(): _text(one) for theirs, one in _members(node, "terms")}
    for theirs, ours in terms.items():
        if not theirs or theirs.casefold() == ours.casefold():
            node.child("terms").child(theirs).fail(f"{theirs!r} is what the brand says already")
    rules = BrandRules(
        voice=_text(node.child("voice")) if "voice" in node else "",
        terms=terms,
        banned=_texts(node, "banned"),
        required=tuple(_must_say(one) for one in _items(node, "required")),
        examples=_texts(node, "examples"),
    )
    _refuse_contradictions(node, rules)
    return rules


def _refuse_contradictions(node: Node, rules: BrandRules) -> None:
    """Refuse what cannot be kept: to say a word that is banned."""
    banned = {one.casefold(): one for one in rules.banned}
    for key, texts in (("terms", rules.terms.values()), ("required", [one.text for one in rules.required])):
        for text in texts:
            if word := banned.get(text.casefold().rstrip(".。!！")):
                node.child(key).fail(f"{word!r} must be said, and is banned", "take it out of one of them")


def _must_say(node: Node) -> MustSay:
    _only(node, REQUIRED)
    return MustSay(text=_text(node.child("text")), fields=_texts(node, "in"))


def _members(node: Node, key: str) -> Sequence[tuple[str, Node]]:
    if key not in node:
        return []
    members = list(node.child(key).items())
    _bounded(node.child(key), len(members), MOST, "entries")
    for name, one in members:
        _bounded(one, len(name), LONGEST, "characters", "the name")
    return members


def _items(node: Node, key: str) -> list[Node]:
    items = node.child(key).list() if key in node else []
    _bounded(node.child(key), len(items), MOST, "entries")
    return items


def _texts(node: Node, key: str) -> tuple[str, ...]:
    return tuple(_text(one) for one in _items(node, key))


def _text(node: Node) -> str:
    text = node.text().strip()
    _bounded(node, len(text), LONGEST, "characters")
    return text


def _bounded(node: Node, size: int, most: int, what: str, label: str = "") -> None:
    if size > most:
        node.fail(f"{label or node.label} has {size:,} {what}, at most {most:,}")
