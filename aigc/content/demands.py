"""What a content type demands of a model, `needs:`, the voices that it can be written in, `voices:`, and the files that
its templates read, `reads:`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from aigc.content.links import leads_out
from aigc.content.type_keys import LANGUAGE, NEEDS, OF_VOICE, VOICE_NAME, VOICES
from aigc.content.yaml_lines import Node
from aigc.errors import UsageError, did_you_mean
from aigc.models.needs import Abilities, Needs, read_size

VOICE = "voice"  # its name in templates and expressions


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """This is one way to write a content type."""

    summary: str = ""
    needs: Needs = field(default_factory=Needs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """This is what a content type needs as a whole, what its `stages` need besides, and its `voices` in order.

    `spoken` names the voices in which a stage is run: a stage that is not there is run in all of them. `reads` are the
    files, relative to its own, whose content changes what is written.
    """

    needs: Needs = field(default_factory=Needs)
    stages: Mapping[str, Needs] = field(default_factory=dict)
    voices: Mapping[str, Voice] = field(default_factory=dict)
    spoken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reads: tuple[str, ...] = ()

    def of(self, stage: str, voice: str) -> tuple[Needs, ...]:
        """Return what a stage needs in a voice: as part of the type, of the voice, and by itself."""
        spoken = self.voices[voice].needs if voice in self.voices else Needs()
        return (self.needs, spoken, self.stages.get(stage, Needs()))

    def languages(self, stages: Iterable[str], voice: str) -> tuple[str, ...]:
        """Return the languages that a voice is written in: those that the type, the voice and each of the stages run in
        it have in common, of those that say any; nothing where none does."""
        named = [needs.languages for stage in stages if self.runs(stage, voice) for needs in self.of(stage, voice)]
        named = [languages for languages in named if languages]
        return tuple(one for one in named[0] if all(one in other for other in named)) if named else ()

    def runs(self, stage: str, voice: str) -> bool:
        """Say whether a stage is run in a voice."""
        return stage not in self.spoken or voice in self.spoken[stage]

    def check_voice(self, asked: str, *, where: str, name: str) -> None:
        """Refuse a voice that a type with voices does not have; one without them is written whatever is asked."""
        if asked and self.voices and asked not in self.voices:
            raise UsageError(f"{where}: {name} has no voice {asked!r}", hint=did_you_mean(asked, self.voices))

    def voice(self, asked: str, model: Abilities) -> str:
        """Return the voice that is asked for, else the first whose needs the model meets, else the last; nothing for a
        type without voices, whatever is asked."""
        met = [one for one, voice in self.voices.items() if voice.needs.met_by(model)]
        return (asked or [*met, *reversed([*self.voices])][0]) if self.voices else ""


def read_reads(root: Node) -> tuple[str, ...]:
    """Return the files that `reads:` names, in the folder of the type or below it. ContentTypeError at the line of one
    that is not there."""
    nodes = root.child("reads").list() if "reads" in root else []
    return tuple(name for name in (node.read(partial(_file_read, node), "") for node in nodes) if name)


def _file_read(node: Node) -> str:
    folder, path = Path(node.document.file).absolute().parent, Path(node.text())
    if path.is_absolute() or ".." in path.parts:
        node.fail(f"{node.value!r} is not in the folder of the content type")
    if leads_out(folder / path, folder.parent):
        node.fail(f"{node.value!r} is a link that leads out of {folder.parent}")
    if not (folder / path).is_file():
        known = [file.relative_to(folder).as_posix() for file in (folder / path).parent.glob("*")]
        node.fail(f"there is no file {node.value!r}", did_you_mean(path.as_posix(), known))
    return path.as_posix()


def read_needs(node: Node) -> Needs:
    """Return what `needs:` says under a node; nothing is needed where it is not there."""
    if "needs" not in node:
        return Needs()
    needs = node.child("needs").only(NEEDS)
    languages = needs.child("languages").list() if "languages" in needs else []
    for language in languages:
        if not LANGUAGE.fullmatch(language.text()):
            language.refuse(f"{language.value!r} is no language", "two letters, such as en or zh")
    parameters = node.read(lambda: _parameters(needs.child("parameters")) if "parameters" in needs else 0, 0)
    return Needs(parameters=parameters, languages=tuple(language.text() for language in languages))


def read_voices(root: Node) -> dict[str, Voice]:
    """Return what `voices:` declares, in its order."""
    if VOICES not in root:
        return {}
    voices = {}
    for name, node in root.child(VOICES).items():
        if not VOICE_NAME.fullmatch(name):
            node.refuse(f"a voice's name is a word of expressions: {name!r}", "lower-case letters, digits and _")
        given = node.value is not None
        if given:
            node.only(OF_VOICE)
        summary = node.child("summary").text().strip() if given and "summary" in node else ""
        voices[name] = Voice(summary=summary, needs=read_needs(node) if given else Needs())
    if not voices:
        root.child(VOICES).fail("there is no voice")
    return voices


def read_spoken(stages: Iterable[tuple[str, Node]], voices: Mapping[str, Voice]) -> dict[str, tuple[str, ...]]:
    """Return the voices of each stage that names some."""
    spoken = {}
    for stage, node in stages:
        if VOICES not in node:
            continue
        named = node.child(VOICES).list()
        for one in named:
            if one.text() not in voices:
                one.refuse(f"there is no voice {one.value!r}", did_you_mean(one.text(), voices))
        if not named:
            node.child(VOICES).refuse("a stage of no voice is never run")
        spoken[stage] = tuple(one.text() for one in named)
    return spoken


def _parameters(node: Node) -> int:
    if isinstance(node.value, str):
        try:
            return read_size(node.value)
        except ValueError:
            node.fail(f"{node.value!r} is no number of parameters", "such as 135m, 1b or 1.5b")
    return NEEDS["parameters"].whole(node)
