"""The keys of a mix, `mixes/NAME.yaml`; see `mix`."""

from __future__ import annotations

from collections.abc import Mapping

from aigc.content.yaml_keys import Key, Keys, object_shape
from aigc.plugs.shapes import TEXT_SHAPE, Shape, list_of, values_of

FORMAT = 1
BIAS = "bias"

_DIGEST: Shape = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_NUMBER: Shape = {"type": "number"}
_NUMBERS: Shape = values_of(_NUMBER)

WEIGHED: Keys = {
    BIAS: Key(means="What is added to the weighted numbers.", shape=_NUMBER, default="0"),
    "weights": Key(means="The weight of each scorer's number.", shape=_NUMBERS, needed=True),
}
FITTED: Keys = {
    "labels": Key(means="On how many labelled lines it was fitted."),
    "facts": Key(means="About how many facts they were."),
    "auc": Key(means="The area under the curve of the worth."),
    "sure_auc": Key(means="The area under the curve of the sureness."),
    "precision": Key(means="Of first choices above the floor the share that is not faulty."),
    "at_least": Key(means="The same, with 95 % certainty at least."),
    "coverage": Key(means="The share of facts that have a line above the floor."),
    "date": Key(means="When it was fitted."),
}
ENTRY: Keys = {
    "model": Key(means="The model's name in the catalogue; it or `sha256` says whose mix it is.", shape=TEXT_SHAPE),
    "sha256": Key(means="The digest of the model's weights.", shape=_DIGEST),
    "adapter": Key(means="The digest of the adapter's weights.", shape=_DIGEST, default="of the model as it is"),
    **WEIGHED,
    "means": Key(means="The mean of each scorer's number.", shape=_NUMBERS, needed=True),
    "scales": Key(
        means="The spread of each scorer's number.",
        shape=values_of({"type": "number", "exclusiveMinimum": 0}),
        needed=True,
    ),
    "sure": Key(
        means="Other weights, of how sure it is that a line is not faulty.",
        shape=object_shape(WEIGHED),
        default="the same",
    ),
    "floor": Key(
        means="How sure a line must be to stand by itself; null where none was found.",
        shape={"type": ["number", "null"]},
        default="null",
    ),
    "floor_languages": Key(means="The languages in which it holds.", shape=list_of(TEXT_SHAPE), default="all"),
    "fitted": Key(means="What is known of the fit.", shape=object_shape(FITTED)),
}
MIX: Keys = {
    "aigc": Key(means="The version of this format.", shape={"const": FORMAT}, needed=True),
    "models": Key(
        means="What was fitted, for each model.",
        shape=list_of({**object_shape(ENTRY), "anyOf": [{"required": ["model"]}, {"required": ["sha256"]}]}),
        default="none",
    ),
}
SECTIONS: Mapping[str, tuple[str, Keys]] = {
    "A mix": ("", MIX),
    "What was fitted for a model": ("models[]", ENTRY),
    "`sure`": ("models[].sure", WEIGHED),
    "`fitted`": ("models[].fitted", FITTED),
}
