"""Files that classroom platforms take as they are: Moodle, Canvas, Blackboard, Kahoot, Anki, Quizlet, and paper.

`material` reads a piece as questions and cards, `platforms.yaml` says what each platform takes, and the other modules
write one format each.
"""

from __future__ import annotations

from collections.abc import Sequence

from aigc import Extension, hookimpl
from aigc_plugins.classroom.aiken import aiken
from aigc_plugins.classroom.anki import anki
from aigc_plugins.classroom.gift import gift
from aigc_plugins.classroom.handout import handout
from aigc_plugins.classroom.kahoot import kahoot
from aigc_plugins.classroom.moodle_xml import moodle_xml
from aigc_plugins.classroom.qti import qti
from aigc_plugins.classroom.quizlet import quizlet


@hookimpl
def aigc_exporters() -> Sequence[Extension]:
    return (aiken, anki, gift, handout, kahoot, moodle_xml, qti, quizlet)
