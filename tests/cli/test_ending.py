"""What a batch says at its end of its exports, and what to try next."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from aigc.asking import Export
from aigc.cli.readable import fallbacks_told
from aigc.jobs import remember_exports
from aigc.ledger import opened_ledger
from aigc.plugs.extension import exporter
from aigc.plugs.hookspecs import hookimpl
from aigc.types import Artifact

BATCH = ("batch", "shop/slogan", "products.csv", "--out", "made")
FLAGGING = ("[no_digits]", "[no_digits: {severity: warn}]")

Run = Callable[..., Any]


@exporter(name="broken", suffixes=(".broken",))
def broken(artifacts: Sequence[Artifact], folder: Path) -> Iterator[Path]:
    """This always breaks."""
    raise OSError("no room")


class BrokenPlugin:
    """This has a format that cannot be written."""

    @hookimpl
    def aigc_exporters(self) -> list[object]:
        return [broken]


def some_flagged(shop: Any) -> None:
    said = (shop.folder / "templates/shop/slogan.yaml").read_text()
    shop.write("templates/shop/slogan.yaml", said.replace(*FLAGGING))
    shop.answer = lambda request, index: "For 2" if "hat" in request.prompt.messages[-1].content else "Made to last"


def test_flagged_pieces_are_exported_when_that_is_asked_for(aigc: Run, shop: Any) -> None:
    some_flagged(shop)
    assert "--with-flagged" in aigc(*BATCH).out
    shop.answer = lambda request, index: "For 2"
    said = aigc(*BATCH, "--fresh").out
    assert "2 flagged" in said and "--with-flagged" in said
    assert "--with-flagged" not in aigc(*BATCH, "--with-flagged").out
    assert "  aigc export made --to count  " not in said, "nothing would be exported"


def test_what_could_not_be_exported_is_not_to_be_exported_otherwise(aigc: Run, shop: Any) -> None:
    some_flagged(shop)
    shop.plugins["broken"] = BrokenPlugin()
    ran = aigc(*BATCH, "--to", "broken", "--to", "lines")
    assert "Not exported: exporter 'broken' broke: OSError: no room" in ran.err
    assert "  aigc export made --to lines --with-flagged  " in ran.out and "--to broken" not in ran.out


def test_an_option_that_a_format_no_longer_knows_is_said_to_be_of_an_earlier_export(aigc: Run, shop: Any) -> None:
    aigc(*BATCH)
    with opened_ledger(shop.folder / "made") as ledger:
        remember_exports(ledger, [Export(name="lines", options={"titel": "Best"})])
    earlier = "Not exported: -o of an earlier `aigc export`, which another one replaces: lines.titel: no such option"
    assert f"{earlier}; did you mean 'title'?" in aigc(*BATCH).err
    aigc("export", "made", "--to", "lines")
    assert "Not exported" not in aigc(*BATCH).err


def test_only_the_first_reasons_are_read_and_named(aigc: Run, shop: Any) -> None:
    long = "A name that is far too long for it"
    shop.write("products.csv", "product\nTin cup\n" + "".join(f"{long} {number}\n" for number in range(13)))
    for said in (aigc(*BATCH).out, aigc("job", "made").out):
        assert said.count("     1 failed: products.csv:") == 10 and "\n  … and 3 more\n" in said
        assert "products.csv:3: " in said and "products.csv:13: " not in said
    with opened_ledger(shop.folder / "made") as ledger:
        short, more = ledger.totals.complaints(20)
        assert (len(short), more) == (13, 0) and len(ledger.totals.complaints(2)[0]) == 2


def test_a_dry_run_counts_what_keeps_the_rows_that_it_does_not_name(aigc: Run, shop: Any) -> None:
    named, long = "".join(f"{'x' * 30}{number}\n" for number in range(10)), "A name that is far too long for it"
    shop.write("products.csv", f"product,tags\nTin cup,\n{named}{f'{long},{chr(10)}' * 12}{f',red{chr(10)}' * 3}")
    said = aigc("batch", "shop/slogan", "products.csv", "--dry-run").out
    assert "26 rows: 1 valid, 25 not" in said and said.count("  products.csv:") == 10
    assert "  … and 15 more, among them:\n    12 rows: product has 34 characters, at most 20" in said, said
    assert "\n    3 rows: product is missing\n" in said
    told = aigc("batch", "shop/slogan", "products.csv", "--dry-run", "--json").json
    assert sorted(told["unshown"].values()) == [3, 12]


def test_no_format_is_named_where_nothing_can_be_exported(aigc: Run, shop: Any) -> None:
    shop.answer = lambda request, index: "Only 1"
    said = aigc(*BATCH).out
    assert "2 rejected" in said and "aigc export" not in said


def test_what_pieces_lack_is_said_in_the_summary_as_json_and_in_the_report(aigc: Run, shop: Any) -> None:
    shop.write(
        "templates/shop/tips.yaml",
        "aigc: 1\nname: shop/tips\nsummary: Tips.\nbrief: {tips: {type: array, items: {type: string}}}\n"
        "stages:\n  lines:\n    foreach: tips\n    prompt: tips.j2\n    output: {type: string, maxLength: 12}\n"
        "    repair: {attempts: 0}\n    fallback: \"{{ item if item|length < 12 else '' }}\"\n"
        "output:\n  lines: {type: array, maxItems: 15, items: {type: string, limit: {chars: 30}}, "
        'from: "{{ stages.lines }}"}\nexports: [count]\n',
    )
    shop.write("templates/shop/tips.j2", '{% extends "base.j2" %}{% block task %}{{ item }}{% endblock %}')
    shop.answer = lambda request, index: "far too long for any line"
    wide = "keep it above 12 degrees"
    shop.write("tips.csv", f"tips\nwater it;{wide}\nfeed it\n{wide};air it;turn it;cut it\n")
    ran = aigc("batch", "shop/tips", "tips.csv", "--out", "made")
    lines = ran.out.splitlines()
    less = "2 pieces have a line less (first 0001): facts of their briefs are left out, their notes say which"
    few = "3 pieces have fewer than 8 lines (first 0001)"
    assert ran.code == 0, ran.err
    assert lines[0].startswith("3 pieces: 3 accepted") and lines[1:3] == [less, few]
    report = (shop.folder / "made/report.html").read_text()
    assert f"{less}." in report and f"{few}." in report and f"{wide}&#39; is left out" in report.replace("'", "&#39;")
    shop.write("tips.csv", f"tips\nwater it;{wide}\n")
    assert aigc("batch", "shop/tips", "tips.csv", "--out", "one", "--json").json["lacking"] == [
        "1 piece has a line less (0001): a fact of its brief is left out, its notes say which",
        "1 piece has fewer than 8 lines (0001)",
    ]


def test_what_a_fallback_is_is_said_where_there_are_some() -> None:
    assert fallbacks_told(0, 2) == "Fallback lines: 0 of 2 (0 %)"
    assert fallbacks_told(11, 40).startswith("Fallback lines: 11 of 40 (28 %), the row's own words where no line of")


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
@pytest.mark.parametrize("where", ["aigc.project.Project.generator", "aigc.jobs.run.Forecaster.add"])
def test_what_is_ended_while_it_is_got_ready_says_how_to_go_on(
    where: str, name: str, code: int, aigc: Run, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(where, lambda *given, **more: signal.raise_signal(signal.Signals[name]))
        ran = aigc(*BATCH)
        assert ran.code == code and "This writes the rest:\n  aigc batch shop/slogan products.csv --out made" in ran.err
        assert "2 still to write" in ran.out and not list(shop.folder.glob("made/*.txt"))
        told = aigc(*BATCH, "--json")
        assert told.code == code and told.json["again"] == "aigc batch shop/slogan products.csv --out made --json"
    assert "2 accepted" in aigc(*BATCH).out
