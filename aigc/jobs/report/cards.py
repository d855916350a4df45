"""How a piece looks where it is published: a search ad, a search result, a post, an article.

It is told by the names of its fields, which exporters know a piece by too, so whatever type writes them has it: a list
`headlines` with a list `descriptions`, a text `post`, a `title` with `sections`, a `title` with a `description`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from aigc.types import Artifact, Json

Place: TypeAlias = str  # path of a text of the piece
Kind: TypeAlias = Literal["title", "text", "heading", "post"]

LABELS: Mapping[str, str] = MappingProxyType({"en": "Sponsored", "zh": "赞助"})
PLATFORMS: Mapping[str, str] = MappingProxyType(
    {"x": "X", "linkedin": "LinkedIn", "xiaohongshu": "小红书", "weibo": "微博", "douyin": "抖音", "wechat": "微信"}
)  # whose names are not just capitalised
HEADLINES, DESCRIPTIONS = 3, 2  # that a search ad shows at once


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceCard:
    """This is what a piece looks like: who shows it, where, and the texts that stand there, those of a block together.

    `whole` says that it has all that people will read, so that the fields need not be looked at.
    """

    like: Literal["ad", "result", "post", "article"]
    blocks: tuple[tuple[Kind, tuple[Place, ...]], ...]
    who: str = ""
    where: str = ""
    label: str = ""
    platform: str = ""
    whole: bool = False


def card_of(artifact: Artifact) -> PieceCard | None:
    """Return what a piece looks like where it is published, or None where its fields do not tell."""
    fields = artifact.fields
    if _texts(fields.get("headlines")) and _texts(fields.get("descriptions")):
        return _advert(artifact)
    if _text(fields.get("post")):
        return _post(artifact)
    if _text(fields.get("title")) and isinstance(fields.get("sections"), list):
        return PieceCard(like="article", blocks=tuple(_told(fields)), whole=True)
    if fields.keys() == {"title", "description"} and all(map(_text, fields.values())):
        return _result(artifact)
    return None


def _result(artifact: Artifact) -> PieceCard:
    address = _address(_value(artifact, "url"))
    return PieceCard(
        like="result",
        who=_value(artifact, "brand") or "".join(address[:1]),
        where=" › ".join(address),
        blocks=(("title", ("title",)), ("text", ("description",))),
    )


def _advert(artifact: Artifact) -> PieceCard:
    fields = artifact.fields
    host = _address(_text(fields.get("final_url")) or _value(artifact, "url"))[:1]
    paths = [_text(fields.get(name)) for name in ("path1", "path2")]
    return PieceCard(
        like="ad",
        label=LABELS.get(_value(artifact, "language"), LABELS["en"]),
        who=_value(artifact, "brand") or "".join(host),
        where="/".join(filter(None, [*host, *paths])),
        blocks=(
            ("title", tuple(f"headlines[{at}]" for at in range(HEADLINES))),
            ("text", tuple(f"descriptions[{at}]" for at in range(DESCRIPTIONS))),
        ),
    )


def _post(artifact: Artifact) -> PieceCard:
    thread, platform = _texts(artifact.fields.get("thread")), _value(artifact, "platform")
    places = [f"thread[{at}]" for at in range(len(thread))] or ["post"]
    return PieceCard(
        like="post",
        who=next(filter(None, (_value(artifact, name) for name in ("brand", "product", "topic"))), ""),
        where=PLATFORMS.get(platform, platform.capitalize()),
        platform=platform,
        blocks=tuple(("post", (place,)) for place in places),
        whole=True,
    )


def _told(fields: Mapping[str, Json]) -> Iterator[tuple[Kind, tuple[Place, ...]]]:
    yield "title", ("title",)
    yield "text", ("intro",)
    for at, section in enumerate(fields["sections"]):
        if isinstance(section, Mapping):
            yield "heading", (f"sections[{at}].heading",)
            yield "text", (f"sections[{at}].text",)
        else:
            yield "text", (f"sections[{at}]",)


def _address(url: str) -> list[str]:
    """Return the host and the path of an address, part by part; nothing for what is none."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return []
    return [host.removeprefix("www."), *filter(None, parts.path.split("/"))] if host else []


def _value(artifact: Artifact, name: str) -> str:
    return _text(artifact.brief.values.get(name))


def _text(value: Json) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: Json) -> list[str]:
    return [one for one in map(_text, value) if one] if isinstance(value, list) else []
