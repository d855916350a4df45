"""A folder of sources: files of all kinds become passages with places, and facts are whole sentences of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from aigc.errors import AigcError, BriefError, NotFound
from aigc.knowledge import KINDS, Knowledge, SourcedFact
from aigc.knowledge.html_blocks import html_blocks
from aigc.knowledge.source_files import blocks_in
from aigc.knowledge.sourced_facts import sentences_of, stands_alone

TOMATOES = """---
author: somebody
---
# Growing tomatoes

## Watering

Tomatoes are watered in the morning, so that the *leaves* dry before evening. It saves fungus too.
A mulch of [straw](https://example.org) keeps the soil moist
for three days longer.

- Each plant takes about 2 litres a day in July.

| Month | Litres |
|---|---|
| June | 1 |

## Harvest

Ripe tomatoes come off with a slight twist. A cold room spoils their taste.
"""
PEPPERS = """<html><head><title>x</title><style>p {}</style></head><body><nav>Home. Shop.</nav>
<h1>Peppers</h1>
<p>Peppers need warmer nights than tomatoes, at least 14 &deg;C.
<p>Peppers are picked green or red.<table><tr><td>Sown<td>March</table></body></html>
"""
WATER = "番茄怎么浇水\n\n番茄在早上浇水，叶子傍晚前就干了。每株每天大约需要2升水。\n\n稻草能让土壤多保持三天湿润。\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {"care/tomatoes.md": TOMATOES, "peppers.html": PEPPERS, "zh.txt": WATER, "_draft.md": "# Peppers\n\nNo.\n"}
    files |= {".hidden.txt": "Peppers are never read from here.\n", "logo.svg": "<svg/>"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def told(folder: Path, words: str, most: int = 12) -> list[SourcedFact]:
    return Knowledge.of(folder).facts(words, most=most, longest=220)


def test_facts_are_sentences_with_their_place(folder: Path) -> None:
    assert told(folder, "watering tomatoes") == [
        SourcedFact(
            text="Tomatoes are watered in the morning, so that the leaves dry before evening.",
            place="care/tomatoes.md:8 Growing tomatoes → Watering",
        ),
        SourcedFact(
            text="A mulch of straw keeps the soil moist for three days longer.",
            place="care/tomatoes.md:8 Growing tomatoes → Watering",
        ),
        SourcedFact(
            text="Each plant takes about 2 litres a day in July.",
            place="care/tomatoes.md:12 Growing tomatoes → Watering",
        ),
    ]


def test_a_place_is_a_line_of_the_file(folder: Path) -> None:
    for fact in [*told(folder, "growing tomatoes"), *told(folder, "peppers"), *told(folder, "番茄浇水")]:
        file, _, line = fact.place.split(" ")[0].rpartition(":")
        rest = (folder / file).read_text(encoding="utf-8").splitlines()[int(line) - 1 :]
        paragraph = "\n".join(rest).partition("\n\n")[0]
        assert rest[0] and fact.text.split()[0] in paragraph


def test_what_is_not_in_the_sources_is_not_found(folder: Path) -> None:
    assert told(folder, "bicycle repair") == []
    assert told(folder, "自行车浇水") == [], "one word of three is not the matter"
    assert told(folder, "of the and") == []


def test_chinese_is_found_by_its_words(folder: Path) -> None:
    assert [fact.text for fact in told(folder, "番茄浇水")][:2] == [
        "番茄在早上浇水，叶子傍晚前就干了。",
        "每株每天大约需要2升水。",
    ]


def test_files_are_passed_over_by_name_and_kind(folder: Path) -> None:
    knowledge = Knowledge.of(folder)
    assert {passage.file for passage in knowledge.passages} == {"care/tomatoes.md", "peppers.html", "zh.txt"}
    assert knowledge.passed_over == 1


def test_links_that_lead_out_are_not_followed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.md"
    outside.write_text("# Peppers\n\nPeppers of the neighbour are a secret.\n", encoding="utf-8")
    (folder / "linked.md").symlink_to(outside)
    assert not [fact for fact in told(folder, "peppers") if "secret" in fact.text]


def test_no_sentence_is_told_twice_or_is_too_long(folder: Path) -> None:
    (folder / "again.md").write_text("# Peppers\n\nPeppers are picked green or red.\n", encoding="utf-8")
    facts = Knowledge.of(folder).facts("peppers", most=9, longest=40)
    assert [fact.text for fact in facts] == ["Peppers are picked green or red."]


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("bad.txt", b"one\ntwo\n\xff\xfe\xfa", r"bad\.txt:3: is not UTF-8 text"),
        ("nul.md", b"one\n\0", r"nul\.md:2: is no text"),
        ("bad.docx", b"PK no", r"bad\.docx: is no sound \.docx file"),
        ("bad.pdf", b"%PDF-1.7 no", r"bad\.pdf: is no sound \.pdf file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_what_to_do(
    folder: Path, name: str, content: bytes, wrong: str
) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(BriefError, match=wrong) as caught:
        Knowledge.of(folder)
    assert "put _ before its name to pass it over" in caught.value.hint


def test_a_folder_without_sources_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no such folder of sources"):
        Knowledge.of(tmp_path / "nowhere")
    (tmp_path / "logo.svg").write_text("<svg/>", encoding="utf-8")
    with pytest.raises(AigcError, match="has no file that could be read") as caught:
        Knowledge.of(tmp_path)
    assert all(kind in caught.value.hint for kind in KINDS)


def test_word_and_pdf_are_read(tmp_path: Path) -> None:
    from docx import Document

    document = Document()
    document.add_heading("Peppers", 1)
    document.add_paragraph("Peppers need warm nights of 14 degrees.")
    document.save(str(tmp_path / "a.docx"))
    assert [(block.text, block.level) for block in blocks_in(tmp_path / "a.docx")] == [
        ("Peppers", 1),
        ("Peppers need warm nights of 14 degrees.", 0),
    ]
    (tmp_path / "b.pdf").write_bytes(pdf("Peppers are picked when they are red."))
    (block,) = blocks_in(tmp_path / "b.pdf")
    assert (block.text, block.line, block.paged) == ("Peppers are picked when they are red.", 1, True)


def pdf(text: str) -> bytes:
    """Return a PDF of one page and one line, made by hand."""
    drawn = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    file, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(file)
    return file + b"xref\n0 6\n0000000000 65535 f \n" + table + end


@pytest.mark.parametrize(
    ("sentence", "alone"),
    [
        ("Soap is fine if you rinse it off.", True),
        ("It keeps for a week.", False),
        ("This saves water.", False),
        ("A cold room spoils their taste.", False),
        ("Hens lay fewer eggs when they moult.", True),
        ("Is it worth it?", False),
        ("See figure 3 for the parts.", False),
        ("Growing tomatoes on a balcony", False),
        ("and the rest follows later.", False),
        ("浇水要等表面的土干了。", True),
        ("它可以放一周。", False),
        ("如图所示，根要剪短。", False),
        ("什么时候浇水？", False),
    ],
)
def test_a_fact_can_stand_alone(sentence: str, alone: bool) -> None:
    assert stands_alone(sentence) is alone


def test_sentences_end_where_they_do() -> None:
    text = 'Use approx. 2.5 g of salt. Dr. Moor said "stop." St. Ives is far.好的。再见！'
    assert [*sentences_of(text)] == [
        "Use approx. 2.5 g of salt.",
        'Dr. Moor said "stop."',
        "St. Ives is far.好的。",
        "再见！",
    ]


def test_a_page_is_read_without_what_is_on_every_page() -> None:
    blocks = html_blocks(PEPPERS)
    assert [(block.text, block.level, block.cell) for block in blocks] == [
        ("Peppers", 1, False),
        ("Peppers need warmer nights than tomatoes, at least 14 °C.", 0, False),
        ("Peppers are picked green or red.", 0, False),
        ("Sown", 0, True),
        ("March", 0, True),
    ]
    assert [block.line for block in blocks[:2]] == [2, 3]
