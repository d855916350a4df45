"""An adapter is named in `aigc.yaml`: one line more, and every other byte stays as it was.

The line is found by YAML's own marks and proven by reading the new file: its settings are the old ones and the new
entry, or the file stays as it is.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from codecs import BOM_UTF8
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from aigc.errors import AigcError
from aigc.plugs.synced import sync
from aigc.settings import FILE, Settings, read_settings

SECTION = "adapters"
LINE = re.compile("[^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029]|$)")  # as YAML counts lines
PLAIN = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]+)+")  # a path that is text without quotes


def add_to_settings(project_folder: Path, pattern: str, adapter: str | Path) -> bool:
    """Have the content types that a pattern matches written with an adapter; return whether the file says so now.

    A path inside the project is written from its folder on. False, and nothing is changed, where the pattern is there
    for another adapter, where the file is none, and where it cannot be edited without moving more than a line, as a
    mapping in braces.
    OSError where it cannot be written.
    """
    file = (project_folder / FILE).resolve()
    if file.exists() and not file.is_file():  # a device that it is a link to would be gone
        return False
    content = file.read_bytes() if file.is_file() else b""
    place = _place(project_folder, adapter)
    try:
        before = read_settings(project_folder) if content else Settings()
        if pattern in before.adapters:
            return before.adapters[pattern] == place
        changed = _with_entry(content, pattern, place)
    except (AigcError, UnicodeDecodeError, yaml.YAMLError, RecursionError):
        return False
    if changed is None:
        return False
    wanted = replace(before, adapters={**before.adapters, pattern: place})
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".aigc.yaml.") as scratch:
        written = Path(scratch) / FILE
        written.write_bytes(changed)
        try:
            if read_settings(Path(scratch)) != wanted:
                return False
        except AigcError:
            return False
        if file.exists():
            shutil.copymode(file, written)
        sync(written)
        written.replace(file)
    return True


def _place(project_folder: Path, adapter: str | Path) -> str:
    path = Path(adapter)
    inside = path.absolute().is_relative_to(project_folder.absolute())
    return path.absolute().relative_to(project_folder.absolute()).as_posix() if inside else path.as_posix()


def _with_entry(content: bytes, pattern: str, place: str) -> bytes | None:
    """Return the file with the entry; None where it would take more than a line."""
    text = content.removeprefix(BOM_UTF8).decode("utf-8")
    end = "\r\n" if "\r\n" in text else "\n"
    lines = LINE.findall(text)
    lines = lines[:-1] if lines and not lines[-1] else lines
    quoted = place if PLAIN.fullmatch(place) else json.dumps(place, ensure_ascii=False)
    entry = f"{json.dumps(pattern, ensure_ascii=False)}: {quoted}{end}"
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):  # comments, and the mark before them
        at, new = len(lines), [f"{SECTION}:{end}", f"  {entry}"]
    elif not isinstance(root, yaml.MappingNode) or root.flow_style:
        return None
    else:
        found = next((value for key, value in root.value if key.value == SECTION), None)
        if found is None:
            margin = " " * root.start_mark.column
            at, new = len(lines), [f"{margin}{SECTION}:{end}", f"{margin}  {entry}"]
        elif not isinstance(found, yaml.MappingNode) or found.flow_style or not found.value:
            return None
        else:
            at, margin = _before_or_after(found, pattern, lines)
            new = [f"{margin}{entry}"]
    if at and not lines[at - 1].endswith(("\n", "\r", "\x85", "\u2028", "\u2029")):
        new[0] = end + new[0]
        new[-1] = new[-1].removesuffix(end)  # the file ended without a line break, and does so again
    bom = BOM_UTF8 if content.startswith(BOM_UTF8) else b""
    return bom + "".join([*lines[:at], *new, *lines[at:]]).encode("utf-8")


def _before_or_after(section: yaml.MappingNode, pattern: str, lines: list[str]) -> tuple[int, str]:
    """Return before which line the entry goes, and its margin: after all others, but before the first whose pattern
    would take it, for the first that matches counts."""
    margin = " " * section.value[0][0].start_mark.column
    for key, _ in section.value:
        if fnmatchcase(pattern, key.value):
            at = key.start_mark.line
            while lines[at - 1].startswith(f"{margin}#"):  # what is said above it is about it
                at -= 1
            return at, margin
    last = section.value[-1][1].end_mark
    return last.line + (last.column > 0), margin
