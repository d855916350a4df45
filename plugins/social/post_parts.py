"""A post from its facts: the first line, the facts, what is asked for, hashtags, and as much of it as fits.

Nothing is cut: what does not fit goes fact by fact from the last one, then the hashtags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from jinja2 import pass_context
from jinja2.runtime import Context

from aigc.types import Json
from aigc_plugins.ads.a_or_an import is_plural
from aigc_plugins.ads.calls import occasion, offering
from aigc_plugins.ads.capital import after_marks, capital
from aigc_plugins.ads.compose import price_line
from aigc_plugins.ads.fact_lines import has_words, in_sentence, offered, priced
from aigc_plugins.ads.fact_shape import opening
from aigc_plugins.ads.given_capitals import behind_colon
from aigc_plugins.ads.provisos import warns
from aigc_plugins.ads.told_of import does_something
from aigc_plugins.ads.word_lists import TAIL, in_language, word_lists
from aigc_plugins.articles.retold import tells_again
from aigc_plugins.social.hashtags import post_hashtags
from aigc_plugins.social.social_platforms import SocialPlatform, social_platform, wording
from aigc_plugins.text.emoji import strip_emoji

FINAL = " .。;；,，"
ENDED = re.compile(r"[.!?。！？…][\"'”’)）」』]*$")
COUNTED = re.compile(
    r"\b(?:things|ways|tips|steps|rules|facts|mistakes|reasons)\b|[件种个条点步](?:事|方法|要点|方面|建议|步骤)?$"
)
APPOINTED = re.compile(
    r"\b\d{1,2}(?:[:.]\d{2})? ?(?:am|pm|a\.m\.|p\.m\.)\b|\b\d{1,2}:\d{2}\b|\bfrom \d{1,2} [A-Z][a-z]{2,}"
    r"|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? \d{1,2} [a-z]{3,}"
    r"|[上下]?[午晚]?[一二三四五六七八九十\d]+[点时](?:半)?(?:到|至|[-—~])|\d+月\d+日|(?:本|下)周[一二三四五六日末]",
    re.IGNORECASE,
)
NOTICE = re.compile(r"(?:通知|公告|须知|安排|启事|预告|时间|日程)$")
ASKED_WHY = re.compile(r"^(?:为什么|为何|什么|怎么|怎样|如何|哪|谁)|(?:吗|呢)$")
BINDING = re.compile(
    r"^(?:please|bring|book|wear|arrive|register|sign up|pay|reserve|do not|don['’]t|you need|under[- ]\d+s|aged?)\b"
    r"|\b(?:must|in advance|ahead|beforehand|required|with an? (?:adult|parent)|(?:days|hours) before|only)\b"
    r"|^请|须|需要?(?:提前|预约|自备|携带|家长)|自备|提前.{0,4}(?:预约|预订|报名|告知|到)"
    r"|陪同|谢绝|禁止|不得|限(?:\d|前|每|本)|岁(?:以下|以上)",
    re.IGNORECASE,
)
QUESTION = re.compile(r"(?:what|how|why|when|where|who|which|whether)\b", re.IGNORECASE)
NUMBERED = " {part}/{parts}"
FORMAL = frozenset(["formal", "serious", "正式", "严肃"])


@dataclass(frozen=True, slots=True, kw_only=True)
class PostBrief:
    """This is what a post is made of. `told` is the number of facts that stand in it, from the first."""

    platform: SocialPlatform
    language: str
    name: str
    product: bool
    facts: tuple[str, ...]
    tags: tuple[str, ...]
    url: str = ""
    brand: str = ""
    category: str = ""
    audience: str = ""
    extras: tuple[str, ...] = ()
    formal: bool = False
    written: str = ""
    told: int = 0
    called: bool = True

    @classmethod
    def of(cls, values: Mapping[str, Json], written: Sequence[str]) -> PostBrief:
        """Return what a brief's values give; the first of `written` stands for the fact that it tells."""
        platform, language = social_platform(str(values["platform"])), str(values.get("language") or "en")
        texts = {name: str(values.get(name) or "").strip() for name in ("url", "brand", "category", "audience")}
        product = str(values.get("product") or "").strip()
        facts = [one for fact in values.get("facts") or [] if has_words(one := " ".join(str(fact).split()))]
        line = next(filter(None, written), "")
        if told := [fact for fact in facts if line and tells_again(line, fact, language)]:
            facts.remove(told[0])
        served = offering(product, texts["category"] or None, further=True) == "service"
        served = served or bool(re.search(r"\b(?:an?|per)\b|/", str(values.get("price") or "")))  # £15 a walk
        deal = offered(values.get("offer") or None) or ""
        if (
            deal
            and product
            and facts[1:]
            and not line
            and not any(deal.casefold() in fact.casefold() for fact in facts)
        ):
            facts, deal = [deal, *facts], ""  # what is offered is the best first line
        extras = [_price(values.get("price"), language, served=served), deal]
        kinds = word_lists()["kinds"]
        shelf = texts["category"] if texts["category"].lower() not in {*kinds["service"], *kinds["software"]} else ""
        names = (product or str(values.get("topic") or ""), texts["brand"], shelf)
        rule = platform.hashtags
        return cls(
            platform=platform,
            language=language,
            name=names[0].strip(),
            product=bool(product),
            facts=tuple(facts),
            told=len(facts),
            tags=tuple(post_hashtags(map(str, values.get("hashtags") or []), names, rule.form, rule.most)),
            extras=tuple(ended(capital(one), language) for one in extras if one),
            formal=str(values.get("tone") or "").strip().lower() in FORMAL,
            written=line,
            url=texts["url"],
            brand=texts["brand"],
            category=texts["category"],
            audience=texts["audience"],
        )

    @property
    def listed(self) -> bool:
        """Whether the facts stand below one another."""
        return bool(self.platform.mark)

    @property
    def named(self) -> str:
        """What the post is of, with its brand."""
        if not self.brand or not self.product or self.brand.lower() in self.name.lower():
            return capital(self.name)
        pattern: str = in_language(wording()["branded"], self.language)
        head, comma, rest = self.name.partition(", ") if self.language == "en" else (self.name, "", "")
        return capital(pattern.format(product=head, brand=self.brand) + comma + rest)  # Loft ladder by Steig, 3-part


@pass_context
def post_part(context: Context, part: str, written: Sequence[str] = ()) -> Json:
    """Return a part of the post for a brief's platform, as `post_part("hook", stages.hooks)`.

    Parts are hook, body, call, hashtags, alt_text, post (all of it as it goes out) and thread (its parts, where one
    post does not tell all facts and the platform has threads). `written` are first lines that a model wrote.
    """
    values = context.get_all()
    brief = PostBrief.of(values, [str(line or "") for line in written])
    if part == "alt_text":
        return alt_text(brief, str(values.get("picture") or ""), str(values.get("media") or ""))
    fitting = shortened(brief)
    if part == "thread":
        return thread(brief) if fitting.told < brief.told and brief.platform.thread else []
    if part == "post":
        return whole(fitting)
    parts: dict[str, Json] = {"hook": hook(fitting), "body": body(fitting), "call": call(fitting)}
    return parts[part] if part in parts else list(fitting.tags)


def shortened(brief: PostBrief) -> PostBrief:
    """Return as much of a post as its platform takes: hashtags go but for one, then facts from the last, then the last
    hashtag, then what it calls for."""
    least = min(1, len(brief.tags))
    for told in range(brief.told, -1, -1):
        for tags in range(len(brief.tags), least - 1, -1):
            fitting = replace(brief, told=told, tags=brief.tags[:tags])
            if brief.platform.fits(whole(fitting)) and (told or not brief.facts or _said_first(fitting)):
                return fitting
    bare = replace(brief, told=0, tags=(), extras=())
    return bare if brief.platform.fits(whole(bare)) else replace(bare, called=False)


def hook(brief: PostBrief) -> str:
    """Return the first line: what a model wrote, else the name with the first fact, or a topic with the number of facts
    that follow."""
    if brief.written:
        return brief.written.rstrip(FINAL) if brief.platform.headline else brief.written
    if not brief.product:
        return _headed(brief)
    line = _with_fact(brief)
    if line and _said_first(brief):
        return line
    names = (brief.named, capital(brief.name), capital(TAIL.sub("", brief.name)))
    title = brief.platform.headline
    return next((name for name in names if not (title and title.over(name))), brief.named)


def body(brief: PostBrief) -> str:
    """Return the facts that the first line does not tell, below one another or as sentences, then price and offer."""
    if not brief.listed:
        return ("" if brief.language == "zh" else " ").join(_sentences(brief))
    facts = _left(brief)
    whole_sentences = any(ENDED.search(fact) for fact in facts)
    mark = "• " if brief.formal else brief.platform.mark
    marked = (ended(fact, brief.language) if whole_sentences else fact.strip(FINAL) for fact in facts)
    lines = [mark + after_marks(capital(fact)) for fact in marked if not (brief.product and warns(fact))]
    noted = [fact for fact in facts if brief.product and warns(fact)]  # no tick before what is not had
    if brief.written:
        lines = [brief.named + (_colon(brief).rstrip() if lines else ""), *lines]
    note = _noted(noted, brief) if noted else ""
    return "\n\n".join(filter(None, ["\n".join(lines), note, "\n".join(brief.extras)]))


def _noted(facts: Sequence[str], brief: PostBrief) -> str:
    """Return what is not had, not allowed or to be paid besides, as one sentence under the list."""
    told = [in_sentence(fact.strip(FINAL)) for fact in facts]
    pattern: str = in_language(wording()["noted"], brief.language)
    return ended(pattern.format(facts=("；" if brief.language == "zh" else "; ").join(told)), brief.language)


def call(brief: PostBrief) -> str:
    """Return what the post asks for: to open the address, to look the page up, or to answer a question."""
    lists, platform = wording(), brief.platform
    kind = offering(brief.name, brief.category or None, further=True) if brief.product else "topic"
    if kind == "service" and occasion(brief.name, brief.language) in ("visit", "school", "firm"):
        kind = "topic"  # nobody books a museum
    if not brief.called:
        return ""
    if brief.url and platform.link:
        lead = _drawn(in_language(lists["linked"], brief.language)[kind], brief)
        return f"{lead}{_colon(brief)}{brief.url}"
    if brief.url and platform.contact:
        return _drawn(in_language(lists["unlinked"], brief.language)[kind], brief)
    if any(map(APPOINTED.search, brief.facts)):
        return ""  # a notice of when and where: nobody is asked what is new in it, or matters most
    if brief.product and any(_binds(fact) for fact in brief.facts[: brief.told]):
        return ""  # nobody is moved by what to bring
    asked = in_language(lists["asking"], brief.language)["product" if brief.product else "topic"]
    return _drawn(asked, brief) if brief.told > 1 else ""


def whole(brief: PostBrief) -> str:
    """Return a post as it goes out: its parts with an empty line between them, sentences behind the first line."""
    first, rest = hook(brief), body(brief)
    if not brief.listed and not brief.platform.headline and brief.product:
        joint = "" if brief.language == "zh" else " "
        parts = [joint.join(filter(None, [ended(first, brief.language), rest]))]
    else:
        parts = [first, rest]
    return "\n\n".join(filter(None, [*parts, call(brief), " ".join(brief.tags)]))


def thread(brief: PostBrief) -> list[str]:
    """Return all facts in parts that each fit, numbered 1/3, the call and hashtags in the last; none where one fact is
    too long for a part."""
    parts = list(_packed(brief))
    closing = "\n\n".join(filter(None, [call(brief), " ".join(brief.tags)]))
    if closing:
        joined = f"{parts[-1]}\n\n{closing}"
        parts[-1:] = [joined] if _fits_numbered(joined, brief) else [parts[-1], closing]
    numbered = [part + NUMBERED.format(part=at, parts=len(parts)) for at, part in enumerate(parts, 1)]
    return numbered if len(parts) > 1 and all(map(brief.platform.fits, numbered)) else []


def alt_text(brief: PostBrief, picture: str, media: str) -> str:
    """Return what the picture shows in words, as far as the brief tells; nothing for a post without a picture."""
    if not picture and not media:
        return ""
    if not picture or brief.name.lower() in picture.lower():
        return capital(picture) or brief.named
    return f"{brief.named}{_colon(brief)}{in_sentence(picture)}"


def ended(text: str, language: str) -> str:
    """Return a text with a mark at its end."""
    text = text.strip()
    return text if ENDED.search(text) else text.strip(FINAL) + ("。" if language == "zh" else ".")


def _packed(brief: PostBrief) -> Iterator[str]:
    joint, part = "" if brief.language == "zh" else " ", ended(hook(brief), brief.language)
    for sentence in _sentences(brief):
        longer = joint.join([part, sentence])
        if not _fits_numbered(longer, brief):
            yield part
            longer = sentence
        part = longer
    yield part


def _left(brief: PostBrief) -> list[str]:
    """Return the facts that are told behind the first line."""
    facts = list(brief.facts[: brief.told])
    return facts[1:] if not brief.written and _said_first(brief) else facts


def _sentences(brief: PostBrief) -> list[str]:
    """Return what is told behind the first line as sentences; behind one of a model the name comes first."""
    facts = [after_marks(capital(fact)) for fact in _left(brief)]
    if brief.written:
        facts[:1] = [f"{brief.named}{_colon(brief)}{in_sentence(facts[0])}" if facts else brief.named]
    return [*(ended(one, brief.language) for one in facts), *brief.extras]


def _colon(brief: PostBrief) -> str:
    if re.search("[:：]", brief.named):  # one colon is enough
        return "，" if brief.language == "zh" else " – "
    return "：" if brief.language == "zh" else ": "


def _fits_numbered(text: str, brief: PostBrief) -> bool:
    return brief.platform.fits(text + NUMBERED.format(part=99, parts=99))


def _said_first(brief: PostBrief) -> bool:
    """Tell whether the first line tells the first fact: that of a product does where both fit into it, and not what one
    thing does of several: no "Tickets: leaves at nine"."""
    line = _with_fact(brief)
    if line and brief.language == "en" and is_plural(brief.name) and does_something(brief.facts[0]):
        return False
    return bool(brief.product and line) and all(
        not bound.over(line) for bound in (brief.platform.headline, brief.platform.shown) if bound
    )


def _with_fact(brief: PostBrief) -> str:
    if not brief.facts or brief.told < 1:
        return ""
    fact = strip_emoji(brief.facts[0]).strip(FINAL)
    return f"{brief.named}{_colon(brief)}{behind_colon(fact, in_sentence(fact))}"


def _headed(brief: PostBrief) -> str:
    topic, count = capital(brief.name.strip(FINAL)), brief.told
    if brief.language == "zh" and NOTICE.search(topic):
        return topic
    if brief.language == "zh" and ASKED_WHY.search(topic):  # a question is no thing that has points
        return topic if ENDED.search(topic) else f"{topic}？"
    counts: Sequence[str] = in_language(wording()["counts"], brief.language)
    if QUESTION.match(topic):
        return topic  # "What changes this April" is no thing that has points
    if count < 2 or count >= len(counts) or ENDED.search(topic) or COUNTED.search(topic):
        return topic
    patterns = in_language(wording()["headed"], brief.language)
    asked = "_asked" if any(map(_asks, brief.facts[:count])) and "plain_asked" in patterns else ""
    lines = [patterns["readers" + asked]] if brief.audience else []
    for pattern in (*lines, patterns["plain" + asked]):
        line: str = pattern.format(topic=topic, count=counts[count], audience=brief.audience)
        if all(not bound.over(line) for bound in (brief.platform.headline, brief.platform.shown) if bound):
            return line
    return topic


def _asks(fact: str) -> bool:
    """Tell whether a fact is a question or tells somebody to do something, which is no thing to know."""
    first = fact.split(" ")[0].lower()
    return fact.rstrip().endswith("?") or opening(fact) == "do" or first in word_lists()["verbs"]


def _binds(fact: str) -> bool:
    """Tell whether a fact is a condition: what to bring, to pay besides or to do before, who may not come."""
    return warns(fact) or BINDING.search(fact) is not None


def _price(price: Json, language: str, *, served: bool) -> str:
    told = priced(str(price) if price else None)
    pattern: str = in_language(wording()["priced"], language)
    return price_line(told, language, "service" if served else None) or (
        pattern.format(price=told.strip(FINAL)) if told else ""
    )


def _drawn(lines: Sequence[str], brief: PostBrief) -> str:
    """Return one of some lines, as good as random from one product and platform to the next."""
    seed = f"{brief.name}\n{brief.platform.title}"
    return min(lines, key=lambda line: sha256(f"{seed}\n{line}".encode()).digest())
