"""What a run has told so far: kept in its checkpoints, and drawn as curves for TensorBoard where that is installed."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aigc.learner.target import Told
from aigc.types.foreign import file_bytes, read_json

TOLD = "told.json"
CURVES = "tensorboard"  # the folder of a run that TensorBoard is pointed at


def write_told(folder: Path, told: Sequence[Told]) -> None:
    """Write what was told up to a checkpoint into it; checkpoints by their names."""
    rows = [asdict(one) | {"checkpoint": one.checkpoint.name if one.checkpoint else None} for one in told]
    (folder / TOLD).write_text(json.dumps(rows), encoding="utf-8")


def read_told(checkpoint: Path) -> list[Told]:
    """Read what a run had told when it wrote a checkpoint."""
    rows = read_json(file_bytes(checkpoint / TOLD))
    return [
        Told(**{**row, "checkpoint": checkpoint.parent / row["checkpoint"] if row["checkpoint"] else None})
        for row in rows
    ]


class Curves:
    """This is a writer of TensorBoard's files; it writes nothing where TensorBoard is not installed."""

    def __init__(self, run: Path, done: int) -> None:
        """Begin after `done` steps: what an earlier run drew beyond them is not shown any more."""
        self._writer: Any = None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                from torch.utils.tensorboard import SummaryWriter
            self._writer = SummaryWriter(str(run / CURVES), purge_step=done + 1)
        except (ImportError, OSError):
            return

    def draw(self, told: Told, learning_rate: float) -> None:
        """Add a step's points."""
        points = {"loss": told.loss, "held-out loss": told.held_out, "learning rate": learning_rate}
        points |= {"tokens a second": told.tokens / told.seconds if told.seconds else None}
        for name, value in points.items():
            if self._writer is not None and value is not None:
                with suppress(OSError):  # a full disk ends a run at its next checkpoint, not for want of a curve
                    self._writer.add_scalar(name, value, told.step)

    def close(self) -> None:
        """Write what is still in memory."""
        if self._writer is not None:
            with suppress(OSError):
                self._writer.close()
