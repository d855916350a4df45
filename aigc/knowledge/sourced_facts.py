"""Which sentences of a passage can stand alone in somebody else's text, and which of them tell of a question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aigc.knowledge.passages import FileBlock, Passage

HAN = re.compile(r"[\u3400-\u9fff]")
# A sentence that ends before no space is none, `cut`: were that no match, each of its letters would be tried for one.
SENTENCE = re.compile(
    r"[^.!?。！？]+(?:[.!?](?=[\w])[^.!?。！？]*)*(?:[.!?]+[\"'”’)]*(?=\s|$)|[。！？]+[”’」）]*|$|(?P<cut>[.!?]+))"
)
ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|approx|ca|no|nos|fig|vol|dr|mr|mrs|ms|prof|st|vs|etc|min|max)|\b[A-Z])\.$", re.I
)
LONGEST_ABBREVIATION = 12  # characters, with what stands before it
ENDED = re.compile(r"[.。！!][\"'”’」）)]*$")
SHORTEST_WORDS, SHORTEST_HAN = 4, 6
# What leans on the sentence before it, or on the page around it.
LEANING = re.compile(
    r"^(?:it|its|they|their|them|he|she|his|her|this|that|these|those|such|here|there(?! (?:is|are|was|were)\b)|both|"
    r"each of|either|neither|one of|some of|the (?:former|latter|same|above|following|others?)|as (?:above|mentioned|"
    r"described|shown)|see|note|click|read more|above|below|another|also|then|thus|therefore|hence|so|but|and|or|yet|"
    r"however|moreover|furthermore|instead|otherwise|similarly|likewise|finally|first(?:ly)?|second(?:ly)?|next|"
    r"additionally|consequently|meanwhile|nevertheless|for (?:example|instance|this|that|these)|"
    r"in (?:addition|contrast|this|that|these)|on the other hand|after that|at that|we|our|i|my)\b",
    re.IGNORECASE,
)
LEANING_INSIDE = re.compile(
    r"\b(?:see (?:above|below|figure|table|section|page)|(?:figure|table|section|chapter|appendix) \d|"
    r"as (?:above|noted|mentioned)|(?:above|below|following)[- ]mentioned|"
    r"this (?:page|article|guide|section|chapter|document)|"
    r"click here|https?://|www\.)",
    re.IGNORECASE,
)
SEVERAL = re.compile(r"\b(?:they|their|theirs|them|themselves)\b", re.IGNORECASE)  # of which something said before is
MANY = re.compile(
    r"\band\b|\b(?!(?:is|was|has|does|this|as|us|its|his)\b)\w+[^s\W]s\b|\b(?:people|children|men|women)\b"
)
ONE = re.compile(r"^(?:an?|each|every|one|the only)\b", re.IGNORECASE)
FIRST_WORDS = 4  # among which those are named that a sentence is about
LEANING_ZH = re.compile(
    r"^(?:它|他|她|它们|他们|她们|这|那|此|该|其|上述|以上|以下|如下|下面|上面|另外|此外|同时|因此|所以|于是|但是|但|然而|不过|"
    r"而且|并且|而|也|又|还|再|则|即|例如|比如|其中|首先|其次|然后|最后|总之|反之|否则|同样|我们|本(?:文|页|节|章|站)|点击|参见|见)"
    r"|见(?:上|下|图|表|第)|如(?:图|表|上|下)|本(?:文|页|节|章|站)|https?://"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedFact:
    """This is a sentence, word for word, and where it stands."""

    text: str
    place: str


def sentences_of(text: str) -> Iterator[str]:
    """Yield the sentences of a block; a point after an abbreviation or an initial ends none."""
    held: list[str] = []
    for found in SENTENCE.finditer(text):
        part = "" if found["cut"] else found[0].strip()
        if part:
            held.append(part)
        if held and not ABBREVIATED.search(held[-1][-LONGEST_ABBREVIATION:]):
            yield " ".join(held)
            held.clear()
    if held:
        yield " ".join(held)


def stands_alone(sentence: str) -> bool:
    """Say whether a sentence is whole, is no question, and leans neither on one before it nor on its page."""
    if not ENDED.search(sentence):
        return False
    han = len(HAN.findall(sentence))
    if 2 * han > len(sentence.split()) and han:
        return han >= SHORTEST_HAN and not LEANING_ZH.search(sentence)
    words = sentence.split()
    whole = len(words) >= SHORTEST_WORDS and not sentence[0].islower() and not _others_meant(sentence)
    return whole and not LEANING.search(sentence) and not LEANING_INSIDE.search(sentence)


def _others_meant(sentence: str) -> bool:
    """Say whether a sentence speaks of several that are not named in it."""
    meant = SEVERAL.search(sentence)
    if not meant:
        return False
    before = " ".join(sentence[: meant.start()].split()[:FIRST_WORDS])
    return bool(ONE.search(before)) or not MANY.search(before)


def standing_in(passage: Passage, longest: int) -> Iterator[tuple[FileBlock, str]]:
    """Yield a passage's sentences that can stand alone and have at most so many characters."""
    for block in passage.blocks:
        if block.cell:
            continue
        for sentence in sentences_of(block.text):
            if len(sentence) <= longest and stands_alone(sentence):
                yield block, sentence
