"""Files people already have, read as briefs, and the files platforms accept, written from finished pieces.

Importers yield `Row`s and stream where the format allows; exporters write beside the target and swap it in whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from aigc import Extension, hookimpl
from aigc_plugins.formats.csv_briefs import csv_briefs
from aigc_plugins.formats.csv_pieces import csv_pieces
from aigc_plugins.formats.google_ads_editor import google_ads_editor
from aigc_plugins.formats.json_briefs import json_briefs, jsonl_briefs
from aigc_plugins.formats.jsonl_pieces import jsonl_pieces
from aigc_plugins.formats.markdown_pieces import markdown_pieces
from aigc_plugins.formats.xlsx_briefs import xlsx_briefs
from aigc_plugins.formats.xlsx_pieces import xlsx_pieces
from aigc_plugins.formats.xml_briefs import xml_briefs


@hookimpl
def aigc_exporters() -> Sequence[Extension]:
    return (csv_pieces, google_ads_editor, jsonl_pieces, markdown_pieces, xlsx_pieces)


@hookimpl
def aigc_importers() -> Sequence[Extension]:
    return (csv_briefs, json_briefs, jsonl_briefs, xlsx_briefs, xml_briefs)
