"""`aigc types`, `show`, `plugins`, `models`, `doctor`: commands that only look."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from aigc.cli import main
from aigc.cli.prompts import PRETENDS
from aigc.cli.types import spoken
from aigc.engine.machine import MachineMemory
from aigc.jobs import rates_file
from aigc.jobs.forecast.rates import Rate, record_rate
from aigc.models import Weights
from aigc.writing.stand_ins import STAND_IN

from .conftest import SLOGAN

Run = Callable[..., Any]


def test_types_are_listed_with_what_they_need(aigc: Run) -> None:
    ran = aigc("types")
    assert ran.code == 0
    header, *rows = [line.split() for line in ran.out.splitlines()]
    assert header[:4] == ["TYPE", "NEEDS", "LANGUAGES", "PLUGIN"]
    assert [row[:3] for row in rows] == [["shop/advert", "product,", "facts"], ["shop/slogan", "product", "en"]]
    assert "A slogan." in ran.out


def test_types_json(aigc: Run) -> None:
    slogan = aigc("types", "--json").json[1]
    assert slogan == {
        "name": "shop/slogan",
        "plugin": "project",
        "summary": "A slogan.",
        "version": 3,
        "required": ["product"],
        "languages": ["en", "zh"],
        "writes": ["en", "zh"],
    }


def test_types_tell_in_brackets_what_takes_another_model(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        ({"languages": ["en"], "writes": ["en", "zh"]}, "en (zh)"),
        ({"languages": [], "writes": ["zh"]}, "(zh)"),
        ({"languages": ["en", "zh"], "writes": ["en", "zh"]}, "en zh"),
        ({"languages": ["en"], "writes": None}, "en (any)"),
        ({"languages": None, "writes": None}, "any"),
    ]
    assert [spoken(record) for record, _ in rows] == [told for _, told in rows]
    assert main(["types"]) == 0
    assert "in brackets: what a type also writes" in capsys.readouterr().out


def test_a_type_that_does_not_load_is_listed_with_its_error(aigc: Run, shop: Any) -> None:
    shop.write("templates/shop/bad.yaml", "aigc: 1\nname: shop/bad\nsumary: x\n")
    ran = aigc("types")
    assert ran.code == 0
    assert "bad.yaml:3" in ran.out and "did you mean 'summary'?" in ran.out and "shop/slogan" in ran.out
    assert "error" in aigc("types", "--json").json[1]


def test_no_plugin_no_project_no_types(aigc: Run, shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    shop.plugins.clear()
    ran = aigc("types")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert aigc("types", "--json").json == []


def test_project_option_names_a_folder(aigc: Run, shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "shop/slogan" in aigc("types", "--project", str(shop.folder)).out
    ran = aigc("types", "--project", str(tmp_path))
    assert ran.code == 2 and "no aigc.yaml here or above" in ran.err


def test_show_is_a_page(aigc: Run) -> None:
    ran = aigc("show", "shop/slogan")
    assert ran.code == 0
    for said in (
        "shop/slogan (version 3",
        "What is sold",
        "≤ 20 characters",
        "needed",
        "en | zh",
        "chars ≤ 40",
        "no_digits [reject]",
        "Exports: lines",
        "aigc generate shop/slogan product='Enamel mug'",
    ):
        assert said in ran.out


def test_a_check_of_one_field_is_shown_by_the_name_of_that_option(aigc: Run, shop: Any) -> None:
    shop.write("templates/shop/slogan.yaml", SLOGAN.replace("[no_digits]", "[no_digits: {field: text}]"))
    ran = aigc("show", "shop/slogan")
    assert "no_digits(field=text) [reject]\n" in ran.out and " on text" not in ran.out


def test_show_takes_an_example_from_the_sample_briefs(aigc: Run, shop: Any) -> None:
    shop.write("templates/shop/briefs/advert.csv", "product,facts\nTin cup,light;red\n")
    assert "aigc generate shop/advert product='Tin cup' facts='light;red'" in aigc("show", "shop/advert").out


def test_show_json(aigc: Run) -> None:
    shown = aigc("show", "shop/advert", "--json").json
    assert [stage["foreach"] for stage in shown["stages"]] == ["facts", None]
    assert shown["exports"] == ["lines"] and shown["digest"]


def test_show_schema_is_json_schema(aigc: Run) -> None:
    schema = aigc("show", "shop/advert", "--schema").json
    assert schema["brief"]["required"] == ["product", "facts"]
    assert schema["output"]["properties"]["lines"] == {"type": "array", "items": {"type": "string"}}
    limited = aigc("show", "shop/slogan", "--schema").json["output"]["properties"]["text"]
    assert limited["x-limit"] == {"chars": 40} and "limit" not in limited


def test_show_grammar(aigc: Run) -> None:
    stages = aigc("show", "shop/advert", "--grammar", "--json").json
    assert [one["stage"] for one in stages] == ["lines", "closing"]
    assert stages[0]["kind"] == "regex" and stages[0]["source"] in aigc("show", "shop/advert", "--grammar").out


def test_show_yaml_is_the_file(aigc: Run, shop: Any) -> None:
    text = (shop.folder / "templates/shop/slogan.yaml").read_text(encoding="utf-8")
    assert aigc("show", "shop/slogan", "--yaml").out == text
    assert aigc("show", "shop/slogan", "--yaml", "--json").json["yaml"] == text


def test_show_prompt_of_given_inputs(aigc: Run) -> None:
    ran = aigc("show", "shop/slogan", "--prompt", "product=Tin cup")
    assert ran.code == 0
    assert "[system]\nYou write." in ran.out
    assert "[assistant]\nCoffee outdoors" in ran.out
    assert ran.out.rstrip().endswith("[user]\nA slogan for Tin cup.")


def test_what_a_brief_holds_cannot_drive_the_terminal(aigc: Run, shop: Any) -> None:
    shop.write("odd.csv", "product\nTin\x1b[2Jcup\n")
    assert "A slogan for Tin[2Jcup." in aigc("batch", "shop/slogan", "odd.csv", "--dry-run").out
    assert "A slogan for Tin[2Jcup." in aigc("show", "shop/slogan", "--prompt", "product=Tin\x1b[2Jcup").out


def test_show_prompt_of_the_first_example(aigc: Run) -> None:
    (stage,) = aigc("show", "shop/slogan", "--prompt", "--json").json
    assert stage["messages"][-1] == {"role": "user", "content": "A slogan for Enamel mug."}


def test_show_prompt_shows_a_later_stage_with_examples_of_what_it_builds_on(aigc: Run) -> None:
    lines, closing = aigc("show", "shop/advert", "--prompt", "--json", "product=Cup", "facts=light; red").json
    assert lines["requests"] == 2 and lines["messages"][-1]["content"] == "Cup: light" and lines["why"] == ""
    assert closing["messages"][-1]["content"] == f"After {STAND_IN}" and closing["why"] == PRETENDS
    told = aigc("show", "shop/advert", "--prompt", "product=Cup", "facts=light; red").out
    assert "── stage lines, the first of 2 ──" in told and f"── stage closing ({PRETENDS}) ──" in told


def test_show_prompt_of_a_brief_in_a_file(aigc: Run, shop: Any) -> None:
    shop.write("cup.json", '{"product": "Tin cup"}')
    ran = aigc("show", "shop/slogan", "--prompt", "--brief", "cup.json")
    assert ran.code == 0 and ran.out.rstrip().endswith("[user]\nA slogan for Tin cup.")
    ran = aigc("show", "shop/slogan", "--prompt", "--brief", "cup.json", "product=Bowl")
    assert ran.out.rstrip().endswith("A slogan for Bowl."), "what the command line says comes first"
    ran = aigc("show", "shop/slogan", "--prompt", "--brief", "cups.json")
    assert ran.code == 2 and "cups.json: no such file; did you mean 'cup.json'?" in ran.err
    shop.write("cups.csv", "product\nTin cup\n")
    ran = aigc("show", "shop/slogan", "--prompt", "--brief", "cups.csv")
    assert ran.code == 0 and "Tin cup" in ran.out, "the first row's prompt"
    ran = aigc("show", "shop/slogan", "--brief", "cup.json")
    assert ran.code == 2 and "--brief is for --prompt" in ran.err


def test_show_prompt_in_a_voice(aigc: Run, shop: Any) -> None:
    text = (shop.folder / "templates/shop/slogan.yaml").read_text(encoding="utf-8")
    shop.write("templates/shop/slogan.yaml", text.replace("prompt:", "voices: {calm: , loud: }\nprompt:"))
    shop.write(
        "templates/shop/slogan.j2", "{% extends 'base.j2' %}{% block task %}{{ voice }}: {{ product }}{% endblock %}"
    )
    told = aigc("show", "shop/slogan", "--prompt", "--voice", "loud", "product=Cup").out
    assert told.rstrip().endswith("loud: Cup")
    assert "no voice 'lod'" in aigc("show", "shop/slogan", "--prompt", "--voice", "lod", "product=Cup").err


def test_show_misuse(aigc: Run) -> None:
    ran = aigc("show", "shop/slogn")
    assert ran.code == 2 and "did you mean 'shop/slogan'?" in ran.err
    ran = aigc("show", "shop/slogan", "product=Cup")
    assert ran.code == 2 and "--prompt" in ran.err
    ran = aigc("show", "shop/advert", "--prompt")
    assert ran.code == 2 and "shop/advert has no example to take; give its inputs" in ran.err


def test_plugins(aigc: Run, shop: Any) -> None:
    shop.plugins["idle"] = object()  # declares nothing, which is no fault
    ran = aigc("plugins", "--json")
    assert ran.code == 0
    assert [one["name"] for one in ran.json] == ["shop", "generators", "gpt", "idle"]
    assert {one["error"] for one in ran.json} == {None}
    assert ran.json[1]["declares"][0] == "generator openai" and ran.json[2]["declares"] == ["generator gpt"]
    assert ran.json[3]["declares"] == []
    assert ran.json[0]["declares"] == [
        "check no_digits",
        "exporter lines",
        "exporter count",
        "importer csv",
        "command greet",
    ]
    assert (ran.json[0]["distribution"], ran.json[0]["version"]) == ("shop 1.0", "1.0")
    assert ran.json[0]["hooks"] == ["aigc_checks", "aigc_commands", "aigc_exporters", "aigc_importers"]
    assert {(one["state"], one["place"], one["left_out_by"]) for one in ran.json} == {("loaded", None, None)}
    assert all(one["load_ms"] > 0 for one in ran.json)
    listed = aigc("plugins").out
    assert "command greet  " in listed and "Say hello." in listed and "; hooks: aigc_checks, " in listed
    assert "importer csv" in listed and "generator gpt " in listed and "Our own engine: a GPT on this machine" in listed


def test_a_plugin_that_breaks_while_declaring_is_listed_with_its_error(aigc: Run, shop: Any) -> None:
    class Broken:
        from aigc.plugs.hookspecs import hookimpl

        @hookimpl
        def aigc_checks(self) -> list[object]:
            raise ZeroDivisionError("oh")

    shop.plugins["broken"] = Broken()
    listed = {one["name"]: one for one in aigc("plugins", "--json").json}
    assert listed["broken"]["error"] == "ZeroDivisionError: oh" and listed["broken"]["declares"] == []
    assert listed["shop"]["error"] is None
    assert "quarantined: ZeroDivisionError: oh" in aigc("plugins").out


def test_plugins_shows_what_is_quarantined(aigc: Run, shop: Any) -> None:
    class Taker:
        from aigc.plugs.hookspecs import hookimpl

        @hookimpl
        def aigc_commands(self, cli: click.Group) -> None:
            @cli.command("batch")
            def batch() -> None:
                """Take a name that is built in."""

    shop.plugins["taker"] = Taker()
    ran = aigc("plugins")
    assert ran.code == 0
    assert "quarantined: the command 'batch' is already there" in ran.out
    assert "importer csv" in ran.out
    assert aigc("doctor", "--json").code == 1


def test_models_list(aigc: Run) -> None:
    ran = aigc("models", "list")
    assert ran.code == 0
    assert "smollm2-135m (default)" in ran.out and "Apache-2.0" in ran.out
    assert "smollm2-135m        ads, not recommended: 69 % of free lines faulty" in ran.out
    smallest = (
        "The smallest for copy: `aigc models pull qwen2.5-coder-1.5b` (1.7 GB of memory, 39 s an ad on two cores), "
    )
    assert f"{smallest}then `-m qwen2.5-coder-1.5b`." in ran.out
    assert "39 s a piece on two cores (2026-11-30)" in ran.out and "on this machine" not in ran.out
    listed = aigc("models", "list", "--json").json
    assert [one["name"] for one in listed if one["default"]] == ["smollm2-135m"]
    assert not any(one["installed"] for one in listed)


def test_models_say_how_long_an_ad_took_here(aigc: Run) -> None:
    asked = {"planned": 1, "requests": 1, "completions": 1, "written_tokens": 1}
    for writer, name, pieces, seconds in (
        ("gpt smollm2-135m", "ads/google-search", 10, 31),
        ("gpt smollm2-135m engine=cuda", "ads/google-search", 10, 1),
        ("gpt qwen2.5-coder-1.5b threads=1", "ads/google-search", 5, 400),
        ("gpt qwen3-8b ray.address=head", "ads/google-search", 5, 5),
        ("gpt gpt2", "lessons/quiz", 5, 5),
    ):
        run = Rate(writer=writer, content_type=name, pieces=pieces, seconds=seconds, **asked)
        record_rate(rates_file(), run)  # type: ignore[arg-type]
    ran = aigc("models", "list")
    assert ran.out.endswith("An ad took on this machine: 3.1 s with smollm2-135m, 80 s with qwen2.5-coder-1.5b.\n")
    listed = {one["name"]: one["seconds_per_ad"] for one in aigc("models", "list", "--json").json}
    assert {name: took for name, took in listed.items() if took} == {"smollm2-135m": 3.1, "qwen2.5-coder-1.5b": 80.0}
    assert "an ad took here" in aigc("models", "show", "smollm2-135m").out
    assert "an ad took here" not in aigc("models", "show", "gpt2").out


def test_models_show(aigc: Run) -> None:
    ran = aigc("models", "show", "gpt2")
    assert ran.code == 0 and "MIT" in ran.out and "no; `aigc models pull gpt2`" in ran.out
    assert aigc("models", "show", "gpt2", "--json").json["catalogue"]["parameters"] == 124_000_000
    ran = aigc("models", "show", "qwen2.5-coder-1.5b")
    assert "lessons/quiz, recommended: 18 of 18 questions right" in ran.out
    measured = aigc("models", "show", "qwen2.5-coder-1.5b", "--json").json["catalogue"]["measured"]
    assert measured[0]["types"] == "ads" and measured[0]["recommended"] is True
    ran = aigc("models", "show", "gpt3")
    assert ran.code == 2 and "did you mean 'gpt2'?" in ran.err


@pytest.fixture
def within(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """This leaves so many gigabytes of a machine without a GPU."""

    def left(gigabytes: float) -> None:
        machine = MachineMemory(whole=int(gigabytes * 1e9), free=int(gigabytes * 1e9))
        for place in ("engine.machine", "cli.diagnosis"):
            monkeypatch.setattr(f"aigc.{place}.machine_memory", lambda: machine)

    monkeypatch.setattr("aigc.engine.options.on_cuda", lambda device: device.startswith("cuda"))
    return left


def test_models_tell_what_they_take_and_what_is_free(aigc: Run, within: Callable[[float], None]) -> None:
    within(24)
    shown = aigc("models", "show", "smollm2-135m").out
    assert "weights               96.6 MB, in a file that is mapped" in shown
    assert "23.6 MB for a text of 512 tokens" in shown
    assert "24.0 GB, enough for 128 such texts at once" in shown
    told = aigc("models", "show", "smollm2-135m", "--json").json["memory"]
    assert (told["device"], told["weights"], told["mapped"], told["token"]) == ("cpu", 96576768, 96576768, 46080)
    assert told["one_text"] == told["process"] + told["weights"] + told["work"] + told["token"] * told["text_tokens"]
    assert told["all_rows"] > told["rows"] * told["token"] * told["text_tokens"]
    assert (told["free"], told["at_once"], told["lacking"]) == (24_000_000_000, 128, None)
    within(2)
    assert "2.0 GB, not enough: 2.0 GB are all there is" in aigc("models", "show", "qwen2.5-1.5b").out
    assert aigc("models", "show", "qwen2.5-1.5b", "--json").json["memory"]["at_once"] == 0


def test_models_list_what_one_text_takes(aigc: Run) -> None:
    row = next(line for line in aigc("models", "list").out.splitlines() if "qwen3-8b" in line)
    assert "17.2 / 16.6 GB" in row
    assert aigc("models", "list", "--json").json[0]["memory"]["weights"] == 96576768


def test_of_a_model_nobody_knows_nothing_is_told(aigc: Run) -> None:
    assert "memory" not in aigc("models", "show", "some/model").out
    assert aigc("models", "show", "some/model", "--json").json["memory"] is None


def test_models_prune_says_what_goes(aigc: Run, tmp_path: Path) -> None:
    assert aigc("models", "prune").out == "Nothing to remove\n"
    folder = tmp_path / "cache" / "models" / "local-1234-mine"
    folder.mkdir(parents=True)
    (folder / "model.json").write_text('{"format": 1}')
    (folder / "model.safetensors").write_bytes(bytes(2_000_000))
    ran = aigc("models", "prune", "--dry-run")
    assert ran.code == 0 and f"2.0 MB  {folder}  (format 1, of an earlier version; this one reads" in ran.out
    assert ran.out.endswith("2.0 MB would be freed: this was a dry run\n") and folder.is_dir()
    told = aigc("models", "prune", "--dry-run", "--json").json
    assert told["dry_run"] and told["bytes"] == 2_000_013 == told["leftovers"][0]["bytes"]
    assert folder.is_dir()
    assert aigc("models", "prune").out.endswith("2.0 MB freed\n") and not folder.exists()
    assert aigc("models", "prune", "--json").json == {"dry_run": False, "bytes": 0, "leftovers": []}


def test_models_prune_says_which_folder_it_could_not_remove(
    aigc: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cache" / "models" / "old"
    folder.mkdir(parents=True)
    (folder / "model.json").write_text('{"format": 1}')

    def refused(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refused)
    ran = aigc("models", "prune")
    assert ran.code == 3 and f"{folder}: cannot be removed (Permission denied)" in ran.err


def test_doctor_holds_the_model_against_the_memory(
    aigc: Run, within: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    tight = MachineMemory(whole=8_000_000_000, free=530_000_000)

    def memory(*options: str) -> dict[str, Any]:
        ran = aigc("doctor", "--json", *options)
        return {"code": ran.code, **next(one for one in ran.json if one["name"] == "memory")}

    within(24)
    found = memory("-m", "qwen3-8b")
    assert (found["code"], found["state"]) == (0, "ok")
    assert found["found"].startswith(
        "24.0 GB free of 24.0 GB; qwen3-8b takes 17.2 GB for one text, there is enough for"
    )
    within(5)
    found = memory("-m", "qwen3-8b")
    assert (found["code"], found["state"]) == (1, "wrong")
    assert found["found"].startswith("'qwen3-8b' does not fit into memory: it needs 17.2 GB, ")
    assert found["found"].endswith(" and 5.0 GB are all there is")
    assert found["remedy"] == "the largest of the catalogue that fits is 'qwen3-1.7b': -m qwen3-1.7b"
    monkeypatch.setattr("aigc.cli.diagnosis.machine_memory", lambda: tight)
    monkeypatch.setattr("aigc.engine.machine.machine_memory", lambda: tight)
    found = memory("-m", "smollm2-135m")
    assert (found["code"], found["state"]) == (0, "note") and found["remedy"].startswith("end other programs")
    assert "too little to keep all weights in it: slow" in aigc("models", "show", "smollm2-135m").out
    within(5)
    assert memory("-m", "some/model")["found"] == "5.0 GB free of 5.0 GB"
    assert memory("-m", "qwen3-8b", "-o", "engine.device=cuda")["state"] == "ok"


def test_models_pull_takes_the_default(aigc: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def pull(name: str, **options: Any) -> Weights:
        asked.append(name)
        return Weights(name=name, folder=Path("there"), installed=True)

    monkeypatch.setattr("aigc.models.fetch.pull", pull)
    assert aigc("models", "pull").out == "smollm2-135m is ready in there\n"
    assert aigc("models", "pull", "gpt2", "--json").json["folder"] == "there"
    assert asked == ["smollm2-135m", "gpt2"]


def states(ran: Any) -> dict[str, str]:
    return {one["name"]: one["state"] for one in ran.json}


def test_doctor_of_a_fresh_machine_finds_nothing_wrong(aigc: Run) -> None:
    ran = aigc("doctor", "-m", "smollm2-135m", "--json")
    assert ran.code == 0
    assert states(ran)["model"] == "note" and states(ran)["torch"] == "ok" and states(ran)["project"] == "ok"
    assert next(one for one in ran.json if one["name"] == "model")["remedy"]
    assert "smollm2-135m is not here yet" in aigc("doctor", "-m", "smollm2-135m").out


def test_doctor_names_every_trouble_with_a_remedy(aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write("templates/shop/bad.yaml", "aigc: 1\nname: shop/bad\nsumary: x\n")
    usage = type("Usage", (), {"free": 1_000})
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    ran = aigc("doctor", "-m", "smollm2-135m", "--json")
    assert ran.code == 1
    assert states(ran)["model"] == "wrong" and states(ran)["content type shop/bad"] == "wrong"
    assert all(one["remedy"] for one in ran.json if one["state"] == "wrong")
    assert "WRONG" in aigc("doctor", "-m", "smollm2-135m").out


def test_doctor_says_whether_kernels_were_built(aigc: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for spec, taken, state in ((object(), "vnni", "ok"), (object(), "", "note"), (None, "", "note")):
        monkeypatch.setattr("aigc.cli.diagnosis.find_spec", lambda name, spec=spec: spec)
        monkeypatch.setattr("aigc.cli.diagnosis.library_name", lambda taken=taken: taken)
        assert states(aigc("doctor", "-m", "smollm2-135m", "--json"))["kernels"] == state


def test_doctor_outlives_a_broken_project(aigc: Run, shop: Any) -> None:
    shop.write("aigc.yaml", "modle: x\n")
    ran = aigc("doctor", "--json")
    assert ran.code == 1 and states(ran)["project"] == "wrong"
    assert "did you mean 'model'?" in json.dumps(ran.json)


def test_doctor_refuses_a_misspelt_option_of_the_engine(aigc: Run, shop: Any) -> None:
    shop.write("aigc.yaml", "model: scripted\nengine:\n  treads: 2\n")
    ran = aigc("doctor", "--json")
    assert ran.code == 1
    project = next(one for one in ran.json if one["name"] == "project")
    assert project["state"] == "wrong" and project["found"].endswith("aigc.yaml:3: engine.treads: no such option")
    assert project["remedy"] == "did you mean 'threads'?"
    shop.write("aigc.yaml", "")
    ran = aigc("doctor", "-m", "smollm2-135m", "-o", "engine.treads=2")
    assert ran.code == 1 and "engine.treads: no such option" in ran.out and "did you mean 'threads'?" in ran.out


@pytest.mark.parametrize(
    ("gpu", "torch", "installed", "said"),
    [
        ("NVIDIA H200, 143771 MiB\n", "2.13.0", False, ["triton"]),
        ("NVIDIA H200, 143771 MiB\n", "2.13.0", True, []),
        ("NVIDIA H200, 143771 MiB\n", "2.13.0+cpu", False, []),
        ("", "2.13.0", False, []),
    ],
)
def test_doctor_misses_triton_where_there_is_a_gpu_to_use_it(
    aigc: Run, monkeypatch: pytest.MonkeyPatch, gpu: str, torch: str, installed: bool, said: list[str]
) -> None:
    done = subprocess.CompletedProcess([], 0, stdout=gpu)
    monkeypatch.setattr("aigc.cli.diagnosis.shutil.which", lambda name: name)
    monkeypatch.setattr("aigc.cli.diagnosis.subprocess.run", lambda *args, **options: done)
    monkeypatch.setattr("aigc.cli.diagnosis.version", lambda name: torch)
    monkeypatch.setattr("aigc.cli.diagnosis.find_spec", lambda name: object() if installed else None)
    found = [one for one in aigc("doctor", "-m", "smollm2-135m", "--json").json if one["name"] == "triton"]
    assert [one["name"] for one in found] == said
    assert all(one["state"] == "note" and "pip install triton" in one["remedy"] for one in found)


def test_doctor_sees_a_gpu_torch_cannot_use(aigc: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.CompletedProcess([], 0, stdout="NVIDIA H200, 143771 MiB\n")
    monkeypatch.setattr("aigc.cli.diagnosis.shutil.which", lambda name: name)
    monkeypatch.setattr("aigc.cli.diagnosis.subprocess.run", lambda *args, **options: done)
    monkeypatch.setattr("aigc.cli.diagnosis.version", lambda name: "2.13.0+cpu")
    device = next(one for one in aigc("doctor", "--json").json if one["name"] == "device")
    assert device["found"] == "NVIDIA H200, 143771 MiB" and device["state"] == "note" and "CUDA" in device["remedy"]


def test_templates_without_a_project_get_a_hint(aigc: Run, shop: Any) -> None:
    (shop.folder / "aigc.yaml").unlink()
    for argv in (("types",), ("check",), ("types", "--json")):
        assert "templates/ here is not read: an empty aigc.yaml beside it makes a project" in aigc(*argv).err
    ran = aigc("show", "shop/slogan")
    assert ran.code == 2 and "templates/ is read in a project; an empty aigc.yaml beside it makes one" in ran.err
    (shop.folder / "aigc.yaml").touch()
    assert aigc("types").err == ""
    assert aigc("show", "shop/slogan").code == 0
