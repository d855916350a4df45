"""A session: pieces of many types at once, from any thread, each told of once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from aigc import Artifact, Asset, Brief, Completion, Draft, Project, Request, Session, hookimpl, postprocessor
from aigc.content import ContentType
from aigc.errors import NotFound
from aigc.testing import ScriptedGenerator
from aigc.types import About, Delta
from aigc.writing.sheet import Setup

from . import second_face

LINE = """
aigc: 1
name: shop/line
summary: A line.
brief:
  product: {type: string}
prompt: line.j2
output: {type: string, limit: {chars: 40}}
checks: [limits]
repair: {attempts: 1}
"""
PARTS = """
aigc: 1
name: shop/parts
summary: A line for each letter, then one for all.
brief:
  product: {type: string}
stages:
  letters:
    foreach: product | list
    prompt: letter.j2
    output: {type: string}
  whole:
    prompt: whole.j2
    output: {type: string}
output:
  text: {type: string, from: "{{ stages.whole }}"}
"""
TASK = "{% extends 'base.j2' %}{% block task %}%s{% endblock %}"
FILES = {
    "templates/shop/line.yaml": LINE,
    "templates/shop/line.j2": TASK.replace("%s", "{{ product }}"),
    "templates/shop/parts.yaml": PARTS,
    "templates/shop/letter.j2": TASK.replace("%s", "{{ item }}"),
    "templates/shop/whole.j2": TASK.replace("%s", "{{ stages.letters | join }}"),
}
TYPES = ("shop/line", "shop/parts")


def answer(request: Request, index: int) -> str:
    return f"Buy {request.prompt.messages[-1].content}"


def brief(name: str, product: str = "mug") -> Brief:
    return Brief(id=name, values={"product": product})


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project(FILES)


def drained(session: Session) -> list[Artifact]:
    found = []
    while session.busy:
        found += session.step()
    return found


def test_pieces_of_several_types_share_one_batch(project: Project) -> None:
    generator = ScriptedGenerator(answer, capacity=8, lump=8)
    session = project.session(generator)
    for name in TYPES:
        session.submit(project.content_type(name), brief(name, "ab"))
    session.step()
    assert [request.about for request in generator.requests] == [
        About(brief="shop/line", stage="main", item=0, attempt=0),
        About(brief="shop/parts", stage="letters", item=0, attempt=0),
        About(brief="shop/parts", stage="letters", item=1, attempt=0),
        About(brief="shop/parts", stage="whole", item=0, attempt=0),
    ]
    (parts,) = drained(session)
    assert parts.fields == {"text": "Buy Buy aBuy b"}


def test_nothing_is_asked_before_the_generator_has_room(project: Project) -> None:
    generator = ScriptedGenerator(answer, capacity=2, lump=1)
    session = project.session(generator)
    for at in range(5):
        session.submit(project.content_type("shop/line"), brief(str(at)))
    assert not generator.requests, "submit leaves a note and no more"
    assert not session.begin() and len(generator.requests) == 2
    assert [piece.id for piece in session.step()] == ["0"]
    assert not session.begin() and len(generator.requests) == 3
    assert [piece.id for piece in drained(session)] == ["1", "2", "3", "4"]


def test_a_cancelled_piece_does_not_come_back_whether_begun_or_not(project: Project) -> None:
    generator = ScriptedGenerator(answer, capacity=2, lump=1)
    session = project.session(generator)
    for at in range(4):
        session.submit(project.content_type("shop/line"), brief(str(at)))
    session.begin()
    session.cancel("1")
    session.cancel("3")
    assert [piece.id for piece in drained(session)] == ["0", "2"]
    assert [request.about.brief for request in generator.requests if request.about] == ["0", "1", "2"]


def test_closing_drops_all_and_leaves_the_generator_to_its_opener(project: Project) -> None:
    generator = ScriptedGenerator(answer, capacity=1, lump=1)
    session = project.session(generator)
    for at in range(3):
        session.submit(project.content_type("shop/parts"), brief(str(at), "ab"))
    session.step()
    session.close()
    session.close()
    assert not session.busy and not generator.closed
    session.submit(project.content_type("shop/line"), brief("late"))
    assert [piece.id for piece in drained(session)] == ["late"], "what was cancelled is nobody's any more"


def test_a_watcher_sees_what_each_text_is_for(project: Project) -> None:
    seen: list[tuple[About, str]] = []
    watcher = SimpleNamespace(
        delta=lambda about, delta: seen.append((about, delta.text)), written=lambda stage, index, value: None
    )
    session = project.session(ScriptedGenerator(answer))
    session.submit(project.content_type("shop/line"), brief("one"), watcher)
    drained(session)
    assert seen == [(About(brief="one", stage="main"), "Buy mug")]


def test_plugins_hear_of_each_piece_once_in_the_order_they_finish(project: Project) -> None:
    heard: list[str] = []

    class Observer:
        @hookimpl
        def aigc_artifact(self, artifact: Artifact) -> None:
            heard.append(artifact.id)

    project.registry.add(Observer(), "observer")
    session = project.session(ScriptedGenerator(answer, capacity=2))
    for at in range(3):
        session.submit(project.content_type("shop/line"), brief(str(at)))
    told = [piece.id for piece in drained(session)]
    assert heard == told == ["0", "1", "2"]


class Distracted:
    """This is a generator that answers some requests twice over, as one that was cancelled may."""

    capacity = 4

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def submit(self, request: Request) -> None:
        self.requests.append(request)

    def step(self) -> list[Completion | Delta]:
        return [Completion(request_id=one.id, text=answer(one, 0)) for one in self.requests]

    def cancel(self, request_id: str) -> None:
        pass

    def close(self) -> None:
        pass


def test_an_answer_nobody_waits_for_is_passed_over(project: Project) -> None:
    session = project.session(Distracted())
    session.submit(project.content_type("shop/parts"), brief("one", "ab"))
    assert [piece.fields for piece in drained(session)] == [{"text": "Buy Buy aBuy b"}]


def test_a_candidate_that_comes_twice_stands_for_no_other(make_project: Callable[..., Project]) -> None:
    class Twice(ScriptedGenerator):
        def step(self) -> list[Completion | Delta]:
            return [event for event in super().step() for _ in range(2)]

    def longer(request: Request, index: int) -> str:
        return "far too long for what it is to say" * 2 if index == 0 else answer(request, index)

    typed = LINE.replace("attempts: 1", "attempts: 0").replace("repair:", "candidates: 2\nrepair:")
    project = make_project({**FILES, "templates/shop/line.yaml": typed})
    session = project.session(Twice(longer))
    session.submit(project.content_type("shop/line"), brief("one"))
    assert [piece.fields for piece in drained(session)] == [{"text": "Buy mug"}]


def test_a_second_face_feeds_it_from_two_threads_and_cancels_at_random(project: Project) -> None:
    crowds = [[brief(f"{crowd}-{at}", "abc"[: 1 + at % 3]) for at in range(200)] for crowd in "xy"]
    generator = ScriptedGenerator(answer, capacity=8, lump=3)
    face = second_face.run(project, generator, TYPES, crowds)
    written = {piece.id: piece for piece in face.written}
    assert len(written) == len(face.written), "a piece came back twice"
    asked = {one.id for crowd in crowds for one in crowd}
    assert written.keys() | face.dropped == asked and 40 < len(face.dropped) < 200
    for at, name in enumerate(TYPES):
        wanted = [one for crowd in crowds for one in crowd[at::2] if one.id in written]
        alone = project.pipeline(ScriptedGenerator(answer)).write(project.content_type(name), wanted)
        assert {piece.id: piece.fields for piece in alone} == {one.id: written[one.id].fields for one in wanted}


def test_a_watcher_or_listener_that_breaks_costs_no_piece(make_project: Callable[..., Project]) -> None:
    def breaks(*given: object) -> None:
        raise ConnectionError("went away")

    project = make_project(FILES)
    session = project.session(ScriptedGenerator(answer, capacity=4, lump=4))
    session._finished = breaks
    for at in range(6):
        watcher = SimpleNamespace(delta=breaks, written=lambda stage, index, value: None) if at == 2 else None
        session.submit(project.content_type("shop/line"), brief(str(at)), watcher)
    assert [piece.id for piece in drained(session)] == ["0", "1", "2", "3", "4", "5"]


def test_a_type_that_cannot_be_set_up_fails_its_piece_alone(project: Project) -> None:
    def setup(content_type: ContentType) -> Setup:
        if content_type.name == "shop/parts":
            raise NotFound("no adapter")
        return Setup(content_type=content_type, environment=project.environment)

    session = Session(ScriptedGenerator(answer), setup)
    for name in TYPES:
        session.submit(project.content_type(name), brief(name, "ab"))
    pieces = {piece.id: (piece.status, piece.reason) for piece in drained(session)}
    assert pieces == {"shop/line": ("accepted", ""), "shop/parts": ("failed", "no adapter")}


def test_a_type_that_was_loaded_anew_is_set_up_anew(project: Project) -> None:
    assert project.folder is not None
    session = project.session(ScriptedGenerator(answer))
    session.submit(project.content_type("shop/line"), brief("one"))
    drained(session)
    (project.folder / "templates/shop/line.yaml").write_text(LINE.replace("chars: 40", "chars: 4"))
    session.submit(project.content_type("shop/line"), brief("two"))
    assert [piece.status for piece in drained(session)] == ["rejected"]


class Listening(ScriptedGenerator):
    """This is a generator that notes what it is told to cancel."""

    def __init__(self) -> None:
        super().__init__(answer, capacity=4, lump=1)
        self.dropped: list[str] = []

    def cancel(self, request_id: str) -> None:
        self.dropped.append(request_id)
        super().cancel(request_id)


def test_the_generator_is_told_what_is_cancelled_or_closed(project: Project) -> None:
    generator = Listening()
    session = project.session(generator)
    session.submit(project.content_type("shop/parts"), brief("one", "ab"))
    session.begin()
    session.cancel("one")
    session.begin()
    assert sorted(generator.dropped) == sorted(request.id for request in generator.requests)
    session.submit(project.content_type("shop/line"), brief("two"))
    session.close()
    assert not session.busy and session.step() == [], "what was only in the inbox is dropped too"


class Unordered(ScriptedGenerator):
    """This is a generator whose candidates come back last first."""

    def step(self) -> list[Completion | Delta]:
        return list(reversed(super().step()))


def test_candidates_are_judged_in_their_order_however_they_come(make_project: Callable[..., Project]) -> None:
    files = {**FILES, "templates/shop/line.yaml": LINE.replace("repair:", "candidates: 3\nrepair:")}
    project = make_project(files)
    session = project.session(Unordered(lambda request, index: f"line {index}"))
    session.submit(project.content_type("shop/line"), brief("one"))
    assert [piece.fields for piece in drained(session)] == [{"text": "line 0"}], "the first of equals"


def test_files_that_a_stage_adds_belong_to_the_piece(project: Project) -> None:
    @postprocessor(name="stamp")
    def stamp(draft: Draft) -> Draft:
        """Add a file named after the item."""
        return replace(draft, assets=(*draft.assets, Asset.of(f"{draft.item}.txt", "text/plain", b"x")))

    assert project.folder is not None
    project.registry.add(type("Plugin", (), {"aigc_postprocessors": hookimpl(lambda self: [stamp])})(), "stamp")
    parts = PARTS.replace("    prompt: letter.j2\n", "    prompt: letter.j2\n    postprocess: [stamp]\n")
    (project.folder / "templates/shop/parts.yaml").write_text(parts)
    session = project.session(ScriptedGenerator(answer))
    session.submit(project.content_type("shop/parts"), brief("one", "ab"))
    (piece,) = drained(session)
    assert [asset.name for asset in piece.assets] == ["a.txt", "b.txt"]


def test_a_generator_that_breaks_leaves_nobody_waiting(project: Project) -> None:
    class Broken(ScriptedGenerator):
        def submit(self, request: Request) -> None:
            if len(self.requests) == 1:
                self.requests.append(request)
                raise RuntimeError("out of paper")
            super().submit(request)

    session = project.session(Broken(answer, capacity=8, lump=8))
    for at in range(3):
        session.submit(project.content_type("shop/line"), brief(str(at)))
    with pytest.raises(RuntimeError, match="out of paper"):
        session.step()
    assert {piece.id: piece.status for piece in drained(session)} == {"0": "accepted", "1": "failed", "2": "accepted"}
