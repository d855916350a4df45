"""A judge on another model: `judge:` in aigc.yaml sends what scorers ask a judge to a server."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from aigc import Project
from aigc.content.mix import Mix, write_mixes
from aigc.errors import NotFound, UsageError
from aigc.evaluation.scored import scoring
from aigc.generating.with_judge import WithJudge
from aigc.jobs.keys import Keys
from aigc.jobs.ray.assignment import packed
from aigc.testing import ScriptedGenerator
from aigc.types import Artifact, Brief, Message, Prompt, Request
from aigc_plugins import scorers

TYPE = """
aigc: 1
name: shop/lines
version: 1
summary: One line per fact.
brief:
  product: {type: string}
  facts: {type: array, items: {type: string}}
stages:
  lines:
    foreach: facts
    prompt: line.j2
    output: {type: string}
    candidates: 2
    fallback: "{{ item }}"
    pick: PICK
output:
  lines: {type: array, items: {type: string}, from: "{{ stages.lines }}"}
"""
TASK = "{% extends 'base.j2' %}{% block system %}You write.{% endblock %}{% block task %}{{ item }}{% endblock %}"
ON = {"judge.on": "openai", "judge.model": "wise", "judge.backoff": "0.01"}
MIX = Mix(model="smollm2-135m", weights={"judged": 1.0}, means={"judged": 0.0}, scales={"judged": 1.0}, floor=0.5)


def project_with(make_project: Callable[..., Project], pick: str = "{by: [judged], suggest: 2}", **options: str) -> Any:
    files = {"templates/shop/lines.yaml": TYPE.replace("PICK", pick), "templates/shop/line.j2": TASK}
    project = make_project(files, **options)
    project.registry.add(scorers, "scorers")
    return project


def tops(server: Any, **words: float) -> Any:
    """Return an answer whose first token might have been these, with their log-probabilities."""
    listed = [{"token": word.replace("_", " "), "logprob": value} for word, value in words.items()]
    first = {**max(listed, key=lambda one: one["logprob"]), "top_logprobs": listed}
    choice = {"index": 0, "message": {"role": "assistant", "content": first["token"]}, "finish_reason": "length"}
    usage = {"prompt_tokens": 90, "completion_tokens": 1}
    return server.reply({"choices": [{**choice, "logprobs": {"content": [first]}}], "usage": usage})


def likes_rain(server: Any) -> Callable[[Any], Any]:
    """Answer as a judge that likes lines of rain."""

    def answer(asked: Any) -> Any:
        question = asked.body["messages"][-1]["content"]
        good = "rain" in question
        yes = good == ("editor" in question)
        return tops(server, Yes=-0.1, No=-3.0) if yes else tops(server, Yes=-3.0, No=-0.1)

    return answer


def write(project: Project, judge: Any, *texts: str) -> tuple[Artifact, ScriptedGenerator]:
    writer = ScriptedGenerator(lambda request, index: texts[index])
    generator = WithJudge(writer, judge)
    brief = Brief(id="1", values={"product": "Rain barrel", "facts": ["holds 200 litres"]})
    (artifact,) = project.pipeline(generator).write(project.content_type("shop/lines"), [brief])
    return artifact, writer


def test_the_judge_on_a_server_decides(make_project: Any, server: Any, connect: Any) -> None:
    server.answer = likes_rain(server)
    artifact, writer = write(project_with(make_project), connect(), "Never rusts", "Catch the rain")
    assert artifact.fields["lines"] == ["Catch the rain"]
    assert [one.text for one in artifact.suggestions] == ["Never rusts"]
    assert [request.judge for request in writer.requests] == [False], "the writer is asked for nothing else"
    assert len(server.bodies) == 2 * 2, "Yes and No are asked as one question"
    body = server.bodies[0]
    assert (body["max_tokens"], body["logprobs"], body["top_logprobs"], body["temperature"]) == (1, True, 20, 0)


@pytest.mark.parametrize(
    ("words", "likely"),
    [
        ({"Yes": -0.2, "No": -2.0}, -0.2),
        ({"_Yes": -1.0, "yes": -1.0, "No": -2.0}, math.log(2 * math.exp(-1.0))),
        ({"No": -0.1, "Maybe": -7.0}, -7.0),
    ],
)
def test_a_word_is_found_however_it_is_written(
    server: Any, connect: Any, ask: Any, finish: Any, words: Any, likely: float
) -> None:
    server.script(tops(server, **words))
    ((told,),) = finish(connect(), ask(given="Yes", judge=True)).values()
    assert (told.text, told.usage.forced, told.usage.prompt) == ("Yes", 1, 90)
    assert told.mean_logprob == pytest.approx(likely)


def test_the_older_form_of_the_protocol_and_the_newer_word(server: Any, connect: Any, ask: Any, finish: Any) -> None:
    choice = {"index": 0, "text": "是", "logprobs": {"tokens": ["是"], "top_logprobs": [{"是": -0.3, "否": -1.5}]}}
    server.script(server.reply({"choices": [choice]}))
    ((told,),) = finish(connect(), ask(given="否", judge=True, chat=False)).values()
    assert told.mean_logprob == -1.5
    assert server.asked[0].path.endswith("/v1/completions")
    server.script(tops(server, Yes=-0.1))
    finish(connect(server="openai"), ask(given="Yes", judge=True))
    assert server.bodies[-1]["max_completion_tokens"] == 1


def test_a_server_without_numbers_cannot_judge(
    make_project: Any, server: Any, connect: Any, ask: Any, finish: Any
) -> None:
    silent = server.reply({"choices": [{"index": 0, "message": {"content": "Yes"}, "logprobs": None}]})
    server.script(silent)
    ((told,),) = finish(connect(), ask(given="Yes", judge=True)).values()
    assert told.error == "no log-probabilities were told, so it cannot judge"
    ((told,),) = finish(connect(logprobs=False), ask(given="Yes", judge=True)).values()
    assert "cannot be asked" in told.error
    ((told,),) = finish(connect(), ask(given="a longer text")).values()
    assert "cannot be asked" in told.error
    artifact, _ = write(project_with(make_project), connect(), "Never rusts", "Catch the rain")
    assert (artifact.status, artifact.fields) == ("failed", {}), "what is accepted is kept, without a judge or with it"


def test_a_model_that_thinks_first_judges_nothing(make_project: Any, server: Any, connect: Any) -> None:
    server.answer = lambda asked: tops(server, **{"<think>": -0.01, "Okay": -5.0})
    artifact, _ = write(project_with(make_project), connect(), "Never rusts", "Catch the rain")
    assert artifact.status == "failed"
    assert "no answer: it would begin with '<think>', neither 'No' nor 'Yes'" in str(artifact)
    assert "chat_template_kwargs" not in server.bodies[0]


def test_a_model_is_told_to_answer_at_once_where_that_is_asked_for(
    make_project: Any, server: Any, connect: Any, ask: Any, finish: Any
) -> None:
    server.answer = lambda asked: tops(server, Yes=-0.1)
    finish(connect(think=False), ask(given="Yes", judge=True))
    assert server.bodies[0]["chat_template_kwargs"] == {"enable_thinking": False}
    with pytest.raises(UsageError, match="think: false is not in OpenAI's own protocol"):
        connect(think=False, server="openai")


def test_settings_name_the_judge_and_both_are_opened(make_project: Any, server: Any) -> None:
    writes = {"generator": "openai", "model": "small", "engine.base_url": server.url}
    project = project_with(make_project, **writes, **ON, **{"judge.base_url": server.url})
    server.answer = lambda asked: server.says(asked.body["model"]) if "n" in asked.body else likes_rain(server)(asked)
    with closing(project.generator()) as generator:
        assert isinstance(generator, WithJudge)
        brief = Brief(id="1", values={"product": "Rain barrel", "facts": ["holds 200 litres"]})
        (artifact,) = project.pipeline(generator).write(project.content_type("shop/lines"), [brief])
    assert artifact.fields["lines"] == ["small"]
    assert [body["model"] for body in server.bodies] == ["small", "wise", "wise"]
    with closing(project_with(make_project, **writes).generator()) as generator:
        assert not isinstance(generator, WithJudge), "without a judge the writer judges"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"judge.on": "openai"}, UsageError, "which model is to judge"),
        ({"judge.model": "wise", "judge.on": "opanai"}, NotFound, "no generator named 'opanai'"),
        ({**ON, "judge.adapter": "lora"}, UsageError, "'openai' takes no adapters"),
        ({**ON, "judge.base_url": "http://me:secret@x/v1"}, UsageError, "judge.base_url has no place for a name"),
        ({**ON, "judge.api_key_env": "sk-123"}, UsageError, "judge.api_key_env is no name of an environment"),
    ],
)
def test_a_wrong_judge_is_refused(make_project: Any, options: Any, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        project_with(make_project, **options).source.check()


def test_an_unknown_option_of_the_judge_is_refused_at_its_line(make_project: Any, tmp_path: Any) -> None:
    judge = "judge:\n  on: openai\n  model: wise\n  base_ulr: http://localhost/v1\n"
    with pytest.raises(UsageError, match=r"aigc.yaml:4: judge.base_ulr: no such option; did you mean 'base_url'"):
        make_project({"aigc.yaml": judge})


def test_the_judge_is_part_of_the_keys_of_pieces_that_are_picked(make_project: Any, server: Any) -> None:
    brief = Brief(id="1", values={"product": "Rain barrel", "facts": ["x"]})

    def key(pick: str = "{by: [judged]}", **options: str) -> str:
        project = project_with(make_project, pick, **options)
        return Keys(project, project.content_type("shop/lines"))(brief)

    there = {"judge.base_url": server.url}
    assert len({key(), key(**ON, **there), key(**{**ON, "judge.model": "wiser"}, **there)}) == 3
    assert key(**ON, **there) == key(**{**ON, "judge.backoff": "2"}, **there)
    plain = [project_with(make_project, "null", **options) for options in ({}, {**ON, **there})]
    for project in plain:
        (project.folder / "templates/shop/lines.yaml").write_text(TYPE.replace("    pick: PICK\n", ""))
    assert len({Keys(project, project.content_type("shop/lines"))(brief) for project in plain}) == 1


def test_a_worker_gets_the_judge(
    make_project: Any, server: Any, tmp_path: Any, monkeypatch: Any, write_lora: Any
) -> None:
    project = project_with(make_project, **ON, **{"judge.base_url": server.url})
    assert packed(project, project.content_type("shop/lines")).settings.judge["model"] == "wise"
    (tmp_path / "wise.gguf").write_bytes(b"")
    write_lora(tmp_path / "lora")
    monkeypatch.chdir(tmp_path)
    project = project_with(make_project, **{"judge.model": "wise.gguf", "judge.adapter": "lora"})
    judge = packed(project, project.content_type("shop/lines")).settings.judge
    assert judge == {"model": str(tmp_path / "wise.gguf"), "adapter": str(tmp_path / "lora")}


def judging(request: Request) -> float:
    return -0.1 if (request.given == "Yes") == ("editor" in request.prompt.messages[-1].content) else -3.0


@pytest.mark.parametrize(("parameters", "asked"), [("100m", True), ("1b", False)])
def test_a_judge_that_is_too_small_is_not_asked_and_nothing_is_sure(
    make_project: Any, tmp_path: Any, parameters: str, asked: bool
) -> None:
    pick = f"{{by: [judged], mix: lines, suggest: 2, needs: {{parameters: {parameters}}}}}"
    project = project_with(make_project, pick)
    write_mixes(tmp_path / "templates/shop/mixes/lines.yaml", [MIX])
    generator = ScriptedGenerator(lambda request, index: ["Never rusts", "Rain"][index], likely=judging)
    project.opened = project.source  # the default model, of 135 million parameters
    brief = Brief(id="1", values={"product": "Rain barrel", "facts": ["holds 200 litres"]})
    (artifact,) = project.pipeline(generator).write(project.content_type("shop/lines"), [brief])
    assert any(request.judge for request in generator.requests) is asked
    assert (artifact.fields["lines"] != ["holds 200 litres"]) is asked
    assert artifact.status == "accepted"
    assert artifact.suggestions, "ranked all the same"


BESIDES = "{by: [longer], judge: [judged], floor: 0, suggest: 2}"


def test_scorers_of_a_judge_are_asked_where_another_model_judges_only(make_project: Any, server: Any) -> None:
    lines = ("Never rusts", "Rain is in")

    def written(**options: str) -> tuple[Artifact, list[bool]]:
        project = project_with(make_project, BESIDES, **options)
        generator = ScriptedGenerator(lambda request, index: lines[index], likely=likes_rain_itself)
        brief = Brief(id="1", values={"product": "Rain barrel", "facts": ["holds 200 litres"]})
        (artifact,) = project.pipeline(generator).write(project.content_type("shop/lines"), [brief])
        return artifact, [request.judge for request in generator.requests]

    alone, asked = written()
    assert alone.fields["lines"] == ["Never rusts"] and not any(asked)
    there = {**ON, "judge.base_url": server.url}
    judged, asked = written(**there)
    assert judged.fields["lines"] == ["Rain is in"] and asked.count(True) == 2 * 2 * 2
    assert [one.text for one in judged.suggestions] == ["Never rusts"]


def likes_rain_itself(request: Request) -> float:
    asked = request.prompt.messages[-1].content
    return -0.1 if (request.given == "Yes") == (("Rain is in" in asked) == ("editor" in asked)) else -3.0


def test_what_a_judge_refuses_does_not_stand_by_itself(make_project: Any, server: Any) -> None:
    project = project_with(make_project, BESIDES, **ON, **{"judge.base_url": server.url})
    generator = ScriptedGenerator(["Never rusts", "Ever so nice"], likely=likes_rain_itself)
    brief = Brief(id="1", values={"product": "Rain barrel", "facts": ["holds 200 litres"]})
    (artifact,) = project.pipeline(generator).write(project.content_type("shop/lines"), [brief])
    assert artifact.fields["lines"] == ["holds 200 litres"] and len(artifact.suggestions) == 2


def test_the_writer_goes_on_before_the_judge_is_waited_for() -> None:
    steps: list[str] = []

    class Noted(ScriptedGenerator):
        def step(self) -> Any:
            steps.append("writer" if self is writer else "judge")
            return super().step()

    writer, judge = Noted(["text"]), Noted([], likely=judging)
    generator = WithJudge(writer, judge)
    prompt = Prompt(messages=(Message(role="user", content="x"),))
    generator.submit(Request(id="1", prompt=prompt))
    generator.submit(Request(id="2", prompt=prompt, given="Yes", judge=True))
    generator.step()
    assert steps == ["writer", "judge"]


def test_texts_are_scored_by_the_writer_where_it_can() -> None:
    class Scoring(ScriptedGenerator):
        def score(self, asked: Any) -> list[str]:
            return ["scored"]

    judge = ScriptedGenerator([], likely=judging)
    assert scoring(WithJudge(Scoring([]), judge)).score([]) == ["scored"]
    with pytest.raises(UsageError, match="cannot say how likely a text is"):
        scoring(WithJudge(ScriptedGenerator([]), judge))


def test_judged_is_a_generator_of_two() -> None:
    writer, judge = ScriptedGenerator(["text", "more"], capacity=3), ScriptedGenerator([], likely=judging)
    generator = WithJudge(writer, judge, adapter="lora")
    prompt = Prompt(messages=(Message(role="user", content="x"),))
    generator.submit(Request(id="1", prompt=prompt))
    generator.submit(Request(id="2", prompt=prompt, given="Yes", judge=True, adapter="the writer's"))
    generator.submit(Request(id="3", prompt=prompt, given="No", judge=True))
    assert generator.capacity == 3
    assert judge.requests[0].adapter == "lora"
    generator.cancel("3")
    events = [event for _ in range(3) for event in generator.step()]
    assert {(event.request_id, event.finish_reason) for event in events} == {
        ("1", "stop"), ("2", "stop"), ("3", "cancelled"),
    }  # fmt: skip
    generator.close()
    assert writer.closed
    assert judge.closed
