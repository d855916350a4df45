"""Reviewing over HTTP: who may, decisions with the rev that was read, conflicts, texts judged as one types, and no page
that runs what a text says."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message

from aigc.jobs import at_desk, read_artifacts
from aigc.project import Project
from aigc.serving.application import guarded
from aigc.serving.passes import Pass, Passes
from aigc.serving.review_pages import DOORS, ReviewPages
from aigc.serving.review_room import ReviewRoom
from aigc.serving.review_words import LANGUAGES, WORDS, language_of, words_in
from tests.serving.reviewing import FILES, Reviewer, reviewing, write_job

EVIL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><script>alert(1)",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
    "&lt;script&gt;",
]


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    return make_project(FILES)


@pytest.fixture
def folder(project: Project, tmp_path: Path) -> Path:
    write_job(project, tmp_path / "out", [("mug", "holds tea"), ("pot", "a cheap one"), ("pan", "flat")])
    return tmp_path / "out"


@pytest.fixture
def mei(project: Project, folder: Path) -> Iterator[Reviewer]:
    with reviewing(project, folder) as reviewer:
        yield reviewer


def test_a_piece_is_told_with_its_brief_findings_and_counts(mei: Reviewer) -> None:
    piece = mei.piece("01")
    assert piece["brief"] == [["product", ["pot"]], ["fact", ["a cheap one"]]]
    assert (piece["standpoint"], piece["status"]) == ("open", "flagged")
    first, second = piece["fields"][0]["texts"]
    assert (first["place"], first["length"], first["limit"], first["unit"]) == ("headlines[0]", 3, 30, "characters")
    assert second["parts"] == ["a ", ["warn", "cheap"], " one"]


def test_decisions_are_kept_in_their_owners_name(mei: Reviewer) -> None:
    assert mei.decide("00", do="approve").json["standpoint"] == "approved"
    edited = mei.decide("01", do="edit", field="headlines[1]", text="a good one").json
    assert (edited["standpoint"], edited["status"], edited["by"]) == ("edited", "accepted", "mei")
    assert mei.decide("02", do="reject", note="say more").json["note"] == "say more"


def test_the_files_of_the_folder_follow_when_the_server_ends(project: Project, folder: Path) -> None:
    with reviewing(project, folder) as mei:
        mei.decide("01", do="edit", field="headlines[1]", text="a good one")
        mei.decide("02", do="reject", note="say more")
    with (folder / "content.csv").open(newline="") as file:
        assert [row["product"] for row in csv.DictReader(file)] == ["mug", "pot"]
    assert read_artifacts(folder)[1].fields["headlines"] == ["pot", "a good one"]


def test_a_decision_on_a_piece_that_was_changed_tells_both_versions(mei: Reviewer) -> None:
    seen = mei.piece("00")["rev"]
    assert mei.decide("00", do="edit", field="headlines[0]", text="Mug").status == 200
    late = mei.decide("00", seen, do="edit", field="headlines[0]", text="Cup")
    assert late.status == 409 and late.json["error"]["code"] == "conflict"
    assert late.json["yours"]["text"] == "Cup"
    assert late.json["theirs"]["fields"][0]["texts"][0]["text"] == "Mug"
    assert late.headers["etag"] == f'"{late.json["theirs"]["rev"]}"'
    assert mei.decide("00", late.json["theirs"]["rev"], do="edit", field="headlines[0]", text="Cup").status == 200
    assert mei.ask("POST", "/api/review/out/piece?id=00", {"do": "approve"}).status == 428


def test_a_desk_elsewhere_makes_a_conflict_too(mei: Reviewer, project: Project, folder: Path) -> None:
    seen = mei.piece("00")["rev"]
    with at_desk(project, folder) as desk:
        desk.approve("00")
    assert mei.decide("00", seen, do="reject").status == 409


def test_a_text_is_judged_while_it_is_typed_and_nothing_is_kept(mei: Reviewer) -> None:
    def judged(text: str) -> dict[str, object]:
        told: dict[str, object] = mei.ask(
            "POST", "/api/review/out/judge", {"id": "00", "field": "headlines[0]", "text": text}
        ).json
        return told

    assert {name: judged("猫 mug")[name] for name in ("length", "limit", "stands")} == {
        "length": 5,
        "limit": 30,
        "stands": True,
    }
    doubt = judged("a cheap mug")
    assert doubt["stands"] and doubt["status"] == "flagged" and doubt["parts"] == ["a ", ["warn", "cheap"], " mug"]
    long = judged("m" * 31)
    assert not long["stands"] and "at most 30" in str(long["why"])
    assert not judged("  ")["stands"]
    assert mei.piece("00")["standpoint"] == "open"
    assert mei.ask("POST", "/api/review/out/judge", {"id": "00", "field": "x[9]", "text": "m"}).status == 422


def test_what_cannot_stand_is_refused_and_nothing_changes(mei: Reviewer) -> None:
    refused = mei.decide("00", do="edit", field="headlines[0]", text="m" * 31)
    assert refused.status == 422 and "at most 30" in refused.json["error"]["message"]
    assert mei.decide("00", do="take", field="headlines[0]", rank=1).status == 422
    assert mei.decide("00", do="restore", field="headlines[0]").status == 422
    assert mei.decide("00", do="dance").json["error"]["param"] == "do"
    assert mei.piece("00")["standpoint"] == "open"
    assert mei.ask("GET", "/api/review/out/piece?id=99").status == 404
    assert mei.ask("GET", "/api/review/in/piece?id=00").status == 404


def test_many_pieces_are_decided_of_at_once_each_with_its_rev(mei: Reviewer) -> None:
    revs = {one["id"]: one["rev"] for one in mei.ask("GET", "/api/review/out/pieces").json["pieces"]}
    mei.decide("01", do="edit", field="headlines[0]", text="Pot")
    told = mei.ask("POST", "/api/review/out/bulk", {"do": "approve", "pieces": {**revs, "99": "r"}}).json
    assert sorted(told["done"]) == ["00", "02"] and told["conflicts"] == ["01"] and [*told["refused"]] == ["99"]
    listed = mei.ask("GET", "/api/review/out/pieces?standpoint=approved&most=1").json
    assert [one["id"] for one in listed["pieces"]] == ["00"] and listed["many"] == 2
    assert mei.ask("GET", "/api/review").json == [{"job": "out", "counts": {"approved": 2, "edited": 1}}]
    assert mei.ask("GET", "/api/review/out/pieces?standpoint=lost").json["error"]["param"] == "standpoint"


def test_nobody_reviews_without_a_token_or_the_role(project: Project, folder: Path) -> None:
    with reviewing(project, folder) as mei:
        stranger = Reviewer(mei.server, "")
        for path in ("/api/review", "/api/review/out/pieces", "/api/review/out/piece?id=00"):
            assert stranger.ask("GET", path).status == 401
        page = stranger.ask("GET", "/review/out")
        assert page.status == 303 and page.headers["location"] == "/sign-in?next=%2Freview%2Fout"
        assert stranger.ask("POST", "/api/review/out/piece?id=00", {"do": "approve"}, if_match="r").status == 401
        for path in ("/sign-in", "/parts/review.js", "/parts/review.css"):
            assert stranger.ask("GET", path).status == 200
        assert stranger.ask("GET", "/parts/..%2Fguard.py").status == 404


def test_signing_in_gives_a_cookie_that_no_script_reads_and_no_other_site_sends(mei: Reviewer) -> None:
    stranger = Reviewer(mei.server, "")
    assert stranger.ask("POST", "/sign-in", {"token": "guess"}).status == 401
    answer = stranger.ask("POST", "/sign-in", {"token": mei.token})
    cookie = answer.headers["set-cookie"]
    assert answer.status == 200 and "HttpOnly" in cookie and "SameSite=strict" in cookie
    with_it = cookie.partition(";")[0]
    assert stranger.ask("GET", "/review/out", cookie=with_it).status == 200
    foreign = {"cookie": with_it, "sec_fetch_site": "cross-site", "if_match": "r"}
    assert stranger.ask("POST", "/api/review/out/piece?id=00", {"do": "approve"}, **foreign).status == 403
    form = {"cookie": with_it, "content_type": "text/plain"}
    assert stranger.ask("POST", "/sign-in", '{"token": "x"}', **form).status == 415


class Page(HTMLParser):
    """This reads which tags and attributes a page has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def test_no_text_becomes_a_tag_a_handler_or_an_address(project: Project, tmp_path: Path) -> None:
    write_job(project, tmp_path / "out", [(text, text) for text in EVIL])
    with reviewing(project, tmp_path / "out") as mei:
        for number, text in enumerate(EVIL):
            mei.decide(f"0{number}", do="reject", note=text)
            whole = mei.ask("GET", f"/review/out?piece=0{number}&q=&lang=en")
            found = Page(whole.body.decode())
            assert "img" not in found.tags and "svg" not in found.tags and found.tags.count("script") == 1
            assert not found.handlers
            assert all(one.startswith(("/", "#", "data:,")) for one in found.addresses)
            assert "default-src 'none'" in whole.headers["content-security-policy"]
        evil = mei.ask("GET", "/review/out?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").body.decode()
        assert "<script>alert" not in evil


def test_pages_speak_english_and_chinese(mei: Reviewer) -> None:
    page = mei.ask("GET", "/review/out", accept_language="zh-CN,zh;q=0.9").body.decode()
    assert '<html lang="zh">' in page and "通过" in page
    chosen = mei.ask("GET", "/review/out?lang=en", accept_language="zh-CN")
    assert '<html lang="en">' in chosen.body.decode() and "aigc-language=en" in chosen.headers["set-cookie"]
    assert language_of("", "fr, zh-TW;q=0.8") == "zh" and language_of("xx", "") == "en"
    assert all(len(one) == len(LANGUAGES) and all(one) for one in WORDS.values())
    assert words_in("xx") == words_in("en")


def test_pages_are_whole_without_a_script(mei: Reviewer) -> None:
    page = mei.ask("GET", "/review/out?status=flagged").body.decode()
    assert 'a <mark class="warn">cheap</mark> one' in page and page.count("<li ") == 1
    assert mei.ask("GET", "/review").headers["location"] == "/review/out"
    empty = mei.ask("GET", "/review/out?q=nothing+like+it").body.decode()
    assert "No piece is like that." in empty


def test_a_batch_that_writes_there_is_told(mei: Reviewer, project: Project, folder: Path) -> None:
    from aigc.jobs.lock import only_run

    seen = mei.piece("00")["rev"]
    with only_run(folder):
        busy = mei.decide("00", seen, do="approve")
    assert busy.status == 503 and "writing here" in busy.json["error"]["message"]
    assert mei.decide("00", seen, do="approve").status == 200


def test_who_may_only_write_may_not_review(project: Project, folder: Path) -> None:
    shop = Pass(name="shop", token="w" * 20, role="write")
    room = ReviewRoom(project, [folder])
    try:
        app = guarded(ReviewPages(room=room, passes=Passes([shop])).routes(), Passes([shop]), doors=DOORS)
        assert asyncio.run(status_of(app, "/api/review", shop.token)) == 403
        assert asyncio.run(status_of(app, "/review/out", shop.token)) == 403
    finally:
        room.close()


async def status_of(app: ASGIApp, path: str, token: str) -> int:
    """This asks an application without a server."""
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        told.append(message)

    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {token}".encode())]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers, "scheme": "http"}
    await app({**scope, "http_version": "1.1", "server": ("localhost", 80), "raw_path": path.encode()}, receive, send)
    return int(told[0]["status"])
