"""What a content type gives to try it with: the file of briefs that it ships, and the values of one good brief."""

from __future__ import annotations

from pathlib import Path

from aigc.asking.briefs import read_briefs
from aigc.asking.cleaning import Cleaning
from aigc.asking.importing import open_rows
from aigc.content import ContentType, brief_values
from aigc.content.links import leads_out
from aigc.errors import AigcError, NotFound
from aigc.project import Project
from aigc.types import Brief, Json


def sample_briefs(content_type: ContentType) -> Path:
    """Return the file of sample briefs: in `briefs/` beside the type's YAML, of the same stem. NotFound without one."""
    folder = content_type.file.parent / "briefs"
    for file in sorted(folder.iterdir()) if folder.is_dir() else []:
        if file.stem == content_type.file.stem:
            if leads_out(file, folder.parent.parent):
                raise NotFound(f"{file}: is a link that leads out of {folder.parent.parent}")
            return file
    raise NotFound(f"{content_type.name} ships no sample briefs", hint="give it a CSV, XLSX, JSONL or JSON file")


def sample_values(project: Project, content_type: ContentType) -> dict[str, Json]:
    """Return the values of the type's first example, or of its first good sample brief. NotFound without either."""
    for example in content_type.examples:
        return brief_values(content_type, example.brief, where=f"example {example.name!r}")
    try:
        rows = open_rows(sample_briefs(content_type), project.registry, cleaning=Cleaning.of(project.settings))
        briefs = read_briefs(rows, content_type, project.environment)
        return next(dict(brief.values) for brief in briefs if isinstance(brief, Brief))
    except (AigcError, StopIteration) as error:  # without samples, or with another type's
        raise NotFound(f"{content_type.name} has no example to take", hint="give its inputs as key=value") from error
