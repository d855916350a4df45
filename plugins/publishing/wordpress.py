"""Pieces as WordPress imports them: WXR 1.2, an RSS 2.0 feed with WordPress's own elements (Tools > Import)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from aigc import exporter, whole_file
from aigc.types import Artifact, Json
from aigc_plugins.formats.ai_label import AiLabel, label_json, visible_line
from aigc_plugins.formats.piece_dates import piece_date
from aigc_plugins.formats.piece_titles import free_name, page_name
from aigc_plugins.formats.sound_text import sound_line
from aigc_plugins.publishing.html_pages import page_problems
from aigc_plugins.publishing.page_blocks import PageBlock, blocks_of
from aigc_plugins.publishing.page_html import body_html, escaped
from aigc_plugins.publishing.piece_values import (
    description_of,
    first,
    language_of,
    listed_field,
    of_piece,
    refuse,
    tags_of,
    title_of,
)

FILE = "wordpress.xml"
NEVER = "0000-00-00 00:00:00"  # the date of a draft that has none
NAMESPACES = {
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "wp": "http://wordpress.org/export/1.2/",
}
TITLE_META, DESCRIPTION_META = "_yoast_wpseo_title", "_yoast_wpseo_metadesc"
SERIALIZED = re.compile(r"(?:[aOsbidCE]:[\d.+-]+.*[;}]|N;)$", re.DOTALL)  # WordPress would read PHP's values of it


def what_wxr_refuses(artifact: Artifact, *, date: str = "", **_: Json) -> Iterator[str]:
    """Yield what keeps a piece out of WordPress; of a row, whose fields are all None yet, what its date is not."""
    yield from page_problems(artifact, date=date)
    for name, text in _metas(artifact).items():
        if SERIALIZED.match(text):
            yield f"has a text for {name} that PHP would run"


@exporter(name="wxr", suffixes=(".xml",), writes=(FILE,), refuses=what_wxr_refuses)
def wordpress_posts(
    artifacts: Sequence[Artifact],
    folder: Path,
    *,
    status: Literal["draft", "pending", "publish"] = "draft",
    post_type: Literal["post", "page"] = "post",
    site: str = "",
    date: str = "",
    ai_label: AiLabel = "metadata",
    producer: str = "",
) -> Iterator[Path]:
    """WordPress: all pieces as drafts in one WXR 1.2 file, for Tools > Import > WordPress.

    For pieces with a title and text: articles, lessons, stories, listings. The text is HTML without shortcodes, the
    description the excerpt and Yoast's meta description, a field `meta_title` Yoast's title; tags, categories, author
    and slug come along. The date is the field or input `date`, else the option; a draft needs none. `site` is the
    address of yours. A flagged piece is a draft whatever `status` says. `ai_label` metadata keeps with each post, as
    its custom field `AIGC`, that a model wrote it; visible says so in its last line too.
    """
    problems = ((one, what) for one in artifacts for what in what_wxr_refuses(one, date=date))
    refuse("wxr", problems)
    taken: set[str] = set()
    with whole_file(folder / FILE) as file:
        file.write(_opening(site))
        for number, artifact in enumerate(artifacts, 1):
            slug = free_name(page_name(artifact), taken)
            state = "draft" if artifact.status == "flagged" else status
            facts = {"post_id": str(number), "post_name": slug, "status": state, "post_type": post_type}
            file.write("\n".join(_item(artifact, facts, date, site, ai_label, producer)) + "\n")
        file.write("</channel>\n</rss>\n")
    yield folder / FILE


def _opening(site: str) -> str:
    spaces = " ".join(f'xmlns:{name}="{address}"' for name, address in NAMESPACES.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {spaces}>\n<channel>\n'
        f"{_element('title', sound_line(site) or 'AIGC')}\n{_element('link', sound_line(site))}\n"
        f"{_element('description', '')}\n{_element('wp:wxr_version', '1.2')}\n"
        f"{_element('wp:base_site_url', sound_line(site))}\n{_element('wp:base_blog_url', sound_line(site))}\n"
    )


def _item(
    artifact: Artifact, facts: Mapping[str, str], date: str, site: str, ai_label: AiLabel, producer: str
) -> Iterator[str]:
    """Yield the lines of a post."""
    local, universal = _dates(artifact, date)
    blocks = [*blocks_of(artifact.fields)]
    if ai_label == "visible":
        blocks.append(PageBlock(text=visible_line(language_of(artifact))))
    yield "<item>"
    yield _element("title", escaped(title_of(artifact)))  # a title is HTML there
    yield _element("link", sound_line(of_piece(artifact, "url", "link")))
    yield _element("dc:creator", of_piece(artifact, "author"))
    yield f'<guid isPermaLink="false">{_cdata(sound_line(f"{site}aigc:{artifact.id}"))}</guid>'
    yield _element("description", "")
    yield _element("content:encoded", body_html(blocks, brackets=False))
    yield _element("excerpt:encoded", escaped(description_of(artifact)))
    yield _element("wp:post_date", local)
    yield _element("wp:post_date_gmt", universal)
    closed = {"comment_status": "closed", "ping_status": "closed", "post_parent": "0", "menu_order": "0"}
    for name, text in {**facts, **closed, "post_password": "", "is_sticky": "0"}.items():
        yield _element(f"wp:{name}", text)
    for domain, names in (("category", listed_field(artifact, "categories")), ("post_tag", tags_of(artifact))):
        for name in names:
            slug = escaped(_nicename(name))
            yield f'<category domain="{domain}" nicename="{slug}">{_cdata(escaped(name))}</category>'
    label = {"AIGC": label_json(artifact, producer)} if ai_label != "off" else {}
    for name, text in {**_metas(artifact), **label}.items():
        yield f"<wp:postmeta>{_element('wp:meta_key', name)}{_element('wp:meta_value', text)}</wp:postmeta>"
    yield "</item>"


def _nicename(name: str) -> str:
    """Return what WordPress calls a tag in an address."""
    return "-".join(re.findall(r"\w+", name.lower())) or "tag"


def _metas(artifact: Artifact) -> dict[str, str]:
    told = {TITLE_META: first(artifact.fields, "meta_title"), DESCRIPTION_META: description_of(artifact)}
    return {name: text for name, text in told.items() if text}


def _dates(artifact: Artifact, date: str) -> tuple[str, str]:
    """Return when a post appears, by the site's clock and by Greenwich's; the latter is known where a zone is told."""
    day = piece_date(artifact, date)
    if day is None:
        return NEVER, NEVER
    if not isinstance(day, datetime):
        return f"{day:%Y-%m-%d} 00:00:00", NEVER
    return f"{day:%Y-%m-%d %H:%M:%S}", f"{day.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if day.tzinfo else NEVER


def _element(name: str, text: str) -> str:
    return f"<{name}>{_cdata(text)}</{name}>"


def _cdata(text: str) -> str:
    """Return a text, as a CDATA section where it has marks of XML, in two where it would end one. Numbers stand plain,
    as every reader of WordPress's takes them."""
    marked = any(char in text for char in "<>&")
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>" if marked else text
