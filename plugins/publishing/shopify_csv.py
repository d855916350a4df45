"""Products' texts as Shopify imports them: only the columns that are written, so that nothing else changes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from aigc import exporter, whole_file
from aigc.errors import JobError
from aigc.types import Artifact
from aigc_plugins.formats.formulas import does_harm
from aigc_plugins.publishing.own_export import OwnExport, Row
from aigc_plugins.publishing.page_blocks import ABOUT, blocks_of
from aigc_plugins.publishing.page_html import body_html
from aigc_plugins.publishing.piece_values import filled_in, first, own_id, refuse, title_of
from aigc_plugins.publishing.platforms import platform

NAME = "shopify"
FILE = "shopify.csv"
HANDLE = re.compile(r"[\w-]+$")
LISTING = tuple(name for name in ABOUT if name not in ("description", "summary"))  # these are a listing's text
NEEDED = ("body", "seo_title", "seo_description")
Texts: TypeAlias = Literal["auto", "listing", "seo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyTexts:
    """This is how the import was asked for, by the exporter's options."""

    texts: Texts = "auto"
    title: str = ""
    export: str = ""

    def rows_of(self, handle: str) -> Sequence[Row]:
        """Return the rows of a product in the shop's own export: the first is the product, others its variants."""
        if not self.export:
            return ()
        file = OwnExport.read(Path(self.export))
        return file.named("Handle", handle) or file.named("URL handle", handle)

    def row_of(self, artifact: Artifact) -> Mapping[str, str]:
        """Return what a piece writes, by our names of the columns."""
        fields, handle = artifact.fields, own_id(artifact, "handle")
        described = first(fields, "meta_description")
        if self.texts == "seo" or (self.texts == "auto" and not any(blocks_of(fields))):
            shop = self.rows_of(handle)
            own = first(artifact.brief.values, self.title) if self.title else ""
            own = shop[0].get(OwnExport.read(Path(self.export)).column("Title"), "") if shop else own
            search = {"seo_title": first(fields, "meta_title") or title_of(artifact)}
            search["seo_description"] = described or first(fields, "description")
            return {"handle": handle, "title": own, **search}
        but = ABOUT if fields.get("sections") else LISTING  # an article's description is for search
        row = {"handle": handle, "title": title_of(artifact), "body": body_html(blocks_of(fields, but=but))}
        search = {"seo_title": first(fields, "meta_title"), "seo_description": described}
        return {**row, **{name: text for name, text in search.items() if text}}

    def variants_of(self, handle: str) -> Iterator[list[str]]:
        """Yield what tells the variants of a product apart: a list of option names and values for each of its rows."""
        if self.export:
            file = OwnExport.read(Path(self.export))
            columns = [file.column(name) for name in platform(NAME).options]
            yield from ([row.get(name, "") for name in columns] for row in self.rows_of(handle))


def what_shopify_refuses(artifact: Artifact, **options: str) -> Iterator[str]:
    """Yield what keeps a piece out of the import; of a row, whose fields are all None yet, what it will lack. JobError
    where the shop's export cannot be read: better now than later."""
    asked = ShopifyTexts(**options)  # type: ignore[arg-type]
    if asked.export:
        OwnExport.read(Path(asked.export))
    row = asked.row_of(filled_in(artifact))
    handle = row["handle"]
    if not handle:
        yield "has no handle, which a column `id` of its file or an input `handle` gives"
    elif not HANDLE.match(handle):
        yield f"has the handle {handle[:80]!r}, which is none: letters, digits and hyphens"
    elif asked.export and not asked.rows_of(handle):
        yield f"has the handle {handle[:80]!r}, which no row of {Path(asked.export).name} has"
    elif not row["title"] and "body" in row:
        yield "has no title"
    elif not row["title"]:
        yield "has no product title, without which Shopify takes no row: the option `export` names your products' file"
    yield from (f"has no {platform(NAME).columns[name]}" for name, text in row.items() if not text and name in NEEDED)
    for name, text in row.items():
        if name not in ("body", "title" if "body" not in row else "") and does_harm(text):
            yield f"has a {platform(NAME).columns[name]} that a spreadsheet would run: {text[:40]!r}"


@exporter(name=NAME, suffixes=(".csv",), writes=(FILE,), refuses=what_shopify_refuses)
def shopify_products(
    artifacts: Sequence[Artifact], folder: Path, *, texts: Texts = "auto", title: str = "", export: str = ""
) -> Iterator[Path]:
    """Shopify: a CSV for Products > Import, "overwrite products with matching handles", with the texts written alone.

    The handle is the field or input `handle`, else the column `id` of the briefs' file, as `--from shopify` reads it.
    A listing (a title and text, bullets or sections) fills Title and Body (HTML), and SEO Title and SEO Description
    from fields `meta_title` and `meta_description` where all pieces have them. A piece with nothing but a title and a
    description, as of `seo/meta`, fills SEO Title and SEO Description; `texts` says which it is. `export` names the
    file of products that your shop exported: each product's title, which Shopify wants in every row, and its variants
    are taken over from there. Without it the option `title` names the input that holds the title of a product, and
    there are no variants. Texts are written as they are, and one that a spreadsheet would run is refused.
    """
    asked = ShopifyTexts(texts=texts, title=title, export=export)
    problems = [
        (one, what) for one in artifacts for what in what_shopify_refuses(one, texts=texts, title=title, export=export)
    ]
    problems += _twice(artifacts)
    refuse(NAME, problems)
    filled = {frozenset(name for name, text in asked.row_of(one).items() if text) for one in artifacts}
    if len({"body" in names for names in filled}) > 1:
        raise JobError(
            f"{NAME}: some pieces are listings, others only a title and a description",
            hint="the option `texts` says which all are: listing or seo",
        )
    there = frozenset.intersection(*filled)
    columns = {name: heading for name, heading in platform(NAME).columns.items() if name in there}
    options = platform(NAME).options if export else ()
    with whole_file(folder / FILE, newline="\n") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([*columns.values(), *options])
        for artifact in artifacts:
            row = asked.row_of(artifact)
            first_variant, *others = list(asked.variants_of(row["handle"])) or [[]]
            table.writerow([*(row[name] for name in columns), *first_variant])
            for variant in others:
                table.writerow([row["handle"], *[""] * (len(columns) - 1), *variant])
    yield folder / FILE


def _twice(artifacts: Sequence[Artifact]) -> Iterator[tuple[Artifact, str]]:
    """Yield the pieces whose handle another one has: Shopify would take the second for a variant of the first."""
    taken: dict[str, str] = {}
    for artifact in artifacts:
        handle = own_id(artifact, "handle")
        if handle and taken.setdefault(handle, artifact.id) != artifact.id:
            yield artifact, f"has the handle {handle!r} of {taken[handle]}"
