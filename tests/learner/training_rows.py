"""Rows of ids for tests that train in processes of their own."""

from __future__ import annotations

import random

from aigc.learner import LearnerOptions, Target

# Steps that are as large as their gradients, which AdamW's and clipped ones are not.
PLAIN_STEPS: dict[str, object] = {"optim": "sgd", "max_grad_norm": 0, "use_cpu": True}
OPTIONS = LearnerOptions(steps=6, batch=4, save=2, dropout=0.2, learning_rate=1e-2, tokens=60)


def rows(count: int = 20, seed: int = 1) -> list[Target]:
    """Rows of three prompts, each with an answer of its own and an end."""
    drawn = random.Random(seed)
    prompts = [tuple(drawn.randrange(3, 250) for _ in range(12)) for _ in range(3)]
    found = []
    for row in range(count):
        prompt = drawn.choice(prompts)
        answer = [drawn.randrange(3, 250) for _ in range(drawn.randrange(2, 9))]
        found.append(Target(ids=(*prompt, *answer, 258), begin=len(prompt), row=row))
    return found
