"""What a job will take is told before its model loads, and by what earlier runs took."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aigc.errors import AigcError
from aigc.jobs import Forecaster, open_job
from aigc.jobs.forecast import forecaster
from aigc.jobs.forecast.rates import Rate, of_writer, read_rates, record_rate, writer_of
from aigc.jobs.forecast.tokens import TokenCounter
from aigc.jobs.runner import Local, Task, Took
from aigc.ledger import opened_ledger, standing
from aigc.ledger.entry import Finished
from aigc.project import Project
from aigc.testing import ScriptedGenerator
from aigc.types import Brief, Message, Prompt, Request

AD = """
aigc: 1
name: shop/ad
summary: An ad in three stages.
brief:
  product: {type: string}
  facts: {type: array, items: {type: string}}
candidates: 3
repair: {attempts: 1}
stages:
  lines:
    foreach: facts
    prompt: line.j2
    output: {type: string, limit: {chars: 40}}
    examples:
      - {item: dry, output: Stays dry all day}
  pairs:
    foreach: stages.lines | batch(2)
    prompt: pair.j2
    output: {type: object, properties: {head: {type: string, maxLength: 20}}}
    candidates: 1
  closing:
    prompt: closing.j2
    output: {type: string, limit: {chars: 40}}
    candidates: 2
output:
  lines: {type: array, items: {type: string}, from: "{{ stages.lines }}"}
  closing: {type: string, from: "{{ stages.closing }}"}
"""
TASK = "{% extends 'base.j2' %}{% block task %}%s{% endblock %}"
FILES = {
    "templates/shop/ad.yaml": AD.replace(
        "output: {type: object, properties: {head: {type: string, maxLength: 20}}}",
        "output: {head: {type: string, maxLength: 20}}",
    ),
    "templates/shop/line.j2": TASK.replace("%s", "{{ product }}: {{ item | upper }}"),
    "templates/shop/pair.j2": TASK.replace("%s", "{{ item | join(' and ') }}"),
    "templates/shop/closing.j2": TASK.replace("%s", "{{ stages.pairs[0].head }} {{ stages.lines | length }}"),
}


def ad(at: int, facts: int = 3) -> Brief:
    return Brief(id=f"{at:05}", values={"product": "Mug", "facts": [f"fact {one}" for one in range(facts)]})


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project(FILES, model="tiny")


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0), raising=False)


@pytest.fixture
def told(project: Project) -> Callable[..., Any]:
    def told(*briefs: Brief, rates: Path | None = None, project: Project = project, many: int | None = None) -> Any:
        forecaster = Forecaster(project, project.content_type("shop/ad"), rates)
        for brief in briefs:
            forecaster.add(brief)
        return forecaster.forecast(many)

    return told


def test_requests_are_counted_over_lists_and_stages(told: Callable[..., Any]) -> None:
    expected = told(ad(1), ad(2, facts=4), ad(3, facts=0))
    assert expected.planned == (3 + 2 + 1) + (4 + 2 + 1) + (0 + 0 + 1), "pairs go over what lines will have written"
    assert (expected.briefs, expected.rendered, expected.requests) == (3, 3, expected.planned)
    assert expected.seconds is None and not expected.counted and expected.written_by == "bounds"
    assert 0 < expected.longest_prompt < 60
    assert told(ad(1), many=10).planned == 60, "what one takes says what ten like it take"


def test_candidates_and_examples_say_how_much_is_written(make_project: Callable[..., Project], told: Any) -> None:
    simple = (
        FILES["templates/shop/ad.yaml"].split("  pairs:")[0] + 'output: {a: {type: string, from: "{{ product }}"}}\n'
    )
    project = make_project({**FILES, "templates/shop/ad.yaml": simple}, model="tiny")
    expected = told(ad(1), project=project)
    answer = TokenCounter(None).texts(["Stays dry all day"])[0] + 1
    assert (expected.planned, expected.written_tokens, expected.written_by) == (3, 3 * 3 * answer, "examples")
    twice = make_project({**FILES, "templates/shop/ad.yaml": simple, "aigc.yaml": "candidates: 6"}, model="tiny")
    assert told(ad(1), project=twice).written_tokens == 2 * expected.written_tokens


def test_a_first_prompt_that_cannot_be_rendered_is_said(told: Callable[..., Any]) -> None:
    with pytest.raises(AigcError, match=r"foreach|items|facts"):
        told(replace(ad(1), values={"product": "Mug"}))


def test_of_many_briefs_ever_fewer_are_rendered_and_stand_for_all(
    told: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    briefs = [ad(at, facts=1 + at % 4) for at in range(3000)]  # as a matrix of four would cross them
    whole = told(*briefs)
    monkeypatch.setattr(forecaster, "WHOLE", 200)
    some = told(*briefs)
    assert whole.rendered == 3000 and 500 < some.rendered < 1000
    assert some.planned == pytest.approx(whole.planned, rel=0.06)
    assert some.prompt_tokens == pytest.approx(whole.prompt_tokens, rel=0.06)
    assert told(*briefs) == some, "and the same ones each time"


RUN = Rate(
    writer="gpt tiny",
    content_type="shop/ad",
    pieces=10,
    planned=60,
    requests=90,
    completions=180,
    written_tokens=3600,
    seconds=36,
    memory=2_000_000_000,
)


def test_earlier_runs_say_how_much_and_how_long(project: Project, told: Callable[..., Any], tmp_path: Path) -> None:
    rates = tmp_path / "cache" / "rates.json"
    record_rate(rates, RUN)
    expected = told(ad(1), rates=rates)
    assert (expected.planned, expected.requests) == (6, 9), "half as many again were asked again"
    assert expected.written_tokens == (3 * 3 + 2 * 1 + 1 * 2) * 1.5 * 20 and expected.written_by == "runs"
    assert (expected.seconds, expected.speed, expected.like) == (expected.written_tokens / 100, 100, "shop/ad")
    assert expected.memory == 2_000_000_000 and expected.pieces == 10
    record_rate(rates, replace(RUN, content_type="shop/other", seconds=72))
    assert told(ad(1), rates=rates).speed == 100, "of this type"
    (tmp_path / "aigc.yaml").write_text("engine: {threads: 1}")
    assert told(ad(1), rates=rates, project=Project.open(tmp_path, options={"model": "tiny"})).seconds is None
    rates.write_text("{broken")
    assert told(ad(1), rates=rates).seconds is None


def test_a_job_unlike_earlier_ones_is_told_a_bound(told: Callable[..., Any], tmp_path: Path) -> None:
    rates = tmp_path / "rates.json"
    assert told(ad(1), rates=rates).sure == ""
    record_rate(rates, RUN)
    assert [told(ad(1), rates=rates, many=many).sure for many in (0, 1, 3, 4, 29, 30)] == [
        "",
        "or more",
        "or more",
        "",
        "",
        "or less",
    ]


def test_a_time_is_told_as_a_range_that_is_wider_where_the_job_is_unlike_earlier_ones(
    told: Callable[..., Any], tmp_path: Path
) -> None:
    rates = tmp_path / "rates.json"
    assert told(ad(1), rates=rates).span is None
    record_rate(rates, RUN)
    wide = {}
    for many in (1, 5, 40):
        expected = told(ad(1), rates=rates, many=many)
        least, most = expected.span
        assert least < expected.seconds < most
        wide[expected.sure] = most / least
    assert wide[""] < min(wide["or more"], wide["or less"])


def test_a_range_is_wider_on_a_busy_machine_and_by_other_types(
    told: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = tmp_path / "rates.json"
    record_rate(rates, RUN)
    idle = told(ad(1), rates=rates, many=5)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(os, "getloadavg", lambda: (6.0, 1.0, 1.0), raising=False)
    busy = told(ad(1), rates=rates, many=5)
    assert (idle.load, busy.load) == (0.0, 3.0)
    assert busy.span[0] <= idle.seconds, "they may end any minute"
    assert busy.span[1] >= idle.seconds * 4 and busy.span[1] > 2 * idle.span[1], "four want each core"
    record_rate(busy_rates := tmp_path / "busy.json", replace(RUN, load=3.0))
    assert told(ad(1), rates=busy_rates, many=5).span == pytest.approx(idle.span), "as many did then"
    record_rate(rates, replace(RUN, content_type="shop/other"))
    (tmp_path / "others.json").write_text(rates.read_text().replace('"shop/ad"', '"shop/third"'))
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0), raising=False)
    other = told(ad(1), rates=tmp_path / "others.json", many=5)
    assert other.span[0] < idle.span[0] / idle.seconds * other.seconds
    assert other.span[1] > idle.span[1] / idle.seconds * other.seconds


@pytest.mark.parametrize("load", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("many", [1, 5, 400])
@pytest.mark.parametrize("like", ["shop/ad", "shop/other"])
def test_a_time_is_never_told_so_wide_that_nobody_could_plan_by_it(
    told: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, load: float, many: int, like: str
) -> None:
    record_rate(rates := tmp_path / "rates.json", replace(RUN, content_type=like))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(os, "getloadavg", lambda: (2 * load, 0.0, 0.0), raising=False)
    expected = told(ad(1), rates=rates, many=many)
    least, most = expected.span
    assert most <= least * 6.01
    assert least < expected.seconds * (1 + load)
    if expected.sure != "or less":  # else many at once go faster
        assert expected.seconds * (1 + load) < most, "as slow as it is while the others stay"


def test_what_an_earlier_version_noted_still_tells(told: Callable[..., Any], tmp_path: Path) -> None:
    record_rate(rates := tmp_path / "rates.json", RUN)
    rates.write_text(rates.read_text().replace(',\n   "load": 0.0', ""))
    assert "load" not in rates.read_text()
    assert told(ad(1), rates=rates).seconds is not None


def test_another_types_speed_is_better_than_none(told: Callable[..., Any], tmp_path: Path) -> None:
    rates = tmp_path / "rates.json"
    record_rate(rates, replace(RUN, content_type="shop/other"))
    record_rate(rates, replace(RUN, content_type="shop/third", seconds=108))
    expected = told(ad(1), rates=rates)
    assert (expected.speed, expected.like, expected.written_by) == (50, "", "bounds")
    assert expected.requests == expected.planned


def test_later_runs_count_more(tmp_path: Path) -> None:
    rates = tmp_path / "rates.json"
    for _ in range(6):
        record_rate(rates, RUN)
    record_rate(rates, replace(RUN, seconds=18))
    (kept,) = read_rates(rates)
    assert 100 < kept.speed < 200 and kept.pieces < 20
    for _ in range(6):
        record_rate(rates, replace(RUN, seconds=18))
    assert read_rates(rates)[0].speed == pytest.approx(200, rel=0.05)
    assert of_writer(read_rates(rates), "gpt other", "shop/ad") is None


def test_a_cache_that_cannot_be_written_fails_no_job(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    rates = tmp_path / "file" / "rates.json"
    record_rate(rates, RUN)
    assert read_rates(rates) == [] and (tmp_path / "file").read_text() == "kept"


def answer(request: Request, index: int) -> str:
    return '{"head": "Buy"}' if request.grammar is not None and request.grammar.kind == "json" else "Buy a mug"


class Far(Local):
    """This stands for a cluster, which starts for a while and whose workers have memory of their own."""

    def write(self, task: Task) -> Iterator[Finished]:
        time.sleep(1)
        yield from super().write(task)
        self.took += Took(starting=1, memory=7)


def run(project: Project, folder: Path, rates: Path, briefs: int = 3, **options: Any) -> Any:
    with open_job(project, project.content_type("shop/ad"), folder, reuse=False) as job:
        job.register([ad(at) for at in range(briefs)], fresh=options.pop("fresh", False))
        heard: list[int] = []
        expected = job.forecast(rates, heard.append)
        job.run(options.pop("runner", Local)(ScriptedGenerator(answer)), **options)
        job.finish()
        assert heard == list(range(1, expected.briefs + 1))
        return expected


def test_a_run_is_recorded_and_the_next_forecast_goes_by_it(project: Project, tmp_path: Path) -> None:
    rates = tmp_path / "rates.json"
    first = run(project, tmp_path / "out", rates)
    assert (first.briefs, first.planned, first.seconds) == (3, 18, None)
    (kept,) = read_rates(rates)
    assert (kept.writer, kept.content_type, kept.pieces) == (writer_of(project), "shop/ad", 3)
    assert (kept.planned, kept.requests) == (18, 18) and kept.seconds > 0 and kept.memory > 10_000_000
    with opened_ledger(tmp_path / "out") as ledger:
        said = standing(ledger).forecast
    assert said["planned"] == 18 and said["took"]["requests"] == 18
    assert said["took"]["written_tokens"] == kept.written_tokens
    with opened_ledger(tmp_path / "out") as ledger:
        assert said["took"]["prompt_tokens"] == sum(stage.prompt_tokens for stage in ledger.totals.stages())
    second = run(project, tmp_path / "other", rates)
    assert second.written_tokens == round(kept.written_tokens) and second.written_by == "runs"
    assert second.seconds == pytest.approx(kept.seconds)


def test_what_a_job_writes_again_for_repeating_itself_inflates_no_later_forecast(
    make_project: Callable[..., Project], tmp_path: Path
) -> None:
    rates = tmp_path / "rates.json"
    guarded = make_project({**FILES, "aigc.yaml": "unique: {attempts: 2}\n"}, model="tiny")
    for at in range(3):
        expected = run(guarded, tmp_path / f"out{at}", rates)
        assert (expected.planned, expected.requests) == (18, 18)
    (kept,) = read_rates(rates)
    assert kept.requests == kept.planned and kept.pieces / kept.requests == 3 / 18


def test_a_record_of_another_version_tells_nothing(tmp_path: Path) -> None:
    rates = tmp_path / "rates.json"
    record_rate(rates, RUN)
    assert read_rates(rates) == [RUN]
    rates.write_text(rates.read_text().replace('"format": 2', '"format": 1'))
    assert read_rates(rates) == []


def test_a_cluster_has_a_rate_of_its_own(make_project: Callable[..., Project], tmp_path: Path) -> None:
    rates = tmp_path / "rates.json"
    here, there, other = (
        make_project(FILES, model="tiny", **{f"ray.{name}": value for name, value in said.items()})
        for said in ({}, {"address": "ray://head:10001"}, {"address": "head:10001", "workers": "2"})
    )
    run(here, tmp_path / "here", rates)
    assert run(there, tmp_path / "there", rates, runner=Far).seconds is None
    kept, local = read_rates(rates)
    assert (kept.writer, local.writer) == ("gpt tiny ray.address=head:10001", "gpt tiny")
    assert (kept.planned, kept.requests, kept.memory) == (18, 18, 7)
    assert 0 < kept.seconds < 1, "its start is no part of its speed"
    assert run(there, tmp_path / "again", rates, runner=Far).seconds == pytest.approx(kept.seconds)
    assert run(other, tmp_path / "other", rates, runner=Far).seconds is None


def test_only_what_remains_is_told_and_a_stopped_run_is_no_measure(project: Project, tmp_path: Path) -> None:
    rates = tmp_path / "rates.json"
    said = iter([False, True])
    assert run(project, tmp_path / "out", rates, stopping=lambda: next(said, True)).briefs == 3
    assert not rates.exists()
    assert run(project, tmp_path / "out", rates).briefs == 2


CHAT = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}{% if add_generation_prompt %}[a]{% endif %}"


def folder_of(folder: Path, **config: Any) -> Path:
    """This is what counting reads of a model: a tokenizer of one token per byte, its template, its context."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    vocab = {char: at for at, char in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    folder.mkdir(exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", **config}))
    (folder / "model.safetensors").write_text("")
    return folder


def test_prompts_are_counted_with_the_models_tokenizer_and_template(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "model", max_position_embeddings=99)
    prompt = Prompt(messages=(Message(role="system", content="Be brief."), Message(role="user", content="杯子")))
    counter = TokenCounter(folder)
    assert counter.exact and counter.context == 99 and TokenCounter(folder, context=50).context == 50
    assert counter.prompts([prompt]) == [len("Be brief.\n\n杯子".encode())]
    (folder / "chat_template.jinja").write_text(CHAT)
    assert TokenCounter(folder).prompts([prompt, prompt]) == [len("[system]Be brief.[user]杯子[a]".encode())] * 2
    (folder / "chat_template.jinja").write_text(
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + CHAT
    )
    assert TokenCounter(folder).prompts([prompt]) == [len("[user]Be brief.\n\n杯子[a]".encode())]
    (folder / "chat_template.jinja").write_text("{% broken")
    assert TokenCounter(folder).prompts([prompt]) == [len("Be brief.\n\n杯子".encode())]
    (folder / "tokenizer.json").write_text("{")
    assert not TokenCounter(folder).exact and 5 < TokenCounter(folder).prompts([prompt])[0] < 30


def test_prompts_that_do_not_fit_the_model_are_counted(make_project: Callable[..., Project], told: Any) -> None:
    project = make_project(FILES)
    folder = folder_of(Path(str(project.folder)) / "model", max_position_embeddings=100)
    project = make_project(FILES, model=str(folder))
    long = replace(ad(2), values={"product": "Mug" * 40, "facts": ["a", "b"]})
    expected = told(ad(1), long, project=project)
    assert expected.counted and expected.context == 100
    assert expected.too_long == 2 and expected.longest_prompt > 120
