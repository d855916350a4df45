"""Rows, job files, answers and models as people really have them: what leaves, what is refused, and how it is told."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from aigc.cli import main
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Request, texts_in

HERE = Path(__file__).parent
ADS = "ads/google-search"


def faithful(request: Request, index: int) -> str:
    """Answer as a model does that keeps to the facts."""
    task = request.prompt.messages[-1].content
    stage = request.about.stage if request.about else ""
    if stage == "introductions":
        product, _, fact = task.partition(": ")
        return f"A {product.lower()} with {fact}."
    return task.replace("; ", ", ") + ("." if stage == "pairs" else "")


class Ended:
    """This is how a batch ended: its exit code, what it printed, and its pieces by id."""

    def __init__(self, code: int, told: str, folder: Path) -> None:
        self.code, self.told, self.folder = code, told, folder

    @property
    def pieces(self) -> dict[str, Any]:
        lines = (self.folder / "artifacts.jsonl").read_text(encoding="utf-8").splitlines()
        return {piece["id"]: piece for piece in map(json.loads, lines)}

    @property
    def texts(self) -> list[str]:
        """What stands in the pieces that may leave: accepted and flagged ones."""
        kept = [piece["fields"] for piece in self.pieces.values() if piece["status"] in ("accepted", "flagged")]
        return list(texts_in(kept))


Batch = Callable[..., Ended]


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Batch:
    """Return what runs `aigc batch` beside the input files; `answer` stands for the model, None for none."""
    for file in HERE.glob("[0-9]*"):
        shutil.copy(file, tmp_path)
    (tmp_path / "aigc.yaml").write_text("model: smollm2-135m\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIGC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setattr("aigc.cli.batch.check_model", lambda project: None)

    def run(*words: str, answer: Callable[[Request, int], Any] | None = faithful) -> Ended:
        def generator(project: Project, progress: object = None, **again: bool) -> ScriptedGenerator:
            assert answer
            project.opened = project.source
            return ScriptedGenerator(answer)

        if answer:
            monkeypatch.setattr(Project, "generator", generator)
        code = main(["batch", *words, "--out", "out", "--no-reuse"])
        return Ended(code, "".join(capsys.readouterr()), tmp_path / "out")

    return run


def rows_of(path: Path) -> Sequence[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_link_in_capitals_is_a_link_and_both_ads_get_their_file(batch: Batch) -> None:
    ended = batch(ADS, "04-upper-scheme.csv")
    assert ended.code == 0, ended.told
    links = [row["Final URL"] for row in rows_of(ended.folder / "google-ads-editor.csv")]
    assert links == ["https://example.com/a", "HTTPS://example.com/b"]


SHOUT = """
aigc: 1
name: shop/ad
summary: An ad with a link that nobody checks.
brief:
  product: {type: string}
  url: {type: string}
prompt: ad.j2
output:
  headlines: {type: array, items: {type: string}, minItems: 1}
  descriptions: {type: array, items: {type: string}}
exports: [google-ads-editor, csv]
"""


@pytest.fixture
def own_type(tmp_path: Path) -> None:
    """Put a content type of somebody's own into the project, whose bounds are not the platform's."""
    folder = tmp_path / "templates" / "shop"
    folder.mkdir(parents=True)
    (folder / "ad.yaml").write_text(SHOUT, encoding="utf-8")
    task = "{% extends 'base.j2' %}{% block task %}{{ product }}{% endblock %}"
    (folder / "ad.j2").write_text(task, encoding="utf-8")
    (tmp_path / "ads.csv").write_text(
        "product,url\nCup,https://example.com/a\nJar,www.example.com/b\nPot,HTTP://example.com/c\n", encoding="utf-8"
    )


def written(request: Request, index: int) -> str:
    """Answer with an ad, for a pot with a headline that is too long."""
    product = request.prompt.messages[-1].content
    long = "that is much too long for Google" if product == "Pot" else ""
    return json.dumps({"headlines": [f"{product} {long}".strip(), "Two", "Three"], "descriptions": ["One.", "Two."]})


@pytest.mark.usefixtures("own_type")
def test_what_a_format_will_refuse_fails_as_its_row_before_anything_is_written(batch: Batch) -> None:
    ended = batch("shop/ad", "ads.csv", answer=written)
    assert ended.pieces["0002"]["status"] == "failed"
    assert ended.pieces["0002"]["reason"].startswith("ads.csv:3: google-ads-editor refuses it: has the Final URL 'www.")


@pytest.mark.usefixtures("own_type")
def test_one_bad_piece_does_not_cost_the_others_their_file(batch: Batch) -> None:
    ended = batch("shop/ad", "ads.csv", answer=written)
    assert [row["Headline 1"] for row in rows_of(ended.folder / "google-ads-editor.csv")] == ["Cup"]
    assert len(rows_of(ended.folder / "content.csv")) == 2
    assert ended.code == 1
    assert "Not exported: google-ads-editor without 1 of 2: 0003: Headline 1 has width 36, at most 30" in ended.told


REDUCED = "price={{ (list_price | float * 0.9) | round(2) }} €"


def test_a_price_with_a_decimal_comma_is_reckoned_with(batch: Batch) -> None:
    ended = batch(ADS, "05-decimal-comma.csv", "--set", REDUCED)
    assert [piece["brief"]["values"]["price"] for piece in ended.pieces.values()] == ["26.91 €", "22.05 €"]
    assert not any("0.0" in text for text in ended.texts)


def test_a_price_that_cannot_be_read_fails_its_row(batch: Batch, tmp_path: Path) -> None:
    rows = Path("05-decimal-comma.csv").read_text(encoding="utf-8").replace("$24.50", "on request")
    (tmp_path / "asked.csv").write_text(rows, encoding="utf-8")
    ended = batch(ADS, "asked.csv", "--set", REDUCED)
    assert [piece["status"] for piece in ended.pieces.values()] == ["accepted", "failed"]
    assert "asked.csv:3: " in ended.told and "'on request' is no number" in ended.told


def test_an_amount_in_another_currency_fails_its_row(batch: Batch) -> None:
    ended = batch(ADS, "05-decimal-comma.csv", "--set", "price={{ '%.2f €' | format(list_price | money('€')) }}")
    assert [piece["status"] for piece in ended.pieces.values()] == ["accepted", "failed"]
    assert ended.pieces["0001"]["brief"]["values"]["price"] == "29.90 €"
    assert "'$24.50' is not in €" in ended.pieces["0002"]["reason"]


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        ("{{ list_price }} €", None),
        ("EUR {{ list_price }}", None),
        ("{{ (list_price | money) * 0.9 }} each", None),
        ("{{ '%.2f €' | format((list_price | money('€')) * 0.9) }}", None),
        ("about {{ list_price }}", "about"),
        ("{{ list_price }} {{ brand }}", "Acme"),
    ],
)
def test_an_unknown_price_leaves_no_currency_behind(
    batch: Batch, tmp_path: Path, price: str, shown: str | None
) -> None:
    (tmp_path / "mugs.csv").write_text(
        "product,benefits,url,list_price,brand\nMug,two handles;light,https://example.com/b,#N/A,Acme\n",
        encoding="utf-8",
    )
    ended = batch(ADS, "mugs.csv", "--set", f"price={price}")
    assert ended.pieces["0001"]["brief"]["values"]["price"] == shown, ended.told


GERMAN = "die Platte aus massiver Eiche; mit der Hand geölt und geschliffen"


@pytest.mark.parametrize(
    ("columns", "cells", "weight"),
    [
        ("locale", "de-DE", "1299"),
        ("Language", "en", "1.299"),
        ("note", GERMAN, ""),
    ],
)
def test_a_number_with_two_readings_is_read_as_the_row_writes_numbers(
    batch: Batch, tmp_path: Path, columns: str, cells: str, weight: str
) -> None:
    facts = GERMAN if not weight else "cut from one piece; oiled by hand"
    (tmp_path / "boards.csv").write_text(
        f"product,benefits,url,weight,{columns}\nOak board,{facts},https://example.com/b,1.299,{cells}\n",
        encoding="utf-8",
    )
    ended = batch(ADS, "boards.csv", "--set", "offer={{ weight | number }} g")
    assert ended.pieces["0001"]["brief"]["values"]["offer"] == f"{weight or '1299'} g"


def test_numbers_of_a_job_file_stay_as_they_are_written(batch: Batch) -> None:
    ended = batch("26-price.yaml")
    assert ended.pieces["0001"]["brief"]["values"]["price"] == "29.90"
    assert ended.pieces["0001"]["brief"]["values"]["keyword"] == "1.0"
    assert any("29.90" in text for text in ended.texts)
    again = batch("out/job.yaml")
    assert again.pieces["0001"]["brief"]["values"]["price"] == "29.90", again.told


def test_placeholders_of_rows_never_leave_as_accepted(batch: Batch) -> None:
    ended = batch(ADS, "22-placeholders.csv")
    assert [piece["status"] for piece in ended.pieces.values()] == ["rejected", "rejected"]
    found = [finding["message"] for piece in ended.pieces.values() for finding in piece["findings"]]
    assert "the brief's product has the placeholder '{{ product.title }}'" in found
    assert "the brief's benefits has the placeholder '{size}'" in found
    assert not (ended.folder / "google-ads-editor.csv").exists()


def test_every_type_with_a_brief_refuses_placeholders_in_it_and_in_what_it_writes(tmp_path: Path) -> None:
    for name in ("ads/google-search", "seo/meta", "seo/keywords", "articles/blog", "lessons/quiz", "lessons/plan"):
        kind = Project.open(tmp_path).content_type(name)
        all_of_it = {check.name for check in (*kind.checks, *(one for stage in kind.stages for one in stage.checks))}
        assert {"no_placeholder", "brief_filled_in"} <= all_of_it, name


def questions(request: Request, index: int) -> str:
    """Answer as a small model does: with a question about something else, and without wrong answers."""
    task = request.prompt.messages[-1].content
    return "What is the number of digits in 4 + 5?" if "4 + 5" in task else "What is the name of the state of Alaska?"


def test_brackets_of_a_quiz_about_code_are_its_own(batch: Batch) -> None:
    ended = batch("lessons/quiz", "22-code-quiz.jsonl", answer=questions)
    piece = ended.pieces["code"]
    assert piece["status"] != "rejected", piece["reason"]
    assert "What is len([])?" in piece["fields"]["questions"], "its answers are of four kinds"


def test_a_quiz_says_which_facts_it_does_not_ask_and_asks_no_other_question(batch: Batch, tmp_path: Path) -> None:
    facts = [f"{state} => {city}" for state, city in zip(["Alaska", "Ohio", "Texas", "Utah"], "ABCD", strict=True)]
    rows = [
        {"id": "sums", "topic": "Sums", "facts": ["4 + 5 = 9", "2 + 2\t4", "Jupiter"]},
        {"id": "bare", "topic": "Capitals", "facts": facts},
        {"id": "capitals", "topic": "Capitals", "facts": facts, "relation": "capital of"},
    ]
    (tmp_path / "quiz.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    ended = batch("lessons/quiz", "quiz.jsonl", answer=questions)
    stems = {name: [item["stem"] for item in piece["fields"]["items"]] for name, piece in ended.pieces.items()}
    assert stems["sums"] == ["What is 4 + 5?", "What is 2 + 2?"]
    assert stems["bare"][0] == 'What goes with "Alaska"?'
    assert stems["capitals"][0] == "What is the capital of Alaska?"
    assert {name: piece["status"] for name, piece in ended.pieces.items()} == {
        "sums": "flagged",
        "bare": "flagged",  # what goes with what is a guess
        "capitals": "accepted",
    }
    assert "no question from 'Jupiter'" in ended.pieces["sums"]["reason"]


PAGE = """
aigc: 1
name: shop/page
summary: A page's title and description.
brief:
  topic: {type: string}
  keyword: {type: string}
prompt: page.j2
output:
  title: {type: string}
  description: {type: string}
repair: {attempts: 0}
"""
PAGES = ("templates/shop/page.yaml", "28-pages.csv", "--on", "openai-batch", "-m", "gpt-4.1-mini")
TITLES = [
    {"title": "Cold Brew at Home", "description": "Which beans and jars it takes."},
    {"title": "Oat Milk at Home", "description": "Which oats to buy."},
]
FINAL = "<|start|>assistant<|channel|>final<|message|>"
CONTENTS: dict[str, Callable[[str], Any]] = {
    "think": lambda text: f"<think>\nA title and a text, as {{json}}.\n</think>\n\n{text}",
    "thought that the template began": lambda text: f"A title, as {{json}}.\n</think>\n\n{text}",
    "magistral": lambda text: f"[THINK]As {{json}}.[/THINK]{text}",
    "capitals, twice": lambda text: f"\ufeff<Think>As {{json}}.</Think>\n<think >And {{so}}.</think >{text}",
    "a thousand empty ones": lambda text: "<think></think>" * 2000 + text,
    "gpt-oss": lambda text: f"<|channel|>analysis<|message|>As {{json}}.<|end|>{FINAL}{text}<|return|>",
    "command": lambda text: f"<|START_THINKING|>As {{json}}.<|END_THINKING|><|START_RESPONSE|>{text}<|END_RESPONSE|>",
    "parts with values": lambda text: [
        {"type": "reasoning_text", "text": "As {json}."},
        {"type": "text", "text": {"value": text, "annotations": []}},
    ],
    "parts": lambda text: [{"type": "text", "text": text}],
    "parts with thoughts": lambda text: [
        {"type": "thinking", "thinking": "As {json}."},
        {"type": "reasoning", "text": "As {json}."},
        {"type": "output_text", "text": text[:9]},
        text[9:],
    ],
}


@pytest.fixture
def pages(tmp_path: Path, batch: Batch) -> Callable[[], Ended]:
    """Return what runs a job of batch files, again and again."""
    (tmp_path / "templates/shop").mkdir(parents=True)
    (tmp_path / "templates/shop/page.yaml").write_text(PAGE, encoding="utf-8")
    task = "{% extends 'base.j2' %}{% block task %}{{ topic }}, {{ keyword }}{% endblock %}"
    (tmp_path / "templates/shop/page.j2").write_text(task, encoding="utf-8")
    return lambda: batch(*PAGES, answer=None)


def asked_in(folder: Path) -> list[str]:
    lines = (folder / "batches/batch-1.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["custom_id"] for line in lines]


def answered(folder: Path, contents: Sequence[Any], **other: Any) -> None:
    """Put answers beside what was asked; `other` is what the last one's line has in place of its own."""
    lines = []
    for name, content in zip(asked_in(folder), contents, strict=True):
        message = {"role": "assistant", "content": content}
        body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
        lines.append({"id": name, "custom_id": name, "response": {"status_code": 200, "body": body}, "error": None})
    lines[-1] |= other
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "batches/answers.jsonl").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("kind", CONTENTS)
def test_answers_of_models_that_think_and_of_servers_that_write_parts(pages: Callable[[], Ended], kind: str) -> None:
    folder = pages().folder
    answered(folder, [CONTENTS[kind](json.dumps(one)) for one in TITLES])
    ended = pages()
    assert [piece["fields"] for piece in ended.pieces.values()] == TITLES, ended.told
    assert ended.code == 0 and not (folder / "batches/batch-2.jsonl").exists()


WRONG = "max_tokens is too large for this model"
REFUSALS: dict[str, dict[str, Any]] = {
    "vllm run-batch": {
        "response": {"status_code": 400, "body": None},
        "error": {"error": {"message": WRONG, "type": "BadRequestError", "code": 400}},
    },
    "the body of a server": {"response": {"status_code": 400, "body": {"error": {"message": WRONG}}}},
    "an older vLLM": {"response": {"status_code": 400, "body": {"object": "error", "message": WRONG, "code": 400}}},
    "details": {"response": {"status_code": 422, "body": {"detail": [{"type": "x", "loc": ["body"], "msg": WRONG}]}}},
    "a list": {"response": None, "error": {"object": "list", "data": [{"code": "too_large", "message": WRONG}]}},
    "a text": {"response": {"status_code": 400, "body": WRONG}},
    "a text as its error": {"response": None, "error": WRONG},
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_what_a_runner_refuses_fails_its_piece_with_the_runner_s_words(pages: Callable[[], Ended], kind: str) -> None:
    folder = pages().folder
    answered(folder, [json.dumps(one) for one in TITLES], **REFUSALS[kind])
    ended = pages()
    assert ended.pieces["a"]["status"] == "accepted" and ended.pieces["b"]["status"] == "failed"
    assert WRONG in ended.pieces["b"]["reason"]


def test_a_pointer_of_git_lfs_is_called_by_name(batch: Batch, tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / "model").mkdir(exist_ok=True)
        (tmp_path / "model" / name).write_text("{}", encoding="utf-8")
    shutil.copy("30-lfs-pointer.gguf", tmp_path / "model/model.safetensors")
    for model in ("30-lfs-pointer.gguf", "./model"):
        ended = batch("seo/meta", "28-pages.csv", "-m", model, answer=None)
        assert ended.code == 3
        assert "Git LFS pointer" in ended.told and "git lfs pull" in ended.told


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".jsonl", ".json", ".tsv", ".xml"])
def test_a_pointer_in_place_of_the_briefs_is_called_by_name(batch: Batch, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"briefs{suffix}"
    shutil.copy("30-lfs-pointer.gguf", file)
    ended = batch("seo/meta", str(file), answer=None)
    assert ended.code == 2
    assert f"{file}: is a Git LFS pointer" in ended.told and "git lfs pull" in ended.told


SIGNS = "👩🍳✅🎉•★\u200d"
ONLY_SIGNS = ("🎉🔥", "✅", "★★★", "1️⃣", "🎉 -")


@pytest.mark.parametrize("voice", ["facts", "joined"])
def test_emoji_of_rows_stand_in_no_ad_and_are_named(batch: Batch, voice: str) -> None:
    ended = batch(ADS, "20-emoji.csv", "--voice", voice)
    piece = ended.pieces["0001"]
    assert piece["status"] == "accepted", piece["reason"]
    assert not [text for text in ended.texts if any(sign in text for sign in SIGNS)]
    assert "Linen Apron" in piece["fields"]["headlines"] and "-15%" in piece["fields"]["headlines"]
    assert all(text[0].isupper() or text[0] == "-" for text in piece["fields"]["descriptions"])
    named = [finding["message"] for finding in piece["findings"] if finding["check"] == "signs_left_out"]
    assert [message.partition(":")[0] for message in named] == [
        f"left out of the brief's {name}" for name in ("product", "benefits", "offer")
    ]


@pytest.mark.parametrize("voice", ["facts", "joined"])
def test_what_is_nothing_but_signs_leaves_no_empty_text_in_an_ad(batch: Batch, tmp_path: Path, voice: str) -> None:
    columns = {"benefits": "two pockets; washes at 40 degrees", "offer": "", "price": "", "brand": "", "keyword": ""}
    with (tmp_path / "signs.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, ["product", "url", *columns])
        table.writeheader()
        for sign in ONLY_SIGNS:
            row = {"product": "Linen apron", "url": "https://example.com/a", **columns}
            table.writerows({**row, name: sign} for name in ("product", *columns))
            table.writerow({**row, "benefits": f"two pockets; {sign}; washes at 40 degrees"})
    ended = batch(ADS, "signs.csv", "--voice", voice)
    assert len(ended.pieces) == len(ONLY_SIGNS) * 7
    for piece in ended.pieces.values():
        fields, named = piece["fields"], piece["brief"]["values"]["product"] not in ONLY_SIGNS
        assert piece["status"] == ("accepted" if named else "rejected"), piece["reason"]
        assert all(re.search(r"\w", text) for text in (*fields["headlines"], *fields["descriptions"])), fields
        broken = [text for text in texts_in(fields) if re.search(r"\.\.|^[.:]|\b(?:by|for)$", text, re.IGNORECASE)]
        assert not (broken and named), fields
        if not named:
            assert "the brief's product has no word" in [one["message"] for one in piece["findings"]]


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        ("❌ BPA", "the brief's benefits says '❌ BPA'; no text shows the cross"),
        ("keeps a large coffee hot ^ the whole of a long day", "has '^' (symbol)"),
        ("call +49 30 1234567 to order one of these mugs", "'+49 30 1234567' (phone number)"),
    ],
)
def test_what_a_platform_refuses_is_not_excused_by_the_row(
    batch: Batch, tmp_path: Path, fact: str, reason: str
) -> None:
    rows = f"product,benefits,url\nSteel mug,light to carry;{fact},https://example.com/b\n"
    (tmp_path / "mugs.csv").write_text(rows, encoding="utf-8")
    piece = batch(ADS, "mugs.csv").pieces["0001"]
    assert piece["status"] == "rejected" and reason in piece["reason"]


def test_a_row_in_a_language_that_the_type_does_not_write_is_flagged_by_name(batch: Batch) -> None:
    ended = batch(ADS, "24-german.csv")
    piece = ended.pieces["0001"]
    assert piece["status"] == "flagged" and "German" in piece["reason"]
    assert "German" in ended.told
