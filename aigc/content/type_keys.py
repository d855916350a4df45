"""The keys of a content type's YAML. Shapes that hang on what is installed are references: see `type_schema`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aigc.content.yaml_keys import Key, Keys, object_shape, of
from aigc.plugs.shapes import MAPPING, TEXT_SHAPE, TRUTH, Shape, defined, list_of, values_of
from aigc.types import STATUSES

FORMAT = 1
NAME = re.compile(r"[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*")
VARIABLE = re.compile(r"[a-z_][a-z0-9_]*")
VOICE_NAME = re.compile(r"[a-z][a-z0-9_]*")
LANGUAGE = re.compile(r"[a-z]{2}")
VOICES = "voices"
MOST_CANDIDATES = 64
MOST_ATTEMPTS = 20
MOST_SUGGESTED = 20

_LINE: Shape = {"type": "string", "pattern": r"^\s*\S[^\n]*\s*$"}

REPAIR: Keys = {
    "attempts": Key(
        means="How often a text that fails its checks is written again.",
        shape={"type": "integer", "minimum": 0, "maximum": MOST_ATTEMPTS},
        default="2",
    )
}
NEEDS: Keys = {
    "parameters": Key(
        means="How large a model must be at least: 135m, 1b, or a number.",
        shape={"type": ["string", "integer"], "minimum": 1},
        default="any size",
    ),
    "languages": Key(
        means="The languages that it can be written in.",
        shape=list_of({"type": "string", "pattern": f"^{LANGUAGE.pattern}$"}),
        default="all that the model knows",
    ),
}
OF_VOICE: Keys = {
    "summary": Key(means="What it is, in a line.", shape=TEXT_SHAPE),
    "needs": Key(means="What this voice needs of a model.", shape=object_shape(NEEDS)),
}
PICK: Keys = {
    "by": Key(means="The scorers whose numbers tell candidates apart.", shape=defined("scorers"), needed=True),
    "judge": Key(means="Scorers that are asked too where aigc.yaml names a `judge`.", shape=defined("scorers")),
    "mix": Key(means="What their numbers are worth together: `mixes/NAME.yaml` beside this file.", shape=TEXT_SHAPE),
    "floor": Key(
        means="The worth below which the fallback stands.",
        shape={"type": "number"},
        default="that of the mix, else none",
    ),
    "suggest": Key(
        means="How many other candidates are suggested to people.",
        shape={"type": "integer", "minimum": 0, "maximum": MOST_SUGGESTED},
        default="0",
    ),
    "needs": Key(means="What a model must have to judge.", shape=object_shape(NEEDS)),
}
EXPORT_ONLY = "export_only"
CHECKS_ONLY = "checks_only"
ANY_LANGUAGE = "any_language"
FROM_SOURCES = "from_sources"
SEEN_BY: Keys = {
    EXPORT_ONLY: Key(
        means="Kept for exporters, such as the date of an article: neither prompts nor checks see it.",
        shape=TRUTH,
        default="false",
    ),
    CHECKS_ONLY: Key(
        means="Kept for checks, such as claims with their proof: no prompt sees it, nothing drawn depends on it.",
        shape=TRUTH,
        default="false",
    ),
    ANY_LANGUAGE: Key(
        means="In whatever language, such as a text to translate: it does not tell what a piece is written in.",
        shape=TRUTH,
        default="false",
    ),
}
OF_INPUT: Keys = {
    **SEEN_BY,
    FROM_SOURCES: Key(
        means="Of a list of texts: what to look for in the folder of `sources`, an expression over the other inputs. "
        "Where a row gives nothing, the sentences found there are its value; of a list of objects the passages that "
        "answer, with `place`, `heading`, `text`, `worth`, `headed` and `asked`, which may be none.",
        shape=TEXT_SHAPE,
        default="nothing",
    ),
}
OF_TYPE: Keys = {
    "name": Key(means="What it is called, once in a file.", shape=TEXT_SHAPE, default="`example 1`, `example 2` …"),
    "shot": Key(means="Shown to the model as an example of the work.", shape=TRUTH, default="false"),
    "brief": Key(means="The inputs.", shape=MAPPING, needed=True),
    "output": Key(
        means="What is to come of it: a text, or a value for each field; with stages for some of them.",
        shape={"type": ["string", "object"]},
    ),
    "completion": Key(
        means="What a model might say, raw; `aigc test` plays it. With stages one text, or of each stage one text or a "
        "list, one for each item; they are run in the first voice that has all of these.",
        shape={"anyOf": [TEXT_SHAPE, values_of({"anyOf": [TEXT_SHAPE, list_of({"type": "string"})]}, least=1)]},
    ),
    "status": Key(means="What must become of the completion.", shape={"enum": list(STATUSES)}, default="any"),
    "findings": Key(means="The checks that must find something in it.", shape=list_of(TEXT_SHAPE)),
}
OF_STAGE: Keys = {
    **of(OF_TYPE, ("name",)),
    "brief": Key(means="The inputs that the stage's prompt uses.", shape=MAPPING),
    "item": Key(means="The item that `foreach` is at."),
    "output": Key(
        means="What the stage is to write: a text, or a value for each field.",
        shape={"type": ["string", "object"]},
        needed=True,
    ),
}

_TOP: Keys = {
    "aigc": Key(means="The version of this format.", shape={"const": FORMAT}, needed=True),
    "name": Key(
        means="FAMILY/NAME, in lower-case letters, digits and hyphens.",
        shape={"type": "string", "pattern": f"^{NAME.pattern}$"},
        needed=True,
    ),
    "version": Key(means="Counts the changes of what it writes.", shape={"type": "integer", "minimum": 1}, default="1"),
    "summary": Key(means="What it writes, in a line: `aigc types` lists it.", shape=_LINE, needed=True),
    "brief": Key(
        means="The inputs, each a column of a sheet and a variable of templates.",
        shape=values_of(defined("input"), named=VARIABLE.pattern),
        needed=True,
    ),
    "exports": Key(means="The formats that a batch leaves in.", shape=defined("formats"), default="jsonl"),
    "needs": Key(means="What a model must have.", shape=object_shape(NEEDS), default="nothing"),
    "reads": Key(
        means="The files, beside this one or below, that templates read: with them the work changes.",
        shape=list_of(TEXT_SHAPE),
    ),
    VOICES: Key(
        means="The ways to write it; the first whose needs the model meets is taken.",
        shape=values_of({**object_shape(OF_VOICE), "type": ["object", "null"]}, least=1, named=VOICE_NAME.pattern),
    ),
}
_WRITTEN: Keys = {
    "output": Key(means="What is written: one text, or fields by their names.", needed=True, shape=defined("output")),
    "sampling": Key(means="How the model draws its words.", shape=defined("sampling"), default="as below"),
    "candidates": Key(
        means="How many texts are written to keep the best of.",
        shape={"type": "integer", "minimum": 1, "maximum": MOST_CANDIDATES},
        default="1",
    ),
    "repair": Key(means="What is done about a text that fails its checks.", shape=object_shape(REPAIR)),
    "postprocess": Key(means="What mends a text before the checks look, in order.", shape=defined("postprocessors")),
    "checks": Key(means="What must hold of a text.", shape=defined("checks")),
    "examples": Key(
        means="Briefs with what is to come of them: shown to the model, played by `aigc test`, learnt from.",
        shape=list_of(object_shape(OF_TYPE)),
    ),
}
_PROMPTED: Keys = {
    "prompt": Key(means="The template of what the model reads.", shape=TEXT_SHAPE, needed=True),
    "fallback": Key(
        means="What stands where no candidate passes: an expression or a value, or one for each field.",
        default="nothing",
    ),
    "chat": Key(
        means="A model of chats is asked as in a chat; without, a text is continued.", shape=TRUTH, default="true"
    ),
    "pick": Key(means="How one of the candidates is chosen.", shape=object_shape(PICK), default="the likeliest"),
}
SIMPLE: Keys = {**_TOP, **_WRITTEN, **_PROMPTED}
STAGED: Keys = {
    **_TOP,
    **_WRITTEN,
    "output": Key(means="The fields, each made of stages by its `from`.", shape=defined("composed"), needed=True),
    "stages": Key(
        means="The parts of the work, in order; a later one sees `stages.NAME` of an earlier. `{}` asks no model.",
        shape=values_of(defined("stage"), named=VARIABLE.pattern),
        needed=True,
    ),
}
STAGE: Keys = {
    **_WRITTEN,
    "examples": Key(means="The stage's work, shown to the model.", shape=list_of(object_shape(OF_STAGE))),
    **_PROMPTED,
    "foreach": Key(means="A list, such as an input or `stages.NAME`: once for each item.", shape=TEXT_SHAPE),
    "needs": Key(means="What the stage needs of a model besides.", shape=object_shape(NEEDS), default="nothing"),
    VOICES: Key(means="The voices in which it is run.", shape=list_of(TEXT_SHAPE, least=1), default="all"),
}
FALLBACK: Keys = {"fallback": Key(means="What stands where no candidate passes: an expression or a value.")}
COMPOSED: Keys = {
    "from": Key(means="The expression that makes the field of `stages`.", shape=TEXT_SHAPE, needed=True),
    **FALLBACK,
}
SECTIONS: Mapping[str, tuple[str, Keys]] = {
    "A type of one prompt": ("", SIMPLE),
    "A type of stages": ("", {"stages": STAGED["stages"], "output": STAGED["output"]}),
    "An input, besides what describes a value": ("brief.NAME", OF_INPUT),
    "A stage": ("stages.NAME", STAGE),
    "A field of a type of stages": ("output.FIELD", COMPOSED),
    "`repair`": ("repair", REPAIR),
    "`needs`": ("needs", NEEDS),
    "`voices`": ("voices.NAME", OF_VOICE),
    "`pick`": ("pick", PICK),
    "`examples` of a type": ("examples[]", OF_TYPE),
    "`examples` of a stage": ("stages.NAME.examples[]", OF_STAGE),
}
