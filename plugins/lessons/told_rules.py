"""Which facts tell somebody what to do, or not to do: "Wash your hands.", 不要挑破水泡.

Nobody can say of them whether they are true or false.
"""

from __future__ import annotations

import re

_TO_DO = (
    "do keep put write use wash check wear take turn leave hold ask tell wait stay walk stop look say call close open "
    "clean wipe dry rinse add cut cover move make get give go bring switch pull push place tie store remove lift report"
)
_NO_DEED = (
    "In On At If When With From To By For After Before All Of Some Most Many Both Into Over Under During Through As "
    "Is Are Like Once Within Behind Beside Inside Outside Above Below Across Along Near Not While"
)
ORDER = re.compile(
    rf"(?:Do not|Don['’]t|Never|Always)\b|"
    rf"(?:{'|'.join(_TO_DO.title().split())}) (?!(?:is|are|was|were|has|have|can)\b)|"
    rf"(?!(?:{'|'.join(_NO_DEED.split())})\b)[A-Z][a-z]+ (?:the|your|any|off|up|out|back|each|every|an?) |"
    r"(?:不要|不能|不得|不可(?!思)|禁止|严禁|请|先|用|把|将)"
)
RULE = re.compile(
    r"\b(?:must|should|ought to|may not|not allowed|forbidden)\b|[,;] (?:do not|don['’]t|never) |^Only .+ may |"
    rf"^If [^,]+, (?:{'|'.join(_TO_DO.split())}) |"
    r"不能|不要|不得|不可(?!思)|不许|禁止|严禁|必须|应当|应该|先[用把]|(?<![需重主])要(?![求素点么])"
)


def is_order(fact: str) -> bool:
    """Tell whether a fact begins with what to do."""
    return bool(ORDER.match(fact))


def is_rule(fact: str) -> bool:
    """Tell whether a fact says what one must do, or must not do."""
    return is_order(fact) or bool(RULE.search(fact))
