"""The keys of a brand pack, `brands/NAME.yaml`; see `brand_pack`."""

from __future__ import annotations

from collections.abc import Mapping

from aigc.content.yaml_keys import Key, Keys, object_shape
from aigc.plugs.shapes import TEXT_SHAPE, Shape, list_of, values_of

FORMAT = 1

LONGEST = 2_000  # characters of a text
MOST = 500  # entries of a list or mapping

_TEXT: Shape = {**TEXT_SHAPE, "maxLength": LONGEST}
_TEXTS: Shape = {**list_of(_TEXT), "maxItems": MOST}


def _named(shape: Shape) -> Shape:
    """Return the shape of a mapping to such values, within the bounds."""
    return {**values_of(shape), "propertyNames": {"maxLength": LONGEST}, "maxProperties": MOST}


REQUIRED: Keys = {
    "text": Key(means="What must be said, word for word.", shape=_TEXT, needed=True),
    "in": Key(
        means="Fields that may say it: where none does, it is put to the end of the first that a piece has. A piece "
        "with none of these fields need not say it.",
        shape=_TEXTS,
        default="any field, and nothing is put anywhere",
    ),
}
RULES: Keys = {
    "voice": Key(means="How the brand speaks, in a sentence or two.", shape=_TEXT),
    "terms": Key(
        means="What others say → what the brand says; it is put in its place, a plural `s` and capitals kept.",
        shape=_named(_TEXT),
    ),
    "banned": Key(means="Words and phrases that the brand never says.", shape=_TEXTS),
    "required": Key(means="What every piece must say.", shape={**list_of(object_shape(REQUIRED)), "maxItems": MOST}),
    "examples": Key(means="Sentences as the brand says them, for the model to hear.", shape=_TEXTS),
}
AUDIENCE: Keys = {
    "who": Key(means="Who they are, in a few words.", shape=_TEXT, default="the audience's name"),
    **RULES,
}
BRAND: Keys = {
    "aigc": Key(means="The version of this format.", shape={"const": FORMAT}, needed=True),
    "brand": Key(means="The brand's name, as people read it.", shape=_TEXT, needed=True),
    **RULES,
    "audiences": Key(
        means="What is different for some readers, by the value of the input `audience`.",
        shape=_named(object_shape(AUDIENCE)),
    ),
    "markets": Key(
        means="What is different in some markets, by the value of the input `market`, else by the language.",
        shape=_named(object_shape(RULES)),
    ),
}
SECTIONS: Mapping[str, tuple[str, Keys]] = {
    "A brand pack": ("", BRAND),
    "What must be said": ("required[]", REQUIRED),
    "An audience": ("audiences.NAME", AUDIENCE),
    "A market": ("markets.NAME", RULES),
}
