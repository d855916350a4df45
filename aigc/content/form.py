"""The form of a content type's file: the version of its format, its keys, its name, and whether it has stages."""

from __future__ import annotations

from aigc.content.type_keys import FORMAT, NAME, SIMPLE, STAGED
from aigc.content.unread import lacking
from aigc.content.yaml_lines import Node
from aigc.errors import describe


def read_form(root: Node) -> bool:
    """Return whether a content type has stages. ContentTypeError at the line of what is no content type's."""
    root.mapping()
    if "aigc" not in root:
        root.refuse("a content type starts with `aigc: 1`, the version of its format")
    elif root.child("aigc").value != FORMAT:
        root.child("aigc").fail(f"aigc is {describe(root.child('aigc').value)}; this version reads `aigc: {FORMAT}`")
    staged = "stages" in root
    keys = STAGED if staged else SIMPLE
    if staged and "prompt" in root:
        root.child("prompt").refuse("there are `stages`, so the prompt belongs into one of them")
        keys = {**STAGED, "prompt": SIMPLE["prompt"]}
    root.only(keys)
    for key in lacking(root, keys):
        if key != "aigc":
            root.refuse(f"{key!r} is missing", "or `stages`" if key == "prompt" else "")
    return staged


def read_name(root: Node) -> str:
    """Return the name of a content type, nothing where a file that is wrong has none."""
    if "name" not in root:
        return ""
    node = root.child("name")
    if not NAME.fullmatch(node.text()):
        node.fail(f"the name {node.value!r} is not family/name", "lower-case letters, digits and hyphens")
    return node.text()


def read_summary(root: Node) -> str:
    """Return what a content type writes, in a line."""
    if "summary" not in root:
        return ""
    node = root.child("summary")
    text = node.text().strip()
    if "\n" in text:
        node.fail("the summary is one line")
    return text


def read_version(root: Node) -> int:
    """Return how often what a content type writes has changed."""
    return SIMPLE["version"].whole(root.child("version")) if "version" in root else 1
