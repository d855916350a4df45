"""The keys of a job file that are no settings; see `plan`."""

from __future__ import annotations

from aigc.content.yaml_keys import Key, Keys
from aigc.plugs.shapes import TEXT_SHAPE, TRUTH, defined, list_of, values_of, with_keys

FORMAT = 1
VARIANTS = "variants"
MOST_VARIANTS = 1000  # draws of one brief; further ones are for pieces that are written again
SAMPLE = "sample"

JOB: Keys = {
    "aigc": Key(means="The version of this format.", shape={"const": FORMAT}, default="the newest"),
    "type": Key(means="The content type, or its YAML file as seen from here.", shape=TEXT_SHAPE, needed=True),
    "briefs": Key(
        means=f"The file of rows, as seen from here; `{SAMPLE}` is the type's own.", shape=TEXT_SHAPE, needed=True
    ),
    "from": Key(means="Whose export the rows are: a tool, or the YAML file of one.", shape=TEXT_SHAPE),
    "map": Key(means="Input → the column that feeds it.", shape=values_of(TEXT_SHAPE), default="columns of its name"),
    "set": Key(means="Input → its value in all rows, or an expression of their cells.", shape=values_of({})),
    "input": Key(means="How to read the file: options of its importer.", shape=defined("reading")),
    "limit": Key(means="Only the first rows, so many.", shape={"type": "integer", "minimum": 1}, default="all"),
    "matrix": Key(
        means=f"Input → the values that every row is crossed with; `{VARIANTS}: 3` asks for three texts of each.",
        shape=with_keys(
            values_of(list_of({})),
            {VARIANTS: {"type": ["integer", "string"], "minimum": 1, "maximum": MOST_VARIANTS}},
        ),
    ),
    "exports": Key(
        means="The formats that the pieces leave in.", shape=defined("exports"), default="those of the type"
    ),
    "with_flagged": Key(means="Flagged pieces are exported too, marked as such.", shape=TRUTH, default="false"),
}
