"""aigc.yaml, the command line over it, and whose file a content type is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from aigc.content import ContentType
from aigc.errors import NotFound, UsageError
from aigc.plugs.registry import Registry
from aigc.project import Project
from aigc.settings import Laid
from aigc.testing import ScriptedGenerator
from aigc.types import Brief

ITEM = """
aigc: 1
name: shop/item
summary: %s
brief:
  product: {type: string}
prompt: item.j2
output: {type: string}
"""
FILES = {
    "templates/shop/item.yaml": ITEM % "Mine.",
    "templates/shop/item.j2": "{%% extends 'base.j2' %%}{%% block task %%}{{ product }}{%% endblock %%}".replace(
        "%%", "%"
    ),
}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("modle: x", "aigc.yaml:1: modle: no such setting; did you mean 'model'?"),
        ("seed: many", "aigc.yaml:1: seed: 'many' is not a whole number"),
        (
            "# first\nsampling: {temprature: 1}",
            "aigc.yaml:2: sampling.temprature: no such option; did you mean",
        ),
        ("sampling: {top_k: 1.5}", "aigc.yaml:1: sampling.top_k: 1.5 is not a whole number"),
        ("sampling: {max_tokens: 0}", "sampling.max_tokens: 0 is not at least 1"),
        ("sampling: {top_p: -3}", "sampling.top_p: -3 is not above 0 and at most 1"),
        ("candidates: -1", "candidates: -1 is not from 0 to 64"),
        ("model: 1e5", "aigc.yaml:1: model: 100000.0 is not text; put quotes around it"),
        ("model:", "aigc.yaml:1: model: has no value"),
        ("policy: limits", "policy: 'limits' is not a list"),
        ("engine:\n  rows: 8\n  treads: 2", "aigc.yaml:3: engine.treads: no such option; did you mean 'threads'?"),
        ("engine: {rows: many}", "aigc.yaml:1: engine.rows: 'many' is not a whole number"),
        ("policy: [{a: 1, b: 2}]", "a policy entry is `name` or `name: {options}`"),
    ],
)
def test_wrong_settings_are_said_with_their_line(make_project, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_project({"aigc.yaml": text})
    assert message in str(caught.value)


@pytest.mark.parametrize("key", ["sk-live-4f", "4f5a", "two words", "kéy-"])
def test_what_may_be_a_key_is_refused_where_a_variables_name_goes_and_never_repeated(make_project, key: str) -> None:
    for files, given in [
        ({"aigc.yaml": f"engine: {{api_key_env: {key}}}"}, {}),
        ({}, {"engine.api_key_env": key}),
    ]:
        with pytest.raises(UsageError, match=r"engine.api_key_env is no name of an environment variable") as caught:
            make_project(files, generator="openai", **given)
        assert key not in str(caught.value) and "belongs in the environment" in str(caught.value)
    assert make_project({}, **{"engine.api_key_env": "_Shop_KEY2"}).settings.engine == {"api_key_env": "_Shop_KEY2"}


def test_a_password_in_an_address_is_refused_and_never_repeated(make_project) -> None:
    for files, given in [
        ({"aigc.yaml": "engine: {base_url: 'https://me:hush@host/v1'}"}, {}),
        ({}, {"engine.base_url": "https://hush@host/v1"}),
    ]:
        with pytest.raises(UsageError, match="has no place for a name or a password") as caught:
            make_project(files, **given)
        assert "hush" not in str(caught.value)
    kept = {"base_url": "http://host:8000/v1/@me"}
    assert make_project({}, **{"engine.base_url": kept["base_url"]}).settings.engine == kept


@pytest.mark.parametrize("option", ["temperature=nan", "temperature=-1", "top_p=0", "max_tokens=0"])
def test_wrong_options_are_refused(make_project, option: str) -> None:
    name, _, value = option.partition("=")
    with pytest.raises(UsageError, match=f"-o sampling.{name}={value}"):
        make_project({}, **{f"sampling.{name}": value})


def test_the_command_line_stands_over_the_file(make_project) -> None:
    project = make_project(
        {"aigc.yaml": "seed: 3\nsampling: {temperature: 0.1}\n", **FILES}, **{"sampling.temperature": "0.9"}
    )
    assert project.settings.seed == 3
    assert project.content_type("shop/item").stages[0].sampling.temperature == 0.9


@pytest.mark.parametrize("name", ["007", "1e5", "true"])
def test_a_models_name_stays_text(make_project, name: str) -> None:
    assert make_project({}, model=name).settings.model == name


def test_a_piece_names_no_path_of_this_machine(make_project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "cache"))
    (tmp_path / "mine.gguf").write_bytes(b"GGUF of one's own")
    project = make_project(FILES, model=str(tmp_path / "mine.gguf"))
    brief = Brief(id="1", values={"product": "Kettle"})
    pipeline = project.pipeline(ScriptedGenerator(lambda request, index: "A kettle"))
    (piece,) = pipeline.write(project.content_type("shop/item"), [brief])
    assert re.fullmatch(r"mine\.gguf [0-9a-f]{12}", piece.provenance.model)


@pytest.mark.parametrize("content", ["# later\n\n", "\ufeff# later\n", "---\n# later\n"])
def test_a_file_of_comments_says_nothing(make_project, content: str) -> None:
    assert make_project({"aigc.yaml": content}).settings.seed == 0


def test_a_policy_that_cannot_be_kept_is_said_before_a_model_loads(make_project) -> None:
    project = make_project({"aigc.yaml": "policy: [limitz]", **FILES})
    with pytest.raises(UsageError, match="policy: no check named 'limitz'; did you mean 'limits'"):
        project.content_type("shop/item")


def test_the_projects_own_file_stands_before_a_bundled_one(tmp_path: Path) -> None:
    (tmp_path / "aigc.yaml").write_text("")
    own = tmp_path / "templates" / "seo"
    own.mkdir(parents=True)
    (own / "meta.yaml").write_text(ITEM.replace("shop/item", "seo/meta") % "Mine.")
    (own / "item.j2").write_text(FILES["templates/shop/item.j2"])
    project = Project.open(tmp_path)
    assert project.content_type("seo/meta").summary == "Mine."
    assert project.content_files()["ads/google-search"][1] == "ads"


def test_of_two_plugins_with_one_type_the_later_is_quarantined(tmp_path: Path) -> None:
    class Brings:
        def __init__(self, folder: Path) -> None:
            self.folder = folder

        def aigc_content_types(self) -> list[Path]:
            return [self.folder]

    registry = Registry()
    for name in ("first", "second"):
        folder = tmp_path / name / "shop"
        folder.mkdir(parents=True)
        (folder / "item.yaml").write_text(ITEM % name)
        (folder / "item.j2").write_text(FILES["templates/shop/item.j2"])
        module = Brings(folder)
        from aigc import hookimpl

        type(module).aigc_content_types = hookimpl(Brings.aigc_content_types)
        registry.add(module, name)
    project = Project.open(tmp_path, registry=registry)
    assert project.content_type("shop/item").summary == "first"
    assert registry.plugins[1].error == "plugins 'first' and 'second' both declare 'shop/item'"


def test_a_file_that_says_another_name_is_refused(make_project) -> None:
    project = make_project({**FILES, "templates/shop/item.yaml": ITEM.replace("shop/item", "shop/thing") % "x"})
    with pytest.raises(UsageError, match="its name is 'shop/thing', but its folder and file say 'shop/item'"):
        project.content_type("shop/item")


def test_two_files_of_one_name_are_one_broken_type(make_project) -> None:
    again = {name.replace("templates/", "templates/more/"): text for name, text in FILES.items()}
    other = {
        name.replace("item.yaml", "mug.yaml"): text.replace("shop/item", "shop/mug") for name, text in FILES.items()
    }
    types = make_project({**FILES, **again, **other}).content_types()
    assert isinstance(types["shop/mug"], ContentType)
    assert "'shop/item' is already declared by" in str(types["shop/item"])
    assert str(types["shop/item"]).count("item.yaml") == 2


def test_options_of_what_writes_are_refused_where_they_are_set(make_project) -> None:
    laid: Laid = {"engine.rws": (8, "spring.yaml:7")}
    registry = Registry.discover(only={"generators", "gpt"})

    def opened(laid: Laid, options: dict[str, str]) -> Project:
        return Project.open(make_project({}).folder, laid=laid, options=options, registry=registry)

    with pytest.raises(UsageError, match=r"^spring.yaml:7: engine.rws: no such option; did you mean 'rows'\?$"):
        opened(laid, {})
    with pytest.raises(UsageError, match=r"^spring.yaml:6: engine.rws: no such option"):
        opened({"engine": ({"rws": 8}, "spring.yaml:6")}, {"ray.rws": "8"})
    with pytest.raises(UsageError, match=r"^engine.rws: no such option; did you mean 'rows'\?$"):
        opened({}, {"engine.rws": "8"}).source.check()
    assert opened(laid, {"engine.rws": "8"}).settings.engine == {"rws": 8}, "the command line's is not the file's"
    with pytest.raises(UsageError, match=r"aigc.yaml:2: engine.treads: no such option; known: api_key_env"):
        make_project({"aigc.yaml": "generator: openai\nengine: {treads: 2}"})
    assert make_project({"aigc.yaml": "engine: {treads: 2}"}, generator="openai").settings.engine == {}


def test_to_name_the_default_generator_is_to_name_none(make_project) -> None:
    own = "engine: {rows: 8, dtype: bfloat16}\n"
    silent = make_project({"aigc.yaml": own})
    in_file = make_project({"aigc.yaml": own + "generator: gpt\n"})
    for named in (in_file, make_project({"aigc.yaml": own}, generator="gpt")):
        assert (named.settings, named.source.title) == (silent.settings, "smollm2-135m")
        assert named.model_identity("shop/item") == silent.model_identity("shop/item")
    over = Project.open(silent.folder, laid={"generator": ("openai", "a.yaml:1")}, options={"generator": "gpt"})
    assert (over.settings.generator, over.settings.engine) == ("", {}), "options of the one below are left behind"


def test_where_nobody_is_there_to_write_all_else_works(tmp_path: Path) -> None:
    registry = Registry()
    project = Project.open(tmp_path, options={"engine.rows": "8"}, registry=registry)
    assert project.content_types() == {}
    with pytest.raises(NotFound, match=r"^nothing writes here: no plugin declares the default generator; --on NAME"):
        project.generator()
    named = Project.open(tmp_path, options={"generator": "gtp"}, registry=Registry.discover(only={"generators", "gpt"}))
    with pytest.raises(NotFound, match=r"^-o generator=gtp: no generator named 'gtp'; did you mean 'gpt'\?$"):
        named.model_identity("shop/item")


def test_a_dotted_name_in_a_file_is_refused(make_project: Callable[..., Project]) -> None:
    with pytest.raises(UsageError, match=r"aigc.yaml:1: engine.rows: dots are for .*; write engine: {rows: …}"):
        make_project({"aigc.yaml": "engine.rows: 3\n"})


def test_a_whole_number_stays_one_for_keys_hang_on_it(make_project: Callable[..., Project]) -> None:
    settings = make_project({"aigc.yaml": "sampling: {temperature: 1, max_tokens: 40}\n"}).settings
    assert repr(dict(settings.sampling)) == "{'temperature': 1, 'max_tokens': 40}"


@pytest.mark.parametrize(
    "line", ["plugins: [{}.py]", "templates: {}", "model: {}", "adapters: {{ads/*: {}}}", "brand_pack: {}"]
)
def test_a_name_that_is_too_long_for_a_file_is_told_by_its_line(line: str, tmp_path: Path) -> None:
    (tmp_path / "aigc.yaml").write_text("seed: 1\n" + line.format("a" * 300) + "\n")
    with pytest.raises(UsageError, match=r"aigc\.yaml:2: .*'a{36}…' is too long for the name of a file"):
        Project.open(tmp_path)
