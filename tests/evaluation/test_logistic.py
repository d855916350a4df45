"""Logistic regression by Newton's method, and areas under curves within groups."""

from __future__ import annotations

import math
import random

import pytest

from aigc.evaluation.logistic import Logistic, Scale, auc_within, fit_logistic


def test_it_finds_the_weights_that_made_the_labels() -> None:
    draw = random.Random(1)
    truth = Logistic(bias=-0.5, weights=(1.5, -1.0, 0.0))
    rows = [[draw.gauss(0, 1) for _ in range(3)] for _ in range(4000)]
    wanted = [draw.random() < truth.chance(row) for row in rows]
    found = fit_logistic(rows, wanted)
    assert found.bias == pytest.approx(truth.bias, abs=0.12)
    assert found.weights == pytest.approx(truth.weights, abs=0.12)


def test_at_its_weights_the_slope_is_nothing() -> None:
    rows, wanted = [[0.0], [1.0], [2.0], [3.0]], [False, True, False, True]
    found = fit_logistic(rows, wanted, penalty=0.5)
    misses = [good - found.chance(row) for row, good in zip(rows, wanted, strict=True)]
    assert sum(misses) == pytest.approx(0, abs=1e-6)
    slope = sum(miss * row[0] for miss, row in zip(misses, rows, strict=True))
    assert slope == pytest.approx(0.5 * found.weights[0], abs=1e-6)


def test_what_separates_cleanly_is_held_by_the_penalty() -> None:
    found = fit_logistic([[-1.0], [1.0]] * 10, [False, True] * 10)
    assert 1 < found.weights[0] < 5
    assert fit_logistic([[1.0, 1.0], [0.0, 0.0]] * 5, [True, False] * 5).weights[0] > 0, "twin columns are no trouble"
    with pytest.raises(ValueError, match="one kind"):
        fit_logistic([[1.0]], [True])


def test_a_scale_leaves_out_what_is_not_finite() -> None:
    scale = Scale.of([1.0, 3.0, math.nan, -math.inf])
    assert (scale.mean, scale.deviation, scale(3.0), scale(math.nan)) == (2.0, 1.0, 1.0, 0.0)
    assert Scale.of([2.0, 2.0]).deviation == 1.0
    assert Scale.of([math.nan]) == Scale()


def test_the_area_is_of_pairs_within_a_group() -> None:
    groups, numbers = ["a", "a", "a", "b", "b", "c"], [3.0, 1.0, 1.0, 5.0, 9.0, 7.0]
    wanted = [True, False, True, True, False, True]
    assert auc_within(groups, numbers, wanted) == pytest.approx((1 + 0.5 + 0) / 3)
    assert auc_within(["a", "a"], [math.nan, -5.0], [True, False]) == 0
    assert auc_within(["a", "b"], [1.0, 0.0], [True, False]) is None
