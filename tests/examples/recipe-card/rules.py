"""What holds of recipes: every ingredient is used, and nothing else is."""

from collections.abc import Iterator, Sequence
from typing import Any

from aigc import Draft, Extension, check, hookimpl


@check
def ingredients_used(draft: Draft, *, ingredients: Sequence[str] = ()) -> Iterator[str]:
    """Every ingredient stands in a step, by the last word of its name."""
    steps = " ".join(draft.fields["steps"]).lower()
    for one in ingredients:
        word = one.split(",")[0].split()[-1].lower()
        if word.rstrip("s") not in steps:
            yield f"no step uses {one!r}"


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return [ingredients_used]


@hookimpl
def aigc_environment(environment: Any) -> None:
    environment.filters["scaled"] = scaled


def scaled(ingredient: str, servings: int, of: int) -> str:
    """Return an ingredient for so many servings, of a recipe for `of`: "200 g flour" for 4 of 2 is "400 g flour"."""
    amount, _, rest = ingredient.partition(" ")
    if not amount.isdecimal():
        return ingredient
    return f"{int(amount) * servings / of:g} {rest}"
