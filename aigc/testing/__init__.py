"""The public kit for plugin authors: what a plugin promises, tried without a model. `aigc guide testing` tells how.

    ScriptedGenerator     answers requests by a function, a list, or a mapping of stages, and keeps them
    Recording                answers as a real model did once, from a file of its answers
    tiny_gpt              writes a real, seeded, two-layer GPT to a folder, for what needs tensors
    open_project          a project of some files, with some of the installed plugins and your own
    preview               what each stage of a content type asks for a brief
    run_examples          plays a content type's own `examples:`; assert_content_type fails with all that is wrong
    try_exporter          writes pieces with an exporter as a job does: staged, what it refuses left out
    try_scorer            hands candidates to a scorer and answers what it asks
    briefs_in             reads a file, or a type's sample, as a batch does
    run_cli               runs an `aigc` command in this process, with a generator of yours
    assert_golden         compares with a file that is kept beside the test
    briefs, outputs       hypothesis strategies: briefs of a content type, and answers that a model may give

`aigc.testing.pytest_plugin` offers some of it as fixtures. Names are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aigc.testing.asserting import assert_content_type as assert_content_type
    from aigc.testing.briefs_of_files import briefs_in as briefs_in
    from aigc.testing.exporter_trial import try_exporter as try_exporter
    from aigc.testing.goldens import assert_golden as assert_golden
    from aigc.testing.goldens import golden_text as golden_text
    from aigc.testing.opened import open_project as open_project
    from aigc.testing.recording import Recording as Recording
    from aigc.testing.running import Ran as Ran
    from aigc.testing.running import run_cli as run_cli
    from aigc.testing.scorer_trial import try_scorer as try_scorer
    from aigc.testing.strategies import briefs as briefs
    from aigc.testing.strategies import outputs as outputs
    from aigc.testing.tiny import tiny_gpt as tiny_gpt
    from aigc.writing.example_runs import run_examples as run_examples
    from aigc.writing.preview import preview as preview
    from aigc.writing.scripted import ScriptedGenerator as ScriptedGenerator

_HOMES = {
    "Ran": "testing.running",
    "Recording": "testing.recording",
    "ScriptedGenerator": "writing.scripted",
    "assert_content_type": "testing.asserting",
    "assert_golden": "testing.goldens",
    "briefs": "testing.strategies",
    "briefs_in": "testing.briefs_of_files",
    "golden_text": "testing.goldens",
    "open_project": "testing.opened",
    "outputs": "testing.strategies",
    "preview": "writing.preview",
    "run_cli": "testing.running",
    "run_examples": "writing.example_runs",
    "tiny_gpt": "testing.tiny",
    "try_exporter": "testing.exporter_trial",
    "try_scorer": "testing.scorer_trial",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"aigc.{_HOMES[name]}"), name)
