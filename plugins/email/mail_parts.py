"""A mail from its facts: subject, preheader, greeting, text, what it asks for, postscript and who writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import pass_context
from jinja2.runtime import Context

from aigc.content import measure
from aigc.types import Json
from aigc_plugins.ads.calls import offering
from aigc_plugins.ads.capital import capital
from aigc_plugins.ads.compose import price_line
from aigc_plugins.ads.fact_lines import FINAL, has_words, in_sentence, offered, priced
from aigc_plugins.ads.fact_shape import told_together
from aigc_plugins.ads.word_lists import TAIL, in_language
from aigc_plugins.email.mail_lists import MailPlatform, drawn, mail_list, mail_platform
from aigc_plugins.social.social_platforms import wording as post_wording

SUBJECT, PREHEADER, BUTTON = 60, 90, 30
SENTENCES = 200  # wide: facts of one paragraph
FORMAL = frozenset(["formal", "serious", "正式", "严肃"])
ENDED = re.compile(r"[.!?。！？…:：][\"'”’)）」』]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBrief:
    """This is what a mail is made of."""

    language: str
    tone: str
    name: str
    facts: tuple[str, ...]
    platform: MailPlatform
    offer: str = ""
    price: str = ""
    brand: str = ""
    category: str = ""
    story: str = ""
    button: str = ""
    address: str = ""
    unsubscribe: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Json]) -> MailBrief:
        """Return what a brief's values give."""
        names = ("brand", "category", "story", "button", "address", "unsubscribe")
        texts = {name: " ".join(str(values.get(name) or "").split()) for name in names}
        language = "zh" if values.get("language") == "zh" else "en"
        price, offer = (str(values.get(name) or "").strip() for name in ("price", "offer"))
        return cls(
            language=language,
            tone="formal" if str(values.get("tone") or "").strip().lower() in FORMAL else "friendly",
            name=capital(" ".join(str(values.get("product") or "").split()).strip(FINAL)),
            facts=tuple(one for fact in values.get("facts") or [] if has_words(one := " ".join(str(fact).split()))),
            platform=mail_platform(str(values.get("platform") or "none")),
            offer=offered(offer or None) or "",
            price=_price(price, language),
            **texts,
        )

    @property
    def joint(self) -> str:
        """What stands between two sentences."""
        return "" if self.language == "zh" else " "

    def one_of(self, part: str, of: str = "", at: int = 0) -> str:
        """Return a line of the wording in this language and tone, with the product in it; `at` is which mail it is."""
        lines = mail_list("wording")[part][self.language]
        lines = lines if isinstance(lines, list) else lines[of or self.tone]
        line = drawn(lines, "\n".join((self.name, *self.facts)), at)
        return line.replace("{name}", self.name).replace("{thing}", in_sentence(self.name.partition(",")[0]))

    def ended(self, text: str) -> str:
        """Return a text as a sentence."""
        text = capital(text.strip())
        return text if ENDED.search(text) else text.rstrip(FINAL) + ("。" if self.language == "zh" else ".")

    def paragraphs(self, facts: Sequence[str]) -> list[str]:
        """Return facts two by two, each pair as a paragraph."""
        pairs = [list(facts[at : at + 2]) for at in range(0, len(facts), 2)]
        told = ((pair, told_together(pair, self.language, SENTENCES)) for pair in pairs)
        return [
            text if all(fact.strip(FINAL).lower() in text.lower() for fact in pair) else self._one_by_one(pair)
            for pair, text in told
        ]

    def _one_by_one(self, facts: Iterable[str]) -> str:
        return self.joint.join(map(self.ended, facts))


@pass_context
def mail_part(context: Context, part: str) -> str:
    """Return a part of the mail of a brief, as `mail_part("subject")`.

    Parts are subject, preheader, greeting, body, button, postscript, signature, footer and unsubscribe.
    """
    brief = MailBrief.of(context.get_all())
    if part == "subject":
        return subject(brief)[0]
    if part == "preheader":
        return preheader(brief)
    return body(brief) if part == "body" else framed(brief)[part]


def framed(brief: MailBrief, at: int = 0) -> dict[str, str]:
    """Return the parts around a mail's text: greeting, button, postscript, signature, footer, unsubscribe."""
    kind = offering(brief.name, brief.category or None, further=True)
    calls = [one for one in in_language(post_wording()["linked"], brief.language)[kind] if len(one) <= BUTTON]
    offer = brief.one_of("postscript", at=at).replace("{offer}", brief.ended(brief.offer)) if brief.offer else ""
    chinese = brief.language == "zh"
    farewell = brief.one_of("farewell") + ("" if chinese else ",")
    address, reader = brief.address or brief.platform.address, brief.platform.first_name
    greeting = (
        brief.one_of("greeting", at=at).replace("{reader}", reader) if reader else brief.one_of("nameless", at=at)
    )
    return {
        "greeting": greeting,
        "button": brief.button or drawn(calls, brief.name, at),
        "postscript": offer,
        "signature": f"{farewell}\n{brief.brand}" if brief.brand else "",
        "footer": ("，" if chinese else ", ").join(filter(None, [brief.brand, address])) if address else "",
        "unsubscribe": brief.unsubscribe or brief.platform.unsubscribe,
    }


def subject(brief: MailBrief) -> tuple[str, str]:
    """Return a subject with the offer or the fact that it tells: the first that is short, else the first that fits."""
    lines = [*_subjects(brief), (brief.name, ""), (capital(TAIL.sub("", brief.name)), "")]
    advised = mail_list("subjects")["lengths"]["advised"]
    short = [pair for pair in lines if measure(pair[0], advised["counter"]) <= advised["most"]]
    fitting = [pair for pair in lines if len(pair[0]) <= SUBJECT]
    told = [pair for pair in short if pair[1]] or [pair for pair in fitting if pair[1]]
    return (told or short or fitting or lines)[0]


def preheader(brief: MailBrief) -> str:
    """Return what is seen behind the subject: the offer and facts that it does not tell, as many as fit."""
    told = subject(brief)[1]
    lines = [brief.ended(brief.offer)] if brief.offer and told != brief.offer else []
    left = [fact for fact in brief.facts if fact != told]
    if not lines:
        lines = [told_together(left[:2], brief.language, PREHEADER)]
    fitting = [line for line in lines if line and len(line) <= PREHEADER]
    return fitting[0] if fitting else brief.one_of("preheader")


def body(brief: MailBrief) -> str:
    """Return the text of a mail in paragraphs: a line that says what it is about, the facts, the price."""
    first = brief.ended(brief.story) if brief.story else brief.one_of("opening")
    price = brief.ended(brief.price) if brief.price else ""
    return "\n\n".join(filter(None, [first, *brief.paragraphs(brief.facts), price]))


def _price(price: str, language: str) -> str:
    told = priced(price or None)
    pattern: str = in_language(post_wording()["priced"], language)
    return price_line(told, language) or (pattern.format(price=told.strip(FINAL)) if told else "")


def _subjects(brief: MailBrief) -> Iterator[tuple[str, str]]:
    for told in filter(None, [brief.offer, *brief.facts]):
        line = told.strip(FINAL)
        yield f"{brief.name}：{line}" if brief.language == "zh" else f"{brief.name}: {in_sentence(line)}", told
