"""Brief → artifact: generate, parse, post-process, check, repair. The page that tells the story.

A content type's stages run in order; a stage with `foreach` asks one request per item. Every result is parsed,
post-processed, held against its limits and checked; of n candidates the one with the mildest findings wins, then the
likeliest. With `pick` scorers see all that passed: the best that is worth enough wins, else the fallback, and the next
best are suggestions of the piece. What fails is asked again, only that field, `repair.attempts` times in all; then the
declared fallback stands in; an item of a list that still fails is left out, which flags the piece. Nothing stands in
for what the generator could not answer at all: that fails the piece. The output is composed and checked as a whole, and
a finding on one line of it leads back to the field of the one request to repeat. What is left says so: `flagged`,
`rejected` or `failed`, never dropped. Only a piece whose answers come in another run is put off until then.

Each piece is a Python generator that yields the requests it needs and is sent their completions; a `Session` keeps a
`Generator` topped up with the requests of many pieces at once, and `Pipeline.write` takes briefs as lazily as it can.

Knows: content types, drafts, the Generator seam. Does not know: models, files, jobs, plugins' names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from aigc.content import ContentType
from aigc.content.content_type import Pick
from aigc.content.environment import TemplateEnvironment
from aigc.content.mix import Mix
from aigc.plugs.extension import Bound
from aigc.plugs.timeouts import DEFAULT
from aigc.types import Artifact, Brief, Generator, KeepLines
from aigc.writing.duty import Patience
from aigc.writing.fitness import Fitness
from aigc.writing.piece import Watcher
from aigc.writing.session import Session
from aigc.writing.sheet import Setup


class Pipeline:
    """This writes pieces. `policy` checks run on every piece of every content type and cannot be loosened by one.

    `adapter` says which adapter writes a content type, by its name, `adapted` which stages of it, all without names;
    `finished` hears of every artifact, `keep_lines` says which lines it carries, `voice` how a type is written; `mix`
    finds what was fitted for a pick and an adapter, `may_judge` tells whether what judges meets its needs, `second`
    whether that is another model, `fitness` what flags pieces; `patience` is a plugin's seconds, `awaited` what waits.
    """

    def __init__(
        self,
        generator: Generator,
        environment: TemplateEnvironment,
        *,
        model: str = "",
        seed: int = 0,
        policy: Sequence[Bound] = (),
        adapter: Callable[[str], str | None] = lambda name: None,
        adapted: Callable[[str], tuple[str, ...]] = lambda name: (),
        finished: Callable[[Artifact], None] = lambda artifact: None,
        keep_lines: KeepLines = "none",
        voice: Callable[[ContentType], str] = lambda content_type: "",
        mix: Callable[[Pick, str | None], Mix | None] = lambda pick, adapter: None,
        may_judge: Callable[[Pick], bool] = lambda pick: True,
        second: bool = False,
        fitness: Callable[[ContentType], Fitness | None] = lambda content_type: None,
        patience: float = DEFAULT.plugin,
    ) -> None:
        late = Patience(patience)

        def setup(content_type: ContentType) -> Setup:
            writes = adapter(content_type.name)
            picks = {stage.name: stage.pick for stage in content_type.stages if stage.pick}
            return Setup(
                content_type=content_type,
                environment=environment,
                policy=tuple(policy),
                model=model,
                seed=seed,
                adapter=writes,
                adapted=adapted(content_type.name),
                keep_lines=keep_lines,
                voice=voice(content_type),
                mixes={name: found for name, pick in picks.items() if pick.mix and (found := mix(pick, writes))},
                unjudged=frozenset(name for name, pick in picks.items() if not may_judge(pick)),
                second=second,
                fitness=fitness(content_type),
                patience=late,
            )

        self.session = Session(generator, setup, finished=finished, seconds=10 * patience)

    @property
    def awaited(self) -> dict[str, None]:
        return self.session.awaited

    def write(
        self, content_type: ContentType, briefs: Iterable[Brief], *, watcher: Watcher | None = None
    ) -> Iterator[Artifact]:
        """Yield one artifact per brief, as they finish; none for one that is put off. Briefs are taken only as the
        generator has room.

        Closing the iterator early cancels what is in flight, so the generator can be used again.
        """
        session = self.session
        try:
            for brief in briefs:
                session.submit(content_type, brief, watcher)
                while not session.begin():
                    yield from session.step()
            while session.busy:
                yield from session.step()
        finally:
            session.close()
