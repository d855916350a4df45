"""Templates that go on for ever, or make what does not fit, are broken off; all others say what plain Jinja says."""

from __future__ import annotations

import time
from typing import Any

import jinja2
import pytest
from jinja2.sandbox import SandboxedEnvironment

from aigc.bounds.metered import LONGEST, STEPS, MeteredEnvironment, TooMuch

LOOP = "{% for i in range(99999) %}"
NAMESPACE = "{% set ns = namespace(s=1, t='ab', l=[1], u=(1,)) %}{% for i in range(60) %}"
HOSTILE = [
    '{{ "%999999999d" % 1 }}',
    '{{ "%.999999999f" % 1 }}',
    '{{ "%*d" % (999999999, 1) }}',
    '{{ "%(a)s" * 100000 % {"a": "x" * 99999} }}',
    '{{ "%999999999d" | format(1) }}',
    '{{ "{:999999999}".format(1) }}',
    '{{ "{:{w}}".format(1, w=999999999) }}',
    '{{ "{a:999999999}".format_map({"a": 1}) }}',
    '{{ "x" * 999999999 }}',
    '{{ 999999999 * "x" }}',
    f"{{% set s = 'a' * 4999999 %}}{LOOP}{{% if 'b' in s %}}{{% endif %}}{{% endfor %}}",
    f"{{% set s = 'a' * 4999999 %}}{LOOP}{{% if 'b' not in s %}}{{% endif %}}{{% endfor %}}",
    f"{{% set s = ['a'] * 99999 %}}{LOOP}{{% if 'b' in s %}}{{% endif %}}{{% endfor %}}",
    f"{{% set s = 'a' * 4999999 %}}{LOOP}{{% if 'a' < s == s ~ '' %}}{{% endif %}}{{% endfor %}}",
    f"{{% set s = 'a' * 4999999 %}}{LOOP}{{% if s.count('b') %}}{{% endif %}}{{% endfor %}}",
    f"{{% set s = ['a'] * 99999 %}}{LOOP}{{% if s.count('b') %}}{{% endif %}}{{% endfor %}}",
    "{{ [0] * 999999999 }}",
    "{{ (1,) * 999999999 }}",
    "{{ 9 ** 99999999 }}",
    "{% set a = 9 ** 9999 %}{% for i in range(9) %}{% set a = a * a %}{{ a * a }}{% endfor %}",
    '{{ "a".center(999999999) }}',
    '{{ "a".ljust(999999999) }}',
    '{{ "a".zfill(999999999) }}',
    '{{ "\\t".expandtabs(999999999) }}',
    '{{ ("a" * 9999).replace("a", "b" * 99999) }}',
    '{{ ("a" * 9999).translate({97: "b" * 99999}) }}',
    '{{ ("x" * 99999).join(range(9999) | map("string")) }}',
    '{{ (5).to_bytes(999999999, "big") }}',
    '{{ "a" | center(999999999) }}',
    '{{ "a" | indent(999999999) }}',
    "{{ [1] | batch(999999999, 0) | list }}",
    "{{ [1] | slice(999999999) | list }}",
    '{{ ("a " * 99999) | wordwrap(1, wrapstring="x" * 9999) }}',
    '{{ ("a" * 9999) | replace("a", "b" * 99999) }}',
    '{{ range(9999) | map("string") | join("x" * 99999) }}',
    '{{ range(99999) | map("center", 9999) | list | length }}',
    "{{ lipsum(n=99999999) }}",
    f"{LOOP}{LOOP}{{% endfor %}}{{% endfor %}}",
    f"{LOOP}{LOOP}x{{% endfor %}}{{% endfor %}}",
    f"{LOOP}{'z' * 5000}{{% endfor %}}",
    f"{{% set s %}}{LOOP}{'z' * 5000}{{% endfor %}}{{% endset %}}",
    f"{LOOP[:-3]} if i > 999999 %}}{{% endfor %}}" * 8,
    f"{LOOP[:-3]} recursive %}}{{% if loop.depth < 3 %}}{{{{ loop(range(99999)) }}}}{{% endif %}}{{% endfor %}}",
    f"{NAMESPACE}{{% set ns.t = ns.t ~ ns.t %}}{{% endfor %}}{{{{ ns.t | length }}}}",
    f"{NAMESPACE}{{% set ns.t = ns.t + ns.t %}}{{% endfor %}}{{{{ ns.t | length }}}}",
    f"{NAMESPACE}{{% set ns.l = [ns.l, ns.l] %}}{{% endfor %}}{{{{ ns.l }}}}",
    f"{NAMESPACE}{{% set ns.u = (ns.u, ns.u) %}}{{% endfor %}}{{{{ {{ns.u: 1}} }}}}",
    f"{NAMESPACE}{{% set _ = ns.l.extend(ns.l) %}}{{% endfor %}}{{{{ ns.l | length }}}}",
    f"{NAMESPACE}{{% set _ = ns.l.append(ns.l) %}}{{% endfor %}}{{{{ ns }}}}",
    "{% set a = [] %}{% set c = [[a] * 999] * 400 %}{% for i in range(999) %}{% set _=a.append(1) %}{% endfor %}{{c}}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    f'{LOOP}{{% set _ = [("x" * 99999)[1:]] %}}{{% endfor %}}',
    '{{ {}.fromkeys(range(99999), "x" * 9999) | string }}',
]
REFUSED = [
    "{{ 1.5 | round(999999999, 'ceil') }}",
    "{{ 15 | round(-999999999) }}",
    "{{ {'a': 1} | tojson(indent=999999999) }}",
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "{{ " + "-" * 5000 + "1 }}",
    "{{ " + "1+" * 5000 + "1 }}",
    "{{ " + "9" * 5000 + " }}",
    "{% if 1 %}" * 400 + "{% endif %}" * 400,
    "{{ lipsum.__globals__ }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '{a.__class__}'.format_map({'a': 1}) }}",
    "{{ 'x' | attr('__class__') | string }}",
]
PLAIN = """\
{% for x in xs %}{{ loop.index }}{{ x | upper }}{{ ', ' if not loop.last }}{% else %}none{% endfor %}
{% for k, v in d | dictsort %}{{ k }}={{ v }};{% endfor %}{% for x in xs if x != 'b' %}{{ x }}{% endfor %}
{% for x in tree recursive %}{{ x.n }}{% if x.c %}({{ loop(x.c) }}){% endif %}{% endfor %}
{{ xs | join('-') }}{{ xs | join }}{{ ds | join(', ', attribute='n') }}{{ xs | map('upper') | list }}
{{ '%s is %05.1f%%' % ('x', 2.25) }}{{ '%s' | format('y') }}{{ '%(a)s' | format(a=1) }}
{{ '{0!r:>6}|{k}'.format('x', k=2) }}{{ '{a}'.format_map({'a': 'b'}) }}{{ 'a-b'.split('-') }}
{{ 'ab'.center(6, '*') }}{{ 'a' | center(5) }}{{ 'x y' | indent(2, true) }}{{ 'abc'[1:] ~ 1 ~ none }}
{{ [1, 2] + [3] }}{{ 'ab' * 3 }}{{ [0] * 2 }}{{ 7 // 2 }}{{ 7 % 4 }}{{ 2 ** 10 }}{{ -3 | abs }}{{ 7 / 2 }}{{ 1 - 3 }}
{{ [3, 1, 2] | sort | first }}{{ xs | batch(2, 'z') | list }}{{ xs | slice(2) | list }}
{{ [[1], [2]] | sum(start=[]) }}{{ [1, 2] | sum }}{{ ds | sum(attribute='v') }}{{ [1.5, 2] | sum(start=1) }}
{{ ds | groupby('n') }}{{ 2.567 | round(1) }}{{ xs | unique | list }}{{ xs | random in xs }}{{ xs | reverse | list }}
{% macro m(a, b='!') %}<{{ a }}{{ b }}{{ caller() if caller is defined }}>{% endmacro %}{{ m('x') }}
{% macro m(a) %}<{{ a }}{{ caller('k') }}>{% endmacro %}{% call(x) m('y') %}in{{ x }}{% endcall %}
{% set ns = namespace(n=0) %}{% for x in xs %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}{{ ns }}
{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.current }}
{% set j = joiner('|') %}{{ j() }}x{{ j() }}y{% set l = [] %}{% set _ = l.append(1) %}{{ l }}
{% set x %}abc{{ xs[0] }}{% endset %}{{ x | upper | upper }}{% filter replace('b', 'c') %}abc{{ 1 }}{% endfilter %}
{{ 'k' in d }}{{ 'q' not in d }}{{ 1 < n in [2, n] }}{{ 'a' in 'abc' }}{{ 'a' not in ('b', n) }}
{{ xs == ['a', 'b', 'c'] }}{{ 'a' in xs }}{{ xs < ['b'] }}{{ 1 < n <= 3 }}{{ d == {'k': 1} }}{{ d.get('q', 4) }}
{{ xs is iterable }}{{ n is divisibleby 2 }}{{ nope is defined }}{{ n is eq 2 }}{{ 'x' if n is odd else 'y' }}
{% autoescape true %}{{ '<' ~ 'a' }}{{ '<%s>' | safe % '<' }}{{ ['<'] | join }}{% endautoescape %}
{% autoescape true %}{{ ('<b>{}</b>' | safe).format('&') }}{{ '<' * 2 }}{{ xs | map('e') | join }}{% endautoescape %}
{{ d | tojson }}{{ d | tojson(indent=2) }}{{ 'http://a.co' | urlize }}{{ 'long words' | wordwrap(5) }}
{% with a = 1, b = n %}{{ a + b }}{% endwith %}{{ dict(a=1).items() | list }}{{ range(3) | list }}{{ (n,) }}
{{ 'text %s' | replace('t', 'T', 1) | truncate(3, true, '…') | trim }}{{ 'a,b'.replace(',', ';') }}{{ ','.join(xs) }}
{% block b %}[{{ self.c() if n > 9 }}]{% endblock %}{% block c %}c{% endblock %}{{ self.b() }}{{ xs[::2] }}
{% for x in xs | select('ne', 'b') | map('upper') %}{{ loop.length }}{{ loop.cycle('i', 'ii') }}{{ x }}{% endfor %}
{{ none }}{{ nope | default('d') }}{{ ds[0].n }}{{ ds[0]['n'] }}{{ {n: xs}[2] }}{{ not xs }}{{ n and 1 }}{{ [n, [xs]] }}
""".splitlines()
GIVEN: dict[str, Any] = {
    "xs": ["a", "b", "c"],
    "d": {"k": 1},
    "ds": [{"n": "p", "v": 1}, {"n": "q", "v": 2}],
    "n": 2,
    "tree": [{"n": 1, "c": [{"n": 2, "c": []}]}, {"n": 3, "c": []}],
}


@pytest.fixture(scope="module")
def metered() -> MeteredEnvironment:
    return MeteredEnvironment(undefined=jinja2.StrictUndefined)


@pytest.mark.parametrize("source", HOSTILE)
def test_a_template_that_takes_too_much_is_broken_off(metered: MeteredEnvironment, source: str) -> None:
    metered.refill()
    started = time.process_time()
    with pytest.raises(TooMuch):
        metered.from_string(source).render()
    assert time.process_time() - started < 20


@pytest.mark.parametrize("source", REFUSED)
def test_other_ways_to_take_too_much_are_errors_of_the_template(metered: MeteredEnvironment, source: str) -> None:
    metered.refill()
    with pytest.raises((jinja2.TemplateError, ValueError)):
        metered.from_string(source).render()


def test_what_calls_itself_ends(metered: MeteredEnvironment) -> None:
    metered.refill()
    with pytest.raises(RecursionError):
        metered.from_string("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}").render()


@pytest.mark.parametrize("source", PLAIN)
def test_all_others_say_what_plain_jinja_says(metered: MeteredEnvironment, source: str) -> None:
    metered.refill()
    plain = SandboxedEnvironment(undefined=jinja2.StrictUndefined)
    assert metered.from_string(source).render(GIVEN) == plain.from_string(source).render(GIVEN)
    assert metered.left > STEPS - 2000


def test_finding_out_costs_no_memory(metered: MeteredEnvironment) -> None:
    import tracemalloc

    tracemalloc.start()
    try:
        for source in HOSTILE[:30]:
            metered.refill()
            with pytest.raises(TooMuch):
                metered.from_string(source).render()
        assert tracemalloc.get_traced_memory()[1] < 12 * LONGEST
    finally:
        tracemalloc.stop()


def test_a_template_reaches_nothing_through_what_the_meter_adds(metered: MeteredEnvironment) -> None:
    for expression in (
        "lipsum.func",
        "lipsum.args",
        "(xs | map('upper')).gi_frame",
        "lipsum.__closure__",
        "self.environment",
    ):
        metered.refill()
        with pytest.raises((jinja2.UndefinedError, jinja2.exceptions.SecurityError)):
            metered.from_string("{{ " + expression + " }}").render(GIVEN)
