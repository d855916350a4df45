"""How a file says that a model wrote its text: to machines, and to people.

The keys are those that GB 45438-2025 asks for in a file's metadata under a name with `AIGC` in it; a Markdown file
carries them in its front matter, a page in a `meta` element, a Word document among its properties.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from aigc.types import Artifact
from aigc_plugins.formats.sound_text import sound_line

AiLabel: TypeAlias = Literal["off", "metadata", "visible"]  # the last is both
SCHEMA_SOURCE = "https://schema.org/TrainedAlgorithmicMediaDigitalSource"


def label_keys(artifact: Artifact, producer: str = "") -> dict[str, str]:
    """Return the label for machines: that the text is made (Label 1), by whom, and which piece it is."""
    return {
        "Label": "1",
        "ContentProducer": sound_line(producer),
        "ProduceID": sound_line(artifact.id),
        "ReservedCode1": "",
        "ContentPropagator": "",
        "PropagateID": "",
        "ReservedCode2": "",
    }


def label_json(artifact: Artifact, producer: str = "") -> str:
    """Return the label for machines as one line of JSON."""
    return json.dumps({"AIGC": label_keys(artifact, producer)}, ensure_ascii=False)


def visible_line(language: str) -> str:
    """Return what people are told, in their language, else in English."""
    lines = _lines()
    return lines.get(language.partition("-")[0].lower(), lines["en"])


@cache
def _lines() -> dict[str, str]:
    import yaml

    text = files("aigc_plugins.formats").joinpath("ai_label.yaml").read_text(encoding="utf-8")
    lines: dict[str, str] = yaml.safe_load(text)["visible"]
    return lines
