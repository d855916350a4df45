"""What kind of thing a topic is, and what people search for around such a thing: kinds.yaml, read and filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import yaml

HAN = re.compile(r"[\u3400-\u9fff]")
TAIL = re.compile(r"\s(?:for|with|without|at|in|on|of|from|by|to)\s.*$")
AT_HOME = re.compile(r"\s(?:at home|from home|in your (?:own )?kitchen)$")
TICKETS = re.compile(r"\stickets?$")
# "an m8 bolt", "an 8 mm bolt": letters and numbers that are spoken with a vowel first.
VOWEL = re.compile(
    r"(?:[aeio](?!ne\b|nce\b)|u(?!ni|s[ae]|k\b|ti)|h(?:our|onest|eir)|[fhlmnrsx](?=\d|[\s-]|$)"
    r"|(?:hdmi|hd|hp|lcd|lp|mp|mri|nfc|rgb|rv|ssd|sd|xl|xxl|xs|fm)\b|8|1[18](?!\d))"
)
SIZED = frozenset(("size", "gauge", "model", "type"))  # behind a noun, with a number: "batteries size 312"
SHORT_NOUN = 4  # letters: "pies" is of a pie
# before a noun: "{topic} reviews", and not "{topic} near me"
BEFORE_NOUN = re.compile(
    r"\{(topic|core)\} (?!near\b|worth\b|for\b|with\b|online\b|work\b|step\b|explained\b|\{)(?=[a-z])"
)
FALLBACK = "goods"


@dataclass(frozen=True, slots=True)
class TopicKind:
    """This is what a topic is, by `name` ("service"), and the searches of its kind, not filled in yet."""

    name: str
    topic: str
    language: str

    def searches(self, cluster: str, brand: str = "") -> list[str]:
        """Return the searches of a cluster of the kind ("learn", "compare", "fit", "buy", "local", "brand")."""
        known = _lists(self.language)[self.name]
        found = known.get(cluster)
        if found is None and "like" in known:
            found = _lists(self.language)[str(known["like"])].get(cluster)
        if cluster == "fit" and not self.open and self.language != "zh":
            return []
        forms = self._forms(brand)
        if self.language != "zh":
            found = [BEFORE_NOUN.sub(r"{one_\1} ", search) for search in found or ()]
        return [" ".join(search.format(**forms).split()) for search in found or ()]

    @property
    def ends(self) -> frozenset[str]:
        """Whom and what things of the kind are for, where a model that is not to invent any says so."""
        return frozenset(_lists(self.language)[self.name].get("ends") or ())

    @property
    def open(self) -> bool:
        """Say whether "for …" may follow: not where the topic says already whom it is for, or its size or number, or is
        a question, or where it is of a kind of which nothing such is asked."""
        known = _lists(self.language)[self.name]
        sized = self.language != "zh" and re.search(r"\d", self.topic)
        aimed, asked = {*_kinds()["aimed"]} & {*self.topic.split()}, asks(self.topic)
        listed = known.get("ends") or known.get("fit")
        return bool(listed) and not (re.search(r"\b(?:for|with|without|to)\b", self.topic) or aimed or asked or sized)

    def _forms(self, brand: str) -> dict[str, str]:
        core = AT_HOME.sub("", TICKETS.sub("", self.topic))
        if self.name == "at_home" and " " in core:
            core = re.sub(r"^[a-z]+ing (?=\w)", "", core)  # "baking sourdough": a sourdough kit
        named = core if self.name == "event" else self.topic
        plural = is_plural(head(named))
        return {
            "topic": self.topic,
            "core": core,
            "brand": brand,
            "one_topic": _singular(self.topic),
            "one_core": _singular(core),
            "a": with_article(named),
            "is": "are" if plural else "is",
            "does": "do" if plural else "does",
        }


@lru_cache(maxsize=1 << 10)
def topic_kind(topic: str, language: str = "en", *, local: bool = False) -> TopicKind:
    """Return what a topic, in small letters, is: the kind that has a word for its head, `goods` where none has.

    The head is the last word before a "for" or "at"; what is done at home, and what begins with a deed ("growing …"),
    is no thing to buy. What nobody names, and people look for near by (`local`), is a thing or somebody: `unsure`.
    """
    known = _lists(language)
    if language == "zh":
        return TopicKind(_chinese_kind(topic, known), topic, language)
    if AT_HOME.search(topic):
        return TopicKind("at_home", topic, language)
    if _goes(topic):
        return TopicKind("outing", topic, language)
    if re.match(r"[a-z]+ing (?:an?|the|your|my|to) ", topic):
        return TopicKind("doing", topic, language)  # "building a desk"
    words, last = topic.split(), head(topic)
    forms = {last, last.removesuffix("s"), last.removesuffix("es")}
    name = next(
        (name for name, kind in known.items() if forms & {*kind["heads"]} and not {*kind.get("unless", ())} & {*words}),
        "",
    )
    if name == "service" and {*_kinds()["body"]} & {*words}:
        return TopicKind("procedure", topic, language)
    if _does(words) and not name and not forms & {*_kinds()["gear"]}:
        return TopicKind("doing", topic, language)
    if asks(topic):
        return TopicKind("subject", topic, language)
    if not name and last not in _kinds()["things"]:
        name = next((name for name, kind in known.items() if last.endswith(tuple(kind.get("endings", ())))), "")
    return TopicKind(name or ("unsure" if local else FALLBACK), topic, language)


def _chinese_kind(topic: str, known: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    """Return the kind that has the longest end of a Chinese topic, or the deed it begins with: 学吉他 is a skill."""
    begun = [name for name, kind in known.items() if topic.startswith(tuple(kind.get("begins", ())))]
    ends = [
        (len(word), name)
        for name, kind in known.items()
        for word in kind["heads"]
        if topic.endswith(word) and not topic.endswith(tuple(kind.get("unless", ())))
    ]
    longest = max(ends, key=lambda one: one[0], default=(0, "unsure"))[1]
    return begun[0] if begun and longest in ("goods", "unsure") else longest


def _goes(topic: str) -> bool:
    """Say whether a topic is what people go somewhere for: "wild camping in Scotland"."""
    kinds, words = _kinds(), topic.split()
    return any(one in kinds["going"] and other in kinds["places"] for one, other in pairwise(words[:3]))


def _does(words: Sequence[str]) -> bool:
    """Say whether a topic of several words begins with a deed: one that names no thing, or one before "with"."""
    kinds = _kinds()
    if len(words) < 2 or words[0] in (*kinds["things"], *kinds["counted"]):
        return False
    return words[0] in kinds["doing"] or (words[0].endswith("ing") and words[1] in kinds["behind"])


def asks(topic: str) -> bool:
    """Say whether a topic is a question: "how to lace shoes"."""
    return topic.split(" ")[0] in _kinds()["asking"]


def head(topic: str) -> str:
    """Return the noun that a topic is about: "software" of "bookkeeping software for freelancers"."""
    words = TAIL.sub("", topic).split()
    while len(words) > 1 and (words[-1] in SIZED or re.search(r"\d", words[-1])):
        words.pop()
    return words[-1] if words else topic


def names_topic(seed: str, topic: str) -> bool:
    """Say whether a seed, in small letters, is a name for what the topic is: it ends as the topic does."""
    if HAN.search(topic):
        return seed.endswith(topic[-2:])
    return head(seed).removesuffix("s") == head(topic).removesuffix("s")


def is_plural(noun: str) -> bool:
    """Say whether an English noun stands for several: "shoes", not "glass" or "yoga"."""
    return noun.endswith("s") and not noun.endswith(("ss", "us", "is", "ics", "'s"))


def _singular(topic: str) -> str:
    """Return a topic as it stands before a noun: "camping stove" reviews of "camping stoves"."""
    noun = topic.rpartition(" ")[2]
    if noun != head(topic) or not is_plural(noun) or noun in _kinds()["always_plural"]:
        return topic
    if noun.endswith("ies") and len(noun) > SHORT_NOUN:
        return f"{topic[:-3]}y"
    return topic[:-2] if noun.endswith(("ches", "shes", "sses", "xes")) else topic[:-1]


def with_article(topic: str) -> str:
    """Return an English topic as it stands in a sentence: "an electric toothbrush", "wool socks", "roof repair"."""
    noun = head(topic)
    mass = noun in _kinds()["uncounted"] or (noun.endswith("ing") and noun not in _kinds()["counted"])
    if is_plural(noun) or mass or re.match(r"(?:an?|the)\s", topic):
        return topic
    return f"{'an' if VOWEL.match(topic) else 'a'} {topic}"


def _lists(language: str) -> Mapping[str, Mapping[str, Sequence[str]]]:
    kinds = _kinds()
    lists: Mapping[str, Mapping[str, Sequence[str]]] = kinds["zh" if language == "zh" else "en"]
    return lists


@cache
def _kinds() -> Mapping[str, Any]:
    data: Mapping[str, Any] = yaml.safe_load(files("aigc_plugins.seo").joinpath("kinds.yaml").read_text("utf-8"))
    return data
