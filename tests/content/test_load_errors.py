from __future__ import annotations

from pathlib import Path

import pytest

from aigc.content import load_content_type
from aigc.content.environment import TemplateEnvironment
from aigc.errors import ContentTypeError
from aigc.plugs.registry import Registry

from .conftest import BASE, FIELDS, SIMPLE, STAGED, STAGED_TEMPLATES, Load


@pytest.mark.parametrize(
    ("rest", "line", "message"),
    [
        (SIMPLE + "sumary: x\n", 11, "unknown key 'sumary'; did you mean 'summary'?"),
        (SIMPLE + "version: '2'\n", 11, "'version' must be a whole number, not '2'"),
        (SIMPLE + "version: 0\n", 11, "'version' must be at least 1, not 0"),
        (SIMPLE + "sampling: {top_q: 1}\n", 11, "sampling.top_q: no such option; did you mean 'top_p'?"),
        (SIMPLE + "sampling: {top_p: 1.5}\n", 11, "sampling.top_p: 1.5 is not above 0 and at most 1"),
        (SIMPLE + "sampling: {top_p: 0}\n", 11, "sampling.top_p: 0 is not above 0 and at most 1"),
        (SIMPLE + "sampling:\n  max_tokens: 0\n", 12, "sampling.max_tokens: 0 is not at least 1"),
        (SIMPLE + "sampling: {top_k: 1.5}\n", 11, "sampling.top_k: 1.5 is not a whole number"),
        (SIMPLE + "sampling: {stop: [1]}\n", 11, "sampling.stop: item 1: 1 is not text; put quotes around it"),
        (SIMPLE + "reads:\n- line.j2\n- line.jsonl\n", 13, "there is no file 'line.jsonl'; did you mean 'line.j2'?"),
        (SIMPLE + "reads: [../line.j2]\n", 11, "'../line.j2' is not in the folder of the content type"),
        (SIMPLE + "candidates: many\n", 11, "'candidates' must be a whole number, not 'many'"),
        (SIMPLE + "repair: {attempt: 1}\n", 11, "unknown key 'attempt'; did you mean 'attempts'?"),
        (SIMPLE + "chat: no\n", 11, "'chat' must be true or false, not 'no'"),
        (
            SIMPLE + "checks:\n  - whole\n  - contain: {value: x}\n",
            13,
            "no check named 'contain'; did you mean 'contains'?",
        ),
        (SIMPLE + "checks: [contains]\n", 11, "contains needs the option 'value' (str)"),
        (
            SIMPLE + "checks: [contains: {value: x, valu: y}]\n",
            11,
            "contains.valu: no such option; did you mean 'value'?",
        ),
        (
            SIMPLE + "checks:\n  - contains: {value: 3}\n",
            12,
            "contains.value: 3 is not text; put quotes around it",
        ),
        (
            SIMPLE + "checks: [contains: {value: '{{ prodct }}'}]\n",
            11,
            "'{{ prodct }}' uses 'prodct', which no brief has; did you mean 'product'?",
        ),
        (
            SIMPLE + "checks: [{whole: {}, contains: {}}]\n",
            11,
            "one entry names one thing; write `- name` or `- name: {option: value}`",
        ),
        (SIMPLE + "postprocess: [3]\n", 11, "an entry is a name; write `- name` or `- name: {option: value}`"),
        (
            SIMPLE + "postprocess: [shorten: {at: line}]\n",
            11,
            "shorten.at: 'line' is not one of 'word', 'sentence'",
        ),
        (
            SIMPLE + "checks: [contains: {value: x, field: txt}]\n",
            11,
            "contains: there is no field 'txt'; did you mean 'text'?",
        ),
        (
            SIMPLE + "checks: [contains: {value: x, field: 'text[0]'}]\n",
            11,
            "contains: there is no field 'text[0]'; did you mean 'text'?",
        ),
        (
            (
                "prompt: line.j2\noutput: {a: {type: object, properties: {b: {type: string}}}}\n"
                "checks: [contains: {value: x, field: a.c}]\n"
            ),
            11,
            "contains: there is no field 'a.c'; did you mean 'a.b'?",
        ),
        (
            "prompt: line.j2\noutput: {type: string, pattern: 'a(?=b)'}\n",
            10,
            (
                "look-around, back-references, word boundaries, flags and inner anchors are not possible in a pattern; "
                "a pattern is kept while the model writes"
            ),
        ),
        (SIMPLE + "exports: [jsonl, jsnl]\n", 11, "no exporter named 'jsnl'; did you mean 'jsonl'?"),
        ("output: {type: string}\n", 1, "'prompt' is missing; or `stages`"),
        (
            "prompt: line.j2\noutput:\n  a: {type: string}\n  b: {type: {x: 1}}\n",
            12,
            "unknown type a mapping; known: array, boolean, integer, number, object, string",
        ),
        ("prompt: line.j2\n", 1, "'output' is missing"),
        ("prompt: line.j2\noutput: {}\n", 10, "the output has no field"),
        (
            "prompt: line.j2\noutput: {type: array, items: {type: string}}\n",
            10,
            "an output that is one value is a string; for anything else name its fields",
        ),
        (
            "prompt: gone.j2\noutput: {type: string}\n",
            9,
            "no template 'gone.j2'; a name is as seen from the folder of this file, or from the one above",
        ),
        ("prompt: lin.j2\noutput: {type: string}\n", 9, "no template 'lin.j2'; did you mean 'line.j2'?"),
        ("prompt: ../line.j2\noutput: {type: string}\n", 9, "'../line.j2' leads out of the content type's folder"),
        (
            "prompt: line.j2\noutput: {type: string, from: x}\n",
            10,
            "unknown word 'from' for text; did you mean 'format'?",
        ),
        (
            "prompt: line.j2\nstages: {}\noutput: {type: string}\n",
            9,
            "there are `stages`, so the prompt belongs into one of them",
        ),
        (
            "prompt: line.j2\noutput: {type: string, fallback: '{{ prise }}'}\n",
            10,
            "'{{ prise }}' uses 'prise', which no brief has; did you mean 'price'?",
        ),
        (
            "prompt: line.j2\noutput: {type: string, fallback: '{{ price | trm_to }}'}\n",
            10,
            "no filter named 'trm_to'; did you mean 'trim_to'?",
        ),
        (
            "prompt: line.j2\noutput: {type: string, fallback: '{{ price'}\n",
            10,
            "unexpected end of template, expected 'end of print statement'",
        ),
        ("prompt: line.j2\noutput: {a: {type: string}}\nfallback: {b: x}\n", 11, "unknown key 'b'; known: a"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(load: Load, tmp_path: Path, rest: str, line: int, message: str) -> None:
    with pytest.raises(ContentTypeError) as caught:
        load(rest)
    assert str(caught.value) == f"{tmp_path}/shop/line.yaml:{line}: {message}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("aigc: 1", "aigc: 2", ":1: aigc is 2; this version reads `aigc: 1`"),
        ("aigc: 1\n", "", ":1: a content type starts with `aigc: 1`, the version of its format"),
        ("shop/line", "Shop line", ":2: the name 'Shop line' is not family/name; lower-case"),
        ("summary: One line about a product.", "summary: |\n  a\n  b", ":3: the summary is one line"),
        ("product:", "stages:", ":5: 'stages' already means something in templates"),
        ("product:", "range:", ":5: 'range' already means something in templates"),
        ("product:", "the-product:", ":5: an input's name is a template variable: 'the-product'"),
        ("type: number", "type: numbr", ":6: unknown type 'numbr'; did you mean 'number'?"),
        (
            "type: number",
            "required: true, type: number",
            ":6: every input and field is required; write `default: null`",
        ),
        ("maxLength: 40", "maxLenght: 40", ":5: unknown word 'maxLenght' for text; did you mean 'maxLength'?"),
        ("maxLength: 40", "limit: {width: 40}", ":5: only the texts of an output have a limit; use maxLength"),
        (
            "maxLength: 40",
            "minLength: 50, maxLength: 40",
            ":5: minLength 50 is above maxLength 40: nothing can satisfy both",
        ),
        ("maxLength: 40", "maxLength: long", ":5: 'maxLength' must be a whole number, not 'long'"),
        ("maxLength: 40", "pattern: '['", ":5: the pattern is no regular expression: "),
        ("maxLength: 40", "format: url", ":5: unknown format 'url'; did you mean 'uri'?"),
        ("default: en", "default: fr", ":8: default is 'fr', not one of en, zh"),
        ("enum: [en, zh]", "enum: [en, 1]", ":8: enum has 1, but the type is string"),
        ("enum: [en, zh]", "enum: []", ":8: enum allows nothing"),
        ("type: array, items: {type: string}", "type: array, items: {type: text}", ":7: unknown type 'text'"),
        ("{type: string, maxLength: 40}", "text", ":5: 'product' must be a mapping, not 'text'"),
        ("{type: string, maxLength: 40}", "{maxLength: 40}", ":5: 'product' needs a type; one of string"),
    ],
)
def test_what_is_wrong_in_the_brief(load: Load, old: str, new: str, message: str) -> None:
    assert old in BASE
    with pytest.raises(ContentTypeError) as caught:
        load(whole=BASE.replace(old, new) + SIMPLE)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "limit: {width: 30}}\n    sampling",
            "limit: {widht: 30}}\n    sampling",
            "unknown key 'widht'; did you mean 'width'?",
        ),
        ("limit: {width: 30}}\n    sampling", "limit: {width: 30, chars: 9}}\n    sampling", "limit names one counter"),
        (
            "limit: {width: 30}}\n    sampling",
            "minLength: 31, limit: {width: 30}}\n    sampling",
            "minLength 31 is above the limit",
        ),
        ("foreach: facts", "foreach: fcts", ":13: 'fcts' uses 'fcts', which no brief has; did you mean 'facts'?"),
        ("foreach: facts", "foreach: product", ":13: foreach goes over a list, and 'product' is of type string"),
        ("foreach: facts", "foreach: facts | bach(2)", ":13: no filter named 'bach'; did you mean 'batch'?"),
        ("foreach: facts", "foreach: stages.title", ":13: there is no earlier stage 'title'"),
        ("foreach: facts", "foreach: item", ":13: 'item' uses 'item', which no brief has"),
        ("checks: [whole]", "examples: [{shot: true}]", ":31: a shot shows one stage's work; move it to"),
        (
            "checks: [contains: {value",
            "checks: [contains: {field: txt, value",
            ":18: contains: there is no field 'txt'",
        ),
        ("stages.lines + calls", "stages.line + calls", ":29: there is no earlier stage 'line'; did you mean 'lines'?"),
        ("stages.lines + calls", "stages['line'] + calls", ":29: there is no earlier stage 'line'"),
        (
            ", from: stages.title.title",
            "",
            ":30: 'title' needs `from`, which says what stages it is made of; such as `from: \"{{ stages.title }}\"`",
        ),
        ("    prompt: title.j2\n", "", ":22: the stage 'title' has no 'prompt'"),
        ("    chat: false", "    chatty: false", ":27: unknown key 'chatty'; did you mean 'chat'?"),
        ("item: is blue, output: Blue as the sky", "item: is blue", ":21: a stage's example needs an output to show"),
        ("item: is blue,", "itm: is blue,", ":21: unknown key 'itm'; did you mean 'item'?"),
        ("{product: Mug, language: en}", "{prodct: Mug}", ":20: unknown input 'prodct'; did you mean 'product'?"),
        ("output: Blue as the sky", "output: Blue as the sky on a summer evening", ":21: output has 35 columns"),
        ("output: Blue as the sky", "output: {text: 3}", ":21: text must be text, not 3"),
        ("{title: {type: string}}", "{title: {type: array}}", ":24: 'title' is a list and needs `items`"),
        ("  title:\n    prompt", "  The title:\n    prompt", "a stage's name is used in expressions: 'The title'"),
    ],
)
def test_what_is_wrong_in_stages(load: Load, old: str, new: str, message: str) -> None:
    assert old in STAGED
    with pytest.raises(ContentTypeError) as caught:
        load(STAGED.replace(old, new, 1), templates=STAGED_TEMPLATES)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('{product: Jug, price: "3"}', "{price: 3}", ":27: product is missing"),
        ('{product: Jug, price: "3"}', "{product: Jug, price: dear}", ":27: price must be a number, not 'dear'"),
        ("tags: [mug]}", "tags: []}", ":26: tags has 0 items, at least 1"),
        ("tags: [mug]}", "tags: [a mug that is too long to tag]}", ":26: tags[0] has 29 characters, at most 20"),
        ("title: A mug, tags", "titel: A mug, tags", ":26: unknown key 'titel'; did you mean 'title'?"),
        ("title: A mug, tags", "titel: x, title: A mug, tags", ":26: unknown key 'titel'; did you mean 'title'?"),
        ("status: rejected", "status: refused", ":29: unknown status 'refused'; one of accepted"),
        ('    completion: "Sure! {...}"\n', "", ":27: an example needs an output, or a completion"),
        (
            "  - brief: {product: Jug",
            "  - name: mug\n    brief: {product: Jug",
            ":27: there are two examples named 'mug'",
        ),
        ("shot: true", "shot: yes", ":24: 'shot' must be true or false, not 'yes'"),
    ],
)
def test_what_is_wrong_in_examples(load: Load, old: str, new: str, message: str) -> None:
    assert old in FIELDS
    with pytest.raises(ContentTypeError) as caught:
        load(FIELDS.replace(old, new, 1))
    assert message in str(caught.value)


def test_a_rejected_example_may_break_the_limits(load: Load) -> None:
    example = "examples:\n  - {brief: {product: x}, output: x, completion: x, status: rejected}\n"
    assert load(SIMPLE + example).examples[0].output == "x"
    with pytest.raises(ContentTypeError, match="output has 1 character, at least 3"):
        load(SIMPLE + example.replace("rejected", "accepted"))


def test_a_shot_that_lacks_what_its_task_needs_is_found_at_load(load: Load) -> None:
    templates = {**STAGED_TEMPLATES, "fact.j2": "{{ price + 1 }} {{ item }}"}
    with pytest.raises(
        ContentTypeError, match=r"line.yaml:19: example 'example 1' in .*fact.j2:1: unsupported operand"
    ):
        load(STAGED, templates=templates)


def test_a_missing_file(tmp_path: Path, registry: Registry, environment: TemplateEnvironment) -> None:
    with pytest.raises(ContentTypeError, match="cannot be read"):
        load_content_type(tmp_path / "gone.yaml", registry=registry, environment=environment)
