"""What becomes of every row: what fits the objective, what is empty, what is there twice."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from aigc.learner.learner_options import Objective
from aigc.training.sample import Account, LeftOut, Reason, Sample


@dataclass(slots=True)
class Gathering:
    """This is what was found so far, in order; see `Account`."""

    kept: list[Sample] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    paired: list[str] = field(default_factory=list)
    reviewed: Counter[str] = field(default_factory=Counter)

    def leave(self, where: str, reason: Reason, told: str = "") -> None:
        """Leave a row out."""
        self.left_out.append(LeftOut(where=where, reason=reason, told=told))


def accounted(found: Gathering, objective: Objective) -> Account:
    """Return the rows found, but those that are empty, do not fit the objective, or say what an earlier one says."""
    last = Gathering(left_out=list(found.left_out), paired=list(found.paired), reviewed=found.reviewed)
    first: dict[bytes, str] = {}
    for row in found.kept:
        if not row.answer.strip() or (row.rejected is not None and not row.rejected.strip()):
            last.leave(row.where, "empty", "there is no answer" if row.prompt else "there is no text")
            continue
        for sample in _fitting(row, objective, last.leave):
            digest = _digest(sample)
            if digest in first:
                last.leave(sample.where, "twin", f"is the same as {first[digest]}")
            else:
                first[digest] = sample.where
                last.kept.append(sample)
    return Account(kept=last.kept, left_out=last.left_out, paired=last.paired, reviewed=last.reviewed)


def _fitting(row: Sample, objective: Objective, leave: Callable[[str, Reason, str], None]) -> Iterator[Sample]:
    """Yield a row as an objective takes it: a pair is two verdicts for kto, and its better answer for sft."""
    if objective == "sft":
        if row.good is False:
            leave(row.where, "rejected", "its label says that it is not good")
        else:
            yield replace(row, good=None, rejected=None)
    elif row.prompt is None:
        leave(row.where, "has no pair", "is a text without a request")
    elif objective == "kto":
        if row.rejected is None:
            yield replace(row, good=row.good is not False)
        else:
            yield replace(row, where=f"{row.where} chosen", good=True, rejected=None)
            yield replace(row, where=f"{row.where} rejected", good=False, answer=row.rejected, rejected=None)
    elif row.rejected is None:
        leave(row.where, "has no pair", "has no worse answer beside it")
    elif _bare(row.rejected) == _bare(row.answer):
        leave(row.where, "has no pair", "its two answers are the same")
    else:
        yield replace(row, good=None)


def _digest(sample: Sample) -> bytes:
    """Return what is the same for rows that differ in blanks only."""
    turns = [(turn.role, _bare(turn.content)) for turn in sample.prompt.messages] if sample.prompt else None
    chat = sample.prompt is not None and sample.prompt.chat
    texts = (chat, turns, _bare(sample.answer), None if sample.rejected is None else _bare(sample.rejected))
    return hashlib.blake2b(repr(texts).encode("utf-8", "backslashreplace"), digest_size=16).digest()


def _bare(text: str) -> str:
    return " ".join(text.split())


def narrowed(account: Account, rows: Sequence[int], left: Sequence[LeftOut]) -> Account:
    """Return the account with only these of its kept rows, by place, and with what was `left` out of them besides."""
    return replace(account, kept=[account.kept[row] for row in rows], left_out=[*account.left_out, *left])
