"""What a fact holds under, and what it warns of: neither may be lost from it, nor is it a reason to click by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

LACKING = (
    "不含(?:安装|运费|税|餐|早餐|材料|耗材|电池|机票|门票|住宿|五金|配件|插头|充电头|充电器|充电线|电源|适配器|支架|"
    ".{0,6}会员)"
)
PROVISO = re.compile(  # in what stands behind a fact: "parts extra", "weather permitting", "新疆西藏除外"
    r"(?<!no )\bextra$|\b(?:excluding|excludes?|excl|except|(?<!-)only(?!-)|permitting|unless|otherwise|subject to|"
    r"provided that|if|when you|up to|with an? (?:paying|full-paying)|"
    r"(?:stocks?|space|places|weather|demand) (?:allows?|permits?)|while stocks? lasts?|"
    r"not (?:included|provided|available|on|for|in)|minimum|plus (?:parts|vat|postage|delivery|p&p)|but not|"
    r"refund(?:ed|able)? (?:when|if)|(?:terms|conditions|charges|fees) apply|deposit|"
    r"(?:cleaning|booking|service|delivery|entry) fee)\b"
    rf"|除外|不包|另计|另付|另收|加收|需另|{LACKING}|不支持|仅限|只限|限(?:首|前|新|每|本|\d)|起订|不参与|为准|"
    r"视.{1,8}而定|须|需提前|需预约|提前.{1,4}[说约定]",
    re.IGNORECASE,
)
WARNING = re.compile(  # what one has to know and nobody advertises: "minimum hire 3 months", "春节期间加收30%"
    r"^(?:closed\b(?!-)|minimum\b(?! (?:fuss|effort|waste|wait))|"
    r"not (?:for (?:children|use|under|babies|any(?:one|body)|people)|suitable|included|available|recommended)\b|"
    r"(?:drink|eat|use|consume|finish|refrigerate) (?:it )?within\b|"
    r"wash (?:at|separately|inside)\b|bring (?:an?|your)\b|not [\w-]+ (?:ones|models|types)$|"
    r"(?:does not|doesn['’]t|do not|don['’]t) (?:come with|include)\b|"
    r"no (?:tickets? (?:on|at) the (?:gate|door)|walk-ins?|"
    r"cash|cards?|dogs|pets|refunds?|exchanges?|returns|children|smoking|alcohol|wheelchair|parking|changing)\b"
    r"(?! (?:fees?|charges?|needed|worries))|"
    r"(?:please )?(?:(?:do not|don['’]t)\b(?! (?:smell|shrink|slip|fade|rust|scratch|sag|itch|leak|pinch|"
    r"rub|chafe|pill|stain|stretch|crease|fray|wobble|creak|squeak|need|lose|fog|melt)\b)|"
    r"never\b(?! (?:more than|again|rusts?|needs?|too))|(?:avoid|bring your own|byo)\b)|"
    r"deposit\b(?!-)|use only\b|(?!no )[^,;]*\brequired$|(?:hand|machine|spot|sponge|dry)[ -](?:wash|clean)\b)"
    r"|(?<!no )\bextra$|[£$€]\d[\d.]* extra\b|"
    r"\b(?:use|members|adults|residents|september|october|thursday|weekdays|weekends) only$|"
    r"\b(?<!no )extra (?:cost|charge|fee)s?\b|\b(?:not (?:included|provided|dishwasher|microwave)|sold separately|"
    r"(?<!no )\w+ card required|wear gloves|surcharge|will (?:rust|fade|shrink|stain)|non-refundable|"
    r"at your own risk|terms apply|do not (?:machine|tumble|bleach|iron|immerse|use|wash))\b"
    r"|(?<![不无])闭[园馆店]|店休|休[馆园](?!闲)|停业|不(?:营业|开放|接待)|(?:周|星期)[一二三四五六日天](?:休息|公休|不)"
    rf"|(?<![无不])加收|不支持|不建议|不适合|不适用|{LACKING}|需带|须带|自备|需另|另付|另计|(?<!不)另收|不退(?!色)|"
    r"不可(?:机洗|微波|退)|内(?:喝|吃|用|食用|饮用)完|请勿|禁止|谢绝|概不|(?<![免无零0])押金|(?<!不)怕(?:潮|水|摔|晒|暴晒)|(?<!不)易碎|"
    r"(?<!不)会(?:掉|褪色|生锈|(?:自然)?氧化)|除外",
    re.IGNORECASE,
)
SENDING = re.compile(  # what a product's title does not tell: it is the shop's, not the thing's
    r"^(?:free )?(?:ships?(?!['’])|shipped|delivery|delivered|dispatched|posted|sent|returns?|in stock|made to order)\b"
    r"|发货|包邮|现货|顺丰|退换|退货|运费|预售|售后|质保",
    re.IGNORECASE,
)


def has_proviso(lost: str) -> bool:
    """Tell whether what a fact would lose is a condition or an exception."""
    return PROVISO.search(lost.strip(" .。;；")) is not None


def drops_proviso(line: str, fact: str) -> bool:
    """Tell whether a line is the beginning of its fact without a condition or an exception that stands behind it."""
    text = fact.strip(" .。;；").casefold()
    start = line.strip(" .。;；").casefold()
    return len(start) < len(text) and text.startswith(start) and has_proviso(text[len(start) :])


def warns(fact: str) -> bool:
    """Tell whether a fact says what is not had, not allowed or to be paid besides."""
    return WARNING.search(fact.strip(" .。;；")) is not None


def selling(facts: Sequence[str]) -> list[str]:
    """Return the facts that warn of nothing; all of them where there is no other."""
    return [fact for fact in facts if not warns(fact)] or list(facts)


def is_sending(fact: str) -> bool:
    """Tell whether a fact is about how a thing is sent or taken back."""
    return SENDING.search(fact.strip()) is not None
