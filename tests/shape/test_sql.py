"""All SQL of the project lives in one room, but for an index in memory: what a table is called is nobody else's
business."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "aigc").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")])
STATEMENT = re.compile(
    r"\bselect\b.+\bfrom\b|\binsert\s+(or\s+\w+\s+)?into\b|\bupdate\b.+\bset\b.+=|\bdelete\s+from\b|\bpragma\s+\w+"
    r"|\bcreate\s+(table|index|view|trigger)\b|\battach\s+\?",
    re.IGNORECASE | re.DOTALL,
)


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of every string but docstrings; what an f-string fills in is left blank."""
    inside: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            inside.add(node.value)
        if isinstance(node, ast.JoinedStr):
            inside.update(node.values)
            if node not in inside:
                parts = (part.value if isinstance(part, ast.Constant) else " _ " for part in node.values)
                yield node.lineno, "".join(map(str, parts))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
            yield node.lineno, node.value


def speaks_sql(text: str) -> list[str]:
    """Return what in a module's text is SQL, or opens a database."""
    tree = ast.parse(text)
    imports = [
        f"{node.lineno}: import sqlite3"
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and any(one.name == "sqlite3" for one in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "sqlite3")
    ]
    return imports + [f"{line}: {found[0]}" for line, said in texts(tree) if (found := STATEMENT.search(said))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_ledger_speaks_sql(path: Path) -> None:
    found = speaks_sql(path.read_text(encoding="utf-8"))
    if path == ROOT / "aigc/knowledge/search.py":
        assert found, "which is gone when the process ends"
        assert ":memory:" in path.read_text(encoding="utf-8")
    elif path.parent != ROOT / "aigc/ledger":
        assert not found
    elif path.name in ("briefs.py", "pieces.py", "twins.py", "totals.py"):
        assert found, "it is found where it is"


@pytest.mark.parametrize(
    "line",
    [
        "import sqlite3",
        "from sqlite3 import connect",
        'ask(f"select {names} from pieces where {which}")',
        'ask("""\nSELECT count(*)\nFROM stages""")',
        'ask("insert or ignore into store.made values (?)")',
        'ask("update pieces set status = ?")',
        'ask(f"delete from {table}")',
        'ask("pragma user_version")',
    ],
)
def test_sql_is_known_when_seen(line: str) -> None:
    assert speaks_sql(line)


def test_a_docstring_may_show_some() -> None:
    assert not speaks_sql('"""Look at it: `select * from overview`."""')
