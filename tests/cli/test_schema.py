"""`aigc schema`: what editors check YAML by says what the loaders say, as far as JSON Schema can."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import aigc
from aigc.asking import read_origin, read_plan
from aigc.asking.job_keys import JOB
from aigc.asking.origin_keys import ORIGIN
from aigc.cli import main
from aigc.cli.yaml_schemas import FORMATS, schemas
from aigc.content.brand_keys import BRAND
from aigc.content.load import content_type_mistakes
from aigc.content.mix import read_mixes
from aigc.content.mix_keys import ENTRY
from aigc.content.type_keys import SIMPLE, STAGE, STAGED
from aigc.content.yaml_lines import parse_yaml, read_yaml
from aigc.errors import UsageError
from aigc.plugs.registry import Registry
from aigc.project import Project
from aigc.settings import OPTIONS, read_settings

TYPE = """aigc: 1
name: shop/line
summary: A line.
brief: {product: {type: string}, price: {type: number, default: 1}}
"""
SIMPLE_TYPE = TYPE + "prompt: line.j2\noutput: {type: string, limit: {chars: 60}}\n"
STAGED_TYPE = TYPE + (
    "stages: {one: {prompt: line.j2, output: {type: string}}}\n"
    'output: {text: {type: string, from: "{{ stages.one }}"}}\n'
)
TASK = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
BROKEN_TYPES = [
    *(SIMPLE_TYPE.replace(one, "") for one in ("aigc: 1\n", "name: shop/line\n", "summary: A line.\n")),
    *(TYPE + rest for rest in ("prompt: line.j2\n", "output: {type: string}\n", "prompt: line.j2\noutput: {}\n")),
    SIMPLE_TYPE.replace("aigc: 1", "aigc: 2"),
    SIMPLE_TYPE.replace("shop/line", "Shop line"),
    SIMPLE_TYPE.replace("summary: A line.", 'summary: "a\\nb"'),
    SIMPLE_TYPE.replace("type: number", "type: numbr"),
    SIMPLE_TYPE.replace("type: number", "maxLength: 3, type: number"),
    SIMPLE_TYPE.replace("type: number", "required: true, type: number"),
    SIMPLE_TYPE.replace("{type: number, default: 1}", "{default: 1}"),
    SIMPLE_TYPE.replace("price:", "the-price:"),
    SIMPLE_TYPE.replace("{chars: 60}", "{char: 60}"),
    SIMPLE_TYPE.replace("{chars: 60}", "{chars: 60, bytes: 60}"),
    SIMPLE_TYPE.replace("{chars: 60}", "{chars: 0}"),
    SIMPLE_TYPE.replace("limit: {chars: 60}", "from: x"),
    SIMPLE_TYPE.replace("type: string, limit", "type: array, items: {type: string}, limit"),
    *(
        SIMPLE_TYPE + rest
        for rest in (
            *("sumary: x\n", "version: '2'\n", "version: 0\n", "candidates: many\n", "candidates: 65\n", "chat: no\n"),
            *("sampling: {top_q: 1}\n", "sampling: {top_p: 1.5}\n", "sampling: {top_p: 0}\n", "sampling: 3\n"),
            *("sampling: {max_tokens: 0}\n", "sampling: {stop: [1]}\n", "sampling: {temperature: warm}\n"),
            *("repair: {attempt: 1}\n", "repair: {attempts: 21}\n", "exports: [jsnl]\n", "exports: jsonl\n"),
            *(
                "checks: [contain]\n",
                "checks: [heads_its_points]\n",
                "checks: [contains: {valu: x}]\n",
                "checks: limits\n",
            ),
            *("checks: [contains: {value: 3}]\n", "checks: [limits: {severity: loud}]\n", "checks: [3]\n"),
            *("checks: [{limits: {}, not_cut: {}}]\n", "postprocess: [trim_to_limit: {at: line}]\n"),
            *("needs: {size: 1}\n", "needs: {languages: [english]}\n", "voices: {}\n", "voices: {A: {}}\n"),
            *("examples: [{brief: {product: x}, outputs: y}]\n", "examples: [{output: y}]\n"),
            *("examples: [{brief: {product: x}, output: y, status: fine}]\n", "reads: line.j2\n"),
            *("pick: {}\n", "pick: {by: [likly]}\n", "pick: {by: [likely], suggest: 21}\n", "stages: {}\n"),
        )
    ),
    STAGED_TYPE.replace(', from: "{{ stages.one }}"', ""),
    STAGED_TYPE.replace("prompt: line.j2, output", "output"),
    STAGED_TYPE.replace("prompt: line.j2, output", "promt: x, prompt: line.j2, output"),
    STAGED_TYPE + "prompt: line.j2\n",
    STAGED_TYPE.replace("{one: {", "{One: {"),
    STAGED_TYPE.replace("output: {type: string}}", "output: {type: string}, examples: [{item: 3}]}"),
]
SOUND_TYPES = [
    SIMPLE_TYPE,
    STAGED_TYPE,
    SIMPLE_TYPE + "candidates: 3\nsampling: {temperature: '0.4', top_k: 1_0, stop: x}\nchat: false\n",
    SIMPLE_TYPE + 'checks: [limits, contains: {value: "{{ product }}", severity: warn}, {limits: }]\n',
    SIMPLE_TYPE + 'postprocess: [trim_to_limit: {at: sentence}, {strip_chatter: {}}]\nfallback: "{{ product }}"\n',
    SIMPLE_TYPE + "voices: {plain: , rich: {needs: {parameters: 1.5b, languages: [en]}}}\nexports: [csv]\n",
    SIMPLE_TYPE.replace("output: {type: string, limit: {chars: 60}}", "output: {type: {type: string}}"),
]
BROKEN_SETTINGS = [
    *(
        "sed: 1\n",
        "seed: many\n",
        "candidates: 65\n",
        "candidates: \n",
        "unique: {tresh: 1}\n",
        "unique: {threshold: 2}\n",
    ),
    *("policy: limits\n", "policy: [3]\n", "sampling: {stop: [x]}\n", "sampling: {top_p: 0}\n", "plugins: 3\n"),
    *("keep_lines: some\n", "adapters: {a: 3}\n", "timeouts: {plugin: -1}\n", "importers: {clean: maybe}\n"),
]
SOUND_SETTINGS = [
    *(
        "seed: '3'\n",
        "unique: {}\n",
        "importers: {clean: no}\n",
        "plugins: '[a.py, b.py]'\n",
        "sampling: {top_k: 2.0}\n",
    ),
    *(
        "policy: [limits, forbidden_words: {words: [x]}]\n",
        "engine: {rows: 4}\n",
        "keep_lines: all\n",
        "generator: ''\n",
    ),
]
BROKEN_JOBS = [
    *("type: a/b\n", "type: a/b\nbriefs: x\nlimit: 0\n", "type: a/b\nbriefs: x\nbrief: y\n", "type: a/b\nbriefs: 3\n"),
    *(
        "type: a/b\nbriefs: x\nmap: {a: 3}\n",
        "type: a/b\nbriefs: x\nwith_flagged: 1\n",
        "aigc: 2\ntype: a/b\nbriefs: x\n",
    ),
    *("type: a/b\nbriefs: x\nexports: [{csv: {}, jsonl: {}}]\n", "type: a/b\nbriefs: x\nmatrix: {a: x}\n"),
]
BROKEN_ORIGINS = [
    *("aigc: 1\ntitle: X\n", "aigc: 1\ntitle: X\nknown_by: [[a]]\nfeed: {}\n", "aigc: 1\ntitle: X\nknown_by: [a]\n"),
    *("aigc: 1\ntitle: X\nknown_by: [[a]]\njoin: {parent: a}\n", "aigc: 1\ntitle: X\nknown_by: [[a]]\nid: 3\n"),
]


@pytest.fixture(scope="module")
def made() -> dict[str, Draft202012Validator]:
    found = schemas(Registry.discover())
    for schema in found.values():
        Draft202012Validator.check_schema(schema)
    return {name: Draft202012Validator(schema) for name, schema in found.items()}


def refuses(validator: Draft202012Validator, text: str) -> bool:
    return not validator.is_valid(parse_yaml(text.encode(), "x").value)


def mistakes(folder: Path, text: str) -> list[UsageError]:
    (folder / "line.j2").write_text(TASK)
    file = folder / "line.yaml"
    file.write_text(text)
    project = Project.open(folder)
    return content_type_mistakes(file, registry=project.registry, environment=project.environment)


@pytest.mark.parametrize("text", BROKEN_TYPES)
def test_a_broken_type_is_refused_as_the_loader_refuses_it(
    made: Mapping[str, Draft202012Validator], tmp_path: Path, text: str
) -> None:
    assert mistakes(tmp_path, text), "the loader takes it"
    assert refuses(made["type"], text)


@pytest.mark.parametrize("text", SOUND_TYPES)
def test_what_the_loader_takes_is_fine(made: Mapping[str, Draft202012Validator], tmp_path: Path, text: str) -> None:
    assert mistakes(tmp_path, text) == []
    assert list(made["type"].iter_errors(parse_yaml(text.encode(), "x").value)) == []


@pytest.mark.parametrize("text", BROKEN_SETTINGS)
def test_broken_settings_are_refused(made: Mapping[str, Draft202012Validator], tmp_path: Path, text: str) -> None:
    (tmp_path / "aigc.yaml").write_text(text)
    with pytest.raises(UsageError):
        project = Project.open(tmp_path)
        project.timeouts, project.policy()
        from aigc.asking import Cleaning
        from aigc.jobs.uniqueness import Unique

        Cleaning.of(project.settings)
        Unique.of(project.settings)
    assert refuses(made["settings"], text)


@pytest.mark.parametrize("text", SOUND_SETTINGS)
def test_sound_settings_are_fine(made: Mapping[str, Draft202012Validator], tmp_path: Path, text: str) -> None:
    (tmp_path / "aigc.yaml").write_text(text)
    read_settings(tmp_path)
    assert not refuses(made["settings"], text)


@pytest.mark.parametrize("text", BROKEN_JOBS)
def test_a_broken_job_file_is_refused(made: Mapping[str, Draft202012Validator], tmp_path: Path, text: str) -> None:
    (tmp_path / "job.yaml").write_text(text)
    with pytest.raises(UsageError):
        read_plan(tmp_path / "job.yaml")
    assert refuses(made["job"], text)


@pytest.mark.parametrize("text", BROKEN_ORIGINS)
def test_a_broken_origin_is_refused(made: Mapping[str, Draft202012Validator], tmp_path: Path, text: str) -> None:
    (tmp_path / "tool.yaml").write_text(text)
    with pytest.raises(UsageError):
        read_origin(tmp_path / "tool.yaml")
    assert refuses(made["origin"], text)


def test_every_bundled_file_is_fine(made: Mapping[str, Draft202012Validator]) -> None:
    project = Project.open()
    scaffolds = Path(aigc.__file__).parent / "cli" / "scaffolds"
    types = [file for file, _ in project.content_files().values()]
    files: Mapping[str, list[Path]] = {
        "type": types,
        "origin": [file for file, _ in project.registry.origin_files().values()],
        "mix": [mix for file in types for mix in sorted(file.parent.glob("mixes/*.yaml"))],
        "settings": [scaffolds / "aigc.yaml"],
    }
    assert all(files.values())
    for kind, found in files.items():
        for file in found:
            assert list(made[kind].iter_errors(read_yaml(file).value)) == [], file


@pytest.mark.parametrize("stem", [False, True])
def test_a_key_that_the_loader_knows_stands_there_and_no_other(
    made: Mapping[str, Draft202012Validator], tmp_path: Path, stem: bool
) -> None:
    schema: Any = made["type"].schema
    known = schema["then" if stem else "else"]["properties"]
    for name in [*SIMPLE, *STAGED, *STAGE]:
        text = (STAGED_TYPE if stem else SIMPLE_TYPE) + f"{name}: {{}}\n"
        told = [str(one) for one in mistakes(tmp_path, text)]
        unknown = any(f"unknown key {name!r}" in one or "there are `stages`" in one for one in told)
        assert unknown == (name not in known) or "stands here twice" in told[0], name


def test_the_schemas_have_the_keys_of_the_other_loaders(made: Mapping[str, Any]) -> None:
    assert set(made["settings"].schema["properties"]) == {one.name for one in OPTIONS}
    assert set(made["job"].schema["properties"]) > set(JOB)
    assert set(made["origin"].schema["properties"]) == set(ORIGIN)
    assert set(made["brand"].schema["properties"]) == set(BRAND)
    assert set(made["mix"].schema["properties"]["models"]["items"]["properties"]) == set(ENTRY)
    assert read_mixes.__module__ == "aigc.content.mix"


def test_every_key_is_explained(made: Mapping[str, Any]) -> None:
    for kind in FORMATS:
        schema = made[kind].schema
        for part in (schema, schema.get("then", {}), schema.get("else", {})):
            for name, words in part.get("properties", {}).items():
                assert words.get("description"), (kind, name)


def test_a_projects_own_check_stands_in_the_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "project", "shop"]) == 0
    monkeypatch.chdir(tmp_path / "shop")
    capsys.readouterr()
    assert main(["schema", "type"]) == 0
    text = capsys.readouterr().out
    validator = Draft202012Validator(json.loads(text))
    assert not refuses(validator, SIMPLE_TYPE + "checks: [few_words: {most: 3}]\n")
    assert refuses(validator, SIMPLE_TYPE + "checks: [few_words: {moist: 3}]\n")
    assert main(["schema", "type"]) == 0
    assert capsys.readouterr().out == text, "the same each time"


def test_what_is_begun_names_its_schema_in_the_first_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "project", "shop"]) == 0
    monkeypatch.chdir(tmp_path / "shop")
    assert main(["new", "type", "shop/ad", "--from", "ads/google-search"]) == 0
    assert main(["new", "type", "tea/ad", "--from", "shop/ad"]) == 0
    files = [*Path("templates").rglob("*.yaml"), Path("aigc.yaml")]
    assert len(files) > 5
    for file in files:
        lines = [line for line in file.read_text().splitlines() if "yaml-language-server" in line]
        word, _, named = lines[0].partition("$schema=")
        assert (len(lines), word, file.read_text().startswith(word)) == (1, "# yaml-language-server: ", True)
        schema = json.loads((file.parent / named).read_text())
        assert Draft202012Validator(schema).is_valid(read_yaml(file).value), file


def test_somebodys_own_file_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["schema", "--write", "mine"]) == 0
    assert main(["schema", "--write", "mine"]) == 0, "over its own"
    (tmp_path / "mine" / "job.schema.json").write_text("{}")
    capsys.readouterr()
    assert main(["schema", "--write", "mine"]) == 2
    assert "mine/job.schema.json: is in the way" in capsys.readouterr().err
    assert (tmp_path / "mine" / "job.schema.json").read_text() == "{}"
    (tmp_path / "mine").rename(tmp_path / ".schemas")
    (tmp_path / "aigc.yaml").touch()
    assert main(["new", "type", "tea/label"]) == 0
    assert "yaml-language-server" not in (tmp_path / "templates" / "tea" / "label.yaml").read_text()


def test_a_format_that_is_not_there_has_a_neighbour(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "typ"]) == 2
    assert "did you mean 'type'?" in capsys.readouterr().err
    assert main(["schema"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in FORMATS)
