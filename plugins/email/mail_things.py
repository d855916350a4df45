"""How what a mail is about is called within a sentence: our cold frame, our trail shoes, "Italian for beginners"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aigc_plugins.ads.a_or_an import is_plural
from aigc_plugins.ads.fact_lines import ARTICLE, in_sentence
from aigc_plugins.ads.word_lists import TAIL, word_lists
from aigc_plugins.email.mail_lists import mail_list

SMALL = frozenset(["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"])
OWNED = re.compile(r"^(?:my|your|our|how|what|why|when|where|all|no|one|two|three|\d)\b", re.IGNORECASE)
MARKED = re.compile(r"[:“”\"|–—?!(]")
MEASURED = re.compile(r"\d[\w./½¼¾ -]{0,18}$")
PAIR = re.compile(r"^(?:pair|set|box|pack|bag|bunch) of ", re.IGNORECASE)
OF = re.compile(r"^(?:[\w-]+ ){0,2}([\w-]+) of (?=\w)", re.IGNORECASE)  # "membership of the canal trust"
DOING = re.compile(r"^[a-z]{2,}ing and [a-z]{3,}ing\b", re.IGNORECASE)  # "sourcing and saving seed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailThing:
    """This is a thing with its name in a sentence, and what stands for it in the next: it or they."""

    name: str
    many: bool = False

    @property
    def it(self) -> str:
        return "they" if self.many else "it"

    @classmethod
    def of(cls, name: str, language: str, category: str = "") -> MailThing:
        """Return how a product's or event's name is said: with "our" what has a common name, "the" before the name of
        an event, quotation marks around a title, before which the category says what it is: the course “Saving seed”;
        of a name with a comma what stands before it, where that is a noun."""
        if language == "zh":
            return cls(name=name)
        base, _, behind = name.partition(", ")
        base = ARTICLE.sub("", base)
        size = f" ({behind})" if MEASURED.match(behind) else ""  # "our cello (3/4 size)"
        words = re.findall(r"[\w'’&.+-]+", base)
        head = TAIL.sub("", base).lower().rpartition(" ")[2] if not PAIR.match(base) else "pair"
        kind = _kind(category)
        busy = kind and re.match(r"[a-z]{2,}ing$", words[0].lower()) and head not in _named_by()
        if _is_title(name, words, head) or busy:
            return cls(name=f"the {kind} “{name}”" if kind and not MARKED.search(name) else f"“{name}”")
        if kind in mail_list("telling")["told_kinds"] and not {*map(str.lower, words)} & _named_by():
            return cls(name=f"the {kind} “{name}”")
        if len(words) > 1 and all(word[:1].isupper() or word.lower() in SMALL or word[:1].isdigit() for word in words):
            known = head in mail_list("telling")["titled"]
            return cls(name=f"the {base}" if known else base, many=False)
        if head.endswith("ing") and head not in word_lists()["ing_things"]:
            base = TAIL.sub("", base)  # "our dog grooming", which is done at home
        if (found := OF.match(base)) and not PAIR.match(base):
            bare = found[1].lower().endswith("ship")
            return cls(
                name=in_sentence(base) if bare else f"the {in_sentence(base)}", many=is_plural(base[: found.end(1)])
            )
        person = head in mail_list("telling")["persons"]  # who comes and brings things: they, not it
        many = person or (is_plural(base) and not PAIR.match(base))
        return cls(name=f"our {in_sentence(base)}{size}", many=many)


def _is_title(name: str, words: list[str], head: str) -> bool:
    """Tell whether a name is no noun that "our" goes before: a sentence, a language, something done."""
    first = words[0].lower() if words else ""
    if MARKED.search(name) or OWNED.match(name) or first in mail_list("telling")["starts"]:
        return True
    done = re.search(r"[a-z]{3,}ing$", head) and head not in (*word_lists()["ing_things"], *word_lists()["mass"])
    gerund = re.search(r"[a-z]{3,}ing$", first)
    begun = bool(gerund) and len(words) > 1 and words[1].lower() in ("a", "an", "the", "your", "to")
    bare = " ".join(words[: len(TAIL.sub("", name).split())]).lower()
    begun = begun or bool(DOING.match(name)) or (first in mail_list("telling")["deeds"] and head not in _named_by())
    return bool(begun or (done and head == first) or bare in mail_list("telling")["languages"])


def _kind(category: str) -> str:
    """Return what a category says a thing is, as one of it: course of "evening courses"; nothing of other words."""
    last = category.lower().rpartition(" ")[2]
    return next((last.removesuffix(end) for end in ("", "s", "es") if last.removesuffix(end) in _kinds()), "")


def _kinds() -> frozenset[str]:
    lists = mail_list("telling")
    return frozenset([*lists["told_kinds"], *lists["kinds"]])


def _named_by() -> frozenset[str]:
    """Return the words of a name that say what it is, so that no category has to."""
    lists = mail_list("telling")
    known = [*lists["titled"], *lists["occasions"], *_kinds()]
    return frozenset([*known, *(f"{one}s" for one in known), "classes"])
