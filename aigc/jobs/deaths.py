"""Pieces at which the process died: said by the next run, which gives up one at which that happens again.

A plugin's code works in our process. What ends that without a word (a crash within a library, the system that has no
memory left) cannot be caught; it is known afterwards, from what was at work. A person's kill looks the same, so one
death says nothing of a piece; asked for anew (`--retry failed`, `--fresh`, `--only`) it is as if there had been none.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aigc.bounds.last_words import LAST_WORDS, died_at
from aigc.ledger.ledger import Ledger

log = logging.getLogger(__name__)

NOTE = ".at-work"
FATAL = 2  # deaths at one piece that convict it
FACT = "deaths"  # what is at work → how often, and which function had its turn the last time


@contextmanager
def noted_deaths(folder: Path, ledger: Ledger) -> Iterator[None]:
    """Say where the run before died, if it did, and note what is at work in this one."""
    if died := died_at(folder / NOTE):
        what = " of ".join(filter(None, (died.function, died.work)))
        log.warning("%s: the run before ended without a word while %s was at work", folder, what)
        deaths = ledger.facts().get(FACT, {})
        many, _ = deaths.get(died.work, (0, ""))
        ledger.note(**{FACT: {**deaths, died.work: (many + 1, died.function)}})
    with LAST_WORDS.kept(folder / NOTE):
        try:
            yield
        finally:
            forget_deaths(ledger)


def forget_deaths(ledger: Ledger) -> None:
    """Take all pieces for harmless again."""
    if ledger.facts().get(FACT):
        ledger.note(**{FACT: {}})


def given_up(ledger: Ledger) -> dict[str, str]:
    """Return what was at work when the process died each time, with why it is not tried again."""
    return {
        work: f"the process that writes it dies each time{function and f', in {function}'}"
        for work, (many, function) in ledger.facts().get(FACT, {}).items()
        if many >= FATAL
    }
