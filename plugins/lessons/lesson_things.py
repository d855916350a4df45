"""What a class can do with the things that a brief puts on the table: look, make, or watch where it may hurt itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

RISKY = re.compile(
    r"(?i)\b(?:kettle|candles?|tea lights?|knife|knives|burners?|stove|hot|boiling|matches|lighter|"
    r"lamp oil|acid|saw|drill|glue gun|soldering|scalpel|bleach|mains)\b|"
    r"热水|沸水|开水|水壶|蜡烛|(?<!剪)刀(?!叉)|酒精|火柴|打火机|电炉|烙铁|锯|电钻"
)
SHOWN = re.compile(
    r"(?i)\b(?:pictures?|photos?|photographs?|maps?|posters?|diagrams?|charts?|models?|globes?|videos?|"
    r"(?:video|film) clips?|films?|slides?|books?|atlas(?:es)?|paintings?|timeline|(?:picture |word |flash )?cards|"
    r"(?:picture|word|flash) card)\b|"
    r"图|照片|地球仪|海报|模型|视频|课件|书(?!包)|年表|卡片|画册"
)
HEARD = re.compile(r"(?i)\b(?:recordings?|songs?|music|audio|sounds?|podcasts?)\b|录音|歌曲|音乐|音频")
MADE = re.compile(
    r"(?i)\b(?:clay|(?:drawing |coloured |squared |white |tissue |graph )?"
    r"(?<!litmus )(?<!filter )(?<!indicator )(?<!baking )(?<!blotting )"
    r"paper(?! (?:clips?|cups?|plates?|bags?|towels?))|"
    r"card(?:board)?|"
    r"crayons?|pencils?|pens?|paints?|scissors|glue|bricks|string|straws|wool|beads|felt|chalk|markers?|plasticine)\b|"
    r"彩笔|画笔|铅笔|蜡笔|颜料|(?<!试)(?<!滤)纸(?![杯盒巾袋箱])|剪刀|胶水|黏土|橡皮泥|积木|毛线"
)
PLAIN = re.compile(
    r"(?i)\b(?:note ?books?|exercise books?|(?:white|black)?boards?|projectors?|worksheets?|handouts?|"
    r"dictionar(?:y|ies)|"
    r"computers?|tablets?|laptops?|text ?books?|sticky notes)\b|"
    r"笔记本|练习本|作业本|黑板|白板|投影|词典|字典|电脑|学习单|课本|课文|教材"
)  # which every classroom has, and of which nothing need be said
TOOL = re.compile(r".*\b(?:scissors|glue)|.*(?:剪刀|胶水)")  # with which alone nothing is made


@dataclass(frozen=True, slots=True)
class LessonThings:
    """These are the things of a lesson: to look at, to hear, to make something with, to try, or the teacher's."""

    shown: tuple[str, ...]
    heard: tuple[str, ...]
    made: tuple[str, ...]
    used: tuple[str, ...]
    risky: tuple[str, ...]

    @property
    def every_one(self) -> list[str]:
        """Return all things, those of the teacher too."""
        return [*self.every, *self.risky]

    @property
    def every(self) -> list[str]:
        """Return the things that the class may take into its hands."""
        return [*self.shown, *self.heard, *self.made, *self.used]


def lesson_things(materials: Sequence[str]) -> LessonThings:
    """Sort the materials of a brief by what a class can do with them."""
    kinds: dict[str, list[str]] = {"risky": [], "shown": [], "heard": [], "made": [], "used": []}
    for thing in materials:
        if PLAIN.search(thing):
            continue
        shapes = {"risky": RISKY, "heard": HEARD, "shown": SHOWN, "made": MADE}
        kinds[next((kind for kind, shape in shapes.items() if shape.search(thing)), "used")].append(thing)
    if all(TOOL.fullmatch(thing.casefold()) for thing in kinds["made"]):
        kinds["used"] += kinds["made"]
        kinds["made"] = []
    return LessonThings(**{kind: tuple(things) for kind, things in kinds.items()})
