"""The keys of the YAML that says what a tool's exports look like; see `origins`."""

from __future__ import annotations

from collections.abc import Mapping

from aigc.content.yaml_keys import Key, Keys, object_shape
from aigc.plugs.shapes import TEXT_SHAPE, Shape, defined, list_of, values_of

FORMAT = 1

_COLUMNS: Shape = {"anyOf": [TEXT_SHAPE, list_of(TEXT_SHAPE)]}
_SOURCES: Shape = values_of(_COLUMNS)

JOIN: Keys = {
    "by": Key(
        means="The column in which rows that are one are alike, or the first of these.", shape=_COLUMNS, needed=True
    ),
    "parent": Key(
        means="The column in which a row names the one it is part of.", shape=_COLUMNS, default="rows of one name"
    ),
    "collect": Key(
        means="The columns whose different values become a list.", shape=_COLUMNS, default="the first row's stand"
    ),
}
ORIGIN: Keys = {
    "aigc": Key(means="The version of this format.", shape={"const": FORMAT}, needed=True),
    "title": Key(means='The tool\'s name, as in "looks like a Shopify export".', shape=TEXT_SHAPE, needed=True),
    "export": Key(means="Where the tool has its export.", shape=TEXT_SHAPE),
    "known_by": Key(
        means="A file with all columns of one of these lists is the tool's.",
        shape=list_of(list_of(TEXT_SHAPE)),
        needed=True,
    ),
    "input": Key(means="How to read the file, where its importer has such an option.", shape=defined("reading")),
    "join": Key(means="Which rows are one.", shape=object_shape(JOIN), default="each is its own"),
    "id": Key(
        means="The column that names the pieces, or the first of these.", shape=_COLUMNS, default="`id`, else numbers"
    ),
    "passes_over": Key(
        means="Column → values of rows that the tool shows nobody; `*` is anything.", shape=values_of(_COLUMNS)
    ),
    "feeds": Key(means="Input of any type → column, the first of some columns, or an expression.", shape=_SOURCES),
    "types": Key(means="Content type → its inputs, as `feeds` has them.", shape=values_of(_SOURCES)),
    "hints": Key(
        means="Input that the export does not have → what `--set` may say of it.", shape=values_of(TEXT_SHAPE)
    ),
}
SECTIONS: Mapping[str, tuple[str, Keys]] = {"An origin": ("", ORIGIN), "`join`": ("join", JOIN)}
