"""QTI 2.1: a file for each question, one for the test, and the manifest that lists them."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from aigc.types import Artifact
from aigc_plugins.classroom.material import QuizQuestion, identifier, language_of, questions_of, title_of

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
BASES = {"choice": ("single", "identifier"), "short": ("single", "string"), "match": ("multiple", "directedPair")}


def files_of_two(artifact: Artifact) -> Mapping[str, ET.Element]:
    """Return the files of a QTI 2.1 package by their paths in it."""
    name, title, questions = identifier(artifact.id, title_of(artifact)), title_of(artifact), questions_of(artifact)
    items = {
        f"items/{name}_{one.number}.xml": _item(one, f"{name}_{one.number}", f"{title} {one.number:02}", artifact)
        for one in questions
    }
    test = f"{name}.xml"
    return {"imsmanifest.xml": _manifest(name, test, list(items)), test: _test(name, title, list(items)), **items}


def _manifest(name: str, test: str, items: list[str]) -> ET.Element:
    root = ET.Element("manifest", identifier=f"m{name}", xmlns=PACKAGE)
    metadata = ET.SubElement(root, "metadata")
    ET.SubElement(metadata, "schema").text = "QTIv2.1 Package"
    ET.SubElement(metadata, "schemaversion").text = "1.0.0"
    ET.SubElement(root, "organizations")
    resources = ET.SubElement(root, "resources")
    whole = ET.SubElement(resources, "resource", identifier=name, type="imsqti_test_xmlv2p1", href=test)
    ET.SubElement(whole, "file", href=test)
    for path in items:
        ET.SubElement(whole, "dependency", identifierref=_stem(path))
        part = ET.SubElement(resources, "resource", identifier=_stem(path), type="imsqti_item_xmlv2p1", href=path)
        ET.SubElement(part, "file", href=path)
    return root


def _test(name: str, title: str, items: list[str]) -> ET.Element:
    root = ET.Element("assessmentTest", identifier=name, title=title, xmlns=QTI)
    outcome = ET.SubElement(root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    ET.SubElement(ET.SubElement(outcome, "defaultValue"), "value").text = "0"
    part = ET.SubElement(root, "testPart", identifier="part1", navigationMode="nonlinear", submissionMode="individual")
    section = ET.SubElement(part, "assessmentSection", identifier="section1", title=title, visible="true")
    for path in items:
        ET.SubElement(section, "assessmentItemRef", identifier=_stem(path), href=path)
    return root


def _item(question: QuizQuestion, name: str, title: str, artifact: Artifact) -> ET.Element:
    root = ET.Element(
        "assessmentItem", identifier=name, title=title, adaptive="false", timeDependent="false", xmlns=QTI
    )
    root.set(LANGUAGE, language_of(artifact))
    cardinality, base = BASES[question.kind]
    response = ET.SubElement(root, "responseDeclaration", identifier="RESPONSE", cardinality=cardinality, baseType=base)
    score = ET.SubElement(root, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    ET.SubElement(ET.SubElement(score, "defaultValue"), "value").text = "0"
    if question.feedback:
        ET.SubElement(root, "outcomeDeclaration", identifier="FEEDBACK", cardinality="single", baseType="identifier")
    body = ET.SubElement(root, "itemBody")
    ADDED[question.kind](response, body, question)
    processing = ET.SubElement(root, "responseProcessing")
    _scored(processing, question)
    if question.feedback:
        given = ET.SubElement(processing, "setOutcomeValue", identifier="FEEDBACK")
        ET.SubElement(given, "baseValue", baseType="identifier").text = "told"
        shown = {"outcomeIdentifier": "FEEDBACK", "identifier": "told", "showHide": "show"}
        _inline(ET.SubElement(root, "modalFeedback", shown), question.feedback)
    return root


def _choice(response: ET.Element, body: ET.Element, question: QuizQuestion) -> None:
    right = ET.SubElement(response, "correctResponse")
    ET.SubElement(right, "value").text = f"choice_{question.options.index(question.answers[0]) + 1}"
    asked = ET.SubElement(body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="false", maxChoices="1")
    _inline(ET.SubElement(asked, "prompt"), question.stem)
    for at, text in enumerate(question.options, 1):
        _inline(ET.SubElement(asked, "simpleChoice", identifier=f"choice_{at}"), text)


def _short(response: ET.Element, body: ET.Element, question: QuizQuestion) -> None:
    ET.SubElement(ET.SubElement(response, "correctResponse"), "value").text = question.answers[0]
    mapping = ET.SubElement(response, "mapping", defaultValue="0")
    for answer in question.answers:
        ET.SubElement(mapping, "mapEntry", mapKey=answer, mappedValue="1", caseSensitive="false")
    _inline(ET.SubElement(body, "p"), question.stem)
    length = str(max(map(len, question.answers)) + 5)
    line = ET.SubElement(body, "p")
    ET.SubElement(line, "textEntryInteraction", responseIdentifier="RESPONSE", expectedLength=length)


def _match(response: ET.Element, body: ET.Element, question: QuizQuestion) -> None:
    rights = sorted(dict.fromkeys(right for _, right in question.pairs))
    correct = ET.SubElement(response, "correctResponse")
    mapping = ET.SubElement(response, "mapping", defaultValue="0")
    share = f"{1 / len(question.pairs):.4f}"
    for number, (_, right) in enumerate(question.pairs, 1):
        pair = f"left_{number} right_{rights.index(right) + 1}"
        ET.SubElement(correct, "value").text = pair
        ET.SubElement(mapping, "mapEntry", mapKey=pair, mappedValue=share)
    most = str(len(question.pairs))
    asked = ET.SubElement(
        body, "matchInteraction", responseIdentifier="RESPONSE", shuffle="false", maxAssociations=most
    )
    _inline(ET.SubElement(asked, "prompt"), question.stem)
    for side, texts, often in (("left", [left for left, _ in question.pairs], "1"), ("right", rights, most)):
        choices = ET.SubElement(asked, "simpleMatchSet")
        for number, text in enumerate(texts, 1):
            one = ET.SubElement(choices, "simpleAssociableChoice", identifier=f"{side}_{number}", matchMax=often)
            _inline(one, text)


ADDED = {"choice": _choice, "short": _short, "match": _match}


def _scored(processing: ET.Element, question: QuizQuestion) -> None:
    if question.kind != "choice":
        mapped = ET.SubElement(processing, "setOutcomeValue", identifier="SCORE")
        ET.SubElement(mapped, "mapResponse", identifier="RESPONSE")
        return
    when = ET.SubElement(ET.SubElement(processing, "responseCondition"), "responseIf")
    same = ET.SubElement(when, "match")
    ET.SubElement(same, "variable", identifier="RESPONSE")
    ET.SubElement(same, "correct", identifier="RESPONSE")
    given = ET.SubElement(when, "setOutcomeValue", identifier="SCORE")
    ET.SubElement(given, "baseValue", baseType="float").text = "1"


def _inline(parent: ET.Element, text: str) -> None:
    """Put a text into an element, a `br` for each line break."""
    first, *rest = text.split("\n")
    parent.text = first
    for line in rest:
        ET.SubElement(parent, "br").tail = line


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".xml")
