"""`pick`: how one of a stage's candidates is chosen, and which others are suggested.

    pick: {by: [fit, {specific: {bank: names}}], mix: headlines, floor: 0.9, suggest: 5}

`by` are scorers. With `mix` the worth of a candidate is what `mixes/NAME.yaml` beside the content type makes of their
numbers for the model that writes, and stands above the floor that was fitted there, or above `floor`; a model that the
file does not have accepts no candidate by itself. Without, the worth is one scorer's number, or the mean of several,
each standardised within the item; it is held against `floor` where there is one, else the best candidate stands.
`judge: [{judged: {top: 6}}]` are scorers that are asked besides where the project has a judge of its own: their mean is
added to the log-odds of the worth, and what it puts below zero does not stand by itself.
`needs: {parameters: 1b}` is what a model must have to judge: a lesser one is not asked, and nothing is sure then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from aigc.content.content_type import Pick, Schema
from aigc.content.demands import read_needs
from aigc.content.environment import TemplateEnvironment
from aigc.content.links import leads_out
from aigc.content.mix import Mix, read_mixes
from aigc.content.stage_words import Names, bound
from aigc.content.type_keys import PICK
from aigc.content.walk import is_prose
from aigc.content.yaml_lines import Node
from aigc.errors import did_you_mean
from aigc.plugs.registry import MIXES, Registry
from aigc.types.foreign import file_bytes


def read_pick(
    node: Node,
    fields: Mapping[str, Schema],
    fallback: Collection[str],
    registry: Registry,
    environment: TemplateEnvironment,
    names: Names,
) -> Pick | None:
    """Return what stands at `pick`, None where its scorers are wrong and other mistakes are to be found.
    ContentTypeError at the line of what makes no sense."""
    node.only(PICK)
    by = node.soundly(lambda: bound("scorer", node, "by", registry, environment, names), None)
    if by is None:
        return None
    if not by:
        node.fail("pick needs scorers", "such as `by: [likely]`; `aigc plugins` lists them")
    scorers = [one.name for one in by]
    judge = bound("scorer", node, "judge", registry, environment, names) if "judge" in node else ()
    every = [*scorers, *(one.name for one in judge)]
    if twice := next((name for name in every if every.count(name) > 1), ""):
        node.child("by").fail(f"the scorer {twice!r} stands twice")
    texts = [name for name, schema in fields.items() if schema.get("type") == "string" and is_prose(schema)]
    if not texts:
        node.fail("pick chooses among texts, and no field of the output is one")
    guarded = [name for name in texts if name in fallback]
    if not guarded and ("mix" in node or "floor" in node):
        node.fail("below the floor stands a fallback, and no text of the output has one", "add `fallback`")
    mix, source, mixes = "", b"", tuple[Mix, ...]()
    if "mix" in node:
        mix = node.child("mix").text()
        file = _mix_file(node.child("mix"))
        mixes, source = read_mixes(file, scorers), file_bytes(file)
    return Pick(
        by=by,
        field=(guarded or texts)[0],
        mix=mix,
        mixes=mixes,
        floor=float(node.child("floor").number()) if "floor" in node else None,
        suggest=PICK["suggest"].whole(node.child("suggest")) if "suggest" in node else 0,
        source=source,
        needs=read_needs(node),
        judge=judge,
    )


def _mix_file(node: Node) -> Path:
    folder = Path(node.document.file).absolute().parent / MIXES
    file = folder / f"{node.text()}.yaml"
    if leads_out(file, folder.parent.parent):
        node.fail(f"the mix {node.value!r} is a link that leads out of {folder.parent.parent}")
    if file.parent != folder or not file.is_file():
        known = sorted(path.stem for path in folder.glob("*.yaml")) if folder.is_dir() else []
        node.fail(f"there is no mix {node.value!r} in {folder}", did_you_mean(node.value, known))
    return file
