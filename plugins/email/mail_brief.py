"""What a mail is made of: a brief's facts, offer, price and who writes, with the lines of our own in its language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from aigc.types import Json
from aigc_plugins.ads.calls import Sold, sold_as
from aigc_plugins.ads.capital import after_marks, capital
from aigc_plugins.ads.compose import price_line
from aigc_plugins.ads.fact_lines import FINAL, has_words, is_amount, offered, priced
from aigc_plugins.ads.provisos import warns
from aigc_plugins.ads.word_lists import in_language
from aigc_plugins.email.mail_lists import MailPlatform, drawn, mail_list, mail_platform
from aigc_plugins.email.mail_things import MailThing
from aigc_plugins.social.social_platforms import wording as post_wording

FORMAL = frozenset(["formal", "serious", "正式", "严肃"])
TOOLS_ARE = re.compile(
    r"^((?:学|工|用|文|教|餐|厨|玩|道|茶|渔|寝|炊|画|护)具)有(?=[\u4e00-\u9fff])"
)  # 具有 would be read
FOR_SO_MANY = re.compile(r"(?i)\s(?:for|per|an?|each)\b|/")  # "£9.50 for 25"
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
    goods: bool = True
    button: str = ""
    address: str = ""
    unsubscribe: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Json]) -> MailBrief:
        """Return what a brief's values give."""
        names = ("brand", "category", "story", "button", "address", "unsubscribe")
        texts = {name: " ".join(str(values.get(name) or "").split()) for name in names}
        language = "zh" if values.get("language") == "zh" else "en"
        facts = [one for fact in values.get("facts") or [] if has_words(one := _fact(str(fact)))]
        price, offer = (str(values.get(name) or "").strip() for name in ("price", "offer"))
        return cls(
            language=language,
            tone="formal" if str(values.get("tone") or "").strip().lower() in FORMAL else "friendly",
            name=capital(" ".join(str(values.get("product") or "").split()).strip(FINAL)),
            facts=tuple(sorted(facts, key=warns)),  # what is not had comes last
            platform=mail_platform(str(values.get("platform") or "none")),
            offer=offered(offer or None) or "",
            goods=_sold(values) == "goods",
            price=_price(price, language, values),
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
        return line.replace("{name}", self.name).replace("{thing}", self.thing.name)

    @property
    def thing(self) -> MailThing:
        """How the thing is called within a sentence."""
        return MailThing.of(self.name, self.language, self.category)

    def ended(self, text: str) -> str:
        """Return a text as a sentence."""
        text = after_marks(capital(text.strip()))
        return text if ENDED.search(text) else text.rstrip(FINAL) + ("。" if self.language == "zh" else ".")


def _price(price: str, language: str, values: Mapping[str, Json]) -> str:
    """Return the line that tells a price; nothing where a fact tells it already."""
    told = priced(price or None)
    facts = values.get("facts")
    again = re.compile(rf"(?<![\d.,]){re.escape((told or '').strip(FINAL))}(?![\d.,]*\d)", re.IGNORECASE)
    if told and any(again.search(str(fact)) for fact in (facts if isinstance(facts, list) else [])):
        return ""
    if told and language == "zh" and not is_amount(told):
        return f"价格：{told.strip(FINAL)}"  # "每次380元" is no sentence of a mail
    pattern: str = in_language(post_wording()["priced"], language)
    if told and language == "en" and FOR_SO_MANY.search(told) and is_amount(told):
        return pattern.format(price=told.strip(FINAL))  # no "Yours for £9.50 for 25"
    return price_line(told, language, _sold(values)) or (pattern.format(price=told.strip(FINAL)) if told else "")


def _fact(text: str) -> str:
    return TOOLS_ARE.sub(r"\1：", " ".join(text.split()))


def _sold(values: Mapping[str, Json]) -> Sold:
    facts = values.get("facts")
    category = str(values.get("category") or "") or None
    return sold_as(str(values.get("product") or ""), category, map(str, facts if isinstance(facts, list) else []))
