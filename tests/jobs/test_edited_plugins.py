"""An installed plugin that is edited under the same version gives new verdicts, in the types that use it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from .conftest import ITEM, Shop


def test_an_installed_plugin_that_is_edited_gives_new_verdicts(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = "from aigc import check, hookimpl\n@check\ndef mine(text: str):\n    'Say it.'\n    return []\n"
    rules += "@hookimpl\ndef aigc_checks():\n    return [mine]\n"
    (tmp_path / "edited_rules.py").write_text(rules)
    monkeypatch.syspath_prepend(tmp_path)
    shop.project.registry.add(import_module("edited_rules"), "edited")
    item = shop.folder.parent / "templates/shop/item.yaml"
    item.write_text(ITEM.replace("[limits]", "[limits, mine]"), encoding="utf-8")
    for _ in range(2):
        shop.run([*"ab"])
        assert shop.asked == 2
    (tmp_path / "edited_rules.py").write_text(rules.replace("[]", "['no']"))
    shop.run([*"ab"])
    assert shop.asked == 4, "the same version says something else"
    item.write_text(ITEM, encoding="utf-8")
    shop.run([*"ab"])
    (tmp_path / "edited_rules.py").write_text(rules)
    shop.run([*"ab"])
    assert shop.asked == 6, "a type that does not use it is none of its business"
