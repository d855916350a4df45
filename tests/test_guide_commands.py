"""Every command that the guide and the README show: run with a script in place of a model, or, where it needs more than
a script, taken apart as the command line is, its arguments and values among it."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

import aigc
from aigc.cli import Commands
from aigc.project import Project
from aigc.testing import ScriptedGenerator, run_cli

GUIDE = Path(aigc.__file__).parent / "guide"
ROOT = Path(__file__).parents[1]
PAGES = {page.name: page.read_text(encoding="utf-8") for page in [*sorted(GUIDE.glob("*.md")), ROOT / "README.md"]}
NEEDS = {  # what no script stands in for → why
    r"aigc models pull|aigc models merge|\.gguf": "weights",
    r"aigc bench|aigc train|aigc evaluate|python -m aigc\.train": "a model that computes",
    r"--on ray": "a cluster",
    r"aigc serve|^curl": "a port, and somebody to end it: tests/serving asks what the page does",
    r"--on vllm|--on openai": "what must be installed, or a server",
    r"--watch|aigc pick spring$|aigc chat --kb help$|aigc review spring$": "a terminal, and somebody to end it",
    r"--approved-only": "somebody who approved, as in tests/cli/test_review.py",
    r"/mnt/": "a disk of that name",
    r"--from (matrixify|woocommerce|merchant-center|screaming-frog|search-console|semrush|ahrefs|keyword-planner)": (
        "the tool's export, which is read in tests/inputs/test_presets.py"
    ),
    r"aigc export (listings|ads) ": "a job of a type that is not bundled, or an export of Ads Manager",
    r"--input (encoding|header)|products\.xlsx": "a file as the page tells it, which is read in tests/asking",
    r"aigc pick spring .*labels|--from content\.xlsx|headlines\[2\]": "suggestions, which tests/cli/test_pick.py has",
    r"AIGC_DISABLE_PLUGINS=shop-rules": "a plugin of that name",
    r"aigc show shop/slogan|aigc generate shop/slogan": "the type of the page, which tests/test_guide_files.py writes",
    r"--market (tw|cn)|localise/text|aigc pick shop-cn": "OpenCC, or a model that translates",
    r"pytest|pip install|^source|^accelerate|-m venv": "another program",
}
SHOP = "Handle,Title,Body (HTML),Vendor,Type,Variant Price\n"
FILES = {
    "products_export.csv": SHOP + "".join(f"row-{row},Mug,<p>Holds 350 ml.</p>,Northfold,Mugs,9\n" for row in range(2)),
    "cars.csv": "name,horsepower,miles_per_gallon,Fuel type\nFord Pinto,,25,petrol\nDatsun PL510,88,27,petrol\n",
    "docs/tomatoes.md": "# Tomatoes\n\nWatering tomatoes takes 2 litres a day. Straw keeps tomatoes moist.\n",
    "help/returns.md": "# Help\n\n## How do I return something?\n\nWithin 30 days.\n\n## 运费是多少？\n\n运费12元。\n",
    "messages.csv": "message\nCan I send the boots back?\n",
    "tickets.csv": "Ticket ID,Subject,Description,Source,Priority\n1,Boots,Can I send boots back?,Email,Low\n",
    "brands/tablewright.yaml": re.findall(r"```yaml\n(.*?)```", PAGES["brands.md"], re.DOTALL)[0],
}
JOBS = {  # what stands there already when a page begins
    "localise.md": {"spring": "shops/listing", "shop": "shops/listing"},
    "publishing.md": {"blog": "articles/blog", "pages": "seo/meta", "metas": "seo/meta", "posts": "social/post"},
}


class Line(NamedTuple):
    """This is a command as a page shows it."""

    page: str
    words: tuple[str, ...]
    environment: dict[str, str]
    shown: str

    @property
    def needs(self) -> str:
        return next((why for pattern, why in NEEDS.items() if re.search(pattern, self.shown)), "")


def lines(page: str) -> Iterator[Line]:
    """Yield the commands of a page, those of a shell's list each by itself."""
    blocks = re.findall(r"^```(?:console|bash)\n(.*?)^```", PAGES[page], re.MULTILINE | re.DOTALL)
    for shown in "".join(blocks).replace("\\\n", " ").splitlines():
        for part in re.split(r" && ", shown):
            words = shlex.split(part, comments=True)
            environment = {}
            while words and re.fullmatch(r"[A-Z_]+=\S+", words[0]):
                name, _, value = words.pop(0).partition("=")
                environment[name] = value
            if words:
                yield Line(page, tuple(words), environment, " ".join(part.partition(" #")[0].split()))


EVERY = [line for page in PAGES for line in lines(page)]
OURS = [line for line in EVERY if Path(line.words[0]).name == "aigc" or "aigc.train" in line.words]


@pytest.mark.parametrize("line", OURS, ids=lambda line: f"{line.page}: {line.shown}")
def test_a_command_is_one_with_all_its_values(line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = list(line.words)
    words = ["train", *words[words.index("aigc.train") + 1 :]] if "aigc.train" in words else words[1:]
    command: click.Command = Commands()
    context = command.make_context("aigc", words, resilient_parsing=False)
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None and name is not None
        command, context = found, found.make_context(name, rest, parent=context)
    assert context.params
    names = [name for value in context.params.values() for name in named(value)]
    types = {name for name in names if re.fullmatch(r"[a-z]+/[a-z-]+", name)}
    assert types - OWN <= {*Project.open().content_files()}


OWN = {"shop/slogan", "shop/lines", "adapters/house", "models/house", "models/toy"}  # what a page has the reader make


def named(value: object) -> Iterator[str]:
    if isinstance(value, str | Path):
        yield str(value)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from named(one)


def laid(type_: str, file: Path) -> None:
    """This lays the first rows of a type's sample to where a command reads them."""
    folder, stem = Project.open().content_type(type_).file.parent / "briefs", type_.partition("/")[2]
    (sample,) = folder.glob(f"{stem}.*")
    if sample.suffix == ".tickets":  # which names tables beside it
        for beside in folder.glob(f"{stem}-*"):
            shutil.copy(beside, file.parent)
        shutil.copy(sample, file)
        return
    text = sample.read_text(encoding="utf-8-sig").splitlines()
    rows: list[dict[str, Any]] = [json.loads(one) for one in text] if sample.suffix == ".jsonl" else []
    rows = [*(rows or csv.DictReader(text))][:2]
    for number, row in enumerate(rows):
        row |= {"id": f"row-{number}", "list_price": "24.90", "date": "2026-12-01"}
        row |= {name: ";".join(map(str, one)) for name, one in row.items() if isinstance(one, list)}
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, dict.fromkeys(name for row in rows for name in row))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("page", [page for page in PAGES if any(line.page == page and not line.needs for line in OURS)])
def test_the_commands_of_a_page_run_one_after_another(page: str, tmp_path: Path) -> None:
    (tmp_path / "aigc.yaml").touch()
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    script = ScriptedGenerator(lambda request, index: "It holds 200 litres.")
    for name, type_ in JOBS.get(page, {}).items():
        laid(type_, tmp_path / "rows.csv")
        ran = run_cli("batch", type_, "rows.csv", "--out", name, "--with-flagged", cwd=tmp_path, generator=script)
        assert ran.code in (0, 1), ran.err  # what no model of 7B wrote is flagged, and there
    for line in (one for one in OURS if one.page == page and not one.needs):
        words = list(line.words[1:])
        if words[0] == "batch" and words[2] != "sample" and not (tmp_path / words[2]).exists():
            laid(words[1], tmp_path / words[2])
        ran = run_cli(*words, cwd=tmp_path, generator=script, environment=line.environment)
        told = ran.out + ran.err
        refused = ran.code == 1 and ("rejected" in told or "flagged" in told)  # no good piece for what the page asks
        assert ran.code == 0 or refused, f"{line.shown}\n{ran.out}{ran.err}"


def test_what_is_not_run_says_what_it_needs() -> None:
    assert [line.shown for line in EVERY if line not in OURS and not line.needs] == []
    used = {pattern for pattern in NEEDS if any(re.search(pattern, line.shown) for line in EVERY)}
    assert used == set(NEEDS), "take off the list what no page shows any more"
    run = [line for line in OURS if not line.needs]
    assert len(run) * 2 >= len(OURS)
