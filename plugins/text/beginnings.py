"""What stands before a text that goes on from another one."""

from __future__ import annotations

from aigc import postprocessor


@postprocessor
def begin_with(text: str, *, before: str = "", gap: str = "\n\n") -> str:
    """Put `before` in front of a text that goes on from it, with the `gap` between; a text without it stays as it is.

    What a text says of it again is not said twice: one that begins with it stays too.
    """
    if not before.strip() or text.lstrip().startswith(before.strip()):
        return text
    return f"{before.rstrip()}{gap}{text.strip()}" if text.strip() else before.rstrip()
