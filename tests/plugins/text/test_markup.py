from __future__ import annotations

import pytest

from aigc_plugins.text.markup import strip_markup


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("## Intro\nPots need holes.", "Pots need holes."),
        ("## Why Pots Need Holes\nThey drain.", "Why Pots Need Holes\nThey drain."),
        ("Introduction: pots need holes.", "pots need holes."),
        ("**Introduction:** Pots need holes.", "Pots need holes."),
        ("**Pots** need __holes__ and *air*.", "Pots need holes and air."),
        ("Pots need holes.**", "Pots need holes."),
        ("- Pots need holes.\n- Mint spreads.", "Pots need holes.\nMint spreads."),
        ('"Balcony Herbs for Beginners"', "Balcony Herbs for Beginners"),
        ("“阳台种香草” 🌿", "阳台种香草"),
        ("Herbs 🌿 for You 🎉", "Herbs for You"),
        ("引言：花盆要有孔。", "花盆要有孔。"),
        ("See [the pots](https://pots.example).", "See the pots."),
        ("<p>Pots need `holes`.</p>", "Pots need holes."),
        ('The "drip line" and 2 * 3 stay, snake_case too.', 'The "drip line" and 2 * 3 stay, snake_case too.'),
        ("An introduction to pots", "An introduction to pots"),
    ],
)
def test_markup_is_taken_off_and_words_stay(text: str, bare: str) -> None:
    assert strip_markup(text) == bare
