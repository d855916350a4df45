"""No expression reads a file, and no template one outside its own folders: by its name, step by step, or by a link."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aigc.asking.samples import sample_briefs
from aigc.content import evaluate, make_environment
from aigc.content.environment import BUNDLED
from aigc.errors import ContentTypeError, NotFound
from aigc.project import Project
from aigc.types import Brief
from aigc.writing.item import items_of
from aigc.writing.sheet import Setup, Sheet

LINE = """
aigc: 1
name: shop/line
summary: A line.
brief: {product: {type: string}, facts: {type: array, items: {type: string}, default: []}}
%s
prompt: line.j2
output: {type: string, limit: {chars: 60}}
"""
STAGED = """
aigc: 1
name: shop/line
summary: A line.
brief: {product: {type: string}, facts: {type: array, items: {type: string}, default: []}}
stages:
  lines:
    foreach: "%(foreach)s"
    prompt: line.j2
    output: {type: string, fallback: "%(fallback)s"}
    checks: [forbidden_words: {words: ["%(option)s"]}]
output:
  text: {type: string, from: "%(from)s"}
"""
FINE = {"foreach": "facts", "fallback": "{{ item }}", "option": "{{ item }}", "from": "{{ stages.lines | join }}"}
READING = [
    "{%% include '%s' %%}{{ product }}",
    "{%% import '%s' as x %%}{{ product }}",
    "{%% extends '%s' %%}{{ product }}",
]
READING += [
    "{%% from '%s' import x %%}{{ product }}",
    "{%% if product %%}{%% include ['%s'] ignore missing %%}{%% endif %%}{{ 1 }}",
]
TASK = "{%% extends 'base.j2' %%}{%% block task %%}%s{%% endblock %%}"
Make = Callable[..., Project]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path.parent / f"{tmp_path.name}-secret.txt"
    path.write_text("S3CRET")
    return path


@pytest.mark.parametrize("reading", READING)
def test_an_expression_reads_no_file(reading: str, secret: Path) -> None:
    with pytest.raises(ContentTypeError, match="an expression reads no file"):
        evaluate(make_environment(), reading % secret, {"product": "Mug"})


@pytest.mark.parametrize("place", FINE)
@pytest.mark.parametrize("reading", READING[:3])
def test_nor_does_one_of_a_content_type(place: str, reading: str, secret: Path, make_project: Make) -> None:
    words = FINE | {place: (reading % secret).replace("product", "item" if place != "foreach" else "facts")}
    project = make_project({"templates/shop/line.yaml": STAGED % words, "templates/shop/line.j2": TASK % "{{ item }}"})
    with pytest.raises(ContentTypeError, match=r"line.yaml:\d+: an expression reads no file"):
        project.content_type("shop/line")


def test_nor_does_one_of_the_policy(secret: Path, make_project: Make) -> None:
    words = f"{{% include '{secret}' %}}{{{{ product }}}}"
    files = {"templates/shop/line.yaml": LINE % "", "templates/shop/line.j2": TASK % "{{ product }}"}
    policy = f'policy: [forbidden_words: {{words: ["{words}"]}}]\n'
    with pytest.raises(ContentTypeError, match=r"aigc.yaml:1: policy: an expression reads no file"):
        make_project({**files, "aigc.yaml": policy}).content_type("shop/line")


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{% include '../../aigc.yaml' %}", "line.j2:1: '../../aigc.yaml' leads out"),
        ("{% include '%s' %}", "line.j2:1: .* leads out"),
        ("{% import '../aigc.yaml' as x %}", "line.j2:1: '../aigc.yaml' leads out"),
        ("{% include product %}", "line.j2:1: a template is named by plain text"),
        ("{% include 'up.j2' %}", "up.j2:1: no template 'aigc.yaml'"),
        ("{% include 'link.j2' %}", r"line.j2:1: .*link.j2 leads out of .*templates"),
        ("{% include 'far/link.txt' %}", r"line.j2:1: .*link.txt leads out of .*templates"),
    ],
)
def test_a_template_reads_nothing_outside(
    template: str, why: str, secret: Path, make_project: Make, tmp_path: Path
) -> None:
    text = template.replace("%s", str(secret))
    files = {
        "templates/shop/line.yaml": LINE % "",
        "templates/shop/line.j2": "{% extends 'base.j2' %}{% block task %}" + text + "{{ product }}{% endblock %}",
        "templates/up.j2": "{% include 'aigc.yaml' %}",
    }
    project = make_project(files)
    (tmp_path / "templates/shop/link.j2").symlink_to(secret)
    (tmp_path / "templates/shop/far").symlink_to(secret.parent)
    (secret.parent / "link.txt").write_text("S3CRET")
    with pytest.raises(ContentTypeError, match=why):
        project.content_type("shop/line")


def test_a_link_within_the_folder_is_followed(make_project: Make, tmp_path: Path) -> None:
    files = {"templates/shop/line.yaml": LINE % "", "templates/shop/line.j2": TASK % "{% include 'link.j2' %}"}
    project = make_project({**files, "templates/base/real.j2": "{{ product }}!"})
    (tmp_path / "templates/shop/link.j2").symlink_to(tmp_path / "templates/base/real.j2")
    setup = Setup(content_type=project.content_type("shop/line"), environment=project.environment)
    (item,) = items_of(setup.stages[0], Sheet(setup=setup, brief=Brief(id="1", values={"product": "Mug"})))
    assert item.prompt().messages[-1].content == "Mug!"


@pytest.mark.parametrize("linked", ["shop/line.yaml", "shop/read.txt", "shop/briefs/line.csv"])
def test_no_other_file_of_a_type_is_a_link_that_leads_out(linked: str, make_project: Make, tmp_path: Path) -> None:
    text = LINE % ("reads: [read.txt]" if "read" in linked else "")
    files = {"templates/shop/line.yaml": text, "templates/shop/line.j2": TASK % "{{ product }}"}
    project = make_project({**files, "templates/shop/read.txt": "", "templates/shop/briefs/line.csv": "product\nMug\n"})
    place = tmp_path / "templates" / linked
    elsewhere = tmp_path.parent / f"{tmp_path.name}-elsewhere"
    elsewhere.mkdir()
    place.rename(elsewhere / place.name)
    place.symlink_to(elsewhere / place.name)
    with pytest.raises((ContentTypeError, NotFound), match=r"is a link that leads out of"):
        sample_briefs(project.content_type("shop/line"))


def test_a_type_named_by_its_path_may_be_a_link(make_project: Make, tmp_path: Path) -> None:
    project = make_project({"away/shop/line.yaml": LINE % "", "here/shop/line.j2": TASK % "{{ product }}"})
    (tmp_path / "here/shop/line.yaml").symlink_to(tmp_path / "away/shop/line.yaml")
    assert project.content_type(str(tmp_path / "here/shop/line.yaml")).name == "shop/line"


def test_what_no_content_type_has_is_not_loaded(secret: Path) -> None:
    environment = make_environment()
    for name in (str(secret), "../../../../../../../../etc/hostname", str(BUNDLED / "base.j2")):
        with pytest.raises(Exception, match=r"is no template of a content type|leads out of|hostname"):
            environment.get_template(name)
    assert environment.get_template("base.j2")


@pytest.mark.parametrize("name", ["line.j2", "part.j2"])
def test_a_template_in_another_encoding_is_named_with_its_line(name: str, make_project: Make, tmp_path: Path) -> None:
    files = {"templates/shop/line.yaml": LINE % "", "templates/shop/line.j2": TASK % "{% include 'part.j2' %}"}
    project = make_project(files)
    (tmp_path / "templates/shop" / name).write_bytes(b"Say\nM\xfcg")
    with pytest.raises(ContentTypeError, match=rf"{name}:2: byte 0xfc is not UTF-8"):
        project.content_type("shop/line")
