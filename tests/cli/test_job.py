"""`aigc job`, and going on with a batch from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aigc import hookimpl
from aigc.cli.going_on import opening
from aigc.jobs.lock import HOLDER, only_run
from aigc_plugins.rules.placeholders import brief_filled_in, no_placeholder

from .conftest import SLOGAN

Run = Callable[..., Any]

BATCH = ("batch", "shop/slogan", "products.csv", "--out", "made")


def test_job_says_where_a_batch_stands(aigc: Run, shop: Any) -> None:
    aigc(*BATCH, "--only", "0001")
    ran = aigc("job", "made")
    assert ran.code == 0
    assert "3 briefs: 1 accepted, 1 failed, 1 waiting" in ran.out
    assert "Type: shop/slogan" in ran.out and "Work in these pieces: 1 request, " in ran.out and "pieces/s" in ran.out
    assert "Next: the same command writes the 1 that wait" in ran.out
    assert ran.out.rstrip().endswith("  aigc batch shop/slogan products.csv --out made")
    aigc(*BATCH, "--retry=failed", "--fresh")
    ran = aigc("job", "made")
    assert "Next: correct the row that is no brief and give the same command:" in ran.out
    assert "History: 1 earlier piece" in ran.out
    assert ran.out.rstrip().endswith("  aigc batch shop/slogan products.csv --out made") and "--retry" not in ran.out
    shop.answer = lambda request, index: "Only 1"
    aigc(*BATCH, "--fresh")
    ran = aigc("job", "made")
    assert "Next: correct the row" in ran.out and "writes nothing more; to write some of it again" in ran.out
    assert ran.out.rstrip().endswith("--retry rejected") and "--retry failed" not in ran.out


def test_the_work_of_all_runs_is_told_apart_from_that_in_the_pieces(aigc: Run, shop: Any) -> None:
    for seed in ("1", "2", "1"):
        aigc(*BATCH, "--seed", seed)
    said = aigc("job", "made").out
    assert "Work in these pieces: 0 requests" in said and "All runs: 4 pieces written in " in said


def test_only_one_row_is_all_that_counts_for_the_exit_code(aigc: Run, shop: Any) -> None:
    assert aigc(*BATCH, "--only", "0001").code == 0, "the others wait, one of them in vain"
    assert aigc(*BATCH, "--only", "0003").code == 1
    assert aigc(*BATCH, "--only", "0001").code == 0 and len(shop.asked) == 2, "it is written again"


def test_job_as_json(aigc: Run, shop: Any) -> None:
    aigc(*BATCH)
    said = aigc("job", "made", "--json").json
    assert said["counts"] == {"accepted": 2, "failed": 1} and said["content_type"] == "shop/slogan"
    assert said["running"] is None and said["written"] == 2
    with only_run(shop.folder / "made"):
        (shop.folder / "made" / HOLDER).write_text(json.dumps({"pid": 1, "host": "elsewhere"}))
        assert aigc("job", "made", "--json").json["running"] == "process 1 on elsewhere"
        assert "Being written by process 1 on elsewhere." in aigc("job", "made").out
    assert aigc("job", "made", "--json").json["running"] is None


def test_a_batch_ends_with_a_report_and_says_which_file_to_open(aigc: Run, shop: Any) -> None:
    ran = aigc(*BATCH)
    lines = ran.out.splitlines()
    assert "  made/report.html" in lines
    assert lines[lines.index("Next:") + 1].split("    ")[0] == f"  {opening(Path('made/report.html'))}"
    assert f"  {opening(Path('made/lines.txt'))}" in lines
    page = (shop.folder / "made/report.html").read_text("utf-8")
    assert "Made to last" in page and "Tin cup" in page and "A name that is far too long for it" in page


def test_job_writes_the_report_anew_at_any_time(aigc: Run, shop: Any) -> None:
    aigc(*BATCH, "--only", "0001")
    page = shop.folder / "made/report.html"
    page.unlink()
    ran = aigc("job", "made", "--report")
    assert ran.code == 0 and "Report: made/report.html" in ran.out and ran.err == ""
    assert "still to write" in page.read_text("utf-8") and "limit 40" in page.read_text("utf-8")
    assert aigc("job", "made", "--json", "--report").json["report"] == "made/report.html"
    assert "report" not in aigc("job", "made", "--json").json


@pytest.mark.parametrize("broken", ["templates/shop/slogan.yaml", "aigc.yaml"])
def test_a_report_needs_no_content_type(aigc: Run, shop: Any, broken: str) -> None:
    aigc(*BATCH)
    shop.write(broken, "nonsense: [")
    ran = aigc("job", "made", "--report")
    assert ran.code == 0 and ran.err.startswith("The report shows no limits: ") and broken in ran.err
    page = (shop.folder / "made/report.html").read_text("utf-8")
    assert "without limits: shop/slogan could not be loaded" in page and "Made to last" in page


def test_a_damaged_ledger_says_what_helps(aigc: Run, shop: Any) -> None:
    aigc(*BATCH)
    (shop.folder / "made/job.sqlite").write_bytes(b"no database, by far" * 1000)
    ran = aigc(*BATCH)
    assert ran.code == 3 and "move made/job.sqlite away and run it again" in ran.err
    (shop.folder / "made/job.sqlite").unlink()
    assert aigc(*BATCH, "--json").json["reused"] == 2


def test_job_misuse(aigc: Run) -> None:
    ran = aigc("job", "nowhere")
    assert ran.code == 2 and "nowhere: no such folder; give the folder of an `aigc batch`" in ran.err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("job", "mde"), "mde: no such folder; did you mean 'made'?"),
        (("export", "maed", "--to", "lines"), "maed: no such folder; did you mean 'made'?"),
        (("job", "shop"), "shop: no such folder; give the folder of an `aigc batch`"),
        (("job", "shops"), "shops: holds no job; give the folder of an `aigc batch`"),
        (("batch", "jb.yaml"), "jb.yaml: no such file; did you mean 'job.yaml'?"),
        (("batch", "made/jbo.yaml"), "made/jbo.yaml: no such file; did you mean 'made/job.yaml'?"),
        (("batch", "shop/slogan", "prod.csv", "--dry-run"), "prod.csv: no such file; did you mean 'products.csv'?"),
        (("show", "templates/shop/slogn.yaml"), "no such file; did you mean 'templates/shop/slogan.yaml'?"),
        (("generate", "shop/slogan", "--brief", "on.json"), "on.json: no such file; did you mean 'one.json'?"),
        (("types", "--project", "elswhere"), "elswhere: no such folder; did you mean 'elsewhere'?"),
    ],
)
def test_a_misspelt_file_or_folder_is_told_the_nearest(aigc: Run, shop: Any, argv: tuple[str, ...], said: str) -> None:
    aigc(*BATCH)
    shop.write("job.yaml", "")
    shop.write("one.json", "{}")
    shop.write("shops/note.txt", "no job")
    shop.write("elsewhere/aigc.yaml", "")
    ran = aigc(*argv)
    assert ran.code == 2 and ran.err == f"Error: {ran.err[7:].strip()}\n" and said in ran.err


def test_a_batch_is_gone_on_with(aigc: Run, shop: Any) -> None:
    ran = aigc(*BATCH, "--only", "0001")
    assert "3 pieces: 1 accepted, 1 failed, 1 still to write" in ran.out
    assert aigc(*BATCH, "--only", "nobody").err.count("no brief has the id 'nobody'") == 1
    assert "(1 were there already)" in aigc(*BATCH).out
    assert "(2 were there already)" in aigc(*BATCH, "--retry", "rejected").out
    assert aigc(*BATCH, "--fresh", "--json").json["reused"] == 0
    assert aigc(*BATCH[:-1], "other", "--json").json["reused"] == 2
    assert aigc(*BATCH[:-1], "third", "--no-reuse", "--json").json["reused"] == 0


def test_job_lists_what_the_model_wrote_a_line_each(aigc: Run, shop: Any) -> None:
    shop.answer = lambda request, index: "Made for rain" if request.sampling.seed % 2 else "Only 1"
    aigc(*BATCH)
    lines = json.loads(aigc("job", "made", "--lines", "--json").out)
    assert {line["id"] for line in lines} == {"0001", "0002"} and {line["replaced"] for line in lines} == {False}
    for line in lines:
        refused = [] if line["text"] == "Made for rain" else ["has a digit"]
        assert [finding["message"] for finding in line["findings"]] == refused
        assert line["brief"]["product"] and len(line["request"]) == 32
    assert [line["fields"] for line in lines if line["taken"]] == [["text"], ["text"]]
    aigc(*BATCH, "--fresh", "-o", "keep_lines=none")
    again = json.loads(aigc("job", "made", "--lines", "--json").out)
    assert [line["replaced"] for line in again] == [True] * len(lines), "written afresh, without any"


def test_lines_are_readable_and_said_to_be_missing_where_none_are_kept(aigc: Run, shop: Any) -> None:
    aigc(*BATCH)
    ran = aigc("job", "made", "--lines")
    shown = ran.out
    assert ran.err.startswith("✓ taken: ") and "✗ not taken" in ran.err, "what the marks mean"
    assert "✓" in shown and "(accepted)" in shown and "{" not in shown
    aigc(*BATCH[:-1], "none", "--no-reuse", "-o", "keep_lines=none")
    told = aigc("job", "none", "--lines", "--json")
    assert json.loads(told.out) == [] and "unless keep_lines is none" in aigc("job", "none", "--lines").err
    aigc(*BATCH[:-1], "none", "-o", "keep_lines=taken")
    aigc(*BATCH[:-1], "over", "-o", "keep_lines=taken")
    for folder in ("none", "over"):
        told = aigc("job", folder, "--lines").err
        assert (
            "pieces that were there before, or come from another job, have none" in told and "from now on" not in told
        )


def test_a_job_that_was_broken_off_before_it_began_is_no_finished_one(aigc: Run, shop: Any) -> None:
    (shop.folder / "made").mkdir()
    (shop.folder / "made/job.sqlite").touch()
    ran = aigc("job", "made")
    assert ran.code == 0 and ran.out.startswith("0 briefs\nWork in") and "all is accepted" not in ran.out
    assert "Next: nothing was asked for yet; the command that was broken off begins anew:" in ran.out
    assert not (shop.folder / "made/job.sqlite").stat().st_size, "looking writes nothing"
    assert aigc(*BATCH).code == 1


class FilledIn:
    """This is a plugin with the checks of what nobody filled in."""

    @hookimpl
    def aigc_checks(self) -> list[object]:
        return [no_placeholder, brief_filled_in]


def test_a_row_nobody_filled_in_is_told_before_it_is_written_and_named_to_be_corrected(aigc: Run, shop: Any) -> None:
    shop.plugins["filled"] = FilledIn()
    checks = "checks: [no_digits, no_placeholder, brief_filled_in]"
    shop.write("templates/shop/slogan.yaml", SLOGAN.replace("checks: [no_digits]", checks))
    shop.write("products.csv", "product\nTin cup\n[size] hat\n")
    shop.answer = lambda request, index: "Warm [size]" if "size" in str(request) else "Made to last"
    row = "  products.csv:3: the brief's product has the placeholder '[size]'"
    dry = aigc(*BATCH, "--dry-run")
    assert dry.code == 1 and "1 brief will be rejected, whatever is written; correct the row:\n" + row in dry.err
    told = aigc(*BATCH, "--dry-run", "--json").json
    assert (told["rejected"], told["doomed"]) == (1, [row.strip()])
    ran = aigc(*BATCH)
    assert row in ran.err and "the piece: the brief's product has the placeholder '[size]'" in ran.out
    after = aigc("job", "made").out
    assert f"Next: correct 1 row, which no retry helps, and give the same command:\n{row}\n" in after
    assert "--retry" not in after
    shop.write("products.csv", "product\nTin cup\nWool hat\n")
    assert "be rejected" not in aigc(*BATCH, "--dry-run").err
