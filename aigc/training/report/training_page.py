"""The page of a training: what was learnt from, how it went, what it wrote before and after. Self-contained."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import jinja2
from markupsafe import Markup

from aigc.evaluation.writer_figures import KINDS
from aigc.plugs.whole_file import whole_file
from aigc.training.report.curves import loss_chart
from aigc.training.training_run import Outcome
from aigc.types import Json

REPORT = "report.html"
LEFT_OUT = ("tokens_per_second",)  # with a model that was opened for a few briefs it tells nothing
LISTED = 200  # rows left out that are named
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src '{}'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """This is a held-out brief with what the base and the result wrote for it, line by line."""

    brief: str
    before: Sequence[str]
    after: Sequence[str]


def write_training_page(outcome: Outcome) -> Path:
    """Write report.html into the result's folder, in one rename. JobError when the disk refuses."""
    target = outcome.folder / REPORT
    style = Markup(_part("training.css"))
    page = _template().render(
        outcome=outcome,
        name=outcome.folder.name,
        chart=loss_chart(outcome.told, outcome.best),
        account=outcome.prepared.rows.account,
        left_out=outcome.prepared.rows.account.left_out[:LISTED],
        figures=_figures(outcome),
        beside=_beside(outcome),
        looks=outcome.looks,
        options=outcome.prepared.options,
        style=style,
        policy=POLICY.format(_hash(style)),
    )
    with whole_file(target, errors="backslashreplace") as file:
        file.write(page)
    return target


def _figures(outcome: Outcome) -> list[tuple[str, Json, Json]]:
    """Return (name, before, after) of every figure."""
    if outcome.before is None or outcome.after is None:
        return []
    before, after = outcome.before.figures, outcome.after.figures
    labels = {one.name: one.label for one in KINDS}
    rows = [(labels.get(name, name), before.get(name), after[name]) for name in after if name not in LEFT_OUT]
    if outcome.after.loss is not None:
        rows.append(("held-out loss, nats a token", outcome.before.loss, outcome.after.loss))
    return [(name, _short(old), _short(new)) for name, old, new in rows]


def _beside(outcome: Outcome) -> list[Beside]:
    if outcome.before is None or outcome.after is None:
        return []
    before, after = outcome.before.texts, outcome.after.texts
    return [Beside(brief=brief, before=_lines(before.get(brief)), after=_lines(after[brief])) for brief in after]


def _lines(fields: Json) -> list[str]:
    """Return every text of a piece, in order."""
    if isinstance(fields, str):
        return [fields]
    if isinstance(fields, Mapping):
        return [line for value in fields.values() for line in _lines(value)]
    if isinstance(fields, Sequence):
        return [line for value in fields for line in _lines(value)]
    return [] if fields is None else [str(fields)]


def _short(value: Json) -> Json:
    return f"{value:.3g}" if isinstance(value, float) else value


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_part("training.j2"))


def _part(name: str) -> str:
    return files("aigc.training.report").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return how a page's policy names a style that it lets stand."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
