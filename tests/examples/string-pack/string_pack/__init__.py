"""A pack of an app's strings in other languages: placeholders stay, and each language becomes a file."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from aigc import Artifact, Extension, check, exporter, file_name, hookimpl, whole_file

PLACEHOLDER = re.compile(r"\{\w*\}|%(?:\d+\$)?[sd@]|</?\w+>")


@check
def placeholders_kept(text: str, *, source: str) -> Iterator[str]:
    """A translation has the placeholders and tags of its `source`, each as often: {name}, %d, %1$s, <b>."""
    wanted, found = Counter(PLACEHOLDER.findall(source)), Counter(PLACEHOLDER.findall(text))
    for one in (wanted - found).keys() | (found - wanted).keys():
        yield f"has {one!r} {found[one]} times, its source {wanted[one]} times"


@exporter(name="string-pack", suffixes=(".json",))
def string_pack(artifacts: Sequence[Artifact], folder: Path, *, indent: int = 2) -> Iterator[Path]:
    """Write strings.LANGUAGE.json for each language: key → text."""
    packs: dict[str, dict[str, str]] = {}
    for one in artifacts:
        values = one.brief.values
        packs.setdefault(str(values["language"]), {})[str(values["key"])] = str(one.fields["text"])
    for language, strings in packs.items():
        path = folder / f"strings.{file_name(language)}.json"
        with whole_file(path) as file:
            json.dump(strings, file, ensure_ascii=False, indent=indent, sort_keys=True)
        yield path


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return [placeholders_kept]


@hookimpl
def aigc_exporters() -> Sequence[Extension]:
    return [string_pack]


@hookimpl
def aigc_content_types() -> Sequence[Path]:
    return [Path(__file__).parent / "templates"]
