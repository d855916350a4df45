"""Imports go one way: no circle of files is larger than two, those for typing only counted."""

from __future__ import annotations

import grimp

ROOTS = ("aigc", "aigc_plugins")


def circles() -> list[list[str]]:
    """Return every set of two or more modules that all import each other in the end (Tarjan 1972)."""
    graph = grimp.build_graph(*ROOTS, exclude_type_checking_imports=False)
    below = {name: sorted(graph.find_modules_directly_imported_by(name)) for name in sorted(graph.modules)}
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found = []
    for root in below:
        work = [(root, iter(below[root]))] if root not in number else []
        while work:
            name, rest = work[-1]
            if name not in number:
                number[name] = lowest[name] = len(number)
                path.append(name)
            for other in rest:
                if other not in number:
                    work.append((other, iter(below[other])))
                    break
                if other in path:
                    lowest[name] = min(lowest[name], number[other])
            else:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[name])
                if lowest[name] == number[name]:
                    at = path.index(name)
                    if len(path) - at > 1:
                        found.append(sorted(path[at:]))
                    del path[at:]
    return found


def test_no_circle_is_larger_than_two() -> None:
    assert not [circle for circle in circles() if len(circle) > 2]
