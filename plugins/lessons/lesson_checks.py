"""Whether a lesson has what it is to teach, and whether that is right."""

from __future__ import annotations

from collections.abc import Iterator

from aigc import check
from aigc.types import Draft
from aigc_plugins.lessons.lesson_content import lesson_content, unanswered
from aigc_plugins.lessons.lesson_goals import untaught
from aigc_plugins.lessons.lesson_things import lesson_things
from aigc_plugins.lessons.taught_facts import taught_facts
from aigc_plugins.lessons.worked_sums import wrong_sums

LEAST_LINES = 3  # of a handout


@check(severity="warn")
def lesson_has_facts(draft: Draft) -> Iterator[str]:
    """A lesson has something to teach: its brief gives facts, or words with their meanings, of which enough can be
    asked; its sums are right, each of its questions has an answer, and something is done with each of its materials."""
    values = draft.brief.values
    facts, words = values.get("facts") or (), values.get("vocabulary") or ()
    relation, topic = values.get("relation"), str(values.get("topic") or "")
    content = lesson_content(facts, words, relation, str(values.get("language") or "en"), (), topic)
    if content.kind == "none":
        yield "has no facts to teach from: give some as `facts`, or words with their meanings as `vocabulary`"
    elif content.looked_up:
        yield f'does not tell what {content.looked_up[0]!r} means: give it as "{content.looked_up[0]} = meaning"'
    handout = draft.fields.get("handout")
    if isinstance(handout, list) and content.kind == "facts" and len(handout) < LEAST_LINES:
        yield "has too little for the class to find out: put *asterisks* around the words of facts that are asked for"
    for one in taught_facts(facts, relation, str(values.get("language") or "en")):
        if unanswered(one):
            question = one.material["statement"].rstrip(".。")
            yield f'has a question without an answer, {question!r}: give it as "question = answer"'
    done = str(draft.fields.get("phases") or "")
    for thing in lesson_things(values.get("materials") or ()).every_one if done else ():
        if thing not in done:
            yield f"uses {thing!r} in no activity: give a fact that says what happens with it, or leave it out"
    if len(content.sums) == 1:
        yield f"has one exercise only, {content.sums[0].told!r}: give more, some to show and some to ask"
    for goal in untaught(values.get("objectives") or (), content, topic) if content.kind != "none" else ():
        yield f"no fact speaks of the objective {goal!r}: give one in its words"
    for fact, value in wrong_sums(facts):
        yield f"{fact!r} is wrong, it comes to {value}"
