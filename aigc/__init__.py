"""AIGC, a local content factory: declare what a good piece of content is, and a GPT on your own machine writes it.

The names below are the public ones; each is imported on first use, so `import aigc` costs nothing.

    from aigc import Brief, Project

    project = Project.open()
    generator = project.generator()
    mug = Brief(id="mug", values={"topic": "Enamel camping mugs", "keyword": "camping mug", "language": "en"})
    for artifact in project.pipeline(generator).write(project.content_type("seo/meta"), [mug]):
        print(artifact.status, artifact.fields)
    generator.close()

The rooms, each with a page of its own in its `__init__`; one imports those below it, never those above or beside:

    testing                         the kit for plugin authors
    cli                             one small file per command
    serving                         one model for everybody: HTTP, the browser, jobs, all at once
    training                        rows of approved pieces → an adapter: account, split, choice, card, rounds
    evaluation                      how good a model writes: figures of pieces, likelihood of texts, side by side
    jobs                 | bench    many briefs: run, folder, lock; report, forecast, ray     | how fast
         | chatting                 a conversation: a model or pages answer, a person takes over
    asking                          rows of a file → briefs: plan, matrix, ids, survey
    ledger                          what is known of every brief of a job; all SQL
    project                         opens what aigc.yaml names and passes it down
    writing                         one piece: drafting, item, piece, session, pipeline, preview
    settings                        aigc.yaml, a job file, options: laid one over the other
    content | generating            what to write: YAML, schemas, prompts, measures | who writes: a source
    learner                         how a model learns: token ids in, checkpoints out
    plugs | engine | models         what plugins declare | how a GPT generates | weights on disk
          | knowledge               one's own files: passages, found by words
    bounds                          what others' code may take: metered templates, a watchdog, boundaries
    types                           the nouns, from brief to artifact; the Generator seam
    errors                          and `former`: public names on their way out
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aigc.engine import Gpt as Gpt
    from aigc.errors import AigcError as AigcError
    from aigc.ledger.scratch import Scratch as Scratch
    from aigc.plugs.extension import Extension as Extension
    from aigc.plugs.extension import Scoring as Scoring
    from aigc.plugs.extension import check as check
    from aigc.plugs.extension import exporter as exporter
    from aigc.plugs.extension import generator as generator
    from aigc.plugs.extension import importer as importer
    from aigc.plugs.extension import postprocessor as postprocessor
    from aigc.plugs.extension import scorer as scorer
    from aigc.plugs.hookspecs import hookimpl as hookimpl
    from aigc.plugs.options import Range as Range
    from aigc.plugs.placing import AssetFolder as AssetFolder
    from aigc.plugs.placing import file_name as file_name
    from aigc.plugs.whole_file import whole_file as whole_file
    from aigc.project import Project as Project
    from aigc.types import Artifact as Artifact
    from aigc.types import Ask as Ask
    from aigc.types import Asset as Asset
    from aigc.types import Brief as Brief
    from aigc.types import Candidate as Candidate
    from aigc.types import Completion as Completion
    from aigc.types import Draft as Draft
    from aigc.types import Field as Field
    from aigc.types import Finding as Finding
    from aigc.types import Generator as Generator
    from aigc.types import Likelihood as Likelihood
    from aigc.types import Request as Request
    from aigc.types import Row as Row
    from aigc.types import SamplingParams as SamplingParams
    from aigc.types import Suggestion as Suggestion
    from aigc.writing.pipeline import Pipeline as Pipeline
    from aigc.writing.session import Session as Session

_HOMES = {
    "AigcError": "errors",
    "Artifact": "types",
    "Ask": "types",
    "Asset": "types",
    "AssetFolder": "plugs.placing",
    "Brief": "types",
    "Candidate": "types",
    "Completion": "types",
    "Draft": "types",
    "Extension": "plugs.extension",
    "Field": "types",
    "Finding": "types",
    "Generator": "types",
    "Gpt": "engine",
    "Likelihood": "types",
    "Pipeline": "writing.pipeline",
    "Project": "project",
    "Range": "plugs.options",
    "Request": "types",
    "Row": "types",
    "SamplingParams": "types",
    "Scratch": "ledger.scratch",
    "Scoring": "plugs.extension",
    "Session": "writing.session",
    "Suggestion": "types",
    "check": "plugs.extension",
    "exporter": "plugs.extension",
    "file_name": "plugs.placing",
    "generator": "plugs.extension",
    "hookimpl": "plugs.hookspecs",
    "importer": "plugs.extension",
    "postprocessor": "plugs.extension",
    "scorer": "plugs.extension",
    "whole_file": "plugs.whole_file",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        former = import_module("aigc.former")  # `from aigc import former` would ask here for itself
        if name in former.NAMES:
            return former.found(name)
        raise AttributeError(f"module 'aigc' has no attribute {name!r}")
    return getattr(import_module(f"aigc.{_HOMES[name]}"), name)
