"""The picking of one piece: its items' scorers ask side by side, and each text is asked of the generator once."""

from __future__ import annotations

from collections.abc import Generator as Coroutine
from collections.abc import Mapping, Sequence

from aigc.errors import AigcError
from aigc.types import About, Ask, Completion, Likelihood, Request, Usage, likelihood, taken
from aigc.writing.item import Item
from aigc.writing.ranking import given_request, together
from aigc.writing.sheet import Setup

Answers = Mapping[str, list[Completion]]


class Picking:
    """This asks for one piece, in requests whose ids begin with `serial`, and counts what that takes."""

    def __init__(self, setup: Setup, serial: str, brief: str) -> None:
        self.usage = Usage()
        self.requests = 0
        self._setup, self._serial, self._brief = setup, serial, brief
        self._told: dict[Ask, Likelihood | None] = {}

    def pick(self, items: Sequence[Item]) -> Coroutine[list[Request], Answers, None]:
        """Let scorers weigh what `items` may be picked from, all side by side, and each pick what stands."""
        picking, told = together([item.pick() for item in items]), None
        while True:
            try:
                asks = picking.send(told)
            except StopIteration:
                return
            told = yield from self._likelihoods(asks, items[0].stage.name)

    def _likelihoods(
        self, asks: Sequence[Ask], stage: str
    ) -> Coroutine[list[Request], Answers, list[Likelihood | None]]:
        """Return how likely texts are; None for what the writer cannot tell. AigcError where the judge has no answer: a
        piece would be decided without it, and stay so."""
        new = dict.fromkeys(ask for ask in asks if ask not in self._told)
        named = {f"{self._serial}/{stage}/given {len(self._told) + place}": ask for place, ask in enumerate(new)}
        if named:
            about = About(brief=self._brief, stage=stage)
            self.requests += len(named)
            adapter = self._setup.adapter_of(stage)
            answers = yield [given_request(name, ask, adapter, about) for name, ask in named.items()]
            for name, ask in named.items():
                self.usage += taken(answers[name])
                answer = answers[name][0]
                if ask.judge and answer.finish_reason == "error":
                    raise AigcError(f"the judge has no answer: {answer.error}")
                self._told[ask] = likelihood(answer)
        return [self._told[ask] for ask in asks]
