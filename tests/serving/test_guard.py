from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from aigc.serving import guard
from aigc.serving.guard import Bounds
from aigc.serving.refusals import pathless
from tests.serving.listening import TOKENS, Listening

ROUTES = [
    ("GET", "/v1/models"),
    ("GET", "/v1/models/tiny"),
    ("POST", "/v1/chat/completions"),
    ("POST", "/v1/completions"),
    ("POST", "/v1/responses"),
    ("GET", "/api/types"),
    ("GET", "/api/types/shop/item"),
    ("POST", "/api/pieces"),
    ("GET", "/api/jobs"),
    ("POST", "/api/jobs"),
    ("GET", "/api/jobs/x/files/content.csv"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),
    ("GET", "/no/such/route"),
]
HOST = "Host: localhost\r\n"
JSON = "Content-Type: application/json\r\n"


def pass_of(role: str) -> str:
    return f"Authorization: Bearer {TOKENS[role]}\r\n"


@pytest.fixture
def server(listen: Callable[..., Listening]) -> Listening:
    return listen()


def test_nothing_but_health_answers_without_a_token(server: Listening) -> None:
    assert server.send(f"GET /health HTTP/1.1\r\n{HOST}\r\n")[0] == 200
    for method, path in ROUTES:
        for given in ("", "Authorization: Bearer wrong-token-of-nobody\r\n", "Cookie: aigc=wrong\r\n"):
            status, told = server.send(f"{method} {path} HTTP/1.1\r\n{HOST}{given}\r\n")
            assert (status, method, path) == (401, method, path)
            assert b"www-authenticate: Bearer" in told


def test_every_route_that_there_is_is_tried_above(server: Listening) -> None:
    described = server.call("/openapi.json").json()["paths"]
    tried = {path for _, path in ROUTES}
    beginnings = {"/api/jobs/{id}", "/health"}
    for path in described:
        fixed = path.partition("{")[0].rstrip("/")
        assert any(one.startswith(fixed) for one in tried) or path in beginnings, path


def test_each_path_asks_for_its_role(server: Listening) -> None:
    may = {
        "/v1/models": ("write", "review", "admin"),
        "/api/types": ("write", "review", "admin"),
        "/api/review/x": ("review", "admin"),
        "/api/jobs": ("admin",),
        "/api/jobs/x": ("admin",),
        "/metrics": ("admin",),
    }
    for path, roles in may.items():
        for role in TOKENS:
            assert (server.call(path, role=role).status_code != 403) == (role in roles), (path, role)
    assert server.call("/api/jobsx", role="write").status_code == 404  # another path


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8765", 200),
        ("localhost.", 200),
        ("localhost.:8765", 200),
        ("127.0.0.1:1", 200),
        ("[::1]", 200),
        ("[::1]:8765", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost@evil.example", 421),
        ("evil.example#localhost", 421),
        ("[::2]", 421),
        ("[::1", 421),
        ("0.0.0.0", 421),
        ("", 421),
    ],
)
def test_a_name_that_is_rebound_to_this_machine_is_refused(server: Listening, host: str, status: int) -> None:
    assert server.send(f"GET /v1/models HTTP/1.1\r\nHost: {host}\r\n{pass_of('admin')}\r\n")[0] == status


def test_two_hosts_and_none_are_refused(server: Listening) -> None:
    twice = f"GET /health HTTP/1.1\r\n{HOST}Host: evil.example\r\n\r\n"
    assert server.send(twice)[0] == 400
    assert server.send("GET /health HTTP/1.0\r\n\r\n")[0] == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ("Sec-Fetch-Site: same-origin", 200),
        ("Sec-Fetch-Site: none", 200),
        ("Sec-Fetch-Site: cross-site", 403),
        ("Sec-Fetch-Site: same-site", 403),
        ("Origin: http://localhost", 200),
        ("Origin: http://localhost:9", 403),
        ("Origin: http://evil.example", 403),
        ("Origin: null", 403),
        ("Origin: http://[", 403),
    ],
)
def test_a_page_of_another_site_is_refused(server: Listening, headers: str, status: int) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "tea"}]})
    call = f"{HOST}{headers}\r\n{pass_of('write')}{JSON}Content-Length: {len(body)}\r\n\r\n{body}"
    assert server.send(f"POST /v1/chat/completions HTTP/1.1\r\n{call}")[0] == status


def test_a_body_must_be_json(server: Listening) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        told = f"Content-Type: {kind}\r\n" if kind else ""
        for length in ("Content-Length: 2\r\n\r\n{}", "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"):
            status, _ = server.send(f"POST /api/pieces HTTP/1.1\r\n{HOST}{pass_of('write')}{told}{length}")
            assert status == 415
    cookie = f"Cookie: aigc={TOKENS['write']}\r\n"
    assert server.send(f"POST /api/pieces HTTP/1.1\r\n{HOST}{cookie}Content-Length: 2\r\n\r\n{{}}")[0] == 415
    fine = f"POST /api/pieces HTTP/1.1\r\n{HOST}{cookie}{JSON}Content-Length: 2\r\n\r\n{{}}"
    assert server.send(fine)[0] == 400  # of a piece: it is let in


def test_a_body_that_is_too_long_is_refused_told_or_chunked(server: Listening) -> None:
    most = Bounds().body
    begin = f"POST /api/pieces HTTP/1.1\r\n{HOST}{pass_of('write')}{JSON}"
    for length in (f"{most + 1}", "9" * 40):
        assert server.send(f"{begin}Content-Length: {length}\r\n\r\n")[0] in (413, 400)
    assert server.send(f"{begin}Content-Length: {most + 1}\r\n\r\n")[0] == 413
    block = b"%x\r\n%s\r\n" % (1 << 20, b"1" * (1 << 20))
    status, _ = server.send(f"{begin}Transfer-Encoding: chunked\r\n\r\n".encode() + block * 9)
    assert status == 413
    job = f"POST /api/jobs HTTP/1.1\r\n{HOST}{pass_of('admin')}{JSON}Content-Length: {most + 1}\r\n\r\n"
    whole = job.encode() + b'{"x": "' + b"1" * (most - 8) + b'"}'
    assert server.send(whole)[0] == 400  # rows may be many


def test_headers_that_are_too_long_are_refused(server: Listening) -> None:
    assert server.send(f"GET /health HTTP/1.1\r\n{HOST}X: {'x' * (1 << 17)}\r\n\r\n")[0] == 400
    assert server.send(f"GET /{'x' * (1 << 17)} HTTP/1.1\r\n{HOST}\r\n")[0] == 400


@pytest.mark.parametrize(
    "path",
    [
        "/api/types/../../../../etc/passwd",
        "/api/types/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/api/types/..%2f..%2fetc%2fpasswd",
        "/api/types//etc/passwd",
        "/api/types/%00",
        "/api/types/templates/shop/item.yaml",
        "/api/types/./shop/item",
        "/api/jobs/..",
        "/api/jobs/%2e%2e/files/tokens.yaml",
        "/v1/models/../../etc/passwd",
        "//etc/passwd",
    ],
)
def test_no_path_from_a_client_reaches_a_file(server: Listening, path: str) -> None:
    status, told = server.send(f"GET {path} HTTP/1.1\r\n{HOST}{pass_of('admin')}\r\n")
    assert status == 404, told
    assert b"root:" not in told and TOKENS["write"].encode() not in told
    for type_ in ("../../etc/passwd", "/etc/passwd.yaml", "templates/shop/item.yaml"):
        assert server.call("/api/pieces", {"type": type_}).status_code == 404


def test_every_answer_has_the_headers_of_the_guard(server: Listening) -> None:
    for call in (server.call("/health"), server.call("/nowhere"), server.call("/v1/models", role="")):
        for name, value in guard.HEADERS.items():
            assert call.headers[name] == value


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("/home/me/shop/aigc.yaml:3: wrong", "aigc.yaml:3: wrong"),
        ("see ../shop/templates/x.yaml", "see x.yaml"),
        ("'/tmp/a b' is odd; /tmp/c/d.csv too", "'a b' is odd; d.csv too"),
        ("~/x/y.gguf: no file", "y.gguf: no file"),
        ("http://example.com/a/b is a link", "http://example.com/a/b is a link"),
        ("GET /v1 and 3/4 and and/or", "GET /v1 and 3/4 and and/or"),
        ("ads/google-search and </b/c>", "ads/google-search and </b/c>"),
    ],
)
def test_errors_name_files_without_their_folders(told: str, left: str) -> None:
    assert pathless(told) == left


def test_an_error_of_a_project_tells_no_folder(server: Listening) -> None:
    folder = server.running.works.project.folder
    assert folder is not None
    (folder / "templates/shop/broken.yaml").write_text("aigc: 1\nname: shop/broken\nsummary: [\n")
    server.running.works.project._files = None  # as when it starts
    server.running.service.project._files = None
    told = server.call("/api/types").text
    assert "broken.yaml" in told and str(folder) not in told and str(folder.parent) not in told
    assert str(folder) not in server.call("/api/types/shop/broken").text
