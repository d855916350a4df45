"""QTI 1.2, with the metadata by which Canvas tells the kinds of questions."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from aigc.types import Artifact
from aigc_plugins.classroom.material import QuizQuestion, identifier, questions_of, title_of
from aigc_plugins.classroom.piece_files import as_html

QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
RESOURCE = "imsqti_xmlv1p2"
TYPES = {"choice": "multiple_choice_question", "short": "short_answer_question", "match": "matching_question"}


def files_of_one(artifact: Artifact) -> Mapping[str, ET.Element]:
    """Return the files of a QTI 1.2 package by their paths in it."""
    name = identifier(artifact.id, title_of(artifact))
    path = f"{name}/{name}.xml"
    return {"imsmanifest.xml": _manifest(name, path), path: _assessment(artifact, name)}


def _manifest(name: str, path: str) -> ET.Element:
    root = ET.Element("manifest", identifier=f"m{name}", xmlns=PACKAGE)
    metadata = ET.SubElement(root, "metadata")
    ET.SubElement(metadata, "schema").text = "IMS Content"
    ET.SubElement(metadata, "schemaversion").text = "1.1.3"
    ET.SubElement(root, "organizations")
    resource = ET.SubElement(ET.SubElement(root, "resources"), "resource", identifier=name, type=RESOURCE, href=path)
    ET.SubElement(resource, "file", href=path)
    return root


def _assessment(artifact: Artifact, name: str) -> ET.Element:
    root = ET.Element("questestinterop", xmlns=QTI)
    assessment = ET.SubElement(root, "assessment", ident=name, title=title_of(artifact))
    section = ET.SubElement(assessment, "section", ident="root_section")
    for question in questions_of(artifact):
        _item(section, question, f"{name}_{question.number}")
    return root


def _item(section: ET.Element, question: QuizQuestion, name: str) -> None:
    item = ET.SubElement(section, "item", ident=name, title=f"Question {question.number}")
    fields = ET.SubElement(ET.SubElement(item, "itemmetadata"), "qtimetadata")
    for label, entry in (("question_type", TYPES[question.kind]), ("points_possible", "1.0")):
        one = ET.SubElement(fields, "qtimetadatafield")
        ET.SubElement(one, "fieldlabel").text = label
        ET.SubElement(one, "fieldentry").text = entry
    presentation = ET.SubElement(item, "presentation")
    _text(presentation, question.stem)
    processing = ET.SubElement(item, "resprocessing")
    outcomes = ET.SubElement(processing, "outcomes")
    ET.SubElement(outcomes, "decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
    if question.feedback:
        always = ET.SubElement(processing, "respcondition", {"continue": "Yes"})
        ET.SubElement(ET.SubElement(always, "conditionvar"), "other")
        ET.SubElement(always, "displayfeedback", feedbacktype="Response", linkrefid="general_fb")
    ADDED[question.kind](presentation, processing, question)
    if question.feedback:
        feedback = ET.SubElement(item, "itemfeedback", ident="general_fb")
        _text(ET.SubElement(feedback, "flow_mat"), question.feedback)


def _choice(presentation: ET.Element, processing: ET.Element, question: QuizQuestion) -> None:
    response = ET.SubElement(presentation, "response_lid", ident="response1", rcardinality="Single")
    _labels(response, question.options)
    at = question.options.index(question.answers[0])
    _right(processing, "response1", [f"choice_{at + 1}"], "100", go_on=False)


def _short(presentation: ET.Element, processing: ET.Element, question: QuizQuestion) -> None:
    response = ET.SubElement(presentation, "response_str", ident="response1", rcardinality="Single")
    ET.SubElement(ET.SubElement(response, "render_fib"), "response_label", ident="answer1")
    _right(processing, "response1", question.answers, "100", go_on=False)


def _match(presentation: ET.Element, processing: ET.Element, question: QuizQuestion) -> None:
    rights = tuple(sorted(dict.fromkeys(right for _, right in question.pairs)))
    share = f"{100 / len(question.pairs):.2f}"
    for number, (left, right) in enumerate(question.pairs, 1):
        response = ET.SubElement(presentation, "response_lid", ident=f"response{number}", rcardinality="Single")
        _text(response, left)
        _labels(response, rights)
        _right(processing, f"response{number}", [f"choice_{rights.index(right) + 1}"], share, go_on=True)


ADDED = {"choice": _choice, "short": _short, "match": _match}


def _labels(response: ET.Element, options: tuple[str, ...]) -> None:
    render = ET.SubElement(response, "render_choice")
    for at, text in enumerate(options, 1):
        _text(ET.SubElement(render, "response_label", ident=f"choice_{at}"), text)


def _right(
    processing: ET.Element, response: str, answers: tuple[str, ...] | list[str], score: str, *, go_on: bool
) -> None:
    condition = ET.SubElement(processing, "respcondition", {"continue": "Yes" if go_on else "No"})
    variables = ET.SubElement(condition, "conditionvar")
    for answer in answers:
        ET.SubElement(variables, "varequal", respident=response).text = answer
    ET.SubElement(condition, "setvar", action="Add" if go_on else "Set", varname="SCORE").text = score


def _text(parent: ET.Element, text: str) -> None:
    material = ET.SubElement(parent, "material")
    ET.SubElement(material, "mattext", texttype="text/html").text = as_html(text)
