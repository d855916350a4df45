"""What somebody's own files say: a folder of texts → passages with their places → the sentences that tell of something.

    knowledge = Knowledge.of(Path("sources"))
    for fact in knowledge.facts("watering tomatoes", most=12, longest=220, language="en"):
        print(fact.text, fact.place)       # care/watering.md:14 Watering → In the morning

    for found in knowledge.answering("Can I send it back?", most=3):
        print(found.passage.text, found.headed)      # what answers a question, and how sure that is

Every run looks at each file; one that has not changed, by its hash, need not be read again where a `BlockStore` keeps
what was read. Words are found by SQLite's FTS5 (BM25, Robertson and Zaragoza
2009, with Porter's stems), Chinese, Japanese and Korean by pairs of characters; titles and headings count more than
text. A fact is a sentence that can stand alone, word for word as its file has it, in the language asked for.

Names: `Knowledge` (a folder that was read), `Passage` (what stands under a heading), `SourcedFact` (a sentence and its
place), `FoundPassage` (one that answers, and how well), `FileBlock` and `BlockStore` (what a file says, kept),
`meant_words`, `KINDS` (suffix → how it is read). Knows: folders, files of text, words. Does not know: briefs, content
types, models, who asks. BriefError names a file that cannot be read, its line, and what to do.
"""

from __future__ import annotations

from aigc.knowledge.kept_blocks import BlockStore
from aigc.knowledge.matching import FoundPassage, meant_words
from aigc.knowledge.passages import FileBlock, Passage
from aigc.knowledge.search import Knowledge
from aigc.knowledge.source_files import KINDS
from aigc.knowledge.sourced_facts import SourcedFact

__all__ = ["KINDS", "BlockStore", "FileBlock", "FoundPassage", "Knowledge", "Passage", "SourcedFact", "meant_words"]
