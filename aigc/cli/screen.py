"""Watching one piece being written on a terminal: free text as it comes, lines as each one stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aigc.cli.echo import echo, echo_text
from aigc.cli.readable import one_line
from aigc.types import About, Delta, Json

if TYPE_CHECKING:
    from aigc.content import ContentType


class Screen:
    """This is a Watcher on stdout. `streamed` is the text that was shown as it came, per stage."""

    def __init__(self, content_type: ContentType) -> None:
        alone = not content_type.composed  # a part of something larger is shown once it stands
        self._free = {stage.name for stage in content_type.stages if stage.single and alone}
        self._numbered = {stage.name for stage in content_type.stages if stage.foreach}
        self._open = ""  # the request whose text is being shown
        self.streamed: dict[str, str] = {}

    def delta(self, about: About, delta: Delta) -> None:
        stage = about.stage
        if stage not in self._free:
            return  # JSON on its way is nothing to read
        if delta.request_id != self._open:
            self._end_line()
            if stage in self.streamed:
                echo("(that was not good enough; again)", dim=True)
            self._open, self.streamed[stage] = delta.request_id, ""
        self.streamed[stage] += delta.text
        echo_text(delta.text, nl=False)

    def written(self, stage: str, index: int, value: Json) -> None:
        self._end_line()
        if value is None or str(value).strip() == self.streamed.get(stage, "").strip():
            return
        label = f"{stage} {index + 1}" if stage in self._numbered else stage
        echo(f"{label}: {one_line(value)}", dim=True)

    def close(self) -> None:
        """Leave the cursor at the start of a line."""
        self._end_line()

    def _end_line(self) -> None:
        if self._open:
            echo()
            self._open = ""
