"""Pieces as the page's script shows them: a line of JSON each, a lump of lines at a time.

A line is two JSON values with a tab between: what to filter by, which the script reads of every piece at once, and the
piece, which it reads when it is shown. Texts come cut where findings mark them, so that offsets are counted here, in
characters, and not by a script, in UTF-16.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import TextIO
from urllib.parse import quote

from aigc.jobs.exporting import unmarked
from aigc.jobs.report.candidates import Candidates, choices, finding_record, rejected, undecided
from aigc.jobs.report.cards import PieceCard, card_of
from aigc.jobs.report.reading import UNITS, PieceText, Reader
from aigc.ledger.entry import Entry
from aigc.ledger.record import json_text, reading_told
from aigc.types import SEVERITIES, STATUSES, Asset, Finding, Json, Line

MOST = 20_000  # pieces listed
LUMP = 250  # lines
STILL = 100  # pieces that stand in the page for those who read it without its script
TITLE = 80  # characters


class Listing:
    """These are the pieces to list, in the briefs' order: all, or of more than `most` those short of accepted first,
    and as many accepted ones as there is room left for. They wait in a file until the page gets to them; `still` has
    the first of them, which can be read without the page's script. `lines` gives what a model wrote for a piece, by the
    number of its lines."""

    def __init__(
        self,
        counts: Mapping[str, int],
        reader: Reader,
        file: TextIO,
        most: int,
        lines: Callable[[int], Sequence[Line]] = lambda writing: (),
    ) -> None:
        short = sum(counts.get(status, 0) for status in STATUSES if status != "accepted")
        self._room = {True: min(most, short), False: most - min(most, short)}  # short of accepted → how many
        self._reader = reader
        self._file = file
        self._lines = lines
        self.still: list[Mapping[str, Json]] = []

    def add(self, entry: Entry) -> None:
        """Take a piece where there is room for it."""
        short = entry.artifact.status != "accepted"
        if self._room[short] > 0:
            self._room[short] -= 1
            record = piece_record(entry, self._reader, self._lines(entry.writing))
            self._file.write(line(entry, record) + "\n")
            if len(self.still) < STILL:
                self.still.append(record)

    def lumps(self) -> Iterator[str]:
        """Yield what the page holds of them."""
        self._file.seek(0)
        while lump := "".join(islice(self._file, LUMP)):
            yield lump.removesuffix("\n")


def line(entry: Entry, record: Mapping[str, Json]) -> str:
    """Return a piece as a line in which no `<` stands."""
    artifact = entry.artifact
    checks = sorted({finding.check for finding in artifact.findings})
    head = [artifact.id, artifact.status, checks, entry.twin, len(artifact.provenance.fallbacks), undecided(artifact)]
    return f"{json_text(head)}\t{json_text(record)}".replace("<", "\\u003c")


def piece_record(entry: Entry, reader: Reader, lines: Sequence[Line] = ()) -> dict[str, Json]:
    """Return a piece as the script shows it, with those of its `lines` that are not in it."""
    artifact = entry.artifact
    usage, left = artifact.provenance.usage, list(artifact.findings)
    beside, apart = rejected(lines) if lines else ({}, {})
    offers = choices(artifact)
    places: dict[str, list[Json]] = {}
    fields = [
        [name, _field(name, value, entry, reader, left, beside, offers, places)]
        for name, value in artifact.fields.items()
    ]
    card = card_of(artifact)
    told = any(finding.message in artifact.reason for finding in artifact.findings)
    brief = unmarked(artifact).brief
    title = next(iter(brief.values.values()), "")
    return {
        "id": artifact.id,
        "status": artifact.status,
        "title": title if isinstance(title, str) and len(title) <= TITLE else "",
        "reason": "" if told else artifact.reason,
        "fields": fields,
        "findings": [finding_record(finding, finding.field) for finding in left],
        "brief": [[name, _values(value)] for name, value in brief.values.items() if value not in (None, "", [])],
        "source": brief.source,
        "language": str(brief.values.get("language") or ""),
        "twin": entry.twin,
        "took": [entry.requests, usage.prompt, usage.sampled + usage.forced, round(entry.seconds, 2)],
        "assets": [_asset(asset) for asset in artifact.assets],
        **({"card": _card(card, places)} if card else {}),
        **({"reading": reading} if (reading := reading_told(brief)) else {}),
        **({"others": [[name, texts] for name, texts in {**apart, **beside}.items()]} if lines else {}),
    }


def _card(card: PieceCard, places: Mapping[str, list[Json]]) -> dict[str, Json]:
    """Return what a piece looks like; each text as [field, which of its texts], for they have their marks there."""
    blocks = [[kind, [places[path] for path in paths if path in places]] for kind, paths in card.blocks]
    told: dict[str, Json] = {
        "like": card.like,
        "who": card.who,
        "where": card.where,
        "label": card.label,
        "platform": card.platform,
        "whole": card.whole,
        "blocks": [block for block in blocks if block[1]],
    }
    return {name: value for name, value in told.items() if value}


def _asset(asset: Asset) -> list[Json]:
    """Return [name, how it is shown, where it lies as seen from the page, bytes] of a file."""
    kind = asset.media_type.partition("/")[0]
    place = f"{asset.path.parent.name}/{asset.path.name}" if asset.path is not None else ""
    return [asset.name, kind if kind in ("image", "audio", "video") else "", quote(place), asset.size]


def _field(
    name: str,
    value: Json,
    entry: Entry,
    reader: Reader,
    left: list[Finding],
    beside: Candidates,
    offers: Mapping[str, Mapping[str, Json]],
    places: dict[str, list[Json]],
) -> dict[str, Json]:
    """Return one field of a piece. Findings that are said of it, or of a text in it, are taken from `left`, candidates
    that a text of it was preferred to from `beside`; `offers` is what could stand where; `places` is told by path
    where its texts are."""
    whole = [finding for finding in left if finding.field == name and not isinstance(value, str)]
    texts: list[Json] = []
    for text in reader.texts(name, value):
        places[text.path] = [name, len(texts)]
        mine = [finding for finding in left if finding.field == text.path and finding not in whole]
        texts.append(_text(text, mine, entry, beside.pop(text.path, ())) | dict(offers.get(text.path, {})))
        left[:] = [finding for finding in left if finding not in mine]
    left[:] = [finding for finding in left if finding not in whole]
    return {"texts": texts} | ({"findings": [finding_record(one) for one in whole]} if whole else {})


def _text(text: PieceText, findings: Sequence[Finding], entry: Entry, others: Sequence[Json]) -> dict[str, Json]:
    provenance = entry.artifact.provenance
    by = "fallback" if text.path in provenance.fallbacks else "repaired" if text.path in provenance.repaired else ""
    told: dict[str, Json] = {
        "label": text.label,
        "length": text.length,
        "limit": text.unit[1],
        "unit": UNITS[text.unit[0]] if text.length is not None else "",
        "by": by,
        "findings": [finding_record(one) for one in findings],
        "others": others,
    }
    return {"text": marked(text.text, findings), **{name: value for name, value in told.items() if value}}


def marked(text: str, findings: Sequence[Finding]) -> list[Json]:
    """Return a text cut where findings begin and end: parts that are plain, and `[severity, part]` where the severest
    finding there says so."""
    if not findings:
        return [text] if text else []
    spans = [(max(one.span[0], 0), min(one.span[1], len(text)), one.severity) for one in findings if one.span]
    cuts = sorted({0, len(text), *(at for low, high, _ in spans if low < high for at in (low, high))})
    parts: list[Json] = []
    for low, high in pairwise(cuts):
        here = [severity for start, end, severity in spans if start <= low and high <= end]
        worst = max(here, key=SEVERITIES.index, default="")
        parts.append([worst, text[low:high]] if worst else text[low:high])
    return parts


def _values(value: Json) -> list[str]:
    """Return an input's value as lines."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list | tuple):
        return [line for item in value for line in _values(item)]
    if isinstance(value, Mapping):
        return [f"{key}: {', '.join(_values(item))}" for key, item in value.items()]
    return [str(value).lower() if isinstance(value, bool) else str(value)]
