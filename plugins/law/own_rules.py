"""Rules of a project, as an option: `rules: {no-cloud: {clause: House rule 4, verdict: block, …}}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aigc_plugins.law.rulebook import BadRule, RuleBook, all_rules, check_rules, rulebook


class OwnRules(dict[str, Any]):
    """These are a project's own rules by name, in the form of ours, or `false` for one of ours that is left out; read
    when the content type is."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(cls.checked)

    @classmethod
    def checked(cls, given: Any) -> Mapping[str, Any]:
        """Return rules as they were given. ValueError says which one is wrong, and how."""
        if not isinstance(given, Mapping):
            raise ValueError("rules are a mapping: name → rule")
        words = {name: part for regime in ("china", "claims") for name, part in rulebook(regime).words.items()}
        known = RuleBook(rules=all_rules(("china", "claims")), words=words)
        try:
            read = known.with_rules(given).rules
            check_rules(read[name] for name, rule in given.items() if rule is not False)
        except BadRule as error:
            raise ValueError(str(error)) from None
        return given
