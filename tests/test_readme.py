"""What the README shows is true: its files load and generate, its commands and options exist."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from aigc.cli import Commands, main
from aigc.cli.measured_told import smallest_for_copy
from aigc.cli.types import spoken
from aigc.content import brief_values
from aigc.models import Catalogue
from aigc.models.needs import Abilities
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Brief, Request
from aigc.writing.pipeline import Pipeline

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "aigc/guide/piece.svg"
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


HELP = re.findall(
    r"^\s+(aigc .+)$", Commands().get_command(click.Context(Commands()), "write").help or "", re.MULTILINE
)


def test_the_readme_is_short() -> None:
    assert README.count("\n") <= 120


def test_what_the_readme_links_to_is_there() -> None:
    for path in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / path).exists(), path


def files() -> dict[str, str]:
    """This is every block whose first line is a comment naming its file."""
    named = [(re.search(r"^(?:#|\{#) (\S+)", text), text) for _, text in BLOCKS]
    return {match[1]: text for match, text in named if match}


def commands() -> list[str]:
    shown = "\n".join(text for kind, text in BLOCKS if kind == "console").replace("\\\n", " ")
    parts = [part.strip() for line in shown.splitlines() for part in line.split("&&")]
    return [re.sub(r"^\S*aigc ", "aigc ", part) for part in parts if re.match(r"^\S*aigc ", part)]


def test_no_line_of_prose_in_the_readme_is_too_long() -> None:
    prose = re.sub(r"^```.*?^```", "", README, flags=re.MULTILINE | re.DOTALL).splitlines()
    assert not [line for line in prose if len(line) > 120 and not line.startswith("|")]


def test_the_format_in_the_readme_can_be_written(make_project: Callable[..., Project]) -> None:
    ((name, text),) = [(name, text) for name, text in files().items() if name.startswith("templates/")]
    (template,) = re.findall(r"# (\{% extends .*)", text)
    motto = make_project({name: text, "templates/shop/motto.j2": template}).content_type("shop/motto")
    assert list(motto.brief) == ["product", "fact"]


@pytest.mark.parametrize("line", commands())
def test_a_command_in_the_readme_exists(line: str) -> None:
    words = shlex.split(line)[1:]
    command: click.Command = Commands()
    context = click.Context(command)
    while isinstance(command, click.Group):
        found = command.get_command(context, words.pop(0))
        assert found is not None, line
        command = found
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= known, line


@pytest.mark.parametrize("line", [line for line in [*commands(), *HELP] if line.startswith("aigc write")])
def test_a_model_that_is_shown_for_write_is_none_that_it_flags(line: str) -> None:
    words = shlex.split(line)
    if "-m" in words:
        model = Catalogue.load().find(words[words.index("-m") + 1])
        needs = Project.open().content_type("text/write").demands.needs
        assert model is not None and model.parameters >= needs.parameters, "it would name another one"


@pytest.mark.parametrize("name", re.findall(r"^\| `(\S+)` \|", README, re.MULTILINE))
def test_a_type_in_the_readme_exists(name: str) -> None:
    assert name in Project.open().content_files()


def test_the_languages_of_the_readme_are_those_that_types_tells(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["types", "--json"]) == 0
    told = {one["name"]: spoken(one) for one in json.loads(capsys.readouterr().out)}
    shown = dict(re.findall(r"^\| `(\S+)` \| ([^|]+) \|", README, re.MULTILINE))
    assert shown == {name: told[name] for name in shown}


def test_the_model_for_copy_is_named_with_its_memory_and_a_command() -> None:
    told = smallest_for_copy(Catalogue.load())
    (command, memory, name) = re.findall(r"`([^`]+)`|\(([\d.]+ GB of memory, \d+ s an ad on two cores)", told)
    assert f"takes {memory[1].replace(',', ' and')}:\n`{command[0]}`, then `{name[0]}`" in README
    assert name[0] == f"-m {command[0].split()[-1]}"


def test_types_that_need_more_than_the_default_model_are_told_so() -> None:
    project, default = Project.open(), Catalogue.load().get(Catalogue.load().default)
    model = Abilities(name=default.name, parameters=default.parameters)
    for name, words in re.findall(r"^\| `(\S+)` \| [^|]+ \| (.+) \|$", README, re.MULTILINE):
        demands = project.content_type(name).demands
        needs = [demands.needs, *(voice.needs for voice in demands.voices.values())]
        told = bool(re.search(r" needs \d+B(?: parameters)?$", words))
        assert told != all(one.large_enough(model) for one in needs), name


def test_the_picture_is_of_a_piece_as_the_default_model_leads_to_it() -> None:
    words = re.findall(r"<text x=\"(\d+)\"[^>]*>([^<]+)</text>", PICTURE.read_text(encoding="utf-8"))
    row = [text for x, text in words if x == "36"]
    shown = [text for x, text in words if x != "36"]
    benefits = " ".join(row[row.index("benefits") + 1 :]).split("; ")

    def answer(request: Request, index: int) -> str:
        assert request.about is not None
        fact = benefits[request.about.item]
        return fact.capitalize() if request.about.stage == "lines" else f"An enamel camping mug that {benefits[0]}."

    ad = Project.open().content_type("ads/google-search")
    values = {"product": row[1], "benefits": benefits, "url": "https://example.com/enamel-mug"}
    brief = Brief(id="1", values=brief_values(ad, values, where="test"))
    (written,) = Pipeline(ScriptedGenerator(answer), Project.open().environment, voice=lambda _: "joined").write(
        ad, [brief]
    )
    headlines, descriptions = written.fields["headlines"], written.fields["descriptions"]
    found = [f"{one.field}: {one.message}".replace("'", "‘", 1).replace("'", "’", 1) for one in written.findings]
    told = shown[shown.index("flagged") + 1]
    assert written.status == "flagged" and any(one.startswith(told) for one in found)
    assert f"The ad: {len(headlines)} headlines, {len(descriptions)} descriptions (five lines shown)" in shown
    assert f"example.com/{written.fields['path1']}" in shown and not written.fields["path2"]
    assert " | ".join([*headlines[:2], headlines[4]]) in " ".join(shown)
    assert sum(one in shown for one in descriptions) == 2, descriptions
