"""The plan of a run's steps: the same every time, every target once a pass, and no part too large."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from aigc.learner.steps_plan import PlannedStep, parts_of, plan_steps, shared_length, tree_tokens
from aigc.learner.target import Target

IDS = st.lists(st.integers(0, 2), min_size=0, max_size=8).map(tuple)


def rows(count: int, seed: int = 0) -> list[Target]:
    drawn = random.Random(seed)
    prompts = [tuple(drawn.randrange(9) for _ in range(20)) for _ in range(4)]
    return [
        Target(ids=(*drawn.choice(prompts), *(drawn.randrange(9) for _ in range(drawn.randrange(2, 40)))), begin=20)
        for _ in range(count)
    ]


def largest(targets: list[Target], step: PlannedStep) -> int:
    return max(tree_tokens([targets[place] for place in part]) for share in step.shares for part in share)


@given(IDS, IDS)
def test_shared_length_is_that_of_the_common_beginning(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    count = shared_length(one, other)
    assert one[:count] == other[:count]
    assert count == min(len(one), len(other)) or one[count] != other[count]


@given(st.lists(IDS.filter(lambda ids: len(ids) > 1), min_size=1, max_size=6))
def test_a_tree_has_a_token_for_each_beginning(texts: list[tuple[int, ...]]) -> None:
    nodes = {ids[:length] for ids in texts for length in range(1, len(ids))}
    assert tree_tokens([Target(ids=ids, begin=1) for ids in texts]) == len(nodes)


def test_every_target_is_learnt_once_a_pass() -> None:
    targets = rows(12)
    steps = plan_steps(targets, seed=3, steps=9, batch=4, tokens=100)
    passes = [sorted(place for step in steps[begin : begin + 3] for place in step.places) for begin in (0, 3, 6)]
    assert passes == [list(range(12))] * 3
    assert len({step.places for step in steps}) > 6, "each pass is shuffled anew"
    assert steps == plan_steps(targets, seed=3, steps=9, batch=4, tokens=100)
    assert steps != plan_steps(targets, seed=4, steps=9, batch=4, tokens=100)


def test_targets_that_begin_alike_are_taken_together() -> None:
    targets = rows(64)
    apart = plan_steps(targets, seed=3, steps=16, batch=8)
    together = plan_steps(targets, seed=3, steps=16, batch=8, together=4)
    for steps in (apart, together):
        passes = [sorted(place for step in steps[begin : begin + 8] for place in step.places) for begin in (0, 8)]
        assert passes == [list(range(64))] * 2, "every target is learnt once a pass"
    prompts = [{targets[place].ids[:20] for place in step.places} for step in together]
    assert all(len(one) <= 4 for one in prompts)
    assert sum(step.tokens for step in together) < 0.9 * sum(step.tokens for step in apart)
    assert len({step.places for step in together}) > 8, "each pass is shuffled anew"


def test_a_batch_may_be_larger_than_what_there_is() -> None:
    (step,) = plan_steps(rows(3), seed=0, steps=1, batch=8)
    assert len(step.places) == 8
    assert set(step.places) == {0, 1, 2}


def test_parts_are_small_and_the_largest_comes_first() -> None:
    targets = [*rows(40), Target(ids=tuple(range(200)), begin=5)]
    steps = plan_steps(targets, seed=1, steps=10, batch=8, tokens=120)
    for step in steps:
        sizes = [tree_tokens([targets[place] for place in part]) for share in step.shares for part in share]
        assert sizes == sorted(sizes, reverse=True)
        assert sum(sizes) == step.tokens
        assert all(size <= 120 for size in sizes if size != 199)
        assert step.labelled == sum(targets[place].labelled for place in step.places)
    assert 199 in [largest(targets, step) for step in steps[:2]], "where memory does not suffice, it shows at once"
    assert steps[0].tokens > max(step.tokens for step in steps[2:5])


def test_texts_that_begin_alike_are_computed_together() -> None:
    targets = rows(32)
    parts = parts_of(targets, range(32), 150)
    assert len(parts) < 20
    assert sum(tree_tokens([targets[place] for place in part]) for part in parts) < 0.9 * sum(
        len(one.ids) - 1 for one in targets
    )


def test_a_pair_is_two_texts_of_one_tree() -> None:
    pair = Target(ids=(1, 2, 3, 4), begin=2, rejected=(1, 2, 5, 6, 7))
    assert tree_tokens([pair]) == 2 + 1 + 2
    assert pair.labelled == 2


def test_processes_share_a_step_evenly() -> None:
    targets = rows(20)
    alone = plan_steps(targets, seed=1, steps=5, batch=8, tokens=120)
    shared = plan_steps(targets, seed=1, steps=5, batch=8, tokens=120, processes=3)
    assert [step.places for step in shared] == [step.places for step in alone]
    for step in shared:
        counts = [sum(map(len, share)) for share in step.shares]
        assert max(counts) - min(counts) <= 1
        assert [step.share(number)[1] for number in range(3)] == [1, 1, 1]
    (few,) = plan_steps(targets[:2], seed=1, steps=1, batch=2, processes=3)
    weights = [few.share(number)[1] for number in range(3)]
    assert sorted(weights) == [0, 1, 1]
    assert all(few.share(number)[0] for number in range(3)), "who has nothing computes another's, for nothing"
