"""Artifact ↔ JSON: a line of `artifacts.jsonl`, a cell of the ledger, and what `--json` prints."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from itertools import chain

from aigc.ledger.assets import Assets, asset_record
from aigc.types import (
    SEVERITIES,
    STATUSES,
    Artifact,
    Brief,
    Completion,
    Finding,
    FinishReason,
    Json,
    Provenance,
    Review,
    Ruling,
    Status,
    Suggestion,
    Usage,
)
from aigc.types.foreign import encodes, sane_count
from aigc.types.foreign import whole_text as whole_text

NO_ARTIFACT = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
)  # what reading another thing ends as
FINDING = tuple(one.name for one in fields(Finding))
PROVENANCE = tuple(one.name for one in fields(Provenance))
READABLE = json.JSONEncoder(ensure_ascii=False, default=str).encode
SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode
ESCAPED = json.JSONEncoder(default=str).encode


def artifact_record(artifact: Artifact) -> dict[str, Json]:
    """Return an artifact as JSON. How many prompt tokens came from a cache is no part of it: that depends on what else
    was written at the time, and the same job gives the same file."""
    return {
        "id": artifact.id,
        "status": artifact.status,
        "reason": artifact.reason,
        **body_record(artifact),
        "brief": brief_record(artifact.brief),
    }


def brief_record(brief: Brief) -> dict[str, Json]:
    """Return a brief as JSON, without its id."""
    drawn: dict[str, Json] = {"draw": brief.draw} if brief.draw else {}
    return {"values": dict(brief.values), "source": brief.source, **drawn, **reading_record(brief)}


def reading_record(brief: Brief) -> dict[str, Json]:
    """Return what was done to a brief's values on reading, as JSON; most often nothing."""
    left_out = {"left_out": dict(brief.left_out)} if brief.left_out else {}
    cleaned = {"cleaned": {name: list(terms) for name, terms in brief.cleaned.items()}} if brief.cleaned else {}
    return {**left_out, **cleaned}


def reading_told(brief: Brief) -> dict[str, str]:
    """Return input → what was done to its value on reading, as people read it."""
    done = {name: list(terms) for name, terms in brief.cleaned.items()}
    for name, why in brief.left_out.items():
        done[name] = [*done.get(name, ()), f"left out: {why}"]
    return {name: ", ".join(terms) for name, terms in done.items()}


def body_record(artifact: Artifact) -> dict[str, Json]:
    """Return what was written and what is known of it, as JSON: neither the brief nor the verdict."""
    provenance, usage = artifact.provenance, artifact.provenance.usage
    files = {"assets": [asset_record(asset) for asset in artifact.assets]} if artifact.assets else {}
    choices = {"suggestions": [_suggestion_record(one) for one in artifact.suggestions]} if artifact.suggestions else {}
    review = {"review": _review_record(artifact.review)} if artifact.review else {}
    return {
        "fields": dict(artifact.fields),
        "findings": [finding_record(finding) for finding in artifact.findings],
        "provenance": {name: getattr(provenance, name) for name in PROVENANCE if name != "markup" or provenance.markup}
        | {"usage": {"prompt": usage.prompt, "sampled": usage.sampled, "forced": usage.forced}},
        **files,
        **choices,
        **review,
    }


def finding_record(finding: Finding) -> dict[str, Json]:
    """Return a finding as JSON."""
    return {name: getattr(finding, name) for name in FINDING}


def finding_of(record: Mapping[str, Json]) -> Finding:
    """Read the finding a record was made from."""
    return Finding(**{**record, "span": tuple(record["span"]) if record["span"] else None})


def artifact_line(entry: Mapping[str, str]) -> str:
    """Return the line of `artifacts.jsonl` for a piece in the ledger; `brief` and `artifact` are JSON already."""
    head = {name: entry[name] for name in ("id", "status", "reason")}
    tail = {"source": entry["source"]} | ({"draw": entry["draw"]} if entry["draw"] else {})
    tail |= json.loads(entry["reading"] or "{}")
    inner = f'"brief": {{"values": {entry["brief"]}, {json_text(tail)[1:]}, "key": "{entry["key"]}"'
    return f"{json_text(head)[:-1]}, {entry['artifact'][1:-1]}, {inner}}}\n"


def artifact_of(record: Mapping[str, Json], assets: Assets) -> Artifact:
    """Read the artifact a record was made from; `assets` are its job's. One of `NO_ARTIFACT` when it is none."""
    brief = Brief(id=record["id"], **record["brief"])
    artifact = artifact_with(record, brief, assets, status=record["status"], reason=record["reason"])
    refuse_odd(artifact)
    return artifact


def refuse_odd(artifact: Artifact) -> None:
    """Refuse, with a TypeError, what has the form of an artifact and holds something that is none of its own."""
    brief, made = artifact.brief, artifact.provenance
    complaints = [(one.message, one.field, one.check) for one in artifact.findings]
    texts = (brief.id, brief.source, artifact.reason, made.content_type, made.model, *chain(*complaints))
    counts = (brief.draw, made.version, made.requests, made.lines, *made.usage.counts)
    whole = isinstance(brief.values, dict) and isinstance(artifact.fields, dict) and artifact.status in STATUSES
    severe = all(one.severity in SEVERITIES for one in artifact.findings)
    if not (whole and severe and all(isinstance(text, str) for text in texts) and all(map(sane_count, counts))):
        raise TypeError("what it says is not as in an artifact")


def artifact_with(body: Mapping[str, Json], brief: Brief, assets: Assets, *, status: Status, reason: str) -> Artifact:
    """Read the artifact of a brief whose `body_record` is known."""
    provenance = dict(body["provenance"])
    for name in ("fallbacks", "repaired", "markup"):
        provenance[name] = tuple(provenance.get(name, ()))
    provenance["usage"] = Usage(**provenance["usage"])
    return Artifact(
        id=brief.id,
        status=status,
        reason=reason,
        fields=body["fields"],
        findings=tuple(map(finding_of, body["findings"])),
        brief=brief,
        provenance=Provenance(**provenance),
        assets=assets.read(body["assets"]) if "assets" in body else (),
        suggestions=tuple(Suggestion(**one) for one in body.get("suggestions", ())),
        review=_review_of(body["review"]) if "review" in body else None,
    )


def _suggestion_record(one: Suggestion) -> dict[str, Json]:
    return {name: value for name, value in asdict(one).items() if name != "instead" or value}


def _review_record(review: Review) -> dict[str, Json]:
    return {name: value for name, value in asdict(review).items() if name != "ruling" or value}


def _review_of(record: Mapping[str, Json]) -> Review:
    refused = {place: tuple(texts) for place, texts in record["refused"].items()}
    ruling = {"ruling": Ruling(**record["ruling"])} if record.get("ruling") else {}
    return Review(**{**record, "refused": refused, "stale": tuple(record["stale"]), **ruling})


def completion_record(one: Completion) -> list[Json]:
    """Return what a piece needs of a completion: token ids and per-token figures are not kept."""
    usage = one.usage
    return [one.text, one.finish_reason, one.mean_logprob, usage.prompt, usage.sampled, usage.forced]


def completion_of(record: Sequence[Json]) -> Completion:
    """Read the completion a record was made from, but for its request and its place among the candidates."""
    text, reason, logprob, prompt, sampled, forced = record
    finish: FinishReason = reason
    usage = Usage(prompt=prompt, sampled=sampled, forced=forced)
    return Completion(request_id="", text=text, finish_reason=finish, mean_logprob=logprob, usage=usage)


def content_hash(value: Json) -> str:
    """Return what tells a value from every other one."""
    return hashlib.sha256(SORTED(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def json_text(value: Json) -> str:
    """Return JSON in one line as people read it; a lone surrogate, which UTF-8 cannot hold, is escaped."""
    text = READABLE(value)
    return text if encodes(text) else ESCAPED(value)
