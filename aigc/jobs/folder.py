"""The job's folder: artifacts as JSON lines, and exports of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from aigc.errors import AigcError, JobError, UsageError
from aigc.jobs.lock import refuse_second_run
from aigc.registry import Registry
from aigc.types import Artifact, Brief, Finding, Json, Provenance, Usage

ARTIFACTS = "artifacts.jsonl"
PARTIAL = "artifacts.partial.jsonl"  # there while a run writes, and after one that was killed
EARLIER = "artifacts.earlier.jsonl"
EXPORTS = ".exports.json"
EXPORTED = ("accepted", "flagged")  # never a piece that breaks a hard limit


def prepare_folder(folder: Path, content_type: str = "") -> None:
    """This makes the folder and proves it writable; UsageError otherwise, before anything expensive happens.

    A folder that holds pieces of another content type is refused too: their places would be taken. JobError when it
    is for a job (`content_type` given) and another run writes there.
    """
    probe = folder / ".writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise UsageError(
            f"{folder}: cannot be written to ({error.strerror or error})", hint="choose another --out"
        ) from error
    if not content_type:
        return
    refuse_second_run(folder)
    held = next(_types(folder), content_type)
    if held != content_type:
        raise UsageError(f"{folder}: holds pieces of {held}, not of {content_type}", hint="choose another --out")


def _types(folder: Path) -> Iterator[str]:
    """This yields the content type of each piece in the folder."""
    for path in (folder / ARTIFACTS, folder / PARTIAL, folder / EARLIER):
        if path.is_file():
            with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
                for line in lines:
                    try:
                        yield str(json.loads(line)["provenance"]["content_type"])
                    except (ValueError, KeyError, TypeError):
                        continue


def artifact_record(artifact: Artifact) -> dict[str, Json]:
    """This is an artifact as JSON: what stands in `artifacts.jsonl` and what `--json` prints."""
    return {
        "id": artifact.id,
        "status": artifact.status,
        "reason": artifact.reason,
        "fields": dict(artifact.fields),
        "findings": [asdict(finding) for finding in artifact.findings],
        "brief": {"values": dict(artifact.brief.values), "source": artifact.brief.source},
        "provenance": asdict(artifact.provenance),
    }


def artifact_of(record: Mapping[str, Json]) -> Artifact:
    """This is the artifact a record was made from. KeyError or TypeError when it is none."""
    findings = [{**said, "span": tuple(said["span"]) if said["span"] else None} for said in record["findings"]]
    provenance = dict(record["provenance"])
    for name in ("fallbacks", "repaired"):
        provenance[name] = tuple(provenance[name])
    provenance["usage"] = Usage(**provenance["usage"])
    return Artifact(
        id=record["id"],
        status=record["status"],
        reason=record["reason"],
        fields=record["fields"],
        findings=tuple(Finding(**said) for said in findings),
        brief=Brief(id=record["id"], **record["brief"]),
        provenance=Provenance(**provenance),
    )


def read_artifacts(folder: Path) -> list[Artifact]:
    """This is every artifact of a job's folder, in its order. JobError names the folder or the broken line."""
    path = folder / ARTIFACTS
    if not path.is_file() and (folder / PARTIAL).is_file():
        raise JobError(f"{folder}: its run was ended half-way", hint="give the same `aigc batch` again to finish it")
    if not path.is_file():
        raise JobError(f"{folder}: holds no {ARTIFACTS}", hint="give the folder of a finished `aigc batch`")
    artifacts = []
    with path.open(
        encoding="utf-8", errors="replace", newline="\n"
    ) as lines:  # a text may hold other line breaks, U+2028 for one
        for number, line in enumerate(lines, 1):
            try:
                artifacts.append(artifact_of(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise JobError(f"{path}:{number}: is not an artifact ({error})") from error
    return artifacts


def export(
    registry: Registry,
    artifacts: Sequence[Artifact],
    folder: Path,
    formats: Sequence[str],
    options: Mapping[str, Json] | None = None,
    *,
    replacing: bool = False,
) -> list[Path]:
    """This writes the accepted and flagged artifacts in each format and gives the paths.

    `options` go to the formats that know them; UsageError when none does, JobError when a format cannot be written.
    `replacing` is for a job's folder, whose exports mirror it: files that a format wrote there last time and not now
    are removed. Without it nothing is: several single pieces may share a folder.
    """
    exporters = [registry.get("exporter", name) for name in formats]
    known = {option.name for exporter in exporters for option in exporter.options}
    given = dict(options or {})
    if exporters and set(given) - known:
        exporters[0].bind({name: given[name] for name in set(given) - known}, "-o")
    good = [artifact for artifact in artifacts if artifact.status in EXPORTED]
    paths: list[Path] = []
    for exporter in exporters:
        mine = {option.name for option in exporter.options}
        bound = exporter.bind({name: value for name, value in given.items() if name in mine}, exporter.name)
        try:
            written = list(exporter(good, folder, **bound.values)) if good else []
        except AigcError:
            raise
        except Exception as error:
            raise JobError(f"exporter {exporter.name!r} broke: {type(error).__name__}: {error}") from error
        if replacing:
            _forget(folder, exporter.name, written)
        paths += written
    return paths


def _forget(folder: Path, name: str, written: Sequence[Path]) -> None:
    """This removes the files the same format wrote last time and not now: their pieces are no longer good."""
    record, root = folder / EXPORTS, folder.resolve()
    last = _written_before(record)
    now = [path.relative_to(folder).as_posix() for path in written if path.is_relative_to(folder)]
    others = {path for format_, paths in last.items() if format_ != name for path in paths}
    try:
        for stale in set(last.get(name, [])) - set(now) - others:
            if (path := (root / stale).resolve()).is_relative_to(root):  # anybody may have edited the record
                path.unlink(missing_ok=True)
        record.write_text(json.dumps({**last, name: now}), encoding="utf-8")
    except OSError as error:
        raise JobError(f"{folder}: an old export cannot be removed ({error.strerror or error})") from error


def _written_before(record: Path) -> dict[str, list[str]]:
    """This is format → files of last time, nothing where that cannot be told."""
    try:
        said = json.loads(record.read_text(encoding="utf-8"))
        return {str(name): [str(path) for path in paths] for name, paths in said.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
