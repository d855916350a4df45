"""`aigc batch` with a job file, a matrix, and what it says before it writes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc import Extension, generator, hookimpl
from aigc.cli import progress
from aigc.jobs import check_model
from aigc.jobs.lock import HOLDER, only_run

Run = Callable[..., Any]
JOB = """
type: shop/slogan
briefs: products.csv
map: {product: name}
matrix: {language: [en, zh]}
exports:
  - lines: {title: Spring}
seed: 4
"""


def ids(shop: Any, folder: str = "made") -> list[str]:
    return [json.loads(line)["id"] for line in (shop.folder / folder / "artifacts.jsonl").read_text().splitlines()]


def test_a_job_file_is_all_a_batch_needs(aigc: Run, shop: Any) -> None:
    shop.write("jobs/spring.yaml", JOB.replace("products.csv", "../products.csv"))
    ran = aigc("batch", "jobs/spring.yaml", "--out", "made")
    assert ran.code == 0 and "6 pieces: 6 accepted" in ran.out
    assert ids(shop) == [f"{row}/{language}" for row in ("0001", "0002", "0003") for language in ("en", "zh")]
    assert (shop.folder / "made/lines.txt").read_text().startswith("Spring\n")
    assert shop.projects[0].settings.seed == 4


def test_any_batch_can_be_asked_for_again_from_its_folder(aigc: Run, shop: Any) -> None:
    argv = ("batch", "shop/slogan", "products.csv", "--map", "product=name", "--set", "language=zh", "--seed", "7")
    assert aigc(*argv, "--matrix", "tags=a,b", "--limit", "2", "--to", "count", "--out", "made").code == 0

    def kept() -> dict[str, bytes]:  # report.html tells when it was written
        return {path.name: path.read_bytes() for path in (shop.folder / "made").glob("[!j.r]*")}

    before = kept()
    shop.write("aigc.yaml", "model: other\nseed: 9\n")
    ran = aigc("batch", "made/job.yaml", "--json")
    assert ran.json["reused"] == 4 and len(shop.generators) == 1, "the same job, whatever aigc.yaml says by now"
    assert kept() == before
    assert aigc("batch", "made/job.yaml", "--out", "again", "--no-reuse").code == 0
    assert (shop.folder / "again/artifacts.jsonl").read_bytes() == before["artifacts.jsonl"]
    shop.write("moved.yaml", (shop.folder / "made/job.yaml").read_text().replace("../", ""))
    assert "--out DIR is needed" in aigc("batch", "moved.yaml").err


def test_a_key_in_place_of_its_variable_is_written_nowhere(aigc: Run, shop: Any) -> None:
    argv = ("batch", "shop/slogan", "products.csv", "--out", "made", "--on", "openai", "--base-url", "http://localhost")
    ran = aigc(*argv, "-o", "engine.api_key_env=sk-secret")
    assert ran.code == 2 and "no name of an environment variable" in ran.err
    assert "sk-secret" not in ran.out + ran.err and not (shop.folder / "made").exists()
    shop.write("spring.yaml", JOB + "generator: openai\nengine: {api_key_env: sk-secret}\n")
    ran = aigc("batch", "spring.yaml", "--out", "made")
    assert ran.code == 2 and "spring.yaml:" in ran.err and "sk-secret" not in ran.out + ran.err
    assert not (shop.folder / "made").exists()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["-o", "engine.api_key=sk-secret"], "engine.api_key: no such option"),
        (
            ["--on", "remote", "-o", "engine.api_key=sk-secret"],
            "engine.api_key: no such option; did you mean 'api_key_env'?",
        ),
        (["--on", "remot"], "no generator named 'remot'; did you mean 'remote'?"),
    ],
)
@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_a_wrong_option_of_what_writes_is_written_nowhere(
    aigc: Run, shop: Any, argv: list[str], said: str, dry: tuple[str, ...]
) -> None:
    @generator(name="remote")
    def remote(model: str, *, api_key_env: str = "") -> None:
        """This writes elsewhere."""

    class Remote:
        @hookimpl
        def aigc_generators(self) -> list[Extension]:
            return [remote]

    shop.plugins["remote"] = Remote()
    ran = aigc("batch", "shop/slogan", "products.csv", "--out", "made", *argv, *dry)
    assert ran.code == 2 and said in ran.err and ran.err.count("\n") == 1 and "sk-secret" not in ran.out + ran.err
    assert not (shop.folder / "made").exists()


WRONG = [
    ("unique", "tresh", "3", "no such option; did you mean 'threshold'?"),
    ("unique", "threshold", "0.2", "0.2 is not from 0.5 to 1"),
    ("ray", "cpu", "3", "no such option; did you mean 'cpus'?"),
    ("ray", "block", "0", "0 is not at least 1"),
    ("sampling", "temprature", "1", "no such option; did you mean 'temperature'?"),
    ("engine", "rowz", "3", "no such option; did you mean 'rows'?"),
    ("engine", "rows", "many", "'many' is not a whole number"),
]


@pytest.mark.parametrize(("section", "name", "value", "said"), WRONG)
@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_a_wrong_option_of_a_section_is_refused_where_it_is_set_before_a_folder_is_made(
    aigc: Run, shop: Any, section: str, name: str, value: str, said: str, dry: tuple[str, ...]
) -> None:
    def refused(*argv: str) -> str:
        ran = aigc("batch", *argv, "--out", "made", *dry)
        assert ran.code == 2 and ran.err.count("\n") == 1, ran.err
        assert not shop.generators and not (shop.folder / "made").exists()
        return ran.err

    given = () if section == "engine" else (f"-o {section}.{name}={value}",)
    err = refused("shop/slogan", "products.csv", "-o", f"{section}.{name}={value}")
    assert err == "Error: " + ": ".join([*given, f"{section}.{name}", f"{said}\n"])
    job = f"aigc: 1\ntype: shop/slogan\nbriefs: products.csv\n{section}:\n  {name}: {value}\n"
    shop.write("spring.yaml", job)
    if section != "ray":  # where a job runs is not the job's
        assert refused("spring.yaml") == f"Error: spring.yaml:5: {section}.{name}: {said}\n"
    shop.write("aigc.yaml", f"model: scripted\n{section}:\n  {name}: {value}\n")
    assert refused("shop/slogan", "products.csv").endswith(f"aigc.yaml:3: {section}.{name}: {said}\n")


def test_the_command_line_goes_over_a_job_file(aigc: Run, shop: Any) -> None:
    shop.write("spring.yaml", JOB)
    shop.write("more.csv", "name\nPot\n")
    ran = aigc("batch", "spring.yaml", "more.csv", "--matrix", "language=zh", "--seed", "5", "--out", "made", "--json")
    assert ran.json["briefs"] == 1 and ids(shop) == ["0001/zh"] and shop.projects[0].settings.seed == 5
    assert "matrix:\n  language:\n  - zh\n" in (shop.folder / "made/job.yaml").read_text()


def test_a_value_added_to_the_matrix_writes_its_cells_only(aigc: Run, shop: Any) -> None:
    argv = ("batch", "shop/slogan", "products.csv", "--map", "product=name", "--out", "made", "--no-reuse", "--json")
    assert aigc(*argv, "--matrix", "language=zh", "--matrix", "variants=2").json["briefs"] == 6
    ran = aigc(*argv, "--matrix", "language=en,zh", "--matrix", "variants=2")
    assert (ran.json["briefs"], ran.json["reused"], len(shop.asked)) == (12, 6, 12)
    assert ids(shop)[:4] == ["0001/en/1", "0001/en/2", "0001/zh/1", "0001/zh/2"]


@pytest.mark.parametrize(
    ("job", "argv", "said"),
    [
        ("", ["--matrix", "language=en,fr"], "--matrix language=en,fr: language is 'fr', not one of en, zh"),
        ("", ["--matrix", "tone=a"], "shop/slogan has no input 'tone'; known: language, product, tags, variants"),
        ("", ["--base-url", "http://localhost"], "--base-url: gpt asks no server; add --on openai"),
        ("", ["--on", "opnai"], "--on: no generator named 'opnai'"),
        ("", ["-o", "generator=opnai"], "-o generator: no generator named 'opnai'"),
        ("", ["--matrix", "language"], "is not of the form key=value"),
        ("", ["--matrix", "language=en", "--matrix", "language=zh"], "--matrix: 'language' is given twice"),
        ("", ["--matrix", "language=en", "--set", "language=en"], "'language' is also given by --map or --set"),
        (JOB.replace("[en, zh]", "\n    [en,\n    fr]"), [], "spring.yaml:7: language is 'fr', not one of en, zh"),
        (JOB.replace("type: shop/slogan", "type: shop/slogn"), [], "did you mean 'shop/slogan'?"),
        (JOB.replace("lines", "line"), [], "spring.yaml:7: no exporter named 'line'; did you mean 'lines'?"),
        (JOB.replace("title", "titel"), [], "spring.yaml:7: lines.titel: no such option; did you mean 'title'?"),
        (JOB.replace("seed: 4", "seed: x"), [], "spring.yaml:8: seed: 'x' is not a whole number"),
        (JOB.replace("products.csv", "product.csv"), [], "product.csv: no such file; did you mean 'products.csv'?"),
        (
            JOB.replace("name}", "nme}"),
            [],
            "spring.yaml:4: product: products.csv has no column 'nme'; did you mean 'name'?",
        ),
        (JOB.replace("product:", "prodct:"), [], "spring.yaml:4: shop/slogan has no input 'prodct'"),
        (JOB.replace("briefs", "brifs"), [], "spring.yaml:3: unknown key 'brifs'; did you mean 'briefs'?"),
    ],
)
def test_misuse_is_one_line_before_a_model_loads(aigc: Run, shop: Any, job: str, argv: list[str], said: str) -> None:
    shop.write("spring.yaml", job)
    what = ["spring.yaml"] if job else ["shop/slogan", "products.csv"]
    ran = aigc("batch", *what, *argv, "--out", "made")
    assert ran.code == 2 and said in ran.err and ran.err.count("\n") == 1, ran.err
    assert not shop.generators and not (shop.folder / "made").exists()


def test_a_type_without_briefs_says_what_may_stand_there(aigc: Run) -> None:
    ran = aigc("batch", "shop/slogan", "--out", "made")
    assert ran.code == 2 and "the briefs to write shop/slogan from are missing; a file, the word `sample`" in ran.err


def test_a_dry_run_tells_what_it_would_take(aigc: Run, shop: Any) -> None:
    ran = aigc("batch", "shop/slogan", "products.csv", "--dry-run")
    assert "Forecast: 2 pieces, 2 requests, about " in ran.out and "(as long as its examples)" in ran.out
    assert "no time can be told before the first run of scripted on this machine" in ran.out
    assert "the tokenizer of scripted is not here, so tokens are estimated from characters" in ran.out
    aigc("batch", "shop/slogan", "products.csv", "--out", "made")
    ran = aigc("batch", "shop/slogan", "products.csv", "--out", "made", "--dry-run")
    assert "\nForecast: nothing to write\nNothing was written" in ran.out, "all is written already"
    ran = aigc("batch", "shop/slogan", "products.csv", "--no-reuse", "--dry-run", "-o", "engine.dtype=float32")
    assert "before the first run of scripted with these engine options on this machine" in ran.out
    ran = aigc("batch", "shop/slogan", "products.csv", "--no-reuse", "--dry-run", "-m", "script")
    assert "before the first run of script on this machine" in ran.out
    ran = aigc("batch", "shop/slogan", "products.csv", "--matrix", "variants=50", "--no-reuse", "--dry-run")
    assert "150 briefs: 100 valid, 50 not" in ran.out
    assert " s, by earlier runs of shop/slogan here, which were smaller; " in ran.out
    assert "of memory" in ran.out
    expected = aigc("batch", "shop/slogan", "products.csv", "--no-reuse", "--dry-run", "--json").json["forecast"]
    assert expected["briefs"] == 2 and expected["written_by"] == "runs" and expected["seconds"] > 0


def test_a_dry_run_into_a_job_says_what_is_written_already(aigc: Run, shop: Any) -> None:
    argv = ("batch", "shop/slogan", "products.csv", "--map", "product=name", "--out", "made")
    aigc(*argv)
    shop.write("products.csv", "product,name\nx,a\nx,changed\nx,c\n")
    ran = aigc(*argv, "--dry-run")
    assert ran.code == 0 and "3 rows: 3 valid, 0 not\n2 of them are written already\n1 finished piece" in ran.out
    assert "\nForecast: 1 piece," in ran.out
    assert aigc(*argv, "--dry-run", "--json").json["written"] == 2
    assert len(shop.asked) == 3, "and nothing was asked"


AGAIN = " written again: {} changed since, or what writes {} (type, model, engine.dtype, settings)\n"


@pytest.mark.parametrize(("rows", "line"), [("a,X,c", "1 finished piece is"), ("X,Y,c", "2 finished pieces are")])
def test_a_run_and_a_dry_run_say_how_many_pieces_are_written_again(aigc: Run, shop: Any, rows: str, line: str) -> None:
    argv = ("batch", "shop/slogan", "products.csv", "--map", "product=name", "--out", "made")
    line += AGAIN.format(*(("its row", "it") if line[0] == "1" else ("their rows", "them")))
    aigc(*argv)
    shop.write("products.csv", "product,name\n" + "".join(f"x,{name}\n" for name in rows.split(",")))
    assert line in aigc(*argv, "--dry-run").out
    assert aigc(*argv, "--dry-run", "--json").json["changed"] == int(line[0])
    assert "written again" not in aigc(*argv, "--dry-run", "--retry", "failed", "--only", "0003").out
    assert line in aigc(*argv).err
    assert "written again" not in aigc(*argv, "--fresh").err + aigc(*argv, "--fresh", "--dry-run").out


def test_a_dry_run_knows_what_other_jobs_made_and_what_the_run_was_asked_to_redo(aigc: Run, shop: Any) -> None:
    argv = ("batch", "shop/slogan", "products.csv", "--map", "product=name")
    aigc(*argv, "--limit", "2", "--out", "made")

    def told(*more: str, out: str = "made") -> tuple[int, int, int]:
        said = aigc(*argv, "--out", out, *more, "--dry-run", "--json").json
        return said["written"], said["apart"], said["forecast"]["briefs"]

    assert told(out="other") == (2, 0, 1), "two are taken over from the job beside"
    assert told("--no-reuse", out="other") == told("--fresh", out="other") == (0, 0, 3)
    assert told() == (2, 0, 1)
    assert told("--fresh") == (0, 0, 3)
    assert told("--only", "0001") == (0, 2, 1) and told("--only", "0001", "--retry", "failed") == (1, 2, 0)
    assert len(shop.asked) == 2 and not (shop.folder / "other").exists()
    assert "2 of them are not in this run (--only)" in aigc(*argv, "--only", "0001", "--dry-run").out


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_an_id_or_a_model_nobody_knows_stops_a_dry_run_too_and_leaves_no_folder(
    aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch, dry: list[str]
) -> None:
    argv = ("batch", "shop/slogan", "products.csv", "--out", "made", *dry)
    ran = aigc(*argv, "--only", "001")
    assert ran.code == 2 and "products.csv: no brief has the id '001'; did you mean '0001'?" in ran.err
    monkeypatch.setattr("aigc.cli.batch.check_model", check_model)
    ran = aigc(*argv, "-m", "smollm-135m")
    assert ran.code == 2 and "there is no model 'smollm-135m'; did you mean 'smollm2-135m'?" in ran.err
    assert not (shop.folder / "made").exists() and not shop.generators


def test_a_dry_run_tells_what_feeds_what_first_and_of_prompts_the_first_task(aigc: Run, shop: Any) -> None:
    shop.write("items.csv", "product,facts\n" + "".join(f"Mug {at},light;red\n" for at in range(9)))
    ran = aigc("batch", "shop/advert", "items.csv", "--dry-run")
    lines = ran.out.splitlines()
    assert lines[:2] == ["── the whole job: shop/advert ──", "9 rows: 9 valid, 0 not"]
    assert any(line.split() == ["facts", "facts"] for line in lines[2:6]) and len(lines) < 16, ran.out
    assert ran.out.index("Forecast: ") < ran.out.index("── 0001 (items.csv:2): stage ") and "Mug 1" not in ran.out
    whole = lines[-2].partition("stage asks: ")[2].split()
    shown = aigc(*whole[1:])
    assert shown.code == 0 and "Mug 0" in shown.out, "the command that is told shows it all"
    mapped = ("batch", "shop/advert", "items.csv", "--set", "product={{ facts }}", "--dry-run")
    assert aigc(*mapped).out.splitlines()[-2].endswith("the same command with --json")
    said = aigc("batch", "shop/advert", "items.csv", "--dry-run", "--json").json
    assert [len(one["requests"]) for one in said["prompts"]] == [2, 2, 2]
    assert said["inputs"]["facts"] == "facts" and aigc(*mapped, "--json").json["inputs"]["product"] == "{{ facts }}"


def test_a_prompt_that_cannot_be_rendered_is_found_in_a_dry_run(aigc: Run, shop: Any) -> None:
    template = (shop.folder / "templates/shop/slogan.j2").read_text()
    shop.write("templates/shop/slogan.j2", template.replace("{{ product }}", "{{ 9 // (product | length - 8) }}"))
    shop.write("items.csv", "product\nTin cup\nWool hat\n")
    ran = aigc("batch", "shop/slogan", "items.csv", "--dry-run")
    assert ran.code == 1 and "2 rows: 1 valid, 1 not" in ran.out and "items.csv:3: " in ran.out


def test_a_batch_says_before_what_it_takes_and_after_what_it_took(aigc: Run, shop: Any) -> None:
    argv = ("batch", "shop/slogan", "products.csv", "--map", "product=name")
    ran = aigc(*argv, "--out", "made")
    assert "Forecast: 3 pieces, 3 requests" in ran.err and "(forecast:" not in ran.out
    assert json.loads((shop.folder.parent / "cache/rates.json").read_text())["runs"][0]["requests"] == 3
    ran = aigc(*argv, "--out", "other", "--no-reuse")
    assert " s to " in ran.err and "tokens/s as in earlier runs of shop/slogan here" in ran.err
    assert "(forecast: " in ran.out and " s to " in ran.out, "a range, for nobody knows it better"
    said = aigc(*argv, "--out", "third", "--no-reuse", "--json")
    assert said.json["forecast"]["seconds"] > 0 and "Forecast" not in said.out
    assert aigc("job", "third", "--json").json["forecast"]["took"]["requests"] == 3
    assert "were expected" in aigc("job", "third").out


def test_columns_that_feed_nothing_are_named_once(aigc: Run, shop: Any) -> None:
    shop.write("items.csv", "id,product,langauge,Shelf no,Colour,row\nm,Mug,zh,4,red,x\nc,Cup,en,5,blue,x\n")
    said = "items.csv: columns not used: langauge (did you mean language?), Shelf no, Colour, row\n"
    ran = aigc("batch", "shop/slogan", "items.csv", "--dry-run")
    assert (ran.code, ran.err.count(said)) == (0, 1)
    assert aigc("batch", "shop/slogan", "items.csv", "--out", "made").err.count(said) == 1
    argv = ("--map", "language=langauge", "--set", "tags={{ [Shelf_no, row['Colour']] }}", "--dry-run", "--json")
    assert "columns not used" not in aigc("batch", "shop/slogan", "items.csv", *argv).err
    crossed = aigc("batch", "shop/slogan", "items.csv", "--matrix", "language=en,zh", "--dry-run")
    assert "columns not used: langauge, Shelf no, Colour, row\n" in crossed.err


@pytest.mark.parametrize("terminal", [False, True])
def test_what_is_written_again_is_counted_apart(
    aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    monkeypatch.setattr(progress, "EVERY", 0.0)
    monkeypatch.setattr(progress, "SURE", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    shop.write("aigc.yaml", "model: scripted\nunique: {attempts: 2}\n")
    ran = aigc("batch", "shop/slogan", "products.csv", "--map", "product=name", "--out", "made")
    assert "3 pieces: 1 accepted, 2 flagged" in ran.out
    if not terminal:
        lines = [line for line in ran.err.splitlines() if line.startswith("Writing")]
        assert ["left" in line for line in lines] == [False, True, False] + [True, False] * 2, "first two are in hand"
        shown = [line.split(" · ")[0] for line in lines]
        rounds = ["Writing again: 1/2", "Writing again: 2/2"]
        assert shown == ["Writing: 1/3", "Writing: 2/3", "Writing: 3/3", *rounds, *rounds]
        assert "about -" not in ran.err
    argv = ("batch", "shop/slogan", "products.csv", "--no-reuse", "--dry-run", "--json")
    assert aigc(*argv).json["forecast"]["requests"] == 2
    assert json.loads((shop.folder.parent / "cache/rates.json").read_text())["runs"][0]["requests"] == 3
    assert aigc("job", "made", "--json").json["forecast"]["took"]["requests"] == 3 + 2 * 2


def test_checking_shows_how_far_it_is(aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write("many.csv", "product\n" + "Mug\n" * 1200)
    monkeypatch.setattr(progress, "EVERY", 0.0)
    assert "Checking: 1,000 rows of about 1,200" in aigc("batch", "shop/slogan", "many.csv", "--dry-run").err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    ran = aigc("batch", "shop/slogan", "many.csv", "--dry-run", "--json")
    assert "Checking" in ran.err and ran.json["valid"] == 1200, "a bar, and stdout stays clean"
    assert [one["id"] for one in ran.json["prompts"]] == ["0001", "0002", "0003"], "and three prompts, of any number"


def test_a_second_batch_is_refused_with_the_first_ones_process_and_host(aigc: Run, shop: Any) -> None:
    argv = ("batch", "shop/slogan", "products.csv", "--out", "made")
    aigc(*argv)
    with only_run(shop.folder / "made"):
        (shop.folder / "made" / HOLDER).write_text(json.dumps({"pid": 17, "host": "elsewhere"}))
        ran = aigc(*argv, "--fresh")
    assert ran.code == 3 and "another run (process 17 on elsewhere) is writing here" in ran.err
    assert len(shop.generators) == 1 and Path(shop.folder / "made/job.yaml").is_file()


def test_columns_that_fit_badly_are_told_with_what_may_be_meant(aigc: Run, shop: Any) -> None:
    shop.write("odd.csv", "Product name,x\nMug,y\n")
    ran = aigc("batch", "shop/slogan", "odd.csv", "--out", "made")
    assert ran.code == 2 and "perhaps --map 'product=Product name', or --set product=VALUE" in ran.err
    assert aigc("batch", "shop/slogan", "odd.csv", "--map", "product=Product name", "--out", "made").code == 0
    shop.write("odd.csv", "x,y\nMug,y\n")
    assert "add --map product=COLUMN, or" in aigc("batch", "shop/slogan", "odd.csv", "--out", "new").err
