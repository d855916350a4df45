"""What a template may use, and where: refused at load, at the template's own line."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from aigc.content.environment import make_environment
from aigc.content.variables import check_expression, unknown_names
from aigc.errors import ContentTypeError

from .conftest import SIMPLE, STAGED, STAGED_TEMPLATES, Load

DONE = "{% block task %}x{% endblock %}"
HEAD = '{% extends "base.j2" %}\n'


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("Price:\n{{ prise }}", "line.j2:2: template uses 'prise', which no brief has; did you mean 'price'?"),
        ("{% if price and\n colour %}x{% endif %}", "line.j2:2: template uses 'colour', which no brief has; known: "),
        ("{{ item }}", "line.j2:1: template uses 'item', which no brief has"),
        ("{{ index }}", "line.j2:1: template uses 'index', which no brief has"),
        ("{{ stages.outline }}", "line.j2:1: there is no earlier stage 'outline'"),
        ("{{ product | uper }}", "line.j2:1: no filter named 'uper'; did you mean 'upper'?"),
        ("{% if product is strng %}x{% endif %}", "line.j2:1: no test named 'strng'; did you mean 'string'?"),
        ("a\n{% if product %}", "line.j2:2: Unexpected end of template"),
        ("a\n{% include 'gone.j2' %}", "line.j2:2: no template 'gone.j2'"),
        ("a\n{% include 'prt.j2' %}", "line.j2:2: no template 'prt.j2'; did you mean 'part.j2'?"),
        ("a\n{% include 'parts/inr.j2' %}", "line.j2:2: no template 'parts/inr.j2'; did you mean 'parts/inner.j2'?"),
        ("{% include '" + "x" * 300 + ".j2' %}", "line.j2:1: no template 'xxx"),
        ("{% include '" + "x" * 300 + "/a.j2' %}", "line.j2:1: no template 'xxx"),
        ("{% include 'a\0b.j2' %}", "line.j2:1: no template 'a"),
        ("{% extends 'bas.j2' %}", "line.j2:1: no template 'bas.j2'; did you mean 'base.j2'?"),
        ("a\n{% include '../x.j2' %}", "line.j2:2: '../x.j2' leads out of the content type's folder"),
        ("a\n{% include '/etc/passwd' %}", "line.j2:2: '/etc/passwd' leads out of the content type's folder"),
        ("a\n{% include product %}", "line.j2:2: a template is named by plain text"),
        ("a\n{% include 2.5.__class__ %}", "line.j2:2: a template is named by plain text"),
        ("a\n{% include ['x'[2.5]] %}", "line.j2:2: a template is named by plain text"),
        ("{{ product if 'ab'[2.5] else product }}", "line.yaml:9: str object has no element 2.5"),
        ("", "line.yaml:9: 'line.j2' is empty"),
        ("\0\u200b\n", "line.yaml:9: 'line.j2' is empty"),
        ("{# For later. #}\n", "line.yaml:9: 'line.j2' is empty"),
        (HEAD + "{% block task %}\n{% endblock %}", "line.yaml:9: 'line.j2' fills no block `task`"),
        (HEAD + "{% block system %}x{% endblock %}", "line.yaml:9: 'line.j2' fills no block `task`"),
        (
            HEAD + "{% block system %}\nFor {{ product }}\n{% endblock %}" + DONE,
            "line.j2:3: 'product' stands before the block `task`; only `language` and `shots` are known there",
        ),
        (
            HEAD + "{% set tone = product %}{% block system %}{{ tone }}{% endblock %}" + DONE,
            "line.j2:2: 'tone' stands before the block `task`",
        ),
        (
            HEAD + "{% block examples %}{% for fact in facts %}x{% endfor %}{% endblock %}" + DONE,
            "line.j2:2: 'facts' stands before the block `task`",
        ),
        (
            HEAD + "{% block system %}{% include 'part.j2' %}{% endblock %}" + DONE,
            "part.j2:2: 'product' stands before the block `task`",
        ),
        ("{% from 'macros.j2' import bad %}{{ bad() }}", "macros.j2:2: template uses 'product', which no brief has"),
        ("{% extends 'frame.j2' %}" + DONE, "frame.j2:1: template uses 'colour'"),
    ],
)
def test_refused(load: Load, tmp_path: Path, template: str, message: str) -> None:
    templates = {
        "line.j2": template,
        "part.j2": "Part\n{{ product }}",
        "parts/inner.j2": "Inside",
        "macros.j2": "{% macro good(x) %}{{ x }}{% endmacro %}\n{% macro bad() %}{{ product }}{% endmacro %}",
        "frame.j2": "{% block task %}{{ colour }}{% endblock %}",
    }
    with pytest.raises(ContentTypeError) as caught:
        load(SIMPLE, templates=templates)
    assert str(caught.value).startswith(f"{tmp_path}/shop/{message}")


@pytest.mark.parametrize(
    "template",
    [
        "{{ product }} {{ price }} {{ language }} {{ calls(language) | join }} {{ range(3) | list }}",
        "{% for fact in facts or [] %}{{ loop.index }} {{ fact }}{% endfor %}",
        "{% set name = product | upper %}{{ name }}",
        "{% macro line(x) %}{{ x }} {{ product }}{% endmacro %}{{ line('a') }}",
        "{% from 'macros.j2' import good %}{{ good(product) }}",
        "{% import 'macros.j2' as m %}{{ m.good(product) }}",
        "{% for fact in facts or [] %}{% include 'fact.j2' %}{% endfor %}",
        HEAD + "{% block system %}{{ {'en': 'Write', 'zh': '写'}[language] }}{% endblock %}" + DONE,
        HEAD + "{% set tone = 'in ' ~ language %}{% block system %}{{ tone }}{% endblock %}" + DONE,
        HEAD + "{% from 'macros.j2' import good %}{% block system %}{{ good('x') }}{% endblock %}" + DONE,
        HEAD + "{% block system %}{% for x in [1, 2] %}{{ x }}{% endfor %}{% endblock %}" + DONE,
        HEAD + "{% block examples %}{{ shot('a', 'b') }}{{ super() }}{% endblock %}" + DONE,
        HEAD + "{% set upper = product %}{% block task %}{{ upper }}{% endblock %}",
    ],
)
def test_allowed(load: Load, template: str) -> None:
    templates = {
        "line.j2": template,
        "macros.j2": "{% macro good(x) %}{{ x }}{% endmacro %}",
        "fact.j2": "{{ fact }}",
    }
    assert load(SIMPLE, templates=templates).stages[0].template.endswith("line.j2")


def test_item_goes_with_foreach_and_stages_with_what_ran_before(load: Load) -> None:
    assert load(STAGED, templates=STAGED_TEMPLATES)
    for name, text, message in [
        ("title.j2", "{{ item }}", "title.j2:1: template uses 'item'"),
        ("title.j2", "{{ stages.line }}", "title.j2:1: there is no earlier stage 'line'; did you mean 'lines'?"),
        ("fact.j2", "{{ stages.title }}", "fact.j2:1: there is no earlier stage 'title'"),
    ]:
        with pytest.raises(ContentTypeError) as caught:
            load(STAGED, templates={**STAGED_TEMPLATES, name: text})
        assert message in str(caught.value)


def test_an_edited_template_is_read_again(load: Load) -> None:
    load(SIMPLE, templates={"line.j2": "{{ product }}"})
    with pytest.raises(ContentTypeError, match="prodct"):
        load(SIMPLE, templates={"line.j2": "{{ prodct }}"})


LONG = [
    "1" + " + 1" * 3000,
    "product" + ".a" * 5000,
    "1" + " | abs" * 3000,
    "product" + "[0]" * 5000,
    "1" + " ** 1" * 3000,
]
CHAINS = [*LONG, *("product" + " ~ x + 1" * many for many in (50, 95, 120, 160, 190, 198, 300))]


@pytest.mark.parametrize("expression", CHAINS, ids=lambda one: f"{one[:12]} {len(one)}")
def test_a_chain_without_an_end_is_refused_plainly(expression: str, load: Load) -> None:
    environment = make_environment()
    deep = pytest.raises(ContentTypeError, match=r"b\.yaml:1: is nested too deeply$")
    if expression in LONG:
        with deep:
            check_expression(environment, expression, ["product"], [], "b.yaml:1")
        with pytest.raises(ContentTypeError, match=r"line\.j2:1: is nested too deeply$"):
            load(SIMPLE, templates={"line.j2": f"{{{{ {expression} }}}}"})
    else:  # may do or not, and says so
        with suppress(ContentTypeError):
            assert unknown_names(environment, expression, ["product"], "b.yaml:1") == {"x"}
