from __future__ import annotations

import pickle

import pytest

from aigc.errors import AigcError, NotFound, UsageError, did_you_mean


def test_errors_survive_pickling_with_their_hint() -> None:
    error = pickle.loads(pickle.dumps(NotFound("no check named 'limit'", hint="did you mean 'limits'?")))
    assert isinstance(error, NotFound)
    assert str(error) == "no check named 'limit'; did you mean 'limits'?"


def test_misuse_and_failure_have_their_exit_codes() -> None:
    assert UsageError("x").exit_code == 2
    assert AigcError("x").exit_code == 3


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("prise", ["price", "product"], "did you mean 'price'?"),
        ("zzz", ["price", "product"], "known: price, product"),
        ("zzz", [], ""),
    ],
)
def test_did_you_mean(word: str, known: list[str], said: str) -> None:
    assert did_you_mean(word, known) == said
