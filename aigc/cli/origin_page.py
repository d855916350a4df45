"""What `aigc show` tells of an origin: how its exports are known, and what of them feeds which type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aigc.asking.origins import columns_in
from aigc.cli.readable import table
from aigc.content import ContentType

if TYPE_CHECKING:
    from aigc.asking import FileOrigin
    from aigc.asking.origins import Source
    from aigc.project import Project
    from aigc.types import Json


def origin_record(project: Project, origin: FileOrigin) -> dict[str, Json]:
    """Return an origin as JSON."""
    join = origin.join
    return {
        "name": origin.name,
        "title": origin.title,
        "export": origin.export,
        "known_by": [list(names) for names in origin.known_by],
        "input": dict(origin.reading),
        "join": {"by": list(join.by), "parent": list(join.parent), "collect": list(join.collect)} if join else None,
        "feeds": {
            kind.name: {name: source if isinstance(source, str) else list(source) for name, source in fed.items()}
            for kind in _kinds(project, origin)
            if (fed := origin.sources(kind))
        },
        "hints": dict(origin.hints),
    }


def origin_text(project: Project, origin: FileOrigin) -> str:
    """Return an origin as a page."""
    kinds = _kinds(project, origin)
    fed = [(f"  {kind.name}", name, _shown(source)) for kind in kinds for name, source in origin.sources(kind).items()]
    parts = [f"{origin.name}: exports of {origin.title}"]
    parts += [f"Get it: {origin.export}"] if origin.export else []
    parts += ["Known by the columns " + "; or ".join(", ".join(names) for names in origin.known_by)]
    if join := origin.join:
        rows = f"that name another as {' or '.join(join.parent)}" if join.parent else f"alike in {' or '.join(join.by)}"
        collected = f"; {', '.join(join.collect)} become lists" if join.collect else ""
        parts.append(f"Rows {rows} are one with the first{collected}")
    parts += ["", table(fed, head=("  TYPE", "INPUT", "FROM"))]
    for name, text in origin.hints.items():
        parts.append(f"\nIt does not have {name!r}: add --set '{name}={text}'")
    if kinds:
        best = next((kind for kind in kinds if _wholly(origin, kind)), kinds[0])
        parts.append(f"\nTry:\n  aigc batch {best.name} FILE --from {origin.name} --dry-run")
    return "\n".join(parts)


def _kinds(project: Project, origin: FileOrigin) -> list[ContentType]:
    """Return the content types that an origin feeds something."""
    types = project.content_types().values()
    return [kind for kind in types if isinstance(kind, ContentType) and origin.sources(kind)]


def _shown(source: Source) -> str:
    """Return the columns of a source, the first of which counts, or of an expression all that it looks at."""
    columns = columns_in(source)
    return f"{', '.join(columns)} (computed)" if isinstance(source, str) else ", else ".join(columns)


def _wholly(origin: FileOrigin, kind: ContentType) -> bool:
    """Say whether an origin feeds all that a type needs."""
    fed = origin.sources(kind)
    return all("default" in schema or name in fed for name, schema in kind.brief.items())
