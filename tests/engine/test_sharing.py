from __future__ import annotations

from aigc.engine.sharing import GROUP_COST, even_out, plan_copies, plan_prefixes

STYLE, OTHER = list(range(1000, 1250)), list(range(2000, 2300))


def test_prompts_of_one_template_share_its_start() -> None:
    prompts = [[*STYLE, 7 * n, n, 3] for n in range(1, 6)]
    assert plan_prefixes(prompts, [0] * 5) == [250] * 5


def test_two_templates_make_two_groups_in_any_order() -> None:
    prompts = [[*STYLE, 1], [*OTHER, 1], [*STYLE, 2], [*OTHER, 2], [5, 6, 7]]
    assert plan_prefixes(prompts, [0] * 5) == [250, 300, 250, 300, 0]


def test_one_token_always_stays_its_own() -> None:
    assert plan_prefixes([STYLE, STYLE, STYLE], [0] * 3) == [249] * 3


def test_what_is_known_is_not_computed_again() -> None:
    prompts = [[*STYLE, n, 3] for n in range(5)]
    assert plan_prefixes(prompts, [250] * 5) == [0] * 5
    assert plan_prefixes(prompts, [200] * 5) == [0] * 5  # 5 · 50 saved, 250 to compute
    assert plan_prefixes(prompts, [100] * 5) == [250] * 5
    assert plan_prefixes([*prompts, [*STYLE, *OTHER]], [100] * 5 + [250])[5] == 0


def test_a_deeper_group_wins_only_where_it_saves_more() -> None:
    deep = [[*STYLE, *OTHER, n] for n in range(6)]
    assert plan_prefixes([*deep, [*STYLE, 1]], [0] * 7) == [550] * 6 + [0]
    wide = [[*STYLE, 5, 6, 7, n] for n in range(2)] + [[*STYLE, 90 + n] for n in range(6)]
    assert plan_prefixes(wide, [0] * 8) == [250] * 8


def test_nothing_in_common_is_no_group() -> None:
    assert plan_prefixes([[n] * 300 for n in range(4)], [0] * 4) == [0] * 4
    assert plan_prefixes([], []) == [] and plan_prefixes([STYLE], [0]) == [0]


def test_a_few_tokens_more_are_not_worth_a_group() -> None:
    assert even_out([250, 252, 250, 251]) == [250] * 4
    assert even_out([250, 250, 400, 401]) == [250, 250, 400, 400]
    assert even_out([250, 250 + GROUP_COST + 1]) == [250, 250 + GROUP_COST + 1]
    assert even_out([3, 250]) == [0, 250]


def test_what_few_prompts_share_is_copied_from_one_of_them() -> None:
    mug, boot = [1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11]
    prompts = [[*mug, 20], [*boot, 20], [*mug, 21], [*boot, 22, 3], [*mug, 20, 4], [30, 31]]
    assert plan_copies(prompts, 0) == [(-1, 0), (-1, 0), (0, 6), (1, 5), (0, 7), (-1, 0)]


def test_rows_at_work_are_copied_from_and_copy_nothing() -> None:
    begun = [[1, 2, 3, 4, 5, 6, 9]]
    assert plan_copies([*begun, [1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6, 8]], 1) == [(0, 6), (0, 6)]
    assert plan_copies([*begun, [1, 2, 3, 9]], 1) == [(-1, 0)]  # three tokens are not worth waiting for


def test_equal_prompts_keep_a_token_of_their_own() -> None:
    assert plan_copies([[1, 2, 3, 4, 5, 6]] * 3, 0) == [(-1, 0), (0, 5), (0, 5)]
